"""`badge-bridge export hours`, as the salary office gets it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .desk import Desk, Type


@pytest.fixture
def awarded(night: Desk) -> Desk:
    return night


def test_hours_as_csv(awarded: Desk, command: Type, tmp_path: Path) -> None:
    teacher, hours = awarded.programme.teachers[0], awarded.programme.badges[0].hours
    told = command("export", "hours")
    assert told.code == 0
    header, row = csv.reader(told.out.splitlines())
    assert header == ["School year", "Name", "E-mail", "School", "Badges", "Hours"]
    assert row[1:] == [teacher.name, teacher.email, "", "1", str(hours)]
    out = tmp_path / "hours.csv"
    said = command("export", "hours", "--school-year", row[0], "--out", str(out))
    assert (said.code, said.out) == (0, f"1 line written to {out}\n")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")  # by this mark Excel knows UTF-8
    assert out.read_text("utf-8-sig") == "\n".join(told.out.splitlines()) + "\n"
    assert command("export", "hours", "--decimal-comma").out.splitlines()[1].split(";") == [
        row[0],
        *row[1:5],
        str(hours).replace(".", ","),
    ]
    assert command("export", "hours", "--json").json["hours"][0]["E-mail"] == teacher.email


def test_hours_stand_in_a_tab_of_their_own(awarded: Desk) -> None:
    header, row = awarded.people.ask("GET", f"sheets/{awarded.programme.spreadsheet_id}/Hours")["rows"]
    assert header[-2:] == ["Badges", "Hours"]
    assert row[-2:] == ["1", str(awarded.programme.badges[0].hours)]


def test_a_year_without_badges(awarded: Desk, command: Type) -> None:
    told = command("export", "hours", "--school-year", "2001-02")
    assert told.code == 1
    assert "No badge was issued in the school year 2001-02." in told.err
    assert command("export", "hours", "--school-year", "soon").code == 2


def test_a_file_that_can_not_be_written(awarded: Desk, command: Type, tmp_path: Path) -> None:
    told = command("export", "hours", "--out", str(tmp_path / "nowhere" / "hours.csv"))
    assert told.code == 1
    assert "Name another file with --out." in told.err


def test_before_the_first_badge(desk: Desk, command: Type) -> None:
    command("run")
    told = command("export", "hours")
    assert told.code == 1
    assert "No badge was issued yet" in told.err
