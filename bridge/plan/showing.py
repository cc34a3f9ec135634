"""What the sheet must say: one comparison of all cells that the bridge owns, one change that mends them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from bridge.model import Attempt, Decision, Identity, Known, Verdict
from bridge.plan.assignment import is_with
from bridge.plan.catalogue import STATUS as CATALOGUE_STATUS
from bridge.plan.catalogue import read_catalogue
from bridge.plan.catalogue_rows import badges_to_make
from bridge.plan.decide_cell import decide_cell, links_now, relinks
from bridge.plan.decisions import DAMAGED, TWICE, TWICE_SHOWN, UNKNOWN, bears_a_lost_badge, sort_rows
from bridge.plan.desks import word_on_desk
from bridge.plan.due import due_of
from bridge.plan.evidence_cell import evidence_words
from bridge.plan.guards import emptied
from bridge.plan.history_note import history_note
from bridge.plan.learning import REBUILD, Learnt
from bridge.plan.pages import as_text
from bridge.plan.pathways import still_lacking
from bridge.plan.policy import Policy
from bridge.plan.ratings import criteria_in_use, say_ratings
from bridge.plan.room import Room
from bridge.plan.scrambles import DISPLACED
from bridge.plan.standing import Standing, standing
from bridge.plan.status import status_words
from bridge.ports import Change, Own, Patch, SheetReading, Tab, Value
from bridge.review import (
    BADGE,
    COLUMNS,
    CRITERION,
    DECIDE,
    DECISION,
    DUE,
    EARLIER,
    EMAIL,
    EVIDENCE,
    FEEDBACK,
    ID,
    LINK,
    NAME,
    REFLECTION,
    REVIEWER,
    STATUS,
    SUBMITTED,
    WAITING,
    WITH,
    Column,
    Linked,
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
from bridge.wording import shorten


@dataclass(frozen=True, slots=True)
class Showing:
    change: Change = field(default_factory=Change)
    versions: Mapping[str, int] = field(default_factory=dict)  # what the tab shows once the change is made
    facts: Mapping[str, str] = field(default_factory=dict)  # to be remembered once rows were moved
    links: str = ""  # of what the links to the decision form are made that the tab then has; "": as before


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


@dataclass(frozen=True, slots=True)
class RowOf:
    """What the cells of one attempt are made of."""

    known: Known
    attempt: Attempt
    policy: Policy
    now: datetime
    lacks: str = ""  # what its teacher has not earned yet of what comes before the badge


def rows_in_order(known: Known, policy: Policy, now: datetime) -> list[RowOf]:
    """What the rows are made of, in their order."""
    lacking = still_lacking(known, now)
    in_order = sorted(known.attempts.values(), key=lambda attempt: (attempt.request, attempt.n))
    return [RowOf(known, attempt, policy, now, lacking.get(attempt.id, "")) for attempt in in_order]


#: How each cell that the bridge owns is filled, by title; Status is filled in with what was learnt of the row.
CELLS: Mapping[str, Callable[[RowOf], Value]] = MappingProxyType(
    {
        ID: lambda row: row.attempt.id,
        SUBMITTED: lambda row: row.policy.day(row.attempt.submission.submitted_at),
        WAITING: lambda row: days_waiting(row.known, row.attempt, row.policy, row.now),
        DUE: lambda row: "" if row.attempt.submission.by_itself else row.policy.day(_due(row)),
        NAME: lambda row: row.attempt.submission.name,
        EMAIL: lambda row: row.known.requests[row.attempt.request].recipient,
        BADGE: lambda row: _linked(row.known.requests[row.attempt.request].label, _criteria(row)),
        EVIDENCE: lambda row: evidence_words(row.known, row.attempt.submission.evidence),
        REFLECTION: lambda row: row.attempt.submission.reflection,
        EARLIER: lambda row: earlier_feedback(row.known, row.attempt, row.policy),
        LINK: lambda row: _linked(_page(row), _page(row)),
        DECIDE: lambda row: decide_cell(row.known, row.attempt, row.policy),
        WITH: lambda row: is_with(row.known, row.attempt.id) if row.policy.identity is Identity.TABS else "",
    }
)

#: What coaches wrote earlier is shown of so many attempts, each in so many characters.
MOST_EARLIER, LONGEST_EARLIER = 5, 1_000


def days_waiting(known: Known, attempt: Attempt, policy: Policy, now: datetime) -> Value:
    """Return how many days ago it came in, while a coach is waited for; "" for any other.

    Days of the calendar, so that all rows change together, once a day.
    """
    if standing(known, attempt.id) not in (Standing.WAITING, Standing.HELD, Standing.HALF_APPROVED):
        return ""
    asked = attempt.submission.submitted_at.astimezone(policy.tz).date()
    return max(0, (now.astimezone(policy.tz).date() - asked).days)


def _linked(text: str, address: str) -> Linked:
    return Linked(text, (0, len(text), address)) if text and address else Linked(text)


def _criteria(row: RowOf) -> str:
    achievement = row.known.achievement_of(row.attempt.id)
    return row.policy.criteria_page(achievement) if achievement is not None else ""


def _page(row: RowOf) -> str:
    credential = row.known.credentials.get(row.attempt.id)
    return credential.url if credential is not None else ""


def _due(row: RowOf) -> datetime:
    return due_of(row.known, row.attempt, row.policy.due_days)


def earlier_feedback(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Return what coaches wrote on earlier attempts of the same request, the newest first."""
    earlier = (known.decision(f"{attempt.request}-{n}") for n in range(attempt.n - 1, 0, -1))
    words = [
        f"{one.attempt_id}, {policy.day(one.seen_at)}, {one.verdict}: {shorten(one.feedback, LONGEST_EARLIER)}"
        + (f" ({say_ratings(one.ratings)})" if one.ratings else "")
        for one in earlier
        if one is not None and one.feedback
    ]
    return "\n".join(words[:MOST_EARLIER])


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
    change = replace(showing.change, catalogue=patches, mend_catalogue=reading.badges_lack)
    return replace(showing, change=replace(change, make_catalogue=rows is not None, badges=rows or ()))


def _review(known: Known, reading: SheetReading, learnt: Learnt, policy: Policy, now: datetime, room: Room) -> Showing:
    fresh = _is_fresh(reading)
    rebuild = bool(known.facts.get(REBUILD))
    away = _away(reading, learnt)
    if is_to_be_made(known, reading):
        order = [column.mark for column in with_criteria(columns_of(policy.identity), criteria_in_use(known))]
        wanted = (row for row in rows_in_order(known, policy, now) if row.attempt.id not in away)
        shown = {row.attempt.id: new for row in wanted if room.takes_row((new := new_row(row, "", ours=True)).values())}
        later = known.shown.keys() - shown.keys()  # what has no room comes in the next cycle
        versions = {attempt_id: known.attempts[attempt_id].version for attempt_id in shown}
        change = Change(
            make_review=True, added=tuple(tuple(row.get(mark, "") for mark in order) for row in shown.values())
        )
        return Showing(change, versions | dict.fromkeys(away | later, 0), links=links_now(known, policy))
    if fresh or not (learnt.review_is_whole or rebuild) or reading.review is None:
        return Showing()
    table = read_review(reading.review.values, reading.review.marked)
    if table.problems:
        return Showing()
    all_rows = rows_in_order(known, policy, now)
    mended = mend(known, table, replace(learnt, leave=learnt.leave | away), policy, all_rows, room)
    gone = {attempt_id: 0 for attempt_id in away if known.shown.get(attempt_id)}
    change = replace(mended.change, mend_review=bool(reading.lacking))
    return replace(mended, change=change, versions={**mended.versions, **gone})


def _away(reading: SheetReading, learnt: Learnt) -> frozenset[str]:
    """The attempts whose rows stand in the Archive: they may, there is one, they are not here, nor asked for.

    Who wants one back pastes its ID into an empty row.
    """
    asked_for = {row.attempt_id for row in learnt.rows.damaged}
    here = learnt.rows.good.keys() | learnt.rows.awaited | asked_for
    return learnt.past - here if Own.ARCHIVE in reading.own else frozenset()


def _is_fresh(reading: SheetReading) -> bool:
    return reading.review is None or not reading.review.values


def is_to_be_made(known: Known, reading: SheetReading) -> bool:
    """True when there is no review tab, or an empty one, and none is missed; or a person wants it made again."""
    return _is_fresh(reading) and (bool(known.facts.get(REBUILD)) or not known.shown)


def rewrites(known: Known, learnt: Learnt) -> bool:
    """True when a row that coaches have seen is about to bear other words: an answer was edited."""
    return any(known.shown.get(key, 1) != known.attempts[key].version for key in learnt.rows.good)


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
    """Compare the rows of one tab with what they are *made_of*; what has no *room* comes in the next cycle."""
    rows, places = learnt.rows, table.places
    patches: list[Patch] = []
    added: list[tuple[Value, ...]] = []
    later, anew = set[str](), DECIDE in places and relinks(known, policy)
    for of_it in made_of:
        attempt = of_it.attempt
        if attempt.id in learnt.leave:
            continue
        if attempt.id in rows.good:
            row = rows.good[attempt.id]
            mended = [
                Patch(row.position, places[title], value)
                for title, value in wanted_cells(of_it, learnt.notices.get(attempt.id, "")).items()
                if title in places and (row.cells[title] != as_text(value) or (title == DECIDE and anew))
                if title != LINK or not bears_a_lost_badge(known, row, policy)
            ]
            told = any(patch.column == places[STATUS] for patch in mended)
            if not mended or room.takes((patch.text for patch in mended), history=told):
                patches += mended
            else:
                later.add(attempt.id)
        elif attempt.id not in rows.awaited and whose.has(attempt.id):
            back = "This row was put back." if attempt.id in known.shown and whose is ALL else ""
            new = new_row(of_it, back, whose, ours=known.shown.get(attempt.id) == 0)
            if room.takes_row(new.values()):
                added.append(_as_row(new, places))
            else:
                later.add(attempt.id)
    odd = _misfits(known, learnt, TWICE if whose.coach or policy.identity is Identity.COLUMN else TWICE_SHOWN)
    patches += [Patch(place, places[STATUS], sentence) for place, cells, sentence in odd if cells[STATUS] != sentence]
    hidden = learnt.leave.union(rows.awaited, later)
    versions = {attempt.id: attempt.version for attempt in known.attempts.values() if attempt.id not in hidden}
    notes = tuple(_notes(known, rows.good, patches, places, policy))
    change = Change(added=tuple(added), review=tuple(patches), notes=notes)
    links = links_now(known, policy) if anew and not later else ""
    return Showing(change, {key: n for key, n in versions.items() if known.shown.get(key) != n}, links=links)


def _notes(
    known: Known, rows: Mapping[str, Row], patches: Sequence[Patch], places: Mapping[str, int], policy: Policy
) -> Iterator[Patch]:
    """The history of each row whose Status changes, as a note on its ID: Google does not tell notes with the values."""
    changed = {patch.row for patch in patches if patch.column == places[STATUS]}
    for attempt_id, row in rows.items():
        if row.position in changed:
            yield Patch(row.position, places[ID], history_note(known, known.attempts[attempt_id], policy))


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


def wanted_cells(row: RowOf, notice: str) -> Mapping[str, Value]:
    """The cells of a row that the bridge may set again and again, by title."""
    identity = {column.title for column in COLUMNS if column.identity}
    cells = {title: _bounded(fill(row)) for title, fill in CELLS.items() if title not in identity}
    return cells | {STATUS: cell(status_words(row.known, row.attempt, notice, row.policy, lacks=row.lacks))}


def cells_of(known: Known, attempt: Attempt, policy: Policy, now: datetime) -> Mapping[str, Value]:
    """The same of an attempt of which there is nothing else to tell."""
    return wanted_cells(RowOf(known, attempt, policy, now), "")


def _bounded(value: Value) -> Value:
    return cell(value) if isinstance(value, str) else value


def new_row(row: RowOf, note: str, whose: Whose = ALL, *, ours: bool = False) -> Mapping[str, Value]:
    """A whole row by marks. A coach's words that have acted come back with a row that was deleted; all that was learnt,
    where no person took the row away from a tab that is there (*ours*)."""
    known, attempt = row.known, row.attempt
    cells = {title: _bounded(fill(row)) for title, fill in CELLS.items()}
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
