"""Death at every step of every story: always one credential, at most one mail, a truthful sheet."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crash.mortal import Death
from tests.crash.world import MOVES, PATHWAYS, STORIES, TWO, FakeWorld, Story, sqlite
from tests.fakes.clock import FakeClock


def steps_of(story: Story) -> int:
    """How many steps the story has when nobody dies."""
    world = story.world()
    story.play(world)
    return world.doom.steps


@pytest.mark.parametrize("story", [*STORIES, *MOVES, *PATHWAYS, TWO], ids=lambda story: story.name)
def test_the_story_without_a_death(story: Story) -> None:
    world = story.world()
    story.play(world)
    story.check(world)
    assert {row["Status"] for row in world.sheet.rows} <= set(story.statuses.values())


#: `make test` tries every other step; those between are as many again in the slow tests.
DEATHS = [
    pytest.param(story, step, id=f"{story.name}-{step}", marks=pytest.mark.slow if step % 2 else ())
    for story in STORIES
    for step in range(1, steps_of(story) + 1)
]


@pytest.mark.parametrize(("story", "step"), DEATHS)
def test_a_death_at_any_step(story: Story, step: int) -> None:
    dies(story, step, story.world())


#: Of those that go on for long, every step is tried in the slow tests only.
LONGEST = (
    "there and back",
    "there, with the old one withdrawn, and back",
    "moved, then revoked",
    "revoked before the move was public",
    "at a vendor's",
)


@pytest.mark.parametrize(
    "story",
    [pytest.param(story, id=story.name, marks=pytest.mark.slow if story.name in LONGEST else ()) for story in MOVES],
)
def test_a_death_at_any_step_of_a_move(story: Story) -> None:
    for step in range(1, steps_of(story) + 1):
        dies(story, step, story.world())


BY_ITSELF = range(1, steps_of(PATHWAYS[0]) + 1)


@pytest.mark.parametrize("step", BY_ITSELF[::7])
def test_a_death_at_some_step_of_a_badge_that_comes_by_itself(step: int) -> None:
    dies(PATHWAYS[0], step, PATHWAYS[0].world())


@pytest.mark.slow
def test_a_death_at_any_step_of_a_badge_that_comes_by_itself() -> None:
    for step in BY_ITSELF:
        dies(PATHWAYS[0], step, PATHWAYS[0].world())


BY_TWO = range(1, steps_of(TWO) + 1)


@pytest.mark.parametrize("step", BY_TWO[::23])
def test_a_death_at_some_step_of_a_badge_that_two_approve(step: int) -> None:
    dies(TWO, step, TWO.world())


@pytest.mark.slow
def test_a_death_at_many_steps_of_a_badge_that_two_approve() -> None:
    for step in BY_TWO[1::4]:
        dies(TWO, step, TWO.world())


def dies(story: Story, step: int, world: FakeWorld) -> None:
    world.doom.dies_at = step
    story.play(world)
    assert world.doom.steps >= step
    story.check(world)


#: On disk, every nineteenth step is tried: a commit takes its time there, and in memory it is every one.
STRIDE = 19


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES + MOVES + PATHWAYS, ids=lambda story: story.name)
def test_deaths_with_the_ledger_on_disk_reopened(story: Story, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    sqlite(new, FakeClock())()
    for step in range(1 + len(story.name) % STRIDE, steps_of(story) + 1, STRIDE):
        folder = shutil.copytree(new, tmp_path / str(step))
        clock = FakeClock()
        dies(story, step, story.world(clock=clock, open_ledger=sqlite(folder, clock)))
        shutil.rmtree(folder)


@pytest.mark.parametrize("story", STORIES + MOVES + PATHWAYS, ids=lambda story: story.name)
def test_a_death_in_every_other_cycle(story: Story) -> None:
    """Again and again, a little further each time, until the work is done."""
    world = story.world()
    world.run_to_rest()
    for day in story.days:
        day(world)
        start = world.doom.steps
        for reach in range(1, 60, 3):
            world.doom.dies_at = world.doom.steps + reach
            try:
                world.run_once()
            except Death:
                world.doom.dead = False
            world.clock.advance(timedelta(minutes=5))
        assert world.doom.steps > start
        world.doom.dies_at = -1
        world.run_to_rest()
    story.check(world)
