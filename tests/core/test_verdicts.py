"""What a coach may choose, and when: the table of the architecture, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bridge.model import Kind, State, Verdict
from bridge.plan import due
from bridge.plan.standing import ANSWERS, Standing
from tests.core.desk import POLICY, Desk, approved, asked, declined, edited, issued, returned, submission
from tests.core.second import half_approved

SLOW = POLICY.__class__(POLICY.issuer_url, POLICY.key_id, settle=timedelta(minutes=10))
WORDS = "Because of this."
COACH = "bea@district.example"


def held() -> Desk:
    desk = asked()
    desk.choose("1-1", "Hold")
    desk.look()
    return desk


def decided() -> Desk:
    desk = asked(SLOW)
    desk.choose("1-1", "Approve")
    desk.look()
    return desk


def in_doubt() -> Desk:
    desk = approved()
    desk.doubt("issue:1-1")
    return desk


def superseded() -> Desk:
    desk = returned()
    desk.submit(submission("r2", stamp="2026-11-23T08:00:00Z"))
    desk.look()
    return desk


def revoked() -> Desk:
    desk = issued()
    desk.choose("1-1", "Revoke", WORDS)
    desk.look()
    return desk


START: dict[Standing, Callable[[], Desk]] = {
    Standing.WAITING: asked,
    Standing.HELD: held,
    Standing.DECIDED: decided,
    Standing.HALF_APPROVED: half_approved,
    Standing.APPROVED: approved,
    Standing.IN_DOUBT: in_doubt,
    Standing.ISSUED: issued,
    Standing.RETURNED: returned,
    Standing.DECLINED: declined,
    Standing.SUPERSEDED: superseded,
    Standing.REVOKED: revoked,
}

W, S = Standing, Standing
#: standing → (Approve, Return, Decline, Hold, Revoke, cleared): where the attempt stands afterwards, words given.
TABLE = {
    S.WAITING: (S.APPROVED, S.RETURNED, S.DECLINED, S.HELD, S.WAITING, S.WAITING),
    S.HELD: (S.APPROVED, S.RETURNED, S.DECLINED, S.HELD, S.HELD, S.WAITING),
    S.DECIDED: (S.DECIDED, S.DECIDED, S.DECIDED, S.HELD, S.WAITING, S.WAITING),
    S.HALF_APPROVED: (S.APPROVED, S.RETURNED, S.DECLINED, S.HELD, S.HALF_APPROVED, S.WAITING),
    S.APPROVED: (S.APPROVED, S.RETURNED, S.DECLINED, S.HELD, S.APPROVED, S.WAITING),
    S.IN_DOUBT: (S.IN_DOUBT, S.IN_DOUBT, S.IN_DOUBT, S.IN_DOUBT, S.IN_DOUBT, S.IN_DOUBT),
    S.ISSUED: (S.ISSUED, S.ISSUED, S.ISSUED, S.ISSUED, S.REVOKED, S.ISSUED),
    S.RETURNED: (S.APPROVED, S.RETURNED, S.DECLINED, S.HELD, S.RETURNED, S.RETURNED),
    S.DECLINED: (S.APPROVED, S.RETURNED, S.DECLINED, S.HELD, S.DECLINED, S.DECLINED),
    S.SUPERSEDED: (S.SUPERSEDED,) * 6,
    S.REVOKED: (S.REVOKED,) * 6,
}
CHOICES = ("Approve", "Return", "Decline", "Hold", "Revoke", "")
CASES = [(start, choice, end) for start, ends in TABLE.items() for choice, end in zip(CHOICES, ends, strict=True)]


@pytest.mark.parametrize("start", START)
def test_every_start_stands_where_the_table_says(start: Standing) -> None:
    assert START[start]().standing("1-1") is start


@pytest.mark.parametrize(("start", "choice", "end"), CASES)
def test_a_choice_leads_where_the_table_says(start: Standing, choice: str, end: Standing) -> None:
    desk = START[start]()
    desk.choose("1-1", choice, WORDS, COACH)
    desk.look()
    assert desk.standing("1-1") is end


@pytest.mark.parametrize(("start", "choice"), [(start, choice) for start, choice, _ in CASES])
def test_looking_again_learns_nothing(start: Standing, choice: str) -> None:
    desk = START[start]()
    desk.choose("1-1", choice, WORDS, COACH)
    desk.look()
    assert not desk.look().lesson
    assert not desk.show(desk.reading())


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize("choice", ["Return", "Decline", "Revoke"])
def test_without_words_nothing_is_returned_declined_or_revoked(start: Standing, choice: str) -> None:
    desk = START[start]()
    kinds = {Kind.TELL_RETURNED, Kind.TELL_DECLINED, Kind.TELL_REVOKED}
    before = {key for key, effect in desk.known.effects.items() if effect.kind in kinds}
    desk.choose("1-1", choice, "")
    desk.look()
    assert {key for key, effect in desk.known.effects.items() if effect.kind in kinds} == before


def test_the_status_asks_for_the_missing_words() -> None:
    desk = asked()
    desk.choose("1-1", "Return")
    desk.look()
    assert desk.cell("1-1", "Status") == "“Return” needs words: write them into Feedback, for the teacher to read."


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize("choice", [verdict.value for verdict in Verdict])
def test_a_no_says_why(start: Standing, choice: str) -> None:
    desk = START[start]()
    desk.choose("1-1", choice, WORDS, COACH)
    desk.look()
    closed_by_this_word = (start, choice) == (Standing.SUPERSEDED, "Return")
    refused = ANSWERS[start][Verdict(choice)] == "no" and not closed_by_this_word
    notice = desk.learnt.notices.get("1-1", "")
    assert bool(notice) == refused
    assert notice in desk.cell("1-1", "Status")


@pytest.mark.parametrize("words", ["Well done.", ""])
def test_a_badge_is_not_revoked_with_the_words_of_its_approval(words: str) -> None:
    desk = asked()
    desk.choose("1-1", "Approve", words)
    desk.look()
    desk.finish("issue:1-1")
    desk.look()
    desk.choose("1-1", "Revoke", words)
    desk.look()
    assert desk.standing("1-1") is Standing.ISSUED
    assert "needs words" in desk.cell("1-1", "Status")
    desk.choose("1-1", "Revoke", "It was a colleague's work.")
    desk.look()
    assert desk.standing("1-1") is Standing.REVOKED


def test_a_typo_is_no_decision() -> None:
    desk = asked()
    desk.choose("1-1", "Aprove")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status").startswith("“Aprove” is no decision. Choose one of: Approve, Return,")


@pytest.mark.parametrize("typed", ["approve", "APPROVED", " Approve ", "Approve!"])
def test_a_typed_verdict_is_understood(typed: str) -> None:
    desk = asked()
    desk.choose("1-1", typed)
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_an_approval_plans_issue_then_publish_then_mail() -> None:
    desk = approved()
    assert [effect.key for effect in due(desk.known, desk.now)] == ["issue:1-1", "tell-received:1-1"]
    desk.finish("tell-received:1-1")
    for key in ("issue:1-1", "publish:1-1", "tell-issued:1-1"):
        assert [effect.key for effect in due(desk.known, desk.now)] == [key]
        desk.finish(key)
    assert not list(due(desk.known, desk.now))


def test_a_decision_acts_when_it_has_stood_long_enough() -> None:
    desk = decided()
    assert "issue:1-1" not in desk.known.effects
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.effect("issue:1-1").state is State.PLANNED


def test_a_cleared_cell_takes_an_unsettled_decision_back() -> None:
    desk = decided()
    desk.choose("1-1", "")
    desk.look()
    desk.now += timedelta(hours=1)
    desk.look()
    assert "issue:1-1" not in desk.known.effects


def test_an_approval_not_begun_can_become_a_return() -> None:
    desk = approved()
    desk.choose("1-1", "Return", WORDS)
    desk.look()
    assert desk.effect("issue:1-1").state is State.CANCELLED
    assert [effect.key for effect in due(desk.known, desk.now)] == ["tell-received:1-1", "tell-returned:1-1/2"]
    desk.choose("1-1", "Approve", WORDS)
    desk.look()
    assert desk.effect("issue:1-1").state is State.PLANNED
    assert desk.effect("tell-returned:1-1/2").state is State.CANCELLED


def test_a_return_that_was_taken_back_in_time_leaves_an_approval_that_acts() -> None:
    desk = approved()
    desk.policy = SLOW
    for choice in ("Return", "Approve"):
        desk.choose("1-1", choice, WORDS)
        desk.look()
    assert desk.effect("issue:1-1").state is State.CANCELLED
    assert desk.standing("1-1") is Standing.DECIDED
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.effect("issue:1-1").state is State.PLANNED
    assert not desk.look().lesson


@pytest.mark.parametrize("choice", ["Approve", "Return"])
def test_a_word_that_was_called_off_before_it_was_done_does_not_come_back_after_a_hold(choice: str) -> None:
    desk = asked()
    for word in (choice, "Hold", ""):
        desk.choose("1-1", word, WORDS)
        desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status") == "Waiting for a decision."
    assert not desk.look().lesson


def test_a_pending_revocation_can_be_taken_back() -> None:
    desk = issued()
    desk.policy = SLOW
    desk.choose("1-1", "Revoke", WORDS)
    desk.look()
    assert desk.standing("1-1") is Standing.ISSUED
    desk.choose("1-1", "Approve", WORDS)
    desk.look()
    desk.now += timedelta(hours=1)
    desk.look()
    assert "revoke:1-1" not in desk.known.effects


def test_a_second_thought_after_return_that_is_taken_back_leaves_it_returned() -> None:
    desk = returned()
    desk.policy = SLOW
    desk.choose("1-1", "Approve", "Please add a photo.")
    desk.look()
    assert desk.standing("1-1") is Standing.DECIDED
    desk.choose("1-1", "", "Please add a photo.")
    desk.look()
    assert desk.standing("1-1") is Standing.RETURNED


def test_nobody_approves_a_request_of_their_own() -> None:
    desk = asked()
    desk.choose("1-1", "Approve", reviewer="Ana@District.example")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert "own" in desk.cell("1-1", "Status")


def test_only_listed_coaches_decide_when_there_is_a_list() -> None:
    desk = asked(POLICY.__class__(POLICY.issuer_url, POLICY.key_id, coaches=frozenset({"ruth@district.example"})))
    desk.choose("1-1", "Approve", reviewer="somebody")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    desk.choose("1-1", "Approve", reviewer="Ruth@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_an_answer_edited_before_the_decision_is_shown_and_can_be_approved() -> None:
    desk = asked()
    desk.submit(edited(submission(), reflection="Now with more."))
    desk.look()
    assert desk.cell("1-1", "Reflection") == "Now with more."
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_an_answer_edited_after_the_coach_looked_must_be_decided_again_in_a_row_of_its_own() -> None:
    desk = asked()
    desk.choose("1-1", "Approve")
    desk.submit(edited(submission(), reflection="Something else entirely."))
    desk.look()
    assert desk.standing("1-1") is Standing.SUPERSEDED
    assert desk.standing("1-2") is Standing.WAITING
    assert "choose again" in desk.cell("1-1", "Status")
    assert desk.cell("1-2", "Reflection") == "Something else entirely."
    desk.choose("1-2", "Approve")
    desk.look()
    assert desk.standing("1-2") is Standing.APPROVED
    assert desk.cell("1-1", "Status") == "Closed: the answer changed after you looked (1-2)."
    assert "issue:1-1" not in desk.known.effects


def test_an_answer_edited_while_a_decision_settles_must_be_decided_again() -> None:
    desk = decided()
    desk.submit(edited(submission()))
    desk.look()
    desk.now += timedelta(hours=1)
    desk.look()
    assert "issue:1-1" not in desk.known.effects
    assert desk.standing("1-2") is Standing.WAITING


@pytest.mark.parametrize(
    "start", [Standing.APPROVED, Standing.IN_DOUBT, Standing.ISSUED, Standing.DECLINED, Standing.REVOKED]
)
def test_an_answer_edited_too_late_changes_nothing_and_the_teacher_is_told_once(start: Standing) -> None:
    desk = START[start]()
    desk.submit(edited(submission(), reflection="Too late."))
    desk.look()
    assert desk.standing("1-1") is start
    assert desk.cell("1-1", "Reflection") == "It went well."
    assert desk.effect("tell-late-edit:1-1").state is State.PLANNED
    assert not desk.look().lesson


def test_a_returned_request_comes_back_as_the_next_attempt() -> None:
    desk = returned()
    desk.submit(edited(submission(), reflection="With a photo."))
    desk.look()
    assert desk.standing("1-1") is Standing.SUPERSEDED
    assert desk.standing("1-2") is Standing.WAITING
    assert desk.effect("tell-received:1-2").state is State.PLANNED
