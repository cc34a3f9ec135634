"""Long runs: when ticks are due, what one tick's failure does, how a stop is heard, when a backup is made."""

from __future__ import annotations

import logging
import signal
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge import service
from bridge.clock import RealClock, SandboxClock, StopAsked
from bridge.config.settings import Schedule
from bridge.errors import BridgeError, LeaseHeld, Refused
from bridge.ports import World
from bridge.report import Report
from bridge.sandbox.server import Sandbox
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def schedule(**settings: Any) -> Schedule:
    return Schedule.model_validate(settings)


# ── when ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "often"),
    [
        ({}, False),
        ({"every_minutes": 1}, True),
        ({"every_minutes": 30}, True),
        ({"every_minutes": 31}, False),
        ({"cron": "*/15 * * * *"}, True),
        ({"cron": "0,20 3 * * *"}, True),
        ({"cron": "0 * * * *"}, False),
    ],
)
def test_decisions_settle_where_cycles_come_often(settings: dict[str, Any], often: bool) -> None:
    assert service.comes_often(schedule(**settings), "America/Chicago") is often


@pytest.mark.parametrize(
    ("cron", "zone", "due"),
    [
        ("30 2 * * *", "America/Chicago", "2026-11-22T08:30:00+00:00"),
        ("30 2 * * *", "UTC", "2026-11-23T02:30:00+00:00"),
        ("0 5 * * 1", "UTC", "2026-11-23T05:00:00+00:00"),  # a Monday, as cron counts
    ],
)
def test_nights_are_those_of_the_programme(cron: str, zone: str, due: str) -> None:
    # Half past two in the afternoon, in UTC.
    now = datetime(2026, 11, 22, 2, 30, 1, tzinfo=UTC)
    found = service.trigger(schedule(cron=cron), zone).get_next_fire_time(None, now)  # type: ignore[no-untyped-call]
    assert found.astimezone(UTC).isoformat() == due


def test_the_first_tick_of_an_interval_comes_at_once_and_ticks_never_overlap() -> None:
    stop, running, most = threading.Event(), [0], [0]
    ticks: list[int] = []

    def tick() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        ticks.append(1)
        stop.wait(0.15)
        running[0] -= 1
        if len(ticks) == 3:
            stop.set()

    service.serve(schedule(every_minutes=0.001), "UTC", tick, stop)
    assert (most[0], running[0], len(ticks) >= 3) == (1, 0, True)


def test_the_tick_under_way_is_finished_before_the_service_ends() -> None:
    stop, finished = threading.Event(), []

    def tick() -> None:
        stop.set()
        threading.Event().wait(0.3)
        finished.append(1)

    service.serve(schedule(every_minutes=10), "UTC", tick, stop)
    assert finished == [1]


# ── failures ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "level", "traceback"),
    [
        (LeaseHeld("Another bridge is at work."), logging.INFO, False),
        (service.Stopped("Stopped as asked."), logging.INFO, False),
        (StopAsked(), logging.INFO, False),
        (Refused("Share the form."), logging.ERROR, False),
        (ZeroDivisionError(), logging.ERROR, True),
    ],
)
def test_one_tick_that_fails_is_told_and_survived(
    error: Exception, level: int, traceback: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def tick() -> None:
        raise error

    with caplog.at_level(logging.INFO, logger="bridge"):
        service.survive(tick)
    (record,) = caplog.records
    assert (record.levelno, record.exc_info is not None) == (level, traceback)


# ── stopping ─────────────────────────────────────────────────────────────────


def test_a_signal_is_heard_between_two_effects() -> None:
    told: list[int] = []
    with service.stopping() as stop:
        progress = service.until_stopped(lambda what, done, total: told.append(done), stop)
        progress("mails", 1, 3)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(service.Stopped, match="2 of 3 mails"):
            progress("mails", 2, 3)
    assert told == [1, 2]


def test_the_last_of_a_run_is_not_stopped_any_more() -> None:
    stop = threading.Event()
    stop.set()
    told: list[int] = []
    service.until_stopped(lambda what, done, total: told.append(done), stop)("mails", 3, 3)
    assert told == [3]


def test_a_second_signal_ends_the_process_where_it_stands() -> None:
    with service.stopping() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_wait_ends_when_a_stop_is_asked_for() -> None:
    clock = RealClock()
    clock.stop.set()
    with pytest.raises(StopAsked):
        clock.sleep(60)


def test_a_long_wait_renews_the_lease() -> None:
    renewed: list[int] = []
    RealClock(renew=lambda: renewed.append(1), slice=0.01).sleep(0.1)
    assert len(renewed) >= 5


# ── a sandbox's clock ────────────────────────────────────────────────────────


def test_waiting_moves_a_clock_that_stands_still() -> None:
    with Sandbox() as sandbox:
        sandbox.world.clock.set(NOW, running=False)
        clock = SandboxClock(sandbox.url)
        clock.sleep(90)
        assert (clock.now() - NOW).total_seconds() == 90


def test_a_sandbox_that_is_gone_is_a_sentence() -> None:
    with Sandbox() as sandbox:
        url = sandbox.url
    with pytest.raises(BridgeError, match="badge-bridge sandbox"):
        SandboxClock(url).now()


# ── backups ──────────────────────────────────────────────────────────────────


@dataclass
class KeepingLedger:
    """Knows of nothing but backups."""

    clock: FakeClock
    made: list[datetime] = field(default_factory=list)

    def backup(self, folder: Path, keep: int) -> Path:
        self.made.append(self.clock.now())
        return folder / "backup"


@dataclass
class OneNight:
    clock: FakeClock
    ledger: KeepingLedger


@pytest.mark.parametrize(
    ("zone", "backups"),
    [("UTC", [0, 20, 44]), ("America/Chicago", [0, 2, 26])],  # it is 4:00 in UTC, and 22:00 in Chicago
)
def test_the_first_cycle_of_each_night_begins_with_a_backup(zone: str, backups: list[int]) -> None:
    clock = FakeClock(NOW)
    ledger = KeepingLedger(clock)
    keeping = service.Keeping(Path("backups"), 7, zone, lambda: ledger.made[-1] if ledger.made else None)
    for _ in range(48):
        service.night(cast(World, OneNight(clock, ledger)), keeping, lambda: Report(clock.now()))
        clock.advance(timedelta(hours=1))
    assert ledger.made == [NOW + timedelta(hours=hour) for hour in backups]
