"""Commands that need no Google: sandbox, demo."""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import ConfigProblems, Refused

from .main import Exit
from .screen import say, say_json, table

if TYPE_CHECKING:
    from bridge.demo.run import Outcome


def sandbox(port: int, state: Path | None, write_config: Path | None, seed: int) -> int:
    """Serve until stopped. A new world is planted with a programme; a saved one is taken up as it was."""
    from bridge.sandbox.saving import StateUnreadable, read_world
    from bridge.sandbox.seed import plant
    from bridge.sandbox.server import run
    from bridge.sandbox.state import World
    from bridge.trial import write_trial

    try:
        saved = read_world(state) if state else None
    except StateUnreadable as error:
        raise Refused(str(error)) from error
    if saved and write_config and not write_config.exists():
        raise ConfigProblems([f"{state} holds a world already, and its settings were written when it was made."])
    world = saved or World(seed=seed)
    programme = None if saved else plant(world)

    def ready(url: str) -> None:
        if programme and write_config:
            write_trial(programme, url, write_config)
            say(f"Settings and keys are written: {write_config}. In another terminal:")
            say(f"  badge-bridge serve --config {write_config}")
        say(f"The sandbox answers at {url}; what people can do there is told at {url}/_sandbox/. Ctrl-C stops it.")

    try:
        run(port, state, world, ready)
    except OSError as error:
        raise Refused(f"The port {port} can't be used: {error.strerror}. Choose another: --port 0") from error
    return Exit.DONE


def demo(requests: int, out: Path, *, browser: bool, as_json: bool) -> int:
    """Play the story, say what became of each request, and open the site when somebody watches."""
    from bridge.demo.run import run

    outcome = run(requests, out, _nothing if as_json else say)
    if as_json:
        say_json(outcome.as_json())
    else:
        _say_outcome(outcome)
        index = out.resolve() / "site" / "index.html"
        if browser and sys.stdout.isatty() and index.exists():
            webbrowser.open(index.as_uri())
    return Exit.DONE if outcome.ok else Exit.STUCK


def program() -> str:
    """How this program can be called again from here: by its path where it is not on PATH."""
    return "badge-bridge" if shutil.which("badge-bridge") else os.path.relpath(sys.argv[0])


def _nothing(line: str) -> None:
    """With --json nothing but the document is written."""


def _say_outcome(outcome: Outcome) -> None:
    say()
    rows = [(line.id, line.name, line.badge, line.story, line.status, str(line.mails)) for line in outcome.lines]
    table(("ID", "who", "badge", "story", "status", "mails"), rows)
    out = outcome.out
    say()
    revoked = len(outcome.badges) - outcome.valid
    but = f", {revoked} revoked since" if revoked else ""
    say(f"{outcome.mails} mails, {len(outcome.badges)} of them with a badge: {outcome.valid} genuine and valid{but}.")
    say(f"{sum(outcome.calls.values())} calls to Google's stand-in, {outcome.seconds:.1f} seconds.")
    say(f"Look into {out}: badges/, mail/, site/index.html, review.csv, bridge.db. Check them as a stranger would:")
    say(f"  {program()} verify {out}/badges/*.png --site {out}/site")
    for broken in outcome.broken:
        say(f"The stand-in broke Google's contract: {broken}")
