"""Decisions that have stood long enough are enacted: orders are fixed, effects are planned."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from bridge.model import Decision, Evidence, EvidenceKind, Kind, Order, Submission, Verdict
from bridge.plan.discretion import link_without, name_without, without
from bridge.plan.draft import Draft
from bridge.plan.expiry import last_moment
from bridge.plan.indexes import FreeIndexes
from bridge.plan.moves import withdraw_all
from bridge.plan.names import names_of
from bridge.plan.policy import Policy
from bridge.plan.second_look import is_enough
from bridge.plan.standing import Standing, standing

#: The effects that follow each enacted verdict, one after the other.
STEPS: dict[Verdict, tuple[Kind, ...]] = {
    Verdict.APPROVE: (Kind.ISSUE, Kind.PUBLISH, Kind.TELL_ISSUED),
    Verdict.RETURN: (Kind.TELL_RETURNED,),
    Verdict.DECLINE: (Kind.TELL_DECLINED,),
    Verdict.HOLD: (),
    Verdict.REVOKE: (Kind.REVOKE, Kind.PUBLISH_REVOKED, Kind.TELL_REVOKED),
}


def enact(
    draft: Draft, policy: Policy, entropy: bytes, taken: Collection[int] = (), leave: Collection[str] = ()
) -> None:
    """Enact every decision that has settled. *entropy*: 32 random bytes, from which salts and indexes are drawn.

    *taken*: entries of status lists that badges bear of which the ledger does not know. *leave*: attempts of which
    nobody could be heard.
    """
    ripe = [
        decision
        for attempt_id in draft.known.decisions
        if (decision := draft.known.decision(attempt_id)) is not None
        and not decision.enacted
        and attempt_id not in leave
        and decision.verdict is not Verdict.HOLD
        and decision.version == draft.known.attempts[attempt_id].version
        and decision.seen_at + policy.settle <= draft.now
        and standing(draft.known, attempt_id) is not Standing.IN_DOUBT  # to revoke now could miss one of two badges
    ]
    if not ripe:
        return
    free = FreeIndexes(draft.known, entropy, taken)
    for decision in sorted(ripe, key=lambda d: (draft.known.attempts[d.attempt_id].request, d.attempt_id)):
        verdict = decision.verdict or Verdict.HOLD
        alone = verdict is Verdict.APPROVE and not is_enough(draft.known, decision, policy)
        if alone:
            enact_first(draft, decision)
            continue
        draft.decide(replace(decision, enacted=True))
        if verdict is Verdict.APPROVE:
            draft.order(make_order(draft, decision, policy, entropy, free))
        repeats = verdict in (Verdict.RETURN, Verdict.DECLINE)  # may happen again to the same attempt
        subject = f"{decision.attempt_id}/{decision.n}" if repeats else decision.attempt_id
        draft.plan(*STEPS[verdict], subject=subject)
        if verdict is Verdict.REVOKE:  # what was not announced yet is announced no more
            draft.cancel(*(f"{kind}:{subject}" for kind in (Kind.PUBLISH, Kind.TELL_ISSUED)))
            withdraw_all(draft, decision.attempt_id)


def enact_first(draft: Draft, decision: Decision) -> None:
    """The first yes of two acts: from now on a second one is awaited. Nothing leaves the house."""
    draft.decide(replace(decision, enacted=True))
    draft.event(decision.attempt_id, "approved by the first of two", decision.by_whom)


def make_order(draft: Draft, decision: Decision, policy: Policy, entropy: bytes, free: FreeIndexes) -> Order:
    """Fix all that the credential will say. An order that never became a credential lends its name to the next."""
    known, attempt_id = draft.known, decision.attempt_id
    attempt, earlier = known.attempts[attempt_id], known.orders.get(attempt_id)
    achievement = known.achievements[known.requests[attempt.request].achievement]
    salt = earlier.salt if earlier else hashlib.sha256(entropy + attempt_id.encode()).hexdigest()[:32]
    submission = attempt.submission
    backend = achievement.backend or policy.backend
    names = names_of(submission) if policy.wants_names(backend) else None
    return Order(
        award=str(uuid5(NAMESPACE_URL, f"{policy.issuer_url}/awards/{attempt_id}/{salt}")),
        attempt_id=attempt_id,
        achievement=achievement.key,
        version=achievement.version,
        recipient=submission.recipient,
        salt=salt,
        name=name_without(submission.recipient, submission.name) if submission.show_name else "",
        issued_on=decision.seen_at,
        status_index=earlier.status_index if earlier else free.draw(),
        key_id=policy.key_id,
        backend=backend,
        expires=last_moment(decision.seen_at, achievement.valid_months, policy.tz),
        evidence=public_evidence(submission) if submission.show_evidence else (),
        narrative=without(submission.recipient, submission.reflection) if submission.show_evidence else "",
        given_name=names.given if names else "",
        family_name=names.family if names else "",
        results=decision.ratings if policy.publish_levels else (),
    )


def public_evidence(submission: Submission) -> tuple[Evidence, ...]:
    """What can be opened by its address; notes on an item are for the coach alone.

    Google Forms writes the teacher's name into the name of an uploaded file, so that goes with the consent to the name.
    """
    own = submission.recipient
    return tuple(
        replace(
            item,
            url=link_without(own, item.url),
            name=name_without(own, item.name) if submission.show_name else "",
            note="",
        )
        for item in submission.evidence
        if item.kind is not EvidenceKind.ODD
    )
