"""Whose words decide: those in the cells of Review, or what was said elsewhere, under a verified address. Pure.

Where words come from elsewhere, all that shows (places, cells, Status) goes on with the rows as they are in the tab;
only what is learnt comes from those words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from bridge.model import AnswerReading, Decision, Identity, Known, Verdict
from bridge.plan.answers import Round, Word, Words, ratings_in, words_about
from bridge.plan.decisions import Sorted, bears_a_lost_badge, learn_decisions
from bridge.plan.draft import Draft
from bridge.plan.enact import enact_first
from bridge.plan.intake import Intake
from bridge.plan.policy import Policy
from bridge.plan.ratings import badge_of
from bridge.plan.rescaled import learn_rescaled
from bridge.plan.second_look import needs
from bridge.plan.standing import ANSWERS, OPEN, Answer, standing
from bridge.review import EVIDENCE, LINK, NOWHERE, REFLECTION, Row, fold, to_verdict

ELSEWHERE = {
    Identity.FORM: "Please decide by the link in Decide: what stands in Decision, Feedback and Reviewer counts for "
    "nothing here, so empty Decision again.",
    Identity.TABS: "Please decide in the tab of the coach whom With names: what stands in Decision and Feedback counts "
    "for nothing here, so empty Decision again.",
}
STALE = (
    "Please choose again: what stands in Decision was typed while such words did not count. Empty that cell first, or "
    "choose another word."
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of an attempt elsewhere than in Review. Hostile text, trimmed and bounded."""

    attempt_id: str
    verdict: str = ""  # as typed or chosen
    feedback: str = ""
    reviewer: str = ""  # address, lower case; proven
    ratings: Mapping[str, str] = field(default_factory=dict)  # folded title of a criterion → word
    at: datetime | None = None  # when it was said, where that is known
    identity: Identity | None = None  # how it is known who said it; None: as the programme has it


def in_words_of(rows: Sorted, said: Mapping[str, Said]) -> Sorted:
    """Each good row with the words of *said* (by attempt id) in place of its own.

    Words are the verdict, the feedback, the reviewer and the ratings. A row of which nothing is said says nothing.
    """
    silent = Said("")
    good = {key: in_words(row, said.get(key, silent)) for key, row in rows.good.items()}
    return replace(rows, good=good)


def in_words(row: Row, said: Said) -> Row:
    """The row with these words in place of its own."""
    return replace(
        row,
        verdict=said.verdict,
        feedback=said.feedback,
        reviewer=said.reviewer,
        ratings=said.ratings,
        identity=said.identity,
        said_at=said.at,
    )


def as_decided(decision: Decision) -> Said:
    """The words of a decision, for a row that is to say what is in force already."""
    verdict = decision.verdict.value if decision.verdict else ""
    ratings = {fold(one.criterion.title): one.level for one in decision.ratings}
    said = Said(decision.attempt_id, verdict, decision.feedback, decision.reviewer, ratings)
    return replace(said, at=decision.said_at, identity=decision.identity)


def learn_words(
    draft: Draft, known: Known, intake: Intake, rows: Sorted, form: AnswerReading | None, policy: Policy
) -> Mapping[str, str] | None:
    """Take in what was decided, wherever words count; return a sentence for each attempt whose word could not be taken.

    *known* is what was known before this look.
    None where nobody could be heard: whoever took a word back in time might not have been, so nothing may act.
    """
    if policy.identity is Identity.COLUMN:
        _forget_what_changed(draft, rows)
        counting, stale = with_what_counts(draft.known, rows)
        rescaled = learn_rescaled(draft, known, counting.any_of_each())
        return rescaled | stale | learn_decisions(draft, intake, counting, policy)
    remember_what_stands(draft, rows)
    if form is None or not form.counts:
        return None
    said = words_about(draft, form, policy)
    all_of_them = {**_rows_that_are_gone(draft.known, rows, said), **rows.good}
    counting = replace(rows, good=with_lost_badges(draft.known, all_of_them, rows, policy))
    last = in_words_of(counting, _to_said(draft.known, {key: words.rounds[-1] for key, words in said.items()}))
    notices = learn_rescaled(draft, known, last.good) | _learn_rounds(draft, intake, counting, said, policy)
    notices = elsewhere(draft.known, rows, policy) | notices
    faults = {attempt_id: words.fault for attempt_id, words in said.items() if words.fault}
    return notices | {key: " ".join(filter(None, (notices.get(key), fault))) for key, fault in faults.items()}


# ── the decision form ────────────────────────────────────────────────────────


def _learn_rounds(
    draft: Draft, intake: Intake, rows: Sorted, said: Mapping[str, Words], policy: Policy
) -> dict[str, str]:
    """Learn round by round, so that two people who approved since the last look both count."""
    most, notices = max((len(words.rounds) for words in said.values()), default=1), dict[str, str]()
    for n in range(most):
        now = {key: words.rounds[max(0, len(words.rounds) - most + n)] for key, words in said.items()}
        notices = learn_decisions(draft, intake, in_words_of(rows, _to_said(draft.known, now)), policy)
        for attempt_id, words in said.items():
            if most - n <= len(words.rounds) and n + 1 < most:
                _confirm(draft, attempt_id, words.rounds[len(words.rounds) - most + n + 1])
    return notices


def _to_said(known: Known, rounds: Mapping[str, Round]) -> dict[str, Said]:
    said = {}
    for attempt_id, one in rounds.items():
        if isinstance(one, Word):
            answer = one.answer
            ratings = ratings_in(answer.ratings, badge_of(known, attempt_id))
            words = (one.verdict.value, answer.feedback, one.by, ratings)
            said[attempt_id] = Said(attempt_id, *words, at=answer.at, identity=Identity.FORM)
        elif one is not None:
            said[attempt_id] = as_decided(one)
    return said


def _confirm(draft: Draft, attempt_id: str, following: Round) -> None:
    """A yes that somebody else's follows is the first of two: it need not settle, for it does nothing by itself."""
    decision = draft.known.decision(attempt_id)
    if decision is None or decision.enacted or decision.verdict is not Verdict.APPROVE:
        return
    other = isinstance(following, Word) and following.verdict is Verdict.APPROVE and following.by != decision.reviewer
    if other and needs(draft.known, attempt_id):
        enact_first(draft, decision)


def _rows_that_are_gone(known: Known, rows: Sorted, said: Mapping[str, Words]) -> dict[str, Row]:
    """An answer bears its ID, so it counts also where the row was deleted, stands there twice, or in the Archive."""
    gone = (attempt_id for attempt_id in said if attempt_id not in rows.good)
    cells = dict.fromkeys((LINK, EVIDENCE, REFLECTION), "")
    return {attempt_id: Row(NOWHERE, attempt_id, "", "", "", cells) for attempt_id in gone}


def with_lost_badges(known: Known, good: Mapping[str, Row], ours: Sorted, policy: Policy) -> dict[str, Row]:
    """*good*, in which a row bears the badge that any row of Review bears for it and the ledger does not know.

    Where words come from elsewhere, the row with these words may be without it: it is new, or stands there twice.
    """
    found = dict(good)
    for row in (*ours.good.values(), *(one for rows in ours.twice.values() for one in rows)):
        if row.attempt_id in good and bears_a_lost_badge(known, row, policy):
            own = found[row.attempt_id]
            found[row.attempt_id] = replace(own, cells={**own.cells, LINK: row.cells[LINK]})
    return found


def elsewhere(known: Known, rows: Sorted, policy: Policy) -> dict[str, str]:
    """Where somebody typed a choice that would be one, if cells counted."""
    found = {}
    for attempt_id, row in rows.good.items():
        decision, verdict = known.decision(attempt_id), to_verdict(row.verdict)
        if not row.verdict or (decision is not None and decision.verdict is verdict):
            continue
        at = standing(known, attempt_id)
        if at in OPEN or (verdict and ANSWERS[at][verdict] in (Answer.YES, Answer.WITH_WORDS)):
            found[attempt_id] = ELSEWHERE.get(policy.identity, "")
    return {attempt_id: sentence for attempt_id, sentence in found.items() if sentence}


# ── cells that count again ───────────────────────────────────────────────────


def _cells_fact(attempt_id: str) -> str:
    """Where the ledger keeps what a row's own words were while they did not count."""
    return f"cells:{attempt_id}"


def mark_of(row: Row) -> str:
    """Tells words from other words; "-" for none."""
    words = (row.verdict, row.feedback, row.reviewer, *(part for pair in sorted(row.ratings.items()) for part in pair))
    return sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16] if any(words) else "-"


def remember_what_stands(draft: Draft, rows: Sorted) -> None:
    """Words in the cells don't count now. Should they again one day, those that stand there by then decide nothing."""
    for attempt_id, row in rows.good.items():
        name, mark = _cells_fact(attempt_id), mark_of(row)
        if mark != "-" or draft.known.facts.get(name):
            draft.fact(name, mark)


def _forget_what_changed(draft: Draft, rows: Sorted) -> None:
    for attempt_id, row in rows.good.items():
        name = _cells_fact(attempt_id)
        if draft.known.facts.get(name, "") not in ("", mark_of(row)):
            draft.fact(name, "")


def with_what_counts(known: Known, rows: Sorted) -> tuple[Sorted, dict[str, str]]:
    """Rows whose words did not count when they were typed say what is in force; and a sentence where they differ."""
    good, stale = dict(rows.good), dict[str, str]()
    for attempt_id, row in rows.good.items():
        decision, mark = known.decision(attempt_id), known.facts.get(_cells_fact(attempt_id), "")
        never_there = not mark and mark_of(row) == "-" and decision is not None and decision.verified
        if not (never_there or (mark and mark == mark_of(row))):
            continue
        good[attempt_id] = in_words(row, as_decided(decision) if decision is not None else Said(attempt_id))
        if row.verdict and standing(known, attempt_id) in OPEN and good[attempt_id].verdict != row.verdict:
            stale[attempt_id] = STALE
    return replace(rows, good=good), stale
