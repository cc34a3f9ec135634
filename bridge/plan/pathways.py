"""Pathways: who holds what comes before a badge, what is then issued by itself, and what it rests on. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.model import (
    BY_ITSELF,
    Achievement,
    Attempt,
    Decision,
    Evidence,
    EvidenceKind,
    Known,
    Prerequisites,
    Request,
    Submission,
    Verdict,
)
from bridge.plan.draft import Draft
from bridge.plan.enact import STEPS, make_order
from bridge.plan.expiry import has_lapsed
from bridge.plan.indexes import FreeIndexes
from bridge.plan.policy import Policy
from bridge.plan.prerequisites import say
from bridge.plan.standing import Standing, standing
from bridge.review import BADGE, EMAIL, LINK, Row, fold, is_id


def held(known: Known, attempts: Iterable[str], now: datetime) -> dict[str, str]:
    """Which badges (keys) count for a person whose *attempts* these are → the attempt that each was issued for.

    Issued, not revoked, not lapsed; of two the newer one.
    """
    live = [
        known.orders[attempt_id]
        for attempt_id in attempts
        if attempt_id in known.credentials
        and not _is_revoked(known, attempt_id)
        and not has_lapsed(known, attempt_id, now)
    ]
    return {order.achievement: order.attempt_id for order in sorted(live, key=lambda order: order.issued_on)}


def _is_revoked(known: Known, attempt_id: str) -> bool:
    """True from the coach's word on: it may not have acted yet."""
    decision = known.decision(attempt_id)
    revokes = decision is not None and decision.verdict is Verdict.REVOKE
    return revokes or standing(known, attempt_id) is Standing.REVOKED


def missing(known: Known, achievement: Achievement, attempts: Iterable[str], now: datetime) -> str:
    """Say which prerequisites the person with these *attempts* lacks; "" if none."""
    wanted = achievement.prerequisites
    has = held(known, attempts, now)
    if wanted is None or _are_met(achievement, has):
        return ""
    names = _names(known, wanted)
    count = sum(key in has for key in wanted.of)
    lacks = _lacking(wanted, has, names)
    so_far = f"this teacher lacks {lacks}" if wanted.number == len(wanted.of) else f"this teacher has {count} of them"
    return (
        f"“{achievement.name[:60]}” comes after {say(wanted, names)}, and {so_far}. Approve acts once "
        "that is so, unless you take it back before."
    )


def still_lacking(known: Known, now: datetime) -> dict[str, str]:
    """Of each attempt that waits for a decision, which prerequisites its teacher lacks; those with all are left out."""
    after = {key: one.prerequisites for key, one in known.achievements.items() if one.prerequisites is not None}
    asking: defaultdict[str, list[tuple[str, Prerequisites]]] = defaultdict(list)
    for attempt in known.attempts.values():
        request = known.requests[attempt.request]
        wanted = after.get(request.achievement)
        if wanted is not None and standing(known, attempt.id) is Standing.WAITING:
            asking[request.recipient].append((attempt.id, wanted))
    earned = _earned(known) if asking else {}
    lacking: dict[str, str] = {}
    for person, waiting in asking.items():
        has = held(known, earned.get(person, ()), now)
        for attempt_id, wanted in waiting:
            if (more := wanted.number - sum(key in has for key in wanted.of)) > 0:
                some = _lacking(wanted, has, _names(known, wanted))
                lacking[attempt_id] = some if wanted.number == len(wanted.of) else f"{more} of {some}"
    return lacking


def _names(known: Known, wanted: Prerequisites) -> dict[str, str]:
    return {key: known.achievements[key].name for key in wanted.of if key in known.achievements}


def _lacking(wanted: Prerequisites, has: Collection[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(key, key)[:60] for key in wanted.of if key not in has)


def _are_met(achievement: Achievement, has: Collection[str]) -> bool:
    wanted = achievement.prerequisites
    return wanted is not None and sum(key in has for key in wanted.of) >= wanted.number


# ── by itself ────────────────────────────────────────────────────────────────


def grant(draft: Draft, rows: Iterable[Row], policy: Policy, entropy: bytes, taken: Collection[int]) -> None:
    """Approve every badge that comes by itself for everybody who holds what it takes: once for each person.

    Whoever asked for it ever is left to the coaches: their word, be it a no, and a badge that lapsed or was revoked are
    not overruled. So is whoever has a row for it that the ledger does not know, where an older one was put back: Status
    there says what to do.
    """
    known = draft.known
    milestones = [one for _, one in sorted(known.achievements.items()) if one.by_itself and one.active]
    if not milestones:
        return
    holdings = {person: held(known, ids, draft.now) for person, ids in sorted(_earned(known).items())}
    settled = _asked(known) | _shown(known, rows)
    found = [
        (person, achievement, has)
        for person, has in holdings.items()
        for achievement in milestones
        if _are_met(achievement, has) and (person, achievement.key) not in settled
    ]
    if found:
        free = FreeIndexes(known, entropy, taken)
        for person, achievement, has in found:
            _grant(draft, _Milestone(person, achievement, has), policy, entropy, free)


def _earned(known: Known) -> dict[str, list[str]]:
    """By person, the attempts for which a badge was issued."""
    earned: defaultdict[str, list[str]] = defaultdict(list)
    for attempt_id in known.credentials:
        earned[known.orders[attempt_id].recipient].append(attempt_id)
    return earned


def _asked(known: Known) -> set[tuple[str, str]]:
    """Person and badge of every request, but for those that went over to another badge."""
    latest = {attempt.request: attempt for attempt in sorted(known.attempts.values(), key=lambda one: one.n)}
    return {
        (request.recipient, request.achievement)
        for number, request in known.requests.items()
        if standing(known, latest[number].id) is not Standing.SUPERSEDED
    }


def _shown(known: Known, rows: Iterable[Row]) -> set[tuple[str, str]]:
    """Person and badge of every row that is of the bridge's making, and not somebody's own notes."""
    return {
        (fold(row.cells[EMAIL]), known.labels.get(fold(row.cells[BADGE]), ""))
        for row in rows
        if is_id(row.attempt_id) or row.cells[LINK].strip()
    }


@dataclass(frozen=True, slots=True)
class _Milestone:
    """A badge that is due to a person, and what the person *has*: key of a badge → attempt."""

    person: str
    achievement: Achievement
    has: Mapping[str, str]

    @property
    def parts(self) -> list[str]:
        """The attempts that it rests on."""
        wanted = self.achievement.prerequisites
        return [self.has[key] for key in wanted.of if key in self.has] if wanted else []


def _grant(draft: Draft, due: _Milestone, policy: Policy, entropy: bytes, free: FreeIndexes) -> None:
    known, number = draft.known, max(draft.known.requests, default=0) + 1
    attempt = Attempt(number, 1, _submission(known, due, number, draft.now))
    draft.request(Request(number, due.person, due.achievement.name, due.achievement.key, draft.now))
    draft.attempt(attempt)
    draft.event(attempt.id, "due by itself", f"for {', '.join(due.parts)}")
    decision = Decision(attempt.id, 1, 1, Verdict.APPROVE, "", "", draft.now, enacted=True)
    draft.decide(decision)
    draft.event(attempt.id, f"decided: {Verdict.APPROVE}", "by the bridge")
    draft.order(make_order(draft, decision, policy, entropy, free))
    draft.plan(*STEPS[Verdict.APPROVE], subject=attempt.id)


def _submission(known: Known, due: _Milestone, number: int, now: datetime) -> Submission:
    """What stands in the place of an answer. Name and school are those of the newest badge that it rests on.

    The name is public only if it is on that one, and the badges that it rests on are shown to coaches alone: one of
    them may tell the name.
    """
    newest = max((known.orders[part] for part in due.parts), key=lambda order: (order.issued_on, order.attempt_id))
    given = known.attempts[newest.attempt_id].submission
    pages = [(known.credentials[part].url, known.achievement_of(part)) for part in due.parts]
    return Submission(
        form_id=given.form_id,
        response_id=f"{BY_ITSELF}{number}",
        stamp="",
        submitted_at=now,
        recipient=due.person,
        verified=given.verified,
        name=given.name,
        label=due.achievement.name,
        evidence=tuple(
            Evidence(n, EvidenceKind.WEB, url, name=part.name if part else "") for n, (url, part) in enumerate(pages, 1)
        ),
        show_name=bool(newest.name),
        given_name=given.given_name,
        family_name=given.family_name,
        school=given.school,
    )


# ── what it rests on ─────────────────────────────────────────────────────────


def learn_fallen(draft: Draft) -> dict[str, str]:
    """Tell, once in the report and for ever in its row, of each badge that rests on one which was revoked since."""
    notices = {}
    for attempt_id, parts in fallen(draft.known).items():
        which = f"{', '.join(parts)}, which {'was' if len(parts) == 1 else 'were'} revoked"
        notices[attempt_id] = f"Built on {which}. Choose Revoke here, too, if it should not stand."
        fact = f"built on:{attempt_id}"
        if draft.known.facts.get(fact) != (names := ",".join(parts)):
            draft.fact(fact, names)
            draft.event(attempt_id, "what it was built on is gone", which)
            draft.problem("sheet, tab Review", f"Row {attempt_id}: the badge was built on {which}; it still stands.")
    return notices


def fallen(known: Known) -> dict[str, list[str]]:
    """The attempts whose badge stands, although what it rests on was revoked since → that, if too little is left."""
    if all(one.prerequisites is None for one in known.achievements.values()):
        return {}
    revoked = {key for key in known.credentials if standing(known, key) is Standing.REVOKED}
    touched = {known.orders[attempt_id].recipient for attempt_id in revoked}
    found = {}
    for person, earned in _earned(known).items():
        if person in touched:
            for whole in earned:
                if whole not in revoked and (gone := _gone(known, whole, earned, revoked)):
                    found[whole] = gone
    return found


def _gone(known: Known, whole: str, earned: Collection[str], revoked: Collection[str]) -> list[str]:
    """Which of the badges that came before *whole* were revoked after it was issued, if too few are left."""
    order = known.orders[whole]
    achievement = known.achievements.get(order.achievement)
    left = {known.orders[one].achievement for one in earned if one not in revoked}
    if achievement is None or achievement.prerequisites is None or _are_met(achievement, left):
        return []
    return [
        one
        for one in earned
        if one in revoked
        and (part := known.orders[one]).achievement in achievement.prerequisites.of
        and part.achievement not in left
        and part.issued_on <= order.issued_on
        and not ((at := known.credentials[one].revoked_at) and at < order.issued_on)
    ]
