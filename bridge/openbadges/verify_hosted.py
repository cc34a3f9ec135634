"""Check an Open Badges 2.0 hosted assertion: what its issuer publishes is what counts (Open Badges 2.0, Hosted)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from .errors import CannotTell
from .findings import Fetch, Finding, as_list, fetch_object, identifier, period, show, texts
from .recipients import recipient_finding

Document = Mapping[str, Any]

#: What the issuer may change in a hosted assertion after the badge was baked.
MAY_CHANGE = {"revoked", "revocationReason"}


def is_assertion(document: Document) -> bool:
    """Return whether *document* means to be an Open Badges 2.0 assertion."""
    return "Assertion" in texts(document.get("type"))


def assertion_findings(document: Document, fetch: Fetch, now: datetime, recipient: str | None) -> Iterator[Finding]:
    """Yield what is to be said about an Open Badges 2.0 assertion."""
    try:
        hosted = published(document, fetch)
        if hosted.get("revoked") and "badge" not in hosted and identifier(hosted) == identifier(document):
            yield revocation_finding(hosted)
            return
        badge = part(hosted.get("badge"), fetch, "The badge's description")
        issuer = part(badge.get("issuer"), fetch, "The issuer's profile")
    except CannotTell as error:
        yield Finding("hosted", None, str(error))
        return
    yield hosted_finding(document, hosted, issuer)
    name, by = badge.get("name") or "A badge without a name", issuer.get("name") or identifier(issuer)
    yield Finding("issuer", True, f"“{show(name)}”, issued by {show(by)} ({show(identifier(issuer))}).")
    yield revocation_finding(hosted)
    yield period(hosted.get("issuedOn"), hosted.get("expires"), now)
    if recipient is not None:
        known = (item for item in as_list(hosted.get("recipient")) if isinstance(item, Mapping))
        yield recipient_finding((item for item in known if item.get("type") == "email"), recipient)


def published(document: Document, fetch: Fetch) -> Document:
    """Return the assertion that is published under the id of *document*."""
    kind = document.get("verification", document.get("verify"))
    kinds = texts(kind.get("type")) if isinstance(kind, Mapping) else []
    if not {"HostedBadge", "hosted"} & set(kinds):
        raise CannotTell("It is not a hosted assertion; signed ones of Open Badges 2.0 can't be checked here.")
    return fetch_object(fetch, identifier(document), "The issuer's copy of the assertion")


def part(value: object, fetch: Fetch, what: str) -> Document:
    """Return a part of an assertion as it is published at its own address; a copy in the assertion is not trusted."""
    found = fetch_object(fetch, identifier(value), what)
    if identifier(found) != identifier(value):
        raise CannotTell(f"{what} is not what is published at {show(identifier(value))}.")
    return found


def hosted_finding(document: Document, hosted: Document, issuer: Document) -> Finding:
    """Return whether the assertion says what its issuer publishes, at the issuer's own address."""
    address = identifier(hosted)
    if address != identifier(document) or not is_assertion(hosted):
        return Finding("hosted", False, f"What is published at {show(identifier(document))} is another assertion.")
    if site(address) != site(identifier(issuer)):
        return Finding("hosted", False, f"The assertion is not published by its issuer, {show(identifier(issuer))}.")
    if any(hosted.get(name) != value for name, value in document.items() if name not in MAY_CHANGE):
        return Finding("hosted", False, "It says something else than the assertion that its issuer publishes.")
    return Finding("hosted", True, "It is genuine: the issuer publishes the same assertion.")


def site(url: str) -> tuple[str, str]:
    """Return scheme and authority of *url*, which assertion and issuer must share."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def revocation_finding(hosted: Document) -> Finding:
    """Return whether the published assertion says that it was revoked."""
    if not hosted.get("revoked"):
        return Finding("status", True, "It was not revoked.")
    reason = hosted.get("revocationReason")
    return Finding("status", False, f"It was revoked by its issuer: {show(reason)}" if reason else "It was revoked.")
