"""Real processes, really killed: SIGKILL in the middle of a night of forty requests, again and again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Timer

import pytest

from bridge.model import State
from bridge.plan.standing import Standing, standing
from bridge.sandbox.calls import CallLog
from bridge.wiring import open_world
from tests.night.district import District, district

pytestmark = pytest.mark.slow

RUN = (sys.executable, "-c", "from bridge.cli import main; main()", "run", "--config")
TEACHERS = 40
KILLS = 10  # in each of the two nights
LONGEST = 120.0  # seconds for one process; far more than a whole night takes
SEND = "gmail.users.drafts.send"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[District]:
    with district(tmp_path) as made:
        with made.config.open("a", encoding="utf-8") as config:
            config.write("\n[guards]\nnew_awards = 1000\n")
        yield made


class Watch(CallLog):
    """The sandbox's list of calls, which does something at the n-th call to Gmail from now on, before its answer."""

    __slots__ = ("act", "left")

    def __init__(self) -> None:
        super().__init__()
        self.left = 0
        self.act: Callable[[], object] = lambda: None

    def add(
        self, method: str, status: int, caller: str, when: datetime, *, inner: bool = False, fault: str = ""
    ) -> None:
        super().add(method, status, caller, when, inner=inner, fault=fault)
        if method.startswith("gmail."):
            self.left -= 1
            if self.left == 0:
                self.act()


@dataclass(frozen=True, slots=True)
class Death:
    """When a process is killed: *delay* seconds after so many calls to Gmail, or badges; or of neither, its start."""

    calls: int = 0
    badges: int = 0
    delay: float = 0.0


def killed(town: District, watch: Watch, death: Death) -> bool:
    """Start the bridge and kill it; False if it ended first."""
    there = badges(town)
    until = time.monotonic() + LONGEST
    with subprocess.Popen([*RUN, town.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bridge:
        with town.sandbox.lock:
            watch.left, watch.act = death.calls, Timer(death.delay, bridge.kill).start if death.delay else bridge.kill
        while bridge.poll() is None:
            assert time.monotonic() < until, "the bridge hangs"
            if not death.calls and badges(town) >= min(there + death.badges, TEACHERS if death.badges else 0):
                time.sleep(death.delay)
                bridge.kill()
            time.sleep(0.002)
    return bridge.returncode == -signal.SIGKILL


def badges(town: District) -> int:
    return len(list((town.folder / "site" / "badges").glob("*.png")))


def a_night_of_kills(town: District, watch: Watch, deaths: list[Death]) -> int:
    """Kill one process after the other, then let one finish; how many were killed."""
    kills = sum(killed(town, watch, death) for death in deaths)
    for _ in range(6):
        done = subprocess.run([*RUN, town.config], capture_output=True, text=True, timeout=LONGEST)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Another bridge is at work" not in done.stdout + done.stderr
        if "nothing to do" in done.stdout:
            return kills
        town.wait(timedelta(minutes=10))
    raise AssertionError(f"no rest: {done.stdout}")


def some_deaths(dice: random.Random, *, badges: int) -> list[Death]:
    """Two while they start or read, so many while badges are made, the others at or just after a call to Gmail.

    All together come less far than the night is long, so that each of them finds something to do.
    """
    calls, most = KILLS - 2 - badges, 2 * TEACHERS // KILLS
    deaths = [Death(delay=dice.uniform(0.2, 1)) for _ in range(2)]
    deaths += [Death(badges=dice.randint(1, TEACHERS // KILLS), delay=dice.uniform(0, 0.03)) for _ in range(badges)]
    deaths += [Death(calls=dice.randint(1, most), delay=dice.choice((0, dice.uniform(0, 0.03)))) for _ in range(calls)]
    return dice.sample(deaths, KILLS)


def test_twenty_kills_lose_nothing_and_do_nothing_twice(town: District) -> None:
    dice = random.Random(20261122)  # noqa: S311 - the same kills each time, as far as a machine allows
    watch = town.sandbox.workspace.calls = Watch()
    town.submit(TEACHERS)
    kills = a_night_of_kills(town, watch, some_deaths(dice, badges=0))
    assert town.mails() == town.once("received")
    town.approve_all()
    kills += a_night_of_kills(town, watch, some_deaths(dice, badges=4))
    assert kills >= 15
    town.assert_each_has_one_badge()
    check_site(town)
    check_calls(town)
    check_ledger(town)


def check_site(town: District) -> None:
    """One credential per teacher, in every form that it has."""
    site = town.folder / "site"
    for files in ("badges/*.png", "credentials/*.json", "assertions/*.json", "awards/*.html"):
        assert len(list(site.glob(files))) == TEACHERS, files


def check_calls(town: District) -> None:
    """Each draft was sent with success once, as many as there are mails."""
    with town.sandbox.lock:
        calls = list(town.sandbox.workspace.calls.calls)
    assert sum(call.method == SEND and call.status == 200 for call in calls) == 2 * TEACHERS


def check_ledger(town: District) -> None:
    with open_world(town.settings) as (world, _):
        known = world.ledger.load()
    assert {effect.state for effect in known.effects.values()} == {State.DONE}
    assert not [effect.key for effect in known.effects.values() if effect.in_doubt]
    assert [standing(known, attempt_id) for attempt_id in known.attempts] == [Standing.ISSUED] * TEACHERS
    assert len({order.award for order in known.orders.values()}) == TEACHERS
