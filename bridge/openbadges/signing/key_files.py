"""Files of keys on the disk: whole or not at all, for their owner alone, and never in the place of another key."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_new(path: Path, data: bytes) -> None:
    """Put *data* at *path*, where nothing lies yet.

    It gets that name when all of it is on the disk, so however this ends, *path* is whole or not there. Where the file
    system knows no second names, it is written in its place, and taken away again if that fails.
    Raises FileExistsError if something lies there, and any other OSError if it can't be written.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        _fill(handle, data)
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:
            create(path, data)
    finally:
        with suppress(OSError):
            os.unlink(draft)
    with suppress(OSError):  # some file systems can't promise that; the file is there
        sync(path.parent)


def create(path: Path, data: bytes) -> None:
    """Write *data* to the new file *path*; raise OSError, and leave no file of ours behind, if it can't be done."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _fill(handle, data)
    except BaseException:
        path.unlink()
        raise


def copy(data: bytes, target: Path) -> None:
    """Put *data* at *target*, whole or not at all, whatever lies there."""
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    create(draft, data)
    draft.replace(target)


def sync(folder: Path) -> None:
    """Have the names in *folder* outlive a power cut, where the system can promise that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fill(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
