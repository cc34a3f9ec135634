"""What opens an account: the Google key file, and the secrets that come from the environment."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import ConfigProblems

PASSPHRASE_ENV = "BADGE_BRIDGE_KEY_PASSPHRASE"  # noqa: S105 - the name of the variable, not what it holds
NEEDED = ("client_email", "private_key", "token_uri")


@dataclass(frozen=True, slots=True)
class Robot:
    """What may be said aloud about a Google credential file: its kind, and the address to share files with."""

    kind: str
    address: str


def secret(variable: str) -> str | None:
    """Return the secret in this environment variable, or None."""
    return os.environ.get(variable) or None


def private_bytes(path: Path, what: str, cure: str) -> bytes:
    """Return the bytes of a file that its owner alone may read; raise ConfigProblems with the cure otherwise."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise ConfigProblems([f"{path}: others can read {what} (mode {mode:o}). Run: chmod 600 {path}"])
            return file.read(1024 * 1024)
    except FileNotFoundError as error:
        raise ConfigProblems([f"{path}: {what} is not there. {cure}"]) from error
    except OSError as error:
        raise ConfigProblems([f"{path}: {what} can't be read: {error.strerror}."]) from error


def read_robot(path: Path) -> Robot:
    """Check the shape of a Google credential file.

    Raises ConfigProblems when it is missing, unreadable, readable by others, no JSON, or still the example.
    Kinds other than service_account are left for google-auth to judge.
    """
    what = "the Google key file"
    raw = private_bytes(path, what, "Make a key for the service account in the Google Cloud console and save it there.")
    try:
        key = json.loads(raw)
    except ValueError as error:
        raise ConfigProblems([f"{path}: {what} is no JSON. Download it again, and leave it as it is."]) from error
    if not isinstance(key, dict) or not isinstance(key.get("type"), str):
        raise ConfigProblems([f"{path}: this is JSON, but no Google key file: it has no 'type'."])
    if problems := list(_problems(key, path)):
        raise ConfigProblems(problems)
    return Robot(key["type"], str(key.get("client_email", "")))


def _problems(key: dict[str, Any], path: Path) -> list[str]:
    if key["type"] != "service_account":
        return []
    missing = [name for name in NEEDED if not isinstance(key.get(name), str) or not key[name]]
    if missing:
        return [f"{path}: the Google key file lacks {', '.join(missing)}. Download it again, and leave it as it is."]
    if any(is_placeholder(key[name]) for name in NEEDED):
        return [f"{path}: this is still the example. Put the key file that Google made in its place."]
    if "-----BEGIN" not in key["private_key"]:
        return [f"{path}: the private key in the Google key file is damaged. Download it again."]
    return []


def is_placeholder(value: object) -> bool:
    """True for text that the example files left to be filled in: <…>."""
    return isinstance(value, str) and value.strip().startswith("<") and value.strip().endswith(">")
