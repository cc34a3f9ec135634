"""With which coach each attempt is, where each coach has a tab of their own. Pure.

Who has an attempt keeps it, as long as they may decide it, until somebody writes another address into Reviewer in the
tab Review: there that cell is a wish. It is a fact in the ledger, so that a verdict counts from one tab alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bridge.model import Attempt, Known, Verdict
from bridge.plan.asked import who_is_asked
from bridge.plan.draft import Draft
from bridge.plan.past import last_event
from bridge.plan.policy import Policy
from bridge.plan.second_look import first_yes, needs, seconds
from bridge.plan.standing import OPEN, Standing, standing
from bridge.review import fold

#: So long a row stays on its coach's tab after nothing is left to decide there.
KEPT = timedelta(days=14)

#: What was decided, and can still be mended or withdrawn there.
_MENDABLE = frozenset({Standing.APPROVED, Standing.ISSUED, Standing.RETURNED, Standing.DECLINED})

#: Facts of each attempt: whose it is; when it was asked for anew after it was closed; what Reviewer said last.
_WITH, _BACK, _ASKED = "with:", "back:", "asked:"


def is_with(known: Known, attempt_id: str) -> str:
    """Return the address of the coach with whom the attempt is, or was when it was closed; "" for nobody."""
    return known.facts.get(f"{_WITH}{attempt_id}", "")


def assign(draft: Draft, wishes: Mapping[str, str], policy: Policy) -> dict[str, str]:
    """Bring in step with whom each attempt is; return a sentence for each wish that can't be followed.

    *wishes* are the addresses in Reviewer of the tab Review, by attempt id.
    """
    sentences = {}
    load = Counter(is_with(draft.known, attempt.id) for attempt in _open(draft.known))
    for attempt_id, text in wishes.items():
        if sentence := _wished(draft, draft.known.attempts[attempt_id], text, load, policy):
            sentences[attempt_id] = sentence
    for attempt in _open(draft.known):
        able, now = who_may(draft.known, attempt, policy), is_with(draft.known, attempt.id)
        if now not in able:
            _give(draft, attempt, _choose(draft.known, attempt, able, load, policy), load)
    return sentences


def who_may(known: Known, attempt: Attempt, policy: Policy) -> tuple[str, ...]:
    """Return the addresses of those who can decide about the attempt as it stands; of two who approve, the second."""
    asked = _asked(known, attempt, policy)
    if first_yes(known, attempt.id) is not None and needs(known, attempt.id):
        return seconds(known, attempt.id, asked, policy)
    return asked


def _open(known: Known) -> Iterator[Attempt]:
    """In the order in which they came, so that whoever looks again chooses the same."""
    for attempt in sorted(known.attempts.values(), key=lambda one: (one.request, one.n)):
        if standing(known, attempt.id) in OPEN:
            yield attempt


def _choose(known: Known, attempt: Attempt, able: tuple[str, ...], load: Counter[str], policy: Policy) -> str:
    """Who had the earlier attempt; else of those who look after the teacher's school the one with the fewest rows."""
    if not able:
        return ""
    before = is_with(known, f"{attempt.request}-{attempt.n - 1}")
    if before in able:
        return before
    theirs = policy.schools.get(fold(attempt.submission.school), ())
    return min([one for one in able if one in theirs] or able, key=lambda one: (load[one], one))


def _give(draft: Draft, attempt: Attempt, to: str, load: Counter[str]) -> None:
    before = is_with(draft.known, attempt.id)
    if before != to:
        load.subtract([before])
        load.update([to])
        draft.fact(f"{_WITH}{attempt.id}", to)
        if before or to:
            draft.event(attempt.id, f"with {to}" if to else "with nobody", f"before: {before}" if before else "")


def _wished(draft: Draft, attempt: Attempt, text: str, load: Counter[str], policy: Policy) -> str:
    """Follow a wish if it can be followed; of what is closed, only one that was written since the last look."""
    known, to = draft.known, text.strip().casefold()
    is_new = to != _last_asked(known, attempt.id)
    if is_new:
        draft.fact(f"{_ASKED}{attempt.id}", to)
    at = standing(known, attempt.id)
    if not to or (at in OPEN and to == is_with(known, attempt.id)):
        return ""
    if at in OPEN:
        if to in who_may(known, attempt, policy):
            _give(draft, attempt, to, load)
            return ""
        first = first_yes(known, attempt.id)
        return "" if first is not None and first.reviewer.casefold() == to else _can_not(text)
    if at in _MENDABLE and is_new:
        if to not in _asked(known, attempt, policy):
            return _can_not(text)
        _give(draft, attempt, to, Counter())
        draft.fact(f"{_BACK}{attempt.id}", draft.now.isoformat())
    return ""


def _last_asked(known: Known, attempt_id: str) -> str:
    """What Reviewer in Review said at the last look; where nobody had a tab then, who decided is no wish."""
    said = known.facts.get(f"{_ASKED}{attempt_id}")
    if said is None and not is_with(known, attempt_id) and (decision := known.decision(attempt_id)) is not None:
        return decision.reviewer.casefold()
    return said or ""


def _asked(known: Known, attempt: Attempt, policy: Policy) -> tuple[str, ...]:
    request = known.requests[attempt.request]
    return who_is_asked(known.achievements.get(request.achievement), request.recipient, policy)


def _can_not(text: str) -> str:
    return f"Please choose another address in Reviewer: {text[:80]} can't decide this request."


def rows_of(known: Known, now: datetime, policy: Policy) -> dict[str, frozenset[str]]:
    """Return which attempts have their row on whose tab: what is theirs, and for a while what they decided.

    Every coach has a tab, the coordinator one where something is with her.
    """
    found: dict[str, set[str]] = {coach: set() for coach in policy.coaches}
    for attempt in known.attempts.values():
        for coach in set(_whose(known, attempt, now)):
            if coach in found or coach == policy.coordinator:
                found.setdefault(coach, set()).add(attempt.id)
    return {coach: frozenset(ids) for coach, ids in found.items()}


def _whose(known: Known, attempt: Attempt, now: datetime) -> Iterator[str]:
    at, coach = standing(known, attempt.id), is_with(known, attempt.id)
    if not coach:
        return
    asked_again = known.facts.get(f"{_BACK}{attempt.id}")
    times = [last_event(known, attempt), *([datetime.fromisoformat(asked_again)] if asked_again else [])]
    if at in OPEN or at in (Standing.APPROVED, Standing.IN_DOUBT) or now - max(times) < KEPT:
        yield coach
    for decision in known.decisions.get(attempt.id, ()) if needs(known, attempt.id) else ():
        if decision.enacted and decision.verdict is Verdict.APPROVE and now - decision.seen_at < KEPT:
            yield decision.reviewer.casefold()
