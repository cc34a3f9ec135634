"""A planted programme that costs nothing: planted once in a process, and a copy of that for each test."""

from __future__ import annotations

import pickle
from datetime import datetime
from functools import cache

from bridge.sandbox.seed import Programme, plant
from bridge.sandbox.state import World


def planted(at: datetime | None = None) -> tuple[World, Programme]:
    """A world of its own with the programme in it; its clock stands still *at* that moment, or is the real one."""
    world, programme = pickle.loads(_planted(at))  # noqa: S301 - our own, of this process
    return world, programme


@cache
def _planted(at: datetime | None) -> bytes:
    world = World()
    if at is not None:
        world.clock.set(at, running=False)
    return pickle.dumps((world, plant(world)))
