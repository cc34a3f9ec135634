"""Conditions and their formulas: what they make of cells, and the colours that a tab shows by them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sheets_desk import Desk, desk, sheet_of, update

from bridge.sandbox.sheets import conditions, formulas
from bridge.sandbox.sheets.typed import Setting

Json = dict[str, Any]

#: 46354 in Sheets' calendar.
SETTING = Setting("en_GB", date(2026, 11, 28))


@pytest.mark.parametrize(
    ("formula", "holds"),
    [
        ('=$A2="Approve"', True),
        ('=$A2<>"approve"', False),
        ('=AND($A2="Approve",B2>3)', True),
        ("=OR(ISBLANK($C2),FALSE)", True),
        ('=NOT(LEFT($A2,3)="App")', False),
        ('=ISNUMBER(SEARCH("prov",$A2))', True),
        ('=ISNUMBER(SEARCH("zzz",$A2))', False),
        ('=IFERROR(SEARCH("zzz",$A2),0)=0', True),
        ('=REGEXMATCH($A2,"^App")', True),
        ("=LEN(TRIM($C2))>0", False),
        ("=ISEVEN(ROW())", False),
        ('=$A$1="Verdict"', True),
        ('=($A2&"!")="Approve!"', True),
        ("=B2<=5", True),
        # days: D2 is yesterday, E2 is a week ahead
        ('=AND($C2="",$D2<TODAY())', True),
        ('=AND($C2="",$E2<TODAY())', False),
        ('=AND($A2="",$D2<TODAY())', False),
        ("=$D2=TODAY()-1", True),
        ("=TODAY()-$D2>=1", True),
        ("=$E2<DATE(2026,12,6)", True),
        ("=-$B2+2*3=1", True),
        ('=LEFT($F2,6)="Issued"', True),
        ('=LEFT($F2,6)="issued"', True),
        ('=RIGHT($F2,4)="2026"', True),
        ('=OR($A2="Hold",$A2="Approve")', True),
        ('=IF($B2>3,$A2="Approve",FALSE)', True),
        # a blank is nothing, 0 or FALSE, as the other side wants it
        ("=$C2=0", True),
        ('=$C2=""', True),
        ("=$C2<TODAY()", True),
        ("=$C2=FALSE", True),
        # numbers before text before TRUE; a number is no text
        ('=$B2="5"', False),
        ("=$A2>999999", True),
        ("=TRUE>$A2", True),
        # what can't be worked out holds for nothing
        ("=$A2+1", False),
        ("=NOT($A2+1)", False),
        ("=1/0", False),
        ("=AND($A2)", False),
        ('=SEARCH("zzz",$A2)', False),
        ("=A1", False),
        ('="TRUE"', False),
    ],
)
def test_formulas_of_conditional_formats(formula: str, holds: bool) -> None:
    sheet = sheet_of(["Verdict", "n"], ["x", 1], ["Approve", 5, "", 46353, 46361, "Issued on 27 November 2026"])
    assert formulas.holds(formula, sheet, 2, 0, (1, 0), SETTING) is holds


@pytest.mark.parametrize(
    "formula", ["=VLOOKUP(A1,B:C,2)", "=COUNTIF(A1,1)", "=AND(", "=LEFT()", "=nonsense", '="a', "=A1 A2", "=TODAY(1)"]
)
def test_formulas_beyond_this_little_reader(formula: str) -> None:
    with pytest.raises(formulas.Unreadable):
        formulas.holds(formula, sheet_of(["a"]), 0, 0, (0, 0), SETTING)


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_a_date_written_in_the_one_way_that_all_locales_read(locale: str) -> None:
    sheet, setting = sheet_of(["2026-11-27"], ["2026-11-28"], ["soon"], [""]), replace(SETTING, locale=locale)
    past = [formulas.holds("=DATEVALUE($A1)<TODAY()", sheet, row, 0, (0, 0), setting) for row in range(4)]
    assert past == [True, False, False, False]


def test_arguments_part_as_the_locale_has_it() -> None:
    sheet, german = sheet_of(["Ann"]), replace(SETTING, locale="de_DE")
    assert formulas.holds('=LEFT(A1;1)="A"', sheet, 0, 0, (0, 0), german)
    with pytest.raises(formulas.Unreadable):
        formulas.holds('=LEFT(A1,1)="A"', sheet, 0, 0, (0, 0), german)


@pytest.mark.parametrize(
    ("kind", "value", "wanted", "met"),
    [
        ("BLANK", "", [], True),
        ("NOT_BLANK", 0, [], True),
        ("TEXT_EQ", "Issued", ["issued"], True),
        ("TEXT_NOT_EQ", "Issued", ["issued"], False),
        ("TEXT_CONTAINS", "Issued today", ["today"], True),
        ("TEXT_STARTS_WITH", "Issued", ["iss"], True),
        ("TEXT_ENDS_WITH", "Issued", ["iss"], False),
        ("TEXT_NOT_CONTAINS", "Issued", ["x"], True),
        ("NUMBER_GREATER", 5, ["4"], True),
        ("NUMBER_GREATER_THAN_EQ", 4, ["4"], True),
        ("NUMBER_LESS", 5, ["4"], False),
        ("NUMBER_LESS_THAN_EQ", 4, ["4"], True),
        ("NUMBER_EQ", "4", ["4"], False),
        ("NUMBER_EQ", 4, ["four"], False),
        ("NUMBER_NOT_EQ", 4, ["5"], True),
        ("NUMBER_BETWEEN", 5, ["4", "6"], True),
        ("NUMBER_NOT_BETWEEN", 5, ["4", "6"], False),
        ("DATE_BEFORE", 46353, ["28/11/2026"], True),
        ("DATE_BEFORE", 46354.9, ["28/11/2026"], False),
        ("DATE_AFTER", 46354.9, ["2026-11-28"], False),
        ("DATE_EQ", 46354.5, ["28/11/2026"], True),
        ("DATE_ON_OR_BEFORE", 46354, ["28/11/2026"], True),
        ("DATE_ON_OR_AFTER", "soon", ["28/11/2026"], False),
        ("DATE_BETWEEN", 46354, ["1/11/2026", "30/11/2026"], True),
    ],
)
def test_simple_conditions(kind: str, value: Any, wanted: list[str], met: bool) -> None:
    assert conditions.meets(kind, value, wanted, SETTING) is met


@pytest.mark.parametrize(
    ("entry", "met"),
    [
        ({"relativeDate": "TODAY"}, True),
        ({"relativeDate": "PAST_WEEK"}, False),
        ({"userEnteredValue": "=TODAY()"}, True),
    ],
)
def test_days_are_counted_from_today(entry: Json, met: bool) -> None:
    sheet = sheet_of([46353])
    assert conditions.holds({"type": "DATE_BEFORE", "values": [entry]}, sheet, 0, 0, (0, 0), SETTING) is met


@pytest.mark.parametrize(("kind", "wanted"), [("TEXT_IS_EMAIL", []), ("NUMBER_BETWEEN", ["1"]), ("", [])])
def test_conditions_beyond_this_little_reader(kind: str, wanted: list[str]) -> None:
    with pytest.raises(formulas.Unreadable):
        conditions.meets(kind, 5, wanted, SETTING)


# ── on a tab ─────────────────────────────────────────────────────────────────


@pytest.fixture
def book() -> Desk:
    made = desk()
    made.world.clock.set(datetime(2026, 11, 28, 9, tzinfo=UTC), running=False)
    return made


def rule(formula: str, red: float) -> Json:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    where = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 4, "endColumnIndex": 4}
    format_ = {"backgroundColor": {"red": red}}
    return {
        "addConditionalFormatRule": {
            "rule": {"ranges": [where], "booleanRule": {"condition": condition} | {"format": format_}}
        }
    }


def colours(book: Desk) -> list[list[str]]:
    """The background of each cell of A2:D4, "" where it is plain."""
    html = book.do("GET", "Review.html").data.decode()
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)[2:5]
    return [
        [
            found[1] if (found := re.search(r"background: (#\w+)", cell)) else ""
            for cell in re.findall(r"<td[^>]*", row)
        ][:4]
        for row in rows
    ]


def test_rows_are_coloured_by_what_stands_in_them(book: Desk) -> None:
    book.type("Review!A2:A4", [["2026-11-20"], ["2026-11-20"], ["2026-12-24"]])
    book.type("Review!D4", [["Issued on 24 December"]])
    book.batch(rule('=AND($C2="",$A2<TODAY())', 1.0), rule('=LEFT($D2,6)="Issued"', 0.2))
    assert colours(book) == [["#ff0000"] * 4, ["#330000"] * 4, ["#330000"] * 4]
    book.type("Review!C2", [["Hold"]])
    assert colours(book)[0] == [""] * 4
    book.type("Review!C2", [[""]])
    book.world.clock.set(datetime(2026, 11, 1, tzinfo=UTC), running=False)
    assert colours(book)[0] == [""] * 4


def test_the_first_rule_wins(book: Desk) -> None:
    book.batch(rule('=$B2="Ann"', 1.0), rule('=$D2="waiting"', 0.2))
    assert colours(book) == [["#330000"] * 4, [""] * 4, ["#330000"] * 4]


def test_a_column_without_a_dollar_moves_from_cell_to_cell(book: Desk) -> None:
    book.batch(rule('=B2="Ann"', 1.0), rule('=AND($B2="Bo",D2="issued")', 0.2))
    assert colours(book) == [["#ff0000", "", "", ""], ["#330000", "", "", ""], [""] * 4]


def test_what_can_t_be_worked_out_has_no_colour_and_is_named(book: Desk) -> None:
    book.batch(rule("=COUNTIF($A$2:$A,$A2)>1", 1.0), rule('=$B2="<Bo>"', 0.2))
    assert colours(book) == [[""] * 4] * 3
    html = book.do("GET", "Review.html").data.decode()
    assert re.findall(r"Not evaluated: ([^<]*)<", html) == ["=COUNTIF($A$2:$A,$A2)&gt;1"]
    scale = {"ranges": [{"sheetId": 0}], "gradientRule": {"minpoint": {"type": "MIN"}, "maxpoint": {"type": "MAX"}}}
    book.batch({"addConditionalFormatRule": {"rule": scale}})
    assert "Not evaluated: colour scale" in book.do("GET", "Review.html").data.decode()


def test_notes_and_links_in_text_are_shown_and_run_nothing(book: Desk) -> None:
    runs = [
        {"format": {"link": {"uri": "https://badges.example/1"}}},
        {"startIndex": 5, "format": {"bold": True}},
        {"startIndex": 8, "format": {"link": {"uri": "javascript:alert(1)"}}},
    ]
    cell = {"userEnteredValue": {"stringValue": "Badge & page"}, "textFormatRuns": runs, "note": 'By "Ann" <b>'}
    book.batch(update({"rowIndex": 1}, {"values": [cell]}, fields="userEnteredValue,textFormatRuns,note"))
    told = book.call("get", ranges=["Review!A2"], includeGridData=True)["sheets"][0]["data"][0]["rowData"][0]["values"][
        0
    ]
    assert (told["textFormatRuns"], told["note"]) == (runs, 'By "Ann" <b>')
    html = book.do("GET", "Review.html").data.decode()
    assert (
        '<a href="https://badges.example/1">Badge</a><span style="font-weight: bold"> &amp; </span>page</span>' in html
    )
    assert 'title="By &#34;Ann&#34; &lt;b&gt;"' in html
    assert "javascript:" not in html
    book.batch(update({"rowIndex": 1}, {"values": [{}]}, fields="note"))
    assert "By &#34;Ann" not in book.do("GET", "Review.html").data.decode()


LINK = {"format": {"link": {"uri": "https://badges.example/1"}}}


@pytest.mark.parametrize(
    ("value", "runs"),
    [
        ({"numberValue": 5}, [LINK]),
        ({"formulaValue": "=A1"}, [LINK]),
        ({"stringValue": "🦆"}, [{"startIndex": 2} | LINK]),
        ({"stringValue": "abc"}, [{"startIndex": 1} | LINK, {"startIndex": 1}]),
        ({"stringValue": "abc"}, [{"startIndex": 2}, {"startIndex": 1} | LINK]),
        ({"stringValue": "abc"}, [{"format": {"link": {"uri": "a page"}}}]),
    ],
)
def test_runs_that_make_no_sense_are_refused(book: Desk, value: Json, runs: list[Json]) -> None:
    before = book.values("Review!A1:D4")
    row = {"values": [{"userEnteredValue": value, "textFormatRuns": runs}]}
    fields = "userEnteredValue,textFormatRuns"
    assert re.search("textFormatRuns|Invalid link", book.refusal(update({"rowIndex": 1}, row, fields=fields)))
    assert re.search("textFormatRuns|Invalid link", book.refusal({"appendCells": {"rows": [row], "fields": fields}}))
    assert book.values("Review!A1:D4") == before


def test_runs_begin_where_letters_of_two_units_are_counted_as_two(book: Desk) -> None:
    runs = [{"startIndex": 3} | LINK, {"startIndex": 6, "format": {}}]
    cell = {"userEnteredValue": {"stringValue": "🦆 one two"}, "textFormatRuns": runs}
    book.batch(update({"rowIndex": 1}, {"values": [cell]}, fields="userEnteredValue,textFormatRuns"))
    assert '🦆 <a href="https://badges.example/1">one</a> two' in book.do("GET", "Review.html").data.decode()
    book.type("Review!A2", [["plain"]])
    assert "<span>plain</span>" in book.do("GET", "Review.html").data.decode()
