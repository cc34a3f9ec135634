"""Guards withhold, they do not stop: what is unusual waits for a person's word, everything else goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from bridge.errors import LedgerUnusable, Refused
from bridge.model import Kind, Known, Problem, State
from bridge.openbadges.addresses import did_url
from bridge.plan.policy import Policy
from bridge.review import Row, is_id

#: The section of docs/operating.md for whoever must change the address.
MOVING = "When the site's address must change"

WITHHELD = (
    "Approved, but not issued: more badges than usual were approved at once, so the coordinator is asked first. "
    "If it was a slip, take it back."
)


def withheld(known: Known, now: datetime, policy: Policy) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The keys of effects that must wait for `badge-bridge allow`, and the sentence that says so.

    More new awards at once than *policy.new_awards* and than three times the usual are taken for a drag-filled column.
    """
    issuing = [
        effect.key
        for effect in known.effects.values()
        if effect.kind is Kind.ISSUE and effect.state is State.PLANNED and not effect.in_doubt and not effect.attempts
    ]
    limit = max(policy.new_awards, 3 * usual(known, now))
    if len(issuing) <= max(limit, known.allowance):
        return frozenset(), ()
    return frozenset(issuing), (
        Problem(
            "sheet, tab Review",
            f"{len(issuing)} new badges at once are more than usual (up to {limit}), so none was issued: was a column "
            f"filled by dragging? If they are meant, run: badge-bridge allow {len(issuing)}",
            blocking=True,
        ),
    )


def usual(known: Known, now: datetime) -> int:
    """Badges on a usual day with badges: the median over the last 60 days."""
    since = now - timedelta(days=60)
    days = Counter(
        credential.issued_at.date()
        for credential in known.credentials.values()
        if credential.issued_at is not None and credential.issued_at >= since
    )
    return int(median(days.values())) if days else 0


def moved(known: Known, policy: Policy) -> None:
    """Raise Refused if badges were issued under another address than the site's, and nobody has said that it is meant.

    A badge bears the address in its signature: written under the new one, its issuer, keys and status list would no
    longer be those that it names, and nobody could verify it any more.
    """
    present = policy.key_id.partition("#")[0]
    older = Counter(
        issuer
        for order, _ in known.all_credentials()
        if not order.at_vendor
        if (issuer := order.key_id.partition("#")[0]) != present and issuer not in policy.former
    )
    if older:
        (did, count), *_ = older.most_common(1)
        raise Refused(
            f"{count} {'badge bears' if count == 1 else 'badges bear'} the address {address_of(did)}, and [issuer] url "
            f"now says {policy.issuer_url}. Nothing was done, so that they stay genuine. Put the old address back. If "
            f"it really must change, read “{MOVING}” in docs/operating.md."
        )


def address_of(did: str) -> str:
    """Return the address of the site whose issuer is *did* (did:web); *did* may be that of a key, with a fragment."""
    return did_url(did.partition("#")[0]).removesuffix("/did.json").removesuffix("/.well-known")


def ledger_lost(known: Known, rows: Iterable[Row]) -> None:
    """Raise LedgerUnusable if the ledger is empty before a sheet that shows requests: someone lost the ledger."""
    if not known.attempts and any(is_id(row.attempt_id) for row in rows):
        raise LedgerUnusable(
            "The ledger is empty, but the review tab already shows requests: the ledger was lost or another one is "
            "meant. Nothing was done, so that no badge is issued twice. Look at [ledger] in the config, or get the "
            "last backup back with: badge-bridge restore"
        )


def emptied(known: Known, rows: Iterable[Row]) -> bool:
    """True when a review tab that showed at least three requests shows none any more; those in the Archive are not."""
    return sum(version > 0 for version in known.shown.values()) >= 3 and not any(
        row.attempt_id in known.shown for row in rows
    )
