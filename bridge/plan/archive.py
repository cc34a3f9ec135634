"""Which rows have had their season in the tab Review, and how they move to the tab Archive. Pure.

Nothing is remembered but that a row is not in Review any more (`Known.shown`: 0). Whether one may be away is decided
anew in each look, and only while there is an Archive: whatever happens to a request, or to that tab, its rows come
back by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.model import Known
from bridge.plan.cells import cells_of
from bridge.plan.learning import Learnt
from bridge.plan.policy import Policy
from bridge.plan.showing import Showing
from bridge.ports import Own, OwnChange, SheetReading, Value
from bridge.review import COLUMNS, CRITERION, DECISION, FEEDBACK, REVIEWER, Row, read_review

#: Fact: the day on which rows were moved last; they move once a day, in its first cycle that finds nobody at work.
MOVED_ON = "archive-day"

#: So many rows, and so many characters, move at once: Google takes some megabytes a call.
MOST_ROWS, MOST_CHARACTERS = 2_000, 2_000_000

#: The titles of the tab: a row of it, copied into Review, is that row again.
MOVED, OTHERS = "Moved", "Other columns"
ARCHIVE_TITLES = (*(column.title for column in COLUMNS), MOVED, OTHERS)


def to_move(known: Known, learnt: Learnt, now: datetime, policy: Policy) -> frozenset[str]:
    """The attempts whose rows are to move now, from what the first look of this cycle found; once a day.

    Not one whose ID still stands in a row where somebody pasted it to have it back: it would come back every day.
    """
    if not learnt.review_is_whole or known.facts.get(MOVED_ON) == policy.day(now):
        return frozenset()
    asked_for = {row.attempt_id for row in learnt.rows.damaged}
    chosen: set[str] = set()
    room = MOST_CHARACTERS
    for attempt_id, row in learnt.rows.good.items():
        if attempt_id in learnt.past and attempt_id not in asked_for:
            room -= sum(map(len, row.cells.values()))
            if room < 0 or len(chosen) == MOST_ROWS:
                break
            chosen.add(attempt_id)
    return frozenset(chosen)


def moved(
    showing: Showing,
    known: Known,
    reading: SheetReading,
    learnt: Learnt,
    ids: Collection[str],
    now: datetime,
    policy: Policy,
) -> Showing:
    """*showing*, in which the rows *ids* go over to the Archive, in the same write.

    They are deleted by their position: *reading* must be of this moment, and nobody at work in the tab.
    """
    tab = reading.review
    if tab is None or not ids:
        return showing
    day = policy.day(now)
    rows = [learnt.rows.good[attempt_id] for attempt_id in sorted(ids, key=_by_number)]
    places = read_review(tab.values, tab.marked).places
    ours = frozenset(place for mark, place in places.items() if not mark.startswith(CRITERION))
    added = tuple(
        (*_archived(known, row, policy, now), day, _others(tab.values[0], tab.values[row.position], ours))
        for row in rows
    )
    make = Own.ARCHIVE not in reading.own
    archive = OwnChange(Own.ARCHIVE, make=make, added=(ARCHIVE_TITLES, *added) if make else added)
    gone = {row.position for row in rows}
    change = replace(
        showing.change,
        review=tuple(patch for patch in showing.change.review if patch.row not in gone),
        notes=tuple(note for note in showing.change.notes if note.row not in gone),
        removed=tuple(sorted(gone)),
        own=(*showing.change.own, archive),
    )
    return replace(
        showing, change=change, versions={**showing.versions, **dict.fromkeys(ids, 0)}, facts={MOVED_ON: day}
    )


def _by_number(attempt_id: str) -> tuple[int, int]:
    request, _, n = attempt_id.partition("-")
    return int(request), int(n)


def _archived(known: Known, row: Row, policy: Policy, now: datetime) -> tuple[Value, ...]:
    """What the row says, the coach's words among it, wherever they were written."""
    says: dict[str, Value] = {**row.cells, **cells_of(known, known.attempts[row.attempt_id], policy, now)}
    decision = known.decision(row.attempt_id)
    if decision is not None and decision.verdict is not None and not row.verdict and decision.verified:
        says |= {DECISION: decision.verdict.value, FEEDBACK: decision.feedback, REVIEWER: decision.reviewer}
    return tuple(says.get(column.title, "") for column in COLUMNS)


def _others(header: Sequence[str], cells: Sequence[str], ours: Collection[int]) -> str:
    """What stands in columns that are people's own, whatever their titles: the header, and the cell."""
    named = ((header[place] if place < len(header) else "", place) for place, text in enumerate(cells) if text)
    return "\n".join(
        f"{title}: {cells[place]}" if title else cells[place] for title, place in named if place not in ours
    )
