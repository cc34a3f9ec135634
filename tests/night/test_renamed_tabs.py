"""Tabs that people made, renamed and copied: the one that was used stays the one, and no copy is taken for it."""

from __future__ import annotations

from bridge.review import ID
from bridge.sandbox.seed import BADGES_TAB
from bridge.sheet_finding import NOTED
from bridge.sheets import catalogue_sheet_id, review_sheet_id
from bridge.wiring import google_of, open_world
from tests.night.district import District, told
from tests.night.test_own_tabs import book, tab

REVIEW = "Review"


def rename(town: District, title: str, new: str) -> None:
    town.act("sheet/rename-tab", tab=title, title=new)


def copy(town: District, title: str) -> None:
    """Duplicate, in the menu of the tab: the copy comes to its right."""
    sheet = tab(town, title)
    place = [one.id for one in book(town).sheets].index(sheet.id)
    wanted = {"sourceSheetId": sheet.id, "newSheetName": f"Copy of {title}", "insertSheetIndex": place + 1}
    with open_world(town.settings) as (world, _):
        google = google_of(town.settings, world.clock)
        google.gspread.batch_update(town.programme.spreadsheet_id, {"requests": [{"duplicateSheet": wanted}]})


def cells(town: District, title: str) -> list[list[str]]:
    found: list[list[str]] = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{title}")["rows"]
    return found


def titles(town: District) -> list[str]:
    return [sheet.title for sheet in book(town).sheets]


def approve(town: District, title: str, attempt_id: str) -> None:
    who = town.programme.coaches[0].email
    word = {"Decision": "Approve", "Reviewer": who}
    town.act("sheet/type-in-row", tab=title, where={ID: attempt_id}, set=word, **{"as": who})


def made_by_people(town: District) -> None:
    """Both tabs are theirs; two requests came in."""
    town.act("sheet/add-tab", title=REVIEW)
    town.submit(2)
    town.night()
    assert town.night().changed_nothing
    ours = {review_sheet_id(town.programme.spreadsheet_id), catalogue_sheet_id(town.programme.spreadsheet_id)}
    assert not ours & {sheet.id for sheet in book(town).sheets}


def test_a_review_tab_that_people_made_is_found_however_often_they_rename_it(town: District) -> None:
    made_by_people(town)
    title = REVIEW
    for n, new in enumerate(("Reviews 2026", "Reviews 2027"), 1):
        rename(town, title, title := new)
        approve(town, title, f"{n}-1")
        report = town.night()
        assert (report.problems, report.new_decisions, report.mended) == ([], 1, ())
    town.night()
    assert town.night().changed_nothing
    assert [row[0] for row in cells(town, title)] == [ID, "1-1", "2-1"]
    assert REVIEW not in titles(town)
    assert town.pages() == 2


def test_a_tab_of_badges_that_people_made_is_found_however_often_they_rename_it(town: District) -> None:
    made_by_people(town)
    key, title = town.programme.badges[0].key, BADGES_TAB
    for hours, new in (("many", "Our badges"), ("3", "What we offer")):
        rename(town, title, title := new)
        town.act("sheet/type-in-row", tab=title, where={"Key": key}, set={"Hours": hours})
        assert "There is no tab" not in told(town.night())
        (row,) = [row for row in cells(town, title) if row[:1] == [key]]
        assert ("In use" in " ".join(row)) == (hours == "3")
    assert town.night().changed_nothing
    assert BADGES_TAB not in titles(town)


def test_a_copy_is_nobodys_while_the_tab_itself_is_there(town: District) -> None:
    made_by_people(town)
    for title in (REVIEW, BADGES_TAB):
        copy(town, title)
        rename(town, title, f"{title} 2026")
    before = [cells(town, f"Copy of {title}") for title in (REVIEW, BADGES_TAB)]
    approve(town, "Copy of Review", "1-1")
    approve(town, "Review 2026", "2-1")
    report = town.night()
    assert (report.problems, report.new_decisions) == ([], 1)
    assert "Issued" in " ".join(cells(town, "Review 2026")[2])
    town.act("sheet/type-in-row", tab="Copy of Review", where={ID: "1-1"}, set={"Decision": "", "Reviewer": ""})
    assert [cells(town, f"Copy of {title}") for title in (REVIEW, BADGES_TAB)] == before
    town.act("sheet/delete-tab", tab="Review 2026")
    assert "The tab Review is gone, although requests were shown there." in told(town.night())


def test_a_copy_that_bears_the_title_takes_the_place_of_the_older_tab_for_good(town: District) -> None:
    town.submit(2)
    town.night()
    assert town.night().changed_nothing
    copy(town, REVIEW)
    rename(town, REVIEW, "Review, old")
    rename(town, "Copy of Review", REVIEW)
    approve(town, REVIEW, "1-1")
    report = town.night()
    assert (report.new_decisions, NOTED in report.mended) == (1, True)
    older = cells(town, "Review, old")
    rename(town, REVIEW, "Reviews 2026")
    approve(town, "Reviews 2026", "2-1")
    report = town.night()
    assert (report.problems, report.new_decisions) == ([], 1)
    town.night()
    assert town.night().changed_nothing
    assert cells(town, "Review, old") == older
    assert town.pages() == 2


def test_a_spreadsheet_from_before_is_noted_once(town: District) -> None:
    town.submit(1)
    town.night()
    with town.sandbox.lock:
        notes = book(town).metadata
        notes[:] = [note for note in notes if note.sheet_id >= 0]
    report = town.night()
    assert (report.mended, report.badges_mended, report.problems) == ((NOTED,), (NOTED,), [])
    report = town.night()
    assert (report.mended, report.badges_mended) == ((), ())
    noted = {note.key: note.value for note in book(town).metadata if note.sheet_id < 0}
    review, badges = tab(town, REVIEW).id, tab(town, BADGES_TAB).id
    assert noted == {"badge-bridge-review": str(review), "badge-bridge-badges": str(badges)}
