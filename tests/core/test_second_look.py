"""Badges that two people must approve: who may be the second, and what ends the first yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.mail import Sender, Voice, compose
from bridge.model import State
from bridge.plan.allowed import NAMELESS
from bridge.plan.standing import Standing
from tests.core.desk import submission
from tests.core.second import ANN, BEA, CORA, LISTED, RUTH, SLOW, TEACHER, half_approved, said, say, wanting

S = Standing
ISSUE = "issue:1-1"


def test_one_approve_issues_nothing_and_says_who_is_awaited() -> None:
    desk = half_approved(LISTED)
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert not desk.known.orders
    assert desk.known.effects.keys() == {"tell-received:1-1"}
    assert desk.cell("1-1", "Status") == (
        f"Approved by {ANN}; a second coach must approve, too: put your own address into Reviewer, and leave Approve "
        "as it is."
    )
    assert not desk.look().lesson


def test_the_second_one_issues_the_badge_once() -> None:
    desk = half_approved(LISTED)
    desk.now += timedelta(days=1)
    say(desk, BEA.title(), words="Well done.")
    assert desk.standing("1-1") is S.APPROVED
    assert desk.known.orders["1-1"].issued_on == desk.now
    assert said(desk) == [(ANN, "Approve"), (BEA.title(), "Approve")]
    desk.finish(ISSUE)
    message = compose(desk.effect("tell-issued:1-1"), desk.known, Voice("Badges", Sender("b@x.example", "Badges")))
    assert "Well done." in message.text
    assert not desk.look().lesson


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("", "Please choose your address in Reviewer; only the programme's coaches may decide this."),
        (CORA, "Please choose your address in Reviewer; only the programme's coaches may decide this."),
        (RUTH, "Please choose your address in Reviewer; only the programme's coaches may decide this."),
        (TEACHER, "Nobody may approve a request of their own: please ask another coach."),
        (
            "ann+second@district.example",
            "Please let somebody else approve, too: ann+second@district.example and",
        ),
    ],
)
def test_whoever_can_not_be_the_second_is_told_why(who: str, sentence: str) -> None:
    desk = half_approved(replace(LISTED, coaches=LISTED.coaches | {"ann+second@district.example"}))
    say(desk, who)
    assert desk.standing("1-1") is S.HALF_APPROVED
    status = desk.cell("1-1", "Status")
    assert status.startswith(sentence)
    assert f"(Approved by {ANN}; a second coach" in status
    assert said(desk) == [(ANN, "Approve")]
    assert not desk.look().lesson


@pytest.mark.parametrize("who", [ANN, ANN.upper()])
def test_the_same_person_twice_is_one(who: str) -> None:
    desk = half_approved()
    say(desk, who, words="Said again.")
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert not desk.look().lesson


@pytest.mark.parametrize("who", ["", "Ann", f"{ANN} {BEA}"])
def test_two_people_must_be_told_apart(who: str) -> None:
    desk = wanting("coach")
    say(desk, who)
    assert desk.standing("1-1") is S.WAITING
    assert desk.cell("1-1", "Status") == NAMELESS
    desk = half_approved()
    say(desk, who)
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert desk.cell("1-1", "Status").startswith(NAMELESS)


# ── the coordinator ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(("first", "second"), [(ANN, RUTH), (RUTH, ANN)])
def test_a_coach_and_the_coordinator_approve_in_any_order(first: str, second: str) -> None:
    desk = half_approved(LISTED, "coordinator", first)
    assert desk.standing("1-1") is S.HALF_APPROVED
    say(desk, second)
    assert desk.standing("1-1") is S.APPROVED


def test_two_coaches_are_not_enough_where_the_coordinator_is_asked() -> None:
    desk = half_approved(LISTED, "coordinator")
    assert desk.cell("1-1", "Status") == (
        f"Approved by {ANN}; the coordinator must approve, too, with {RUTH} in Reviewer."
    )
    say(desk, BEA)
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert desk.cell("1-1", "Status").startswith(
        f"Please let the coordinator approve, too, with {RUTH} in Reviewer. (Approved by {ANN};"
    )


def test_the_coordinator_first_waits_for_a_coach() -> None:
    desk = half_approved(LISTED, "coordinator", RUTH)
    assert desk.cell("1-1", "Status").startswith(f"Approved by {RUTH}; a coach must approve, too: put your own address")


def test_the_coordinator_is_no_coach_elsewhere() -> None:
    desk = wanting("coordinator", LISTED)
    desk.submit(submission("r2", badge="Co-Teaching"))
    desk.look()
    say(desk, RUTH, attempt_id="2-1")
    assert desk.standing("2-1") is S.WAITING
    say(desk, ANN)
    say(desk, RUTH)
    desk.finish(ISSUE)
    say(desk, RUTH, "Revoke", "A slip.")
    assert desk.standing("1-1") is S.ISSUED


# ── the first yes ends ───────────────────────────────────────────────────────


@pytest.mark.parametrize(("verdict", "at"), [("Return", S.RETURNED), ("Decline", S.DECLINED)])
def test_a_no_of_the_second_ends_the_first_yes_and_the_teacher_hears_once(verdict: str, at: Standing) -> None:
    desk = half_approved()
    say(desk, BEA, verdict, "Please add a photo.")
    assert desk.standing("1-1") is at
    told = [key for key in desk.known.effects if key.startswith(("tell-returned", "tell-declined"))]
    assert told == [f"tell-{verdict.lower()}{'e' * (verdict == 'Return')}d:1-1/2"]
    desk.finish(told[0])
    say(desk, CORA)  # a mistaken no is mended: both are asked anew
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert f"Approved by {CORA};" in desk.cell("1-1", "Status")
    say(desk, ANN)
    assert desk.standing("1-1") is S.APPROVED


def test_a_no_needs_words_of_the_second() -> None:
    desk = wanting("coach")
    say(desk, ANN, words="Well done.")
    say(desk, BEA, "Return", "Well done.")
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert "needs words of its own" in desk.cell("1-1", "Status")


def test_a_hold_ends_the_first_yes() -> None:
    desk = half_approved()
    say(desk, BEA, "Hold")
    assert desk.standing("1-1") is S.HELD
    say(desk, BEA)
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert f"Approved by {BEA};" in desk.cell("1-1", "Status")
    assert not desk.known.orders


@pytest.mark.parametrize("verdict", ["", "Hold"])
def test_an_emptied_cell_takes_the_first_yes_back(verdict: str) -> None:
    desk = half_approved()
    say(desk, ANN, verdict)
    say(desk, ANN, "")
    assert desk.standing("1-1") is S.WAITING
    say(desk, BEA)
    assert desk.standing("1-1") is S.HALF_APPROVED


def test_a_first_yes_of_somebody_who_is_no_coach_any_more_ends() -> None:
    desk = half_approved(LISTED)
    desk.policy = replace(LISTED, coaches=frozenset({BEA, CORA}))
    desk.look()
    assert desk.standing("1-1") is S.WAITING
    say(desk, BEA)
    assert desk.standing("1-1") is S.HALF_APPROVED
    say(desk, CORA)
    assert desk.standing("1-1") is S.APPROVED


def test_a_first_yes_about_a_badge_that_is_switched_off_ends() -> None:
    desk = half_approved()
    assert desk.badges is not None
    desk.badges[1][6] = "no"
    desk.look()
    assert desk.standing("1-1") is S.WAITING
    desk.badges[1][6] = "yes"
    desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED


def test_one_person_is_approved_once_for_a_badge() -> None:
    desk = half_approved()
    desk.submit(submission("r2", badge="Swimming"))
    desk.look()
    desk.known.requests[2] = replace(desk.known.requests[2], achievement="first-aid")
    say(desk, ANN, attempt_id="2-1")
    assert desk.cell("2-1", "Status").startswith("Request 1 already stands for this badge")
    assert desk.standing("1-1") is S.HALF_APPROVED


# ── while a word settles ─────────────────────────────────────────────────────


def test_both_words_settle() -> None:
    desk = wanting("coach", SLOW)
    say(desk, ANN)
    assert desk.cell("1-1", "Status") == (
        f"Approve noted; it takes effect after 2026-11-22 12:10. It is that of {ANN}; a second one is needed after it. "
        "Empty the cell to take it back."
    )
    desk.now += timedelta(minutes=10)
    desk.look()
    say(desk, BEA)
    assert desk.standing("1-1") is S.DECIDED
    assert desk.cell("1-1", "Status") == (
        f"Approve noted; it takes effect after 2026-11-22 12:20. It is the second one, by {BEA} after {ANN}. To take "
        f"it back, put {ANN} into Reviewer again; empty the cell to take back both."
    )
    assert not desk.known.orders
    assert not desk.look().lesson
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.effect(ISSUE).state is State.PLANNED


def test_whoever_overwrites_a_word_that_has_not_acted_takes_its_place() -> None:
    desk = wanting("coach", SLOW)
    say(desk, ANN)
    say(desk, BEA)
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert f"Approved by {BEA};" in desk.cell("1-1", "Status")


@pytest.mark.parametrize(
    ("who", "verdict", "at"),
    [
        (ANN, "Approve", S.HALF_APPROVED),
        ("", "Approve", S.HALF_APPROVED),
        (TEACHER, "Approve", S.HALF_APPROVED),
        (BEA, "", S.WAITING),
        (BEA, "Hold", S.HELD),
        (BEA, "Revoke", S.HALF_APPROVED),
    ],
)
def test_a_second_yes_is_taken_back_in_time(who: str, verdict: str, at: Standing) -> None:
    desk = half_approved(SLOW)
    say(desk, BEA)
    say(desk, who, verdict)
    assert desk.standing("1-1") is at
    desk.now += timedelta(hours=1)
    desk.look()
    assert not desk.known.orders
    assert desk.standing("1-1") is at
    if at is S.HALF_APPROVED:
        assert f"Approved by {ANN};" in desk.cell("1-1", "Status")


def test_a_no_that_is_taken_back_in_time_ends_the_first_yes_all_the_same() -> None:
    desk = half_approved(SLOW)
    say(desk, BEA, "Return", "Please add a photo.")
    say(desk, BEA)
    desk.now += timedelta(hours=1)
    desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert f"Approved by {BEA};" in desk.cell("1-1", "Status")
    assert not [key for key in desk.known.effects if key.startswith("tell-returned")]
