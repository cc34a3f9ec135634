"""What coaches chose since the last look counts the same, whatever row stands above."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model import Verdict
from bridge.plan.catalogue import PREREQUISITES
from bridge.plan.standing import Standing
from tests.core.answering import FORM, FormDesk
from tests.core.desk import Desk, submission
from tests.core.second import ANN, BEA
from tests.core.test_badge_cells import desk_with
from tests.core.test_desks import BO, TABS, Town
from tests.core.test_pathways import ask, earn, finish, path

both_orders = pytest.mark.parametrize("turned", [False, True])


def part_and_whole() -> Desk:
    """Ana holds First Aid, 1-1, and has asked for the Leader, 3-1, which comes after it."""
    table = path("first-aid")
    earn(table, "1-1")
    ask(table, "Leader")
    return table


def turn(table: Desk, turned: bool) -> None:
    assert table.review is not None
    table.review[1:] = sorted(table.review[1:], reverse=turned)


@both_orders
def test_a_badge_whose_part_is_revoked_in_the_same_look_is_not_issued(turned: bool) -> None:
    table = part_and_whole()
    turn(table, turned)
    table.choose("3-1", "Approve")
    table.choose("1-1", "Revoke", "Not her work.")
    table.look()
    assert table.standing("1-1") is Standing.REVOKED
    assert table.standing("3-1") is Standing.WAITING
    assert "this teacher lacks First Aid." in table.cell("3-1", "Status")


@both_orders
def test_a_badge_that_settles_while_its_part_is_revoked_is_not_issued(turned: bool) -> None:
    table = part_and_whole()
    turn(table, turned)
    table.policy = replace(table.policy, settle=timedelta(minutes=10))
    table.choose("3-1", "Approve")
    table.look()
    table.now += timedelta(minutes=10)
    table.choose("1-1", "Revoke", "Not her work.")
    table.look()
    assert table.standing("3-1") is Standing.WAITING


@both_orders
def test_a_badge_that_was_approved_for_the_wrong_request_goes_to_the_right_one_at_once(turned: bool) -> None:
    table = path("chess")
    table.choose("1-1", "Decline", "Not yet.")
    table.look()
    table.finish("tell-declined:1-1/1")
    table.submit(submission("again"))
    table.look()
    turn(table, turned)
    table.policy = replace(table.policy, settle=timedelta(minutes=10))
    table.choose("3-1", "Approve")
    table.look()
    table.choose("3-1", "Decline", "You hold it by the other request.")
    table.choose("1-1", "Approve")
    table.look()
    word = table.known.decision("1-1")
    assert word is not None
    assert word.verdict is Verdict.APPROVE


def held_and_asked(table: Desk, part: str, whole: str) -> None:
    """Ana asked for First Aid and for Co-Teaching, which comes after it; *part* and *whole* are their IDs."""
    bare = desk_with({PREREQUISITES: ""})
    assert bare.badges is not None
    bare.badges[2][bare.badges[0].index(PREREQUISITES)] = "first-aid"
    table.badges, table.artworks = bare.badges, bare.artworks
    for badge in ("First Aid", "Co-Teaching") if part < whole else ("Co-Teaching", "First Aid"):
        table.submit(submission(badge, badge=badge))
        table.look()


both_numbers = pytest.mark.parametrize(("part", "whole"), [("1-1", "2-1"), ("2-1", "1-1")])


@both_numbers
@both_orders
def test_so_it_is_where_they_decide_in_a_form(part: str, whole: str, turned: bool) -> None:
    """Nothing has acted between the two answers, so it does not matter which was sent first."""
    table = FormDesk(FORM)
    held_and_asked(table, part, whole)
    table.answer(part, "Approve", by=ANN)
    table.look()
    finish(table, part)
    table.look()
    answers = [(whole, "Approve", "", ANN), (part, "Revoke", "Not her work.", BEA)]
    for row, verdict, words, by in answers[::-1] if turned else answers:
        table.answer(row, verdict, words, by=by)
    table.look()
    assert table.standing(part) is Standing.REVOKED
    assert table.standing(whole) is Standing.WAITING
    assert "this teacher lacks First Aid." in table.status(whole)


@both_numbers
def test_so_it_is_where_each_decides_in_a_tab_of_their_own(part: str, whole: str) -> None:
    table = Town(policy=TABS)
    held_and_asked(table, part, whole)
    for attempt_id in (part, whole):
        table.wish(attempt_id, BO)
    table.look()
    table.choose_in(BO, part, "Approve")
    table.look()
    finish(table, part)
    table.look()
    table.choose_in(BO, whole, "Approve")
    table.choose_in(BO, part, "Revoke", "Not her work.")
    table.look()
    assert table.standing(part) is Standing.REVOKED
    assert table.standing(whole) is Standing.WAITING
