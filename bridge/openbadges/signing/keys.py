"""Signing keys: Ed25519 for proofs, P-256 and RSA for tokens; in public as Multikey or JWK, on disk as PKCS#8.

The only chance in this library is in `new_key` and `new_private`, the only files are in `save` and `load`, and in
`rotation` and `key_files`.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bridge.openbadges.errors import BadKey

from .jwk import LEAST_RSA, Jwk, jwk_of, thumbprint
from .key_files import write_new

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [first + second for first in BASE58 for second in BASE58]
NEW_RSA = 3072
LONGEST_PASSPHRASE = 1023  # bytes; OpenSSL takes no more
ED25519_CODEC = b"\xed\x01"  # multicodec ed25519-pub, as a varint

Private: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey


class Kind(StrEnum):
    """Which signatures a key makes: eddsa-rdfc-2022, or tokens with ES256 or RS256."""

    ED25519 = "ed25519"
    ES256 = "es256"
    RS256 = "rs256"


def base58(data: bytes) -> str:
    """Return *data* in base58btc, without a multibase prefix."""
    number = int.from_bytes(data)
    pairs = []
    while number:  # ten digits at a time, so that the long number is divided seldom
        number, ten = divmod(number, 58**10)
        for _ in range(5):
            ten, pair = divmod(ten, 58**2)
            pairs.append(_PAIRS[pair])
    text = "".join(reversed(pairs)).lstrip(BASE58[0])
    return BASE58[0] * (len(data) - len(data.lstrip(b"\0"))) + text


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


@dataclass(frozen=True, slots=True)
class PublicJwk:
    """A key that checks tokens. *key_id* is its full DID URL, *jwk* its public half and nothing else."""

    key_id: str
    jwk: Jwk


@dataclass(frozen=True, slots=True)
class JwtKey:
    """A key that signs tokens: P-256 for ES256, RSA for RS256. *key_id* is the full DID URL that verifiers look up."""

    key_id: str
    private: EllipticCurvePrivateKey | RSAPrivateKey = field(repr=False, compare=False)

    @property
    def algorithm(self) -> str:
        return "RS256" if isinstance(self.private, RSAPrivateKey) else "ES256"

    @property
    def public(self) -> PublicJwk:
        return PublicJwk(self.key_id, jwk_of(self.private.public_key()))

    def sign(self, message: bytes) -> bytes:
        """Return the signature as RFC 7518 has it (3.3, 3.4); the same message gives the same one (RFC 6979)."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(message, PKCS1v15(), SHA256())
        r, s = decode_dss_signature(self.private.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)


def new_key() -> Ed25519PrivateKey:
    """Return a new private key from the system's source of chance."""
    return Ed25519PrivateKey.generate()


def new_private(kind: Kind) -> Private:
    """Return a new private key of this kind; RSA with 3,072 bits (OB 3.0 demands 2,048, 8.2.1)."""
    match kind:
        case Kind.ED25519:
            return new_key()
        case Kind.ES256:
            return generate_private_key(SECP256R1())
        case Kind.RS256:
            return rsa.generate_private_key(65537, NEW_RSA)


def kind_of(private: Private) -> Kind:
    if isinstance(private, Ed25519PrivateKey):
        return Kind.ED25519
    return Kind.RS256 if isinstance(private, RSAPrivateKey) else Kind.ES256


def named(private: Private, did: str) -> SigningKey | JwtKey:
    """Return *private* with its id below *did*. A key is named by its public half, so no two share a name: Ed25519 by
    its multibase, the others by their thumbprint (RFC 7638)."""
    if isinstance(private, Ed25519PrivateKey):
        return SigningKey(f"{did}#{multibase(private.public_key())}", private)
    return JwtKey(f"{did}#{thumbprint(jwk_of(private.public_key()))}", private)


def save(path: Path, private: Private, passphrase: str | None = None) -> None:
    """Write *private* to *path* as PKCS#8 PEM, readable by its owner alone, encrypted if there is a passphrase.

    The file is whole or not there. Raises BadKey, with the cure, if it can't be written, or if it exists: a key that
    signed a badge must never be overwritten.
    """
    try:
        write_new(path, pem_of(private, passphrase))
    except FileExistsError as error:
        raise BadKey(f"{path} exists already; a signing key is never overwritten. Choose another name.") from error
    except OSError as error:
        raise BadKey(
            f"The key can't be written to {path}: {error.strerror}. No key was made. See that {path.parent} is there, "
            f"that the bridge may write to it, and that the disk has room; then try again."
        ) from error


def pem_of(private: Private, passphrase: str | None) -> bytes:
    """Return *private* as PKCS#8 PEM, encrypted if there is a passphrase; raise BadKey if that is too long."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase_bytes(passphrase))
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def passphrase_bytes(passphrase: str) -> bytes:
    """Return *passphrase* as the bytes that it was in the environment; raise BadKey if there are too many of them."""
    data = passphrase.encode(errors="surrogateescape")
    if len(data) > LONGEST_PASSPHRASE:
        raise BadKey(
            f"The passphrase is too long (at most {LONGEST_PASSPHRASE:,} bytes). To lock a new key, choose a shorter "
            f"one; to open a key, give the one that it was locked with."
        )
    return data


def load(path: Path, passphrase: str | None, key_id: str, created: datetime | None = None) -> SigningKey:
    """Return the Ed25519 signing key in *path*.

    Raises BadKey, with the cure, when the file is missing, can be read by others, is not a private key, is locked with
    another passphrase, or holds a key of another kind.
    """
    private = parse(read(path), passphrase, path)
    if not isinstance(private, Ed25519PrivateKey):
        raise BadKey(f"The key file {path} holds another kind of key; badges are signed with Ed25519.")
    return SigningKey(key_id, private, created)


def read(path: Path, make: str = "badge-bridge keys new") -> bytes:
    """Return the bytes of a key file that its owner alone can read; *make* is the command that makes one."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise BadKey(f"The key file {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}")
            return file.read(64 * 1024)
    except FileNotFoundError as error:
        raise BadKey(f"There is no key file {path}. Make one with: {make}") from error
    except OSError as error:
        raise BadKey(f"The key file {path} can't be read: {error.strerror}.") from error


def is_locked(pem: bytes) -> bool:
    """Return whether a key file with these bytes opens with a passphrase only."""
    return b"ENCRYPTED" in pem


def parse(pem: bytes, passphrase: str | None, path: Path) -> Private:
    """Return the private key in *pem*, which came from *path*; raise BadKey as `load` does."""
    locked = is_locked(pem)
    if locked and not passphrase:
        raise BadKey(f"The key file {path} is locked with a passphrase, and none was given.")
    secret = passphrase_bytes(passphrase) if locked and passphrase else None
    try:
        private = serialization.load_pem_private_key(pem, secret)
    except (ValueError, UnsupportedAlgorithm) as error:
        reason = "does not open with this passphrase" if locked else "is damaged: it is not a private key in PEM form"
        cure = "" if locked else " Put your copy of it in its place."
        raise BadKey(f"The key file {path} {reason}.{cure}") from error
    if isinstance(private, RSAPrivateKey) and private.key_size >= LEAST_RSA:
        return private
    if isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1):
        return private
    if isinstance(private, Ed25519PrivateKey):
        return private
    raise BadKey(
        f"The key file {path} holds another kind of key; badges are signed with Ed25519, P-256 or RSA from "
        f"{LEAST_RSA} bits on."
    )
