"""Badges that two must approve, where the decision form decides."""

from __future__ import annotations

import pytest

from bridge.plan.standing import Standing
from tests.core.answering import SLOW, form_desk, sent
from tests.core.second import ANN, BEA, RUTH, TEACHER, said


def test_two_coaches_answers_between_two_cycles_are_the_first_and_the_second_yes() -> None:
    desk = form_desk(SLOW, look="coach")
    desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Approve", by=BEA)
    desk.look()
    assert (desk.standing("1-1"), said(desk)) == (Standing.DECIDED, [(ANN, "Approve"), (BEA, "Approve")])
    desk.later(9)
    assert desk.standing("1-1") is Standing.DECIDED  # the second one can still change her mind
    desk.later(1)
    assert (desk.standing("1-1"), said(desk)) == (Standing.APPROVED, [(ANN, "Approve"), (BEA, "Approve")])


def test_the_second_yes_may_come_before_the_first_has_settled() -> None:
    desk = form_desk(SLOW, look="coach")
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.answer("1-1", "Approve", by=BEA)
    desk.later(5)
    desk.later(10)
    assert (desk.standing("1-1"), said(desk)) == (Standing.APPROVED, [(ANN, "Approve"), (BEA, "Approve")])


def test_the_second_yes_days_later() -> None:
    desk = form_desk(look="coach")
    sent("Approve", desk=desk)
    assert desk.status() == f"Approved by {ANN}; a second coach must approve, too."
    assert not desk.later(24 * 60).lesson.decisions
    sent("Approve", desk=desk)  # again by the first
    assert (desk.standing("1-1"), said(desk)) == (Standing.HALF_APPROVED, [(ANN, "Approve")])
    sent("Approve", by=BEA, desk=desk)
    assert (desk.standing("1-1"), said(desk)) == (Standing.APPROVED, [(ANN, "Approve"), (BEA, "Approve")])


def test_one_person_alone_is_not_two() -> None:
    desk = form_desk(look="coach")
    desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    assert (desk.standing("1-1"), said(desk)) == (Standing.HALF_APPROVED, [(ANN, "Approve")])


@pytest.mark.parametrize("order", [(ANN, RUTH), (RUTH, ANN), (ANN, BEA, RUTH), (ANN, RUTH, BEA)])
def test_a_coach_and_the_coordinator_in_any_order(order: tuple[str, ...]) -> None:
    desk = form_desk(look="coordinator")
    for who in order:
        desk.answer("1-1", "Approve", by=who)
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert {who for who, _ in said(desk)} == {ANN, RUTH}


def test_two_coaches_are_not_enough_where_the_coordinator_is_asked() -> None:
    desk = form_desk(look="coordinator")
    desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Approve", by=BEA)
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    assert f"Please let the coordinator approve, too: {RUTH}." in desk.status()


@pytest.mark.parametrize("settled", [True, False])
def test_the_second_one_disagrees(settled: bool) -> None:
    desk = form_desk(SLOW, look="coach")
    desk.answer("1-1", "Approve", by=ANN)
    desk.later(0)
    if settled:
        desk.later(10)
    desk.answer("1-1", "Return", "Please add a photo.", by=BEA)
    desk.later(1)
    desk.later(10)
    assert desk.standing("1-1") is Standing.RETURNED
    assert not desk.later().lesson.decisions


def test_after_a_no_in_between_both_approve_anew() -> None:
    desk = form_desk(look="coach")
    sent("Approve", by=ANN, desk=desk)
    desk.answer("1-1", "Hold", by=BEA)
    desk.answer("1-1", "Approve", by=TEACHER.replace("ana", "ann"))  # Ann, after Bea's Hold
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    desk.later()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    sent("Approve", by=BEA, desk=desk)
    assert desk.standing("1-1") is Standing.APPROVED


@pytest.mark.parametrize("how", ["deleted", "held", "no words"])
def test_the_first_yes_stands_only_as_long_as_its_answer_says_so(how: str) -> None:
    desk = form_desk(SLOW, look="coach")
    first = desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Approve", by=BEA)
    desk.look()
    if how == "deleted":
        desk.delete(first)
    elif how == "held":
        desk.edit(first, verdict="Hold")
    else:
        desk.edit(first, verdict="Return")
    desk.later(5)
    desk.later(30)
    desk.later(30)
    wanted = {"deleted": Standing.HALF_APPROVED, "held": Standing.HELD, "no words": Standing.HALF_APPROVED}
    assert desk.standing("1-1") is wanted[how]  # Bea's yes is the first one now, or Ann's Hold stands after it
    assert "issue:1-1" not in desk.known.effects


def test_the_second_yes_is_taken_back() -> None:
    desk = form_desk(SLOW, look="coach")
    desk.answer("1-1", "Approve", by=ANN)
    second = desk.answer("1-1", "Approve", by=BEA)
    desk.look()
    desk.delete(second)
    desk.later(5)
    desk.later(20)
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    assert "issue:1-1" not in desk.known.effects
