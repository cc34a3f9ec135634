"""Which row holds the titles, where people inserted rows above it."""

from __future__ import annotations

import pytest

from bridge.review import REQUIRED, titles_on_top

Rows = tuple[tuple[str, ...], ...]
NOTE, ROW = ("Autumn term",), ("1-1", "2026-11-02", "Ana", "ana@lakeview.example")


@pytest.mark.parametrize(
    ("values", "turned", "at"),
    [
        ((NOTE, REQUIRED, ROW), (REQUIRED, NOTE, ROW), 1),
        ((NOTE, (), ROW, REQUIRED, ROW), (REQUIRED, NOTE, (), ROW, ROW), 3),
        (((), tuple(f" {title.upper()} " for title in REQUIRED)), None, 1),
        ((NOTE, REQUIRED[1:], ROW), (REQUIRED[1:], NOTE, ROW), 1),
    ],
)
def test_the_row_of_titles_comes_first_and_the_others_keep_their_order(
    values: Rows, turned: Rows | None, at: int
) -> None:
    assert titles_on_top(values, REQUIRED) == (turned or values[::-1], at)


@pytest.mark.parametrize(
    "values",
    [
        (),
        (REQUIRED, ROW),
        (REQUIRED, ROW, REQUIRED),
        (NOTE, REQUIRED, REQUIRED, ROW),
        (NOTE, ("ID", "Decision", "Status"), ROW),
        (*[NOTE] * 20, REQUIRED, ROW),
    ],
)
def test_where_that_is_the_first_row_or_nobody_knows_all_stays_as_it_is(values: Rows) -> None:
    assert titles_on_top(values, REQUIRED) == (values, 0)
