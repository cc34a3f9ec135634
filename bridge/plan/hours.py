"""Hours per person and school year: what the salary office counts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bridge.model import Known, Submission
from bridge.plan.policy import Policy
from bridge.ports import Rows, Value

HOURS_TITLES = ("School year", "Name", "E-mail", "School", "Badges", "Hours")


@dataclass(frozen=True, slots=True)
class Hours:
    """What one person earned in one school year: badges that were issued then and not revoked since."""

    year: str  # "2026-27"
    name: str
    recipient: str
    school: str
    badges: int
    hours: float

    @property
    def row(self) -> tuple[Value, ...]:
        """The cells under HOURS_TITLES."""
        return self.year, self.name, self.recipient, self.school, self.badges, short(self.hours)


def school_year(day: date, starts: tuple[int, int]) -> str:
    """Return the school year that *day* lies in, named by both calendar years: 2026-27."""
    first = day.year if (day.month, day.day) >= starts else day.year - 1
    return f"{first}-{(first + 1) % 100:02}" if starts != (1, 1) else str(day.year)


def hours_of(known: Known, policy: Policy) -> list[Hours]:
    """Return everybody's hours, the newest school year first, then by name.

    A badge counts in the year of its issue, with the hours of the version that was issued; name and school are those
    that the person told last of the requests whose badges count.
    """
    badges: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for attempt_id in counting(known):
        order = known.orders[attempt_id]
        achievement = known.versions[order.achievement, order.version]
        year = school_year(order.issued_on.astimezone(policy.tz).date(), policy.year_starts)
        badges[year, order.recipient].append(achievement.hours or 0)
    last = latest(known)
    found = [
        Hours(year, last[recipient].name, recipient, last[recipient].school, len(earned), short(sum(earned)))
        for (year, recipient), earned in badges.items()
    ]
    found.sort(key=lambda one: (one.name.casefold(), one.recipient))
    return sorted(found, key=lambda one: one.year, reverse=True)


def latest(known: Known) -> dict[str, Submission]:
    """Return each person's latest answer that earned a badge, by the address that the badge was issued to."""
    earned = [(known.orders[key].recipient, known.attempts[key].submission) for key in counting(known)]
    return dict(sorted(earned, key=lambda pair: pair[1].submitted_at))


def counting(known: Known) -> list[str]:
    """Return the attempts whose badge was issued and not revoked."""
    return [key for key, credential in known.credentials.items() if credential.revoked_at is None]


def short(number: float) -> int | float:
    """Return *number* to two places, and without them where it is whole."""
    rounded = round(number, 2)
    return int(rounded) if float(rounded).is_integer() else rounded


def hours_rows(found: Iterable[Hours]) -> Rows:
    """Return the tab Hours, the titles first."""
    return (HOURS_TITLES, *(one.row for one in found))
