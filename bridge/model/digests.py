"""What a coach is reminded of, once a day: a digest of the requests that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bridge.model.words import Effect


@dataclass(frozen=True, slots=True)
class Waiting:
    """One attempt that waits for a decision, as it stands on a given day."""

    attempt_id: str
    request: int
    badge: str  # its name; what was asked for while the catalogue has no such badge
    days: int  # since it came in; 0: today
    due: datetime
    late: int  # days since it was due; 0: in time
    held: bool  # a coach chose Hold
    asked: tuple[str, ...]  # addresses of those who are asked to decide


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day; the most urgent first."""

    to: str  # address; "" once nobody bears the number any more
    waiting: tuple[Waiting, ...]  # for a decision of that person
    late: tuple[Waiting, ...] = ()  # for others, too long: told to the coordinator once

    @property
    def is_worth_a_mail(self) -> bool:
        """False where nothing waits, or only what was put on hold on purpose and is not late."""
        return bool(self.to) and (bool(self.late) or any(row.late or not row.held for row in self.waiting))


def digest_subject(day: date, coach: int) -> str:
    """What the effect is about. It stands in logs, so a number stands for the person."""
    return f"digest/{day.isoformat()}/{coach}"


def digest_day(effect: Effect) -> date:
    return date.fromisoformat(effect.subject.split("/")[1])


def digest_coach(effect: Effect) -> int:
    """The number by which the ledger knows the person."""
    return int(effect.subject.split("/")[2])
