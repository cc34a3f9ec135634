"""The keys that the settings name, opened: those that sign, and those that did before, which lie beside them."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from bridge.errors import ConfigProblems
from bridge.openbadges.addresses import did_web
from bridge.openbadges.errors import OpenBadgesError
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.keys import JwtKey, Kind, Private, PublicJwk, PublicKey, SigningKey
from bridge.openbadges.signing.rotation import retired_files

from .passphrases import from_environment, from_keyring
from .secrets import PASSPHRASE_ENV
from .settings import Settings

NEW_KEY = "badge-bridge keys new"
NEW_JWT_KEY = "badge-bridge keys new --kind es256"
ROTATE = "badge-bridge keys rotate"

K = TypeVar("K", SigningKey, JwtKey)


@dataclass(frozen=True, slots=True)
class Found(Generic[K]):
    """A key, and what is known of it. It signed from *since* until *retired*, where names of files tell; *lock* says
    where its passphrase came from, "" for a key without one."""

    key: K
    path: Path
    lock: str = ""
    since: datetime | None = None
    retired: datetime | None = None
    signs: bool = True

    @property
    def kind(self) -> Kind:
        return keys.kind_of(self.key.private)


@dataclass(frozen=True, slots=True)
class Signing:
    """The key that signs, and those that signed before, oldest first; the same of the keys for VC-JWT."""

    key: SigningKey
    retired: tuple[SigningKey, ...] = ()
    jwt_key: JwtKey | None = None
    jwt_retired: tuple[JwtKey, ...] = ()
    leaked: frozenset[str] = frozenset()

    @property
    def retired_public(self) -> tuple[PublicKey, ...]:
        """Those that stay in did.json."""
        return tuple(key.public for key in self.retired if key.key_id not in self.leaked)

    @property
    def jwt_public(self) -> tuple[PublicJwk, ...]:
        """Those that stay in did.json, the present one first."""
        present = (self.jwt_key,) if self.jwt_key else ()
        return tuple(key.public for key in (*present, *self.jwt_retired) if key.key_id not in self.leaked)

    @property
    def mail_secret(self) -> bytes:
        """Marks our mails. It comes from the oldest key, so that a new key does not make old mails strangers."""
        oldest = (*self.retired, self.key)[0]
        return hmac.digest(oldest.private.private_bytes_raw(), b"badge-bridge mails", "sha256")


def signing_of(settings: Settings) -> Signing:
    """Open all keys that the settings name; raise ConfigProblems with the cure."""
    *retired, key = (found.key for found in signing_keys(settings))
    tokens = tuple(found.key for found in jwt_keys(settings))
    signing = Signing(
        key, tuple(retired), tokens[-1] if tokens else None, tokens[:-1], frozenset(settings.issuer.leaked)
    )
    for present, kind in ((key, ""), (signing.jwt_key, " --kind es256")):
        if present and present.key_id in signing.leaked:
            told = f"{present.key_id} is listed in [issuer.leaked], but still signs."
            raise ConfigProblems([f"{told} Run: {ROTATE}{kind}"])
    return signing


def key_stamp(settings: Settings) -> object:
    """Return something that changes when a key file is replaced; None while one of those that sign is not there."""
    try:
        files = [path.stat() for path in (settings.issuer.key, settings.issuer.jwt_key) if path]
    except OSError:
        return None
    return tuple((file.st_dev, file.st_ino, file.st_mtime_ns) for file in files)


def signing_keys(settings: Settings) -> list[Found[SigningKey]]:
    """Return the keys for badges, oldest first; the last one signs. Raise ConfigProblems with the cure."""
    return _family(settings, settings.issuer.key, SigningKey)


def jwt_keys(settings: Settings) -> list[Found[JwtKey]]:
    """Return the keys for VC-JWT, oldest first; the last one signs. None where the settings name none."""
    path = settings.issuer.jwt_key
    return _family(settings, path, JwtKey) if path else []


def _family(settings: Settings, path: Path, kind: type[K]) -> list[Found[K]]:
    did = did_web(settings.issuer.url)
    try:
        key, lock = _opened(path, path, did, kind)
        found: list[Found[K]] = []
        since: datetime | None = None
        for retired in retired_files(path):
            other, its_lock = _opened(retired.path, path, did, kind)
            if other.key_id != key.key_id:  # else a rotation was interrupted: it signs still
                found.append(Found(other, retired.path, its_lock, since, retired.at, signs=False))
                since = retired.at
    except OpenBadgesError as error:
        raise ConfigProblems([str(error)]) from error
    found.append(Found(key, path, lock, since))
    return found


def _opened(path: Path, owner: Path, did: str, kind: type[K]) -> tuple[K, str]:
    opened = private_key(path, owner, NEW_KEY if kind is SigningKey else NEW_JWT_KEY)
    key = keys.named(opened.private, did)
    if not isinstance(key, kind):
        wanted = "Ed25519" if kind is SigningKey else "P-256 (ES256) or RSA (RS256)"
        setting = "key" if kind is SigningKey else "jwt_key"
        raise ConfigProblems([f"The key file {path} holds another kind of key; [issuer.{setting}] must be {wanted}."])
    return key, opened.lock


@dataclass(frozen=True, slots=True)
class Opened:
    """A private key, the passphrase that its file took, and where that came from."""

    private: Private = field(repr=False)
    passphrase: str | None = field(default=None, repr=False)
    lock: str = ""


def private_key(path: Path, owner: Path, make: str = NEW_KEY) -> Opened:
    """Return the key in *path*; its passphrase is kept under the name of the file *owner*.

    Raises BadKey or ConfigProblems, with the cure; *make* is the command that makes such a key.
    """
    pem = keys.read(path, make)
    if not keys.is_locked(pem):
        return Opened(keys.parse(pem, None, path))
    passphrase, lock = from_environment(), f"passphrase from {PASSPHRASE_ENV}"
    if passphrase is None:
        passphrase, lock = from_keyring(owner), "passphrase from the keyring"
    try:
        return Opened(keys.parse(pem, passphrase, path), passphrase, lock)
    except OpenBadgesError as error:
        raise ConfigProblems([f"{error} What was tried is the {lock}."]) from error
