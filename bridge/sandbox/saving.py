"""The world as one JSON file, written whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bridge.sandbox.state import World

if TYPE_CHECKING:
    from bridge.sandbox.dispatch import Workspace

FILE = "world.json"

# A list of one: pydantic takes settings for a list, not for a dataclass that is not its own.
_WORLDS = TypeAdapter(list[World], config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))


class StateUnreadable(Exception):
    """The state file is there, but it is not a world of this version."""


def read_world(state_dir: Path) -> World | None:
    """Return the saved world, None when there is none yet; raise StateUnreadable when it can't be read."""
    path = state_dir / FILE
    if not path.exists():
        return None
    try:
        return _WORLDS.validate_json(path.read_bytes())[0]
    except (ValidationError, IndexError) as error:
        raise StateUnreadable(f"{path} is not a sandbox's state; remove it to start afresh.") from error


def write_world(world: World, state_dir: Path) -> None:
    """Put *world* into *state_dir*, whole or not at all."""
    state_dir.mkdir(parents=True, exist_ok=True)
    draft = state_dir / f".{FILE}.{os.getpid()}"
    draft.write_bytes(_WORLDS.dump_json([world]))
    draft.replace(state_dir / FILE)


@dataclass(slots=True)
class Saver:
    """Saves a workspace's world when something may have changed."""

    state_dir: Path
    workspace: Workspace
    saved: int = -1

    def save(self) -> None:
        write_world(self.workspace.world, self.state_dir)
        self.saved = self.workspace.changes

    def save_changes(self) -> None:
        if self.workspace.changes != self.saved:
            self.save()
