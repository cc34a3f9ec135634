"""The Archive in a spreadsheet: rows move in one write, and from then on it is never read."""

from __future__ import annotations

from datetime import timedelta

from bridge.plan.archive import ARCHIVE_TITLES
from tests.night.district import District
from tests.night.test_calls import looks, without_tokens


def archive(town: District) -> list[list[str]]:
    rows: list[list[str]] = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Archive")["rows"]
    return rows


def test_rows_move_in_one_write_and_can_be_asked_back(town: District) -> None:
    town.submit(4)
    town.night()
    coach = town.programme.coaches[0].email
    for n in (1, 2, 3):
        town.people.decide(f"{n}-1", "Decline", f"Words {n}.", coach)
    town.night()
    town.people.in_sheet("sort", coach, by="Name", descending=True)
    town.wait(timedelta(days=181))
    town.night()  # days that somebody has waited change once a day
    town.calls()
    town.wait(timedelta(days=1))
    report = town.night()
    assert report.problems == []
    assert [row["ID"] for row in town.rows()] == ["4-1"]
    header, *rows = archive(town)
    assert tuple(header) == ARCHIVE_TITLES
    assert [row[0] for row in rows] == ["1-1", "2-1", "3-1"]
    assert [row[header.index("Feedback")] for row in rows] == ["Words 1.", "Words 2.", "Words 3."]
    town.calls()
    assert town.night().changed_nothing
    assert without_tokens(town) == looks(4)
    town.people.in_sheet("type", coach, range="A8", value="'2-1")  # pasted: typed, it would become a date
    town.night()
    back = [row for row in town.rows() if row["ID"] == "2-1"]
    assert "row 2-1 stands below" in back[0]["Status"]
    assert (back[1]["Decision"], back[1]["Feedback"]) == ("Decline", "Words 2.")
