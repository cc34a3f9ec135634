"""The tabs that are the bridge's alone, Log and Help: what each must say, and what of it differs. Pure.

Nobody else's words stand in them, so they are compared cell by cell, by position: whatever people type, sort or delete
there is put right by the next cycle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from bridge.model import Known, Line, Problem
from bridge.plan.catalogue_tab import catalogue_rows
from bridge.plan.help_page import help_rows
from bridge.plan.hours import hours_of, hours_rows
from bridge.plan.log_tab import SHOWN, findings, log_rows
from bridge.plan.policy import Policy
from bridge.plan.progress import progress_rows
from bridge.ports import Own, OwnChange, Patch, Rows, SheetReading, Tab, Value
from bridge.review import Linked

#: Fact: of what the links in the tab Help were made.
LINKED = "help-links"

#: So many cells of all these tabs are written at once, some 60 bytes each (see `room`): the next cycle goes on. The Log
#: comes first; however little it leaves, the others get so many rows each.
MOST_CELLS, FEWEST_ROWS = 40_000, 100


@dataclass(frozen=True, slots=True)
class Pages:
    """What is to be written, to be remembered once it is, and to be told."""

    changes: tuple[OwnChange, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def pages(known: Known, reading: SheetReading, log: Sequence[Line], now: datetime, policy: Policy) -> Pages:
    """Compare the bridge's own tabs with what they must say."""
    shown = int(known.facts.get(SHOWN, "0"))
    found = list(findings(reading.own.get(Own.LOG), log, shown))
    wanted: dict[Own, Rows] = {
        Own.PROGRESS: progress_rows(known, now, policy),
        Own.LOG: log_rows(log),
        Own.HOURS: hours_rows(hours_of(known, policy)),
        Own.CATALOGUE: catalogue_rows(known, reading.catalogue, now, policy),
        Own.HELP: help_rows(policy, reading.views),
    }
    if any(one.frozen for one in found):
        del wanted[Own.LOG]
    links = sha256(repr(reading.views).encode()).hexdigest()[:16] if reading.views else ""
    linked = {} if known.facts.get(LINKED, "") == links else {LINKED: links}
    changes = _changes(reading, wanted, relink=bool(linked))
    lines = _lines_after(reading.own.get(Own.LOG), changes[Own.LOG], log) if Own.LOG in changes else shown
    return Pages(
        tuple(change for change in changes.values() if change is not None),
        linked | ({SHOWN: str(lines)} if lines != shown else {}),
        tuple(Problem("sheet, tab Log", one.sentence, blocking=one.frozen) for one in found),
    )


def _changes(reading: SheetReading, wanted: Mapping[Own, Rows], *, relink: bool) -> Mapping[Own, OwnChange | None]:
    """Return what makes each tab say what is *wanted* of it; all of it together fits into one write.

    *relink*: cells that lead somewhere lead elsewhere now, with the same words.
    """
    changes: dict[Own, OwnChange | None] = dict.fromkeys(wanted)
    left = MOST_CELLS
    for own in sorted(wanted, key=lambda own: own is not Own.LOG):
        width = len(wanted[own][0])
        room = left if own is Own.LOG else max(left, FEWEST_ROWS * width)
        change = _change(own, reading.own.get(own), wanted[own], own in reading.undrawn, room, relink=relink)
        left -= len(change.patches) + len(change.added) * width if change is not None else 0
        changes[own] = change
    return changes


def _lines_after(tab: Tab | None, change: OwnChange | None, log: Sequence[Line]) -> int:
    """How many lines the tab Log shows once *change* is made."""
    if change is None:
        return len(log)
    there = len(tab.values) if tab is not None else 0
    return min(len(log), there + len(change.added) - 1)


def _change(own: Own, tab: Tab | None, rows: Rows, draw: bool, room: int, *, relink: bool) -> OwnChange | None:
    """Return what makes *tab* say *rows*, or a part of *room* cells; None if it does.

    What people wrote to the right of them is left alone.
    """
    width = len(rows[0])
    if tab is None:
        return OwnChange(own, make=True, added=rows[: room // width])
    patches = tuple(
        Patch(position, place, text)
        for position, found in enumerate(tab.values)
        for place, text in enumerate(rows[position] if position < len(rows) else ("",) * width)
        if (found[place] if place < len(found) else "") != as_text(text) or (relink and isinstance(text, Linked))
    )
    added = rows[len(tab.values) :][: (room - len(patches)) // width] if len(patches) < room else ()
    patches = patches[:room]
    return OwnChange(own, draw=draw, patches=patches, added=added) if patches or added or draw else None


def as_text(value: Value) -> str:
    """Return a cell as it is read: a number as it is written in full, without a zero behind the point."""
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"
