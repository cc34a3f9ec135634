"""Which key may speak for an issuer: what the issuer itself publishes about its keys decides, never the badge alone.

An issuer is known by a DID (did:web, did:key, did:jwk), or by a web address. Open Badges 3.0, 8.4 ("Dereferencing the
Public Key"), demands web addresses and leaves open how a key found there is tied to the issuer. Here it counts if what
is published at the issuer's own address lists it, or is that key. Beside it, on the same host, may publish who likes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from bridge.openbadges.addresses import did_url
from bridge.openbadges.errors import BadKey, CannotTell, OpenBadgesError, ProofInvalid
from bridge.openbadges.findings import Fetch, as_list, fetch_object, identifier, origin, parse_object, show
from bridge.openbadges.signing.jwk import Jwk, from_base64url, jwk_from_pem, jwk_of, public_key, thumbprint
from bridge.openbadges.signing.keys import ED25519_CODEC, PublicKey, base58, from_base58, from_multibase

Document = Mapping[str, Any]

P256_CODEC = b"\x80\x24"  # multicodec p256-pub, as a varint
MOST_KEYS = 50  # that are looked at in one document
KEY_MEMBERS = {
    "kty",
    "publicKeyMultibase",
    "publicKeyJwk",
    "publicKeyPem",
}  # one of them is in every document that is a key


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A key, and, if nothing proves that it is the issuer's, a sentence that says so.

    *ends* is the time from which on it vouches for nothing, as the issuer writes it; None if it says none.
    """

    jwk: Jwk
    doubt: str = ""
    ends: object = None


def named_key(key_id: str, issuer_id: str, fetch: Fetch) -> IssuerKey:
    """Return the key *key_id* as the issuer publishes it.

    Raises ProofInvalid if it is another's or not listed among those that vouch for credentials (DID Core, 5.3.2),
    CannotTell if the issuer's documents can't be had or say nothing of it.
    """
    if is_web(issuer_id):
        return web_key(key_id, issuer_id, fetch)
    if is_web(key_id) and issuer_id.startswith("did:web:"):
        return own_key(bare_jwk(key_id, fetch), issuer_id, fetch)
    if key_id.partition("#")[0] != issuer_id:
        raise ProofInvalid(f"It was signed with the key {show(key_id)}, which is not the issuer's, {show(issuer_id)}.")
    if (key := self_named(issuer_id)) is not None:
        return IssuerKey(key)
    method = listed_method(did_document(issuer_id, fetch), key_id, issuer_id)
    return IssuerKey(method_key(method, key_id), ends=method.get("expires"))


def own_key(jwk: Jwk, issuer_id: str, fetch: Fetch) -> IssuerKey:
    """Return *jwk*, which a badge brought with it, if the issuer vouches for that very key.

    Raises ProofInvalid if the issuer's own list of keys lacks it, CannotTell if there is no such list to be had.
    """
    if is_web(issuer_id):
        try:
            profile = issuer_profile(issuer_id, fetch)
        except CannotTell as error:
            return IssuerKey(jwk, unproven(issuer_id, str(error)))
        listed = any(same_key(jwk, method) for method in profile_methods(profile))
        return IssuerKey(jwk, "" if listed else unproven(issuer_id, f"{show(issuer_id)} does not list it."))
    if not any(same_key(jwk, known) for known in vouching_keys(issuer_id, fetch)):
        raise ProofInvalid(
            "It was signed with a key that the issuer does not list as one that vouches for credentials."
        )
    return IssuerKey(jwk)


def vouching_keys(issuer_id: str, fetch: Fetch) -> list[Jwk]:
    """Return all keys with which the issuer, known by a DID, vouches for credentials; those of unknown kinds are left
    out. Raises CannotTell if they can't be looked up."""
    if (key := self_named(issuer_id)) is not None:
        return [key]
    document = did_document(issuer_id, fetch)
    found = []
    for key_id in map(identifier, as_list(document.get("assertionMethod"))[:MOST_KEYS]):
        try:
            found.append(method_key(listed_method(document, absolute(key_id, issuer_id), issuer_id), key_id))
        except OpenBadgesError:  # a key of another kind, or half a key: it is not the one that is looked for
            continue
    return found


def refuse_withdrawn(key_id: str, issuer_id: str, fetch: Fetch) -> None:
    """Raise as `named_key` does unless the issuer, known by a DID, vouches with the key *key_id*, whatever its kind.

    Without a *key_id* it is the first key of the issuer's document, as openbadgeslib takes it.
    """
    if issuer_id.startswith(("did:key:", "did:jwk:")):
        return
    document = did_document(issuer_id, fetch)
    first = next(iter(as_list(document.get("verificationMethod"))), None)
    listed_method(document, absolute(key_id or identifier(first), issuer_id), issuer_id)


# ── issuers known by a DID ────────────────────────────────────────────────────


def self_named(issuer_id: str) -> Jwk | None:
    """Return the key of an issuer whose name is its key (did:key, did:jwk), None for others; raise BadKey if it is
    damaged."""
    if issuer_id.startswith("did:key:"):
        return multikey(issuer_id.removeprefix("did:key:"))
    if not issuer_id.startswith("did:jwk:"):
        return None
    try:
        return parse_object(from_base64url(issuer_id.removeprefix("did:jwk:")))
    except ValueError as error:
        raise BadKey(f"{show(issuer_id, 80)!r} is not a key: what follows did:jwk: can't be read.") from error


def did_document(issuer_id: str, fetch: Fetch) -> Document:
    """Return the issuer's did:web document; raise ProofInvalid if it is another's, CannotTell if it can't be had."""
    if not issuer_id.startswith("did:web:"):
        raise CannotTell(f"The issuer {show(issuer_id)} is named in a way whose keys can't be looked up here.")
    address = did_url(issuer_id)
    document = fetch_object(fetch, address, "The issuer's list of keys")
    if document.get("id") != issuer_id:
        raise ProofInvalid(f"The list of keys at {show(address)} belongs to someone else.")
    return document


def listed_method(document: Document, key_id: str, issuer_id: str) -> Document:
    """Return the method *key_id* of a DID document, if it may be used to assert."""
    vouching = as_list(document.get("assertionMethod"))[:MOST_KEYS]
    methods = [*as_list(document.get("verificationMethod"))[:MOST_KEYS], *vouching]
    if key_id not in (absolute(identifier(method), issuer_id) for method in vouching):
        raise ProofInvalid(f"The issuer does not list the key {show(key_id)} as one that vouches for credentials.")
    for method in methods:
        if not isinstance(method, Mapping) or absolute(identifier(method), issuer_id) != key_id:
            continue
        if method.get("controller") == issuer_id:
            refuse_revoked(method, key_id)
            return method
    raise ProofInvalid(f"The issuer names the key {show(key_id)} but does not publish it.")


def refuse_revoked(method: Document, key_id: str) -> None:
    """Raise ProofInvalid for a key that its owner revoked (Controlled Identifiers 1.0, 2.2): a thief may have it."""
    if method.get("revoked"):
        raise ProofInvalid(f"The issuer revoked the key {show(key_id)}, so what it signed no longer counts.")


def absolute(key_id: str, issuer_id: str) -> str:
    """Return a DID URL that may be relative ("#key-1") in full (DID Core, 3.2.2)."""
    return issuer_id + key_id if key_id.startswith("#") else key_id


# ── issuers known by a web address ────────────────────────────────────────────


def is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def web_key(key_id: str, issuer_id: str, fetch: Fetch) -> IssuerKey:
    """Return the key *key_id* of an issuer who is known by a web address.

    It is the issuer's if what is published at that address lists it, or is itself the key. Another key on the same
    origin, of which the profile says nothing, comes with a doubt: hosts of many people have one origin. So does one of
    an issuer without a profile. Without a key, or with one from elsewhere, CannotTell is raised.
    """
    try:
        profile = issuer_profile(issuer_id, fetch)
    except CannotTell as error:
        profile, reason = {}, str(error)
    else:
        reason = f"{show(issuer_id)} does not list it."
    for method in profile_methods(profile):
        if identifier(method) == key_id and method.get("controller", issuer_id) == issuer_id:
            return IssuerKey(method_key(method, key_id), ends=method.get("expires"))
    listed = key_id in map(identifier, profile_entries(profile))
    address, _, fragment = key_id.partition("#")
    if address == issuer_id and fragment.startswith("z"):  # the key itself, as in the 1EdTech test vector
        return IssuerKey(multikey(fragment), "" if listed else unproven(issuer_id, reason))
    silent = not (profile.get("assertionMethod") or profile.get("verificationMethod"))  # else nobody else is asked
    is_profile = key_id == issuer_id and not KEY_MEMBERS.isdisjoint(profile)
    beside = address != issuer_id and origin(key_id) == origin(issuer_id)
    if not is_web(key_id) or not (listed or (silent and (is_profile or beside))):
        raise CannotTell(f"Nothing proves that the key {show(key_id)} is the issuer's: {reason}")
    key = published_key(key_id, issuer_id, fetch)
    return key if listed or is_profile else replace(key, doubt=unproven(issuer_id, reason))


def issuer_profile(issuer_id: str, fetch: Fetch) -> Document:
    """Return what is published at the issuer's address about itself; raise CannotTell if there is nothing."""
    if not origin(issuer_id):
        raise CannotTell(f"{show(issuer_id)} is not a web address.")
    profile = fetch_object(fetch, issuer_id, "The issuer's profile")
    if identifier(profile) != issuer_id:
        raise CannotTell(f"What is published at {show(issuer_id)} is not this issuer's profile.")
    return profile


def profile_entries(profile: Document) -> list[Any]:
    """Return the keys that a profile lists, or their names: where it says which ones assert, only those."""
    members = ("assertionMethod",) if profile.get("assertionMethod") else ("verificationMethod", "publicKey")
    return [entry for name in members for entry in as_list(profile.get(name))[:MOST_KEYS]]


def profile_methods(profile: Document) -> Iterator[Document]:
    """Yield the keys that a profile holds itself, among those that it lists."""
    listed = set(map(identifier, profile_entries(profile)))
    for name in ("assertionMethod", "verificationMethod", "publicKey"):
        for entry in as_list(profile.get(name))[:MOST_KEYS]:
            if isinstance(entry, Mapping) and identifier(entry) in listed:
                yield entry


def published_key(key_id: str, issuer_id: str, fetch: Fetch) -> IssuerKey:
    """Return the key at *key_id*: a key document, one that holds it, or a bare JWK; it must not be another's."""
    document = fetch_object(fetch, key_id.partition("#")[0], "The issuer's key")
    if "kty" in document:
        return IssuerKey(document)
    for method in (document, *as_list(document.get("verificationMethod"))[:MOST_KEYS]):
        if isinstance(method, Mapping) and identifier(method) == key_id:
            if method.get("controller", method.get("owner")) != issuer_id:
                raise ProofInvalid(f"The key {show(key_id)} belongs to someone else.")
            return IssuerKey(method_key(method, key_id), ends=method.get("expires"))
    raise CannotTell(f"What is published at {show(key_id)} is not a key that can be read here.")


def bare_jwk(address: str, fetch: Fetch) -> Jwk:
    """Return the JWK at a web address."""
    document = fetch_object(fetch, address, "The issuer's key")
    if "kty" not in document:
        raise CannotTell(f"What is published at {show(address)} is not a key that can be read here.")
    return document


def unproven(issuer_id: str, reason: str) -> str:
    """Return the doubt about a key that fits, but that only the badge itself names."""
    return (
        "The signature fits the key that the badge itself names, but nothing proves that this key belongs to "
        f"{show(issuer_id)}. {reason}"
    )


# ── forms of keys ─────────────────────────────────────────────────────────────


def method_key(method: Document, key_id: str) -> Jwk:
    """Return the key that a verification method, or an OB 2.0 CryptographicKey, holds.

    Raises CannotTell if there is none, ProofInvalid if it was revoked.
    """
    refuse_revoked(method, key_id)
    if isinstance(text := method.get("publicKeyMultibase"), str):
        return multikey(text)
    if isinstance(jwk := method.get("publicKeyJwk"), Mapping):
        return jwk
    if isinstance(pem := method.get("publicKeyPem"), str):
        return jwk_from_pem(pem)
    raise CannotTell(f"The key {show(key_id)} is published in a form that can't be read here.")


def multikey(text: str) -> Jwk:
    """Return an Ed25519 or P-256 key in Multikey form; raise BadKey if it is no key, CannotTell for another kind."""
    try:
        data = from_base58(text[1:]) if text.startswith("z") else b""
        if data.startswith(P256_CODEC):
            return jwk_of(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data[2:]))
    except ValueError as error:
        raise BadKey(f"{show(text, 80)!r} is not a public key in Multikey form (z…).") from error
    if data and not data.startswith(ED25519_CODEC):
        raise CannotTell(f"The key {show(text, 80)} is of a kind that can't be used here.")
    return jwk_of(from_multibase(text))


def ed25519(key_id: str, jwk: Jwk) -> PublicKey:
    """Return *jwk* as the key of an EdDSA proof; raise ProofInvalid if it is of another kind."""
    if jwk.get("crv") != "Ed25519":
        raise ProofInvalid("The proof was made with another kind of key than its name says.")
    x = jwk_of(public_key(jwk))["x"]
    return PublicKey(key_id, "z" + base58(ED25519_CODEC + from_base64url(x)))


def same_key(one: Jwk, other: Document) -> bool:
    """Return whether two keys are one, however they are written; *other* may be a verification method."""
    try:
        second = other if "kty" in other else method_key(other, identifier(other))
        return thumbprint(jwk_of(public_key(one))) == thumbprint(jwk_of(public_key(second)))
    except OpenBadgesError:
        return False  # a key that can't be read here is not the one in question
