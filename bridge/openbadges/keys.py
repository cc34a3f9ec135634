"""Signing keys: Ed25519, as Multikey in public and as PKCS#8 on disk.

The only chance in this library is in `new_key`, the only files are in `save` and `load`.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import BadKey

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_CODEC = b"\xed\x01"  # multicodec ed25519-pub, as a varint


def base58(data: bytes) -> str:
    """Return *data* in base58btc, without a multibase prefix."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    return BASE58[0] * (len(data) - len(data.lstrip(b"\0"))) + digits


def from_base58(text: str) -> bytes:
    """Return the bytes of base58btc *text* (at most 200 characters); raise ValueError if it is something else."""
    if len(text) > 200:
        raise ValueError("too long for a key or a signature")
    number = 0
    for character in text:
        number = number * 58 + BASE58.index(character)
    zeros = len(text) - len(text.lstrip(BASE58[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def multibase(public_key: Ed25519PublicKey) -> str:
    """Return *public_key* as a `publicKeyMultibase` of a Multikey: "z6Mk…"."""
    return "z" + base58(ED25519_CODEC + public_key.public_bytes_raw())


def from_multibase(text: str) -> Ed25519PublicKey:
    """Return the key of a `publicKeyMultibase`; raise BadKey when it is not an Ed25519 Multikey."""
    try:
        data = from_base58(text[1:]) if text.startswith("z") else b""
    except ValueError:
        data = b""
    if not data.startswith(ED25519_CODEC) or len(data) != 34:
        raise BadKey(f"{text[:80]!r} is not an Ed25519 public key in Multikey form (z6Mk…).")
    return Ed25519PublicKey.from_public_bytes(data[2:])


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that checks signatures. *key_id* is its full DID URL, *multibase* its Multikey form."""

    key_id: str
    multibase: str

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether *signature* is this key's own over *message*; raise BadKey if the key can't be read."""
        try:
            from_multibase(self.multibase).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs. *key_id* is the full DID URL that verifiers look up, e.g. did:web:badges.example#key-1."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False, compare=False)
    created: datetime | None = None

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key_id, multibase(self.private.public_key()))

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature; the same message gives the same signature (RFC 8032)."""
        return self.private.sign(message)


def new_key() -> Ed25519PrivateKey:
    """Return a new private key from the system's source of chance."""
    return Ed25519PrivateKey.generate()


def save(path: Path, private: Ed25519PrivateKey, passphrase: str | None = None) -> None:
    """Write *private* to *path* as PKCS#8 PEM, readable by its owner alone, encrypted if there is a passphrase.

    Raises BadKey if the file exists: a key that signed a badge must never be overwritten.
    """
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadKey(f"{path} exists already; a signing key is never overwritten. Choose another name.") from error
    except OSError as error:
        raise BadKey(f"The key can't be written to {path}: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path, passphrase: str | None, key_id: str, created: datetime | None = None) -> SigningKey:
    """Return the signing key in *path*.

    Raises BadKey, with the cure, when the file is missing, can be read by others, is not a private key, is locked with
    another passphrase, or holds a key of another kind than Ed25519.
    """
    return SigningKey(key_id, parse(read(path), passphrase, path), created)


def read(path: Path) -> bytes:
    """Return the bytes of a key file that its owner alone can read."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise BadKey(f"The key file {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}")
            return file.read(64 * 1024)
    except FileNotFoundError as error:
        raise BadKey(f"There is no key file {path}. Make one with: badge-bridge keys new") from error
    except OSError as error:
        raise BadKey(f"The key file {path} can't be read: {error.strerror}.") from error


def parse(pem: bytes, passphrase: str | None, path: Path) -> Ed25519PrivateKey:
    """Return the private key in *pem*, which came from *path*; raise BadKey as `load` does."""
    locked = b"ENCRYPTED" in pem
    if locked and not passphrase:
        raise BadKey(f"The key file {path} is locked with a passphrase, and none was given.")
    try:
        private = serialization.load_pem_private_key(pem, passphrase.encode() if locked and passphrase else None)
    except ValueError as error:
        reason = "does not open with this passphrase" if locked else "is not a private key in PEM form"
        raise BadKey(f"The key file {path} {reason}.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise BadKey(f"The key file {path} holds another kind of key; badges are signed with Ed25519.")
    return private
