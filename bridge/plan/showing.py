"""What the sheet must say: one comparison of all cells that the bridge owns, one change that mends them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model import Attempt, Decision, Identity, Known, Verdict
from bridge.plan.badge_link import links_after, misled
from bridge.plan.catalogue import STATUS as CATALOGUE_STATUS
from bridge.plan.catalogue import read_catalogue
from bridge.plan.catalogue_rows import badges_to_make
from bridge.plan.cells import RowOf, all_cells, badge_cell, rows_in_order, wanted_cells
from bridge.plan.decide_cell import LINKS, links_now, relinks
from bridge.plan.decisions import DAMAGED, TWICE, TWICE_SHOWN, UNKNOWN, bears_a_lost_badge, sort_rows
from bridge.plan.desks import word_on_desk
from bridge.plan.guards import emptied
from bridge.plan.history_note import due_notes, history_note
from bridge.plan.learning import REBUILD, Learnt
from bridge.plan.pages import as_text
from bridge.plan.policy import Policy
from bridge.plan.ratings import criteria_in_use
from bridge.plan.room import Room
from bridge.plan.scrambles import DISPLACED
from bridge.plan.status import status_words
from bridge.ports import Change, Own, Patch, SheetReading, Tab, Value
from bridge.review import (
    BADGE,
    CRITERION,
    DECIDE,
    DECISION,
    EVIDENCE,
    FEEDBACK,
    ID,
    LINK,
    REVIEWER,
    STATUS,
    TITLES_ROW,
    Column,
    Noted,
    Row,
    Table,
    cell,
    columns_of,
    fold,
    is_id,
    read_review,
    to_rows,
    with_criteria,
)


@dataclass(frozen=True, slots=True)
class Showing:
    change: Change = field(default_factory=Change)
    versions: Mapping[str, int] = field(default_factory=dict)  # what the tab shows once the change is made
    facts: Mapping[str, str] = field(default_factory=dict)  # to be remembered once rows were moved
    #: Facts about where cells lead, to be remembered once that tab is written; by coach, "" is Review.
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose tab it is, and of which attempts it has rows; Review has all."""

    coach: str = ""
    ids: frozenset[str] | None = None

    def has(self, attempt_id: str) -> bool:
        return self.ids is None or attempt_id in self.ids

    def word(self, known: Known, attempt: Attempt, ours: bool) -> Decision | None:
        """The word that a new row bears."""
        if self.coach:
            return word_on_desk(known, attempt.id, self.coach)
        decision, shown = known.decision(attempt.id), attempt.id in known.shown or attempt.submission.by_itself
        if decision is None or decision.identity is Identity.FORM:
            return None  # what was said there never stood in a cell
        return decision if (decision.enacted or ours) and shown else None


ALL = Whose()


def show_review(
    known: Known, reading: SheetReading, learnt: Learnt, policy: Policy, now: datetime, room: Room
) -> Showing:
    """Compare what Review and the catalogue say with what they should say. Deciding is over: nothing is learnt here."""
    told = replace(learnt, notices={**learnt.notices, **learnt.overview})
    rows = badges_to_make(known, reading)
    for row in rows or ():  # all of them come at once: requests may wait for the next cycle
        room.takes_row(row.values())
    showing = _review(known, reading, told, policy, now, room)
    patches = _catalogue_patches(reading.catalogue, learnt.catalogue)
    change = replace(showing.change, catalogue=patches, mend_catalogue=bool(reading.badges_lacking))
    return replace(showing, change=replace(change, make_catalogue=rows is not None, badges=rows or ()))


def _review(known: Known, reading: SheetReading, learnt: Learnt, policy: Policy, now: datetime, room: Room) -> Showing:
    fresh = _is_fresh(reading)
    rebuild = bool(known.facts.get(REBUILD))
    away = _away(known, reading, learnt)
    if is_to_be_made(known, reading):
        columns = columns_of(policy.identity, named=bool(policy.coaches))
        order = [column.mark for column in with_criteria(columns, criteria_in_use(known))]
        wanted = (row for row in rows_in_order(known, policy, now) if row.attempt.id not in away)
        shown = {row.attempt.id: new for row in wanted if room.takes_row((new := new_row(row, "", ours=True)).values())}
        later = known.shown.keys() - shown.keys()  # what has no room comes in the next cycle
        versions = {attempt_id: known.attempts[attempt_id].version for attempt_id in shown}
        change = Change(
            make_review=True, added=tuple(tuple(row.get(mark, "") for mark in order) for row in shown.values())
        )
        links = _links_after(known, policy, shown, anew=True)
        return Showing(change, versions | dict.fromkeys(away | later, 0), links=links)
    if fresh or reading.review is None:
        return Showing()
    table = read_review(reading.review.values, reading.review.marked)
    if table.problems or not (learnt.review_is_whole or rebuild):
        return Showing(Change(mend_review=TITLES_ROW in reading.lacking))
    all_rows = rows_in_order(known, policy, now)
    mended = mend(known, table, replace(learnt, leave=learnt.leave | away), policy, all_rows, room)
    gone = {attempt_id: 0 for attempt_id in away if known.shown.get(attempt_id)}
    change = replace(mended.change, mend_review=bool(reading.lacking))
    return replace(mended, change=change, versions={**mended.versions, **gone})


def _away(known: Known, reading: SheetReading, learnt: Learnt) -> frozenset[str]:
    """The attempts whose rows stand in the Archive: they may, there is one, they are not here, nor asked for.

    Who wants one back pastes its ID into an empty row. One that never had a row comes here first.
    """
    asked_for = {row.attempt_id for row in learnt.rows.damaged}
    here = learnt.rows.good.keys() | learnt.rows.awaited | asked_for
    return learnt.past & known.shown.keys() - here if Own.ARCHIVE in reading.own else frozenset()


def _is_fresh(reading: SheetReading) -> bool:
    return reading.review is None or not reading.review.values


def is_to_be_made(known: Known, reading: SheetReading) -> bool:
    """True when there is no review tab, or an empty one, and none is missed; or a person wants it made again."""
    return _is_fresh(reading) and (bool(known.facts.get(REBUILD)) or not known.shown)


def rewrites(known: Known, learnt: Learnt, policy: Policy) -> bool:
    """True when a row that coaches have seen is about to bear other words, for an answer was edited; or a cell is
    written that says whose row it is, so that it leads elsewhere."""
    tabs = {"": learnt.rows, **{coach: desk.rows for coach, desk in learnt.desks.items()}}
    return any(known.shown.get(key, 1) != known.attempts[key].version for key in learnt.rows.good) or any(
        not rows.good.keys().isdisjoint(misled(known, policy, coach)) for coach, rows in tabs.items()
    )


def review_again(known: Known, fresh: SheetReading, learnt: Learnt) -> Learnt:
    """*learnt* with the rows as they stand just before the write.

    Where a coach chose meanwhile, looking at words that were edited since, the row is left as it is: the next cycle
    finds a choice about an older version, and does not take it.
    """
    table = read_review(*((fresh.review.values, fresh.review.marked) if fresh.review else ((), {})))
    rows = to_rows(table) if not table.problems else ()
    if table.problems or emptied(known, rows):
        return replace(learnt, review_is_whole=False)
    ours = sort_rows(known, rows)
    chosen = (
        key
        for key, row in ours.good.items()
        if key in learnt.rows.good and row.verdict != learnt.rows.good[key].verdict
    )
    leave = frozenset(key for key in chosen if known.shown.get(key, 1) != known.attempts[key].version)
    return replace(learnt, rows=ours, leave=leave)


def mend(
    known: Known, table: Table, learnt: Learnt, policy: Policy, made_of: Iterable[RowOf], room: Room, whose: Whose = ALL
) -> Showing:
    """Compare the rows of one tab with what they are *made_of*; what has no *room* comes in the next cycle. The note on
    an ID, which Google does not tell, comes with another Status, and where it is due."""
    rows, places, due = learnt.rows, table.places, due_notes(known)
    patches, notes, added = list[Patch](), list[Patch](), dict[str, tuple[Value, ...]]()
    later, anew = set[str](), DECIDE in places and relinks(known, policy)
    elsewhere = misled(known, policy, whose.coach)
    for of_it in made_of:
        attempt = of_it.attempt
        if attempt.id in learnt.leave:
            continue
        if attempt.id in rows.good:
            row, notice = rows.good[attempt.id], learnt.notices.get(attempt.id, "")
            leads = {title for title, leads in ((DECIDE, anew), (BADGE, attempt.id in elsewhere)) if leads}
            mended = _mended(of_it, row, notice, places, leads)
            told = attempt.id in due or any(patch.column == places[STATUS] for patch in mended)
            note = history_note(known, attempt, policy) if told else ""
            if not (mended or note) or room.takes((patch.text for patch in mended), note):
                patches += mended
                notes += [Patch(row.position, places[ID], note)] if note else []
            else:
                later.add(attempt.id)
        elif attempt.id not in rows.awaited and whose.has(attempt.id):
            back = "This row was put back." if known.shown.get(attempt.id) and whose is ALL else ""
            new = new_row(of_it, back, whose, ours=known.shown.get(attempt.id) == 0)
            if room.takes_row(new.values()):
                added[attempt.id] = _as_row(new, places)
            else:
                later.add(attempt.id)
    odd = _misfits(known, learnt, TWICE if whose.coach or policy.identity is Identity.COLUMN else TWICE_SHOWN)
    patches += [Patch(place, places[STATUS], sentence) for place, cells, sentence in odd if cells[STATUS] != sentence]
    left = learnt.leave.union(rows.awaited, later)
    versions = {attempt.id: attempt.version for attempt in known.attempts.values() if attempt.id not in left}
    change = Change(added=tuple(added.values()), review=tuple(patches), notes=tuple(notes))
    here = rows.good.keys() | rows.awaited | added.keys()
    links = _links_after(known, policy, here, left & elsewhere, whose.coach, anew=anew and not later)
    return Showing(change, {key: n for key, n in versions.items() if known.shown.get(key) != n}, links=links)


def _mended(of_it: RowOf, row: Row, notice: str, places: Mapping[str, int], leads: Collection[str]) -> list[Patch]:
    """The cells of a row that say something else than they should. Those of *leads* are to lead elsewhere, whatever
    they say; and where Status changes, others of the bridge's lead again where they should."""
    wanted = dict(wanted_cells(of_it, notice))
    if BADGE in leads:
        wanted[BADGE] = badge_cell(of_it)
    told = row.cells[STATUS] != wanted[STATUS]
    return [
        Patch(row.position, places[title], value)
        for title, value in wanted.items()
        if title in places
        and (row.cells[title] != as_text(value) or title in leads or (told and title in (EVIDENCE, DECIDE)))
        if title != LINK or not bears_a_lost_badge(of_it.known, row, of_it.policy)
    ]


def _links_after(
    known: Known, policy: Policy, here: Collection[str], left: Collection[str] = (), coach: str = "", *, anew: bool
) -> Mapping[str, Mapping[str, str]]:
    """What is known of where the cells of a tab lead, once it is written; *anew*: all those that lead to the form."""
    now = links_now(known, policy) if anew else ""
    facts = {**links_after(known, policy, here, left, coach), **({LINKS: now} if now else {})}
    return {coach: facts} if facts else {}


def _misfits(known: Known, learnt: Learnt, there_twice: str) -> list[tuple[int, Mapping[str, str], str]]:
    """Rows that count for nothing, with the sentence that says so; *there_twice*: for doubled ones."""
    twice = [(row.position, row.cells, there_twice) for rows in learnt.rows.twice.values() for row in rows]
    damaged = [(row.position, row.cells, DISPLACED) for row in learnt.rows.displaced.values()]
    for row in learnt.rows.damaged:
        if is_id(row.attempt_id) and row.attempt_id not in known.attempts:
            damaged.append((row.position, row.cells, UNKNOWN))
        else:
            new = f"row {row.attempt_id} stands below." if is_id(row.attempt_id) else "its own row stands below."
            damaged.append((row.position, row.cells, DAMAGED.format(new=new)))
    return twice + damaged


def new_row(row: RowOf, note: str, whose: Whose = ALL, *, ours: bool = False) -> Mapping[str, Value]:
    """A whole row by marks. A coach's words that have acted come back with a row that was deleted; all that was learnt,
    where no person took the row away from a tab that is there (*ours*)."""
    known, attempt = row.known, row.attempt
    cells = {**all_cells(row), ID: Noted(attempt.id, history_note(known, attempt, row.policy))}
    words = status_words(known, attempt, note, row.policy, lacks=row.lacks)
    decision = whose.word(known, attempt, ours)
    if decision is not None:
        verdict = decision.verdict or Verdict.HOLD
        by = "" if row.policy.identity is Identity.TABS else decision.reviewer  # there it is a wish, and people's
        cells |= {DECISION: verdict.value, FEEDBACK: decision.feedback, REVIEWER: by}
        cells |= {f"{CRITERION}{fold(one.criterion.title)}": one.level for one in decision.ratings}
    return cells | {STATUS: cell(words)}


def in_order(cells: Mapping[str, Value], columns: Sequence[Column]) -> tuple[Value, ...]:
    """The cells of a new row in a new tab."""
    return tuple(cells.get(column.mark, "") for column in columns)


def _as_row(cells: Mapping[str, Value], places: Mapping[str, int]) -> tuple[Value, ...]:
    """Put the cells of a new row under the headers as they stand now; people's own columns stay empty."""
    row: list[Value] = [""] * (max(places.values()) + 1)
    for mark, place in places.items():
        row[place] = cells.get(mark, "")
    return tuple(row)


def _catalogue_patches(tab: Tab | None, says: Mapping[int, str]) -> tuple[Patch, ...]:
    if tab is None or not says:
        return ()
    table = read_catalogue(tab)
    return tuple(
        Patch(position, table.places[CATALOGUE_STATUS], says[position])
        for position, cells in table.rows
        if position in says and cells[CATALOGUE_STATUS] != says[position]
    )
