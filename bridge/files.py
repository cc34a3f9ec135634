"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put *data* at *path*, its folder included; whoever opens *path* meanwhile sees the old file or the new one.

    Raises OSError, and leaves no half-written file behind.
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
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def is_same(path: Path, data: bytes) -> bool:
    """Return whether the file at *path* holds exactly *data*; a file that can't be read is not the same."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
