"""Check an Open Badges 2.0 assertion that its issuer hosts: what is published there is what counts (OB 2.0, Hosted)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from bridge.openbadges.addresses import sure_path
from bridge.openbadges.errors import BadDocument, CannotTell
from bridge.openbadges.findings import (
    Fetch,
    Finding,
    Inquiry,
    as_list,
    fetch_object,
    identifier,
    issued,
    moment,
    origin,
    period,
    show,
    texts,
)

from .recipients import recipient_finding
from .verify_status import revoked_finding

Document = Mapping[str, Any]

#: What the issuer may change in a hosted assertion after the badge was baked.
MAY_CHANGE = {"revoked", "revocationReason"}
TIMES = ("issuedOn", "expires")
MOST_RULES = 100  # of an issuer, about where its assertions are


def is_assertion(document: Document) -> bool:
    """Return whether *document* means to be an Open Badges 2.0 assertion, or an older one."""
    return "Assertion" in texts(document.get("type")) or is_older(document)


def is_older(document: Document) -> bool:
    """Return whether *document* is an assertion of Open Badges 1: those name no type, or the context of their own."""
    contexts = texts(document.get("@context"))
    if any("openbadges/v1" in context for context in contexts):
        return True
    return not contexts and {"uid", "recipient", "badge", "verify"} <= set(document)


def kinds_of(document: Document) -> set[str]:
    """Return how an assertion wants to be verified: "HostedBadge" or "SignedBadge", in the words of either version."""
    kind = document.get("verification", document.get("verify"))
    told = set(texts(kind.get("type"))) if isinstance(kind, Mapping) else set()
    return {{"hosted": "HostedBadge", "signed": "SignedBadge"}.get(word, word) for word in told}


def hosted_findings(document: Document, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield what is to be said about an assertion without a signature of its own; a forged one gets no further."""
    try:
        hosted = published(document, inquiry.fetch)
        if hosted.get("revoked") and "badge" not in hosted and identifier(hosted) == identifier(document):
            yield revocation_finding(hosted)
            return
        badge = part(hosted.get("badge"), inquiry.fetch, "The badge's description")
        issuer = part(badge.get("issuer"), inquiry.fetch, "The issuer's profile")
        genuine = hosted_finding(document, hosted, {identifier(known): known for known in (badge, issuer)}, issuer)
    except CannotTell as error:
        yield Finding("hosted", None, str(error))
        return
    yield genuine
    if not genuine.ok:
        return
    yield about(badge, issuer)
    yield revocation_finding(hosted)
    yield period(hosted.get("issuedOn"), hosted.get("expires"), inquiry.now)
    if inquiry.recipient is not None:
        yield recipient_finding(identities(hosted), inquiry.recipient)


def about(badge: Document, issuer: Document) -> Finding:
    """Return what the badge is and who vouches for it."""
    told = issued(badge.get("name") or "A badge without a name", issuer.get("name"), identifier(issuer))
    return Finding("issuer", True, told)


def identities(assertion: Document) -> Iterator[Document]:
    """Yield the e-mail identities of an assertion's recipient."""
    for item in as_list(assertion.get("recipient")):
        if isinstance(item, Mapping) and "email" in texts(item.get("type")):
            yield item


def published(document: Document, fetch: Fetch) -> Document:
    """Return the assertion that is published under the id of *document*."""
    if "HostedBadge" not in kinds_of(document):
        raise CannotTell("It is not a hosted assertion, and the signature that it should bear is not here.")
    return fetch_object(fetch, identifier(document), "The issuer's copy of the assertion")


def part(value: object, fetch: Fetch, what: str) -> Document:
    """Return a part of an assertion as it is published at its own address; a copy in the assertion is not trusted.

    A part without a web address of its own can only be what it says here: it is returned as it stands.
    """
    address = identifier(value)
    if isinstance(value, Mapping) and not origin(address):
        return value
    if not address:
        raise CannotTell(f"{what} can't be had: it is not named as one address.")
    found = fetch_object(fetch, address, what)
    if identifier(found) != address:
        raise CannotTell(f"{what} is not what is published at {show(address)}.")
    return found


def hosted_finding(document: Document, hosted: Document, parts: Mapping[str, Document], issuer: Document) -> Finding:
    """Return whether the assertion says what its issuer publishes, at an address that is the issuer's."""
    address = identifier(hosted)
    if address != identifier(document) or not is_assertion(hosted):
        return Finding("hosted", False, f"What is published at {show(identifier(document))} is another assertion.")
    if not origin(identifier(issuer)):
        raise CannotTell("Its issuer has no web address, so nobody knows where its assertions must be published.")
    if not in_scope(address, issuer):
        return Finding("hosted", False, f"The assertion is not published by its issuer, {show(identifier(issuer))}.")
    told = ((name, value) for name, value in document.items() if name not in MAY_CHANGE)
    if not all(agrees(value, hosted.get(name), parts, name) for name, value in told):
        return Finding("hosted", False, "It says something else than the assertion that its issuer publishes.")
    return Finding("hosted", True, "It is genuine: the issuer publishes the same assertion.")


def in_scope(address: str, issuer: Document) -> bool:
    """Return whether the issuer says that its assertions are published at *address*.

    Without `verification` in its profile that is the profile's own origin; else each of `allowedOrigins` (hosts) and
    `startsWith` (addresses) that is there must fit (Open Badges 2.0, VerificationObject). An address begins with
    another only on the same origin and at the end of a step of its path.
    """
    rules = issuer.get("verification")
    rules = rules if isinstance(rules, Mapping) else {}
    hosts, starts = (texts(rules.get(name))[:MOST_RULES] for name in ("allowedOrigins", "startsWith"))
    if not hosts and not starts:
        return origin(address) == origin(identifier(issuer)) != ""
    if not origin(address) or urlsplit(address).scheme not in ("https", urlsplit(identifier(issuer)).scheme):
        return False
    host = urlsplit(address).netloc.lower()
    return (not hosts or any(host == allowed.lower() or origin(allowed) == origin(address) for allowed in hosts)) and (
        not starts or any(begins(address, start) for start in starts)
    )


def begins(address: str, start: str) -> bool:
    """Return whether *address* is at or below *start*."""
    if not origin(start) or origin(start) != origin(address):
        return False
    try:
        path, above = sure_path(address), sure_path(start)
    except BadDocument:
        return False
    return path == above or path.startswith(above if above.endswith("/") else f"{above}/")


def agrees(told: Any, hosted: Any, parts: Mapping[str, Document], name: str = "") -> bool:
    """Return whether a value in a file says what the issuer publishes.

    Issuers bake descriptions where they publish addresses only; such a copy may leave things out. *parts* are the
    descriptions that are published, by address.
    """
    if told == hosted:
        return True
    if name in TIMES:
        return same_time(told, hosted)
    if isinstance(told, Mapping) and isinstance(hosted, str):
        known = parts.get(hosted, {"id": hosted, "type": told.get("type")})
        copied = ((key, value) for key, value in told.items() if key != "@context")
        return identifier(told) == hosted != "" and all(
            agrees(value, known.get(key), parts, key) for key, value in copied
        )
    if isinstance(told, str) and isinstance(hosted, Mapping):
        return told == identifier(hosted) != ""
    if isinstance(told, Mapping) and isinstance(hosted, Mapping):
        return set(told) == set(hosted) and all(agrees(value, hosted[key], parts, key) for key, value in told.items())
    if isinstance(told, list) and isinstance(hosted, list):
        return len(told) == len(hosted) and all(map(lambda one, two: agrees(one, two, parts), told, hosted))
    return False


def same_time(told: object, hosted: object) -> bool:
    """Return whether two texts are one moment, written in two ways."""
    try:
        return moment(told) == moment(hosted)
    except CannotTell:
        return False


def revocation_finding(hosted: Document) -> Finding:
    """Return whether the published assertion says that it was revoked."""
    if not hosted.get("revoked"):
        return Finding("status", True, "It was not revoked.")
    return revoked_finding(hosted.get("revocationReason"))
