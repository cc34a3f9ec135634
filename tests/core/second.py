"""A desk where First Aid needs two who approve it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.plan import Policy
from bridge.plan.catalogue import SECOND_LOOK
from tests.core.desk import POLICY, Desk, submission
from tests.core.test_badge_cells import desk_with

ANN, BEA, CORA = (f"{who}@district.example" for who in ("ann", "bea", "cora"))
RUTH = "ruth@district.example"  # the coordinator
TEACHER = "ana@district.example"
LISTED = replace(POLICY, coaches=frozenset({ANN, BEA, TEACHER}), coordinator=RUTH)
SLOW = replace(LISTED, settle=timedelta(minutes=10))


def wanting(look: str, policy: Policy = POLICY) -> Desk:
    """A desk with one request, 1-1, for a badge whose Second look says *look*."""
    desk = desk_with({SECOND_LOOK: look})
    desk.policy = policy
    desk.submit(submission())
    desk.look()
    return desk


def half_approved(policy: Policy = POLICY, look: str = "coach", first: str = ANN) -> Desk:
    """The first has approved, and it acted."""
    desk = wanting(look, policy)
    say(desk, first)
    desk.now += policy.settle
    desk.look()
    return desk


def say(desk: Desk, who: str, verdict: str = "Approve", words: str = "", attempt_id: str = "1-1") -> None:
    """Somebody chooses, and the bridge comes by."""
    desk.choose(attempt_id, verdict, words, who)
    desk.look()


def set_look(desk: Desk, look: str) -> None:
    """The coordinator changes the badge's cell."""
    assert desk.badges is not None
    desk.badges[1][desk.badges[0].index(SECOND_LOOK)] = look


def said(desk: Desk) -> list[tuple[str, str]]:
    """Who decided what of 1-1, one after the other; "-" where something was taken back."""
    words = desk.known.decisions.get("1-1", ())
    return [(one.reviewer, one.verdict.value if one.verdict else "-") for one in words]
