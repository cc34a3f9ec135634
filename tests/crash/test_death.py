"""Death at every step of every story: always one credential, at most one mail, a truthful sheet."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crash.mortal import Death
from tests.crash.world import STORIES, FakeWorld, Story, sqlite
from tests.fakes.clock import FakeClock


def steps_of(story: Story) -> int:
    """How many steps the story has when nobody dies."""
    world = FakeWorld()
    story.play(world)
    return world.doom.steps


def timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d", "DAY", text)


def check(story: Story, world: FakeWorld) -> None:
    """As `Story.check`, but a death costs minutes, and perhaps a day."""
    statuses = {row["ID"]: timeless(row["Status"]) for row in world.sheet.rows}
    assert statuses == {key: timeless(status) for key, status in story.statuses.items()}
    assert len(world.backend.issued) == story.badges
    assert len(world.backend.revoked) == story.revoked
    assert sorted(world.mails) == sorted(story.mails)
    assert world.run_once().changed_nothing


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_story_without_a_death(story: Story) -> None:
    world = FakeWorld()
    story.play(world)
    story.check(world)


DEATHS = [
    pytest.param(story, step, id=f"{story.name}-{step}") for story in STORIES for step in range(1, steps_of(story) + 1)
]


@pytest.mark.parametrize(("story", "step"), DEATHS)
def test_a_death_at_any_step(story: Story, step: int) -> None:
    world = FakeWorld()
    world.doom.dies_at = step
    story.play(world)
    assert world.doom.steps >= step
    check(story, world)


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_death_at_any_step_with_the_ledger_on_disk_reopened(story: Story, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    sqlite(new, FakeClock())()
    for step in range(1, steps_of(story) + 1):
        folder = shutil.copytree(new, tmp_path / str(step))
        clock = FakeClock()
        world = FakeWorld(clock=clock, open_ledger=sqlite(folder, clock))
        world.doom.dies_at = step
        story.play(world)
        check(story, world)
        shutil.rmtree(folder)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_death_in_every_other_cycle(story: Story) -> None:
    """Again and again, a little further each time, until the work is done."""
    world = FakeWorld()
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
    check(story, world)
