"""The site's folder: each file there whole or not at all, and nothing outside of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bridge.errors import Refused
from bridge.files import is_same, write_whole


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """Files by their name below *folder*, such as "awards/….html"."""

    folder: Path

    def write(self, name: str, data: bytes) -> bool:
        """Put *data* under *name* and return True; return False, and touch nothing, if it is there already.

        Raises Refused, with the cure, when the folder can't be written.
        """
        path = self.path(name)
        if is_same(path, data):
            return False
        try:
            write_whole(path, data)
        except OSError as error:
            raise Refused(
                f"The site's file {path} can't be written: {error.strerror}. Let the bridge write to {self.folder}, "
                f"or choose another folder in [site]."
            ) from error
        return True

    def read(self, name: str) -> bytes | None:
        """Return what lies under *name*, or None where there is no such file; raise Refused if it can't be read."""
        path = self.path(name)
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise Refused(
                f"The site's file {path} can't be read: {error.strerror}. Let the bridge read {self.folder}."
            ) from error

    def names(self, folder: str) -> list[str]:
        """Return the name of each file in *folder*, none where there is no such folder; raise Refused if it is shut."""
        try:
            return sorted(f"{folder}/{name}" for name in os.listdir(self.path(folder)))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise Refused(
                f"The site's folder {self.path(folder)} can't be read: {error.strerror}. Let the bridge read it."
            ) from error

    def path(self, name: str) -> Path:
        """Return where *name* lies; raise Refused for a name that leads out of the folder."""
        parts = PurePosixPath(name).parts
        if not parts or parts[0] == "/" or any(part in ("..", ".") or "\\" in part or "\0" in part for part in parts):
            raise Refused(f"{name[:200]!r} is no file of the site. The ledger may be damaged: run badge-bridge doctor")
        return self.folder.joinpath(*parts)
