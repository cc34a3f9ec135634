"""Two bridges at once on one ledger, with clients of their own at one vendor's server: one award each."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from bridge.cycle import run_cycle
from bridge.errors import LeaseHeld, LedgerBusy
from bridge.model import State
from bridge.wiring import open_world
from tests.crash.mortal import Doom
from tests.crash.vendor_world import VendorWorld
from tests.crash.vendors import EASE, BadgrKeeper
from tests.crash.world import sqlite
from tests.fakes.clock import FakeClock
from tests.night.district import District, district
from tests.peers.badgr_server import BadgrServer

TEN = [f"teacher{n}" for n in range(1, 11)]
LONGEST = 60.0  # seconds for what takes two


# ── two threads ──────────────────────────────────────────────────────────────


@dataclass
class Pair:
    """Two bridges that begin at the same moment, again and again, and go on until each had the programme to itself."""

    world: VendorWorld
    errors: list[Exception] = field(default_factory=list)
    went_home: int = 0

    def run(self) -> None:
        start = Barrier(2)
        bridges = [Thread(target=self.bridge, args=(start,)) for _ in range(2)]
        for bridge in bridges:
            bridge.start()
        for bridge in bridges:
            bridge.join(LONGEST)
            assert not bridge.is_alive(), "a bridge hangs"
        assert self.errors == []

    def bridge(self, start: Barrier) -> None:
        until = time.monotonic() + LONGEST
        process = self.world.process(Doom())
        start.wait(LONGEST)
        try:
            while time.monotonic() < until:
                try:
                    run_cycle(process, self.world.policy)
                except (LeaseHeld, LedgerBusy):
                    self.went_home += 1
                    time.sleep(0.005)
                else:
                    return
        except Exception as error:  # noqa: BLE001 - told by the test
            self.errors.append(error)


@contextmanager
def shared(folder: Path, told: dict[str, object], **settings: object) -> Iterator[tuple[VendorWorld, BadgrKeeper]]:
    """A ledger on the disk, and a server at which every award lies open between its check and its making."""
    clock = FakeClock()
    with BadgrKeeper(clock, {"timeout": EASE, **told}, settings) as badgr:
        badgr.server.between_check_and_insert = lambda: time.sleep(0.01)
        yield VendorWorld(clock=clock, keepers=[badgr], folder=folder, open_ledger=sqlite(folder, clock)), badgr


@pytest.mark.usefixtures("only_processes_die")
@pytest.mark.parametrize("batch", [0, pytest.param(3, marks=pytest.mark.slow)])
def test_two_bridges_at_once_make_one_award_each(batch: int, tmp_path: Path) -> None:
    with shared(tmp_path, {"batch": batch}) as (world, badgr):
        world.ask(TEN)
        world.approve_all()
        badgr.faults.next("batch" if batch else "assertion_create", "cut_after", "cut_before", "commit_then_500")
        pair = Pair(world)
        for _ in range(4):
            pair.run()
            world.clock.advance(timedelta(hours=1))
        world.run_to_rest()
        world.check_all_issued()
        world.check_rest()
        assert pair.went_home > 0
        assert badgr.calls("token") == 1  # one log-in for all of them


@pytest.mark.slow  # tests/backends/test_badgr_account.py has a token that dies, and one that another bridge renewed
@pytest.mark.usefixtures("only_processes_die")
@pytest.mark.parametrize("refreshes", [True, False])
def test_bridges_share_a_token_and_do_not_fight_over_it(refreshes: bool, tmp_path: Path) -> None:
    """The token dies each hour; beside the bridges somebody runs `doctor`, which takes no lease."""
    with shared(tmp_path, {}, refresh_tokens=refreshes) as (world, badgr):
        world.ask(TEN)
        world.approve_all()
        deaths, looks, stop = 6, Counter[str](), Event()
        doctor = Thread(target=look_again_and_again, args=(world, badgr, looks, stop))
        doctor.start()
        try:
            pair = Pair(world)
            for _ in range(deaths):
                pair.run()
                badgr.server.expire_tokens()
                world.clock.advance(timedelta(hours=1))
                wait_for_looks(looks, 2)  # of two, one began with the dead token
        finally:
            stop.set()
            doctor.join(LONGEST)
        world.run_to_rest()
        world.check_all_issued()
        assert looks["seen"] > deaths
        assert set(looks) == {"seen"}
        assert 1 + deaths <= badgr.calls("token") <= 2 * (1 + deaths)  # as often as it died; both at once at the worst


def look_again_and_again(world: VendorWorld, badgr: BadgrKeeper, looks: Counter[str], stop: Event) -> None:
    client = badgr.backend(world.clock, world.ledger(), world.quota)
    while not stop.is_set():
        try:
            assert len(client.survey().badges) == 2
            looks["seen"] += 1
        except Exception as error:  # noqa: BLE001 - told by the test
            looks[str(error)] += 1


def wait_for_looks(looks: Counter[str], more: int) -> None:
    until, wanted = time.monotonic() + LONGEST, looks.total() + more
    while looks.total() < wanted:
        assert time.monotonic() < until, "nobody looks any more"
        time.sleep(0.005)


# ── two processes ────────────────────────────────────────────────────────────

RUN = (sys.executable, "-c", "from bridge.cli import main; main()", "run", "--config")
TEACHERS, PAIRS = 12, 4


@dataclass
class SandboxTime:
    town: District

    def now(self) -> datetime:
        with self.town.sandbox.lock:
            return self.town.sandbox.world.clock.now()


@contextmanager
def town_at_badgr(folder: Path) -> Iterator[tuple[District, BadgrServer]]:
    """A district on the sandbox, all of whose badges a Badgr server makes."""
    with ExitStack() as stack:
        town = stack.enter_context(district(folder))
        server = stack.enter_context(BadgrServer(SandboxTime(town)))
        classes = [f'{badge.key} = "{server.badge_class(badge.name)}"' for badge in town.programme.badges]
        town.set("[issuer]\n", '[issuer]\nbackend = "badgr"\n')
        with town.config.open("a", encoding="utf-8") as config:
            config.write(
                f'\n[badgr]\nurl = "{server.url}"\nissuer = "{server.issuer}"\nusername = "{server.username}"\n'
                "calls_per_minute = 10000\n\n[badgr.badges]\n" + "\n".join(classes) + "\n"
            )
        yield town, server


def start(town: District) -> subprocess.Popen[str]:
    return subprocess.Popen([*RUN, town.config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def two_at_once(town: District, ripe: Callable[[subprocess.Popen[str]], bool]) -> int:
    """Start two processes and wait until both are gone; kill one, or both, if *ripe* says so. How many were killed."""
    with start(town) as one, start(town) as other:
        for bridge in (one, other):
            if ripe(bridge):
                bridge.kill()
        for bridge in (one, other):
            bridge.communicate(timeout=LONGEST)
    town.wait(timedelta(minutes=10))
    return [one.returncode, other.returncode].count(-signal.SIGKILL)


@pytest.mark.slow
def test_two_processes_at_once_and_one_of_them_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(4)  # noqa: S311 - the same misfortunes each time, as far as a machine allows
    with town_at_badgr(tmp_path) as (town, server):
        monkeypatch.setitem(os.environ, "BADGE_BRIDGE_BADGR_PASSWORD", server.password)
        town.submit(TEACHERS)
        two_at_once(town, lambda _: False)
        town.approve_all()
        faults = ("cut_after", "commit_then_500", "cut_before", "502_html", "cut_answer")
        kills = 0
        for number in range(PAIRS):
            server.faults.next("assertion_create", dice.choice(faults))
            goal = len(server.assertions) + dice.randint(1, 2)
            kills += two_at_once(town, partial(is_that_far, server=server, awards=goal))
            if number == PAIRS // 2:
                server.expire_tokens()
        assert kills >= 2
        said = settled(town)
        assert "nothing to do" in said, said
        check_town(town, server)


def is_that_far(bridge: subprocess.Popen[str], server: BadgrServer, awards: int) -> bool:
    """Wait until the server holds so many *awards*, or *bridge* has ended; True if it is still there to be killed."""
    until = time.monotonic() + LONGEST
    while bridge.poll() is None and len(server.assertions) < awards:
        assert time.monotonic() < until, "the bridge hangs"
        time.sleep(0.002)
    return bridge.poll() is None


def settled(town: District) -> str:
    """Run until nothing is left to do; the last words."""
    said = ""
    for _ in range(6):
        town.wait(timedelta(hours=7))
        done = subprocess.run([*RUN, town.config], capture_output=True, text=True, timeout=LONGEST)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        if "nothing to do" in said:
            break
    return said


def check_town(town: District, server: BadgrServer) -> None:
    """One award for each teacher, which the ledger knows, one page, and one mail of each kind."""
    held = Counter(one.recipient for one in server.assertions)
    assert held == dict.fromkeys(town.teachers, 1)
    assert not any(one.revoked for one in server.assertions)
    assert town.mails() == town.once("received", "issued")
    assert town.pages() == TEACHERS
    assert all(status.startswith("Issued 2026-") and ", and mailed." in status for status in town.statuses())
    with open_world(town.settings) as (world, _):
        known = world.ledger.load()
    assert {effect.state for effect in known.effects.values()} == {State.DONE}
    refs = {credential.backend_ref for credential in known.credentials.values()}
    assert refs == {one.id for one in server.assertions}
