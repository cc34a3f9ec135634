"""Run the district's own command that brings the site's folder to the public."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bridge import wording
from bridge.errors import Refused, TryLater

_SECRETS = re.compile(
    r"(?i)(\b[\w-]*(?:token|passw\w*|secret|api[_-]?key|authorization)\b\W{1,3})\S+|(?<=://)[^\s/@]+@"
)


def run_command(command: Sequence[str], timeout: float, folder: Path) -> None:
    """Run *command*, a list of arguments, no shell, inside *folder*, for at most *timeout* seconds.

    Raises TryLater when it fails or takes too long, with the last lines it wrote (secrets left out), and Refused when
    there is no such program. To publish again is always safe.
    """
    program = command[0]
    try:
        process = subprocess.Popen(  # noqa: S603  # the district's own settings name it
            list(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise Refused(
            f"The publish command {program!r} can't be started: {error.strerror}. "
            f"Correct [site] publish; then run: badge-bridge doctor"
        ) from error
    with process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            stop(process)
            raise TryLater(
                f"The publish command {program!r} did not end within {timeout:g} seconds and was stopped. "
                f"Mails about new badges wait until the pages are public."
            ) from error
    if process.returncode:
        raise TryLater(
            f"The publish command {program!r} failed (exit {process.returncode}): {last_words(output)} "
            f"Mails about new badges wait until the pages are public."
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End *process* with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_words(output: bytes) -> str:
    """Return the last three lines of a command's output as one, without what looks like a secret."""
    lines = [line for line in output[-4000:].decode(errors="replace").splitlines() if line.strip()]
    return wording.one_line(" / ".join(_SECRETS.sub(r"\1***", line) for line in lines[-3:]), 400) or "it said nothing."
