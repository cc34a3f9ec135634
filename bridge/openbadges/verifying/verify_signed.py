"""Check an Open Badges 2.0 assertion that bears a signature (Open Badges 2.0, Signed Badges)."""

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.openbadges.errors import BadKey, CannotTell, OpenBadgesError, ProofInvalid
from bridge.openbadges.findings import Fetch, Finding, Inquiry, as_list, fetch_object, identifier, origin, period, show
from bridge.openbadges.signing.jose import Token, verifies
from bridge.openbadges.signing.jwk import Jwk

from .recipients import recipient_finding
from .verify_hosted import about, hosted_findings, identities, is_older, kinds_of, part
from .verify_keys import method_key
from .verify_status import revoked_finding

Document = Mapping[str, Any]

MOST_KEYS = 5


def assertion_findings(document: Document, inquiry: Inquiry, token: Token | None = None) -> Iterator[Finding]:
    """Yield what is to be said about an Open Badges 2.0 assertion; *token* is the signed text that it came in."""
    if is_older(document):
        yield Finding("hosted", None, "It is a badge of Open Badges 1, which can't be checked here.")
    elif token is None or "SignedBadge" not in kinds_of(document):
        yield from hosted_findings(document, inquiry)
    else:
        yield from signed_findings(document, token, inquiry)


def signed_findings(document: Document, token: Token, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield the findings about a signed assertion; a forged one gets no further than its signature."""
    try:
        badge = part(document.get("badge"), inquiry.fetch, "The badge's description")
        issuer = profile(badge, inquiry.fetch)
        refuse_forged(token, document, issuer, inquiry.fetch)
    except (ProofInvalid, BadKey) as error:
        yield Finding("proof", False, str(error))
        return
    except CannotTell as error:
        yield Finding("proof", None, str(error))
        return
    yield Finding("proof", True, "It is genuine: the signature fits, and nothing was changed since.")
    yield about(badge, issuer)
    yield revocation_finding(document, issuer, inquiry.fetch)
    yield period(document.get("issuedOn"), document.get("expires"), inquiry.now)
    if inquiry.recipient is not None:
        yield recipient_finding(identities(document), inquiry.recipient)


def profile(badge: Document, fetch: Fetch) -> Document:
    """Return the issuer's profile as it is published; one that only stands in the badge could be anybody's."""
    if not origin(identifier(badge.get("issuer"))):
        raise CannotTell("Its issuer has no web address, so nobody knows whose signature it bears.")
    return part(badge.get("issuer"), fetch, "The issuer's profile")


def refuse_forged(token: Token, document: Document, issuer: Document, fetch: Fetch) -> None:
    """Raise ProofInvalid unless the signature is by a key that the issuer's profile lists, CannotTell without one."""
    kind = document.get("verification", document.get("verify"))
    creator = identifier(kind.get("creator")) if isinstance(kind, Mapping) else ""
    listed = as_list(issuer.get("publicKey"))
    if not listed:
        raise CannotTell(f"The issuer's profile {show(identifier(issuer))} names no key.")
    if creator:
        entry = next((entry for entry in listed if identifier(entry) == creator), None)
        if entry is None:
            raise ProofInvalid(f"The issuer's profile does not list the key {show(creator)} with which it was signed.")
        listed = [entry]
    trouble: OpenBadgesError | None = None
    for entry in listed[:MOST_KEYS]:
        try:
            if verifies(token, key_of(entry, issuer, fetch)):
                return
        except OpenBadgesError as error:  # with several keys another one may fit
            trouble = trouble or error
    raise trouble or ProofInvalid("The signature does not fit: the badge was changed after it was signed.")


def key_of(entry: object, issuer: Document, fetch: Fetch) -> Jwk:
    """Return a key that the profile lists, itself or by address (Open Badges 2.0, CryptographicKey)."""
    key_id = identifier(entry)
    if not (isinstance(entry, Mapping) and "publicKeyPem" in entry):
        entry = fetch_object(fetch, key_id, "The issuer's key")
        if identifier(entry) != key_id:
            raise CannotTell(f"The issuer's key is not what is published at {show(key_id)}.")
    if identifier(entry.get("owner", identifier(issuer))) != identifier(issuer):
        raise ProofInvalid(f"The key {show(key_id)} belongs to someone else.")
    return method_key(entry, key_id)


def revocation_finding(document: Document, issuer: Document, fetch: Fetch) -> Finding:
    """Return whether the assertion stands in the issuer's list of revoked ones (Open Badges 2.0, RevocationList)."""
    address = identifier(issuer.get("revocationList"))
    if not address:
        return Finding("status", True, "The issuer does not publish whether it was revoked.")
    try:
        listed = fetch_object(fetch, address, "The issuer's revocation list")
    except CannotTell as error:
        return Finding("status", None, f"Whether it was revoked can't be told. {error}")
    if identifier(listed.get("issuer")) not in ("", identifier(issuer)) or "revokedAssertions" not in listed:
        told = f"What is published at {show(address)} is not this issuer's revocation list."
        return Finding("status", None, f"Whether it was revoked can't be told. {told}")
    names = {name for name in (document.get("id"), document.get("uid")) if isinstance(name, str) and name}
    for item in as_list(listed.get("revokedAssertions")):
        uid = item.get("uid") if isinstance(item, Mapping) else None
        if identifier(item) in names or (isinstance(uid, str) and uid in names):
            return revoked_finding(item.get("revocationReason") if isinstance(item, Mapping) else None)
    return Finding("status", True, "It was not revoked.")
