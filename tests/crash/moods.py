"""Services with moods: by a schedule they ask for a pause, cut the line, refuse, or fail in ways nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from hypothesis import strategies as st

from bridge.errors import InDoubt, Refused, TryLater
from bridge.model import State
from bridge.report import Report
from tests.crash.mortal import Death
from tests.crash.world import FakeWorld

T = TypeVar("T")


class Mood(StrEnum):
    BUSY = "busy"  # asks for a pause before it does anything
    CUT = "cut"  # the line is cut before the call arrives; nobody can say so
    LOST = "lost"  # it acts, and its answer is lost
    REFUSES = "refuses"
    BREAKS = "breaks"  # something nobody foresaw, before it acts
    BREAKS_AFTER = "breaks after"  # the same, after it has acted


#: A mere look changes nothing, so nothing of it can be in doubt.
LOOKS = (
    "forms.read",
    "sheet.read",
    "drive.fetch",
    "site.refresh",
    "site.is_public",
    "mailer.outcome",
    "backend local.find",
    "backend local.badge",
)
ACTS = (
    "sheet.write",
    "site.publish",
    "mailer.prepare",
    "mailer.send",
    "backend local.issue",
    "backend local.revoke",
)

#: What a second backend, and awards on their way to it, add.
VENDORS_LOOKS = (
    "backend badgr.find",
    "backend badgr.badge",
    "backend badgr.acceptance",
    "site.show",
    "site.supersede",
    "site.picture",
)
VENDORS_ACTS = ("backend badgr.issue", "backend badgr.revoke")

#: Within an effect even what nobody foresaw sticks that one effect alone.
IN_EFFECTS = ("mailer.", "backend ")

#: For each service: its moods, call by call; None: it does its work. Afterwards it has calmed down.
Schedule = Mapping[str, Sequence[Mood | None]]


class Moods:
    """`Moody` of tests/crash/mortal.py."""

    def __init__(self, schedule: Schedule) -> None:
        self.left = {name: list(moods) for name, moods in schedule.items()}
        self.now: dict[str, Mood | None] = {}
        self.met: list[str] = []

    def __call__(self, name: str, when: str) -> None:
        if when == "before":
            left = self.left.get(name)
            self.now[name] = left.pop(0) if left else None
        mood = self.now[name]
        if mood is not None and (error := trouble(mood, name, when)) is not None:
            self.met.append(f"{name}: {mood}")
            raise error

    def calm_down(self) -> None:
        self.left = {}


def trouble(mood: Mood, name: str, when: str) -> Exception | None:
    """What the service raises *when* ("before" or "after" it acts); None if it does its work."""
    if when == "after":
        if mood is Mood.LOST and not _is_look(name):
            return InDoubt("The line was cut; it may have happened.")
        return RuntimeError("nobody foresaw this") if mood is Mood.BREAKS_AFTER and _in_effect(name) else None
    match mood:
        case Mood.BUSY:
            return TryLater("Please wait a little.")
        case Mood.CUT:
            return TryLater("No answer.") if _is_look(name) else InDoubt("The line was cut; it may have happened.")
        case Mood.REFUSES:
            return Refused("You may not do this.")
        case Mood.BREAKS if _in_effect(name):
            return RuntimeError("nobody foresaw this")
    return None


def _is_look(name: str) -> bool:
    return name in LOOKS or name in VENDORS_LOOKS


def _in_effect(name: str) -> bool:
    return name.startswith(IN_EFFECTS)


def schedules_of(*names: str) -> st.SearchStrategy[Schedule]:
    moods = st.lists(st.none() | st.sampled_from(Mood), min_size=1, max_size=8)
    return st.dictionaries(st.sampled_from(names), moods, min_size=1)


schedules = schedules_of(*LOOKS, *ACTS)


@dataclass(frozen=True, slots=True)
class Night:
    """One cycle in bad weather."""

    steps: int | None  # so long its process lives; None: to the end
    retry: bool  # a person retries what is stuck afterwards


nights = st.lists(st.builds(Night, st.none() | st.integers(1, 120), st.booleans()), min_size=3, max_size=8)


def live(world: FakeWorld, steps: int | None) -> Report | None:
    """One cycle by a new process that dies after so many steps, if it gets that far; None if it died."""
    return mortally(world, steps, world.run_once)


def mortally(world: FakeWorld, steps: int | None, act: Callable[[], T]) -> T | None:
    """What *act* returns; None if the process died after so many steps."""
    world.doom.dies_at = -1 if steps is None else world.doom.steps + steps
    try:
        return act()
    except Death:
        return None
    finally:
        world.doom.dies_at, world.doom.dead = -1, False


def retry_what_is_stuck(world: FakeWorld) -> list[str]:
    """A person's `badge-bridge retry` of every request with a stuck effect; the keys of those effects."""
    ledger = world.ledger()
    stuck = [effect for effect in ledger.load().effects.values() if effect.state is State.STUCK]
    for request in sorted({effect.request for effect in stuck}):
        ledger.retry(request)
    return [effect.key for effect in stuck]


def come_to_rest(
    world: FakeWorld,
    moods: Moods,
    unfinished: Callable[[], list[str]],
    retry: Callable[[FakeWorld], object],
    after_each: Callable[[], None],
) -> None:
    """Services calm down; a person retries what is stuck; cycles until nothing is left to do."""
    moods.calm_down()
    for _ in range(12):
        retry(world)
        report = world.run_once()
        after_each()
        if report.changed_nothing and not unfinished():
            return
        world.clock.advance(timedelta(hours=8))
    raise AssertionError(f"no rest; left: {unfinished()}; met: {moods.met}")
