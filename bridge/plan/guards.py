"""Guards withhold, they do not stop: what is unusual waits for a person's word, everything else goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from bridge.errors import LedgerUnusable
from bridge.model import Kind, Known, Problem, State
from bridge.plan.policy import Policy
from bridge.review import Row, is_id

WITHHELD = (
    "Approved, but not issued: more badges than usual were approved at once, so the coordinator is asked first. "
    "If it was a slip, empty the cell."
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


def ledger_lost(known: Known, rows: Iterable[Row]) -> None:
    """Raise LedgerUnusable if the ledger is empty before a sheet that shows requests: someone lost the ledger."""
    if not known.attempts and any(is_id(row.attempt_id) for row in rows):
        raise LedgerUnusable(
            "The ledger is empty, but the review tab already shows requests: the ledger was lost or another one is "
            "meant. Nothing was done, so that no badge is issued twice. Look at [ledger] in the config, or get the "
            "last backup back with: badge-bridge restore"
        )


def emptied(known: Known, rows: Iterable[Row]) -> bool:
    """True when a review tab that showed at least three requests shows none any more."""
    return len(known.shown) >= 3 and not any(row.attempt_id in known.shown for row in rows)
