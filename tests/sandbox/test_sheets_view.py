"""How a tab looks, as a page."""

from __future__ import annotations

from sheets_desk import Desk, desk, sheet_of

from bridge.sandbox.api import Media
from bridge.sandbox.sheets import looks
from bridge.sandbox.sheets.typed import Setting


def page(book: Desk, tab: str = "Review") -> str:
    media = book.do("GET", f"{tab}.html")
    assert isinstance(media, Media)
    assert media.content_type.startswith("text/html")
    return media.data.decode()


def test_a_page_shows_cells_colours_and_choices() -> None:
    book = desk()
    head = {"range": {"endRowIndex": 1, "endColumnIndex": 4}, "fields": "userEnteredFormat"}
    bold = {"textFormat": {"bold": True}, "backgroundColor": {"green": 0.5}}
    wait = {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "waiting"}]}, "format": {}}
    wait["format"] = {"backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1}}}
    choice = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Approve"}]}, "showCustomUi": True}
    body = {"startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 4}
    frozen = {"gridProperties": {"frozenRowCount": 1, "frozenColumnCount": 1}, "tabColor": {"blue": 1}}
    book.batch(
        {"repeatCell": head | {"cell": {"userEnteredFormat": bold}}},
        {"addConditionalFormatRule": {"rule": {"ranges": [body], "booleanRule": wait}}},
        {"setDataValidation": {"range": body | {"endColumnIndex": 3}, "rule": choice}},
        {
            "updateSheetProperties": {
                "properties": frozen,
                "fields": "tabColor,gridProperties(frozenRowCount,frozenColumnCount)",
            }
        },
        {"mergeCells": {"range": {"startRowIndex": 9, "endRowIndex": 11, "endColumnIndex": 2}}},
    )
    book.do("POST", "type", tab="Review", cell="B2", value='=HYPERLINK("https://a.example","<Ann>")')
    book.do("POST", "hide-column", tab="Review", column="ID")
    html = page(book)
    assert "background: #008000; font-weight: bold" in html
    assert html.count("background: #ffff00") == 2
    assert '<a href="https://a.example">&lt;Ann&gt;</a>' in html
    assert '<span class="chip"><span>Approve</span>' in html
    assert "41-1" not in html
    assert 'class="frozen edge"' in html
    assert "border-bottom-color: #0000ff" in html
    assert "<script" not in html


def test_an_empty_tab_is_a_page_too() -> None:
    assert '<a href="Badges.html" class="open">Badges</a>' in page(desk(), "Badges")


def test_a_page_leads_to_the_other_tabs_by_name() -> None:
    book = desk(tabs=("Review", "javascript:a/b?"))
    assert '<a href="javascript%3Aa%2Fb%3F.html">javascript:a/b?</a>' in page(book)


def test_a_long_tab_is_cut_and_says_so() -> None:
    book = desk()
    book.do("POST", "type", tab="Badges", range="A1:A600", value="x")
    assert "100 more rows are not shown" in page(book, "Badges")
    whole = book.do("GET", "Badges.html", rows="1000").data.decode()
    assert whole.count("<span>x</span>") == 600


def test_banding_lies_below_a_cell_s_own_colour() -> None:
    sheet = sheet_of(["a"], ["b"], ["c"], ["d"])
    red, white, grey = {"red": 1}, {"red": 1, "green": 1, "blue": 1}, {"red": 0.2, "green": 0.2, "blue": 0.2}
    bands = {"headerColor": red, "firstBandColor": white, "secondBandColorStyle": {"rgbColor": grey}}
    sheet.banding = [{"range": {"sheetId": 0, "endRowIndex": 4, "endColumnIndex": 1}, "rowProperties": bands}]
    sheet.rows[3][0] = {"userEnteredFormat": {"backgroundColorStyle": {"themeColor": "ACCENT4"}}}
    found = [looks.look(sheet, row, 0, Setting(), {})["background"] for row in range(4)]
    assert found == ["#ff0000", "#ffffff", "#333333", "#34a853"]
