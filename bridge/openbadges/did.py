"""The issuer's did:web document (DID Core 1.0, did:web method): which keys vouch for its credentials."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .addresses import web_address
from .documents import Issuer
from .errors import BadDocument, BadKey, OpenBadgesError
from .findings import as_list, parse_object
from .members import Document
from .signing.canonical import DID_V1, MULTIKEY_V1
from .signing.jwk import jwk_of, public_key, thumbprint
from .signing.keys import PublicJwk, PublicKey, from_multibase

#: Says what JsonWebKey and publicKeyJwk mean (W3C Controlled Identifiers 1.0, 2.2.3).
JWK_V1 = "https://w3id.org/security/jwk/v1"


def did_document(issuer: Issuer, keys: Sequence[PublicKey | PublicJwk]) -> Document:
    """Return the issuer's did:web document, to be published at `did_url(issuer.did)`.

    *keys* are all keys that ever signed, the retired ones too: what they signed stays genuine. An Ed25519 key is told
    as Multikey, any other as JsonWebKey, each with its full DID URL. Raises BadDocument for a key whose id is not below
    the issuer's DID.
    """
    for key in keys:
        if not key.key_id.startswith(f"{issuer.did}#"):
            raise BadDocument(f"The key {key.key_id!r} does not belong to the issuer {issuer.did}.")
    tokens = any(isinstance(key, PublicJwk) for key in keys)
    return {
        "@context": [DID_V1, MULTIKEY_V1, *([JWK_V1] if tokens else [])],
        "id": issuer.did,
        "alsoKnownAs": [web_address(issuer.profile_url)],
        "verificationMethod": [method(issuer.did, key) for key in keys],
        "assertionMethod": [key.key_id for key in keys],
    }


def method(did: str, key: PublicKey | PublicJwk) -> Document:
    """Return *key* as a verification method (W3C Controlled Identifiers 1.0, 2.2)."""
    if isinstance(key, PublicKey):
        return {"id": key.key_id, "type": "Multikey", "controller": did, "publicKeyMultibase": key.multibase}
    return {"id": key.key_id, "type": "JsonWebKey", "controller": did, "publicKeyJwk": dict(key.jwk)}


def each_once(keys: Iterable[PublicKey | PublicJwk]) -> list[PublicKey | PublicJwk]:
    """Return *keys* in their order, the first of each id."""
    first: dict[str, PublicKey | PublicJwk] = {}
    for key in keys:
        first.setdefault(key.key_id, key)
    return list(first.values())


def told_by_id(did: str, key_id: str) -> PublicKey | None:
    """Return the Ed25519 key whose id *key_id* is made of the key itself: did:web:…#z6Mk…; None for any other id."""
    controller, _, multibase = key_id.partition("#")
    if controller != did:
        return None
    try:
        from_multibase(multibase)
    except BadKey:
        return None
    return PublicKey(key_id, multibase)


def told_in(did: str, data: bytes | None) -> Iterator[PublicJwk]:
    """Yield each JsonWebKey in *data*, the published did:web document of *did*, whose id is made of the key itself.

    There is none in anybody else's document; what is damaged, or bears another name, is passed over.
    """
    try:
        document = parse_object(data or b"")
    except ValueError:
        return
    if document.get("id") == did:
        yield from filter(None, (named_jwk(did, told) for told in as_list(document.get("verificationMethod"))))


def named_jwk(did: str, told: Any) -> PublicJwk | None:
    """Return the key of a verification method if its id is the key's thumbprint (RFC 7638) below *did*; else None."""
    jwk = told.get("publicKeyJwk") if isinstance(told, Mapping) else None
    if not isinstance(jwk, Mapping) or told.get("type") != "JsonWebKey":
        return None
    try:
        plain = jwk_of(public_key(jwk))
    except OpenBadgesError:
        return None
    key_id = f"{did}#{thumbprint(plain)}"
    return PublicJwk(key_id, plain) if told.get("id") == key_id else None
