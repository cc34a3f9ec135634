"""Commands that need no Google: sandbox, demo."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import textwrap
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import ConfigProblems, Refused

from .main import Exit
from .screen import say, say_json, table

if TYPE_CHECKING:
    from bridge.demo.run import Outcome
    from bridge.sandbox.seed import Programme

OPENING = (
    "A school district awards badges for four days and nights, on this machine alone. Google is played by a stand-in "
    "and people by a script; what works at night is the real bridge."
)


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
            for line in try_this(programme, url, write_config):
                say(line)
        say(f"The sandbox answers at {url}; what people can do there is told at {url}/_sandbox/. Ctrl-C stops it.")

    try:
        run(port, state, world, ready)
    except OSError as error:
        raise Refused(f"The port {port} can't be used: {error.strerror}. Choose another: --port 0") from error
    return Exit.DONE


def demo(requests: int, out: Path, *, browser: bool, as_json: bool) -> int:
    """Play the story, say what became of each request, and open the site when somebody watches."""
    from bridge.demo.run import run

    if not as_json:
        _say_story(OPENING)
    outcome = run(requests, out, _nothing if as_json else _say_story)
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


def try_this(programme: Programme, url: str, config: Path) -> Iterator[str]:
    """Yield what a newcomer can copy and paste: a request, its approval, and a look into the mailbox."""
    from bridge.sandbox.seed import CONSENT, SHOW_NAME

    teacher, coach, acts = programme.teachers[0], programme.coaches[0], f"{url}/_sandbox"
    answers = {
        "name": teacher.name,
        "badge": programme.badges[0].name,
        "reflection": "Students ask for the next question.",
        "consent": CONSENT,
        "show": [SHOW_NAME],
    }
    asked = {"email": teacher.email, "answers": {programme.titles[role]: answer for role, answer in answers.items()}}
    where = {"tab": "Review", "where": {"ID": "1-1"}, "as": coach.email}
    approved = where | {"set": {"Decision": "Approve", "Feedback": "Well done!", "Reviewer": coach.email}}
    yield f"Settings and keys are written: {config}. In another terminal start the bridge:"
    yield f"  {program()} serve --config {shlex.quote(str(config))}"
    yield "Then play the people, in a third one. A teacher asks for a badge:"
    yield _curl(f"{acts}/forms/{programme.form_id}/responses", asked)
    yield "Half a minute later the request stands in the sheet, and a coach approves it:"
    yield _curl(f"{acts}/sheets/{programme.spreadsheet_id}/type-in-row", approved)
    yield "Another half minute, and the badge is in the teacher's mailbox:"
    yield f'  curl -s {acts}/mailbox/{teacher.email} | grep -o \'"subject":"[^"]*"\''
    yield f"  curl -s {acts}/mailbox/{teacher.email}/2.eml -o badge.eml"
    yield f"The sheet, in a browser: {acts}/sheets/{programme.spreadsheet_id}/Review.html"


def _curl(url: str, body: Mapping[str, object]) -> str:
    return f"  curl -s -d {shlex.quote(json.dumps(body, ensure_ascii=False))} {url}"


def _say_story(line: str) -> None:
    """On a terminal the words stand in a column of their own, beside the days; into a pipe a day is a line."""
    from bridge.demo.story import MARGIN

    if sys.stdout.isatty():
        width = min(shutil.get_terminal_size().columns, 110)
        margin = " " * (MARGIN if line.startswith(("Day ", "Night ")) else 0)
        line = textwrap.fill(line, width, subsequent_indent=margin)
    say(line)


def _nothing(line: str) -> None:
    """With --json nothing but the document is written."""


def _say_outcome(outcome: Outcome) -> None:
    say()
    wide = not sys.stdout.isatty() or shutil.get_terminal_size().columns >= WIDE
    titles = ("ID", "teacher", *(("badge",) if wide else ()), "what happened", "Status in the sheet", "mails")
    table(
        titles,
        [
            (line.id, line.name, *((line.badge,) if wide else ()), line.story, line.status, str(line.mails))
            for line in outcome.lines
        ],
    )
    revoked = len(outcome.badges) - outcome.valid
    but = f", {revoked} revoked since" if revoked else ""
    say()
    say(f"{outcome.mails} mails, {len(outcome.badges)} of them with a badge: {outcome.valid} genuine and valid{but}.")
    say(f"{sum(outcome.calls.values())} calls to Google's stand-in, {outcome.seconds:.1f} seconds.")
    for broken in outcome.broken:
        say(f"The stand-in broke Google's contract: {broken}")
    say()
    _say_what_next(outcome.out, revoked)


#: From so many columns on the table has room for the badges' names.
WIDE = 120

#: What the demo leaves, in the order of interest.
LEFT = {
    "site/index.html": "the public pages: open it in a browser",
    "badges/": "what the teachers got: pictures with the proof inside",
    "mail/": "the mails: open one in a mail program",
    "review.html": "the coaches' sheet as it looks now; its cells: review.csv",
    "progress.html": "how it goes, with charts; beside it badges, hours, log, catalogue and help.html",
    "bridge.db": "the ledger; with bridge.toml and the keys beside it",
}


def _say_what_next(out: Path, revoked: int) -> None:
    say(f"All of it is left in {out}:")
    for name, what in LEFT.items():
        say(f"  {name:<16} {what}")
    here = shlex.quote(str(out))
    say()
    but = f" ({revoked} was revoked in the story, and must not pass)" if revoked else ""
    say(f"Check the badges, as a stranger would{but}:")
    say(f"  {program()} verify {here}/badges/*.png --site {here}/site")
    say("See what a request went through:")
    say(f"  {program()} explain 1 --config {here}/bridge.toml")
    say("Play the people yourself, with a stand-in that stays:")
    say(f"  {program()} sandbox --write-config trial/bridge.toml")
