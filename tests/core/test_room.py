"""What is too much for one write comes in the next cycles, in the order of the requests, and nothing is lost by it."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.plan import room
from bridge.plan.learning import REBUILD
from bridge.plan.room import REVIEW_BYTES, Room
from bridge.plan.standing import Standing
from bridge.ports import Patch, Rows
from bridge.review import COLUMNS, DECISION, ID, REFLECTION, REVIEWER, Linked, Noted
from bridge.sheet_requests import append, notes, patch
from tests.core.desk import HEADER, Desk, submission

ADDRESS = "https://drive.google.com/open?id=1AbCdEfGhIjKlMnOpQrStUvWxYz012345"


def crowd(number: int = 9) -> Desk:
    desk = Desk()
    desk.submit(*(submission(f"r{n}", who=f"p{n}") for n in range(number)))
    return desk


def ids(desk: Desk) -> list[str]:
    assert desk.review is not None
    return [row[0] for row in desk.review[1:]]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for some three rows, or the Status of six."""
    monkeypatch.setattr(Room.__init__, "__defaults__", ((), 6_500))


@pytest.mark.usefixtures("narrow")
def test_rows_that_have_no_room_come_in_the_next_cycles() -> None:
    desk, grown = crowd(), []
    for _ in range(6):
        desk.look()
        grown.append(len(ids(desk)))
    assert 1 < grown[0] < grown[1] < 9
    assert grown[-1] == 9
    assert ids(desk) == [f"{n}-1" for n in range(1, 10)]
    assert all(desk.cell(attempt_id, "Status") == "Waiting for a decision." for attempt_id in ids(desk))
    assert not desk.look().lesson


@pytest.mark.usefixtures("narrow")
def test_what_changes_in_all_rows_changes_bit_by_bit() -> None:
    desk = crowd()
    for _ in range(6):
        desk.look()
    for response in tuple(desk.responses.values()):
        desk.choose(f"{int(response.response_id[1:]) + 1}-1", "Hold")
    held = []
    for _ in range(6):
        desk.look()
        held.append(sum(desk.cell(attempt_id, "Status").startswith("On hold") for attempt_id in ids(desk)))
    assert 1 < held[0] < held[-1] == 9


@pytest.mark.usefixtures("narrow")
def test_a_tab_that_is_made_again_in_parts_takes_no_decision_back() -> None:
    desk = crowd()
    for _ in range(6):
        desk.look()
    for attempt_id in ids(desk):
        desk.choose(attempt_id, "Hold")
    for _ in range(6):
        desk.look()
    desk.now += timedelta(hours=1)
    desk.look()
    before = deepcopy(desk.known.decisions)
    desk.review = None
    desk.known.facts[REBUILD] = "yes"
    desk.look()
    assert 1 < len(ids(desk)) < 9
    for _ in range(6):
        desk.look()
    assert ids(desk) == [f"{n}-1" for n in range(1, 10)]
    assert desk.known.decisions == before
    for attempt_id in ids(desk):
        assert desk.standing(attempt_id) is Standing.HELD
        assert desk.cell(attempt_id, DECISION) == "Hold"


@pytest.mark.parametrize("coaches", [(), tuple(f"coach.number.{n}@district.example" for n in range(100))], ids=len)
@pytest.mark.parametrize(
    "words", ["My class asks its own questions now. ", "Mañana es «otro» día – ", "授業が変わりました"]
)
def test_what_fits_is_less_than_google_takes(words: str, coaches: tuple[str, ...]) -> None:
    cells = {column.title: "2026-11-20" for column in COLUMNS}
    cells |= {"Evidence": Linked(f"1. ✓ Plan\n{ADDRESS}", (6, 10, ADDRESS)), REFLECTION: words * 20}
    cells[ID] = Noted("1-1", f"2026-11-20 1-1 returned by ruth@district.example: “{words}”\n" * 16)
    row = tuple(cells[column.title] for column in COLUMNS)
    left, rows = Room(coaches), 0
    while left.takes_row(row):
        rows += 1
    assert 200 < rows < 5_000
    made: Rows = (row,) * rows
    columns = [replace(one, choices=coaches) if one.title == REVIEWER else one for one in COLUMNS]
    size = len(json.dumps(append(1, made, HEADER, columns)))
    assert REVIEW_BYTES / 3 < size < REVIEW_BYTES


@pytest.mark.parametrize("words", ["Please show more. ", "授業が変わりました"])
def test_what_fits_of_histories_is_less_than_google_takes(words: str) -> None:
    """Each in a row by itself, which takes a request of its own."""
    note = f"2026-11-20 1-1 returned by ruth@district.example: “{words}”\n" * 16
    left, rows = Room(), 0
    while left.takes(["Returned; the teacher was told."], note):
        rows += 1
    told = [Patch(2 * row, 13, "Returned; the teacher was told.") for row in range(rows)]
    size = len(json.dumps([*patch(1, told), *notes(1, (Patch(one.row, 0, note) for one in told))]))
    assert REVIEW_BYTES / 3 < size < REVIEW_BYTES


def test_one_row_always_has_room() -> None:
    assert Room(size=10).takes_row(["x" * 50_000])


def test_numbers_weigh_little() -> None:
    assert room.weight(3) < room.weight("é" * 7)
