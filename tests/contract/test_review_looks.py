"""The looks of the review tab in the sandbox's Google Sheets: made, mended, and nobody else's touched."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import requests

from bridge.model import Identity
from bridge.ports import Change, Patch
from bridge.review import LATER, REVIEWER, WITH, Linked, columns_of, in_dots
from bridge.sheet_keeping import FILLED_IN, ReviewLook
from bridge.sheets import GoogleSheet
from tests.contract.sheet_stages import TITLES, SandboxStage, new_row
from tests.contract.workspace import Workspace

OLDER = [title for title in TITLES if title not in LATER]
COACHES = ("ana@riverside.example", "diana@riverside.example")  # the one is a part of the other
MINE = chr(ord("A") + len(TITLES))  # a coach's own column, to the right of all others
VIEWS = ["Waiting", "Overdue", "Closed"]


@pytest.fixture
def google(workspace: Workspace) -> SandboxStage:
    return SandboxStage(workspace)


def made(google: SandboxStage, *rows: tuple[str, ...]) -> None:
    google.sheet.write(google.sheet.read(), Change(make_review=True, added=rows or (new_row("1-1"),)))
    google.workspace.counts()


def mend(google: SandboxStage) -> tuple[str, ...]:
    """One cycle's reading and writing; what was lacking."""
    reading = google.sheet.read()
    if reading.lacking:
        google.sheet.write(reading, Change(mend_review=True))
    assert google.sheet.read().lacking == ()
    return reading.lacking


def with_coaches(google: SandboxStage, *coaches: str) -> None:
    all_columns = columns_of(Identity.COLUMN, named=bool(coaches))
    columns = tuple(replace(one, choices=coaches) if one.title == REVIEWER else one for one in all_columns)
    google.sheet = GoogleSheet(google.workspace.reach(), google.id, "Review", "Badges", ReviewLook(columns))


def batch(google: SandboxStage, *wanted: dict[str, Any]) -> None:
    google.workspace.reach().gspread.batch_update(google.id, {"requests": list(wanted)})


def one_more_column(sheet_id: int) -> dict[str, Any]:
    return {"appendDimension": {"sheetId": sheet_id, "dimension": "COLUMNS", "length": 1}}


def tab(google: SandboxStage) -> dict[str, Any]:
    found = google.workspace.reach().gspread.fetch_sheet_metadata(google.id)
    return next(dict(one) for one in found["sheets"] if one["properties"]["title"] == "Review")


def header(google: SandboxStage) -> list[str]:
    return list(google.get("Review")["rows"][0])


def views(google: SandboxStage) -> dict[str, int]:
    return {one["title"]: one["filterViewId"] for one in tab(google).get("filterViews", ())}


def page(google: SandboxStage, view: str = "") -> str:
    url = f"{google.workspace.sandbox.url}/_sandbox/sheets/{google.id}/Review.html"
    answer = requests.get(url, params={"filter_view": view} if view else {}, timeout=10)
    assert answer.ok, answer.text
    assert "Not evaluated" not in answer.text
    return answer.text


def seen(google: SandboxStage, view: str = "") -> list[str]:
    """The ids of the rows that a page shows."""
    return re.findall(r"<span>(\d+-\d)</span>", page(google, view))


def as_coach(google: SandboxStage, act: str, **args: Any) -> requests.Response:
    url = f"{google.workspace.sandbox.url}/_sandbox/sheets/{google.id}/{act}"
    coach = google.workspace.programme.coaches[0].email
    return requests.post(url, json={"tab": "Review", "as": coach, **args}, timeout=10)


# ── made and at rest ─────────────────────────────────────────────────────────


def test_a_tab_that_was_made_lacks_nothing(google: SandboxStage) -> None:
    made(google)
    reading = google.sheet.read()
    assert reading.lacking == ()
    assert reading.review is not None
    assert reading.review.marked == {title: TITLES.index(title) for title in LATER}
    assert list(views(google)) == VIEWS
    two = {"sheets.spreadsheets.get": 1, "sheets.spreadsheets.values.batchGetByDataFilter": 1}
    assert google.workspace.counts() == two | {"sheets.spreadsheets.get": 2}  # one is this test's own


def test_an_emptied_tab_that_is_made_again_has_everything_once(google: SandboxStage) -> None:
    made(google)
    google.move_column("Due", "ID")
    google.clear()
    made(google)
    found = tab(google)
    assert google.sheet.read().lacking == ()
    assert max(Counter(str(rule["booleanRule"]["condition"]) for rule in found["conditionalFormats"]).values()) == 1
    assert (len(found["protectedRanges"]), len(found["filterViews"])) == (3, 3)
    reading = google.sheet.read()
    assert reading.review is not None
    assert reading.review.marked == {title: TITLES.index(title) for title in LATER}


# ── a tab of an older version ────────────────────────────────────────────────


def older(google: SandboxStage, *more: str) -> None:
    """Make the tab as an earlier version did, with a coach's own columns to its right."""
    google.act("add-tab", title="Review")
    number = tab(google)["properties"]["sheetId"]
    row = dict(zip(TITLES, new_row("1-1"), strict=True))
    lines = [[*OLDER, *more], [*(row[title] for title in OLDER), *(f"my {title}" for title in more)]]
    google.act("type", range="A1:Z2", values=lines)
    warned = {"range": {"sheetId": number, "endColumnIndex": 7}, "description": FILLED_IN, "warningOnly": True}
    batch(google, {"addProtectedRange": {"protectedRange": warned}})


def test_missing_columns_are_added_to_the_right_of_everybody_elses(google: SandboxStage) -> None:
    older(google, "My notes")
    lacking = mend(google)
    assert lacking[:3] == ("the column “Waiting”", "the column “Due”", "the column “Earlier feedback”")
    assert header(google) == [*OLDER, "My notes", *LATER]
    assert [row["My notes"] for row in google.rows()] == ["my My notes"]
    reading = google.sheet.read()
    assert reading.review is not None
    place = reading.review.marked["Due"]
    google.sheet.write(reading, Change(review=(Patch(1, place, "2026-11-30"),)))
    assert [row["Due"] for row in google.rows()] == ["2026-11-30"]
    assert [one.get("warningOnly") for one in tab(google)["protectedRanges"]].count(True) == 3


def test_a_column_is_added_where_the_grid_ends(google: SandboxStage) -> None:
    older(google, *(f"Note {n}" for n in range(26 - len(OLDER))))
    mend(google)
    assert header(google)[-3:] == list(LATER)


def test_notes_without_a_title_are_not_written_over(google: SandboxStage) -> None:
    older(google)
    google.act("type", cell=f"{chr(ord('A') + len(OLDER) + 1)}2", value="call Bea")
    mend(google)
    row = google.get("Review")["rows"][1]
    assert row[len(OLDER) + 1] == "call Bea"
    assert header(google)[len(OLDER) :] == ["", "", *LATER]


def test_a_coachs_own_column_of_that_title_stays_a_coachs(google: SandboxStage) -> None:
    older(google, "Due")
    assert mend(google)
    assert header(google)[len(OLDER) :] == ["Due", "Waiting", "Due (badge-bridge)", "Earlier feedback"]
    assert [row["Due"] for row in google.rows()] == ["my Due"]


def test_a_column_with_the_title_of_another_one_is_the_other_one(google: SandboxStage) -> None:
    """Somebody wrote Status above Due, and emptied the title of what was Status."""
    made(google)
    google.act("rename-column", column="Status", title="")
    google.act("rename-column", column="Due", title="Status")
    assert "the column “Due”" in mend(google)
    reading = google.sheet.read()
    assert reading.review is not None
    assert reading.review.marked["Due"] == len(TITLES)
    assert header(google)[TITLES.index("Due")] == "Status"


def test_a_column_that_was_taken_away_comes_back(google: SandboxStage) -> None:
    made(google)
    google.act("delete-column", column="Due")
    assert "the column “Due”" in mend(google)
    assert header(google)[-1] == "Due"


def test_a_header_that_lacks_a_title_is_left_to_people(google: SandboxStage) -> None:
    made(google)
    google.act("rename-column", column="Decision", title="Verdict")
    google.act("delete-column", column="Due")
    assert google.sheet.read().lacking == ()


# ── people change things ─────────────────────────────────────────────────────


def test_what_is_taken_away_is_put_back_in_one_write(google: SandboxStage) -> None:
    made(google)
    before = tab(google)
    number = before["properties"]["sheetId"]
    batch(
        google,
        {"deleteFilterView": {"filterId": views(google)["Overdue"]}},
        {"deleteProtectedRange": {"protectedRangeId": before["protectedRanges"][0]["protectedRangeId"]}},
        {"deleteConditionalFormatRule": {"sheetId": number, "index": len(before["conditionalFormats"]) - 1}},
        {"deleteConditionalFormatRule": {"sheetId": number, "index": 3}},
    )
    google.workspace.counts()
    assert mend(google) == ("protection", "colours", "the filter view “Overdue”")
    assert google.workspace.counts()["sheets.spreadsheets.batchUpdate"] == 1
    after = tab(google)
    for what in ("protectedRanges", "filterViews", "conditionalFormats"):
        assert sorted(map(str, after[what])) == sorted(map(str, before[what]))


@pytest.mark.parametrize("gone", [("Needs fix:", "Nobody can"), ("Issued",), ("Needs fix:", "Issued")])
def test_colours_that_an_older_tab_lacks_are_added_and_what_needs_a_fix_is_red_whatever_it_begins_with(
    google: SandboxStage, gone: tuple[str, ...]
) -> None:
    made(google)
    before = tab(google)
    number, asked = before["properties"]["sheetId"], asked_of(before)
    for place in sorted(map(asked.index, gone), reverse=True):
        batch(google, {"deleteConditionalFormatRule": {"sheetId": number, "index": place}})
    assert mend(google) == ("colours",)
    after = asked_of(tab(google))
    assert sorted(after) == sorted(asked)
    assert after.index("Needs fix:") < after.index("Issued")
    assert google.sheet.read().lacking == ()


def asked_of(structure: dict[str, Any]) -> list[str]:
    """What the rules for colours ask, from the top."""
    conditions = (rule["booleanRule"]["condition"] for rule in structure["conditionalFormats"])
    return [one["values"][0]["userEnteredValue"] for one in conditions]


def test_columns_that_moved_take_everything_along(google: SandboxStage) -> None:
    made(google, new_row("1-1", Due="2020-01-01"), new_row("2-1"))
    google.move_column("Waiting", "ID")
    google.move_column("Status", "Name")
    assert mend(google)
    reading = google.sheet.read()
    assert reading.review is not None
    waiting = reading.review.marked["Waiting"]
    assert header(google)[waiting] == "Waiting"
    google.sheet.write(reading, Change(review=(Patch(1, waiting, 3000),)))
    assert (seen(google, "Waiting"), seen(google, "Overdue"), seen(google, "Closed")) == (["1-1"], ["1-1"], ["2-1"])


def test_what_people_made_or_chose_is_left_alone(google: SandboxStage) -> None:
    made(google)
    number = tab(google)["properties"]["sheetId"]
    notes = {"sheetId": number, "startColumnIndex": len(TITLES), "endColumnIndex": len(TITLES) + 1}
    asks = {"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": "Please"}]}
    rule = {"ranges": [notes], "booleanRule": {"condition": asks, "format": {"textFormat": {"bold": True}}}}
    renamed = {"filterViewId": views(google)["Closed"], "title": "Done"}
    batch(
        google,
        one_more_column(number),
        {"addConditionalFormatRule": {"rule": rule}},
        {"addFilterView": {"filter": {"title": "Mine", "range": {"sheetId": number}}}},
        {"addProtectedRange": {"protectedRange": {"range": notes, "description": "ours", "warningOnly": True}}},
        {"updateFilterView": {"filter": renamed, "fields": "title"}},
    )
    before = tab(google)
    assert google.sheet.read().lacking == ()
    batch(google, {"deleteFilterView": {"filterId": views(google)["Waiting"]}})
    assert mend(google) == ("the filter view “Waiting”",)
    after = tab(google)
    assert after["conditionalFormats"] == before["conditionalFormats"]
    assert after["protectedRanges"] == before["protectedRanges"]
    assert sorted(views(google)) == ["Done", "Mine", "Overdue", "Waiting"]


def test_a_view_that_somebody_narrowed_shows_all_again(google: SandboxStage) -> None:
    made(google)
    spec = {"columnIndex": 6, "filterCriteria": {"hiddenValues": ["First Aid"]}}
    narrowed = {"filterViewId": views(google)["Waiting"], "filterSpecs": [spec]}
    batch(google, {"updateFilterView": {"filter": narrowed, "fields": "filterSpecs"}})
    assert mend(google) == ("the filter view “Waiting”",)


def freeze(google: SandboxStage, rows: int) -> None:
    properties = {"sheetId": tab(google)["properties"]["sheetId"], "gridProperties": {"frozenRowCount": rows}}
    batch(google, {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}})


def test_titles_that_scroll_away_are_frozen_again_and_more_than_they_may_be(google: SandboxStage) -> None:
    made(google)
    freeze(google, 0)
    assert mend(google) == ("the frozen row of titles",)
    assert tab(google)["properties"]["gridProperties"]["frozenRowCount"] == 1
    freeze(google, 3)
    assert google.sheet.read().lacking == ()


# ── coaches ──────────────────────────────────────────────────────────────────


def ask(google: SandboxStage, *people: tuple[str, ...]) -> None:
    """What the bridge writes into With, row by row."""
    reading = google.sheet.read()
    place = header(google).index(WITH)
    asked = tuple(Patch(row, place, in_dots(them)) for row, them in enumerate(people, 1))
    google.sheet.write(reading, Change(review=asked))


def test_each_coach_has_a_view_of_what_waits_for_them_and_a_place_in_the_drop_down(google: SandboxStage) -> None:
    made(google, new_row("1-1", Reviewer=COACHES[1]), new_row("2-1"), new_row("3-1"))
    with_coaches(google, *COACHES)
    views_made = ("the filter view “Mine – ana”", "the filter view “Mine – diana”")
    assert mend(google) == ("the column “With”", "protection", "colours", *views_made, "drop-downs")
    ask(google, COACHES, (COACHES[1],), ())
    assert (seen(google, "Mine – ana"), seen(google, "Mine – diana")) == (["1-1"], ["1-1", "2-1"])
    ask(google, (), COACHES[::-1], (COACHES[0],))
    assert (seen(google, "Mine – ana"), seen(google, "Mine – diana")) == (["2-1", "3-1"], ["2-1"])
    with_coaches(google, COACHES[1], "diana@elsewhere.example")
    assert mend(google)
    assert set(views(google)) == {*VIEWS, "Mine – diana@elsewhere.example", "Mine – diana@riverside.example"}
    assert not as_coach(google, "type-in-row", where={"ID": "2-1"}, set={"Reviewer": COACHES[0]}).ok
    with_coaches(google)
    assert mend(google)
    assert sorted(views(google)) == sorted(VIEWS)
    assert as_coach(google, "type-in-row", where={"ID": "2-1"}, set={"Reviewer": "anybody"}).ok


def test_the_header_is_locked_and_the_rows_are_not(google: SandboxStage) -> None:
    made(google, new_row("2-1"), new_row("1-1"))
    for act, args in (
        ("rename-column", {"column": "Status", "title": "State"}),
        ("delete-column", {"column": "Due"}),
        ("move-column", {"column": "Due", "before": "ID"}),
        ("clear-tab", {}),
        ("delete-tab", {}),
    ):
        refused = as_coach(google, act, **args)
        assert (refused.status_code, "protected" in refused.text) == (400, True), act
    assert as_coach(google, "sort", by="ID").ok
    assert as_coach(google, "delete-rows", row={"ID": "2-1"}).ok
    assert as_coach(google, "type-in-row", where={"ID": "1-1"}, set={"Decision": "Hold"}).ok
    batch(google, one_more_column(tab(google)["properties"]["sheetId"]))
    assert as_coach(google, "type", range=f"{MINE}1:{MINE}2", values=[["My notes"], ["call Bea"]]).ok
    assert [(row["ID"], row["Decision"], row["My notes"]) for row in google.rows()] == [("1-1", "Hold", "call Bea")]
    assert mend(google) == ()


# ── what people see ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_overdue_rows_stand_out_and_closed_ones_step_back(google: SandboxStage, locale: str) -> None:
    properties = {"updateSpreadsheetProperties": {"properties": {"locale": locale}, "fields": "locale"}}
    batch(google, properties)
    made(google)
    place = {title: TITLES.index(title) for title in TITLES}
    rows = [("1-1", 12, "2020-01-01"), ("2-1", 1, "2999-12-31"), ("3-1", "", "2020-01-01")]
    added = []
    for attempt_id, days, due in rows:
        row: list[Any] = list(new_row(attempt_id, Due=due))
        row[place["Waiting"]] = days
        added.append(tuple(row))
    google.delete("1-1")
    google.sheet.write(google.sheet.read(), Change(added=tuple(added)))
    assert (seen(google, "Overdue"), seen(google, "Waiting"), seen(google, "Closed")) == (
        ["1-1"],
        ["1-1", "2-1"],
        ["3-1"],
    )
    found = re.findall(r"(<tr.*?<span>(\d-1)</span>.*?</tr>)", page(google), re.DOTALL)
    lines = {attempt_id: line for line, attempt_id in found}
    assert [("#ffe6d6" in lines[one], "color: #737880" in lines[one]) for one in ("1-1", "2-1", "3-1")] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_links_are_rich_text_and_text_stays_text(google: SandboxStage) -> None:
    where, other = "https://badges.example/first-aid.html", "https://drive.google.com/open?id=1"
    plan = f"1. ✓ 🦆.pdf\n{other}"
    linked = {"Badge": Linked('=IMPORTXML("x")', (0, 15, where)), "Evidence": Linked(plan, (5, len(plan), other))}
    made(google, new_row("1-1", **linked))
    reading = google.sheet.read()
    assert reading.review is not None
    row = dict(zip(TITLES, reading.review.values[1], strict=False))
    assert (row["Badge"], row["Evidence"]) == ('=IMPORTXML("x")', plan)
    shown = page(google)
    assert f'<a href="{where}">=IMPORTXML(&#34;x&#34;)</a>' in shown
    assert f'1. ✓ <a href="{other}">🦆.pdf\n{other}</a>' in shown
    there = TITLES.index("Evidence")
    google.sheet.write(reading, Change(review=(Patch(1, there, Linked("1. two", (3, 6, where))),)))
    assert f'1. <a href="{where}">two</a>' in page(google)
    google.sheet.write(reading, Change(review=(Patch(1, there, "=1+1"),)))
    assert "<span>=1+1</span>" in page(google)
    google.act("sort", by="ID")
    assert f'<a href="{where}">' in page(google)
