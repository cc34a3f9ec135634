"""The tab Progress: how long requests wait, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bridge.model import Known, Verdict
from bridge.plan.progress import (
    BADGES,
    MONTHS,
    SCHOOLS,
    TITLES_ROW,
    UNKNOWN,
    WAITING,
    YEARS,
    age_words,
    cases_of,
    columns,
    months,
    progress_rows,
)
from bridge.ports import Value
from tests.core.desk import NOON, POLICY, Desk, edited, submission

Row = tuple[Value, ...]


def table(known: Known, titles: tuple[str, ...], now: object = None) -> list[Row]:
    """The rows of one table, without those that are empty."""
    rows = progress_rows(known, NOON, POLICY)
    assert rows[TITLES_ROW] == columns()
    assert len({len(row) for row in rows}) == 1
    left = next(n for n in range(len(columns())) if columns()[n : n + len(titles)] == titles)
    cut = [row[left : left + len(titles)] for row in rows[TITLES_ROW + 1 :]]
    return [row for row in cut if any(cell != "" for cell in row)]


@pytest.fixture
def desk() -> Desk:
    """Ana's is approved on the third day, Ben's returned on the fifth, Cora's waits since the 10th."""
    desk = Desk()
    for who, badge, days, school in (
        ("ana", "First Aid", 2, "Lakeview"),
        ("ben", "First Aid", 5, "Lakeview"),
        ("cora", "Co-Teaching", 12, ""),
    ):
        asked = NOON - timedelta(days=days)
        desk.submit(submission(f"r-{who}", who=who, badge=badge, submitted_at=asked, school=school))
    desk.look()
    return desk


def decide(desk: Desk, attempt_id: str, verdict: str, words: str = "") -> None:
    desk.choose(attempt_id, verdict, words)
    desk.look()
    desk.look()  # a decision acts when it was seen to stand


def test_nothing_yet() -> None:
    rows = progress_rows(Known(), NOON, POLICY)
    assert rows[TITLES_ROW] == columns()
    assert [row[1] for row in rows[TITLES_ROW + 1 :]] == [0] * 5
    assert all(cell == "" for row in rows[1:TITLES_ROW] for cell in row)  # room for the charts


def test_how_long_requests_wait(desk: Desk) -> None:
    waits = dict(table(desk.known, WAITING))
    assert waits == {
        "up to 3 days": 1,
        "4 to 7 days": 1,
        "8 to 14 days": 1,
        "15 to 30 days": 0,
        "over 30 days": 0,
    }


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "up to 3 days"), (3, "up to 3 days"), (4, "4 to 7 days"), (30, "15 to 30 days"), (31, "over 30 days")],
)
def test_ages_in_words(days: int, words: str) -> None:
    assert age_words(days) == words


def test_by_badge(desk: Desk) -> None:
    decide(desk, number_of(desk, "ana"), Verdict.APPROVE)
    decide(desk, number_of(desk, "ben"), Verdict.RETURN, "More, please.")
    assert table(desk.known, BADGES) == [("Co-Teaching", 1, 0, "", ""), ("First Aid", 2, 0, 50, 3.5)]
    finish(desk)
    assert table(desk.known, BADGES)[1] == ("First Aid", 2, 1, 50, 3.5)


def test_by_school(desk: Desk) -> None:
    decide(desk, number_of(desk, "ana"), Verdict.APPROVE)
    finish(desk)
    assert table(desk.known, SCHOOLS) == [("Lakeview", 2, 1, 12)]


def test_by_month(desk: Desk) -> None:
    decide(desk, number_of(desk, "ben"), Verdict.DECLINE, "No.")
    assert table(desk.known, MONTHS) == [("2026-11", 3, 0, 0, 1)]


def test_months_without_anything_are_there_and_only_two_years() -> None:
    known = Known()
    desk = Desk(known=known)
    desk.submit(submission("r1", submitted_at=NOON - timedelta(days=3 * 365)))
    desk.submit(submission("r2", who="ben", submitted_at=NOON - timedelta(days=62)))
    desk.look()
    found = months(cases_of(desk.known, POLICY), date(2026, 11, 22))
    assert len(found) == 24
    assert (found[0][0], found[-1][0]) == ("2024-12", "2026-11")
    assert [row for row in found if row[1]] == [("2026-09", 1, 0, 0, 0)]


def test_a_second_attempt_is_the_same_request(desk: Desk) -> None:
    ben = number_of(desk, "ben")
    decide(desk, ben, Verdict.RETURN, "More, please.")
    finish(desk)
    desk.submit(edited(desk.responses["r-ben"], reflection="More."))
    desk.look()
    assert f"{ben.partition('-')[0]}-2" in desk.known.attempts
    assert sum(row[1] for row in table(desk.known, BADGES)) == 3  # type: ignore[misc]
    assert dict(table(desk.known, WAITING))["4 to 7 days"] == 1  # since it was first asked for


def test_a_hold_is_no_decision(desk: Desk) -> None:
    decide(desk, number_of(desk, "ana"), Verdict.HOLD)
    assert table(desk.known, BADGES)[1] == ("First Aid", 2, 0, "", "")
    assert sum(row[1] for row in table(desk.known, WAITING)) == 3  # type: ignore[misc]


def test_a_decision_that_was_taken_back_counts_no_more(desk: Desk) -> None:
    ana = number_of(desk, "ana")
    decide(desk, ana, Verdict.APPROVE)
    decide(desk, ana, "")
    assert table(desk.known, MONTHS) == [("2026-11", 3, 0, 0, 0)]
    assert table(desk.known, BADGES)[1] == ("First Aid", 2, 0, "", "")
    decide(desk, ana, Verdict.DECLINE, "No.")
    assert table(desk.known, MONTHS) == [("2026-11", 3, 0, 0, 1)]
    assert table(desk.known, BADGES)[1] == ("First Aid", 2, 0, 0, 2)


def test_a_later_choice_that_was_undone_leaves_the_earlier_counted_once(desk: Desk) -> None:
    ben = number_of(desk, "ben")
    decide(desk, ben, Verdict.RETURN, "More, please.")
    finish(desk)
    desk.policy = replace(desk.policy, settle=timedelta(minutes=10))
    desk.choose(ben, Verdict.APPROVE)
    desk.look()
    decide(desk, ben, Verdict.RETURN, "More, please.")
    assert table(desk.known, MONTHS) == [("2026-11", 3, 0, 1, 0)]


def test_one_that_was_sent_again_undecided_counts_with_what_was_decided(desk: Desk) -> None:
    desk.submit(submission("r-cora-2", who="cora", badge="Co-Teaching", submitted_at=NOON))
    desk.look()
    request = number_of(desk, "cora").partition("-")[0]
    decide(desk, f"{request}-2", Verdict.APPROVE)
    assert table(desk.known, BADGES)[0] == ("Co-Teaching", 1, 0, 100, 12)


def test_a_renamed_badge_is_one_row(desk: Desk) -> None:
    assert desk.badges is not None
    desk.badges[1][1] = "First Aid 2027"
    desk.look()
    assert [row[0] for row in table(desk.known, BADGES)] == ["Co-Teaching", "First Aid 2027"]


def test_what_people_type_names_no_row(desk: Desk) -> None:
    """A label that the catalogue lacks, and an address where the school belongs, may be anything."""
    desk.submit(submission("odd", who="dee", badge="Dee Ng 555-1234", school="dee@x.example"))
    desk.look()
    assert [row[0] for row in table(desk.known, BADGES)] == ["Co-Teaching", "First Aid", UNKNOWN]
    assert [row[0] for row in table(desk.known, SCHOOLS)] == ["Lakeview"]


def test_a_school_is_one_row_however_it_is_spelt(desk: Desk) -> None:
    desk.submit(submission("odd", who="dee", school="  lakeview "))
    desk.look()
    assert table(desk.known, SCHOOLS) == [("Lakeview", 3, 0, 0)]


def test_a_revoked_badge_counts_as_issued_no_more(desk: Desk) -> None:
    ana = number_of(desk, "ana")
    decide(desk, ana, Verdict.APPROVE)
    finish(desk)
    assert table(desk.known, SCHOOLS) == [("Lakeview", 2, 1, 12)]
    desk.known.credentials[ana] = replace(desk.known.credentials[ana], revoked_at=NOON)
    assert table(desk.known, SCHOOLS) == [("Lakeview", 2, 0, 0)]


def test_hours_by_school_year(desk: Desk) -> None:
    assert table(desk.known, YEARS) == []
    for who in ("ana", "ben", "cora"):
        decide(desk, number_of(desk, who), Verdict.APPROVE)
    finish(desk)
    assert table(desk.known, YEARS) == [("2026-27", 3, 3, 24)]
    older = desk.known.orders[number_of(desk, "ben")]
    desk.known.orders[older.attempt_id] = replace(older, issued_on=older.issued_on.replace(year=2025))
    assert table(desk.known, YEARS) == [("2025-26", 1, 1, 12), ("2026-27", 2, 2, 12)]


def test_what_was_asked_for_twice_is_counted_once(desk: Desk) -> None:
    decide(desk, number_of(desk, "ana"), Verdict.APPROVE)
    finish(desk)
    desk.submit(submission("again", who="ana", submitted_at=NOON))
    desk.look()
    assert any(request.duplicate_of for request in desk.known.requests.values())
    assert sum(row[1] for row in table(desk.known, BADGES)) == 3  # type: ignore[misc]


def test_no_address_and_no_name_stands_there(desk: Desk) -> None:
    told = str(progress_rows(desk.known, NOON, POLICY)).casefold()
    assert [word for word in ("ana", "cora", "district.example") if word in told] == []


def test_a_night_on_which_nothing_changes_says_the_same(desk: Desk) -> None:
    assert progress_rows(desk.known, NOON, POLICY) == progress_rows(desk.known, NOON + timedelta(hours=3), POLICY)


def finish(desk: Desk) -> None:
    """All effects are done."""
    for key in list(desk.known.effects):
        desk.finish(key)
    desk.look()


def number_of(desk: Desk, who: str) -> str:
    """The id of the attempt that is *who*'s."""
    return next(one.id for one in desk.known.attempts.values() if one.submission.recipient.startswith(f"{who}@"))
