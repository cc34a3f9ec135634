"""What the cells of an attempt's row say that the bridge fills in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bridge.model import Attempt, Identity, Known
from bridge.plan.assignment import is_with
from bridge.plan.badge_link import badge_page
from bridge.plan.decide_cell import decide_cell
from bridge.plan.due import due_of
from bridge.plan.evidence_cell import evidence_words
from bridge.plan.nobody import WAITS, is_asked
from bridge.plan.pathways import still_lacking
from bridge.plan.policy import Policy
from bridge.plan.ratings import say_ratings
from bridge.plan.standing import standing
from bridge.plan.status import status_words
from bridge.ports import Value
from bridge.review import (
    BADGE,
    COLUMNS,
    DECIDE,
    DUE,
    EARLIER,
    EMAIL,
    EVIDENCE,
    ID,
    LINK,
    NAME,
    REFLECTION,
    STATUS,
    SUBMITTED,
    WAITING,
    WITH,
    Linked,
    cell,
    in_dots,
)
from bridge.wording import shorten


@dataclass(frozen=True, slots=True)
class RowOf:
    """What the cells of one attempt are made of."""

    known: Known
    attempt: Attempt
    policy: Policy
    now: datetime
    lacks: str = ""  # what its teacher has not earned yet of what comes before the badge


def rows_in_order(known: Known, policy: Policy, now: datetime) -> list[RowOf]:
    """What the rows are made of, in their order."""
    lacking = still_lacking(known, now)
    in_order = sorted(known.attempts.values(), key=lambda attempt: (attempt.request, attempt.n))
    return [RowOf(known, attempt, policy, now, lacking.get(attempt.id, "")) for attempt in in_order]


#: How each cell that the bridge owns is filled, by title; Status is filled in with what was learnt of the row.
CELLS: Mapping[str, Callable[[RowOf], Value]] = MappingProxyType(
    {
        ID: lambda row: row.attempt.id,
        SUBMITTED: lambda row: row.policy.day(row.attempt.submission.submitted_at),
        WAITING: lambda row: days_waiting(row.known, row.attempt, row.policy, row.now),
        DUE: lambda row: "" if row.attempt.submission.by_itself else row.policy.day(_due(row)),
        NAME: lambda row: row.attempt.submission.name,
        EMAIL: lambda row: row.known.requests[row.attempt.request].recipient,
        BADGE: lambda row: badge_cell(row),
        EVIDENCE: lambda row: evidence_words(
            row.known, row.attempt.submission.evidence, ours=row.attempt.submission.by_itself
        ),
        REFLECTION: lambda row: row.attempt.submission.reflection,
        EARLIER: lambda row: earlier_feedback(row.known, row.attempt, row.policy),
        LINK: lambda row: _linked(_page(row), _page(row)),
        DECIDE: lambda row: decide_cell(row.known, row.attempt, row.policy),
        WITH: lambda row: with_whom(row.known, row.attempt, row.policy),
    }
)

#: What coaches wrote earlier is shown of so many attempts, each in so many characters.
MOST_EARLIER, LONGEST_EARLIER = 5, 1_000


def days_waiting(known: Known, attempt: Attempt, policy: Policy, now: datetime) -> Value:
    """Return how many days ago it came in, while a coach is waited for; "" for any other.

    Days of the calendar, so that all rows change together, once a day.
    """
    if standing(known, attempt.id) not in WAITS:
        return ""
    asked = attempt.submission.submitted_at.astimezone(policy.tz).date()
    return max(0, (now.astimezone(policy.tz).date() - asked).days)


def with_whom(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Whose tab the row is on, where there are such tabs; else all who are asked, while it waits for them."""
    if policy.identity is Identity.TABS:
        return is_with(known, attempt.id)
    return in_dots(is_asked(known, attempt, policy)) if standing(known, attempt.id) in WAITS else ""


def _linked(text: str, address: str) -> Linked:
    return Linked(text, (0, len(text), address)) if text and address else Linked(text)


def badge_cell(row: RowOf) -> Linked:
    return _linked(row.known.requests[row.attempt.request].label, badge_page(row.known, row.attempt, row.policy))


def _page(row: RowOf) -> str:
    credential = row.known.credentials.get(row.attempt.id)
    return credential.url if credential is not None else ""


def _due(row: RowOf) -> datetime:
    return due_of(row.known, row.attempt, row.policy.due_days)


def earlier_feedback(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Return what coaches wrote on earlier attempts of the same request, the newest first."""
    earlier = (known.decision(f"{attempt.request}-{n}") for n in range(attempt.n - 1, 0, -1))
    words = [
        f"{one.attempt_id}, {policy.day(one.seen_at)}, {one.verdict}: {shorten(one.feedback, LONGEST_EARLIER)}"
        + (f" ({say_ratings(one.ratings)})" if one.ratings else "")
        for one in earlier
        if one is not None and one.feedback
    ]
    return "\n".join(words[:MOST_EARLIER])


def all_cells(row: RowOf) -> Mapping[str, Value]:
    """The cells of a new row, by title, but for Status."""
    return {title: _bounded(fill(row)) for title, fill in CELLS.items()}


def wanted_cells(row: RowOf, notice: str) -> Mapping[str, Value]:
    """The cells of a row that the bridge may set again and again, by title."""
    identity = {column.title for column in COLUMNS if column.identity}
    cells = {title: value for title, value in all_cells(row).items() if title not in identity}
    return cells | {STATUS: cell(status_words(row.known, row.attempt, notice, row.policy, lacks=row.lacks))}


def cells_of(known: Known, attempt: Attempt, policy: Policy, now: datetime) -> Mapping[str, Value]:
    """The same of an attempt of which there is nothing else to tell."""
    return wanted_cells(RowOf(known, attempt, policy, now), "")


def _bounded(value: Value) -> Value:
    return cell(value) if isinstance(value, str) else value
