"""Check a badge as a stranger would, and say in plain words what was found.

`verify` is pure but for *fetch*, through which it asks for what issuers publish. `site_fetcher` answers from a folder
that holds a published site, so a badge can be checked without a network.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from bridge.openbadges.addresses import ascii_host
from bridge.openbadges.errors import BadArtwork, BadDocument, BadJson, OutOfReach
from bridge.openbadges.findings import (
    Fetch,
    Finding,
    Inquiry,
    Report,
    Verdict,
    decoded,
    fetch_object,
    origin,
    parse_object,
    show,
)
from bridge.openbadges.pictures import svg
from bridge.openbadges.pictures.baking import SIGNATURE, Baked, unbake
from bridge.openbadges.signing.jose import is_token, parse_token

from .verify_credential import credential_findings, is_credential, token_findings
from .verify_hosted import is_assertion
from .verify_proof import claimed
from .verify_signed import assertion_findings

__all__ = ["Fetch", "Finding", "Report", "Verdict", "site_fetcher", "verify"]

MAX_FILE = 16 * 1024 * 1024
MOST_ADDRESSES = 20  # that are asked for one badge; an honest one needs six

HEAD = 4096  # bytes that tell whether something means to be JSON

CREDENTIAL, ASSERTION = "3.0", "2.0"

SOMETHING_ELSE = "This is neither a PNG nor an SVG nor a badge as text; other forms can't be read here."
BAKED_ELSE = "What is baked into this picture is not a badge: neither JSON nor a signed token nor a web address."


def verify(
    data: bytes, fetch: Fetch, now: datetime, recipient: str | None = None, *, second_opinion: bool = False
) -> Report:
    """Return what can be said about the badge in *data*: PNG or SVG, JSON, a signed token, or a hosted one's address.

    *fetch* returns what is published at an address, None, or raises OutOfReach with the reason; *now* is an aware time;
    with *recipient*, a plain address, it is also told whether the badge is that person's. With *second_opinion*,
    openbadgeslib is asked where our own check can't judge. Nothing in *data* makes this raise.
    """
    inquiry = Inquiry(sparing(fetch), now, recipient, second_opinion)
    return Report(tuple(findings(data, inquiry)))


def sparing(fetch: Fetch) -> Fetch:
    """Return *fetch* for one badge: each address is asked once, and after twenty there is no further one."""
    answers: dict[str, bytes | OutOfReach | None] = {}

    def ask(url: str) -> bytes | None:
        if url not in answers:
            if len(answers) >= MOST_ADDRESSES:
                raise OutOfReach(f"{show(url)} was not asked: the badge names too many addresses.")
            try:
                answers[url] = fetch(url)
            except OutOfReach as reason:
                answers[url] = reason
        answer = answers[url]
        if isinstance(answer, OutOfReach):
            raise OutOfReach(str(answer))
        return answer

    return ask


def findings(data: bytes, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield the findings about each credential in *data*."""
    try:
        baked = unbaked(data)
    except BadArtwork as error:
        yield Finding("picture", False, str(error))
        return
    if baked is None:
        yield from text_findings(data, inquiry)
        return
    if baked == Baked(None, None):
        yield Finding("picture", False, "There is no badge in this picture.")
    for text in (baked.credential, baked.assertion):
        if text is not None:
            yield from text_findings(text.encode(errors="replace"), inquiry, BAKED_ELSE)


def unbaked(data: bytes) -> Baked | None:
    """Return what was baked into a picture, None if *data* is no picture; raise BadArtwork for a damaged one."""
    if data.startswith(SIGNATURE):
        return unbake(data)
    return svg.unbake(data) if svg.is_svg(data) else None


def text_findings(data: bytes, inquiry: Inquiry, otherwise: str = SOMETHING_ELSE) -> Iterator[Finding]:
    """Yield the findings about one credential or assertion: JSON, a signed token, or a web address.

    For anything else *otherwise* is the sentence.
    """
    text = decoded(data).strip() if len(data) <= MAX_FILE else ""
    if is_token(text):
        yield from signed_text_findings(text, inquiry)
    elif "\n" not in text and origin(text):
        yield from address_findings(text, inquiry)
    elif decoded(data[:HEAD]).lstrip().startswith(("{", "[")):
        yield from json_findings(data, inquiry)
    else:
        yield Finding("document", None, otherwise)


def json_findings(data: bytes, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield the findings about a credential or an assertion that is not signed as a whole."""
    try:
        document = parse_object(data)
    except BadJson as error:
        yield Finding("document", None, f"This can't be read as a badge. {error}")
        return
    if is_credential(document):
        yield from of(CREDENTIAL, credential_findings(document, inquiry))
    elif is_assertion(document):
        yield from of(ASSERTION, assertion_findings(document, inquiry))
    else:
        yield Finding("document", False, "This is JSON, but not a badge: neither a credential nor an assertion.")


def signed_text_findings(text: str, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield the findings about a compact JWS: a VC-JWT (3.0), or a signed assertion (2.0)."""
    try:
        token = parse_token(text)
        claims, document = claimed(token)
    except BadDocument as error:
        yield Finding("document", False, str(error))
        return
    if is_credential(document):
        yield from of(CREDENTIAL, token_findings(token, text, claims, document, inquiry))
    elif is_assertion(claims):
        yield from of(ASSERTION, assertion_findings(claims, inquiry, token))
    else:
        yield Finding("document", False, "This is signed, but not a badge: neither a credential nor an assertion.")


def address_findings(url: str, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield the findings about the assertion hosted at *url*: old pictures hold no more than such an address."""
    try:
        document = fetch_object(inquiry.fetch, url, "The assertion")
    except ValueError as error:
        yield Finding("hosted", None, str(error), ASSERTION)
        return
    if not is_assertion(document):
        yield Finding("hosted", False, f"What is published at {show(url)} is not an assertion.", ASSERTION)
        return
    yield from of(ASSERTION, assertion_findings({**document, "id": document.get("id", url)}, inquiry))


def of(document: str, found: Iterator[Finding]) -> Iterator[Finding]:
    """Yield *found* with the name of the document that it is about."""
    return (replace(finding, document=document) for finding in found)


def site_fetcher(folder: Path, base_url: str) -> Fetch:
    """Return a fetch that answers addresses at or below *base_url* from the files in *folder*, and no others.

    Only host, port and path count, not whether an address begins with http or https: did:web always means https.
    """
    base, root = urlsplit(base_url), folder.resolve()
    prefix = base.path.rstrip("/") + "/"

    def fetch(url: str) -> bytes | None:
        try:
            parts = urlsplit(url)
            if place(parts) != place(base) or not parts.path.startswith(prefix):
                return None
            file = (root / unquote(parts.path.removeprefix(prefix))).resolve()
            if not file.is_relative_to(root) or not file.is_file() or file.stat().st_size > MAX_FILE:
                return None
            return file.read_bytes()
        except (ValueError, OSError, BadDocument):
            return None

    return fetch


def place(parts: SplitResult) -> tuple[str, int | None]:
    """Return host and port of an address."""
    return ascii_host(parts.hostname or ""), parts.port
