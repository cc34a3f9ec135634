"""A word that settles acts only as long as the sheet is seen to say it, and only if it is still allowed."""

from __future__ import annotations

from datetime import timedelta

from bridge.model import State
from bridge.plan.decisions import PUT_RIGHT
from bridge.plan.scrambles import SCRAMBLED
from bridge.plan.standing import Standing
from tests.core.desk import PLACE, POLICY, Desk, asked, returned, submission

SLOW = POLICY.__class__(POLICY.issuer_url, POLICY.key_id, settle=timedelta(minutes=10))


def decided(**changes: str) -> Desk:
    desk = asked(SLOW)
    desk.choose("1-1", "Approve", **changes)
    desk.look()
    return desk


def test_a_word_does_not_act_while_its_row_can_not_be_read() -> None:
    desk = decided()
    assert desk.review is not None
    desk.review[0][PLACE["Decision"]] = "Decission"
    desk.review[1][PLACE["Decision"]] = ""  # the coach took it back in time
    desk.now += timedelta(hours=1)
    desk.look()
    assert "issue:1-1" not in desk.known.effects
    desk.review[0][PLACE["Decision"]] = "Decision"
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING


def test_a_word_does_not_act_while_the_column_is_scrambled() -> None:
    desk = Desk()
    desk.submit(*(submission(f"r{n}", who=f"p{n}") for n in range(5)))
    desk.look()
    desk.choose("1-1", "Approve")
    desk.choose("2-1", "Approve")
    desk.look()
    desk.finish("issue:1-1")
    desk.finish("issue:2-1")
    desk.policy = SLOW
    desk.choose("5-1", "Approve")
    desk.look()
    for attempt_id, word in zip(desk.known.attempts, ("", "", "Approve", "Approve", "Approve"), strict=True):
        desk.choose(attempt_id, word)
    desk.now += timedelta(hours=1)
    learnt = desk.look()
    assert SCRAMBLED in learnt.notices.values()
    assert "issue:5-1" not in desk.known.effects


def test_who_decided_is_who_stands_there_when_it_acts() -> None:
    desk = decided()
    desk.choose("1-1", "Approve", reviewer="ruth@district.example")
    desk.look()
    desk.now += timedelta(minutes=10)
    desk.look()
    decision = desk.known.decision("1-1")
    assert decision is not None
    assert decision.enacted
    assert decision.reviewer == "ruth@district.example"


def test_a_word_that_is_allowed_no_more_does_not_act() -> None:
    desk = decided()
    assert desk.badges is not None
    desk.badges[1][6] = "no"
    desk.now += timedelta(minutes=10)
    desk.look()
    assert "issue:1-1" not in desk.known.effects
    assert "switched off" in desk.cell("1-1", "Status")


def test_a_word_heard_by_a_clock_that_was_wrong_settles_from_now_on() -> None:
    desk = asked(SLOW)
    right, desk.now = desk.now, desk.now + timedelta(days=900)
    desk.choose("1-1", "Approve")
    desk.look()
    desk.now = right
    desk.look()
    assert "2026-11-22 12:10" in desk.cell("1-1", "Status")
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.effect("issue:1-1").state is State.PLANNED


def test_words_of_another_row_are_put_right_before_a_decision_counts() -> None:
    """A write that met a sheet sorted meanwhile, or an old version of the sheet that somebody brought back."""
    desk = asked()
    desk.row("1-1")[PLACE["Reflection"]] = "The words of somebody else."
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status") == PUT_RIGHT
    assert desk.cell("1-1", "Reflection") == "It went well."
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_evidence_of_another_row_is_put_right_before_a_decision_counts() -> None:
    desk = asked()
    desk.row("1-1")[PLACE["Evidence"]] = "1. https://example.org/another"
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_a_second_thought_about_a_closed_row_is_not_held_up_by_its_words() -> None:
    desk = returned()
    desk.choose("1-1", "Approve", "Please add a photo.")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
