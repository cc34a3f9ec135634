"""What the programme may change of a badge at any time: who decides, how soon, how many attempts there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest

from bridge.plan import due, due_at
from bridge.plan.allowed import NO_COACH
from bridge.plan.badge_cells import to_count, to_reviewers
from bridge.plan.catalogue import MOST_ATTEMPTS, PREREQUISITES, REVIEW_DAYS, REVIEWERS
from bridge.plan.standing import Standing
from tests.core import desk
from tests.core.desk import NOON, POLICY
from tests.core.test_badge_cells import STATUS, assert_told_and_what_was_right_stays, desk_with
from tests.core.test_pathways import won

RUTH, CORA = "ruth@district.example", "cora@district.example"
LISTED = replace(POLICY, coaches=frozenset({RUTH, CORA}))
CELLS = {REVIEWERS: f"{RUTH}, {CORA.upper()}", REVIEW_DAYS: "5", MOST_ATTEMPTS: "3.0"}


@pytest.mark.parametrize("between", [",", "; ", " ", "\n", " ,\n", "\u200b, "])
def test_reviewers_are_separated_as_people_do_it(between: str) -> None:
    assert to_reviewers(f" {RUTH}{between}Cora@District.Example{between}{RUTH};", POLICY) == (RUTH, CORA)
    assert to_reviewers(" ;\n", POLICY) == ()


@pytest.mark.parametrize(
    ("title", "cell", "sentence"),
    [
        (REVIEWERS, "Ruth", "Reviewers: “ruth” is no e-mail address. Write addresses, separated by commas."),
        (REVIEWERS, f"Ruth <{RUTH}>", "Reviewers: “ruth” is no e-mail address."),
        (REVIEWERS, "a@b@c", "“a@b@c” is no e-mail address."),
        (REVIEWERS, "ben@x.example", "Reviewers: ben@x.example is none of the programme's coaches. Correct it, or add"),
        (REVIEWERS, " ".join(f"a{n}@x.example" for n in range(51)), "Reviewers: there are 51; 50 are the most."),
        (REVIEW_DAYS, "0", "Review days must be a whole number from 1 to 366, or empty."),
        (REVIEW_DAYS, "367", "Review days must be"),
        (REVIEW_DAYS, "2.5", "Review days must be"),
        (REVIEW_DAYS, "2 weeks", "Review days must be"),
        (REVIEW_DAYS, "٣", "Review days must be"),
        (MOST_ATTEMPTS, "0", "Most attempts must be a whole number from 1 to 99, or empty."),
        (MOST_ATTEMPTS, "-1", "Most attempts must be"),
    ],
)
def test_a_wrong_cell_is_told_and_what_was_right_stays(title: str, cell: str, sentence: str) -> None:
    table = desk_with(CELLS)
    table.policy = LISTED
    table.look()
    assert_told_and_what_was_right_stays(table, title, cell, sentence)


def test_they_are_policy_and_make_no_new_version() -> None:
    plain, table = desk.Desk(), desk_with(CELLS)
    plain.look()
    table.look()
    told = table.known.achievements["first-aid"]
    assert (told.reviewers, told.review_days, told.most_attempts) == ((RUTH, CORA), 5, 3)
    assert told.version == plain.known.achievements["first-aid"].version
    assert told.words() == plain.known.achievements["first-aid"] == table.known.versions["first-aid", told.version]
    assert table.badges is not None
    assert table.badges[1][STATUS] == "In use"


def test_a_whole_number_is_read_as_sheets_show_it() -> None:
    assert [to_count("Review days", text, 366) for text in ("", " ", "7", "7.0", "7,00", " 366 ")] == [
        *(None, None, 7, 7, 7, 366)
    ]


def test_a_decision_is_promised_within_the_badges_own_days() -> None:
    table = desk_with(CELLS)
    table.look()
    known = table.known.achievements
    assert due_at(NOON, known["first-aid"], 10) == NOON + timedelta(days=5)
    assert due_at(NOON, known["co-teaching"], 10) == due_at(NOON, None, 10) == NOON + timedelta(days=10)


def test_what_is_due_and_by_when_have_two_functions() -> None:
    assert import_module("bridge.plan.due").due_at is due_at
    assert list(due(desk.Desk().known, NOON)) == []


def waiting() -> desk.Desk:
    table = desk_with({REVIEWERS: RUTH})
    table.submit(desk.submission(), desk.submission("r2", badge="Co-Teaching"))
    table.look()
    return table


@pytest.mark.parametrize("who", ["", CORA, "Ruth"])
def test_only_the_badges_own_reviewers_approve(who: str) -> None:
    table = waiting()
    for attempt_id in ("1-1", "2-1"):
        table.choose(attempt_id, "Approve", reviewer=who)
    table.look()
    other = Standing.APPROVED if "@" in who else Standing.WAITING
    assert [table.standing(one) for one in ("1-1", "2-1")] == [Standing.WAITING, other]
    assert table.cell("1-1", "Status") == (
        f"Only the reviewers of “First Aid” may decide this: {RUTH}. "
        "Please let one of them choose, with that address in Reviewer."
    )
    table.choose("1-1", "Approve", reviewer=RUTH.capitalize())
    table.look()
    assert table.standing("1-1") is Standing.APPROVED


def test_only_the_badges_own_reviewers_revoke_and_anybody_returns() -> None:
    table = waiting()
    table.choose("1-1", "Approve", reviewer=RUTH)
    table.look()
    table.finish("issue:1-1")
    table.choose("1-1", "Revoke", "It was a slip.", CORA)
    table.look()
    assert table.standing("1-1") is Standing.ISSUED
    assert "Only the reviewers of “First Aid” may decide this" in table.cell("1-1", "Status")
    table.choose("1-1", "Revoke", "It was a slip.", RUTH)
    table.look()
    assert table.standing("1-1") is Standing.REVOKED
    table.submit(desk.submission("r3", who="bea"))
    table.look()
    table.choose("3-1", "Return", "Please add a photo.", CORA)
    table.look()
    assert table.standing("3-1") is Standing.RETURNED


@pytest.mark.parametrize("verdict", ["Approve", "Return", "Decline", "Hold"])
@pytest.mark.parametrize("who", [CORA, ""])
def test_a_reviewer_must_be_a_coach_where_coaches_are_listed(verdict: str, who: str) -> None:
    table = waiting()
    table.policy = replace(POLICY, coaches=frozenset({RUTH}))
    table.choose("1-1", verdict, "Please add a photo.", who)
    table.look()
    assert table.standing("1-1") is Standing.WAITING
    assert table.cell("1-1", "Status").startswith(NO_COACH)
    table.choose("1-1", verdict, "Please add a photo.", RUTH)
    table.look()
    assert table.standing("1-1") is not Standing.WAITING


def test_the_coordinator_may_return_without_being_a_coach() -> None:
    table = waiting()
    table.policy = replace(POLICY, coaches=frozenset({CORA}), coordinator=RUTH)
    table.choose("1-1", "Return", "Please add a photo.", RUTH)
    table.look()
    assert table.standing("1-1") is Standing.RETURNED


def test_of_many_reviewers_the_first_are_named() -> None:
    table = desk_with({REVIEWERS: " ".join(f"coach{n}@x.example" for n in range(6))})
    table.submit(desk.submission())
    table.look()
    table.choose("1-1", "Approve")
    table.look()
    assert "coach3@x.example, …. Please let" in table.cell("1-1", "Status")
    assert "coach4" not in table.cell("1-1", "Status")


def test_the_day_promised_stays_when_the_badge_is_approved_and_nobody_promised_one_that_comes_by_itself() -> None:
    table = desk_with({REVIEW_DAYS: "5"})
    table.submit(desk.submission())
    table.look()
    due = table.cell("1-1", "Due")
    table.choose("1-1", "Approve")
    table.look()
    assert table.cell("1-1", "Due") == due == "2026-11-25"
    assert won().cell("3-1", "Due") == ""


@pytest.mark.parametrize(
    ("title", "cell", "status"),
    [(REVIEWERS, RUTH, "In use"), (PREREQUISITES, "co-teaching", "In use; comes after co-teaching")],
)
def test_a_title_that_was_lost_approves_nothing(title: str, cell: str, status: str) -> None:
    table = desk_with({title: cell})
    table.submit(desk.submission())
    table.look()
    before = table.known.achievements["first-aid"]
    table.choose("1-1", "Approve")
    assert table.badges is not None
    table.badges[0][-1] = "Notes"
    learnt = table.look()
    assert f"The column “{title}” is gone, and what it said stays in force, of first-aid." in " ".join(
        problem.sentence for problem in learnt.lesson.problems
    )
    assert table.known.achievements["first-aid"] == before
    assert table.standing("1-1") is Standing.WAITING
    assert table.badges[1][STATUS] == status
    table.badges[0][-1], table.badges[1][-1] = title, ""
    table.look()
    assert table.standing("1-1") is Standing.APPROVED


# ── titles that are almost right ─────────────────────────────────────────────


def told(table: desk.Desk) -> list[str]:
    return [problem.sentence for problem in table.learnt.lesson.problems]


@pytest.mark.parametrize(
    ("typed", "title"), [("Reviewer", REVIEWERS), ("review day", REVIEW_DAYS), ("EXPIRY", "Valid for")]
)
def test_a_title_that_is_almost_right_is_told(typed: str, title: str) -> None:
    table = desk_with({typed: "5"})
    table.look()
    assert f"The column “{typed}” is not read. Is “{title}” meant? Then write that word there." in told(table)
    assert table.badges is not None
    table.badges[0][table.badges[0].index(typed)] = title
    table.look()
    assert not any("is not read" in sentence for sentence in told(table))


@pytest.mark.parametrize("typed", ["Notes", "Public", "Days", "", "Reviewers of last year’s badges"])
def test_people_s_own_columns_are_theirs(typed: str) -> None:
    table = desk_with({typed: "5"} | CELLS)
    table.look()
    assert not any("is not read" in sentence for sentence in told(table))
