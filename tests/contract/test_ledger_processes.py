"""The ledger among real processes: killed, racing, dead and half-dead."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.errors import LeaseHeld
from bridge.ledger import open_ledger
from bridge.ledger.lease import PROC, holder, is_dead
from bridge.model import State
from tests.contract.ledger_process import TURNS, RealClock
from tests.fakes.postgres import scratch

ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[str]"]

only_linux = pytest.mark.skipif(not PROC.exists(), reason="without /proc nobody is known to be dead")


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a process of ledger_process; it waits to be told to go on. None outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.contract.ledger_process", *map(str, words)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        expect(process, "ready")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def expect(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == word


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return scratch() if request.param == "postgres" else f"sqlite:///{tmp_path}/bridge.db"


@only_linux
@pytest.mark.slow
@pytest.mark.parametrize("reaped", [True, False])
def test_a_killed_bridge_is_succeeded_at_once_but_a_living_one_is_not(url: str, start: Start, reaped: bool) -> None:
    process = start("hold", url)
    go(process)
    expect(process, "held")
    ledger = open_ledger(url, "club", RealClock())
    with pytest.raises(LeaseHeld, match=f"process {process.pid} on "), ledger.lease():
        pass
    process.kill()
    if reaped:
        process.wait()
    else:
        wait_for_zombie(process.pid)
    with ledger.lease():
        ledger.renew()


def wait_for_zombie(pid: int) -> None:
    deadline = time.monotonic() + 120
    while (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


@only_linux
def test_only_who_ran_here_can_be_known_to_be_dead() -> None:
    host, boot, pid = holder().split("/")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not is_dead(f"{host}/{boot}/{pid}")
    assert is_dead(f"{host}/{boot}/{gone.pid}")
    assert not is_dead(f"{host}/another boot/{gone.pid}")
    assert not is_dead(f"another.example.org/{boot}/{gone.pid}")
    assert not is_dead(f"{host}//{gone.pid}")
    assert not is_dead("")


@pytest.mark.slow
def test_six_bridges_that_open_a_new_ledger_at_once_make_one(url: str, start: Start) -> None:
    processes = [start("open", url) for _ in range(6)]
    for process in processes:
        go(process)
    for process in processes:
        expect(process, "done")
        assert process.wait(120) == 0


@pytest.mark.slow
def test_bridges_that_race_for_the_lease_are_never_two(url: str, start: Start, tmp_path: Path) -> None:
    processes = [start("race", url, tmp_path / "mine") for _ in range(3)]
    for process in processes:
        go(process)
    for process in processes:
        expect(process, "done")
        assert process.wait(120) == 0
    assert len(open_ledger(url, "club", RealClock()).history(1)) == 3 * TURNS


def wait_for_more(acks: Path) -> None:
    before, deadline = acks.stat().st_size, time.monotonic() + 120
    while acks.stat().st_size == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@only_linux
@pytest.mark.slow
def test_what_a_killed_bridge_had_acknowledged_is_all_there(url: str, start: Start, tmp_path: Path) -> None:
    acks, dice = tmp_path / "acks", random.Random(66)  # noqa: S311  # no secret
    acks.touch()
    ledger = open_ledger(url, "club", RealClock())
    for _ in range(5):
        process = start("write", url, acks)
        go(process)
        wait_for_more(acks)
        time.sleep(dice.random() / 2)
        process.kill()
        process.wait()
        known, noted = ledger.load(), [int(line) for line in acks.read_text().split()]
        assert set(noted) <= set(known.requests)
        assert {f"{n}-1" for n in known.requests} == set(known.attempts), "a lesson is whole or not there"
        assert {f"issue:{n}-1" for n in known.requests} == set(known.effects)
        assert all(known.effects[f"issue:{n}-1"].in_doubt for n in noted)
        assert all(effect.state is State.PLANNED for effect in known.effects.values())
