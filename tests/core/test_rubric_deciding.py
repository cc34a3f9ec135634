"""What a coach can decide about a badge that has a rubric, and what becomes of the ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model import Kind, Verdict
from bridge.plan.history_note import history_note
from bridge.plan.standing import Standing
from tests.core.desk import POLICY, edited, submission
from tests.core.rated import desk_with, good, rate, rubric

SLOW = replace(POLICY, settle=timedelta(minutes=10))


def levels(ratings: object) -> list[tuple[str, str]]:
    return [(one.criterion.title, one.level) for one in ratings]  # type: ignore[attr-defined]


def test_there_is_a_column_for_each_criterion_beside_decision() -> None:
    desk = desk_with()
    assert desk.review is not None
    place = desk.review[0].index("Decision")
    assert desk.review[0][place - 3 : place] == ["Planning", "Delivery", "Style"]
    assert desk.scales is not None
    assert desk.scales.rows == (
        {
            "planning": ("not yet", "meets", "exceeds"),
            "delivery": ("weak", "fair", "good"),
            "style": ("plain", "rich"),
        },
    )


def test_approve_without_ratings_is_not_taken_and_status_names_what_lacks() -> None:
    desk = desk_with()
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status") == (
        "“Approve” needs Planning at meets or above (not rated yet); Delivery at good (not rated yet)."
    )
    assert (desk.known.decisions, desk.known.orders) == ({}, {})


def test_a_level_below_the_needed_one_is_not_enough() -> None:
    desk = desk_with()
    rate(desk, "1-1", planning="exceeds", delivery="fair")
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.cell("1-1", "Status") == "“Approve” needs Delivery at good (now fair)."
    rate(desk, "1-1", delivery="good")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_what_is_not_needed_may_be_left_open() -> None:
    desk = desk_with()
    good(desk)
    desk.choose("1-1", "Approve")
    desk.look()
    (decision,) = desk.known.decisions["1-1"]
    assert levels(decision.ratings) == [("Planning", "meets"), ("Delivery", "good")]


def test_ratings_alone_mean_nothing_yet() -> None:
    desk = desk_with()
    good(desk)
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status") == "Waiting for a decision."
    assert desk.known.decisions == {}


@pytest.mark.parametrize("verdict", ["", "Approve", "Return"])
def test_a_word_that_is_no_level_is_told_with_those_that_are(verdict: str) -> None:
    desk = desk_with()
    good(desk)
    rate(desk, "1-1", style="baroque")
    desk.choose("1-1", verdict, "Please look again.")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status") == "“baroque” is no level of Style. Choose one of: plain, rich."


def test_levels_are_read_in_any_spelling() -> None:
    desk = desk_with()
    rate(desk, "1-1", planning=" MEETS ", delivery="Good")
    desk.choose("1-1", "Approve")
    desk.look()
    assert levels(desk.known.decisions["1-1"][0].ratings) == [("Planning", "meets"), ("Delivery", "good")]


def test_a_return_keeps_its_ratings_for_the_next_attempt() -> None:
    desk = desk_with()
    rate(desk, "1-1", planning="not yet", style="rich")
    desk.choose("1-1", "Return", "Please add a plan.")
    desk.look()
    desk.finish("tell-returned:1-1/1")
    (decision,) = desk.known.decisions["1-1"]
    assert levels(decision.ratings) == [("Planning", "not yet"), ("Style", "rich")]
    desk.responses["r1"] = edited(desk.responses["r1"], reflection="With a plan.")
    desk.look()
    assert desk.cell("1-2", "Earlier feedback") == (
        "1-1, 2026-11-22, Return: Please add a plan. (Planning: not yet (needed: meets), Style: rich)"
    )
    assert "Planning: not yet (needed: meets)" in history_note(desk.known, desk.known.attempts["1-2"], desk.policy)
    assert desk.cell("1-2", "Planning") == ""


def test_a_rating_changed_before_it_acts_is_another_decision_that_settles_anew() -> None:
    desk = desk_with(policy=SLOW)
    good(desk)
    desk.choose("1-1", "Approve")
    desk.look()
    desk.now += timedelta(minutes=8)
    rate(desk, "1-1", planning="exceeds")
    desk.look()
    assert [one.n for one in desk.known.decisions["1-1"]] == [1, 2]
    desk.now += timedelta(minutes=8)
    desk.look()
    assert desk.known.orders == {}
    desk.now += timedelta(minutes=3)
    desk.look()
    assert levels(desk.known.decisions["1-1"][-1].ratings) == [("Planning", "exceeds"), ("Delivery", "good")]
    assert desk.standing("1-1") is Standing.APPROVED


def test_a_rating_lowered_before_it_acts_takes_the_approve_back() -> None:
    desk = desk_with(policy=SLOW)
    good(desk)
    desk.choose("1-1", "Approve")
    desk.look()
    rate(desk, "1-1", planning="not yet")
    desk.now += timedelta(minutes=20)
    desk.look()
    assert (desk.standing("1-1"), desk.known.orders) == (Standing.WAITING, {})
    assert desk.known.decision("1-1") is None
    assert desk.cell("1-1", "Status") == "“Approve” needs Planning at meets or above (now not yet)."


def test_the_second_one_may_rate_otherwise_and_theirs_counts() -> None:
    desk = desk_with(second_look="coach")
    good(desk)
    desk.choose("1-1", "Approve", reviewer="bea@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    rate(desk, "1-1", planning="exceeds")
    desk.choose("1-1", "Approve", reviewer="cai@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert levels(desk.known.decision("1-1").ratings)[0] == ("Planning", "exceeds")  # type: ignore[union-attr]


def test_a_level_too_low_ends_the_first_of_two_approves() -> None:
    desk = desk_with(second_look="coach")
    good(desk)
    desk.choose("1-1", "Approve", reviewer="bea@district.example")
    desk.look()
    rate(desk, "1-1", delivery="weak")
    desk.choose("1-1", "Approve", reviewer="cai@district.example")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.cell("1-1", "Status") == "“Approve” needs Delivery at good (now weak)."


@pytest.mark.parametrize("verdict", [Verdict.DECLINE, Verdict.HOLD])
def test_other_decisions_ask_for_no_ratings_and_keep_none(verdict: Verdict) -> None:
    desk = desk_with()
    rate(desk, "1-1", planning="exceeds")
    desk.choose("1-1", verdict, "Not this year.")
    desk.look()
    assert desk.known.decision("1-1").ratings == ()  # type: ignore[union-attr]


@pytest.mark.parametrize("public", [True, False])
def test_a_badge_tells_the_levels_only_where_the_programme_makes_them_public(public: bool) -> None:
    desk = desk_with(policy=replace(POLICY, publish_levels=public))
    good(desk)
    desk.choose("1-1", "Approve")
    desk.look()
    assert levels(desk.known.orders["1-1"].results) == ([("Planning", "meets"), ("Delivery", "good")] if public else [])


def test_badges_without_a_rubric_are_approved_as_ever() -> None:
    desk = desk_with()
    desk.submit(submission("r2", badge="Co-Teaching", who="bea"))
    desk.look()
    rate(desk, "2-1", planning="anything")
    desk.choose("2-1", "Approve")
    desk.look()
    assert desk.standing("2-1") is Standing.APPROVED
    assert desk.known.decision("2-1").ratings == ()  # type: ignore[union-attr]
    assert Kind.ISSUE.value + ":2-1" in desk.known.effects


def test_two_badges_share_a_column_and_each_has_its_own_scale() -> None:
    desk = desk_with("Planning: not yet | meets*")
    rubric(desk, "PLANNING: 1 | 2 | 3*\nPace: slow | brisk", badge=2)
    desk.submit(submission("r2", badge="Co-Teaching", who="bea"))
    desk.look()
    assert desk.review is not None
    assert sorted(title for title in desk.review[0] if title.casefold() in ("planning", "pace")) == ["Pace", "Planning"]
    assert desk.scales is not None
    assert desk.scales.rows[1] == {"planning": ("1", "2", "3"), "pace": ("slow", "brisk")}
    for attempt_id, word in (("1-1", "3"), ("2-1", "meets")):
        rate(desk, attempt_id, planning=word)
        desk.choose(attempt_id, "Approve")
    desk.look()
    assert desk.cell("1-1", "Status") == "“3” is no level of Planning. Choose one of: not yet, meets."
    assert desk.cell("2-1", "Status") == "“meets” is no level of PLANNING. Choose one of: 1, 2, 3."


def test_one_column_of_ratings_sorted_by_itself_is_noticed() -> None:
    desk = desk_with("Planning: a | b* | c")
    desk.submit(*(submission(f"r{n}", who=f"teacher{n}") for n in range(2, 6)))
    desk.look()
    for n, word in enumerate("bcbc", 1):
        rate(desk, f"{n}-1", planning=word)
        desk.choose(f"{n}-1", "Approve")
    desk.look()
    for n, word in enumerate("bbcc", 1):
        rate(desk, f"{n}-1", planning=word)
    rate(desk, "5-1", planning="c")
    desk.choose("5-1", "Approve")
    learnt = desk.look()
    assert [one.sentence for one in learnt.lesson.problems if one.blocking] == [
        "Ratings stand in other rows than before: was that column sorted by itself? Please undo that (Ctrl+Z), or put "
        "the earlier levels back. Until then no decision is taken from this sheet."
    ]
    assert desk.standing("5-1") is Standing.WAITING


def test_two_coaches_who_correct_ratings_of_closed_rows_are_no_scramble() -> None:
    desk = desk_with("Planning: a | b* | c")
    desk.submit(submission("r2", who="bea"), submission("r3", who="cai"))
    desk.look()
    for n in (1, 2):
        rate(desk, f"{n}-1", planning="b")
        desk.choose(f"{n}-1", "Approve")
    desk.look()
    rate(desk, "1-1", planning="c")
    rate(desk, "2-1", planning="c")
    rate(desk, "3-1", planning="c")
    desk.choose("3-1", "Approve")
    desk.look()
    assert desk.standing("3-1") is Standing.APPROVED


def test_a_column_that_was_emptied_is_no_scramble_when_others_are_rated_later() -> None:
    desk = desk_with("Planning: a | b* | c")
    desk.submit(*(submission(f"r{n}", who=f"teacher{n}") for n in range(2, 6)))
    desk.look()
    for attempt_id in ("1-1", "2-1"):
        rate(desk, attempt_id, planning="b")
        desk.choose(attempt_id, "Approve")
    desk.look()
    for attempt_id in ("1-1", "2-1"):
        rate(desk, attempt_id, planning="")
    desk.look()
    for attempt_id in ("3-1", "4-1", "5-1"):
        rate(desk, attempt_id, planning="b")
        desk.choose(attempt_id, "Approve")
    desk.look()
    assert [desk.standing(attempt_id) for attempt_id in ("3-1", "4-1", "5-1")] == [Standing.APPROVED] * 3


def test_a_scramble_of_ratings_is_over_once_it_is_undone() -> None:
    desk = desk_with("Planning: a | b* | c")
    desk.submit(*(submission(f"r{n}", who=f"teacher{n}") for n in range(2, 4)))
    desk.look()
    for attempt_id, word in (("1-1", "b"), ("2-1", "c")):
        rate(desk, attempt_id, planning=word)
        desk.choose(attempt_id, "Approve")
    desk.look()
    for attempt_id, word in (("1-1", "c"), ("2-1", "b"), ("3-1", "b")):
        rate(desk, attempt_id, planning=word)
    desk.choose("3-1", "Approve")
    for _ in range(2):
        assert any(one.blocking for one in desk.look().lesson.problems)
    for attempt_id, word in (("1-1", "b"), ("2-1", "c")):
        rate(desk, attempt_id, planning=word)
    assert not any(one.blocking for one in desk.look().lesson.problems)
    assert desk.standing("3-1") is Standing.APPROVED
