"""Whatever is done to the spreadsheet: a sentence says so, no wrong badge is issued, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.demo.people import REVIEW
from bridge.doctor.away import sheet as doctored
from bridge.errors import Refused
from bridge.ledger.sql import SqlLedger
from bridge.model import Achievement, Lesson
from bridge.plan.learning import REBUILD
from bridge.sandbox.seed import BADGES_TAB
from bridge.wiring import clock_of, ledger_of
from tests.night.district import District, told


def rebuild(town: District) -> None:
    """What `badge-bridge sheet rebuild` does."""
    ledger: SqlLedger = ledger_of(town.settings, clock_of(town.settings))
    with ledger.lease():
        ledger.learn(Lesson(facts={REBUILD: "yes"}))
    ledger.close()


def catalogue(town: District) -> tuple[dict[str, Achievement], dict[str, str]]:
    """All badges as the ledger knows them, and the Status of each in the tab Badges, by key."""
    ledger: SqlLedger = ledger_of(town.settings, clock_of(town.settings))
    known = dict(ledger.load().achievements)
    ledger.close()
    header, *rows = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{BADGES_TAB}")["rows"]
    said = [dict(zip(header, row, strict=False)) for row in rows if row and row[0]]
    return known, {one["Key"]: one["Status"] for one in said}


def test_a_damaged_header(received: District) -> None:
    """New requests are received; decisions wait until the header is mended."""
    town = received
    town.approve_all()
    town.act("sheet/rename-column", tab=REVIEW, column="E-mail", title="Mail adress")
    town.submit()
    report = town.night()
    assert report.failed
    assert "The column “E-mail” is missing from the first row; write that word above its column." in told(report)
    assert "no decision is taken from this sheet" in told(report)
    assert report.new_decisions == 0
    assert town.pages() == 0
    assert town.mails() == town.once("received")
    town.act("sheet/rename-column", tab=REVIEW, column="Mail adress", title="E-mail")
    town.nights()
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()


def test_a_column_that_was_deleted(received: District) -> None:
    town = received
    town.act("sheet/delete-column", tab=REVIEW, column="Decision")
    report = town.night()
    assert "The column “Decision” is missing" in told(report)
    town.act("sheet/insert-column", tab=REVIEW, before="Feedback", title="Decision")
    assert town.night().problems == []
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()


def test_moved_columns_and_columns_of_people_s_own(received: District) -> None:
    town = received
    town.act("sheet/move-column", tab=REVIEW, column="Status", before="ID")
    town.act("sheet/move-column", tab=REVIEW, column="Decision", before="E-mail")
    town.act("sheet/insert-column", tab=REVIEW, before="Badge", title="School")
    town.act("sheet/rename-column", tab=REVIEW, column="Feedback", title=" feedback ")
    town.submit()
    assert town.night().problems == []
    town.approve_all()
    assert town.night().new_decisions == 4
    town.nights()
    town.assert_each_has_one_badge()


def test_a_tab_that_was_emptied(received: District) -> None:
    town = received
    town.approve_all()
    town.night()
    town.act("sheet/clear-tab", tab=REVIEW)
    report = town.night()
    assert report.failed
    assert "The tab Review is empty, although requests were shown there." in told(report)
    assert "badge-bridge sheet rebuild" in told(report)
    assert town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{REVIEW}")["rows"] == []
    rebuild(town)
    town.nights()
    town.assert_each_has_one_badge()
    assert {row["Decision"] for row in town.rows()} == {"Approve"}


def test_a_tab_whose_rows_were_deleted(received: District) -> None:
    town = received
    town.approve_all()
    town.night()
    town.act("sheet/delete-rows", tab=REVIEW, row=2, count=3)
    report = town.night()
    assert "All rows of the tab Review are gone." in told(report)
    assert "badge-bridge sheet rebuild" in told(report)
    rebuild(town)
    town.nights()
    town.assert_each_has_one_badge()


def test_a_tab_that_was_deleted(received: District) -> None:
    town = received
    town.approve_all()
    town.night()
    town.act("sheet/delete-tab", tab=REVIEW)
    report = town.night()
    assert report.failed
    assert "The tab Review is gone, although requests were shown there." in told(report)
    assert town.night().rows_added == 0
    rebuild(town)
    town.nights()
    town.assert_each_has_one_badge()
    assert {row["Decision"] for row in town.rows()} == {"Approve"}


@pytest.mark.slow
def test_a_spreadsheet_that_was_replaced(received: District) -> None:
    """Nothing is done until somebody says that it is meant; then all is there again, and nobody is told twice."""
    town = received
    town.approve_all()
    town.night()
    old, badges = town.programme.spreadsheet_id, catalogue(town)
    coach = town.programme.coaches[0].email
    new = town.people.ask("POST", "sheets", owner=coach, title="Anew", tabs=["Sheet1"])["spreadsheet_id"]
    town.people.ask("POST", f"drive/files/{new}/share", **{"with": town.programme.mailbox, "role": "writer"})
    town.set(f'id = "{old}"', f'id = "{new}"')
    with pytest.raises(Refused, match=f"under another spreadsheet, {old}. Nothing was done"):
        town.night()
    town.set("[google]\n", f'[ledger]\nprogramme = "{old}"\n\n[google]\n')
    town.programme = replace(town.programme, spreadsheet_id=new)
    town.people.programme = town.programme
    assert "The tab Review is gone, although requests were shown there." in told(town.night())
    rebuild(town)
    town.submit()
    town.nights()
    assert {row["Decision"] for row in town.rows()} == {"Approve", ""}
    assert {row["ID"] for row in town.rows()} == {"1-1", "2-1", "3-1", "4-1"}
    assert catalogue(town) == badges
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()


def test_a_tab_that_was_renamed_is_found_again(received: District) -> None:
    town = received
    town.approve_all()
    town.act("sheet/rename-tab", tab=REVIEW, title="Reviews of the autumn")
    assert town.night().problems == []
    town.act("sheet/rename-tab", tab="Reviews of the autumn", title=REVIEW)
    town.nights()
    town.assert_each_has_one_badge()


def test_a_spreadsheet_without_a_catalogue_gets_one_to_be_filled_in(town: District) -> None:
    book = f"sheets/{town.programme.spreadsheet_id}"
    header, *rows = town.people.ask("GET", f"{book}/{BADGES_TAB}")["rows"]
    town.act("sheet/rename-tab", tab=BADGES_TAB, title="Notes")
    assert "There is no tab “Badges” yet. The bridge makes it" in told(town.night())
    assert town.night().changed_nothing
    titles = town.people.ask("GET", f"{book}/{BADGES_TAB}")["rows"][0]
    for place, cells in enumerate(rows, 2):
        for title, text in zip(header, cells, strict=False):
            if title != "Status" and text:
                cell = f"{chr(ord('A') + titles.index(title))}{place}"
                town.act("sheet/type", tab=BADGES_TAB, cell=cell, value=text)
    town.submit(2)
    town.nights()
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()


def test_a_catalogue_that_is_gone_leaves_the_known_badges_in_force(received: District) -> None:
    town = received
    town.approve_all()
    town.act("sheet/delete-tab", tab=BADGES_TAB)
    report = town.night()
    assert "There is no tab “Badges”. The badges known so far stay in force." in told(report)
    town.assert_each_has_one_badge()


def test_a_catalogue_that_was_deleted_is_made_again_when_somebody_wants_it(received: District) -> None:
    town = received
    badges = catalogue(town)
    town.act("sheet/delete-tab", tab=BADGES_TAB)
    assert "badge-bridge sheet rebuild" in told(town.night())
    assert any(one.cure.endswith("badge-bridge sheet rebuild") for one in doctored(town.settings))
    rebuild(town)
    town.nights()
    assert catalogue(town) == badges
    report = town.night()
    assert report.changed_nothing
    assert not report.problems
    town.act("sheet/delete-tab", tab=BADGES_TAB)
    town.night()
    assert "There is no tab “Badges”." in told(town.night()), "a person's word is good for one tab"


def test_a_spreadsheet_that_is_no_longer_shared(received: District) -> None:
    """Requests are received all the same; decisions wait."""
    town = received
    town.approve_all()
    town.act(f"{town.programme.spreadsheet_id}/move")
    town.submit()
    report = town.night()
    assert report.failed
    assert f"choose Share, add {town.programme.mailbox} as Editor" in told(report)
    assert town.mails() == town.once("received")
    town.act(f"{town.programme.spreadsheet_id}/move", parent=town.programme.folder_id)
    town.nights()
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()


def test_a_spreadsheet_that_may_only_be_read(received: District) -> None:
    """The coach's word counts and the badges go out; the sheet catches up once it may be written."""
    town = received
    town.approve_all()
    town.act(f"{town.programme.spreadsheet_id}/move")
    town.act(f"{town.programme.spreadsheet_id}/share", **{"with": town.programme.mailbox, "role": "reader"})
    report = town.night()
    assert report.failed
    assert f"add {town.programme.mailbox} as Editor" in told(report)
    assert town.mails() == town.once("received", "issued")
    town.act(f"{town.programme.spreadsheet_id}/share", **{"with": town.programme.mailbox, "role": "writer"})
    town.nights()
    town.assert_each_has_one_badge()


def test_a_whole_folder_that_is_no_longer_shared(received: District) -> None:
    town = received
    town.approve_all()
    for who in (town.programme.mailbox, town.programme.robot):
        town.act(f"{town.programme.folder_id}/unshare", **{"with": who})
    report = town.night()
    assert {problem.where for problem in report.problems} == {"form", "sheet"}
    assert town.mails() == town.once("received")
    town.act(f"{town.programme.folder_id}/share", **{"with": town.programme.mailbox, "role": "writer"})
    town.nights()
    town.assert_each_has_one_badge()
