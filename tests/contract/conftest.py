"""The sandbox with a planted programme, and the bridge's way to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bridge.google import READ_SCOPES, Google, connect
from bridge.sandbox.seed import Programme
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World
from tests.contract.ledgers import MemoryPlace, PostgresPlace, SqlitePlace
from tests.contract.workspace import Workspace
from tests.fakes.planted import planted


class FollowingClock:
    """The sandbox's own clock; sleeping moves it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._sandbox.lock:
            return self._sandbox.world.clock.now()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        with self._sandbox.lock:
            self._sandbox.world.clock.move(timedelta(seconds=seconds))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryPlace:
    """Where a ledger lies, each kind of place in turn."""
    if request.param == "postgres":
        return PostgresPlace()
    return SqlitePlace(tmp_path) if request.param == "sqlite" else MemoryPlace()


@pytest.fixture
def town() -> tuple[World, Programme]:
    return planted()


@pytest.fixture
def world(town: tuple[World, Programme]) -> World:
    return town[0]


@pytest.fixture
def programme(town: tuple[World, Programme]) -> Programme:
    return town[1]


@pytest.fixture
def sandbox(world: World) -> Iterator[Sandbox]:
    """A running sandbox; no answer of it may break Google's contract, no call of ours may stretch it."""
    with Sandbox(world) as running:
        yield running
        assert running.broken == []
        assert running.warnings == []


@pytest.fixture
def workspace(sandbox: Sandbox, programme: Programme, tmp_path: Path) -> Iterator[Workspace]:
    key = tmp_path / "key.json"
    key.write_text(json.dumps(programme.key_for(sandbox.url)))
    clock = FollowingClock(sandbox)
    opened: list[Google] = []

    def reach(act_as: str = programme.mailbox, more: tuple[str, ...] = ()) -> Google:
        google = connect(key, act_as, sandbox.url, (*READ_SCOPES, *more), clock=clock, dice=lambda: 0.0, patience=120)
        opened.append(google)
        return google

    yield Workspace(sandbox, programme, reach, clock)
    for google in opened:
        google.close()
