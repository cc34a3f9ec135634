"""The door: what the process says and returns, whatever happens inside."""

from __future__ import annotations

import logging
import sys
from enum import IntEnum

from bridge.errors import BridgeError, ConfigProblems, LeaseHeld
from bridge.logs import start_log

from .screen import plain, write_anything

log = logging.getLogger("bridge")


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0  # also when another bridge is at work
    STUCK = 1  # something waits for a person, or failed
    WRONG_USE = 2  # wrong use, or wrong settings
    CANNOT_TELL = 3  # `verify` only
    INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave the process with an `Exit`."""
    write_anything()
    start_log(logging.WARNING)
    sys.exit(_run())


def _run() -> int:
    from .app import app

    try:
        app(prog_name="badge-bridge")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else Exit.STUCK
    except LeaseHeld as busy:
        _say(str(busy))
        return Exit.DONE
    except ConfigProblems as error:
        for problem in error.problems:
            _say(problem)
        return Exit.WRONG_USE
    except BridgeError as error:
        _say(str(error))
        return Exit.STUCK
    except KeyboardInterrupt:
        _say("Stopped.")
        return Exit.INTERRUPTED
    except Exception:  # noqa: BLE001 - told and logged by `unforeseen`
        return unforeseen(Exit.STUCK)
    return Exit.DONE


def unforeseen(code: Exit) -> Exit:
    """Tell that the error which is being handled was not foreseen, and return *code*."""
    log.exception("The command ended in a way that nobody foresaw.")
    _say("This was not foreseen. Nothing was lost; please report it with the lines above.")
    return code


def _say(sentence: str) -> None:
    sys.stderr.write(plain(sentence) + "\n")
