"""A programme that stands as it once stood, again and again: planting, and a first night, cost their time once."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from bridge.sandbox.seed import Programme, plant
from bridge.sandbox.state import World
from bridge.trial import CREDENTIALS_FILE

CONFIG = "bridge.toml"


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


@dataclass(frozen=True, slots=True)
class Kept:
    """What a sandbox knew and what lay in the bridge's folder, at one moment; nobody may be at work there."""

    pickled: bytes
    folder: Path
    url: str  # of that sandbox

    def town(self) -> tuple[World, Programme, list[str]]:
        """The world, its programme, and who asked."""
        world, programme, teachers = pickle.loads(self.pickled)  # noqa: S301 - our own, of this process
        return world, programme, teachers

    def lay(self, folder: Path, url: str) -> None:
        """Lay all that into *folder*, for a sandbox at *url*."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        for name in (CONFIG, CREDENTIALS_FILE):
            file = folder / name
            file.write_text(file.read_text("utf-8").replace(self.url, url), "utf-8")


def keep(world: World, programme: Programme, folder: Path, url: str, place: Path, teachers: Iterable[str] = ()) -> Kept:
    """Keep it as it is now; *place* is a folder that is not there yet."""
    shutil.copytree(folder, place)
    return Kept(pickle.dumps((world, programme, list(teachers))), place, url)
