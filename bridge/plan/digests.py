"""Who is reminded of what, and when: a digest a day for each coach, and what is late for the coordinator. Pure.

A digest bears the day for which it was planned, and the ledger never knows two of one person and day. One that did not
get out goes out on a later day, in the place of that day's own. What it says is worked out when it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bridge.model import (
    Attempt,
    Digest,
    Effect,
    Kind,
    Known,
    State,
    Waiting,
    digest_coach,
    digest_day,
    digest_subject,
)
from bridge.plan.draft import Draft
from bridge.plan.due import due_of
from bridge.plan.nobody import WAITS, is_asked, why_nobody
from bridge.plan.policy import Policy
from bridge.plan.standing import Standing, standing

#: Of each person so many digests are kept in the ledger.
KEPT = 30
#: So many requests are named in a sentence.
NAMED = 20

_COACH = "coach:"  # fact: the person who bears the number that follows


def plan_digests(draft: Draft, policy: Policy) -> None:
    """Plan today's digests, once their hour has come; tell at once of what nobody is asked about."""
    today = _day(draft.now, policy)
    digests = [effect for effect in draft.known.effects.values() if effect.kind is Kind.TELL_DIGEST]
    for effect in digests:
        if effect.state is State.PLANNED and digest_day(effect) != today:
            _take(draft, today, digest_coach(effect), State.CANCELLED)
    draft.forget(*_spent(digests, today))
    rows = waiting(draft.known, draft.now, policy)
    late = _late(draft.known, rows, policy)
    _tell_of_trouble(draft, rows, late, policy)
    if draft.now.astimezone(policy.tz).hour < policy.digest_hour:
        return
    people = {to for to, own in _by_person(rows, policy).items() if Digest(to, tuple(own)).is_worth_a_mail}
    if late and policy.coordinator:
        people.add(policy.coordinator)
    for to in sorted(people):
        if _take(draft, today, _number(draft, to), State.PLANNED) and to == policy.coordinator:
            for row in late:
                draft.fact(_told(row.request), today.isoformat())


def digest_of(known: Known, effect: Effect, now: datetime, policy: Policy) -> Digest:
    """Return what the digest says as things are now."""
    to = address_of(known, effect)
    rows = waiting(known, now, policy)
    own = tuple(_by_person(rows, policy).get(to, ()))
    planned = digest_day(effect).isoformat()
    late = (row for row in rows if known.facts.get(_told(row.request)) == planned and row not in own)
    return Digest(to, own, tuple(late) if to == policy.coordinator else ())


def may_go(known: Known, effect: Effect, now: datetime, policy: Policy) -> bool:
    """True if *effect* is the one digest that its person may get today: its own day's, or today's gave way to it."""
    return f"{Kind.TELL_DIGEST}:{digest_subject(_day(now, policy), digest_coach(effect))}" in known.effects


def address_of(known: Known, effect: Effect) -> str:
    """Return whom the digest is for."""
    return known.facts.get(f"{_COACH}{digest_coach(effect)}", "")


def waiting(known: Known, now: datetime, policy: Policy) -> list[Waiting]:
    """Return what waits for a decision, by due date: what is late stands first."""
    found = [
        _row(known, attempt, at, now, policy)
        for attempt in known.attempts.values()
        if (at := standing(known, attempt.id)) in WAITS
    ]
    return sorted(found, key=lambda row: (row.due, row.request, row.attempt_id))


def _row(known: Known, attempt: Attempt, at: Standing, now: datetime, policy: Policy) -> Waiting:
    request, came = known.requests[attempt.request], attempt.submission.submitted_at
    achievement = known.achievements.get(request.achievement)
    due = due_of(known, attempt, policy.due_days)
    today = _day(now, policy)
    return Waiting(
        attempt_id=attempt.id,
        request=attempt.request,
        badge=achievement.name if achievement is not None else attempt.submission.label,
        days=max(0, (today - _day(came, policy)).days),
        due=due,
        late=max(0, (today - _day(due, policy)).days),
        held=at is Standing.HELD,
        asked=is_asked(known, attempt, policy),
    )


def _by_person(rows: Iterable[Waiting], policy: Policy) -> dict[str, list[Waiting]]:
    """What each is reminded of: not yet of what came in today."""
    found: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in rows:
        for to in row.asked if row.days and policy.digests else ():
            found[to].append(row)
    return found


def _late(known: Known, rows: Iterable[Waiting], policy: Policy) -> list[Waiting]:
    """What is so late that the coordinator must know, and was not told: once a request, and once more if it came anew
    and is late again."""
    return [
        row
        for row in rows
        if 0 < policy.escalate_days <= row.late
        and known.facts.get(_told(row.request), "") < _day(row.due, policy).isoformat()
    ]


def _told(request: int) -> str:
    """Fact: the day for which the coordinator's digest told of it."""
    return f"late:{request}"


def _tell_of_trouble(draft: Draft, rows: Sequence[Waiting], late: Sequence[Waiting], policy: Policy) -> None:
    if late and not policy.coordinator:
        draft.problem(
            "review",
            f"Nobody has decided about {_named(late)}, {policy.escalate_days} days after the promised day or more. (To "
            "have such told by mail, name a coordinator in the section [programme] of the settings.)",
        )
    stuck = {row: why_nobody(draft.known, draft.known.attempts[row.attempt_id], policy) for row in rows}
    if nobody := [row for row, why in stuck.items() if why]:
        draft.problem(
            "review",
            f"Nobody can approve {_named(nobody)}. Status there says why, and what helps: another reviewer in the tab "
            "Badges, or another coach in the section [review] of the settings.",
            blocking=True,
        )
    if lost := [row for row, why in stuck.items() if not (row.asked or why)]:
        draft.problem(
            "review",
            f"Nobody is asked to decide about {_named(lost)}. Name coaches in the section [review] of the settings, or "
            "a coordinator in [programme]: somebody other than whoever asked for the badge.",
        )


def _named(rows: Sequence[Waiting]) -> str:
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return ", ".join(row.attempt_id for row in rows[:NAMED]) + more


def _take(draft: Draft, day: date, coach: int, state: State) -> bool:
    """Plan a digest for that day, or (CANCELLED) keep the day free; False if the day has one already."""
    effect = Effect(Kind.TELL_DIGEST, digest_subject(day, coach), state=state)
    if effect.key in draft.known.effects:
        return False
    draft.follow(effect)
    return True


def _number(draft: Draft, to: str) -> int:
    """The number of a person, who gets one if need be."""
    taken = {name: who for name, who in draft.known.facts.items() if name.startswith(_COACH)}
    name = next((name for name, who in taken.items() if who == to), f"{_COACH}{len(taken) + 1}")
    draft.fact(name, to)
    return int(name.removeprefix(_COACH))


def _spent(digests: Iterable[Effect], today: date) -> list[str]:
    """The keys of digests that are over; of each person the newest are kept, whatever a wrong clock dated them."""
    over: defaultdict[int, list[Effect]] = defaultdict(list)
    for effect in digests:
        if effect.state is not State.PLANNED:
            over[digest_coach(effect)].append(effect)
    return [
        effect.key
        for these in over.values()
        for effect in sorted(these, key=digest_day, reverse=True)[KEPT:]
        if digest_day(effect) < today
    ]


def _day(moment: datetime, policy: Policy) -> date:
    return moment.astimezone(policy.tz).date()
