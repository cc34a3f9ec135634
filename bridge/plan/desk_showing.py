"""What coaches' own tabs must say, and which rows leave them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.model import Identity, Known, Lesson
from bridge.plan.assignment import rows_of
from bridge.plan.badge_link import links_after
from bridge.plan.cells import RowOf, rows_in_order
from bridge.plan.decisions import Sorted, sort_rows
from bridge.plan.desks import Desk, read_desk, was_there
from bridge.plan.history_note import DUE, due_notes, left_due
from bridge.plan.learning import Learnt
from bridge.plan.policy import Policy
from bridge.plan.ratings import criteria_in_use
from bridge.plan.room import REVIEW_BYTES, Room
from bridge.plan.showing import Showing, Whose, in_order, mend, new_row, review_again, show_review
from bridge.ports import Change, SheetReading
from bridge.review import COLUMNS_OF_COACHES, to_rows, with_criteria


def show(known: Known, reading: SheetReading, learnt: Learnt, policy: Policy, now: datetime) -> Showing:
    """Compare what the tabs say with what they should say. Deciding is over: nothing is learnt here.

    Where coaches have tabs of their own, these have half of what one write has room for, and what Review leaves.
    """
    if policy.identity is not Identity.TABS:
        return show_review(known, reading, learnt, policy, now, Room(policy.coaches))
    half = REVIEW_BYTES // 2
    room = Room(policy.coaches, half)
    showing = show_review(known, reading, learnt, policy, now, room)
    if not (learnt.review_is_whole or showing.change.make_review):
        return showing
    tabs = dict(_tabs(known, reading, learnt, policy, now, Room(size=half + max(0, room.left))))
    coaches = {coach: theirs.change for coach, theirs in tabs.items() if theirs.change}
    links = {**showing.links, **{coach: links for theirs in tabs.values() for coach, links in theirs.links.items()}}
    return replace(showing, change=replace(showing.change, coaches=coaches), links=links)


def _tabs(
    known: Known, reading: SheetReading, learnt: Learnt, policy: Policy, now: datetime, room: Room
) -> Iterator[tuple[str, Showing]]:
    """What makes each coach's tab say what it should; that of somebody who is no coach any more is emptied."""
    wanted, all_rows = rows_of(known, now, policy), rows_in_order(known, policy, now)
    for coach in sorted((wanted.keys() | reading.coaches.keys()) - reading.unread.keys()):
        whose = Whose(coach, wanted.get(coach, frozenset()) - learnt.past)
        there = learnt.desks.get(coach, Desk()).rows.good
        rows = [row for row in all_rows if whose.has(row.attempt.id) or row.attempt.id in there]
        yield coach, _tab(known, reading.coaches.get(coach), learnt, policy, rows, room, whose)


def _tab(
    known: Known,
    seen: SheetReading | None,
    learnt: Learnt,
    policy: Policy,
    rows: Sequence[RowOf],
    room: Room,
    whose: Whose,
) -> Showing:
    """What one coach's tab needs; rows that are to leave it are left for `leaving`."""
    table = read_desk(seen) if seen is not None else None
    if seen is None or table is None:
        if not whose.ids and seen is not None and not seen.lacking:
            return Showing()
        new = {row.attempt.id: new_row(row, "", whose) for row in rows if whose.has(row.attempt.id)}
        new = {attempt_id: row for attempt_id, row in new.items() if room.takes_row(row.values())}
        columns = with_criteria(COLUMNS_OF_COACHES, criteria_in_use(known))
        change = Change(make_review=True, added=tuple(in_order(row, columns) for row in new.values()))
        return Showing(change, links={whose.coach: links_after(known, policy, new, coach=whose.coach)})
    desk, lacks = learnt.desks.get(whose.coach, Desk()), bool(seen.lacking)
    if table.problems or not desk.whole:
        return Showing(Change(mend_review=lacks))
    there = replace(learnt, rows=desk.rows, notices={**learnt.notices, **desk.notices})
    showing = mend(known, table, there, policy, rows, room, whose)
    return replace(showing, change=replace(showing.change, mend_review=lacks))


def notes_left(known: Known, learnt: Learnt, change: Change) -> dict[str, str]:
    """What is to be remembered of the notes that were due, once *change* is made."""
    if not due_notes(known) or not (learnt.review_is_whole or change.make_review):
        return {}
    desks = ((desk.rows.good, change.coaches.get(coach, Change())) for coach, desk in learnt.desks.items())
    return {DUE: left_due(known, [({} if change.make_review else learnt.rows.good, change), *desks])}


def leaving(known: Known, learnt: Learnt, policy: Policy, now: datetime) -> dict[str, Sequence[int]]:
    """The places of rows that are to leave their coach's tab: they are with somebody else, or closed for long."""
    if policy.identity is not Identity.TABS or not learnt.review_is_whole:
        return {}
    wanted, found = rows_of(known, now, policy), dict[str, Sequence[int]]()
    for coach, desk in learnt.desks.items():
        stay = wanted.get(coach, frozenset()) - learnt.past
        gone = [row.position for key, row in desk.rows.good.items() if key not in stay and was_there(known, key, coach)]
        if gone and desk.whole:
            found[coach] = sorted(gone)
    return found


def without(change: Change, gone: Mapping[str, Sequence[int]]) -> Change:
    """*change*, in which these rows go from their tabs, too, each by its place: the reading must be of this moment."""
    coaches = dict(change.coaches)
    for coach, places in gone.items():
        own = coaches.get(coach, Change())
        stay = tuple(patch for patch in own.review if patch.row not in places)
        notes = tuple(note for note in own.notes if note.row not in places)
        coaches[coach] = replace(own, review=stay, notes=notes, removed=tuple(places))
    return replace(change, coaches=coaches)


def look_again(known: Known, fresh: SheetReading, learnt: Learnt) -> Learnt:
    """*learnt* with the rows of all tabs as they stand just before the write.

    Where a coach chose meanwhile, looking at words that were edited since, the row is left as it is: the next cycle
    finds a choice about an older version, and does not take it.
    """
    again = review_again(known, fresh, learnt)
    desks, leave = {}, set(again.leave)
    for coach, desk in learnt.desks.items():
        table = read_desk(fresh.coaches[coach]) if coach in fresh.coaches else None
        rows = sort_rows(known, to_rows(table)) if table is not None and not table.problems else Sorted()
        desks[coach] = replace(desk, rows=rows, whole=desk.whole and bool(table and not table.problems))
        both = rows.good.keys() & desk.rows.good.keys()
        chosen = (key for key in both if rows.good[key].verdict != desk.rows.good[key].verdict)
        leave |= {key for key in chosen if known.shown.get(key, 1) != known.attempts[key].version}
    return replace(again, desks=desks, leave=frozenset(leave))


def is_same(coach: str, before: SheetReading, now: SheetReading) -> bool:
    """True where nobody was at work in the coach's tab between two looks."""
    return (
        coach in before.coaches and coach in now.coaches and before.coaches[coach].review == now.coaches[coach].review
    )


def tidied(known: Known, reading: SheetReading, policy: Policy, now: datetime) -> dict[str, Change]:
    """The tabs that are missing, and the looks of those that are there; no cell of a row is touched."""
    if policy.identity is not Identity.TABS:
        return {}
    wanted, rows, room = rows_of(known, now, policy), rows_in_order(known, policy, now), Room(size=REVIEW_BYTES // 2)
    made = {
        coach: _tab(known, None, Learnt(Lesson()), policy, rows, room, Whose(coach, ids)).change
        for coach, ids in wanted.items()
        if coach not in reading.coaches and coach not in reading.unread
    }
    looks = {coach: Change(mend_review=True) for coach, seen in reading.coaches.items() if seen.lacking}
    return made | looks
