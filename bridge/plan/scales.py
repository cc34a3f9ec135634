"""Which columns of criteria the review tab needs, and which drop-down each of its rows has there. Pure.

What is there is known by a note on the tab: a hash of the drop-downs of the rows, from top to bottom. So rows that were
sorted, inserted or deleted get theirs anew, whether or not drop-downs move with their rows.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from bridge.model import Known
from bridge.plan.ratings import criteria_in_use, rated_by
from bridge.plan.room import Room
from bridge.plan.showing import Showing
from bridge.ports import Change, SheetReading, Tab
from bridge.review import ID, REVIEWER, Scales, criteria_in, fold, read_review, to_rows

#: Bytes of one write for drop-downs; the next cycle goes on.
MOST_BYTES = 1_000_000

Scale = Mapping[str, tuple[str, ...]]


def scale_of(known: Known, attempt_id: str) -> Scale:
    achievement = rated_by(known, attempt_id) if attempt_id in known.attempts else None
    return {fold(one.title): one.levels for one in achievement.rubric} if achievement is not None else {}


def with_scales(showing: Showing, known: Known, reading: SheetReading) -> Showing:
    """*showing*, and with it the columns of criteria and their drop-downs, where any are to be others."""
    room = Room(size=MOST_BYTES)
    change = _with_scales(showing.change, known, reading.review, room)
    coaches = dict(change.coaches)
    for coach in sorted(coaches.keys() | reading.coaches.keys()):
        seen = reading.coaches.get(coach)
        own = _with_scales(coaches.get(coach, Change()), known, seen.review if seen else None, room, (REVIEWER,))
        coaches |= {coach: own} if own else {}
    return replace(showing, change=replace(change, coaches=coaches))


def _with_scales(change: Change, known: Known, tab: Tab | None, room: Room, lacks: Collection[str] = ()) -> Change:
    scales = (
        _of_new_tab(known, [str(row[0]) for row in change.added], room)
        if change.make_review
        else _of_tab(known, tab, change.added, change.removed, room, lacks)
    )
    change = replace(change, ratings=scales)
    return replace(change, choices=_anew(change, known, tab, room, lacks))


def _anew(change: Change, known: Known, tab: Tab | None, room: Room, lacks: Collection[str]) -> dict[int, Scale] | None:
    """The drop-downs of the rows that *change* writes anyway: people may have taken them away, or pasted over them.

    None where it writes nothing to a tab that is there.
    """
    if tab is None or change.make_review or not change.is_in_review:
        return None
    criteria, patched = [fold(title) for title in criteria_in_use(known)], {patch.row for patch in change.review}
    if not criteria or (table := read_review(tab.values, tab.marked, lacks)).problems:
        return {}
    anew = dict[int, Scale]()
    for row in to_rows(table):
        if row.position in patched:
            scale = scale_of(known, row.attempt_id)
            if not room.takes(_texts(scale)):
                break
            anew[row.position] = {criterion: scale.get(criterion, ()) for criterion in criteria}
    return anew


def without_choices(change: Change) -> Change:
    """*change*, where drop-downs are left as they are."""
    coaches = {coach: replace(theirs, choices=None) for coach, theirs in change.coaches.items()}
    return replace(change, choices=None, coaches=coaches)


def _of_new_tab(known: Known, ids: Iterable[str], room: Room) -> Scales | None:
    titles = criteria_in_use(known)
    return _laid(titles, [scale_of(known, attempt_id) for attempt_id in ids], 0, room) if titles else None


def _of_tab(
    known: Known,
    tab: Tab | None,
    added: Iterable[Sequence[object]],
    removed: Collection[int],
    room: Room,
    lacks: Collection[str] = (),
) -> Scales | None:
    titles = criteria_in_use(known)
    if tab is None or not (titles or tab.rated):
        return None
    table = read_review(tab.values, tab.marked, lacks)
    if table.problems:
        return None
    there = criteria_in(tab.marked)
    new = tuple(title for title in titles if fold(title) not in there)
    now: list[Scale] = [{}] * (len(tab.values) - 1)
    for row in to_rows(table):
        now[row.position - 1] = scale_of(known, row.attempt_id)
    rated = tab.rated if _is_offered(tab, {fold(title) for title in titles}, now) else ""
    covered = 0 if new else _covered(rated, now)
    covered -= sum(position <= covered for position in removed)
    rows = [scale for position, scale in enumerate(now, 1) if position not in removed]
    rows += [scale_of(known, str(row[table.places[ID]])) for row in added]
    scales = _laid(new, rows, covered, room)
    return scales if new or scales.mark != rated else None


def _is_offered(tab: Tab, criteria: Collection[str], rows: Sequence[Scale]) -> bool:
    """False where it was looked what each row offers, and one offers something else."""
    if tab.choices is None:
        return True
    offers = (*tab.choices, *({} for _ in rows[len(tab.choices) :]))
    places = {criterion: place for criterion, place in criteria_in(tab.marked).items() if criterion in criteria}
    return all(
        there.get(place, ()) == scale.get(criterion, ())
        for there, scale in zip(offers, rows, strict=False)
        for criterion, place in places.items()
    )


def _covered(noted: str, rows: Sequence[Scale]) -> int:
    """How many rows have the drop-downs that were *noted*; none where any of them has another one by now."""
    number = noted.partition(":")[0]
    return int(number) if number.isdecimal() and _mark(rows[: int(number)]) == noted else 0


def _laid(new: tuple[str, ...], rows: Sequence[Scale], covered: int, room: Room) -> Scales:
    """The drop-downs of *rows* from that after *covered* on, as many as there is room for."""
    until = next(
        (place for place, scale in enumerate(rows[covered:], covered) if not room.takes(_texts(scale))),
        len(rows),
    )
    laid = tuple(rows[:until])
    return Scales(new, laid, covered + 1, _mark(laid))


def _texts(scale: Scale) -> list[str]:
    return [text for levels in scale.values() for text in ("", *levels)]


def _mark(rows: Sequence[Scale]) -> str:
    """How many rows have their drop-downs, and a hash of these; rows without any at the end don't count."""
    last = max((place for place, scale in enumerate(rows, 1) if scale), default=0)
    told = json.dumps(rows[:last], sort_keys=True)
    return f"{last}:{zlib.crc32(told.encode()):08x}"


def words_of_scales(scales: Scales | None) -> tuple[str, ...]:
    """What of the columns of criteria is put in order."""
    if scales is None:
        return ()
    return tuple(f"the column “{title}”" for title in scales.new) or ("the drop-downs of the rubrics",)
