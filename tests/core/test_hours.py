"""Hours per person and school year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.cli.exporting import as_csv, of_year
from bridge.errors import ConfigProblems, Refused
from bridge.model import Achievement, Attempt, Credential, Known, Order, Request
from bridge.plan.hours import HOURS_TITLES, Hours, hours_of, hours_rows, school_year
from bridge.plan.pages import as_text
from tests.core.desk import POLICY, submission

SUMMER = (7, 1)


def known(*awards: tuple[str, datetime, float | None]) -> Known:
    """Somebody (the part before the @), when, and for how many hours."""
    found = Known()
    for number, (who, at, hours) in enumerate(awards, start=1):
        answer = submission(f"r{number}", who=who, submitted_at=at - timedelta(days=3))
        found.requests[number] = Request(number, answer.recipient, "First Aid", "first-aid", at)
        found.attempts[f"{number}-1"] = Attempt(number, 1, answer)
        version = f"v{hours}"
        found.versions["first-aid", version] = Achievement("first-aid", version, "First Aid", "", "", "", hours)
        found.orders[f"{number}-1"] = Order(
            f"award {number}", f"{number}-1", "first-aid", version, answer.recipient, "", "", at, number, "key"
        )
        found.credentials[f"{number}-1"] = Credential(f"award {number}", f"{number}-1", "u", "i", "local", issued_at=at)
    return found


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "starts", "year"),
    [
        (date(2026, 6, 30), SUMMER, "2025-26"),
        (date(2026, 7, 1), SUMMER, "2026-27"),
        (date(2027, 1, 15), SUMMER, "2026-27"),
        (date(2099, 9, 1), SUMMER, "2099-00"),
        (date(2026, 5, 1), (1, 1), "2026"),
        (date(2026, 1, 31), (2, 1), "2025-26"),
    ],
)
def test_a_school_year_bears_both_years(day: date, starts: tuple[int, int], year: str) -> None:
    assert school_year(day, starts) == year


def test_hours_are_summed_by_person_and_year() -> None:
    found = hours_of(
        known(
            ("ana", at("2026-06-30"), 12),
            ("ana", at("2026-07-02"), 7.5),
            ("ana", at("2026-12-01"), 1),
            ("ben", at("2026-08-01"), None),
        ),
        POLICY,
    )
    assert [(one.year, one.name, one.badges, one.hours) for one in found] == [
        ("2026-27", "Ana", 2, 8.5),
        ("2026-27", "Ben", 1, 0),
        ("2025-26", "Ana", 1, 12),
    ]


def test_the_day_is_the_programmes_own() -> None:
    late = known(("ana", at("2026-07-01", 3), 5))
    assert [one.year for one in hours_of(late, POLICY)] == ["2026-27"]
    assert [one.year for one in hours_of(late, replace(POLICY, tz=ZoneInfo("America/Chicago")))] == ["2025-26"]


def test_a_revoked_badge_counts_no_more() -> None:
    found = known(("ana", at("2026-08-01"), 5), ("ana", at("2026-08-02"), 3))
    found.credentials["1-1"] = replace(found.credentials["1-1"], revoked_at=at("2026-09-01"))
    assert [(one.badges, one.hours) for one in hours_of(found, POLICY)] == [(1, 3)]


def test_hours_are_those_of_the_version_that_was_issued() -> None:
    found = known(("ana", at("2026-08-01"), 5))
    found.achievements["first-aid"] = Achievement("first-aid", "v9", "First Aid", "", "", "", 99)
    assert [one.hours for one in hours_of(found, POLICY)] == [5]


def test_name_and_school_are_those_told_last() -> None:
    found = known(("ana", at("2026-08-01"), 5), ("ana", at("2026-09-01"), 5))
    newer = found.attempts["2-1"]
    found.attempts["2-1"] = replace(newer, submission=replace(newer.submission, name="Ana Lopez", school="Lakeview"))
    assert [(one.name, one.school) for one in hours_of(found, POLICY)] == [("Ana Lopez", "Lakeview")]


def test_the_tab_has_numbers_that_read_as_they_are_written() -> None:
    rows = hours_rows(
        [Hours("2026-27", "Ana", "ana@x.example", "", 2, 8.5), Hours("2026-27", "Ben", "b@x", "", 1, 7.0)]
    )
    assert rows == (
        HOURS_TITLES,
        ("2026-27", "Ana", "ana@x.example", "", 2, 8.5),
        ("2026-27", "Ben", "b@x", "", 1, 7),
    )
    assert [as_text(value) for value in rows[1][4:]] == ["2", "8.5"]
    assert [as_text(value) for value in rows[2][4:]] == ["1", "7"]


# ── for the salary office ────────────────────────────────────────────────────

BOTH = [
    Hours("2026-27", "Ana", "ana@x.example", "Lakeview", 2, 8.5),
    Hours("2025-26", "Ana", "ana@x.example", "", 1, 3),
]


@pytest.mark.parametrize("year", ["2026-27", "2026-2027", " 2026/27 ", "2026"])
def test_a_year_may_be_written_in_several_ways(year: str) -> None:
    assert of_year(BOTH, year) == BOTH[:1]


@pytest.mark.parametrize("year", ["26-27", "2026-28", "next", "2026-27-28", "2026-x", "²026", "2026-²7"])
def test_what_is_no_school_year(year: str) -> None:
    with pytest.raises(ConfigProblems, match="write it like 2026-27"):
        of_year(BOTH, year)


def test_a_year_without_badges_names_those_with() -> None:
    assert of_year(BOTH, "") == BOTH
    with pytest.raises(Refused, match="There are hours of: 2025-26, 2026-27"):
        of_year(BOTH, "2030-31")
    with pytest.raises(Refused, match="No badge was issued yet"):
        of_year([], "2026-27")


def test_csv_for_a_country_with_decimal_commas() -> None:
    rows = as_csv([replace(BOTH[0], school="Main; 2nd floor"), replace(BOTH[0], hours=12)], decimal_comma=True)
    assert rows.splitlines() == [
        "School year;Name;E-mail;School;Badges;Hours",
        f'2026-27;{BOTH[0].name};ana@x.example;"Main; 2nd floor";2;8,5',
        f"2026-27;{BOTH[0].name};ana@x.example;{BOTH[0].school};2;12",
    ]


def test_csv_holds_no_formula() -> None:
    hostile = [replace(BOTH[0], name='=HYPERLINK("x")', school='+1, "Main" St')]
    assert as_csv(hostile).splitlines() == [
        "School year,Name,E-mail,School,Badges,Hours",
        '2026-27,"\'=HYPERLINK(""x"")",ana@x.example,"\'+1, ""Main"" St",2,8.5',
    ]
