"""Commands that go out into the world: doctor, plan, run, serve, sheet sync."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from gspread.utils import rowcol_to_a1

from bridge.config import Settings, load
from bridge.config.signing import key_stamp
from bridge.cycle import Preview, plan_cycle, run_cycle, run_sync
from bridge.errors import LeaseHeld
from bridge.logs import start_log
from bridge.plan.locks import locked
from bridge.plan.tidying import filled
from bridge.ports import Change
from bridge.report import Report, counted, in_words
from bridge.service import KeptOpen, Stopped, comes_often, night, stopping, until_stopped
from bridge.service import serve as serve_until_stopped
from bridge.wiring import keeping_of, open_world

from .main import Exit
from .memory import patiently
from .screen import progress, say, say_json, say_stopped, table

log = logging.getLogger("bridge")

#: So many cells does a dry run list.
MOST_CELLS = 20


def plan(config: Path, *, as_json: bool) -> int:
    settings = load(config)
    with progress(quiet=as_json) as told, open_world(settings, leased=False, progress=told) as (world, policy):
        preview = plan_cycle(world, policy)
    if as_json:
        say_json(_preview_json(preview))
    else:
        _say_preview(preview)
    return Exit.STUCK if any(problem.blocking for problem in preview.problems) else Exit.DONE


def _preview_json(preview: Preview) -> dict[str, object]:
    change = preview.change
    return {
        "due": [
            {"effect": effect.key, "in_doubt": effect.in_doubt}
            | ({"by": preview.places[effect.key]} if effect.key in preview.places else {})
            for effect in preview.effects
        ],
        "withheld": sorted(preview.withheld),
        "sheet": {
            "make_review": change.make_review,
            "make_badges": change.make_catalogue,
            "mended": list(preview.lacking),
            "locked": list(locked(change)),
            "badges_mended": list(preview.badges_lacking),
            "rows_added": len(change.added),
            "cells_set": len(change.review) + len(change.catalogue),
            "rows": [row[0] for row in change.added],
            "rows_moved": list(preview.moved),
            "coaches_tabs": len(change.coaches),
            "cells": [{"tab": tab, "cell": cell, "text": text} for tab, cell, text in cells_of(change)],
        },
        "forms": [
            {"form": one.reading.title, "options": [choice.text for choice in one.choices if choice.text]}
            for one in preview.lists
        ],
        "problems": [{"where": p.where, "sentence": p.sentence, "blocking": p.blocking} for p in preview.problems],
    }


def cells_of(change: Change) -> Iterator[tuple[str, str, str]]:
    """Yield tab, cell (K7) and new text of each cell that would be set."""
    for tab, patches in (("Review", change.review), ("Badges", change.catalogue)):
        for patch in patches:
            yield tab, rowcol_to_a1(patch.row + 1, patch.column + 1), str(patch.text)


def _say_preview(preview: Preview) -> None:
    change = preview.change
    if preview.effects:
        say("Due now:")
        table(
            ("what", "by", "note"),
            [
                (in_words(e), preview.places.get(e.key, ""), "in doubt: is asked for first" if e.in_doubt else "")
                for e in preview.effects
            ],
        )
    if preview.withheld:
        say(f"{len(preview.withheld)} wait for a person's word.")
    if preview.badges_lacking:
        say(f"In the tab Badges would be put in order: {', '.join(preview.badges_lacking)}.")
    if closed := locked(change):
        say(f"Google would be made to let nobody but its owner write into {', '.join(closed)}.")
    if preview.lacking:
        say(f"In the tab Review would be put in order: {', '.join(preview.lacking)}.")
    if change.make_catalogue:
        say(f"The tab Badges would be made, {filled(change) or 'for you to fill in'}.")
    _say_sheet(change)
    if preview.moved:
        more = f" and {len(preview.moved) - MOST_CELLS} more" if len(preview.moved) > MOST_CELLS else ""
        gone = f"{counted(len(preview.moved), 'row', 'rows')}: {', '.join(preview.moved[:MOST_CELLS])}{more}"
        say(f"To the tab Archive would go, if nobody is at work in Review, {gone}.")
    for one in preview.lists:
        say(f"In the form “{one.reading.title}” the list of badges would change: {'; '.join(one.differences)}.")
    for problem in preview.problems:
        say(f"{problem.where}: {problem.sentence}")
    if not (preview.effects or preview.withheld or change or preview.lists or preview.problems):
        say("Nothing to do.")
    say("Nothing was changed.")


def _say_sheet(change: Change) -> None:
    if change.make_review or change.added or change.review or change.catalogue:
        made = "the review tab would be made, " if change.make_review else ""
        rows, cells = len(change.added), len(change.review) + len(change.catalogue)
        say(
            f"In the spreadsheet {made}{counted(rows, 'row', 'rows')} would be added "
            f"and {counted(cells, 'cell', 'cells')} set."
        )
        listed = list(cells_of(change))
        if listed:
            table(("tab", "cell", "would say"), [(tab, cell, _short(text)) for tab, cell, text in listed[:MOST_CELLS]])
        if len(listed) > MOST_CELLS:
            say(f"… and {len(listed) - MOST_CELLS} more: badge-bridge plan --json")
    if change.coaches:
        say(f"{counted(len(change.coaches), 'tab', 'tabs')} of coaches would be brought up to date.")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:69]}…"


def run(config: Path, *, as_json: bool) -> int:
    """One cycle. Into a pipe or a log file it writes a line per effect, on a terminal bars and a summary."""
    settings = load(config)
    start_log(logging.WARNING if sys.stderr.isatty() else logging.INFO)
    try:
        report = _cycle(settings, quiet=as_json)
    except LeaseHeld as busy:
        if as_json:
            say_json({"busy": str(busy)})
            return Exit.DONE
        raise
    except Stopped as stopped:
        say_stopped(str(stopped), as_json=as_json)
        return Exit.DONE
    if as_json:
        say_json(report.as_json())
    else:
        for line in report.lines():
            say(line)
    return Exit.STUCK if report.failed else Exit.DONE


def _cycle(settings: Settings, *, quiet: bool) -> Report:
    with (
        stopping() as stop,
        progress(quiet=quiet) as told,
        open_world(settings, progress=until_stopped(told, stop), stop=stop) as (world, policy),
    ):
        return night(world, keeping_of(settings), lambda: run_cycle(world, policy))


def serve(config: Path) -> int:
    settings = load(config)
    start_log(logging.INFO)
    schedule, timezone = settings.schedule, settings.programme.timezone
    often = comes_often(schedule, timezone)
    with (
        stopping() as stop,
        KeptOpen(
            lambda: open_world(settings, often=often, progress=until_stopped(_silent, stop), stop=stop),
            lambda: key_stamp(settings),
        ) as kept,
    ):

        def tick() -> None:
            world, policy = kept.now()
            for line in night(world, keeping_of(settings), lambda: run_cycle(world, policy)).lines():
                log.info("%s", line)

        log.info(
            "serving: %s", f"every {schedule.every_minutes:g} minutes" if schedule.every_minutes else schedule.cron
        )
        serve_until_stopped(schedule, timezone, tick, stop)
    log.info("stopped")
    return Exit.DONE


def sheet_sync(config: Path) -> int:
    settings = load(config)
    with open_world(settings) as (world, policy):
        synced = patiently(lambda: run_sync(world, policy))
    for words in synced.did or ("nothing differed",):
        say(f"sheet: {words}")
    for problem in synced.problems:
        say(f"{problem.where}: {problem.sentence}")
    return Exit.STUCK if any(problem.blocking for problem in synced.problems) else Exit.DONE


def _silent(what: str, done: int, total: int) -> None:
    """A service shows no bars; its log has a line per effect."""


def doctor(config: Path, *, as_json: bool) -> int:
    from bridge.doctor import Mark, examine

    with progress(quiet=as_json or not sys.stderr.isatty()) as told:
        findings = examine(config, told)
    if as_json:
        say_json({"findings": [finding.as_json() for finding in findings]})
    else:
        table(("", "what", "finding"), [(f.mark.value, f.what, f"{f.sentence} {f.cure}".strip()) for f in findings])
        bad, warn = (sum(f.mark is mark for f in findings) for mark in (Mark.BAD, Mark.WARN))
        to_look_at = counted(warn, "thing is", "things are") + " worth a look (!)" if warn else "all is well"
        say()
        say(f"{counted(bad, 'thing', 'things')} to mend (✗) before it can work." if bad else f"Ready; {to_look_at}.")
    if any(finding.mark is Mark.BAD and finding.what == "settings" for finding in findings):
        return Exit.WRONG_USE
    return Exit.STUCK if any(finding.mark is Mark.BAD for finding in findings) else Exit.DONE
