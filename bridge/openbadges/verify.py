"""Check a badge as a stranger would, and say in plain words what was found.

`verify` is pure but for *fetch*, through which it asks for what issuers publish. `site_fetcher` answers from a folder
that holds a published site, so a badge can be checked without a network.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from .addresses import ascii_host
from .baking import SIGNATURE, unbake
from .errors import BadArtwork, BadDocument
from .findings import Fetch, Finding, Report, Verdict, parse_object
from .verify_credential import credential_findings, is_credential
from .verify_hosted import assertion_findings, is_assertion

__all__ = ["Fetch", "Finding", "Report", "Verdict", "site_fetcher", "verify"]

MAX_FILE = 16 * 1024 * 1024


def verify(data: bytes, fetch: Fetch, now: datetime, recipient: str | None = None) -> Report:
    """Return what can be said about the badge in *data*: a baked PNG, or the JSON of a credential or an assertion.

    *fetch* returns what is published at an address, or None; *now* is an aware time; with *recipient*, a plain address,
    it is also told whether the badge is that person's. Nothing in *data* makes this raise.
    """
    return Report(tuple(findings(data, fetch, now, recipient)))


def findings(data: bytes, fetch: Fetch, now: datetime, recipient: str | None) -> Iterator[Finding]:
    """Yield the findings about each credential in *data*."""
    if not data.startswith(SIGNATURE):
        yield from text_findings(data, fetch, now, recipient)
        return
    try:
        baked = unbake(data)
    except BadArtwork as error:
        yield Finding("picture", False, str(error))
        return
    texts = [text for text in (baked.credential, baked.assertion) if text is not None]
    if not texts:
        yield Finding("picture", False, "There is no badge in this picture.")
    for text in texts:
        yield from text_findings(text, fetch, now, recipient)


def text_findings(text: bytes | str, fetch: Fetch, now: datetime, recipient: str | None) -> Iterator[Finding]:
    """Yield the findings about one credential or assertion as JSON."""
    try:
        document = parse_object(text)
    except ValueError:
        yield Finding("document", None, "This is neither a PNG nor a badge as JSON; other forms can't be read here.")
        return
    if is_credential(document):
        yield from credential_findings(document, fetch, now, recipient)
    elif is_assertion(document):
        yield from assertion_findings(document, fetch, now, recipient)
    else:
        yield Finding("document", False, "This is JSON, but not a badge: neither a credential nor an assertion.")


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
