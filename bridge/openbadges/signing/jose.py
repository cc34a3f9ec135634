"""Compact JSON Web Signatures (RFC 7515) as badges use them: Open Badges 2.0 signed badges and 3.0 VC-JWT."""

import json
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bridge.openbadges.errors import BadDocument, CannotTell, ProofInvalid
from bridge.openbadges.findings import as_list, each_once, moment, show

from .jwk import Jwk, base64url, from_base64url, public_key
from .keys import JwtKey

Document = Mapping[str, Any]

MAX_TOKEN = 1024 * 1024

_LOOKS_LIKE = re.compile(r"\s*e[wy][A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.")  # base64url of "{" and what may follow

#: Algorithm → kind of key that it goes with. EdDSA by its old name and its new one (RFC 9864).
KINDS: Mapping[str, type[RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey]] = {
    "RS256": RSAPublicKey,
    "ES256": EllipticCurvePublicKey,
    "EdDSA": Ed25519PublicKey,
    "Ed25519": Ed25519PublicKey,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A compact JWS, taken apart and not yet believed. *signing_input* is what the signature must fit."""

    header: Mapping[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        """The header's `alg`, whatever it says; "" for none."""
        value = self.header.get("alg")
        return value if isinstance(value, str) else ""

    @property
    def key_id(self) -> str | None:
        """The header's `kid`, such as a full DID URL."""
        value = self.header.get("kid")
        return value if isinstance(value, str) else None


def is_token(text: str) -> bool:
    """Return whether *text* looks like a compact JWS; a cheap look, `parse_token` tells for certain."""
    return _LOOKS_LIKE.match(text) is not None


def parse_token(text: str) -> Token:
    """Take a compact JWS apart; white space around it is forgiven, nothing else.

    Raises BadDocument, with a sentence, for what is larger than 1 MiB, has not three parts in base64url without
    padding, or a header that is not a JSON object with each name once.
    """
    text = text.strip()
    if len(text) > MAX_TOKEN:
        raise BadDocument("The signed token is larger than 1 MiB.")
    parts = text.split(".")
    if len(parts) != 3:
        raise BadDocument("It is not a signed token: one has three parts with a dot between them.")
    try:
        header, payload, signature = (from_base64url(part) for part in parts)
    except ValueError as error:
        raise BadDocument("The signed token is damaged: it is not base64url.") from error
    return Token(parse_header(header), payload, f"{parts[0]}.{parts[1]}".encode(), signature)


def parse_header(data: bytes) -> Mapping[str, Any]:
    """Return the header in *data*; raise BadDocument if it is not an object, or tells something twice."""
    try:
        header = json.loads(data.decode(), object_pairs_hook=each_once)
    except (ValueError, RecursionError) as error:
        raise BadDocument("The signed token is damaged: its header is not readable.") from error
    if not isinstance(header, dict):
        raise BadDocument("The signed token is damaged: its header is not an object.")
    return header


def verifies(token: Token, jwk: Jwk) -> bool:
    """Return whether the signature of *token* is by the key *jwk*, which the caller trusts to be the issuer's.

    The token's algorithm must be the one that the key is for. Raises ProofInvalid for a token that proves nothing
    (`none`, a shared secret, another kind of key than its algorithm's, `crit`), CannotTell for an algorithm or kind of
    key that is not known here, BadKey for a key that is damaged, too short or not secret.
    """
    refuse_header(token)
    key = public_key(jwk)
    if not isinstance(key, KINDS[token.algorithm]) or jwk.get("alg", token.algorithm) != token.algorithm:
        raise ProofInvalid(f"The token says {token.algorithm}, but the issuer's key is for another algorithm.")
    if jwk.get("use", "sig") != "sig" or "verify" not in as_list(jwk.get("key_ops", "verify")):
        raise ProofInvalid("The issuer's key is not one for signatures.")
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(token.signature, token.signing_input, PKCS1v15(), SHA256())
        elif isinstance(key, Ed25519PublicKey):
            key.verify(token.signature, token.signing_input)
        else:
            key.verify(der(token.signature), token.signing_input, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def refuse_header(token: Token) -> None:
    """Raise ProofInvalid or CannotTell if no key could make *token* good."""
    name = token.algorithm
    if name.lower() == "none" or not name:
        raise ProofInvalid("The token is not signed: it names no algorithm.")
    if name.upper().startswith("HS"):
        raise ProofInvalid(
            f"The token was made with a shared secret ({show(name, 20)}), which proves nothing to others."
        )
    if "crit" in token.header:
        raise ProofInvalid("The token demands an extension (crit) that Open Badges do not have.")
    if name not in KINDS:
        raise CannotTell(f"The token is signed with {show(name, 20)}, which can't be checked here.")


def der(signature: bytes) -> bytes:
    """Return an ES256 signature r‖s of 64 bytes (RFC 7518, 3.4) as OpenSSL wants it."""
    if len(signature) != 64:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))


def sign_vc_jwt(document: Document, key: JwtKey) -> str:
    """Return the unsigned Open Badges 3.0 credential *document* as a VC-JWT by *key*; the same input, the same text.

    Open Badges 3.0, 8.2.4: the payload is the whole credential, with `iss`, `jti`, `nbf`, `exp` and `sub` beside it.
    `sub` is demanded though our subject is known by a salted hash only: it gets a urn:uuid made of the credential's id.
    Raises BadDocument when the credential lacks an issuer, an id or a date.
    """
    issuer, credential_id = document.get("issuer"), document.get("id")
    issuer_id = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if not isinstance(issuer_id, str) or not isinstance(credential_id, str):
        raise BadDocument("This can't be signed: it lacks its id, or its issuer's.")
    subject = document["credentialSubject"]
    subject = {"id": subject_id(credential_id), **subject}
    until = document.get("validUntil")
    claims = {
        **document,
        "credentialSubject": subject,
        "iss": issuer_id,
        "jti": credential_id,
        "nbf": numeric_date(document.get("validFrom")),
        **({"exp": numeric_date(until)} if until is not None else {}),
        "sub": subject["id"],
    }
    return sign_token({"alg": key.algorithm, "kid": key.key_id, "typ": "JWT"}, claims, key)


def sign_token(header: Mapping[str, str], claims: Mapping[str, Any], key: JwtKey) -> str:
    """Return header and claims as a compact JWS by *key*."""
    parts = (json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode() for part in (header, claims))
    signing_input = ".".join(map(base64url, parts))
    return f"{signing_input}.{base64url(key.sign(signing_input.encode()))}"


def subject_id(credential_id: str) -> str:
    """Return the id of a subject of whom nothing else may be told: one for each credential, so that nobody can see
    that two belong to one person."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{credential_id}#subject')}"


def numeric_date(value: object) -> int:
    """Return an ISO 8601 time as a NumericDate: whole seconds since 1970 (RFC 7519, 2)."""
    try:
        return timegm(moment(value).utctimetuple())
    except CannotTell as error:
        raise BadDocument(f"This can't be signed. {error}") from error
