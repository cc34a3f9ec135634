"""Which rows have had their season in the tab Review, and how they move to the tab Archive. Pure.

Nothing is remembered but that a row is not in Review any more (`Known.shown`: 0). Whether one may be away is decided
anew in each look, and only while there is an Archive: whatever happens to a request, or to that tab, its rows come
back by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.model import Known
from bridge.plan.learning import Learnt
from bridge.plan.policy import Policy
from bridge.plan.showing import Showing, cells_of
from bridge.ports import Own, OwnChange, SheetReading, Tab, Value
from bridge.review import COLUMNS, Row, fold

#: Fact: the day on which rows were moved last; they move once a day, in its first cycle that finds nobody at work.
MOVED_ON = "archive-day"

#: So many rows, and so many characters, move at once: Google takes some megabytes a call.
MOST_ROWS, MOST_CHARACTERS = 2_000, 2_000_000

#: The titles of the tab: a row of it, copied into Review, is that row again.
MOVED, OTHERS = "Moved", "Other columns"
ARCHIVE_TITLES = (*(column.title for column in COLUMNS), MOVED, OTHERS)


def to_move(known: Known, learnt: Learnt, now: datetime, policy: Policy) -> frozenset[str]:
    """The attempts whose rows are to move now, from what the first look of this cycle found; once a day."""
    if not learnt.review_is_whole or known.facts.get(MOVED_ON) == policy.day(now):
        return frozenset()
    chosen: set[str] = set()
    room = MOST_CHARACTERS
    for attempt_id, row in learnt.rows.good.items():
        if attempt_id in learnt.past:
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
    added = tuple(_archived(known, row, tab, policy, now) for row in rows)
    make = Own.ARCHIVE not in reading.own
    archive = OwnChange(Own.ARCHIVE, make=make, added=(ARCHIVE_TITLES, *added) if make else added)
    gone = {row.position for row in rows}
    change = replace(
        showing.change,
        review=tuple(patch for patch in showing.change.review if patch.row not in gone),
        removed=tuple(sorted(gone)),
        own=(*showing.change.own, archive),
    )
    return replace(
        showing, change=change, versions={**showing.versions, **dict.fromkeys(ids, 0)}, facts={MOVED_ON: day}
    )


def _by_number(attempt_id: str) -> tuple[int, int]:
    request, _, n = attempt_id.partition("-")
    return int(request), int(n)


def _archived(known: Known, row: Row, tab: Tab, policy: Policy, now: datetime) -> tuple[Value, ...]:
    """One line of the Archive: what the row says, the coach's words, and what stood in columns of people's own."""
    says: dict[str, Value] = {**row.cells, **cells_of(known, known.attempts[row.attempt_id], policy, now)}
    cells = [says.get(column.title, "") for column in COLUMNS]
    return (*cells, policy.day(now), _others(tab.values[0], tab.values[row.position], row.cells))


def _others(header: Sequence[str], cells: Sequence[str], ours: Mapping[str, str]) -> str:
    """What stands in columns that are not the bridge's: the header, and below it the cell."""
    known = {fold(title) for title in ours}
    named = ((header[place] if place < len(header) else "", text) for place, text in enumerate(cells))
    return "\n".join(
        f"{title}: {text}" if title else text for title, text in named if text and fold(title) not in known
    )
