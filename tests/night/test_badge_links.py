"""Where the cells of rows lead that wait: over whole nights, in Review and in coaches' own tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridge.demo.people import REVIEW
from bridge.review import BADGE, EVIDENCE, ID
from bridge.sandbox.seed import BADGES_TAB
from bridge.sheet_coaches import coach_sheet_id
from bridge.wiring import google_of, open_world
from tests.night.coach_tabs import Tabs
from tests.night.district import District, told
from tests.night.test_calls import without_tokens
from tests.night.test_coach_spreadsheets import WRITES, Apart

OTHERS = "Entirely other criteria: do three things."


def cell(town: District, title: str = BADGE, attempt_id: str = "1-1", tab: str = REVIEW, file: str = "") -> Any:
    """One cell of a row, as the spreadsheet keeps it, its number and its place."""
    with town.sandbox.lock:
        book = town.sandbox.world.sheets.spreadsheets[file or town.programme.spreadsheet_id]
        (found,) = [one for one in book.sheets if one.title == tab]
        titles = [_text(one) for one in found.rows[0]]
        place, row = next((n, row) for n, row in enumerate(found.rows) if _text(row[titles.index(ID)]) == attempt_id)
        return row[titles.index(title)] or {}, (found.id, place, titles.index(title))


def leads(town: District, title: str = BADGE, attempt_id: str = "1-1", tab: str = REVIEW, file: str = "") -> list[str]:
    """To where a cell leads."""
    runs = cell(town, title, attempt_id, tab, file)[0].get("textFormatRuns", ())
    return [run["format"]["link"]["uri"] for run in runs if "link" in run["format"]]


def _text(one: Any) -> str:
    return str((one or {}).get("userEnteredValue", {}).get("stringValue", ""))


def in_catalogue(town: District, **cells: str) -> str:
    """Somebody changes the row of the first badge; what stood there before."""
    key = town.programme.badges[0].key
    header, *rows = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{BADGES_TAB}")["rows"]
    (row,) = [dict(zip(header, row, strict=False)) for row in rows if row[0] == key]
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": key}, set=cells)
    return str(row.get(next(iter(cells)), ""))


def now(town: District) -> str:
    """The page of what the first badge takes now."""
    with open_world(town.settings) as (world, policy):
        return policy.criteria_page(world.ledger.load().achievements[town.programme.badges[0].key])


def paste_over(town: District, title: str) -> None:
    """A coach pastes the same words, without their links."""
    content, (sheet_id, row, column) = cell(town, title)
    coach = town.programme.coaches[0].email
    settings = town.settings
    settings = settings.model_copy(update={"google": settings.google.model_copy(update={"act_as": coach})})
    with open_world(town.settings) as (world, _):
        google = google_of(settings, world.clock)
    change = {
        "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
        "rows": [{"values": [{"userEnteredValue": content["userEnteredValue"]}]}],
        "fields": "userEnteredValue,textFormatRuns",
    }
    google.gspread.batch_update(town.programme.spreadsheet_id, {"requests": [{"updateCells": change}]})


def test_the_badge_leads_to_what_an_approval_now_would_issue(town: District) -> None:
    town.submit()
    town.night()
    before = leads(town)
    assert before == [now(town)]
    in_catalogue(town, Criteria=OTHERS)
    town.calls()
    town.night()
    assert without_tokens(town)[WRITES] == 1
    assert leads(town) == [now(town)] != before
    assert cell(town)[0]["userEnteredValue"] == {"stringValue": town.programme.badges[0].name}
    town.calls()
    assert town.night().changed_nothing
    assert WRITES not in without_tokens(town)

    town.approve_all()
    town.nights()
    with open_world(town.settings) as (world, policy):
        known = world.ledger.load()
        order = known.orders["1-1"]
        assert leads(town) == [policy.criteria_page(known.versions[order.achievement, order.version])] != before


def test_a_row_that_came_while_its_badge_lacked_a_picture_gets_its_link(town: District) -> None:
    picture = in_catalogue(town, Artwork="")
    town.submit()
    town.night()
    assert leads(town) == []
    in_catalogue(town, Artwork=picture)
    town.night()
    assert leads(town) == [now(town)]
    assert town.night().changed_nothing


def test_links_that_could_not_be_written_are_written_in_the_next_night(town: District) -> None:
    town.submit()
    town.night()
    before = leads(town)
    in_catalogue(town, Criteria=OTHERS)
    tabs = {"sheetId": cell(town)[1][0]}
    locked = {"protectedRangeId": 77, "range": tabs, "editors": {"users": [town.programme.coordinator.email]}}
    by_owner(town, {"addProtectedRange": {"protectedRange": locked}})
    assert town.night().problems
    assert leads(town) == before
    by_owner(town, {"deleteProtectedRange": {"protectedRangeId": 77}})
    assert town.night().problems == []
    assert leads(town) == [now(town)]
    assert town.night().changed_nothing


def by_owner(town: District, request: dict[str, Any]) -> None:
    owner = {"act_as": town.programme.coordinator.email}
    settings = town.settings
    settings = settings.model_copy(update={"google": settings.google.model_copy(update=owner)})
    with open_world(town.settings) as (world, _):
        google = google_of(settings, world.clock)
    google.gspread.batch_update(town.programme.spreadsheet_id, {"requests": [request]})


@pytest.mark.parametrize("kind", [Tabs, Apart], ids=["in one spreadsheet", "one apart"])
def test_in_coaches_own_tabs_too(town: District, kind: type[Tabs]) -> None:
    tabs = kind(town)
    town.submit()
    town.night()

    def all_lead() -> list[list[str]]:
        own = leads(town, tab=tabs.title(tabs.daniel), file=tabs.file_of(tabs.daniel))
        return [leads(town), own]

    before = [now(town)]
    assert all_lead() == [before, before]
    in_catalogue(town, Criteria=OTHERS)
    town.night()
    assert all_lead() == [[now(town)], [now(town)]] != [before, before]
    town.calls()
    assert town.night().changed_nothing
    assert WRITES not in without_tokens(town)


def lock(tabs: Tabs) -> None:
    """The owner locks Daniel's tab against the bridge itself."""
    owner = tabs.town.programme.coordinator.email
    whole = {"sheetId": coach_sheet_id(tabs.daniel)}
    locked = {"protectedRangeId": 77, "range": whole, "editors": {"users": [owner]}}
    tabs.batch({"addProtectedRange": {"protectedRange": locked}}, by=owner)


def unlock(tabs: Tabs) -> None:
    tabs.batch({"deleteProtectedRange": {"protectedRangeId": 77}}, by=tabs.town.programme.coordinator.email)


def only_read(apart: Tabs, role: str = "reader") -> None:
    assert isinstance(apart, Apart)
    with apart.town.sandbox.lock:
        for one in apart.town.sandbox.world.drive.files[apart.file].permissions:
            if one.email == apart.town.programme.mailbox:
                one.role = role


def may_write(apart: Tabs) -> None:
    only_read(apart, "writer")


@pytest.mark.parametrize(
    ("kind", "close", "open_again"),
    [(Tabs, lock, unlock), (Apart, only_read, may_write)],
    ids=["in one spreadsheet", "one apart"],
)
def test_a_tab_that_could_not_be_written_gets_its_links_later(
    town: District, kind: type[Tabs], close: Callable[[Tabs], None], open_again: Callable[[Tabs], None]
) -> None:
    tabs = kind(town)
    town.submit()
    town.night()
    before = leads(town)
    close(tabs)
    in_catalogue(town, Criteria=OTHERS)
    assert town.night().problems
    own = {"tab": tabs.title(tabs.daniel), "file": tabs.file_of(tabs.daniel)}
    assert (leads(town), leads(town, **own)) == ([now(town)], before)
    open_again(tabs)
    report = town.night()
    assert (report.cells_written, report.desks_written) == (0, 1), "Review is not written again"
    assert leads(town, **own) == [now(town)]
    assert town.night().changed_nothing


def test_a_spreadsheet_that_could_not_be_opened_meanwhile_gets_its_links_later(town: District) -> None:
    apart = Apart(town)
    town.submit()
    town.night()
    apart.hide(hidden=True)
    in_catalogue(town, Criteria=OTHERS)
    assert town.night().problems
    assert leads(town) == [now(town)], "Review does not wait"
    town.calls()
    town.night()
    assert WRITES not in without_tokens(town)
    apart.hide(hidden=False)
    town.night()
    assert leads(town, tab=apart.title(apart.daniel), file=apart.file) == [now(town)]
    assert town.night().changed_nothing


def test_links_that_were_pasted_away_are_there_again_with_the_next_status(town: District) -> None:
    town.submit()
    town.night()
    before = leads(town, EVIDENCE)
    assert len(before) == 2
    paste_over(town, EVIDENCE)
    assert town.night().changed_nothing
    assert leads(town, EVIDENCE) == []
    town.people.in_sheet("type-in-row", town.programme.coaches[0].email, where={ID: "1-1"}, set={"Decision": "Hold"})
    assert "1 decision taken" in told(town.night())
    assert leads(town, EVIDENCE) == before


def test_help_opens_each_filter_view_of_review(town: District) -> None:
    tabs = Tabs(town)
    town.submit()
    town.night()
    found = {one["properties"]["title"]: one for one in tabs.structure()["sheets"]}
    review = found[REVIEW]
    with town.sandbox.lock:
        book = town.sandbox.world.sheets.spreadsheets[town.programme.spreadsheet_id]
        (page,) = [one for one in book.sheets if one.title == "Help"]
        listed = page.rows[1][1] or {}
    runs = [run["format"]["link"]["uri"] for run in listed["textFormatRuns"] if "link" in run["format"]]
    views = {one["title"]: one["filterViewId"] for one in review["filterViews"]}
    assert listed["userEnteredValue"]["stringValue"].split("\n") == list(views)
    assert list(views)[:3] == ["Waiting", "Overdue", "Closed"]
    for link, number in zip(runs, views.values(), strict=True):
        assert link.endswith(f"#gid={review['properties']['sheetId']}&fvid={number}")
        assert town.programme.spreadsheet_id in link
    town.calls()
    assert town.night().changed_nothing
    assert WRITES not in without_tokens(town)
