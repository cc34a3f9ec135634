"""Public keys as JSON Web Keys (RFC 7517, 7518, 8037), and from the PEM that Open Badges 2.0 publishes."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from bridge.openbadges.errors import BadKey, CannotTell

Jwk: TypeAlias = Mapping[str, Any]
PublicHalf: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

#: Sizes of RSA keys, in bits: smaller ones can be forged (OB 3.0, 8.2.1), larger ones take a check's time.
LEAST_RSA, MOST_RSA = 2048, 8192

#: Members that only a private key has (RFC 7518, 6).
PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def base64url(data: bytes) -> str:
    """Return *data* in base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return the bytes of base64url *text*; raise ValueError unless it is exactly what `base64url` writes."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("not base64url: stray bits at the end")
    return data


def public_key(jwk: Jwk) -> PublicHalf:
    """Return the public key that *jwk* tells: RSA, P-256, or Ed25519.

    Raises BadKey when its numbers are no key, when an RSA key is too short, or when a private key was published, by
    which anyone could sign; CannotTell when it is of a kind that is not known here.
    """
    if any(name in jwk for name in PRIVATE):
        raise BadKey("The private half of the issuer's key is public, so anyone can sign with it.")
    kind = (jwk.get("kty"), jwk.get("crv") if jwk.get("kty") != "RSA" else None)
    try:
        match kind:
            case ("RSA", None):
                return RSAPublicNumbers(number(jwk, "e"), rsa_modulus(number(jwk, "n"))).public_key()
            case ("EC", "P-256"):
                return EllipticCurvePublicNumbers(coordinate(jwk, "x"), coordinate(jwk, "y"), SECP256R1()).public_key()
            case ("OKP", "Ed25519"):
                return Ed25519PublicKey.from_public_bytes(octets(jwk, "x"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise error if isinstance(error, BadKey) else BadKey("The issuer's key is damaged: it is no key.") from error
    told = " ".join(str(part)[:20] for part in kind if part)
    raise CannotTell(f"The issuer's key is of the kind {told!r}, which can't be used here.")


def rsa_modulus(modulus: int) -> int:
    """Return *modulus* if it is neither too short to be safe nor so long that a check would take for ever."""
    bits = modulus.bit_length()
    if not LEAST_RSA <= bits <= MOST_RSA:
        raise BadKey(f"The issuer's RSA key has {bits} bits; it must have {LEAST_RSA} to {MOST_RSA}.")
    return modulus


def octets(jwk: Jwk, name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or len(value) > 2 * MOST_RSA // 8:
        raise ValueError(f"no {name}")
    return from_base64url(value)


def number(jwk: Jwk, name: str) -> int:
    return int.from_bytes(octets(jwk, name))


def coordinate(jwk: Jwk, name: str) -> int:
    """Return a coordinate of a P-256 point, which must have its full 32 bytes (RFC 7518, 6.2.1.2)."""
    data = octets(jwk, name)
    if len(data) != 32:
        raise ValueError(f"{name} has {len(data)} bytes")
    return int.from_bytes(data)


def jwk_of(key: PublicHalf) -> dict[str, str]:
    """Return *key* as a JSON Web Key with the members that its thumbprint needs, and no others.

    Raises CannotTell for an elliptic curve other than P-256.
    """
    if isinstance(key, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_bytes_raw())}
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": base64url(unsigned(numbers.n)), "e": base64url(unsigned(numbers.e))}
    if not isinstance(key.curve, SECP256R1):
        raise CannotTell(f"The issuer's key is of the kind {key.curve.name!r}, which can't be used here.")
    point = key.public_numbers()
    x, y = (base64url(part.to_bytes(32)) for part in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def unsigned(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def jwk_from_pem(pem: str | bytes) -> dict[str, str]:
    """Return the public key in *pem* (the `publicKeyPem` of an OB 2.0 CryptographicKey) as a JSON Web Key.

    Raises BadKey when it is no public key, CannotTell when it is of a kind that is not known here.
    """
    data = pem.encode(errors="replace") if isinstance(pem, str) else pem
    try:
        key = serialization.load_pem_public_key(data[: 16 * 1024])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("The issuer's key is damaged: it is not a public key in PEM form.") from error
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        raise CannotTell("The issuer's key is of a kind which can't be used here.")
    return jwk_of(key)


def thumbprint(jwk: Jwk) -> str:
    """Return the name of a key that is made of the key itself (RFC 7638): base64url of SHA-256."""
    members = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}[jwk["kty"]]
    told = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"), sort_keys=True)
    return base64url(sha256(told.encode()).digest())
