"""Whether the bridge kept its hands off what is not its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.plan.archive import ARCHIVE_TITLES
from bridge.plan.catalogue import TITLES
from bridge.ports import Tab
from bridge.review import CRITERION, DECISION, FEEDBACK, ID, REQUIRED, REVIEWER, STATUS, fold
from tests.crash.clumsy import BRIDGES, View, on_top
from tests.fakes.hands import BADGES, REVIEW, Hands

Lines = list[tuple[str, ...]]
_BRIDGES = {fold(title) for title in BRIDGES if title in REQUIRED}


@dataclass(frozen=True, slots=True)
class Sight:
    """What people see that the bridge must leave alone, and the rows that say a verdict."""

    review: Lines
    catalogue: Lines
    ratings: Mapping[str, tuple[str, ...]]  # each column of a criterion, by its mark
    rows: Lines  # of Review, what the Archive must keep of them
    words: frozenset[View]


def look(hands: Hands, tab: Tab | None, words: frozenset[View]) -> Sight:
    """*tab*: Review, as the bridge reads it."""
    cells = on_top(hands.cells(REVIEW))[0]
    marked = dict(tab.marked) if tab is not None else {}
    header = cells[0] if cells else ()
    ours = {place for place, title in enumerate(header) if fold(title) in _BRIDGES}
    ours |= set(marked.values())
    folded = [fold(title) for title in header]
    kept = [folded.index(fold(title)) for title in KEPT if fold(title) in folded]
    return Sight(
        review=[tuple(cell for place, cell in enumerate(row) if place not in ours) for row in cells],
        ratings={
            mark: tuple(row[place] for row in cells if place < len(row))
            for mark, place in marked.items()
            if mark.startswith(CRITERION)
        },
        catalogue=_without_status(on_top(hands.cells(BADGES), TITLES)[0]),
        rows=[tuple(row[place] for place in kept) for row in cells],
        words=words,
    )


#: What the Archive keeps of each row, whatever else it does.
KEPT = (ID, DECISION, FEEDBACK, REVIEWER)


def _without_status(cells: Sequence[Sequence[str]]) -> Lines:
    status = {place for place, title in enumerate(cells[0]) if fold(title) == fold(STATUS)} if cells else set()
    return [tuple(cell for place, cell in enumerate(row) if place not in status) for row in cells]


def check(before: Sight, after: Sight, archive: Sequence[Sequence[str]]) -> None:
    """Raise AssertionError unless all that stood there stands there still, or in the Archive."""
    assert after.catalogue[: len(before.catalogue)] == before.catalogue
    gone = _missing(before.review, after.review)
    for mark in before.ratings.keys() & after.ratings.keys() if not gone else ():
        assert after.ratings[mark][: len(before.ratings[mark])] == before.ratings[mark]
    if gone:
        places = [ARCHIVE_TITLES.index(title) for title in KEPT]
        archived = {tuple(row[place] for place in places) for row in archive if len(row) >= len(ARCHIVE_TITLES)}
        assert {before.rows[place] for place in gone} <= archived, "rows are gone that are not in the Archive"


def _missing(before: Lines, after: Lines) -> list[int]:
    """Which lines of *before* are not in *after*, where all others stand in the same order."""
    gone, place = [], 0
    for n, line in enumerate(before):
        if place < len(after) and after[place] == line:
            place += 1
        else:
            gone.append(n)
    return gone
