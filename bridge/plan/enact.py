"""Decisions that have stood long enough are enacted: orders are fixed, effects are planned."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from bridge.model import Decision, Evidence, EvidenceKind, Kind, Known, Order, Submission, Verdict
from bridge.plan.draft import Draft
from bridge.plan.policy import Policy

#: The effects that follow each enacted verdict, one after the other.
STEPS: dict[Verdict, tuple[Kind, ...]] = {
    Verdict.APPROVE: (Kind.ISSUE, Kind.PUBLISH, Kind.TELL_ISSUED),
    Verdict.RETURN: (Kind.TELL_RETURNED,),
    Verdict.DECLINE: (Kind.TELL_DECLINED,),
    Verdict.HOLD: (),
    Verdict.REVOKE: (Kind.REVOKE, Kind.PUBLISH_REVOKED, Kind.TELL_REVOKED),
}

#: The status list grows by so many: 16 KB, the least that the standard allows (W3C Bitstring Status List, 4.1).
STATUS_ENTRIES = 131_072


def enact(draft: Draft, policy: Policy, entropy: bytes) -> None:
    """Enact every decision that has settled. *entropy*: 32 random bytes, from which salts and indexes are drawn."""
    ripe = [
        decision
        for attempt_id in draft.known.decisions
        if (decision := draft.known.decision(attempt_id)) is not None
        and not decision.enacted
        and decision.verdict is not Verdict.HOLD
        and decision.version == draft.known.attempts[attempt_id].version
        and decision.seen_at + policy.settle <= draft.now
    ]
    if not ripe:
        return
    free = FreeIndexes(draft.known, entropy)
    for decision in sorted(ripe, key=lambda d: (draft.known.attempts[d.attempt_id].request, d.attempt_id)):
        draft.decide(replace(decision, enacted=True))
        verdict = decision.verdict or Verdict.HOLD
        if verdict is Verdict.APPROVE:
            draft.order(make_order(draft, decision, policy, entropy, free))
        repeats = verdict in (Verdict.RETURN, Verdict.DECLINE)  # may happen again to the same attempt
        subject = f"{decision.attempt_id}/{decision.n}" if repeats else decision.attempt_id
        draft.plan(*STEPS[verdict], subject=subject)
        if verdict is Verdict.REVOKE:  # what was not announced yet is announced no more
            draft.cancel(*(f"{kind}:{subject}" for kind in (Kind.PUBLISH, Kind.TELL_ISSUED)))


def make_order(draft: Draft, decision: Decision, policy: Policy, entropy: bytes, free: FreeIndexes) -> Order:
    """Fix all that the credential will say. An order that never became a credential lends its name to the next."""
    known, attempt_id = draft.known, decision.attempt_id
    attempt, earlier = known.attempts[attempt_id], known.orders.get(attempt_id)
    achievement = known.achievements[known.requests[attempt.request].achievement]
    salt = earlier.salt if earlier else hashlib.sha256(entropy + attempt_id.encode()).hexdigest()[:32]
    submission = attempt.submission
    return Order(
        award=str(uuid5(NAMESPACE_URL, f"{policy.issuer_url}/awards/{attempt_id}/{salt}")),
        attempt_id=attempt_id,
        achievement=achievement.key,
        version=achievement.version,
        recipient=submission.recipient,
        salt=salt,
        name=submission.name if submission.show_name else "",
        issued_on=decision.seen_at,
        status_index=earlier.status_index if earlier else free.draw(),
        key_id=policy.key_id,
        backend=policy.backends.get(achievement.key, "local"),
        evidence=public_evidence(submission) if submission.show_evidence else (),
        narrative=submission.reflection if submission.show_evidence else "",
    )


def public_evidence(submission: Submission) -> tuple[Evidence, ...]:
    """What can be opened by its address; notes on an item are for the coach alone.

    Google Forms writes the teacher's name into the name of an uploaded file, so that goes with the consent to the name.
    """
    items = (replace(item, note="") for item in submission.evidence if item.kind is not EvidenceKind.ODD)
    return tuple(item if submission.show_name else replace(item, name="") for item in items)


class FreeIndexes:
    """Unused places in the status list, drawn at random: a badge's index must not tell when it was issued."""

    def __init__(self, known: Known, entropy: bytes) -> None:
        self.used = {order.status_index for order in known.orders.values()}
        #: Twice as many places as are taken, so that a few throws find a free one.
        self.places = STATUS_ENTRIES * (2 * len(self.used) // STATUS_ENTRIES + 1)
        self.dice = random.Random(entropy)  # noqa: S311 the seed is random; the order need only look so

    def draw(self) -> int:
        while (index := self.dice.randrange(self.places)) in self.used:
            pass
        self.used.add(index)
        return index
