"""Long runs: APScheduler calls the tick; a tick's failure is one tick's; a stop waits for the effect under way."""

# mypy: allow-untyped-calls
# (APScheduler 3 has no types.)

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bridge.clock import StopAsked
from bridge.config.cron import crontab
from bridge.config.settings import Schedule
from bridge.errors import BridgeError, LeaseHeld
from bridge.plan import Policy
from bridge.ports import Progress, World
from bridge.report import Report

log = logging.getLogger(__name__)

#: A cycle that comes round this often lets a decision settle first: the coach may still be typing.
OFTEN = timedelta(minutes=30)

Opening: TypeAlias = AbstractContextManager[tuple[World, Policy]]

STOPPERS = (signal.SIGTERM, signal.SIGINT)


class Stopped(BridgeError):
    """The bridge was asked to stop, and did so between two effects: the next cycle goes on from there."""


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM and Ctrl-C set, in place of ending the process where it stands."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():  # asked twice: somebody means it
            signal.default_int_handler(number, frame)
        stop.set()

    before = {number: signal.signal(number, ask) for number in STOPPERS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def until_stopped(progress: Progress, stop: threading.Event) -> Progress:
    """Return *progress* that raises Stopped once *stop* is set. A cycle tells its progress between two effects."""

    def told(what: str, done: int, total: int) -> None:
        progress(what, done, total)
        if stop.is_set() and done < total:
            raise Stopped(f"Stopped as asked after {done} of {total} {what}; the rest will be done in the next cycle.")

    return told


def trigger(schedule: Schedule, timezone: str) -> BaseTrigger:
    """Return when ticks are due: every so many minutes, or as cron says in the programme's time zone."""
    if schedule.every_minutes:
        return IntervalTrigger(minutes=schedule.every_minutes)
    return CronTrigger(**crontab(schedule.cron), timezone=ZoneInfo(timezone))


def comes_often(schedule: Schedule, timezone: str) -> bool:
    """True when two ticks may be no more than half an hour apart."""
    if schedule.every_minutes:
        return timedelta(minutes=schedule.every_minutes) <= OFTEN
    due = trigger(schedule, timezone)
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    for _ in range(50):
        moment = due.get_next_fire_time(moments[-1], moments[-1] + timedelta(seconds=1))
        if moment is None:
            break
        moments.append(moment)
    return any(later - earlier <= OFTEN for earlier, later in pairwise(moments[1:]))


def serve(schedule: Schedule, timezone: str, tick: Callable[[], None], stop: threading.Event) -> None:
    """Call *tick* as *schedule* says, one at a time, until *stop*; then wait for the tick under way.

    With an interval the first tick comes at once. Ticks that were missed (a suspended laptop) become one.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    at_once = {"next_run_time": datetime.now(UTC)} if schedule.every_minutes else {}
    scheduler.add_job(
        lambda: survive(tick),
        trigger(schedule, timezone),
        id="tick",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        **at_once,
    )
    scheduler.start()
    try:
        while not stop.wait(1.0):  # in slices: not every system wakes a waiting thread for Ctrl-C
            pass
    finally:
        log.info("stopping: the effect under way is finished first")
        scheduler.shutdown(wait=True)


def survive(tick: Callable[[], None]) -> None:
    """Call *tick*; whatever becomes of it, the service goes on."""
    try:
        tick()
    except LeaseHeld as busy:
        log.info("%s", busy)
    except (Stopped, StopAsked) as stopped:
        log.info("%s", stopped)
    except BridgeError as error:
        log.error("this cycle failed: %s", error)  # noqa: TRY400 - a sentence, not a traceback
    except Exception:
        log.exception("this cycle ended in a way nobody foresaw; the next one comes as planned")


class KeptOpen:
    """A world that stays open from one cycle to the next, and is opened anew when a key was replaced meanwhile.

    *stamp* tells whether the key files are still the same; None: they can't be seen now, so nothing is known.
    """

    def __init__(self, open_: Callable[[], Opening], stamp: Callable[[], object]) -> None:
        self.open, self.stamp = open_, stamp
        self.seen: object = None
        self.stack = ExitStack()
        self.opened: tuple[World, Policy] | None = None

    def now(self) -> tuple[World, Policy]:
        """Return the open world; raise what opening it raises, and keep the former one for the next time."""
        stamp = self.stamp()
        if self.opened is None or stamp not in (None, self.seen):
            with ExitStack() as stack:
                opened = stack.enter_context(self.open())
                former, self.stack = self.stack, stack.pop_all()
            if self.opened is not None:
                log.info("a signing key was replaced: it is taken up")
            self.opened, self.seen = opened, stamp
            former.close()
        return self.opened

    def __enter__(self) -> KeptOpen:
        self.now()
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where backups go, how many are kept, when the newest was made, and in which time zone nights are counted."""

    folder: Path
    keep: int
    timezone: str
    newest: Callable[[], datetime | None]


def night(world: World, keeping: Keeping, cycle: Callable[[], Report]) -> Report:
    """Run *cycle*, after a backup if it is the first of this night (that is: of the day in the programme's zone)."""
    if backup_is_due(keeping, world.clock.now()):
        made = world.ledger.backup(keeping.folder, keeping.keep)
        if made is not None:
            log.info("backup made: %s", made.name)
    return cycle()


def backup_is_due(keeping: Keeping, now: datetime) -> bool:
    """True when the newest backup was made before today."""
    zone = ZoneInfo(keeping.timezone)
    made = keeping.newest()
    return made is None or made.astimezone(zone).date() < now.astimezone(zone).date()
