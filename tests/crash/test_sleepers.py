"""Two bridges on one memory: one goes home, or wakes up to find its work done; nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bridge.cycle import run_moves
from bridge.errors import LeaseHeld, LeaseLost
from bridge.model import State
from bridge.plan import Wish
from tests.crash.world import FIRST_AID, MOVES, STORIES, FakeWorld, Story
from tests.fakes.ledger import MemoryLedger

TALES = (STORIES[0], STORIES[3], MOVES[0])


@pytest.mark.parametrize("story", TALES, ids=lambda story: story.name)
def test_a_second_bridge_goes_home_whenever_it_comes(story: Story) -> None:
    world = story.world()
    turned_away = []

    def moody(name: str, when: str) -> None:
        with pytest.raises(LeaseHeld), MemoryLedger(world.clock, world.memory).lease():
            pass
        turned_away.append(name)

    world.moody = moody
    story.play(world)
    assert len(turned_away) > 50
    story.check(world)


@dataclass
class Sleeper:
    """`Moody`: after its *at*-th call the process sleeps longer than its lease, and meanwhile *other* does its work.

    Not between a look for a badge and making it: there nobody can help but a server that refuses duplicates.
    """

    world: FakeWorld
    at: int
    other: Callable[[], object]
    calls: int = 0

    def __call__(self, name: str, when: str) -> None:
        if when != "after" or name.endswith(".find"):
            return
        self.calls += 1
        if self.calls == self.at:
            self.world.clock.advance(timedelta(minutes=10))
            self.other()


def awake(world: FakeWorld) -> None:
    """Cycles to rest; a bridge that lost its lease ends, and the next one begins."""
    for _ in range(3):
        try:
            world.run_to_rest()
        except LeaseLost:
            continue
        return
    raise AssertionError("no rest")


def calls_of(story: Story) -> int:
    world = story.world()
    world.moody = sleeper = Sleeper(world, -1, lambda: None)
    story.play(world)
    return sleeper.calls


@pytest.mark.parametrize(
    "story", [TALES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in TALES[1:])], ids=lambda story: story.name
)
def test_a_bridge_that_fell_asleep_wakes_up_to_find_its_work_done(story: Story) -> None:
    for moment in range(1, calls_of(story) + 1):
        world = story.world()
        world.moody = sleeper = Sleeper(world, moment, world.run_to_rest)
        awake(world)
        for day in story.days:
            day(world)
            awake(world)
        assert sleeper.calls >= moment
        story.check(world)


@pytest.mark.parametrize("moment", range(1, 25))
def test_two_moves_at_once_are_one(moment: int) -> None:
    world = FakeWorld()
    for number in range(1, 6):
        world.forms.submit(f"teacher{number}@lakeview.example", FIRST_AID)
    world.run_to_rest()
    for row in world.sheet.rows:
        world.sheet.decide(row["ID"], "Approve")
    world.run_to_rest()
    wish = Wish("local", "badgr", revoke=True)
    world.moody = Sleeper(world, moment, lambda: world.reissue(wish))
    with pytest.raises(LeaseLost):
        run_moves(world.process(), world.policy, wish)
    world.run_to_rest()
    badgr, local = world.backends["badgr"], world.backends["local"]
    assert len(badgr.issued) == len(set(badgr.issued)) == len(local.revoked) == 5
    assert {effect.state for effect in world.known().effects.values()} == {State.DONE}
    assert len(world.mails) == len(set(world.mails)) == 15
    assert {len(moves) for moves in world.known().moves.values()} == {1}
