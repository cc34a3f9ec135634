"""Coaches' own tabs: what stands in each, which of it counts, and what must be said of the rest. Pure.

A verdict counts only from the tab of the coach whom the attempt is with. Whose word it is needs no column then: nobody
else can write there. Where others could for a while, the words are taken a look later, and as claimed, not as proven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bridge.model import Decision, Identity, Known, Verdict
from bridge.plan.assignment import assign, is_with
from bridge.plan.decisions import Sorted, learn_decisions, sort_rows
from bridge.plan.draft import Draft
from bridge.plan.hearing import Said, as_decided, elsewhere, in_words, mark_of, remember_what_stands, with_lost_badges
from bridge.plan.intake import Intake
from bridge.plan.policy import Policy
from bridge.plan.rescaled import learn_rescaled
from bridge.plan.scrambles import (
    DESK,
    DISPLACED,
    RERATED,
    REWORDED,
    SCRAMBLED,
    remember_words,
    rerated,
    reworded,
    scrambled,
)
from bridge.plan.second_look import first_yes, needs
from bridge.plan.standing import OPEN, Standing, standing
from bridge.ports import SheetReading
from bridge.review import EVIDENCE, LINK, NOWHERE, REFLECTION, REVIEWER, Row, Table, read_review, to_rows, to_verdict
from bridge.wording import discreet

NOT_YOURS = (
    "Others could write in this tab, so this choice may not be yours. Please look at it again: it counts from the next "
    "look on, unless you change it."
)
STALE = (
    "Please choose again: what stands in Decision was typed while this tab did not count. Empty that cell first, or "
    "choose another word."
)
NOT_HERE = "This row is with {coach}, so nothing is decided here."
WITH_NOBODY = "This row is with nobody yet, so nothing is decided here."
GONE = (
    "This coach's tab {what}, although rows stood there. It is made again, with what was decided; what was chosen "
    "there since the last look is lost. To have that back, restore the earlier version (File, Version history)."
)
LOOSE = (
    "Others than its coach could write in this tab, for what protects it had been changed; it was put right. What "
    "stands there counts from the next look on, as claimed and not as proven. Ask the coach to look at it."
)
LEFT = "What stands in this tab counts for nothing: its coach's tab lies in another spreadsheet now. Please delete it."
UNTIL_THEN = "Until then no decision is taken from this tab."

#: Facts of each attempt: in whose tabs its row stood at the last look; words that others could have typed; words that
#: did not count when they were typed.
_THERE, _UNPROVEN, _STALE = "there:", "unproven:", "stale:"

#: Fact: how it was known at the last look who decides.
IDENTITY = "identity"

#: A tab that held so many rows, and holds none of them any more, was emptied.
MANY = 3


@dataclass(slots=True)
class Desk:
    """A coach's tab as it was seen."""

    rows: Sorted = field(default_factory=Sorted)
    whole: bool = False  # its titles are there, and its rows
    heard: bool = False  # its words can be trusted to stand where they were written
    open: bool = False  # others than the coach could write there
    lost: frozenset[str] = frozenset()  # attempts whose row was deleted there since the last look
    notices: dict[str, str] = field(default_factory=dict)  # by attempt: what must be said in this tab alone


def read_desk(reading: SheetReading) -> Table | None:
    """Read a coach's tab; None where there is none, or nothing stands in it."""
    tab = reading.review
    if tab is None or not any(cell.strip() for row in tab.values for cell in row):
        return None
    return read_review(tab.values, tab.marked, lacks=(REVIEWER,))


def prepare(
    draft: Draft, sheet: SheetReading | None, ours: Sorted, policy: Policy
) -> tuple[dict[str, Desk], dict[str, str]]:
    """Before anything is decided: with whom each attempt is, and what stands in the coaches' tabs.

    Return the latter by address, and a sentence for each row of Review in which somebody wished what can't be.
    """
    if sheet is None:
        return {}, {}
    desks, sentences = dict[str, Desk](), dict[str, str]()
    if policy.identity is Identity.TABS:
        desks = _look(draft, sheet)
        sentences = assign(draft, {key: row.reviewer for key, row in ours.good.items()}, policy)
        _remember_words(draft, desks)
    if draft.known.facts.get(IDENTITY, Identity.COLUMN) != policy.identity:
        draft.fact(IDENTITY, policy.identity)
    return desks, elsewhere(draft.known, ours, policy) | sentences if policy.identity is Identity.TABS else {}


def learn_desks(
    draft: Draft, known: Known, intake: Intake, ours: Sorted, desks: Mapping[str, Desk], policy: Policy
) -> dict[str, str]:
    """Take in what the coaches chose in their tabs; return a sentence for each attempt whose choice can't be taken.

    *known* is what was known before this look.
    """
    remember_what_stands(draft, ours)
    heard = in_words_of_desks(draft, ours, desks)
    heard = replace(heard, good=with_lost_badges(draft.known, heard.good, ours, policy))
    rescaled = learn_rescaled(draft, known, heard.good)
    notices = learn_decisions(draft, intake, heard, policy)
    remember_desks(draft, desks)
    return rescaled | notices


def _look(draft: Draft, sheet: SheetReading) -> dict[str, Desk]:
    """Sort the rows of each coach's tab, and tell what keeps its words from being heard."""
    before = _there(draft.known)
    desks = {coach: _desk(draft, coach, reading, before) for coach, reading in sheet.coaches.items()}
    for coach, why in sheet.unread.items():
        desks[coach] = Desk()
        _tell(draft, f"of {coach.partition('@')[0]}", f"{why} {UNTIL_THEN}")
    for title in sheet.left:
        draft.problem(f"sheet, tab {title}", LEFT)
    for coach in sorted({one for coaches in before.values() for one in coaches} - desks.keys()):
        _tell(draft, f"of {coach.partition('@')[0]}", GONE.format(what="is gone"))
    for attempt_id in draft.known.attempts:
        _remember_place(draft, attempt_id, before.get(attempt_id, ()), desks)
    return desks


def _desk(draft: Draft, coach: str, reading: SheetReading, before: Mapping[str, tuple[str, ...]]) -> Desk:
    known, title = draft.known, reading.review.title if reading.review else ""
    here = {attempt_id for attempt_id, coaches in before.items() if coach in coaches}
    table = read_desk(reading)
    if table is not None and table.problems:
        for sentence in table.problems:
            _tell(draft, title, f"{sentence} {UNTIL_THEN}")
        return Desk(open=reading.open)
    rows = sort_rows(known, to_rows(table)) if table is not None else Sorted()
    lost = frozenset(here - rows.good.keys() - rows.twice.keys())
    if here and (table is None or (lost == here and len(here) >= MANY)):
        _tell(draft, title, GONE.format(what="is empty"))
        return Desk(rows, whole=table is not None, open=reading.open)
    desk = Desk(rows, whole=table is not None, heard=table is not None, open=reading.open, lost=lost)
    if told := _sorted_alone(known, coach, rows):
        for sentence in dict.fromkeys(told.values()):
            _tell(draft, title, sentence)
        desk.heard, desk.notices = False, told
    if reading.open:
        _tell(draft, title, LOOSE)
    return desk


def _tell(draft: Draft, title: str, sentence: str) -> None:
    """A title may tell an address: the bridge's own where two coaches' names are alike, or one that people gave."""
    draft.problem(f"sheet, tab {discreet(title, 100)}", sentence, blocking=True)


def _sorted_alone(known: Known, coach: str, rows: Sorted) -> dict[str, str]:
    """What to say, by attempt, where rows show that one column was sorted without the others."""
    own = _own_rows(known, coach, rows)
    return {
        **dict.fromkeys(reworded(known, own, DESK), REWORDED),
        **dict.fromkeys(rerated(known, own, DESK), RERATED),
        **dict.fromkeys(scrambled(known, own, DESK), SCRAMBLED),
        **dict.fromkeys(rows.displaced, DISPLACED),
    }


def _own_rows(known: Known, coach: str, rows: Sorted) -> dict[str, Row]:
    """The rows of what is with the coach, or was decided by them; another one's yes does not stand in this tab."""
    own = {}
    for attempt_id, row in rows.good.items():
        decision = known.decision(attempt_id)
        theirs = decision is not None and decision.reviewer.casefold() == coach
        is_theirs = is_with(known, attempt_id) == coach and standing(known, attempt_id) is not Standing.HALF_APPROVED
        if theirs or is_theirs:
            own[attempt_id] = row
    return own


def remember_desks(draft: Draft, desks: Mapping[str, Desk]) -> None:
    """Where rows say other words than those with which they were closed, the ledger keeps them."""
    for coach, desk in desks.items():
        if desk.heard:
            remember_words(draft, _own_rows(draft.known, coach, desk.rows), DESK)


# ── where rows stood ─────────────────────────────────────────────────────────


def _there(known: Known) -> dict[str, tuple[str, ...]]:
    """By attempt, the coaches in whose tabs its row stood at the last look."""
    facts = ((name, value) for name, value in known.facts.items() if value and name.startswith(_THERE))
    return {name.removeprefix(_THERE): tuple(value.split()) for name, value in facts}


def was_there(known: Known, attempt_id: str, coach: str) -> bool:
    """True where the bridge had put the attempt's row into the coach's tab, and it still stood there."""
    return coach in known.facts.get(f"{_THERE}{attempt_id}", "").split()


def _remember_place(draft: Draft, attempt_id: str, were: tuple[str, ...], desks: Mapping[str, Desk]) -> None:
    """Only where a row was expected: a copy that somebody pasted is not the bridge's to take away."""
    now = is_with(draft.known, attempt_id)
    stay = [one for one in were if one not in desks or not desks[one].heard or _holds(desks[one], attempt_id)]
    if now in desks and now not in stay and _holds(desks[now], attempt_id):
        stay.append(now)
    if stay != list(were):
        draft.fact(f"{_THERE}{attempt_id}", " ".join(stay))


def _holds(desk: Desk, attempt_id: str) -> bool:
    return attempt_id in desk.rows.good or attempt_id in desk.rows.twice


# ── whose words count ────────────────────────────────────────────────────────


def in_words_of_desks(draft: Draft, ours: Sorted, desks: Mapping[str, Desk]) -> Sorted:
    """Each attempt in the words of the coach whom it is with; where none can be heard, in those that are in force.

    What is wrong with a word that is not heard is said in the notices of its desk.
    """
    known, good = draft.known, {}
    for attempt_id in known.attempts:
        coach = is_with(known, attempt_id)
        desk = desks.get(coach, Desk())
        if desk.heard and (attempt_id in desk.lost or attempt_id in desk.rows.twice):
            continue  # nobody stands by a word that has not acted
        row = desk.rows.good.get(attempt_id) if desk.heard else None
        if row is not None:
            good[attempt_id] = _heard(known, coach, desk, row)
        elif (carrier := _carrier(known, ours, attempt_id)) is not None:
            good[attempt_id] = in_words(carrier, _in_force(known, attempt_id, coach))
    for coach, desk in desks.items():
        desk.notices |= dict(_elsewhere(known, coach, desk))
    return Sorted(good)


def unheard(known: Known, desks: Mapping[str, Desk]) -> frozenset[str]:
    """The attempts of which nobody could be heard: whoever took a word back in time might not have been."""
    mute = {coach for coach, desk in desks.items() if not desk.heard}
    there = _there(known)
    return frozenset(
        attempt_id
        for attempt_id in known.attempts
        if (coach := is_with(known, attempt_id)) in mute or (coach not in desks and coach in there.get(attempt_id, ()))
    )


def _heard(known: Known, coach: str, desk: Desk, row: Row) -> Row:
    mark, decision = mark_of(row), known.decision(row.attempt_id)
    if mark in _marks(known, _STALE, row.attempt_id):
        if row.verdict and standing(known, row.attempt_id) in OPEN and not _says(row, decision):
            desk.notices[row.attempt_id] = STALE
        return in_words(row, _in_force(known, row.attempt_id, coach))
    if desk.open and row.verdict and not _says(row, decision):
        desk.notices[row.attempt_id] = NOT_YOURS
        return in_words(row, _nothing_but_the_first(known, row.attempt_id))
    if not row.verdict:
        return in_words(row, _nothing_but_the_first(known, row.attempt_id))
    if decision is not None and _says(row, decision) and not _awaits_second(known, decision, coach):
        return in_words(row, as_decided(decision))
    proven = mark not in _marks(known, _UNPROVEN, row.attempt_id)
    return replace(row, reviewer=coach, identity=Identity.TABS if proven else Identity.COLUMN)


def _says(row: Row, decision: Decision | None) -> bool:
    """True if the row says what is in force."""
    if decision is None:
        return not row.verdict
    return to_verdict(row.verdict) is decision.verdict and row.feedback == decision.feedback


def _awaits_second(known: Known, decision: Decision, coach: str) -> bool:
    """True where the same word from *coach* would be a second yes, and is not theirs already."""
    by_another = decision.reviewer.casefold() != coach
    return by_another and decision.enacted and standing(known, decision.attempt_id) is Standing.HALF_APPROVED


def _in_force(known: Known, attempt_id: str, coach: str) -> Said:
    """What is in force; a word that has not acted is taken back once the attempt is with somebody else."""
    decision = known.decision(attempt_id)
    if decision is None:
        return Said(attempt_id)
    moved = decision.identity is Identity.TABS and decision.reviewer.casefold() != coach
    if moved and standing(known, attempt_id) in (Standing.DECIDED, Standing.HELD):
        return _nothing_but_the_first(known, attempt_id)
    return as_decided(decision)


def _nothing_but_the_first(known: Known, attempt_id: str) -> Said:
    """Nobody says anything, but for the first of two who approved in another tab."""
    first = first_yes(known, attempt_id) if needs(known, attempt_id) else None
    waits = standing(known, attempt_id) in (Standing.DECIDED, Standing.HALF_APPROVED)
    return as_decided(first) if first is not None and waits else Said(attempt_id)


def _carrier(known: Known, ours: Sorted, attempt_id: str) -> Row | None:
    """The row of Review; where there is none, one that is nowhere, for a word that has not acted."""
    if attempt_id in ours.good:
        return ours.good[attempt_id]
    if standing(known, attempt_id) not in (Standing.DECIDED, Standing.HELD):
        return None
    return Row(NOWHERE, attempt_id, "", "", "", dict.fromkeys((LINK, EVIDENCE, REFLECTION), ""))


def _elsewhere(known: Known, coach: str, desk: Desk) -> Iterator[tuple[str, str]]:
    """Rows in this tab that are with somebody else, unless the coach was the first to approve, and says so still."""
    for attempt_id, row in desk.rows.good.items():
        other = is_with(known, attempt_id)
        theirs = (one for one in known.decisions.get(attempt_id, ()) if one.reviewer.casefold() == coach)
        firsts = (one for one in theirs if one.enacted and one.verdict is Verdict.APPROVE)
        if other != coach and not any(_says(row, one) for one in firsts):
            yield attempt_id, NOT_HERE.format(coach=other) if other else WITH_NOBODY


# ── words that don't count, or prove nothing ─────────────────────────────────


def _remember_words(draft: Draft, desks: Mapping[str, Desk]) -> None:
    """What stands in the tabs when they begin to count was not meant; what stands in an open one proves nothing."""
    begins = draft.known.facts.get(IDENTITY, Identity.COLUMN) != Identity.TABS
    all_seen = all(desk.whole for desk in desks.values())
    there, loose = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for desk in desks.values():
        for row in _all_rows(desk):
            if row.attempt_id in draft.known.attempts and (mark := mark_of(row)) != "-":
                there[row.attempt_id].add(mark)
                if desk.open:
                    loose[row.attempt_id].add(mark)
    for attempt_id, marks in there.items():
        for name, new in ((_STALE, marks if begins else set()), (_UNPROVEN, loose[attempt_id])):
            before = set(_marks(draft.known, name, attempt_id))
            kept = new | (before & marks if all_seen else before)
            if kept != before:
                draft.fact(f"{name}{attempt_id}", " ".join(sorted(kept)))


def _all_rows(desk: Desk) -> Iterator[Row]:
    """Those that count for nothing now, too: somebody may put them right."""
    yield from desk.rows.good.values()
    yield from desk.rows.damaged
    yield from desk.rows.displaced.values()
    for rows in desk.rows.twice.values():
        yield from rows


def _marks(known: Known, name: str, attempt_id: str) -> list[str]:
    return known.facts.get(f"{name}{attempt_id}", "").split()


# ── what a new row says ──────────────────────────────────────────────────────


def word_on_desk(known: Known, attempt_id: str, coach: str) -> Decision | None:
    """The word that a new row in the coach's tab bears: theirs, or what was decided and is no more theirs to decide."""
    of_theirs = [one for one in known.decisions.get(attempt_id, ()) if one.reviewer.casefold() == coach]
    decision = known.decision(attempt_id)
    if is_with(known, attempt_id) != coach:
        return next((one for one in reversed(of_theirs) if one.enacted and one.verdict is not None), None)
    if decision is None or decision.reviewer.casefold() == coach:
        return decision
    if standing(known, attempt_id) is Standing.HALF_APPROVED:
        return None
    return decision if decision.enacted or decision.identity is not Identity.TABS else None
