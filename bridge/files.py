"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put *data* at *path*, its folder included; whoever opens *path* meanwhile sees the old file or the new one.

    On return it is on the disk, so what is written down afterwards, perhaps on another machine, stays true after a
    power cut. Raises OSError, and leaves no half-written file behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of our own: two programs that write to one folder must not share a half-written file.
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        settle(path.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def settle(path: Path) -> None:
    """Have *path* on the disk: a file, or the names in a folder, for which Windows can't be asked."""
    folder = path.is_dir()
    if folder and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_same(path: Path, data: bytes) -> bool:
    """Return whether the file at *path* holds exactly *data*; a file that can't be read is not the same."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
