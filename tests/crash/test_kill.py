"""Real processes, really killed: SIGKILL in the middle of a night of sixty requests, again and again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.model import State
from bridge.plan.standing import Standing, standing
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


def progress(town: District) -> int:
    """How far the nights have come: calls to Gmail, and badges that lie in the site's folder."""
    gmail = sum(times for method, times in town.sandbox.counts().items() if method.startswith("gmail."))
    return gmail + len(list((town.folder / "site" / "badges").glob("*.png")))


def killed_after(town: District, steps: int, delay: float) -> bool:
    """Start the bridge and kill it *delay* seconds after it came so many steps further; False if it ended first."""
    before = progress(town)
    until = time.monotonic() + LONGEST
    with subprocess.Popen([*RUN, town.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bridge:
        while bridge.poll() is None and progress(town) < before + steps:
            assert time.monotonic() < until, "the bridge hangs"
            time.sleep(0.002)
        time.sleep(delay)
        bridge.send_signal(signal.SIGKILL)
    return bridge.returncode == -signal.SIGKILL


def a_night_of_kills(town: District, dice: random.Random, stride: int) -> int:
    """Kill one process after the other, each up to *stride* steps on, then let one finish; how many were killed.

    Some are killed while they start or read, before their first step.
    """
    deaths = [(0, dice.uniform(0.5, 3)), (0, dice.uniform(0.5, 3))]
    deaths += [(dice.randint(1, stride), dice.choice((0, dice.uniform(0, 0.03)))) for _ in range(KILLS - len(deaths))]
    kills = sum(killed_after(town, steps, delay) for steps, delay in dice.sample(deaths, KILLS))
    for _ in range(6):
        done = subprocess.run([*RUN, town.config], capture_output=True, text=True, timeout=LONGEST)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Another bridge is at work" not in done.stdout + done.stderr
        if "nothing to do" in done.stdout:
            return kills
        town.wait(timedelta(minutes=10))
    raise AssertionError(f"no rest: {done.stdout}")


def test_twenty_kills_lose_nothing_and_do_nothing_twice(town: District) -> None:
    dice = random.Random(20261122)  # noqa: S311 - the same kills each time, as far as a machine allows
    town.submit(TEACHERS)
    kills = a_night_of_kills(town, dice, stride=2 * TEACHERS * 2 // KILLS)
    assert town.mails() == town.once("received")
    town.approve_all()
    kills += a_night_of_kills(town, dice, stride=3 * TEACHERS * 2 // KILLS)
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
