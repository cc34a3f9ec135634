"""A rubric that changes while requests are under review: no Approve acts by levels that nobody can choose any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.plan.standing import Standing
from tests.core.answering import FORM, FormDesk
from tests.core.desk import COACH, POLICY, Desk, submission
from tests.core.rated import desk_with, good, rate, rubric
from tests.core.second import ANN

SLOW = replace(POLICY, settle=timedelta(minutes=10))
BEFORE = "Planning: not yet | meets* | exceeds"
AFTER = "Planning: not yet | nearly | meets* | exceeds"
ANEW = (
    "Please rate “Planning” anew: other levels can be chosen since this was approved. Is it right as it is? "
    "Then empty Decision, and choose Approve again once this sentence has changed."
)
LOOK = "Please look at “Planning” again: other levels can be chosen since it was rated here."


def later(desk: Desk, minutes: int = 20) -> None:
    desk.now += timedelta(minutes=minutes)
    desk.look()


def approve(desk: Desk, word: str = "meets", reviewer: str = COACH) -> None:
    rate(desk, "1-1", planning=word)
    desk.choose("1-1", "Approve", reviewer=reviewer)


def refused(desk: Desk) -> bool:
    return desk.cell("1-1", "Status") == ANEW and desk.known.orders == {}


# ── each moment ──────────────────────────────────────────────────────────────


def test_chosen_between_two_looks_at_which_the_levels_changed() -> None:
    """The coach saw the older drop-down: the bridge reads choice and change at once."""
    desk = desk_with(BEFORE)
    approve(desk)
    rubric(desk, AFTER)
    desk.look()
    assert refused(desk)
    later(desk)
    assert refused(desk)  # nothing but patience changes nothing


def test_rated_before_the_change_and_approved_after_it() -> None:
    """Status has asked for another look before the coach chose, and the row had its new drop-down."""
    desk = desk_with(BEFORE)
    rate(desk, "1-1", planning="meets")
    rubric(desk, AFTER)
    desk.look()
    assert desk.cell("1-1", "Status") == LOOK
    assert desk.scales is not None
    assert desk.scales.rows == ({"planning": ("not yet", "nearly", "meets", "exceeds")},)
    later(desk)
    assert desk.cell("1-1", "Status") == LOOK
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_while_the_approve_settles() -> None:
    desk = desk_with(BEFORE, SLOW)
    approve(desk)
    desk.look()
    assert desk.standing("1-1") is Standing.DECIDED
    rubric(desk, AFTER)
    later(desk)
    assert refused(desk)
    assert desk.known.decision("1-1") is None


@pytest.mark.parametrize("word", ["exceeds", "nearly"])
def test_rated_anew_it_is_judged_by_the_new_levels(word: str) -> None:
    desk = desk_with(BEFORE)
    approve(desk)
    rubric(desk, AFTER)
    desk.look()
    rate(desk, "1-1", planning=word)
    desk.look()
    enough = word == "exceeds"
    assert desk.standing("1-1") is (Standing.APPROVED if enough else Standing.WAITING)
    below = "“Approve” needs Planning at meets or above (now nearly)."
    assert enough or desk.cell("1-1", "Status") == below


def test_the_same_level_counts_once_approve_was_taken_out_for_a_look() -> None:
    desk = desk_with(BEFORE)
    approve(desk)
    rubric(desk, AFTER)
    desk.look()
    desk.choose("1-1", "")
    desk.look()
    assert desk.cell("1-1", "Status") == LOOK
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert desk.known.orders["1-1"].version == desk.known.achievements["first-aid"].version


def test_between_the_first_and_the_second_look() -> None:
    desk = desk_with(BEFORE, second_look="coach")
    approve(desk, reviewer="bea@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    rubric(desk, AFTER)
    desk.look()
    assert (desk.standing("1-1"), refused(desk)) == (Standing.WAITING, True)
    desk.choose("1-1", "Approve", reviewer="cai@district.example")
    desk.look()
    assert refused(desk)  # another name is no other rating
    approve(desk, "exceeds", reviewer="cai@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    desk.choose("1-1", "Approve", reviewer="bea@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_after_the_order_was_fixed_it_keeps_its_version() -> None:
    desk = desk_with(BEFORE)
    approve(desk)
    desk.look()
    order = desk.known.orders["1-1"]
    rubric(desk, AFTER)
    later(desk)
    assert (desk.standing("1-1"), desk.known.orders["1-1"]) == (Standing.APPROVED, order)
    assert desk.known.achievements["first-aid"].version != order.version
    assert desk.scales is not None
    assert desk.scales.rows == ({"planning": ("not yet", "meets", "exceeds")},)  # those it was approved by
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:1-1")
    later(desk)
    assert desk.cell("1-1", "Status") == "Issued 2026-11-22, and mailed."


def test_a_return_that_is_turned_into_an_approve_is_rated_anew() -> None:
    desk = desk_with(BEFORE)
    rate(desk, "1-1", planning="meets")
    desk.choose("1-1", "Return", "Please add a photo.")
    desk.look()
    desk.finish("tell-returned:1-1/1")
    rubric(desk, AFTER)
    desk.choose("1-1", "Approve", "Please add a photo.")
    desk.look()
    assert desk.standing("1-1") is Standing.RETURNED
    assert desk.cell("1-1", "Status").startswith(ANEW)


# ── what does change the levels, and what does not ───────────────────────────


@pytest.mark.parametrize(
    "cell",
    [
        "Planning: Not Yet | meets* | exceeds",  # another spelling
        "Planning: not yet* | meets | exceeds",  # less is needed
        "Planning: not yet | meets* | exceeds\nStyle: plain | rich",  # one more, which may be left open
        "",  # no rubric any more
    ],
)
def test_the_same_levels_stay_rated(cell: str) -> None:
    desk = desk_with(BEFORE, SLOW)
    approve(desk)
    desk.look()
    rubric(desk, cell)
    desk.look()
    later(desk)
    assert desk.standing("1-1") is Standing.APPROVED


def test_more_may_be_needed() -> None:
    desk = desk_with(BEFORE, SLOW)
    approve(desk)
    desk.look()
    rubric(desk, "Planning: not yet | meets | exceeds*")
    later(desk)
    assert desk.cell("1-1", "Status") == "“Approve” needs Planning at exceeds (now meets)."
    assert desk.known.orders == {}


def test_one_more_criterion_may_be_needed() -> None:
    desk = desk_with(BEFORE, SLOW)
    approve(desk)
    desk.look()
    rubric(desk, f"{BEFORE}\nDelivery: weak | good*")
    later(desk)
    assert desk.cell("1-1", "Status") == "“Approve” needs Delivery at good (not rated yet)."
    rate(desk, "1-1", delivery="good")
    desk.look()
    later(desk)
    assert desk.standing("1-1") is Standing.APPROVED


def test_only_what_changed_is_to_be_rated_anew() -> None:
    desk = desk_with()
    good(desk)
    desk.choose("1-1", "Approve")
    rubric(desk, f"{AFTER}\nDelivery: weak | fair | good*")
    desk.look()
    assert refused(desk)
    rate(desk, "1-1", planning="exceeds")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_a_level_that_is_gone_is_no_level() -> None:
    desk = desk_with(BEFORE)
    approve(desk, "exceeds")
    rubric(desk, "Planning: no | yes*")
    desk.look()
    assert desk.cell("1-1", "Status") == "“exceeds” is no level of Planning. Choose one of: no, yes."
    assert desk.known.orders == {}


def test_levels_that_changed_while_the_tab_could_not_be_read_have_changed_all_the_same() -> None:
    desk = desk_with(BEFORE, SLOW)
    approve(desk)
    desk.look()
    assert desk.review is not None
    place = desk.review[0].index("Decision")
    desk.review[0][place] = "Verdict"
    rubric(desk, AFTER)
    later(desk)
    desk.review[0][place] = "Decision"
    later(desk)
    assert refused(desk)


def test_levels_that_changed_while_the_row_was_there_twice_have_changed_all_the_same() -> None:
    desk = desk_with(BEFORE)
    approve(desk)
    assert desk.review is not None
    desk.review.append(list(desk.row("1-1")))
    rubric(desk, AFTER)
    desk.look()
    desk.review.pop()
    desk.look()
    assert refused(desk)


# ── columns that come and go ─────────────────────────────────────────────────


def test_a_criterion_that_is_no_longer_asked_for_leaves_its_column_to_people() -> None:
    desk = desk_with(BEFORE)
    rate(desk, "1-1", planning="meets")
    rubric(desk, "")
    desk.look()
    assert desk.cell("1-1", "Planning") == "meets"
    assert desk.scales is not None
    assert desk.scales.rows == ({},)
    rubric(desk, BEFORE)
    desk.look()
    assert desk.review is not None
    assert desk.review[0].count("Planning") == 1
    assert desk.scales.rows == ({"planning": ("not yet", "meets", "exceeds")},)


def test_a_badge_that_is_switched_off_keeps_its_columns_while_a_row_waits() -> None:
    desk = desk_with(BEFORE)
    assert desk.badges is not None
    desk.badges[1][desk.badges[0].index("Active")] = "no"
    desk.look()
    desk.criteria.clear()
    assert desk.review is not None
    place = desk.review[0].index("Planning")
    for row in desk.review:
        row.pop(place)
    desk.look()
    assert "Planning" in desk.review[0]


def test_a_column_that_was_deleted_approves_nothing_and_comes_back() -> None:
    desk = desk_with(BEFORE)
    approve(desk)
    assert desk.review is not None
    place = desk.review[0].index("Planning")
    for row in desk.review:
        row.pop(place)
    desk.look()
    assert desk.cell("1-1", "Status") == "“Approve” needs Planning at meets or above (not rated yet)."
    assert desk.cell("1-1", "Planning") == ""


def test_a_row_that_comes_back_brings_the_ratings_that_have_acted() -> None:
    desk = desk_with(BEFORE, second_look="coach")
    approve(desk, reviewer="bea@district.example")
    desk.look()
    assert desk.review is not None
    desk.review.remove(desk.row("1-1"))
    desk.look()
    assert (desk.cell("1-1", "Decision"), desk.cell("1-1", "Planning")) == ("Approve", "meets")
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED


def test_a_tab_that_is_made_again_has_the_columns_and_what_has_acted() -> None:
    desk = desk_with(BEFORE, second_look="coach")
    approve(desk, reviewer="bea@district.example")
    desk.look()
    desk.review = None
    desk.known.facts["rebuild"] = "yes"
    desk.look()
    assert (desk.cell("1-1", "Decision"), desk.cell("1-1", "Planning")) == ("Approve", "meets")
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED


def test_at_rest_nothing_is_written() -> None:
    desk = desk_with()
    good(desk)
    desk.look()
    writes = []
    desk.rate = writes.append  # type: ignore[method-assign, assignment]
    desk.look()
    assert writes == []


# ── the decision form ────────────────────────────────────────────────────────


def answered(desk: FormDesk, word: str) -> None:
    desk.edit(desk.answer("1-1", "Approve", by=ANN), ratings=f"Planning: {word}")


def test_where_answers_count_a_later_answer_rates_anew() -> None:
    desk = FormDesk(FORM)
    rubric(desk, BEFORE)
    desk.submit(submission())
    desk.look()
    answered(desk, "meets")
    rubric(desk, AFTER)
    desk.later()
    told = "Please rate “Planning” anew: other levels can be chosen since this was approved. Answer once more, also if "
    assert desk.status().startswith(told)
    desk.later()
    assert desk.status().startswith(told)
    answered(desk, "meets")
    desk.later()
    assert desk.standing("1-1") is Standing.APPROVED
