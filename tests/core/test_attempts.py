"""How many attempts a badge allows: what a coach is told, and that no teacher is promised one too many."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.model import Known
from bridge.plan.attempts import number_of
from bridge.plan.catalogue import MOST_ATTEMPTS
from bridge.plan.standing import Standing
from tests.core.desk import BADGES, Desk, submission


def limited(most: str) -> Desk:
    desk = Desk()
    limit(desk, most)
    desk.submit(submission())
    desk.look()
    return desk


def limit(desk: Desk, most: str) -> None:
    desk.badges = [[*BADGES[0], MOST_ATTEMPTS], *([*row, most] for row in BADGES[1:])]


def return_and_try_again(desk: Desk, n: int) -> None:
    """The coach returns attempt *n*, the teacher sends the form again."""
    desk.choose(f"1-{n}", "Return", f"Please add a photo ({n}).")
    desk.look()
    desk.submit(submission(f"again {n}", stamp=f"2026-11-2{n}T09:00:00Z"))
    desk.look()


def number(known: Known, attempt_id: str) -> int:
    return number_of(known, known.attempts[attempt_id])


def test_the_last_attempt_can_not_be_returned_and_the_coach_knows_before() -> None:
    desk = limited("2")
    assert desk.cell("1-1", "Status") == "Waiting for a decision."
    return_and_try_again(desk, 1)
    assert desk.standing("1-2") is Standing.WAITING
    assert "Attempt 2 of 2, the last one: it can't be returned." in desk.cell("1-2", "Status")
    desk.choose("1-2", "Return", "One more photo.")
    desk.look()
    assert desk.cell("1-2", "Status") == "This was attempt 2 of 2: choose Approve or Decline."
    assert desk.standing("1-2") is Standing.WAITING
    assert "tell-returned:1-2/1" not in desk.known.effects
    desk.choose("1-2", "Decline", "It is not enough.")
    desk.look()
    assert desk.standing("1-2") is Standing.DECLINED


def test_after_a_decline_the_teacher_may_ask_anew_and_is_counted_anew() -> None:
    desk = limited("1")
    desk.choose("1-1", "Decline", "Not this year.")
    desk.look()
    desk.submit(submission("next year"))
    desk.look()
    assert desk.standing("2-1") is Standing.WAITING
    assert number(desk.known, "2-1") == 1


def test_a_declined_last_attempt_can_not_be_returned_afterwards() -> None:
    desk = limited("1")
    desk.choose("1-1", "Decline", "Not this year.")
    desk.look()
    desk.choose("1-1", "Return", "Try again after all.")
    desk.look()
    assert desk.standing("1-1") is Standing.DECLINED
    assert desk.cell("1-1", "Status").startswith("This was attempt 1 of 1: choose Approve or Decline.")


def test_an_answer_sent_twice_or_edited_takes_no_attempt_away() -> None:
    desk = limited("2")
    desk.submit(submission("twice", stamp="2026-11-20T09:00:00Z"))
    desk.look()
    assert desk.standing("1-1") is Standing.SUPERSEDED
    assert number(desk.known, "1-2") == 1
    return_and_try_again(desk, 2)
    assert number(desk.known, "1-3") == 2


def test_who_was_promised_another_attempt_gets_it_although_the_limit_was_lowered_since() -> None:
    desk = limited("3")
    desk.choose("1-1", "Return", "Please add a photo.")
    desk.look()
    limit(desk, "1")
    desk.submit(submission("again", stamp="2026-11-21T09:00:00Z"))
    desk.look()
    assert desk.standing("1-2") is Standing.WAITING
    desk.choose("1-2", "Return", "And another.")
    desk.look()
    assert desk.cell("1-2", "Status").startswith("This was attempt 2, and this badge allows 1: choose Approve")


def test_a_return_that_had_not_acted_is_void_when_the_limit_is_lowered() -> None:
    desk = limited("2")
    return_and_try_again(desk, 1)
    limit(desk, "")
    desk.look()
    desk.policy = replace(desk.policy, settle=timedelta(minutes=10))
    desk.choose("1-2", "Return", "One more photo.")
    desk.look()
    assert desk.standing("1-2") is Standing.DECIDED
    limit(desk, "2")
    desk.look()
    assert desk.standing("1-2") is Standing.WAITING
    assert "tell-returned:1-2/1" not in desk.known.effects


def test_without_a_limit_a_request_may_be_returned_again_and_again() -> None:
    desk = limited("")
    for n in range(1, 5):
        return_and_try_again(desk, n)
    assert number(desk.known, "1-5") == 5
    assert desk.cell("1-5", "Status") == "Waiting for a decision."
