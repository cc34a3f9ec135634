"""Dates: written as numbers, typed by people, read back as asked; all in the file's own locale and time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sheets_desk import COACH, Desk, cells, desk, update

#: 6 March 2027 in Sheets' calendar.
DAY = 46452


@pytest.fixture
def book() -> Desk:
    return desk()


def dated(book: Desk, locale: str = "en_US") -> Desk:
    """A file of that locale, with the day in E2, as a program writes it: a number whose format says DATE."""
    cell = {"userEnteredValue": {"numberValue": DAY}, "userEnteredFormat": {"numberFormat": {"type": "DATE"}}}
    where = {"sheetId": 0, "rowIndex": 1, "columnIndex": 4}
    book.batch(
        {"updateSpreadsheetProperties": {"properties": {"locale": locale}, "fields": "locale"}},
        update(where, {"values": [cell]}, fields="userEnteredValue,userEnteredFormat.numberFormat"),
    )
    return book


@pytest.mark.parametrize(
    ("locale", "seen"),
    [
        ("en_US", "3/6/2027"),
        ("en_GB", "06/03/2027"),
        ("fr_FR", "06/03/2027"),
        ("de_DE", "06.03.2027"),
        ("sv_SE", "2027-03-06"),
        ("ja_JP", "2027/03/06"),
    ],
)
def test_a_date_is_shown_as_the_locale_writes_it(book: Desk, locale: str, seen: str) -> None:
    dated(book, locale)
    assert book.values("Review!E2") == [[seen]]
    [cell] = cells(book, "Review!E2")
    assert (cell["formattedValue"], cell["effectiveValue"]) == (seen, {"numberValue": DAY})
    assert book.do("GET", "Review")["rows"][1][4] == seen
    assert f"<span>{seen}</span>" in book.do("GET", "Review.html").data.decode()
    assert book.do("GET", "Review.csv").data.decode().splitlines()[1].endswith(seen)


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}, "06/03/2027"),
        ({"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "SERIAL_NUMBER"}, DAY),
        ({"valueRenderOption": "UNFORMATTED_VALUE"}, DAY),
        ({}, "06/03/2027"),
    ],
)
def test_a_filter_gives_dates_as_text_or_number(book: Desk, options: dict[str, str], value: Any) -> None:
    dated(book, "en_GB")
    where = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 4, "endColumnIndex": 5}
    answer = book.call("values.batchGetByDataFilter", {"dataFilters": [{"gridRange": where}], **options})
    assert answer["valueRanges"][0]["valueRange"]["values"] == [[value]]


@pytest.mark.parametrize(
    ("locale", "typed", "serial", "seen"),
    [
        ("en_GB", "6/3/2027", DAY, "06/03/2027"),
        ("en_US", "3/6/2027", DAY, "3/6/2027"),
        ("de_DE", "6.3.2027", DAY, "06.03.2027"),
        ("sv_SE", "2027-03-06", DAY, "2027-03-06"),
        ("en_GB", "31/12/2026", 46387, "31/12/2026"),
    ],
)
def test_a_coach_gets_the_day_that_they_typed(book: Desk, locale: str, typed: str, serial: int, seen: str) -> None:
    dated(book, locale)
    book.do("POST", "type", tab="Review", cell="E3", value=typed, **{"as": COACH})
    assert book.values("Review!E3", valueRenderOption="UNFORMATTED_VALUE") == [[serial]]
    assert book.values("Review!E3") == [[seen]]


def test_a_day_that_the_locale_does_not_have_stays_text(book: Desk) -> None:
    dated(book, "en_US")
    book.do("POST", "type", tab="Review", cell="E3", value="31/12/2026", **{"as": COACH})
    assert book.values("Review!E3", valueRenderOption="UNFORMATTED_VALUE") == [["31/12/2026"]]


def test_a_day_and_month_are_this_year_s_in_the_file_s_time_zone(book: Desk) -> None:
    book.world.clock.set(datetime(2026, 12, 31, 22, tzinfo=UTC), running=False)
    zone = {"properties": {"timeZone": "Pacific/Auckland"}, "fields": "timeZone"}
    book.batch({"updateSpreadsheetProperties": zone})
    book.do("POST", "type", tab="Review", cell="E3", value="3/6", **{"as": COACH})
    assert book.values("Review!E3", valueRenderOption="UNFORMATTED_VALUE") == [[DAY]]


def test_a_time_zone_that_there_is_not_is_refused(book: Desk) -> None:
    bad = {"updateSpreadsheetProperties": {"properties": {"timeZone": "Mars/Base"}, "fields": "timeZone"}}
    assert book.refusal(bad).endswith("Unsupported timezone: Mars/Base")
    assert book.call("get")["properties"]["timeZone"] == "Etc/GMT"


def test_rows_are_found_by_the_date_that_a_person_reads(book: Desk) -> None:
    dated(book, "en_GB")
    book.type("Review!E1", [["Received"]])
    book.do("POST", "type-in-row", tab="Review", where={"Received": "06/03/2027"}, set={"Decision": "Hold"})
    assert book.values("Review!C2") == [["Hold"]]


@pytest.mark.parametrize(
    ("locale", "typed", "value", "seen"),
    [
        ("en_US", "1.5", 1.5, "1.5"),
        ("en_US", "1,5", "1,5", "1,5"),
        ("en_US", "1,500", 1500, "1,500"),
        ("de_DE", "1,5", 1.5, "1,5"),
        ("de_DE", "1.500", 1500, "1.500"),
        ("de_DE", "1.500,25", 1500.25, "1.500"),
        ("fr_FR", "1 500,75", 1500.75, "1.501"),
        ("de_DE", "1.5", 46508, "01.05"),
        ("de_DE", "5,5%", 0.055, "5,50%"),
    ],
)
def test_a_number_is_read_and_shown_as_the_locale_writes_it(
    book: Desk, locale: str, typed: str, value: Any, seen: str
) -> None:
    book.world.clock.set(datetime(2027, 3, 6, 12, tzinfo=UTC), running=False)
    dated(book, locale)
    book.do("POST", "type", tab="Review", cell="C3", value=typed, **{"as": COACH})
    assert book.values("Review!C3", valueRenderOption="UNFORMATTED_VALUE", dateTimeRenderOption="SERIAL_NUMBER") == [
        [value]
    ]
    assert book.values("Review!C3") == [[seen]]
