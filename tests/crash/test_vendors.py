"""Death at every step while a vendor's server fails before and after it acts: always one award, one mail, the truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from itertools import count, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash.vendor_world import VendorWorld, town
from tests.crash.vendors import EASE, FORK, BadgrKeeper, CredlyKeeper, Keeper
from tests.crash.world import FIRST_AID
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.usefixtures("only_processes_die")

ANA = "ana@lakeview.example"

#: A time-out costs its time at each of a hundred deaths, so it is short; one that comes by accident is as good.
SHORT = {"timeout": (0.3, 0.12)}
PATIENCE = 0.2

#: Vendor → what it calls making and revoking.
MAKES = {"badgr": "assertion_create", "fork": "assertion_create", "credly": "issue"}

LOUD = ("", "500", "commit_then_500", "cut_before", "cut_after", "cut_answer", "html_200", "429")
ISSUED = "Issued DAY, and mailed. Not accepted by the teacher yet."


def keeper(name: str, clock: FakeClock, **told: object) -> Keeper:
    if name == "credly":
        return CredlyKeeper(clock, {**SHORT, **told}, PATIENCE)
    settings = {"patience": PATIENCE, **(FORK if name == "fork" else {})}
    return BadgrKeeper(clock, {**SHORT, **told}, settings)


@contextmanager
def approved(name: str, *faults: tuple[str, str], **told: object) -> Iterator[tuple[VendorWorld, Keeper]]:
    """A request that was just approved, and a server at which the first call of an operation meets its fault."""
    clock = FakeClock()
    with keeper(name, clock, **told) as server, TemporaryDirectory() as folder:
        world = town(server, clock, Path(folder))
        world.forms.submit(ANA, FIRST_AID, name="Ana Lima")
        world.run_to_rest()
        world.sheet.decide("1-1", "Approve")
        for operation, fault in faults:
            server.faults.next(operation, fault)
        yield world, server


def faults_of(name: str, faults: tuple[str, ...]) -> tuple[str, ...]:
    """Those that the vendor's server knows."""
    unknown = {"credly": {"timeout_late", "cut_answer"}}.get(name, set())
    return tuple(fault for fault in faults if fault not in unknown)


#: With which faults every single step is tried, and with which every third one: they end the same way, only sooner.
EACH = {"timeout_before": 1, "timeout_after": 1, "commit_then_500": 3, "cut_before": 3, "cut_after": 3}


@cache
def steps_to_rest(name: str, fault: str) -> int:
    """How many steps it takes from the approval until all is done, when nobody dies."""
    with approved(name, *making(name, fault)) as (world, _):
        start = world.doom.steps
        world.run_to_rest()
        return world.doom.steps - start


def making(name: str, fault: str) -> list[tuple[str, str]]:
    return [(MAKES[name], fault)] if fault else []


def check_issued(world: VendorWorld) -> None:
    """One award at the server that is the one credential, one mail of each kind, a truthful sheet, and rest."""
    world.check_books()
    (held,) = world.held()
    assert (held.recipient, held.badge, held.revoked) == (ANA, "first-aid", False)
    assert list(world.known().credentials) == ["1-1"]
    assert sorted(world.mails) == ["tell-issued:1-1", "tell-received:1-1"]
    assert world.statuses() == {"1-1": ISSUED}
    world.check_rest()


def die(name: str, fault: str, step: int) -> bool:
    """Die at the *step*-th step after the approval, and have others finish; False if there was no such step."""
    with approved(name, *making(name, fault)) as (world, server):
        world.doom.dies_at = world.doom.steps + step
        world.run_to_rest()
        died, world.doom.dies_at = world.doom.steps >= world.doom.dies_at, -1
        check_issued(world)
        assert server.faults.happened == making(name, fault)
        return died


@pytest.mark.parametrize("name", MAKES)
def test_one_award_costs_one_call_and_one_picture(name: str) -> None:
    with approved(name, timeout=EASE) as (world, server):
        world.run_to_rest()
        check_issued(world)
        made = (server.calls(MAKES[name]), server.calls("image"))
        assert made == (1, 1)
        told = "list" if name == "credly" else "assertion_list"
        assert server.calls(told) == 1  # what the earners did, asked for all awards together
        if name != "credly":
            assert server.calls("token") == 1


@pytest.mark.parametrize("name", MAKES)
def test_in_doubt_it_asks_before_it_repeats(name: str) -> None:
    for fault, made in [("commit_then_500", 1), ("cut_after", 1), ("500", 2), ("cut_before", 2)]:
        with approved(name, *making(name, fault), timeout=EASE) as (world, server):
            world.run_once()
            assert world.statuses()["1-1"].startswith("Approved; asking whether the badge was issued.")
            world.clock.advance(timedelta(hours=8))
            world.run_to_rest()
            check_issued(world)
            assert server.calls(MAKES[name]) == made, fault
            told = "list" if name == "credly" else "assertion_list"
            assert server.calls(told) == 2  # once in doubt, once for what the earners did


@pytest.mark.parametrize("fault", ["commit_then_500", "cut_after", "cut_before"])
def test_in_doubt_it_asks_for_the_award_under_whichever_badge_class(fault: str) -> None:
    with approved("badgr", *making("badgr", fault), timeout=EASE) as (world, server):
        world.run_once()
        assert isinstance(server, BadgrKeeper)
        server.name_another_class("first-aid")
        world.clock.advance(timedelta(hours=8))
        world.run_to_rest()
        check_issued(world)
        assert server.calls("assertion_create") == (2 if fault == "cut_before" else 1)
        assert server.calls("assertion_list") == 2


#: The quick tests try one of them.
EACH_NAME = [pytest.param(name, marks=pytest.mark.slow if name != "badgr" else ()) for name in MAKES]


@pytest.mark.parametrize("name", EACH_NAME)
def test_a_death_at_any_step_with_this_fault_or_that(name: str) -> None:
    """Every third step, the faults in turn."""
    faults = faults_of(name, LOUD)
    for step in range(1, max(steps_to_rest(name, fault) for fault in faults) + 1, 3):
        fault = faults[step // 3 % len(faults)]
        die(name, fault, min(step, steps_to_rest(name, fault)))


# ── a revocation ─────────────────────────────────────────────────────────────

REVOKES = ("", "500", "commit_then_500", "cut_before", "cut_after", "429")


def die_revoking(name: str, fault: str, step: int) -> bool:
    """Die at the *step*-th step after the coach chose Revoke, have others finish; False if there is no such step."""
    with approved(name) as (world, server):
        world.run_to_rest()
        world.sheet.decide("1-1", "Revoke", "It was not her work.")
        if fault:
            server.faults.next("revoke", fault)
        world.doom.dies_at = world.doom.steps + step
        world.run_to_rest()
        world.check_books()
        (held,) = world.held()
        assert (held.recipient, held.badge, held.revoked) == (ANA, "first-aid", True)
        assert sorted(world.mails) == ["tell-issued:1-1", "tell-received:1-1", "tell-revoked:1-1"]
        assert world.statuses() == {"1-1": "Revoked DAY; the teacher was told."}
        died, world.doom.dies_at = world.doom.steps >= world.doom.dies_at, -1
        world.check_rest()
        return died


@pytest.mark.parametrize("name", MAKES)
def test_a_death_now_and_then_while_it_is_revoked(name: str) -> None:
    """Every seventh step, the faults in turn."""
    deaths = [die_revoking(name, REVOKES[step % len(REVOKES)], step) for step in range(1, 90, 7)]
    assert sum(deaths) >= 8


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["commit_then_500", "cut_before", "timeout_after"])
@pytest.mark.parametrize("name", ["badgr", "credly"])
def test_a_death_at_any_step_while_it_is_revoked(name: str, fault: str) -> None:
    steps = takewhile(lambda step: die_revoking(name, fault, step), count(1, EACH[fault]))
    assert sum(1 for _ in steps) > 50 // EACH[fault]


# ── every step, with the faults that matter most ─────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("fault", EACH)
@pytest.mark.parametrize("name", MAKES)
def test_a_death_at_any_step_with_this_very_fault(name: str, fault: str) -> None:
    stride = 3 if name == "fork" else EACH[fault]  # whose server differs from Badgr's in its words alone
    steps = range(1, steps_to_rest(name, fault) + 1, stride)
    deaths = [die(name, fault, step) for step in steps]
    assert sum(deaths) > 0.8 * len(steps)  # a time-out by accident makes the way longer or shorter
