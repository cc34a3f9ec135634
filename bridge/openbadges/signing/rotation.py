"""Signing keys that were replaced, and how one is: there is never a moment without a key that signs.

A replaced key lies beside the present one: issuer.key → issuer.retired-20261122T083000Z-x7Kd93hQ.key. Its name tells
when it was retired and the end of its public half; the keys of one name, by their names, are oldest first.
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bridge.openbadges.errors import BadKey

from .jwk import jwk_of, thumbprint
from .key_files import copy, create, sync
from .keys import Private, multibase, parse, pem_of, read

STAMP = "%Y%m%dT%H%M%SZ"
_STAMPED = re.compile(r"(\d{8}T\d{6}Z)(-.*)?")


@dataclass(frozen=True, slots=True)
class Retired:
    """The file of a key that signed until *at*; None where its name does not tell."""

    path: Path
    at: datetime | None


def retired_files(path: Path) -> list[Retired]:
    """Return the files of the keys that lay at *path* before, oldest first; raise BadKey if their folder can't be read.

    Right after an interrupted rotation the key at *path* is among them.
    """
    name_ends = rf"(.+){re.escape(path.suffix)}" if path.suffix else r"([^.]+)"  # issuer, not issuer.jwt
    pattern = re.compile(rf"{re.escape(path.stem)}\.retired-{name_ends}")
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadKey(f"The folder {path.parent} can't be read: {error.strerror}. Retired keys lie there.") from error
    found = ((name, pattern.fullmatch(name)) for name in names)
    return [Retired(path.with_name(name), stamped(match[1])) for name, match in found if match]


def stamped(text: str) -> datetime | None:
    match = _STAMPED.fullmatch(text)
    with suppress(ValueError):
        return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC) if match else None
    return None


def rotate(path: Path, private: Private, passphrase: str | None, at: datetime) -> Path:
    """Let *private* be the key at *path* from now on, and return where the former one lies now.

    *passphrase* opens the present key if it is locked, and locks the new one. Killed at any moment, a whole key lies at
    *path*, the old one or the new one, and the old one is not lost; called again it begins anew.
    Raises BadKey when the present key can't be read or a file can't be written.
    """
    draft = path.with_name(f".{path.name}.new")  # a name that nobody gives to a key
    present = parse(read(path), passphrase, path)
    try:
        draft.unlink(missing_ok=True)  # of a rotation that was interrupted: it never signed
        create(draft, pem_of(private, passphrase))
        kept = retire(path, present, at)
        draft.replace(path)
        sync(path.parent)
    except OSError as error:
        raise BadKey(
            f"The key {path} can't be replaced: {error.strerror}. Let the bridge write to {path.parent}. "
            f"Until then the old key signs."
        ) from error
    return kept


def retire(path: Path, present: Private, at: datetime) -> Path:
    """Give the file at *path* a second name, that of a retired key, if it has none yet; return that name."""
    pem = path.read_bytes()
    for earlier in retired_files(path):
        if earlier.path.read_bytes() == pem:  # a rotation was interrupted right here
            return earlier.path
    kept = path.with_name(f"{path.stem}.retired-{at.astimezone(UTC):{STAMP}}-{short_id(present)}{path.suffix}")
    try:
        os.link(path, kept)
    except OSError:  # a file system without second names
        copy(pem, kept)
    sync(path.parent)
    return kept


def short_id(private: Private) -> str:
    """Return eight characters by which people can tell a key from others."""
    if isinstance(private, Ed25519PrivateKey):
        return multibase(private.public_key())[-8:]
    return thumbprint(jwk_of(private.public_key()))[:8]
