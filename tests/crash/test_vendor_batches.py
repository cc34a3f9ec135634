"""Several awards in one call, which a server makes one after the other, or not at all, or only says so: one each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.crash.vendor_storms import PATIENCE, SHORT
from tests.crash.vendor_world import VendorWorld
from tests.crash.vendors import EASE, BadgrKeeper
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.usefixtures("only_processes_die")

SEVEN = [f"teacher{n}" for n in range(1, 8)]
FAULTS = ("killed_batch:1", "killed_batch:2", "500", "commit_then_500", "cut_before", "cut_after", "cut_answer")


@contextmanager
def approved(batch: int, *faults: str, easy: bool = True, **settings: Any) -> Iterator[tuple[VendorWorld, BadgrKeeper]]:
    """Fourteen approved requests by seven people for two badges; the first batches meet *faults*."""
    clock, told = FakeClock(), {"timeout": EASE} if easy else SHORT
    keeper = BadgrKeeper(clock, {**told, "batch": batch}, {"patience": PATIENCE, **settings})
    with keeper as badgr, TemporaryDirectory() as folder:
        world = VendorWorld(clock=clock, keepers=[badgr], folder=Path(folder))
        world.ask(SEVEN)
        world.approve_all()
        badgr.faults.next("batch", *faults)
        yield world, badgr


def calls(badgr: BadgrKeeper) -> tuple[int, int]:
    """How many made several awards, and how many made one."""
    return badgr.calls("batch"), badgr.calls("assertion_create")


@pytest.mark.parametrize(("batch", "made"), [(50, (2, 0)), (3, (4, 2)), (0, (0, 14)), (1, (0, 14))])
def test_one_call_makes_as_many_awards_of_one_badge_as_it_may(batch: int, made: tuple[int, int]) -> None:
    """Three each: 3, 3 and 1 of a badge; one alone is no batch."""
    with approved(batch) as (world, badgr):
        world.run_to_rest()
        world.check_all_issued()
        assert calls(badgr) == made
        world.check_rest()


@pytest.mark.parametrize("batch", [50, 3])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_batch_of_which_nobody_knows_what_became(batch: int, fault: str) -> None:
    with approved(batch, fault, fault) as (world, badgr):
        world.run_to_rest()
        world.check_all_issued()
        assert badgr.faults.waiting == 0
        world.check_rest()


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("batch", [50, 3])
def test_a_server_that_only_says_that_it_will(batch: int, works: bool) -> None:
    """The fork answers 202 and no more; the awards are looked for, and made one by one where there are none."""
    with approved(batch, fork=True, batch_works=works) as (world, badgr):
        world.run_to_rest(most=20)
        world.check_all_issued()
        together, alone = calls(badgr)
        assert together >= 2
        assert alone == (2 if batch == 3 else 0) if works else alone == 14
        world.check_rest()


def test_an_award_of_somebody_else_in_the_midst_holds_up_nobody() -> None:
    with approved(50) as (world, badgr):
        badgr.stand("teacher3@lakeview.example", "first-aid")
        world.run_once()
        assert len(world.known().credentials) == 13
        (stuck,) = [id_ for id_, status in world.statuses().items() if not status.startswith("Issued")]
        assert world.sheet.row(stuck)["E-mail"] == "teacher3@lakeview.example"
        assert "already holds another award" in world.status(stuck)
        badgr.withdraw_by_hand("teacher3@lakeview.example", "first-aid")
        world.ledger().retry(int(stuck.partition("-")[0]))
        world.run_to_rest()
        world.check_all_issued()


# ── with deaths ──────────────────────────────────────────────────────────────


@cache
def steps_to_rest(batch: int, *faults: str) -> int:
    with approved(batch, *faults, easy=False) as (world, _):
        start = world.doom.steps
        world.run_to_rest(most=20)
        return world.doom.steps - start


def die(batch: int, step: int, *faults: str, **settings: Any) -> None:
    with approved(batch, *faults, easy=False, **settings) as (world, _):
        world.doom.dies_at = world.doom.steps + step
        world.run_to_rest(most=20)
        world.check_all_issued()
        world.check_rest()


@pytest.mark.slow
@pytest.mark.parametrize("batch", [50, 3])
def test_deaths_and_killed_batches(batch: int) -> None:
    """Every fortieth step, the faults in turn."""
    for step in range(1, steps_to_rest(batch), 40):
        die(batch, step, FAULTS[step // 40 % len(FAULTS)])


@pytest.mark.slow
@pytest.mark.parametrize("batch", [50, 3])
@pytest.mark.parametrize("fault", ["killed_batch:1", "killed_batch:2", "timeout_late"])
def test_many_deaths_and_killed_batches(batch: int, fault: str) -> None:
    """Every fortieth step."""
    for step in range(1, steps_to_rest(batch, fault, fault), 40):
        die(batch, step, fault, fault)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [50, 3])
@pytest.mark.parametrize("works", [True, False])
def test_many_deaths_at_a_server_that_only_says_that_it_will(batch: int, works: bool) -> None:
    for step in range(1, steps_to_rest(batch), 40):
        die(batch, step, fork=True, batch_works=works)
