"""A first yes stands, and the answer, the catalogue or the sheet changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model import State
from bridge.plan.catalogue import REVIEWERS, SECOND_LOOK
from bridge.plan.decisions import TWICE
from bridge.plan.digests import waiting
from bridge.plan.progress import cases_of
from bridge.plan.scrambles import SCRAMBLED
from bridge.plan.standing import Standing
from tests.core.desk import NOON, POLICY, Desk, edited, submission
from tests.core.second import ANN, BEA, LISTED, RUTH, SLOW, TEACHER, half_approved, said, say, set_look, wanting
from tests.core.test_badge_cells import STATUS, desk_with

S = Standing
ISSUE = "issue:1-1"

# ── the answer changes ───────────────────────────────────────────────────────


@pytest.mark.parametrize("second", [ANN, BEA])
def test_an_edited_answer_needs_both_again_in_a_row_of_its_own(second: str) -> None:
    desk = half_approved()
    desk.submit(edited(submission(), reflection="Something else."))
    say(desk, second)
    assert desk.standing("1-1") is S.SUPERSEDED
    assert desk.cell("1-1", "Status") == "Closed: the answer changed after you looked (1-2)."
    assert desk.standing("1-2") is S.WAITING
    assert "tell-received:1-2" not in desk.known.effects
    assert not desk.look().lesson
    say(desk, BEA, attempt_id="1-2")
    assert desk.standing("1-2") is S.HALF_APPROVED
    say(desk, ANN, attempt_id="1-2")
    assert desk.known.orders.keys() == {"1-2"}


def test_an_answer_edited_while_the_second_yes_settles_needs_both_again() -> None:
    desk = half_approved(SLOW)
    say(desk, BEA)
    desk.submit(edited(submission(), reflection="Something else."))
    desk.look()
    desk.now += timedelta(hours=1)
    desk.look()
    assert [desk.standing(one) for one in ("1-1", "1-2")] == [S.SUPERSEDED, S.WAITING]
    assert not desk.known.orders


def test_an_answer_edited_while_the_row_of_the_second_yes_is_gone_needs_both_again() -> None:
    desk = half_approved(SLOW)
    say(desk, BEA)
    desk.submit(edited(submission(), reflection="Something else."))
    assert desk.review is not None
    desk.review.remove(desk.row("1-1"))
    for _ in range(2):
        desk.look()
        desk.now += timedelta(hours=1)
    assert desk.standing("1-1") is S.WAITING
    assert desk.cell("1-1", "Decision") == ""
    assert desk.cell("1-1", "Reflection") == "Something else."


def test_an_answer_that_was_edited_while_decisions_stood_in_other_rows_is_decided_again() -> None:
    """A word about an older answer never acts, and never hangs."""
    desk = wanting("", SLOW)
    say(desk, ANN)
    desk.known.attempts["1-1"] = replace(desk.known.attempts["1-1"], version=2)
    desk.known.shown["1-1"] = 2
    desk.look()
    assert [desk.standing(one) for one in ("1-1", "1-2")] == [S.SUPERSEDED, S.WAITING]


def test_the_form_sent_again_is_the_next_attempt() -> None:
    desk = half_approved()
    desk.submit(submission("r2", stamp="2026-11-23T08:00:00Z"))
    desk.look()
    assert [desk.standing(one) for one in ("1-1", "1-2")] == [S.SUPERSEDED, S.WAITING]
    assert said(desk) == [(ANN, "Approve"), (ANN, "-")]


# ── the catalogue changes ────────────────────────────────────────────────────


def test_a_second_look_switched_off_lets_the_first_yes_act_after_it_has_stood() -> None:
    desk = half_approved(SLOW)
    set_look(desk, "")
    desk.look()
    assert desk.standing("1-1") is S.DECIDED
    assert desk.cell("1-1", "Status").endswith("12:20. Empty the cell to take it back.")
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.effect(ISSUE).state is State.PLANNED
    assert desk.known.orders["1-1"].issued_on == NOON + timedelta(minutes=10)


@pytest.mark.parametrize("who", [RUTH, TEACHER, ""])
def test_a_second_look_switched_off_lets_nothing_act_under_a_name_that_may_not_approve(who: str) -> None:
    """The row says so, and any coach can put it right: whoever approved first, too."""
    desk = half_approved(SLOW)
    desk.choose("1-1", "Approve", "", who)
    set_look(desk, "")
    for _ in range(2):
        desk.look()
        desk.now += timedelta(hours=1)
    assert not desk.known.orders
    assert desk.cell("1-1", "Status").startswith("Please choose" if who != TEACHER else "Nobody may approve")
    assert desk.cell("1-1", "Status").endswith(f" (Approved by {ANN}; that is enough now.)")
    assert [row.asked for row in waiting(desk.known, desk.now, desk.policy)] == [(ANN, BEA)]
    say(desk, ANN)
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.standing("1-1") is S.APPROVED


def test_a_second_look_switched_off_leaves_the_only_coach_to_ask() -> None:
    desk = half_approved(replace(SLOW, coaches=frozenset({ANN})), "coordinator")
    say(desk, RUTH)
    set_look(desk, "")
    problems = desk.look().lesson.problems
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert [row.asked for row in waiting(desk.known, desk.now, desk.policy)] == [(ANN,)]
    assert not problems


def test_a_second_look_switched_off_and_on_again_asks_for_the_second() -> None:
    desk = half_approved(SLOW)
    for look in ("", "coach"):
        set_look(desk, look)
        desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED
    desk.now += timedelta(hours=1)
    desk.look()
    assert not desk.known.orders


@pytest.mark.parametrize("name", [ANN, ""])
def test_a_second_look_switched_on_holds_for_what_has_not_acted(name: str) -> None:
    desk = wanting("", replace(SLOW, coaches=frozenset()))
    say(desk, name)
    set_look(desk, "coach")
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.standing("1-1") is (S.HALF_APPROVED if name else S.WAITING)


def test_a_second_look_switched_on_does_not_hold_for_what_was_approved() -> None:
    desk = wanting("", LISTED)
    say(desk, ANN)
    set_look(desk, "coach")
    desk.look()
    assert desk.standing("1-1") is S.APPROVED
    assert not desk.look().lesson


def test_the_coordinator_may_be_asked_instead_of_a_coach_meanwhile() -> None:
    desk = half_approved(SLOW)
    say(desk, BEA)
    set_look(desk, "coordinator")
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert "Please let the coordinator approve, too" in desk.cell("1-1", "Status")
    say(desk, RUTH)
    desk.now += timedelta(minutes=10)
    desk.look()
    assert desk.standing("1-1") is S.APPROVED


def test_a_column_that_is_gone_switches_nothing_off() -> None:
    desk = half_approved()
    assert desk.badges is not None
    place = desk.badges[0].index(SECOND_LOOK)
    desk.badges[0][place] = "Second looks"
    learnt = desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert any("The column “Second look” is gone" in problem.sentence for problem in learnt.lesson.problems)
    desk.badges[0][place] = SECOND_LOOK
    assert not desk.look().lesson.problems


# ── what people do to the sheet ──────────────────────────────────────────────


def test_a_row_that_was_deleted_comes_back_with_the_first_yes() -> None:
    desk = half_approved()
    assert desk.review is not None
    desk.review.remove(desk.row("1-1"))
    desk.look()
    assert (desk.cell("1-1", "Decision"), desk.cell("1-1", "Reviewer")) == ("Approve", ANN)
    assert desk.standing("1-1") is S.HALF_APPROVED
    desk.look()
    assert not desk.look().lesson


def test_a_row_that_was_deleted_while_the_second_yes_settled_comes_back_with_the_first() -> None:
    desk = half_approved(SLOW)
    say(desk, BEA)
    assert desk.review is not None
    desk.review.remove(desk.row("1-1"))
    desk.look()
    assert (desk.cell("1-1", "Decision"), desk.cell("1-1", "Reviewer")) == ("Approve", ANN)
    desk.now += timedelta(hours=1)
    desk.look()
    assert not desk.known.orders


def test_no_second_yes_is_taken_from_a_row_that_is_there_twice() -> None:
    desk = half_approved()
    assert desk.review is not None
    copy = list(desk.row("1-1"))
    copy[desk.review[0].index("Reviewer")] = BEA
    desk.review.append(copy)
    desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED
    assert copy[desk.review[0].index("Status")] == TWICE
    desk.review.pop()
    desk.look()
    assert desk.standing("1-1") is S.HALF_APPROVED


def crowd(closed: int) -> Desk:
    """Requests 1 and 2 are half approved, by Ann and Bea; *closed* others were returned, by both in turn."""
    desk = desk_with({SECOND_LOOK: "coach"})
    desk.submit(*(submission(f"r{n}", who=f"p{n}") for n in range(2 + closed)))
    desk.look()
    for n in range(closed):
        say(desk, (ANN, BEA)[n % 2], "Return", "Not yet.", attempt_id=f"{n + 3}-1")
        desk.finish(f"tell-returned:{n + 3}-1/1")
    say(desk, ANN, attempt_id="1-1")
    say(desk, BEA, attempt_id="2-1")
    return desk


def names(desk: Desk, *order: str) -> None:
    assert desk.review is not None
    place = desk.review[0].index("Reviewer")
    for row, name in zip(desk.review[1:], order, strict=True):
        row[place] = name


def test_reviewers_sorted_by_themselves_are_no_second_yes() -> None:
    desk = crowd(closed=4)  # Ann, Bea, Ann, Bea, Ann, Bea
    names(desk, BEA, BEA, BEA, ANN, ANN, ANN)
    learnt = desk.look()
    assert {desk.standing("1-1"), desk.standing("2-1")} == {S.HALF_APPROVED}
    assert SCRAMBLED in learnt.notices.values()
    assert SCRAMBLED in desk.cell("1-1", "Status")
    names(desk, ANN, BEA, ANN, BEA, ANN, BEA)
    assert not desk.look().notices


def test_two_coaches_who_take_over_each_others_rows_are_heard() -> None:
    desk = crowd(closed=4)
    names(desk, BEA, ANN, ANN, BEA, ANN, BEA)
    desk.look()
    assert {desk.standing("1-1"), desk.standing("2-1")} == {S.APPROVED}


# ── the tab Badges ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "reviewers", "sentence"),
    [
        ("two", "", "Second look must be coach, coordinator, or empty."),
        ("coach", ANN, f"Second look says coach, and only {ANN} may approve this badge."),
        ("coordinator", "", "Second look says coordinator, and the settings name none."),
    ],
)
def test_a_second_look_that_nobody_could_give_is_told(cell: str, reviewers: str, sentence: str) -> None:
    desk = desk_with({SECOND_LOOK: cell, REVIEWERS: reviewers})
    desk.policy = replace(POLICY, coordinator="")
    desk.look()
    assert desk.badges is not None
    assert desk.badges[1][STATUS].startswith(sentence)
    assert "first-aid" not in desk.known.achievements


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        (" Coach ", "In use; a second coach must approve it, too"),
        ("COORDINATOR", "In use; the coordinator must approve it, too"),
        ("", "In use"),
    ],
)
def test_the_catalogue_says_who_must_approve_and_makes_no_new_version(cell: str, status: str) -> None:
    desk, plain = wanting(cell, LISTED), Desk()
    plain.look()
    assert desk.badges is not None
    assert desk.badges[1][STATUS] == status
    told, other = desk.known.achievements["first-aid"], plain.known.achievements["first-aid"]
    assert (told.version, told.words()) == (other.version, other)


def test_one_reviewer_and_the_coordinator_are_two() -> None:
    desk = desk_with({SECOND_LOOK: "coordinator", REVIEWERS: ANN})
    desk.policy = LISTED
    desk.look()
    assert desk.known.achievements["first-aid"].second_look == "coordinator"


# ── who is reminded, and counting ────────────────────────────────────────────


@pytest.mark.parametrize(
    ("look", "first", "asked"),
    [
        ("coach", ANN, (BEA,)),
        ("coordinator", ANN, (RUTH,)),
        ("coordinator", RUTH, (ANN, BEA)),
        ("coach", "", (ANN, BEA)),
    ],
)
def test_whoever_can_be_the_second_is_reminded(look: str, first: str, asked: tuple[str, ...]) -> None:
    desk = half_approved(LISTED, look, first)
    assert [row.asked for row in waiting(desk.known, desk.now, desk.policy)] == [asked]


def test_days_are_counted_to_the_deciding_word() -> None:
    desk = half_approved()
    (case,) = cases_of(desk.known, POLICY)
    assert (case.waits, case.first, case.days, case.verdicts) == (True, None, None, ())
    desk.now += timedelta(days=5)
    say(desk, BEA)
    (case,) = cases_of(desk.known, POLICY)
    assert (case.waits, case.first, case.days) == (False, "Approve", 7)
