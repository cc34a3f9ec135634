"""The tabs that are the bridge's alone, Log and Help: what each must say, and what of it differs. Pure.

Nobody else's words stand in them, so they are compared cell by cell, by position: whatever people type, sort or delete
there is put right by the next cycle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridge.model import Known, Line, Problem
from bridge.plan.chain import first_break, moment
from bridge.plan.help_page import help_rows
from bridge.plan.hours import hours_of, hours_rows
from bridge.plan.policy import Policy
from bridge.plan.progress import progress_rows
from bridge.ports import Own, OwnChange, Patch, Rows, SheetReading, Tab, Value

LOG_TITLES = ("No.", "When (UTC)", "Request", "What", "Badge", "By", "For", "Hash")

#: Fact: how many lines the tab Log showed last. What is missing of those was deleted.
SHOWN = "log shown"

_WHERE = "sheet, tab Log"


@dataclass(frozen=True, slots=True)
class Pages:
    """What is to be written, to be remembered once it is, and to be told."""

    changes: tuple[OwnChange, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def pages(known: Known, reading: SheetReading, log: Sequence[Line], now: datetime, policy: Policy) -> Pages:
    """Compare the bridge's own tabs with what they must say."""
    shown = int(known.facts.get(SHOWN, "0"))
    tab = reading.own.get(Own.LOG)
    wanted: Mapping[Own, Rows] = {
        Own.PROGRESS: progress_rows(known, now, policy),
        Own.LOG: log_rows(log),
        Own.HOURS: hours_rows(hours_of(known, policy)),
        Own.HELP: help_rows(policy),
    }
    changes = tuple(
        change
        for own, rows in wanted.items()
        if (change := _change(own, reading.own.get(own), rows, draw=own in reading.undrawn)) is not None
    )
    problems = (Problem(_WHERE, sentence, blocking=blocking) for sentence, blocking in _findings(tab, log, shown))
    facts = {SHOWN: str(len(log))} if len(log) != shown else {}
    return Pages(changes, facts, tuple(problems))


def log_rows(log: Sequence[Line]) -> Rows:
    """Return the tab Log, the titles first; each cell but the hash's is a part of what is hashed."""
    return (LOG_TITLES, *map(log_row, log))


def log_row(line: Line) -> tuple[str, ...]:
    return (str(line.n), moment(line.at), line.attempt_id, line.what, line.badge, line.by, line.person, line.hash)


def first_difference(tab: Tab, log: Sequence[Line]) -> int | None:
    """Return the number of the first line in which *tab* says something else than *log*, or which only one has."""
    told = [_padded(row, len(LOG_TITLES)) for row in tab.values[1:]]
    for n in range(1, max(len(told), len(log)) + 1):
        if n > len(log) or n > len(told) or told[n - 1] != log_row(log[n - 1]):
            return n
    return None


def _findings(tab: Tab | None, log: Sequence[Line], shown: int) -> Iterator[tuple[str, bool]]:
    """Yield sentences about lines that somebody changed, each with whether it needs a person."""
    if (broken := first_break(log)) is not None:
        yield (
            f"The decision log in the ledger itself is broken at line {broken}: somebody changed the ledger's file. "
            "Put a backup back (badge-bridge restore), and find out who may write to that file.",
            True,
        )
    if tab is None:
        if shown:
            yield f"The tab with the decision log was deleted. It is made again, with all {shown} lines.", False
        return
    told = len(tab.values) - 1
    differs = first_difference(Tab(tab.sheet_id, tab.title, tab.values[: shown + 1]), log[:shown])
    if told > len(log):
        newest = _padded(tab.values[-1], len(LOG_TITLES))[-1]
        yield (
            f"The tab had {told} lines, the ledger knows {len(log)}: an older ledger was put back, or somebody wrote "
            f"lines of their own. The last one ended with the hash {newest[:64]}. The tab now follows the ledger.",
            False,
        )
    elif differs is not None:
        yield f"From line {differs} on somebody changed, sorted or deleted lines. They were put back.", False


def _change(own: Own, tab: Tab | None, rows: Rows, *, draw: bool) -> OwnChange | None:
    """Return what makes *tab* say *rows*; None if it does. What people wrote to the right of them is left alone."""
    if tab is None:
        return OwnChange(own, make=True, added=rows)
    width = len(rows[0])
    patches = tuple(
        Patch(position, place, text)
        for position, found in enumerate(tab.values)
        for place, text in enumerate(rows[position] if position < len(rows) else ("",) * width)
        if (found[place] if place < len(found) else "") != as_text(text)
    )
    added = rows[len(tab.values) :]
    return OwnChange(own, draw=draw, patches=patches, added=added) if patches or added or draw else None


def as_text(value: Value) -> str:
    """Return a cell as it is read: a number as it is written in full, without a zero behind the point."""
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"


def _padded(row: Sequence[str], width: int) -> tuple[str, ...]:
    return (*row[:width], *("",) * (width - len(row)))
