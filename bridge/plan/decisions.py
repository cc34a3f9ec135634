"""Rows become decisions: is it ours, unscrambled, news, allowed, and about what was shown?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bridge.model import (
    Attempt,
    Decision,
    EvidenceKind,
    Kind,
    Known,
    Request,
    State,
    Superseded,
    Verdict,
)
from bridge.plan.allowed import why_not_allowed
from bridge.plan.draft import Draft
from bridge.plan.intake import Intake
from bridge.plan.policy import Policy
from bridge.plan.ratings import badge_of, ratings_of, say_ratings, why_unknown
from bridge.plan.scrambles import displaced
from bridge.plan.second_look import (
    first_yes,
    is_first_again,
    needs,
    why_no_second,
)
from bridge.plan.standing import ANSWERS, OPEN, Answer, Standing, standing, why_not
from bridge.review import BADGE, EMAIL, EVIDENCE, LINK, NOWHERE, REFLECTION, Row, cell, fold, is_id, to_verdict

TWICE = "This row is there twice: please delete one of them. Until then no decision is taken from either."
TWICE_SHOWN = "This row is there twice: please delete one of them."  # where nothing is decided in it
DAMAGED = "The ID, e-mail or badge of this row was changed, so it no longer counts. Please delete this row: {new}"
UNKNOWN = (
    "The ledger knows no request with this ID, so nothing is decided here. Was an older backup put back? Then keep "
    "this row as a record; if not, please delete it."
)
LOST_BADGE = (
    "This row bears a badge that the ledger does not know: was an older backup put back? Nothing is decided here, so "
    "that no badge is issued twice. If it was never issued, empty the cell Badge link."
)
PUT_RIGHT = (
    "This row did not show the teacher's own words; they have just been put right. Please look again: your choice "
    "counts from the next look on, unless you change it."
)


@dataclass(slots=True)
class Sorted:
    """The rows of a tab, told apart."""

    good: dict[str, Row] = field(default_factory=dict)  # by attempt id
    twice: dict[str, list[Row]] = field(default_factory=dict)
    damaged: list[Row] = field(default_factory=list)
    displaced: dict[str, Row] = field(default_factory=dict)  # the column ID, or another one of those, was sorted alone

    def any_of_each(self) -> dict[str, Row]:
        """The row of each attempt, or the first of several."""
        return {attempt_id: rows[0] for attempt_id, rows in self.twice.items()} | self.good

    @property
    def awaited(self) -> Collection[str]:
        """Attempts whose row is there, but counts only once people have put it right."""
        return self.twice.keys() | self.displaced.keys()


def sort_rows(known: Known, rows: Iterable[Row]) -> Sorted:
    """A row is ours only if its own e-mail and badge equal the ledger's for its ID.

    One that lost its ID (retyped, 1-2 becomes a date) is told by e-mail and badge; other rows are people's own notes.
    """
    asked = {(request.recipient, fold(request.label)) for request in known.requests.values()}
    found: dict[str, list[Row]] = defaultdict(list)
    result = Sorted()
    for row in rows:
        attempt = known.attempts.get(row.attempt_id)
        if attempt is not None and is_of(row, known.requests[attempt.request]):
            found[row.attempt_id].append(row)
        elif is_id(row.attempt_id) or (fold(row.cells[EMAIL]), fold(row.cells[BADGE])) in asked:
            result.damaged.append(row)
    for attempt_id, same in found.items():
        if len(same) == 1:
            result.good[attempt_id] = same[0]
        else:
            result.twice[attempt_id] = same
    strays = [row for row in result.damaged if row.attempt_id in known.attempts and row.attempt_id not in found]
    result.displaced = {row.attempt_id: row for row in displaced(known, strays)}
    result.damaged = [row for row in result.damaged if row is not result.displaced.get(row.attempt_id)]
    return result


def is_of(row: Row, request: Request) -> bool:
    """Identity cells are written once, from the request, and never patched."""
    return fold(row.cells[EMAIL]) == request.recipient and fold(row.cells[BADGE]) == fold(request.label)


def bears_a_lost_badge(known: Known, row: Row, policy: Policy) -> bool:
    """True when the row links to a badge of ours that the ledger never heard of: the ledger is older than the sheet."""
    link = row.cells[LINK].strip()
    if row.attempt_id in known.credentials or not link.startswith(f"{policy.issuer_url}/"):
        return False
    return all(credential.url != link for credential in known.credentials.values())


def shows(row: Row, attempt: Attempt) -> bool:
    """True when the row shows the teacher's words and evidence: a write may have met a sheet sorted meanwhile.

    Where there is no row any more, whoever looked at it named the version.
    """
    if row.position == NOWHERE:
        return True
    evidence = row.cells[EVIDENCE]
    links = [item.file_id or item.url for item in attempt.submission.evidence if item.kind is not EvidenceKind.ODD]
    return row.cells[REFLECTION] == cell(attempt.submission.reflection) and (
        evidence.endswith("…") or all(link in evidence for link in links)
    )


def learn_decisions(draft: Draft, intake: Intake, rows: Sorted, policy: Policy) -> dict[str, str]:
    """Take in what the coaches chose; return a sentence for each attempt whose choice could not be taken."""
    for attempt_id in _nobody_stands_by(draft.known, rows):
        _take_back(draft, attempt_id, "its row is gone, or there twice", policy)
    notices = {}
    for row in _in_turn(draft.known, rows.good.values()):
        if sentence := _learn_row(draft, intake, row, policy):
            notices[row.attempt_id] = sentence
    return notices


def _in_turn(known: Known, rows: Iterable[Row]) -> list[Row]:
    """Yeses come last, for they rest on what else was said; apart from that requests go by their number.

    So it does not matter how the rows are sorted.
    """

    def turn(row: Row) -> tuple[bool, int, int]:
        attempt = known.attempts[row.attempt_id]
        return to_verdict(row.verdict) is Verdict.APPROVE, attempt.request, attempt.n

    return sorted(rows, key=turn)


def tell_of_older_ledger(draft: Draft, rows: Sorted, policy: Policy) -> None:
    """A problem where the tab shows more than the ledger knows."""
    lost = sum(bears_a_lost_badge(draft.known, row, policy) for row in rows.good.values())
    lost += sum(row.attempt_id not in draft.known.attempts and is_id(row.attempt_id) for row in rows.damaged)
    if lost:
        draft.problem(
            "sheet, tab Review",
            f"{lost} rows show badges or requests that the ledger does not know: was an older backup put back? Nothing "
            "is decided there; their Status says more.",
            blocking=True,
        )


def _nobody_stands_by(known: Known, rows: Sorted) -> Sequence[str]:
    """Attempts with a word that has not acted yet, whose row is gone or doubled."""
    return [
        attempt_id
        for attempt_id, version in known.shown.items()
        if version and attempt_id not in rows.good and standing(known, attempt_id) in (Standing.DECIDED, Standing.HELD)
    ]


def _learn_row(draft: Draft, intake: Intake, row: Row, policy: Policy) -> str:
    """Take in one row; return a sentence if its choice can't be taken, else ""."""
    known, attempt_id = draft.known, row.attempt_id
    verdict = to_verdict(row.verdict)
    pending = _pending(known, attempt_id)
    if bears_a_lost_badge(known, row, policy):
        if pending is not None:
            _take_back(draft, attempt_id, "the row bears a badge that the ledger does not know", policy)
        return LOST_BADGE
    edited = row.said_at is not None and pending is not None and pending.version != known.attempts[attempt_id].version
    if pending is not None and (edited or pending.verdict is not verdict):
        _take_back(draft, attempt_id, "the row says so no longer", policy)
    _ask_the_first_again(draft, intake, row, policy)
    if verdict is None and row.verdict:
        return f"“{row.verdict[:40]}” is no decision. Choose one of: {', '.join(Verdict)}."
    at = standing(known, attempt_id)
    match ANSWERS[at][verdict]:
        case Answer.STAYS:
            return why_unknown(badge_of(known, attempt_id), row.ratings) if at is Standing.WAITING else ""
        case Answer.TAKEN_BACK:
            _take_back(draft, attempt_id, "the coach emptied the cell", policy)
            return ""
        case Answer.NO if at is Standing.SUPERSEDED and _was_said(known, row, verdict):
            return ""
        case Answer.NO:
            return why_not(known, attempt_id, at, verdict or Verdict.HOLD)
        case Answer.WITH_WORDS if not row.feedback:
            if pending is not None:
                _take_back(draft, attempt_id, "the words are gone", policy)
            return f"“{verdict}” needs words: write them into Feedback, for the teacher to read."
        case Answer.WITH_WORDS if _told_already(known, row, verdict):
            return f"“{verdict}” needs words of its own: those in Feedback belong to what was decided before."
    return _take(draft, intake, row, verdict or Verdict.HOLD, at, policy)


def _ask_the_first_again(draft: Draft, intake: Intake, row: Row, policy: Policy) -> None:
    """The first yes of two stands only as long as whoever said it may approve."""
    first = first_yes(draft.known, row.attempt_id)
    if first is None or standing(draft.known, row.attempt_id) not in (Standing.HALF_APPROVED, Standing.DECIDED):
        return
    if why_not_allowed(draft.known, intake, replace(row, reviewer=first.reviewer), Verdict.APPROVE, policy, draft.now):
        if _pending(draft.known, row.attempt_id) is not None:
            _take_back(draft, row.attempt_id, "the first Approve is not allowed any more", policy)
        _take_back(draft, row.attempt_id, "it is not allowed any more", policy)


def _told_already(known: Known, row: Row, verdict: Verdict | None) -> bool:
    """The feedback is that of an earlier choice which has acted: “Well done.” is no reason to revoke."""
    decision = known.decision(row.attempt_id)
    if decision is None or not decision.enacted or decision.verdict is verdict:
        return False
    return row.feedback == decision.feedback


def _was_said(known: Known, row: Row, verdict: Verdict | None) -> bool:
    """The word is the one that closed this row: it may stand there for ever."""
    said = [d.verdict for d in known.decisions.get(row.attempt_id, ()) if d.verdict is not None]
    return bool(said) and said[-1] is verdict


def _pending(known: Known, attempt_id: str) -> Decision | None:
    """A word that has not acted yet. It stands only as long as the row says it."""
    decision = known.decision(attempt_id)
    return decision if decision and not decision.enacted and decision.verdict is not Verdict.HOLD else None


def _take(draft: Draft, intake: Intake, row: Row, verdict: Verdict, at: Standing, policy: Policy) -> str:
    known, attempt = draft.known, draft.known.attempts[row.attempt_id]
    in_force = known.decision(attempt.id)
    older = in_force is not None and in_force.verdict is verdict and in_force.version != attempt.version
    unseen = row.said_at is None and (older or known.shown.get(attempt.id, 1) != attempt.version)
    if at in OPEN and unseen:  # an answer to the decision form names the version itself
        intake.next_attempt(attempt, attempt.submission, Superseded.CHANGED, tell=False)
        draft.event(attempt.id, "decision not taken", "the answer was edited after it was last shown")
        return why_not(known, attempt.id, Standing.SUPERSEDED, verdict)
    first = first_yes(known, attempt.id) if at in OPEN and needs(known, attempt.id) else None
    if first is not None and is_first_again(first, row.reviewer, verdict):
        if in_force is not first:
            _take_back(draft, attempt.id, "the second Approve was withdrawn", policy)
        return ""
    sentence = why_not_allowed(known, intake, row, verdict, policy, draft.now)
    if sentence := sentence or _no_second(known, row, verdict, first, policy):
        if in_force is not None and not in_force.enacted:
            _take_back(draft, attempt.id, "it is not allowed any more", policy)
        return sentence
    word = _word(draft, row, verdict, policy)
    if in_force is not None and at is not Standing.HALF_APPROVED and _says_again(in_force, word):
        return ""
    if at in OPEN and not shows(row, attempt):
        return PUT_RIGHT
    _cancel_what_waits(draft, attempt.id)
    draft.decide(word)
    said = (word.by_whom, say_ratings(word.ratings))
    draft.event(attempt.id, f"decided: {verdict}", "; ".join(filter(None, said)))
    return ""


def _word(draft: Draft, row: Row, verdict: Verdict, policy: Policy) -> Decision:
    known = draft.known
    history = known.decisions.get(row.attempt_id, ())
    return Decision(
        attempt_id=row.attempt_id,
        n=history[-1].n + 1 if history else 1,
        version=known.attempts[row.attempt_id].version,
        verdict=verdict,
        reviewer=row.reviewer,
        feedback=row.feedback,
        seen_at=draft.now,
        ratings=ratings_of(known, row, verdict),
        identity=row.identity or policy.identity,
        said_at=row.said_at,
    )


def _no_second(known: Known, row: Row, verdict: Verdict, first: Decision | None, policy: Policy) -> str:
    """Why this person can't be the second one to approve, after *first*; "" if they can, or if that is not asked."""
    if first is None or verdict is not Verdict.APPROVE:
        return ""
    return why_no_second(first.reviewer, row.reviewer, needs(known, row.attempt_id), policy)


def _says_again(before: Decision, word: Decision) -> bool:
    """True if the row says what it said *before*. A word of the future is heard anew: the clock was wrong then."""
    said, says = ((one.verdict, one.feedback, one.reviewer, one.ratings) for one in (before, word))
    return says == said and before.seen_at <= word.seen_at


def _take_back(draft: Draft, attempt_id: str, why: str, policy: Policy) -> None:
    """The word in force is void; a word that has acted before it (Returned, Issued, the first yes of two) is in force
    again."""
    decision = draft.known.decision(attempt_id)
    if decision is None:
        return
    _cancel_what_waits(draft, attempt_id)
    if (again := _in_force_again(draft.known, decision)) is not None:
        draft.decide(replace(again, n=decision.n + 1))
    else:
        void = replace(decision, n=decision.n + 1, verdict=None, seen_at=draft.now, enacted=True)
        draft.decide(replace(void, identity=policy.identity, said_at=None))
    draft.event(attempt_id, "decision taken back", why)


def _in_force_again(known: Known, decision: Decision) -> Decision | None:
    """The word that had acted before *decision*; None if there is none, or if it was called off before it was done."""
    attempt_id = decision.attempt_id
    if decision.enacted:
        return None
    if decision.verdict is Verdict.APPROVE and (first := first_yes(known, attempt_id)) is not None:
        return first if first.version == known.attempts[attempt_id].version else None
    earlier = [one for one in known.decisions[attempt_id] if one.enacted]
    if not earlier or earlier[-1].verdict is None:
        return None
    word = earlier[-1]
    if word.verdict is Verdict.APPROVE:
        issue = known.effects.get(f"{Kind.ISSUE}:{attempt_id}")
        return None if issue is None or issue.state is State.CANCELLED else word
    mails = (known.effects.get(f"{kind}:{attempt_id}/{word.n}") for kind in (Kind.TELL_RETURNED, Kind.TELL_DECLINED))
    return None if any(mail is not None and mail.state is State.CANCELLED for mail in mails) else word


def _cancel_what_waits(draft: Draft, attempt_id: str) -> None:
    """What an earlier word set in motion and has not begun yet is called off."""
    decision = draft.known.decision(attempt_id)
    if decision is None or decision.verdict is Verdict.HOLD:
        return
    issue = draft.known.effects.get(f"{Kind.ISSUE}:{attempt_id}")
    if standing(draft.known, attempt_id) is Standing.APPROVED and issue is not None:
        draft.cancel(*(f"{kind}:{attempt_id}" for kind in (Kind.ISSUE, Kind.PUBLISH, Kind.TELL_ISSUED)))
    draft.cancel(*(f"{kind}:{attempt_id}/{decision.n}" for kind in (Kind.TELL_RETURNED, Kind.TELL_DECLINED)))
