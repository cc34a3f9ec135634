"""Answers to the decision form: which of them count, in which order, and what is wrong with the others. Pure.

The form keeps every answer, so all are judged anew in each cycle. Of each person the newest counts; what is older than
the last word that acted is past. Of what is left the last one is the word in force, and where two must approve, the
first yes comes before it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from bridge.model import Achievement, Answer, AnswerReading, Attempt, Decision, Identity, Known, Verdict
from bridge.plan.draft import Draft
from bridge.plan.entitled import Bar, bar, names
from bridge.plan.nobody import why_nobody
from bridge.plan.policy import Policy
from bridge.plan.second_look import first_yes, may_as_coordinator, needs, why_no_second
from bridge.plan.standing import ANSWERS, OPEN, Standing, standing, why_not
from bridge.plan.standing import Answer as Outcome
from bridge.review import fold, to_verdict

#: Where its problems are.
WHERE = "decision form"

#: How the name of a fact begins that says since when a form is known to collect verified addresses.
PROOF = "verified-since:"

#: For so long people are told of an answer that does not count, once nobody waits for one.
TOLD = timedelta(days=14)

UNPROVEN = (
    "it was sent before the bridge saw that the form collects verified addresses. Please answer again, by the link in "
    "this row."
)
EDITED = "what the teacher wrote has changed since. Please look again, and answer by the link in this row."

OTHERS = (
    "its link was that of another request, which had this ID before an older ledger was put back. Please answer again, "
    "by the link in this row."
)

_ROW = re.compile(r"\s*([1-9]\d{0,8}-[1-9]\d{0,3})(?:\.([1-9]\d{0,5}))?(?:\s*#([0-9a-f]{5}))?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class About:
    """Which row an answer is about, as it says. `mark` tells requests apart that had the same ID; "" if not said."""

    attempt_id: str
    version: int = 1
    mark: str = ""


def row_words(attempt: Attempt) -> str:
    """What is told of a row: its ID, and from the second version on which one is shown."""
    return attempt.id if attempt.version == 1 else f"{attempt.id}.{attempt.version}"


def row_answer(known: Known, attempt: Attempt) -> str:
    """What the link fills in: `row_words`, and a mark of whose request it is.

    Where an older ledger was put back, other requests may get the IDs that it does not know.
    """
    return f"{row_words(attempt)} #{_mark(known, attempt)}"


def to_row(text: str) -> About | None:
    """Read `row_answer`, or `row_words` as somebody typed it; None for anything else."""
    found = _ROW.fullmatch(text)
    return About(found[1], int(found[2] or 1), found[3] or "") if found else None


def _mark(known: Known, attempt: Attempt) -> str:
    """Made of what a row must bear to be this request's: see `decisions.is_of`."""
    request = known.requests[attempt.request]
    return sha256(f"{request.recipient}\n{fold(request.label)}".encode("utf-8", "surrogatepass")).hexdigest()[:5]


def lines_to_rate(achievement: Achievement | None) -> str:
    """What the question for ratings is filled in with: a line for each criterion."""
    return "\n".join(f"{one.title}: " for one in achievement.rubric) if achievement is not None else ""


def ratings_in(text: str, achievement: Achievement | None) -> dict[str, str]:
    """Read `lines_to_rate` with levels in them: by folded title, the word of each criterion that has one."""
    titles = [fold(one.title) for one in achievement.rubric] if achievement is not None else []
    found = {}
    for line in text.splitlines():
        for title in sorted(titles, key=len, reverse=True):
            if (said := fold(line)).startswith(f"{title}:") and (word := said.removeprefix(f"{title}:").strip()):
                found[title] = word
                break
    return found


@dataclass(frozen=True, slots=True)
class Word:
    """An answer that counts."""

    answer: Answer
    verdict: Verdict

    @property
    def by(self) -> str:
        return self.answer.reviewer


#: What the row says then: an answer, what is in force as it is, or nothing.
Round: TypeAlias = Word | Decision | None


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of an attempt. The last round is the word in force; others come before it, the oldest first."""

    rounds: tuple[Round, ...]
    fault: str = ""  # what is wrong with the newest answer


@dataclass(slots=True)
class _Judged:
    """The answers about one attempt, told apart."""

    live: list[Word] = field(default_factory=list)  # oldest first, one of each person
    acted: Word | None = None  # the answer behind the last decision that acted
    silent: set[str] = field(default_factory=set)  # people whose newest answer does not count
    faults: list[tuple[datetime, str]] = field(default_factory=list)


def words_about(draft: Draft, reading: AnswerReading, policy: Policy) -> dict[str, Words]:
    """By attempt id: all that is said in the form, and of other attempts what is in force."""
    since = datetime.fromisoformat(draft.known.facts[_proof(reading)])
    about: defaultdict[str, list[tuple[Answer, About]]] = defaultdict(list)
    strays: list[Answer] = []
    for answer in reading.answers:
        row = to_row(answer.row)
        if row is None or row.attempt_id not in draft.known.attempts:
            strays.append(answer)
        else:
            about[row.attempt_id].append((answer, row))
    _tell_of_strays(draft, strays)
    found = {}
    for attempt_id in {**about, **draft.known.decisions}:
        judged = _judge(draft.known, attempt_id, about.get(attempt_id, ()), policy, since)
        rounds = _rounds(draft.known, attempt_id, judged, policy)
        found[attempt_id] = Words(rounds, _newest_fault(draft, attempt_id, judged))
    return found


def remember_proof(draft: Draft, reading: AnswerReading) -> None:
    """Remember since when the bridge has seen, in every look, that the form collects verified addresses.

    Google does not tell of an answer how its address was collected.
    """
    known = draft.known.facts.get(_proof(reading), "")
    if not reading.verified or not known:
        draft.fact(_proof(reading), draft.now.isoformat() if reading.verified else "")


def forget_proofs(draft: Draft) -> None:
    """Nobody looks at a decision form now: whatever it collects meanwhile is not seen."""
    for name, since in list(draft.known.facts.items()):
        if since and name.startswith(PROOF):
            draft.fact(name, "")


def _proof(reading: AnswerReading) -> str:
    return f"{PROOF}{reading.form_id}"


def _tell_of_strays(draft: Draft, strays: Sequence[Answer]) -> None:
    """Nothing that was typed is repeated: many may read a report."""
    recent = [answer for answer in strays if answer.at + TOLD > draft.now]
    if recent:
        count = "An answer names" if len(recent) == 1 else f"{len(recent)} answers name"
        draft.problem(
            WHERE,
            f"{count} no request that there is, so nothing was decided by that (the last one of "
            f"{recent[-1].at:%Y-%m-%d %H:%M} UTC). Look into the form’s answers, and ask whoever sent it to use the "
            "link in the row: it fills in the ID.",
        )


# ── which answers count ──────────────────────────────────────────────────────


def _judge(
    known: Known, attempt_id: str, answers: Sequence[tuple[Answer, About]], policy: Policy, since: datetime
) -> _Judged:
    past = known.decisions.get(attempt_id, ())
    heard = {(one.reviewer, one.said_at): one for one in past if one.identity is Identity.FORM and one.verdict}
    stands = {(one.reviewer, one.said_at) for one in (known.decision(attempt_id), first_yes(known, attempt_id)) if one}
    judged, newest = _Judged(), dict[str, tuple[Answer, About]]()
    for answer, row in answers:
        if answer.reviewer and (answer.at >= since or (answer.reviewer, answer.at) in stands):
            newest[answer.reviewer] = answer, row
        elif (answer.reviewer, answer.at) not in heard:
            judged.faults.append((answer.at, _does_not_count(answer, UNPROVEN, policy)))
    acted_at = max((at for (_, at), one in heard.items() if one.enacted and at), default=None)
    elsewhere = max((one.seen_at for one in past if one.identity is not Identity.FORM), default=None)
    for answer, row in newest.values():
        decision, verdict = heard.get((answer.reviewer, answer.at)), to_verdict(answer.verdict)
        if decision is not None and decision.enacted and verdict is not None:
            judged.acted = Word(answer, verdict) if answer.at == acted_at else judged.acted
        elif (acted_at and answer.at < acted_at) or (elsewhere and answer.at <= elsewhere):
            continue  # other words came after it, and acted or took it back
        elif why := _fault(known, known.attempts[attempt_id], answer, row, policy):
            judged.silent.add(answer.reviewer)
            judged.faults.append((answer.at, _does_not_count(answer, why, policy)))
        elif verdict is not None:
            judged.live.append(Word(answer, verdict))
    judged.live.sort(key=lambda word: (word.answer.at, word.answer.response_id))
    return judged


def _does_not_count(answer: Answer, why: str, policy: Policy) -> str:
    return f"The answer by {answer.reviewer or 'nobody'} of {policy.minute(answer.at)} does not count: {why}"


def _fault(known: Known, attempt: Attempt, answer: Answer, row: About, policy: Policy) -> str:
    """Why an answer does not count, whatever others say; "" if it does."""
    if row.mark not in ("", _mark(known, attempt)):
        return OTHERS
    achievement = known.achievements.get(known.requests[attempt.request].achievement)
    verdict = to_verdict(answer.verdict)
    asked = may_as_coordinator(achievement, answer.reviewer, verdict, policy)
    barred = bar(known, attempt, answer.reviewer, policy, asked=asked)
    if barred and verdict is Verdict.APPROVE and why_nobody(known, attempt, policy):
        return "nobody can approve this request as things stand."
    match barred:
        case Bar.NO_COACH:
            return (
                "only the programme’s coaches may decide. Please let one of them answer, or answer from the account "
                "that the coordinator has named."
            )
        case Bar.NO_REVIEWER if achievement is not None:
            who = f"only the reviewers of “{achievement.name[:60]}” may decide: {names(achievement)}"
            return f"{who}. Please let one of them answer."
        case Bar.OWN:
            return "nobody may decide about a request of their own. Please let another coach answer."
    if verdict is None:
        return f"“{answer.verdict[:40]}” is no decision. Please choose one of: {', '.join(Verdict)}."
    at = standing(known, attempt.id)
    match ANSWERS[at][verdict]:
        case Outcome.NO:
            return why_not(known, attempt.id, at, verdict)
        case Outcome.WITH_WORDS if not answer.feedback:
            return f"“{verdict}” needs words, for the teacher to read. Please answer again."
    return EDITED if row.version != attempt.version or _was_before(answer, attempt) else ""


def _was_before(answer: Answer, attempt: Attempt) -> bool:
    """True where it was sent before the teacher wrote what stands there now, whichever version it names."""
    try:
        return answer.at < datetime.fromisoformat(attempt.submission.stamp)
    except (ValueError, TypeError):  # a badge that nobody asked for has no stamp
        return False


def _newest_fault(draft: Draft, attempt_id: str, judged: _Judged) -> str:
    """What people are told: of the newest answer, if it does not count; not for ever, where nobody waits for one."""
    if not judged.faults:
        return ""
    at, sentence = max(judged.faults)
    said = [word.answer.at for word in judged.live] + ([judged.acted.answer.at] if judged.acted else [])
    waits = standing(draft.known, attempt_id) in OPEN
    return sentence if at >= max(said, default=at) and (waits or at + TOLD > draft.now) else ""


# ── in which order ───────────────────────────────────────────────────────────


def _rounds(known: Known, attempt_id: str, judged: _Judged, policy: Policy) -> tuple[Round, ...]:
    wanted = needs(known, attempt_id)
    half = standing(known, attempt_id) in (Standing.HALF_APPROVED, Standing.DECIDED)
    first = first_yes(known, attempt_id) if wanted and half else None
    if first is not None:
        return _after(first, judged, wanted, policy)
    return _afresh(judged.live, wanted, policy) or (_in_force(known, attempt_id, judged),)


def _afresh(live: Sequence[Word], wanted: str, policy: Policy) -> tuple[Word, ...]:
    """The last word; where two must approve, before it the first of the yeses that nobody contradicted."""
    last_no = max((place for place, word in enumerate(live) if word.verdict is not Verdict.APPROVE), default=-1)
    yeses = live[last_no + 1 :]
    if not wanted or len(yeses) < 2:
        return tuple(live[-1:])
    first, *others = yeses
    return first, _second(first.by, others, wanted, policy)


def _second(first: str, others: Sequence[Word], wanted: str, policy: Policy) -> Word:
    """Of several yeses after the first, the earliest that is enough."""
    able = (word for word in others if not why_no_second(first, word.by, wanted, policy))
    return next(able, others[-1])


def _after(first: Decision, judged: _Judged, wanted: str, policy: Policy) -> tuple[Round, ...]:
    """What follows on a first yes that has acted: it stands only as long as the answer says so."""
    own = [word for word in (*judged.live, judged.acted) if word is not None and word.by == first.reviewer]
    if first.identity is Identity.FORM and not any(word.verdict is Verdict.APPROVE for word in own):
        return (None, *_afresh(judged.live, wanted, policy))
    noes = [place for place, word in enumerate(judged.live) if word.verdict is not Verdict.APPROVE]
    if noes:
        return (judged.live[noes[-1]], *_afresh(judged.live[noes[-1] + 1 :], wanted, policy))
    others = [word for word in judged.live if word.by != first.reviewer]
    return (_second(first.reviewer, others, wanted, policy),) if others else (first,)


def _in_force(known: Known, attempt_id: str, judged: _Judged) -> Decision | None:
    """Where no answer is left that counts: what has acted, or was said elsewhere, stands."""
    decision = known.decision(attempt_id)
    if decision is None or decision.identity is not Identity.FORM:
        return decision
    stands = decision.enacted and (judged.acted is not None or decision.reviewer in judged.silent)
    return decision if stands else None
