"""Nobody holds the same badge twice, however many requests he or she has sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.plan.standing import Standing
from tests.core.desk import POLICY, Desk, declined, submission

RIVAL = "Request {} already stands for this badge"


def asked_again_after_no() -> Desk:
    """Request 1 was declined and told; 2 is the same teacher's, for the same badge."""
    desk = declined()
    desk.submit(submission("r2"))
    desk.look()
    return desk


def test_a_mended_decline_gives_no_second_badge() -> None:
    desk = asked_again_after_no()
    desk.choose("2-1", "Approve")
    desk.look()
    desk.finish("issue:2-1")
    desk.choose("1-1", "Approve")
    desk.look()
    assert "issue:1-1" not in desk.known.effects
    assert desk.standing("1-1") is Standing.DECLINED
    assert desk.cell("1-1", "Status").startswith(RIVAL.format(2))


def test_of_two_approved_at_once_the_first_row_counts() -> None:
    desk = asked_again_after_no()
    desk.policy = replace(POLICY, settle=timedelta(minutes=10))
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.DECIDED
    assert desk.cell("2-1", "Status").startswith(RIVAL.format(1))
    desk.choose("1-1", "Decline", "Not this year.")
    desk.look()
    assert desk.standing("2-1") is Standing.DECIDED


def test_two_names_of_one_badge_give_one_badge() -> None:
    desk = Desk()
    desk.submit(submission("r1"), submission("r2", badge="Aid One"))
    desk.look()
    assert desk.badges is not None
    desk.badges[1] = [cell.replace("First Aid", "Aid One") for cell in desk.badges[1]]
    desk.look()
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "Approve")
    desk.look()
    assert [key for key in desk.known.effects if key.startswith("issue:")] == ["issue:1-1"]


def test_after_a_revocation_the_badge_can_be_earned_again() -> None:
    desk = asked_again_after_no()
    desk.choose("2-1", "Approve")
    desk.look()
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:2-1")
    desk.choose("2-1", "Revoke", "It was another teacher's work.")
    desk.look()
    desk.choose("1-1", "Approve")
    desk.look()
    assert "issue:1-1" in desk.known.effects
