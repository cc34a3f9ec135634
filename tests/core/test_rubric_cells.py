"""The column Rubric of the tab Badges: what may stand there, what is said of it, and what it makes of a badge."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Criterion
from bridge.plan.catalogue import MILESTONE, PREREQUISITES, RUBRIC, TITLES
from bridge.plan.rubric import LONGEST, MOST_CRITERIA, MOST_LEVELS, say_rubric, to_rubric
from bridge.review import COLUMNS, fold
from tests.core.test_badge_cells import desk_with

STATUS = TITLES.index("Status")
PLANNING = Criterion("Planning", ("not yet", "meets", "exceeds"), "meets")


def test_a_line_is_a_criterion_and_the_star_marks_what_approve_needs() -> None:
    assert to_rubric("Planning: not yet | meets* | exceeds\n\n  Delivery :1|2| 3 |4 * ") == (
        PLANNING,
        Criterion("Delivery", ("1", "2", "3", "4"), "4"),
    )


def test_a_line_without_a_star_may_be_left_open() -> None:
    assert to_rubric("Planning：no｜yes: of course") == (Criterion("Planning", ("no", "yes: of course")),)


def test_an_empty_cell_is_no_rubric() -> None:
    assert to_rubric(" \n\u200b\n") == ()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("Planning", "does not read like Planning: not yet | meets* | exceeds"),
        (": no | yes", "does not read like"),
        ("Planning: not yet, meets, exceeds", "“Planning” needs 2 to 8 levels with | between them"),
        ("Planning:", "“Planning” needs 2 to 8 levels"),
        ("Planning: " + "|".join(f"level {n}" for n in range(MOST_LEVELS + 1)), "“Planning” needs 2 to 8 levels"),
        ("Planning: no || yes", "“Planning” has an empty level"),
        ("Planning: no | * | yes", "“Planning” has an empty level"),
        ("Planning: no | Yes | yes*", "two levels of “Planning” are alike"),
        ("Planning: no* | yes*", "“Planning” has 2 stars; mark only the lowest level"),
        ("Planning: no | yes\nplanning : no | yes", "“planning” is there twice"),
        ("decision: no | yes", "the tab Review has the column “Decision” already"),
        ("decide: no | yes", "the tab Review has the column “Decide” already"),
        ("With: no | yes", "the tab Review has the column “With” already"),
        ("Planning: no | =1+1", "the level “=1+1” of “Planning” must be a whole number, or begin with"),
        ("Planning: 50% | 100%", "the level “50%” of “Planning” must be a whole number"),
        ("Planning: 01 | 2", "the level “01” of “Planning” must be a whole number"),
        ("Planning: 1/2 | 2/2", "the level “1/2” of “Planning” must be a whole number"),
        (f"{'P' * (LONGEST + 1)}: no | yes", "is longer than 60 characters"),
        (f"Planning: no | {'y' * (LONGEST + 1)}", "is longer than 60 characters"),
        ("\n".join(f"C{n}: no | yes" for n in range(MOST_CRITERIA + 1)), "there are 11 criteria; 10 are the most"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_cure(cell: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^Rubric: ") as refused:
        to_rubric(cell)
    assert words in str(refused.value)


@pytest.mark.parametrize("title", [column.title for column in COLUMNS])
def test_no_criterion_bears_the_title_of_a_column_of_review(title: str) -> None:
    with pytest.raises(ValueError, match="Give it another title"):
        to_rubric(f"{title.upper()}: no | yes")


@given(
    st.lists(st.sampled_from(["A", "b", ":", "|", "*", "\n", " ", "é", "1", "=", "\u200f"]), max_size=30).map("".join)
)
def test_whatever_is_written_is_understood_or_refused(cell: str) -> None:
    rubric: tuple[Criterion, ...] = ()
    with suppress(ValueError):
        rubric = to_rubric(cell)
    for one in rubric:
        assert one.needed in (*one.levels, "")
        assert len({fold(level) for level in one.levels}) == len(one.levels) >= 2


def test_what_was_understood_is_told_in_status() -> None:
    assert say_rubric(to_rubric("A: no | yes*\nB: no | yes")) == "Approve needs A: yes"
    assert say_rubric(to_rubric("A: no | yes")) == "may be rated; Approve needs no level"
    table = desk_with({RUBRIC: "Planning: not yet | meets* | exceeds"})
    table.look()
    assert table.badges is not None
    assert table.badges[1][STATUS] == "In use; Approve needs Planning: meets"


def test_a_rubric_makes_a_new_version_and_an_empty_cell_makes_none() -> None:
    table = desk_with({RUBRIC: ""})
    table.look()
    before = table.known.achievements["first-aid"]
    assert before.version == "c19ddf0ba59a"  # as older ledgers know it
    assert table.badges is not None
    table.badges[1][-1] = "Planning: not yet | meets* | exceeds"
    table.look()
    after = table.known.achievements["first-aid"]
    assert (after.version != before.version, after.rubric) == (True, (PLANNING,))
    assert table.known.versions["first-aid", before.version] == before
    assert table.known.achievements["co-teaching"].rubric == ()


def test_what_is_wrong_leaves_the_last_good_rubric_in_force() -> None:
    table = desk_with({RUBRIC: "Planning: not yet | meets* | exceeds"})
    table.look()
    assert table.badges is not None
    table.badges[1][-1] = "Planning: not yet, meets, exceeds"
    table.look()
    assert table.known.achievements["first-aid"].rubric == (PLANNING,)
    assert table.badges[1][STATUS].endswith("The last good version stays in force.")


def test_a_title_that_is_lost_takes_no_rubric_away() -> None:
    table = desk_with({RUBRIC: "Planning: not yet | meets* | exceeds"})
    table.look()
    version = table.known.achievements["first-aid"].version
    assert table.badges is not None
    table.badges[0][-1] = "Rubrics"
    learnt = table.look()
    assert table.known.achievements["first-aid"].rubric == (PLANNING,)
    assert table.known.achievements["first-aid"].version == version
    assert any("“Rubric” is gone, and what it said stays" in one.sentence for one in learnt.lesson.problems)


def test_a_badge_that_comes_by_itself_has_nobody_to_rate_it() -> None:
    table = desk_with({RUBRIC: "A: no | yes", PREREQUISITES: "co-teaching", MILESTONE: "by itself"})
    table.look()
    assert table.badges is not None
    assert table.badges[1][STATUS].startswith("Rubric and Milestone don't go together")
