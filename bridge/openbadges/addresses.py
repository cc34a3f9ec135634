"""Web addresses and did:web identifiers, in the one form that travels."""

from urllib.parse import quote, urlsplit, urlunsplit

from .errors import BadDocument
from .text import clean


def did_web(url: str) -> str:
    """Return the did:web of the site at *url*: https://badges.example:8443/x → did:web:badges.example%3A8443:x."""
    parts = urlsplit(url)
    host = ascii_host(parts.hostname or "")
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment or parts.username:
        raise BadDocument(f"{url!r} can't be an issuer's address; it must look like https://badges.example.org.")
    port = f"%3A{parts.port}" if parts.port else ""
    path = (quote(segment, safe="%") for segment in parts.path.split("/") if segment)
    return ":".join(["did:web", host + port, *path])


def did_url(did: str) -> str:
    """Return the https address of a did:web document: /.well-known/did.json, or did.json below the path.

    Raises BadDocument for any other identifier.
    """
    method, _, rest = did.partition("did:web:")
    host, *path = rest.split(":")
    if method or not host or "/" in rest or not all(path):
        raise BadDocument(f"{did[:200]!r} is not a did:web identifier.")
    host = host.replace("%3A", ":").replace("%3a", ":")
    return "https://" + "/".join([host, *(path or [".well-known"]), "did.json"])


def ascii_host(host: str) -> str:
    """Return an international domain name in the ASCII form that travels (punycode), in small letters."""
    try:
        return host.encode("idna").decode().lower() if not host.isascii() else host.lower()
    except UnicodeError as error:
        raise BadDocument(f"{host!r} is not a domain name.") from error


def web_address(url: str) -> str:
    """Return *url* with all that an IRI may not hold encoded; raise BadDocument if it is no web address.

    The host of an international domain becomes punycode, everything else outside of ASCII is percent-encoded; what is
    encoded already stays as it is.
    """
    try:
        parts = urlsplit(clean(url.strip()))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadDocument(f"{url[:200]!r} is not a web address.") from error
    if parts.scheme not in ("https", "http") or not host:
        raise BadDocument(f"{url[:200]!r} is not a web address; it must begin with https://.")
    if not host.isascii():
        parts = parts._replace(netloc=ascii_host(host) + (f":{port}" if port else ""))
    return quote(urlunsplit(parts), safe="%/:=&?~#+!$,;'@()*[]")
