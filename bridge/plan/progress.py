"""The tab Progress: how long requests wait, and what became of them by month, badge and school. Pure.

The tables stand side by side below the charts that are drawn of them, so that each may grow downwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from statistics import median

from bridge.model import Attempt, Decision, Known, Verdict
from bridge.plan.hours import Hours, hours_of, short
from bridge.plan.policy import Policy
from bridge.plan.standing import GRANTED, OPEN, Standing, standing
from bridge.ports import Rows, Value
from bridge.review import fold

#: In this row, counted from 0, the tables' titles stand; the charts lie above.
TITLES_ROW = 39

WAITING = ("Waiting for", "Requests")
MONTHS = ("Month", "Requests", "Approved", "Returned", "Declined")
BADGES = ("Badge", "Requests", "Issued", "First time right, %", "Median days to decision")
SCHOOLS = ("School", "Requests", "Issued", "Hours")
YEARS = ("School year", "People", "Badges", "Hours")

#: Above the charts. No date: a night on which nothing changed writes nothing.
WORDS = (
    "Each request is counted once: when it was asked for, how its first attempt was decided, and what came of it. "
    "A badge that came by itself is no request; it counts as issued."
)

#: For what people asked that the catalogue does not have.
UNKNOWN = "(not in the catalogue)"

#: Ages in days; the last is open.
_AGES = ((3, "up to 3 days"), (7, "4 to 7 days"), (14, "8 to 14 days"), (30, "15 to 30 days"))
_OLDER = "over 30 days"
_MOST_MONTHS = 24

Table = Sequence[tuple[Value, ...]]


def columns() -> tuple[str, ...]:
    """Return the titles of all tables in their columns; "" between two tables."""
    return (*WAITING, "", *MONTHS, "", *BADGES, "", *SCHOOLS, "", *YEARS)


def progress_rows(known: Known, now: datetime, policy: Policy) -> Rows:
    """Return the whole tab: a line of words, room for the charts, and the tables."""
    cases = cases_of(known, policy)
    today = now.astimezone(policy.tz).date()
    earned = years(hours_of(known, policy))
    tables = (waiting(cases, today), months(cases, today), badges(known, cases), schools(cases), earned)
    widths = [len(titles) for titles in (WAITING, MONTHS, BADGES, SCHOOLS, YEARS)]
    empty: tuple[Value, ...] = ("",) * len(columns())
    head = [(WORDS, *empty[1:]), *[empty] * (TITLES_ROW - 1), columns()]
    return (*head, *_beside(tables, widths))


def _beside(tables: Sequence[Table], widths: Sequence[int]) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of all tables, side by side with an empty column between two."""
    for lines in zip_longest(*tables):
        row: list[Value] = []
        for line, width in zip(lines, widths, strict=True):
            row += [*([""] if row else []), *(line or ("",) * width)]
        yield tuple(row)


# ── one request ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Case:
    """One request, as far as it is counted."""

    asked: date
    by_itself: bool  # nobody asked: no request, but a badge all the same
    badge: str  # as people call it now
    school: str
    waits: bool
    issued: bool
    hours: float
    first: Verdict | None  # what was decided first, of what acted and stands; a Hold is no decision
    days: int | None  # until then
    verdicts: tuple[tuple[date, Verdict], ...]  # of all attempts, the last of each that stands


def cases_of(known: Known, policy: Policy) -> list[Case]:
    """Return one case for each request; one that was asked for twice is not counted again."""
    tries: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in sorted(known.attempts.values(), key=lambda one: (one.request, one.n)):
        if known.requests[attempt.request].duplicate_of is None:
            tries[attempt.request].append(attempt)
    return [_case(known, these, policy) for these in tries.values()]


def _case(known: Known, tries: Sequence[Attempt], policy: Policy) -> Case:
    given, request = tries[0].submission, known.requests[tries[0].request]
    standings = [standing(known, one.id) for one in tries]
    coached = [attempt for attempt in tries if not attempt.submission.by_itself]
    decided = [one for attempt in coached if (one := _decision(known, attempt.id)) is not None]
    held = [known.credentials[attempt.id] for attempt in tries if attempt.id in known.credentials]
    earned = [credential for credential in held if credential.revoked_at is None]

    def day(moment: datetime) -> date:
        return moment.astimezone(policy.tz).date()

    asked = day(given.submitted_at)
    opening = decided[0] if decided else None
    return Case(
        asked=asked,
        by_itself=given.by_itself,
        badge=_badge(known, request.achievement),
        school=tries[-1].submission.school,
        waits=any(one in OPEN for one in standings) and not any(one in GRANTED for one in standings),
        issued=bool(earned),
        hours=sum(_hours(known, one.attempt_id) for one in earned),
        first=opening.verdict if opening else None,
        days=(day(opening.seen_at) - asked).days if opening else None,
        verdicts=tuple((day(one.seen_at), one.verdict) for one in decided if one.verdict is not None),
    )


def _decision(known: Known, attempt_id: str) -> Decision | None:
    """The decision about an attempt that acted and was not taken back. A Revoke later does not undo it.

    An Approve counts once a badge comes of it: of two who must approve, the second one decides.
    """
    found, granted = None, standing(known, attempt_id) in (*GRANTED, Standing.REVOKED)
    for one in known.decisions.get(attempt_id, ()):
        if one.enacted and (
            one.verdict in (Verdict.RETURN, Verdict.DECLINE) or (one.verdict is Verdict.APPROVE and granted)
        ):
            found = one
        elif one.enacted and one.verdict is None:
            found = None
    return found


def _badge(known: Known, key: str) -> str:
    """What people typed is no name of a badge, and may be anything."""
    return known.achievements[key].name if key in known.achievements else UNKNOWN


def _hours(known: Known, attempt_id: str) -> float:
    order = known.orders[attempt_id]
    return known.versions[order.achievement, order.version].hours or 0


# ── the tables ───────────────────────────────────────────────────────────────


def waiting(cases: Iterable[Case], today: date) -> Table:
    """How many wait for a coach, by how long they do."""
    count = Counter(age_words((today - case.asked).days) for case in cases if case.waits)
    return [(words, count[words]) for words in (*(words for _, words in _AGES), _OLDER)]


def age_words(days: int) -> str:
    return next((words for most, words in _AGES if days <= most), _OLDER)


def months(cases: Sequence[Case], today: date) -> Table:
    """Requests and decisions by month, the oldest first; at most two years."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        found[f"{case.asked:%Y-%m}"]["asked"] += not case.by_itself
        for day, verdict in case.verdicts:
            found[f"{day:%Y-%m}"][verdict] += 1
    if not found:
        return []
    names = list(_months_between(min(found), f"{today:%Y-%m}"))[-_MOST_MONTHS:]
    kinds = ("asked", Verdict.APPROVE, Verdict.RETURN, Verdict.DECLINE)
    return [(name, *(found[name][kind] for kind in kinds)) for name in names]


def _months_between(first: str, last: str) -> Iterator[str]:
    year, month = map(int, first.split("-"))
    while (name := f"{year:04}-{month:02}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def badges(known: Known, cases: Iterable[Case]) -> Table:
    """By badge, those that are offered first and all others after them, each by name."""
    by_badge: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_badge[case.badge].append(case)
    offered = {achievement.name for achievement in known.achievements.values() if achievement.active}
    names = sorted(by_badge.keys() | offered, key=lambda name: (name not in offered, name.casefold()))
    return [(name, *_figures(by_badge.get(name, []))) for name in names]


def _figures(cases: Sequence[Case]) -> tuple[Value, ...]:
    decided = [case for case in cases if case.first is not None]
    right = sum(case.first is Verdict.APPROVE for case in decided)
    days = [case.days for case in decided if case.days is not None]
    return (
        sum(not case.by_itself for case in cases),
        sum(case.issued for case in cases),
        round(100 * right / len(decided)) if decided else "",
        median(days) if days else "",
    )


def schools(cases: Iterable[Case]) -> Table:
    """By school, in whatever spelling, under the commonest; none where the form does not ask.

    An answer with an @ is no school.
    """
    found: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.school and "@" not in case.school:
            found[fold(case.school)].append(case)
    rows = [
        (
            Counter(case.school for case in these).most_common(1)[0][0],
            sum(not case.by_itself for case in these),
            sum(case.issued for case in these),
            short(sum(case.hours for case in these)),
        )
        for these in found.values()
    ]
    return sorted(rows, key=lambda row: fold(row[0]))


def years(everybody: Iterable[Hours]) -> Table:
    """By school year, the oldest first: who earned something, how many badges, and how many hours they count."""
    found: defaultdict[str, list[Hours]] = defaultdict(list)
    for one in everybody:
        found[one.year].append(one)
    return [
        (year, len(these), sum(one.badges for one in these), short(sum(one.hours for one in these)))
        for year, these in sorted(found.items())
    ]
