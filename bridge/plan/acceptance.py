"""What earners did with their badges at a vendor's: whom to ask for, how often, and what is learnt. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bridge.model import Acceptance, Credential, Effect, Kind, Known, Uptake
from bridge.plan.draft import Draft

#: A vendor is asked no more often than this; a nightly run asks each night.
EVERY = timedelta(hours=12)
#: After so long nobody is asked any more whether a badge was accepted.
PATIENCE = timedelta(days=365)


def fact(backend: str) -> str:
    """The name under which the ledger remembers when *backend* was asked."""
    return f"acceptance:{backend}"


def wanted_acceptance(known: Known, now: datetime) -> Mapping[str, Sequence[Credential]]:
    """By backend, the credentials in force that the earner may still accept, where it is time to ask."""
    wanted: defaultdict[str, list[Credential]] = defaultdict(list)
    for attempt_id, credential in known.credentials.items():
        if (
            known.orders[attempt_id].at_vendor
            and credential.revoked_at is None
            and credential.acceptance is not Acceptance.ACCEPTED
            and there_since(known, credential, now) > now - PATIENCE
        ):
            wanted[credential.backend].append(credential)
    return {backend: found for backend, found in wanted.items() if is_time(known.facts.get(fact(backend), ""), now)}


def there_since(known: Known, credential: Credential, now: datetime) -> datetime:
    """Return since when the earner can accept *credential* at the vendor's: the award itself may be older."""
    moves = [move.at for move in known.moves.get(credential.attempt_id, ()) if move.new.award == credential.award]
    return max([credential.issued_at or now, *moves])


def is_time(last: str, now: datetime) -> bool:
    """Return whether *last*, an ISO time or "", is so long ago; a time that is to come was told by a wrong clock."""
    try:
        asked = datetime.fromisoformat(last)
    except ValueError:
        return True
    return asked.tzinfo is None or not now - EVERY < asked <= now


def learn_acceptance(draft: Draft, answers: Mapping[str, Mapping[str, Uptake]]) -> None:
    """Take in what each backend said, by award, and remember that it was asked.

    The page of an award that the vendor shows elsewhere now, or at last, is to be laid anew.
    """
    by_award = {credential.award: credential.attempt_id for credential in draft.known.credentials.values()}
    for backend, said in answers.items():
        for award, uptake in said.items():
            if award not in by_award:
                continue
            attempt_id = by_award[award]
            before = draft.known.credentials[attempt_id].vendor_url
            draft.accept(attempt_id, uptake)
            if draft.known.credentials[attempt_id].vendor_url != before:
                draft.follow(Effect(Kind.PUBLISH_ACCEPTED, f"{attempt_id}/{award}"))
        draft.fact(fact(backend), draft.now.isoformat())
