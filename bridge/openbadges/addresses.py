"""Web addresses and did:web identifiers, in the one form that travels."""

import re
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from .errors import BadDocument
from .text import clean

#: Most addresses: nothing in them needs a closer look.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,4})?(?:/[A-Za-z0-9._~/-]*)?(?:#[A-Za-z0-9._-]+)?")
_DID_WEB = re.compile(r"did:web:([A-Za-z0-9._-]+(?:%3[Aa][0-9]{1,5})?)((?::(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)*)")
_STRAY = re.compile("%(?![0-9A-Fa-f]{2})")
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")  # RFC 3986, 2.3
#: What a server could take for a way up, or leave away and then take for one.
_AMBIGUOUS = re.compile(r"\.\.|[\\\x00-\x1f\x7f]")


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

    Raises BadDocument for any other identifier, and for characters that no DID has (DID Core, 3.1): a domain name that
    is not ASCII could look like another one.
    """
    parts = _DID_WEB.fullmatch(did)
    path = parts[2].split(":")[1:] if parts else []
    if parts is None or {".", ".."} & set(map(unquote, path)):
        raise BadDocument(f"{did[:200]!r} is not a did:web identifier.")
    host = parts[1].replace("%3A", ":").replace("%3a", ":")
    return "https://" + "/".join([host, *(path or [".well-known"]), "did.json"])


def ascii_host(host: str) -> str:
    """Return an international domain name in the ASCII form that travels (punycode), in small letters."""
    try:
        return host.encode("idna").decode().lower() if not host.isascii() else host.lower()
    except UnicodeError as error:
        raise BadDocument(f"{host!r} is not a domain name.") from error


def sure_host(host: str) -> str:
    """Return what `ascii_host` does; raise BadDocument also for what could be read as two domain names.

    By the older rules (IDNA 2003), which Python has, straße.example is strasse.example; by the newer ones, by which a
    server is looked up, it is not. So one server's word could be taken for the other's.
    """
    found, plain = ascii_host(host), normalize("NFC", host.lower())
    if not host.isascii() and not found.encode().decode("idna") == plain == normalize("NFKC", plain):
        raise BadDocument(f"{host!r} can be read as two domain names.")
    return found


@lru_cache(maxsize=1024)
def web_address(url: str) -> str:
    """Return *url* with all that an IRI may not hold encoded; raise BadDocument if it is no web address.

    The host of an international domain becomes punycode, everything else outside of ASCII is percent-encoded; what is
    encoded already stays as it is (RFC 3987, 2.2: brackets stand around an IPv6 address alone, "#" stands once).
    """
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(clean(url.strip()))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadDocument(f"{url[:200]!r} is not a web address.") from error
    if parts.scheme not in ("https", "http") or not host or (":" in host and "%" in host):
        raise BadDocument(f"{url[:200]!r} is not a web address; it must begin with https://.")
    if not host.isascii():
        parts = parts._replace(netloc=ascii_host(host) + (f":{port}" if port else ""))
    safe = [
        quote(part, safe=f"%/:=&?~+!$,;'@()*{more}") for part, more in zip(parts[1:], ("[]", "", "", ""), strict=True)
    ]
    return _STRAY.sub("%25", urlunsplit((parts.scheme, *safe)))


def sure_path(url: str) -> str:
    """Return the path of a web address in the one form of those that mean the same (RFC 3986, 6.2.2).

    Raises BadDocument if it could lead to another place than it says: with ".." in it, a backslash or a control
    character, encoded or not, once or many times. Some servers decode it again; whoever asks them may, too.
    """
    path = _ENCODED.sub(plainly, urlsplit(url).path)
    if _AMBIGUOUS.search(fully_decoded(path)):
        raise BadDocument(f"{url[:200]!r} can be read as another address.")
    return path


def fully_decoded(text: str) -> str:
    """Return *text* without any percent-encoding, also of what is encoded itself."""
    while (decoded := unquote(text)) != text:  # it gets shorter each time
        text = decoded
    return text


def plainly(encoded: re.Match[str]) -> str:
    """Return what need not be encoded as it is, the rest in capitals."""
    character = unquote(encoded[0])
    return character if _UNRESERVED.fullmatch(character) else encoded[0].upper()
