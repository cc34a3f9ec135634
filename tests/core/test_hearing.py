"""Words that were said elsewhere stand in the place of those in the cells."""

from __future__ import annotations

from bridge.plan.decisions import Sorted
from bridge.plan.hearing import Said, in_words_of
from bridge.review import Row

ROWS = Sorted(
    good={
        "1-1": Row(1, "1-1", "Approve", "Well done", "x@y.example", {"ID": "1-1"}, {"Planning": "meets"}),
        "2-1": Row(2, "2-1", "Decline", "No", "x@y.example", {"ID": "2-1"}),
    },
    twice={"3-1": [Row(3, "3-1", "Approve", "", ""), Row(4, "3-1", "Return", "", "")]},
)


def test_words_said_elsewhere_take_the_place_of_those_in_the_row() -> None:
    said = Said("1-1", "Return", "Not yet", "cleo@d.example", {"Planning": "not yet"})
    heard = in_words_of(ROWS, {"1-1": said})
    row = heard.good["1-1"]
    assert (row.verdict, row.feedback, row.reviewer) == ("Return", "Not yet", "cleo@d.example")
    assert row.ratings == {"Planning": "not yet"}
    assert (row.position, row.cells) == (1, {"ID": "1-1"})  # where it stands, and what it shows, is not said


def test_a_row_of_which_nothing_is_said_says_nothing() -> None:
    row = in_words_of(ROWS, {}).good["2-1"]
    assert (row.verdict, row.feedback, row.reviewer, row.ratings) == ("", "", "", {})
    assert in_words_of(ROWS, {}).twice == ROWS.twice
