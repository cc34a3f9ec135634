"""An award in doubt that is refused when it is asked for again: nobody says that there is none before that is sure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.errors import BridgeError, InDoubt, Refused, TryLater
from bridge.model import Effect, Kind, State, Verdict
from bridge.plan import Wish, doubt
from tests.core.desk import NOON
from tests.crash.troubled import Troubled, cycle, effect, once, town
from tests.crash.world import FIRST_AID, FakeWorld
from tests.fakes.backend import FakeBackend

LOST = InDoubt("Badgr never answered.")
REFUSAL = Refused("Badgr does not take the last name.", "Decline the request.", for_coach=True)
WAIT = "Please wait with “Decline”: the bridge is asking whether the badge was issued."


def says(*endings: BridgeError | None) -> Troubled:
    """Badgr, which ends one try after the other in these ways; None: it makes the badge."""
    left: Iterator[BridgeError | None] = iter(endings)
    return Troubled("badgr", trouble=lambda about: next(left))


def refused_once(badgr: Troubled | None = None) -> tuple[FakeWorld, Troubled]:
    """No answer first; then it was looked for, not found, and refused."""
    badgr = badgr or says(LOST, REFUSAL, REFUSAL, REFUSAL)
    world = town(badgr, FIRST_AID)
    cycle(world)
    cycle(world)
    return world, badgr


def decline(world: FakeWorld) -> None:
    world.sheet.decide("1-1", "Decline", "Not with this name.")


def test_a_coach_can_decline_once_it_is_sure_that_nothing_was_made() -> None:
    world, badgr = refused_once()
    assert (effect(world, "issue:1-1").state, effect(world, "issue:1-1").in_doubt) == (State.PLANNED, True)
    assert effect(world, "issue:1-1").note == doubt.ONCE_MORE.format(REFUSAL)
    decline(world)
    report = world.run_once()
    assert world.status("1-1").startswith(WAIT), "it is asked at this moment"
    assert [stuck.key for stuck in report.stuck] == ["issue:1-1"]
    assert (effect(world, "issue:1-1").in_doubt, effect(world, "issue:1-1").for_coach) == (False, True)
    world.clock.advance(timedelta(minutes=1))
    world.run_once()
    assert world.status("1-1") == "Declined; the teacher was told."
    assert effect(world, "issue:1-1").state is State.CANCELLED
    assert (badgr.issued, world.mails[1:]) == ([], ["tell-declined:1-1/2"])
    world.clock.advance(timedelta(days=1))
    assert world.run_once().changed_nothing
    assert badgr.calls == ["1-1"] * 3


def test_what_the_lost_call_made_after_the_first_look_is_found_by_the_second() -> None:
    world, badgr = refused_once()
    known = world.known()
    FakeBackend.issue(badgr, known.orders["1-1"], known.achievements["first-aid"])
    decline(world)
    cycle(world)
    assert effect(world, "issue:1-1").state is State.DONE
    cycle(world)
    assert "“Decline” is not possible after issuing." in world.status("1-1")
    once(world, 1)
    assert not [key for key in world.mails if key.startswith("tell-declined")]


def test_looks_that_follow_too_soon_prove_nothing() -> None:
    world, badgr = refused_once()
    world.clock.advance(-timedelta(hours=8) + doubt.SURE_AFTER - timedelta(seconds=1))
    world.run_once()
    assert badgr.calls == ["1-1"] * 2, "it is not even asked"
    world.ledger().retry(1)
    world.run_once()
    assert badgr.calls == ["1-1"] * 3
    assert (effect(world, "issue:1-1").state, effect(world, "issue:1-1").in_doubt) == (State.PLANNED, True)
    world.clock.advance(doubt.SURE_AFTER)
    world.run_once()
    assert (effect(world, "issue:1-1").state, effect(world, "issue:1-1").in_doubt) == (State.STUCK, False)


@pytest.mark.parametrize("between", [LOST, TryLater("Badgr is down.")], ids=["no answer", "down"])
def test_a_try_between_that_ended_otherwise_makes_two_more_looks(between: BridgeError) -> None:
    world, badgr = refused_once(says(LOST, REFUSAL, between, REFUSAL, REFUSAL))
    for in_doubt in (True, True, False):
        cycle(world)
        assert effect(world, "issue:1-1").in_doubt is in_doubt
    assert len(badgr.calls) == 5
    assert badgr.issued == []


def test_a_bridge_that_dies_between_the_looks_looks_twice_again() -> None:
    begun = Effect(Kind.ISSUE, "1-1", in_doubt=True, attempts=2)
    facts = doubt.not_there(begun, NOON)
    later = NOON + doubt.SURE_AFTER
    assert doubt.is_over(Effect(Kind.ISSUE, "1-1", attempts=3), facts, later)
    assert not doubt.is_over(Effect(Kind.ISSUE, "1-1", attempts=4), facts, later), "the third try had no ending"
    assert not doubt.is_over(Effect(Kind.ISSUE, "1-1", attempts=3), facts, later - timedelta(seconds=1))
    assert not doubt.is_over(Effect(Kind.ISSUE, "1-2", attempts=3), facts, later)
    assert not doubt.is_over(begun, {}, later)


def test_it_is_made_where_the_cause_was_mended_before_the_second_look() -> None:
    world, badgr = refused_once(says(LOST, REFUSAL, None))
    cycle(world)
    assert world.status("1-1").endswith(", and mailed.")
    once(world, 1)
    assert len(badgr.issued) == 1


def test_a_move_in_doubt_that_came_to_nothing_lets_the_badge_be_revoked() -> None:
    badgr = says(LOST, REFUSAL, REFUSAL)
    world = town(badgr, FIRST_AID, makes={"first-aid": "local"})
    cycle(world)
    world.reissue(Wish("local", "badgr"))
    world.clock.advance(timedelta(hours=8))
    cycle(world)
    world.sheet.decide("1-1", Verdict.REVOKE, "Not hers.")
    cycle(world)
    assert "Please wait with “Revoke”" in world.status("1-1")
    cycle(world)
    assert world.status("1-1").startswith("Revoked ")
    assert badgr.issued == []
