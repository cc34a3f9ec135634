"""What a dry run tells, and how fast a large programme is thought through."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bridge.cli.work import cells_of
from bridge.google import Google
from bridge.ports import Change, Patch
from bridge.review import COLUMNS
from bridge.sheet_keeping import ReviewLook
from bridge.sheets import GoogleSheet, review_sheet_id
from tests.core.desk import Desk, submission

MADE = review_sheet_id("sheet")


def test_a_dry_run_names_each_cell_that_would_change() -> None:
    change = Change(review=(Patch(1, 10, "Waiting."), Patch(41, 27, "x")), catalogue=(Patch(2, 7, "In use"),))
    assert list(cells_of(change)) == [
        ("Review", "K2", "Waiting."),
        ("Review", "AB42", "x"),
        ("Badges", "H3", "In use"),
    ]


class OneSheet:
    """As much of Google as a look at a spreadsheet needs: tabs by number."""

    def __init__(self, titles: dict[int, str]) -> None:
        self.titles = titles
        self.gspread = self

    def call(self, errand: object, act: Callable[[], Any], **how: object) -> Any:
        return act()

    def fetch_sheet_metadata(self, spreadsheet: str, params: object) -> Any:
        return {"sheets": [{"properties": {"sheetId": n, "title": title}} for n, title in self.titles.items()]}

    def request(self, *what: object, json: Any) -> Any:
        return SimpleNamespace(json=dict)


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        ({MADE: "Review"}, MADE),
        ({MADE: "Review 2025", 7: "review "}, MADE),
        ({MADE: "Review 2025", 7: "Review"}, 7),
        ({7: " review"}, 7),
        ({7: "Notes"}, None),
    ],
)
def test_the_tab_that_the_bridge_made_is_found_before_one_that_is_called_alike(
    titles: dict[int, str], found: int | None
) -> None:
    google = cast("Google", OneSheet(titles))
    tab = GoogleSheet(google, "sheet", "Review", "Badges", ReviewLook(COLUMNS)).read().review
    assert (tab and tab.sheet_id) == found


@pytest.mark.slow
def test_ten_thousand_requests_are_thought_through_in_seconds() -> None:
    """In computing time, with room for a slow machine: what grows with the square of it takes minutes."""
    desk = Desk()
    desk.submit(*(submission(f"r{n}", who=f"p{n}") for n in range(10_000)))
    started = time.process_time()
    desk.look()
    for n in range(1, 10_001):
        desk.known.shown[f"{n}-1"] = 1
    desk.look()
    assert desk.review is not None
    place = desk.review[0].index("Decision")
    for row in desk.review[1:]:
        row[place] = "Approve"
    desk.look()
    assert not desk.look().lesson
    assert time.process_time() - started < 20
