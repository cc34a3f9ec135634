"""A badge whose parts were revoked since: its row says so, the report once, and nothing is revoked by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.model import Lesson, State
from bridge.plan.standing import Standing
from tests.core.desk import NOON, Desk, submission
from tests.core.test_pathways import ask, earn, path, won

FLAG = "Built on 1-1, which was revoked. Choose Revoke here, too, if it should not stand."


def revoke(table: Desk, attempt_id: str) -> None:
    table.choose(attempt_id, "Revoke", "It was a slip.")
    table.look()


def test_revoking_a_part_flags_the_whole_and_revokes_nothing() -> None:
    table = won()
    revoke(table, "1-1")
    assert table.cell("3-1", "Status") == f"{FLAG} (Issued by itself 2026-11-22, and mailed.)"
    assert table.standing("3-1") is Standing.ISSUED
    assert [(one.where, one.sentence) for one in table.learnt.lesson.problems] == [
        ("sheet, tab Review", "Row 3-1: the badge was built on 1-1, which was revoked; it still stands.")
    ]
    assert table.look().lesson == Lesson(), "told once"
    assert table.cell("3-1", "Status").startswith(FLAG)
    revoke(table, "3-1")
    assert table.cell("3-1", "Status") == "Being revoked."


def test_a_flagged_row_stays_where_it_is_told_also_while_the_tab_is_missed() -> None:
    table = won()
    revoke(table, "1-1")
    for effect in list(table.known.effects):
        table.finish(effect)
    table.policy = replace(table.policy, archive_after=timedelta(days=30))
    table.now = NOON + timedelta(days=60)
    table.look()
    assert "3-1" not in table.learnt.past
    assert "2-1" in table.learnt.past
    table.review = None
    table.look()
    assert "3-1" not in table.learnt.past
    assert "2-1" in table.learnt.past


def test_enough_other_parts_hold_the_whole() -> None:
    table = won()
    ask(table, "Go")
    earn(table, "4-1")
    revoke(table, "1-1")
    assert table.cell("3-1", "Status") == "Issued by itself 2026-11-22, and mailed."
    revoke(table, "2-1")
    assert table.cell("3-1", "Status").startswith("Built on 1-1, 2-1, which were revoked. Choose Revoke here, too,")


def test_a_part_that_was_earned_again_holds_the_whole() -> None:
    table = won()
    revoke(table, "1-1")
    table.finish("revoke:1-1")
    table.submit(submission("again", badge="First Aid"))
    table.look()
    earn(table, "4-1")
    table.look()
    assert table.cell("3-1", "Status") == "Issued by itself 2026-11-22, and mailed."


def test_a_whole_that_was_asked_for_is_flagged_too_and_other_peoples_are_not() -> None:
    table = path("first-aid")
    ask(table, "First Aid", who="bea")
    ask(table, "Leader")
    ask(table, "Leader", who="bea")
    for attempt_id in ("1-1", "3-1"):
        earn(table, attempt_id)
    for attempt_id in ("4-1", "5-1"):
        earn(table, attempt_id)
    revoke(table, "1-1")
    assert table.cell("4-1", "Status").startswith(FLAG)
    assert table.cell("5-1", "Status") == "Issued 2026-11-22, and mailed."
    table.choose("4-1", "Return", "Once more, please.")
    table.look()
    assert table.cell("4-1", "Status").startswith("“Return” is not possible after issuing."), "the coach comes first"


def test_what_was_revoked_before_is_no_part_of_it() -> None:
    table = path("any 1 of first-aid, chess")
    earn(table, "1-1")
    revoke(table, "1-1")
    table.known.effects["revoke:1-1"] = replace(table.effect("revoke:1-1"), state=State.DONE)
    table.known.credentials["1-1"] = replace(table.known.credentials["1-1"], revoked_at=NOON)
    table.now += timedelta(hours=1)
    earn(table, "2-1")
    ask(table, "Leader")
    earn(table, "3-1")
    revoke(table, "2-1")
    assert table.cell("3-1", "Status").startswith("Built on 2-1, which was revoked.")
