"""Baking: a credential into an SVG and out again; every other byte of the picture stays as it was.

Open Badges 3.0, 5.3.2: `<openbadges:credential>` of the namespace below, once, directly behind the `<svg>` start tag;
JSON stands in it as CDATA, a compact JWS in its attribute `verify`. Open Badges 2.0 Baking, SVGs, says the same of
`<openbadges:assertion>`, whose `verify` is the JWS, or the address of a hosted assertion beside its JSON.

Both prefixes are called `openbadges` in the standards, and some readers look for that very word. So that both fit into
one file, each element declares its own; the root declares none.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from bridge.openbadges.errors import BadArtwork, BadDocument

from .baking import MAX_TEXT, Baked
from .markup import is_svg, tag_end, walk

__all__ = ["bake", "is_svg", "unbake"]

CREDENTIAL = "https://purl.imsglobal.org/ob/v3p0 credential"
ASSERTION = "http://openbadges.org assertion"

_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
_WEB = re.compile(r"https?://[^\s\x00-\x1f]+")

#: What CDATA can't hold (XML 1.0, 2.2 and 2.7). In JSON all of it can only stand inside a string, where an escape says
#: the same. Bare control characters are missing: JSON forbids them.
_NOT_IN_CDATA = re.compile("(?<=\\]\\])>|[\ud800-\udfff\ufffe\uffff]")
_NOT_IN_ASCII = re.compile("(?<=\\]\\])>|[^\x00-\x7f]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def bake(svg: bytes, *, credential: str | None = None, assertion: str | None = None) -> bytes:
    """Return *svg* with the given texts baked in, and without any badge that was in it before.

    Each text is a JSON object or a compact JWS. A JSON object comes out of `unbake` as the same object, and as the same
    text unless XML can't hold it. Raises BadArtwork if *svg* is no whole SVG, BadDocument for any other text.
    """
    before, after, utf8 = frame(svg)
    pieces = [before]
    if credential is not None:
        pieces.append(element(CREDENTIAL, credential, None, utf8))
    if assertion is not None:
        pieces.append(element(ASSERTION, assertion, hosted_at, utf8))
    return b"".join((*pieces, after))


def unbake(svg: bytes) -> Baked:
    """Return what was baked into *svg*, whichever prefix it goes by: JSON, a compact JWS, or an address.

    An address comes alone where an assertion has no body. Raises BadArtwork if *svg* is no whole SVG or the walk's
    bounds are exceeded, if a badge is in it twice, is empty, holds elements, or is larger than a megabyte.
    """
    finder = _Finder(svg)
    walk(svg, finder)
    texts: dict[str, str] = {}
    for badge in finder.badges:
        if badge.name in texts:
            kind = badge.name.rpartition(" ")[2]
            raise BadArtwork(f"The picture holds two badges of one kind ({kind}); only one is allowed.")
        texts[badge.name] = badge.read()
    return Baked(texts.get(CREDENTIAL), texts.get(ASSERTION))


@lru_cache(maxsize=8)
def frame(svg: bytes) -> tuple[bytes, bytes, bool]:
    """Return what of *svg* comes before a badge, what comes behind it, and whether it is UTF-8.

    Badges that were in it are gone. Raises BadArtwork as `bake` does. (The same artwork is asked about for each award.)
    """
    finder = _Finder(svg)
    encoding = walk(svg, finder)
    root_end, closing = tag_end(svg, finder.root), b""
    before = svg[:root_end]
    if before.endswith(b"/>"):  # <svg/>: a badge needs an inside
        name = re.match(rb"<([^\s/>]+)", svg[finder.root :])
        before, closing = before[:-2] + b">", b"</" + (name[1] if name else b"svg") + b">"
    kept, place = [], root_end
    for badge in finder.badges:
        kept.append(svg[place : badge.place])
        place = badge.after
    return before, b"".join((*kept, closing, svg[place:])), encoding == "utf-8"


def element(name: str, text: str, address: Callable[[str], str] | None, utf8: bool) -> bytes:
    """Return the element *name* that holds *text*; *address* finds what `verify` says beside a JSON object."""
    namespace, _, tag = name.partition(" ")
    opening = f'<openbadges:{tag} xmlns:openbadges="{namespace}"'
    if _JWS.fullmatch(text):
        return f'{opening} verify="{text}"/>'.encode()
    plain = text.isprintable()  # says at once that neither control characters nor surrogates are in it
    if not text.lstrip().startswith("{") or (not plain and _CONTROL.search(text)):
        raise BadDocument("What shall be baked into the picture is neither a JSON object nor a compact JWS.")
    verify = f" verify={quoteattr(url)}" if address and (url := address(text)) else ""
    if not utf8 or not plain or "]]>" in text:
        text = (_NOT_IN_CDATA if utf8 else _NOT_IN_ASCII).sub(escaped, text)
    return f"{opening}{verify}><![CDATA[{text}]]></openbadges:{tag}>".encode()


def escaped(found: re.Match[str]) -> str:
    """Return a character as JSON writes it inside a string without using it (RFC 8259, 7)."""
    pair = found[0].encode("utf-16-be", errors="surrogatepass").hex()
    return "".join(f"\\u{pair[place : place + 4]}" for place in range(0, len(pair), 4))


def hosted_at(assertion: str) -> str:
    """Return the address at which an assertion is hosted: its own id (Open Badges 2.0), or an older one's verify.url;
    "" for none."""
    try:
        told = json.loads(assertion)
    except (ValueError, RecursionError):
        return ""
    proof = told.get("verify")
    addresses = (told.get("id"), proof.get("url") if isinstance(proof, Mapping) else None)
    return next((one for one in addresses if isinstance(one, str) and one.isascii() and _WEB.fullmatch(one)), "")


@dataclass(slots=True)
class _Badge:
    """A badge in a file: where its element begins and has ended, its attribute, and the text inside."""

    name: str
    place: int
    verify: str
    after: int = 0
    parts: list[str] = field(default_factory=list)
    length: int = 0

    def read(self) -> str:
        """Return what it says. The older standard asks for the body first, the newer one for the attribute."""
        body = "".join(self.parts).strip(" \t\r\n")
        if self.name == CREDENTIAL and self.verify and body:
            raise BadArtwork("The picture holds two badges in one place; some would read the one, some the other.")
        said = (self.verify or body) if self.name == CREDENTIAL else (body or self.verify)
        if not said:
            raise BadArtwork("The badge in the picture is empty.")
        return said


class _Finder:
    """Notes the place of the root, and all badges, at whichever depth."""

    def __init__(self, svg: bytes) -> None:
        self.svg = svg
        self.root = -1
        self.badges: list[_Badge] = []
        self.open: _Badge | None = None

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        if self.root < 0:
            self.root = place
        if self.open:
            raise BadArtwork("The badge in the picture holds other elements, not text alone.")
        if name in (CREDENTIAL, ASSERTION):
            self.open = _Badge(name, place, attributes.get("verify", "").strip())
            if len(self.open.verify) > MAX_TEXT:
                self.too_large()

    def end(self, name: str, place: int) -> None:
        if badge := self.open:
            opened = tag_end(self.svg, badge.place)
            empty = self.svg[opened - 2 : opened] == b"/>"
            badge.after = opened if empty else tag_end(self.svg, place)
            self.badges.append(badge)
            self.open = None

    def text(self, text: str) -> None:
        if badge := self.open:
            badge.parts.append(text)
            badge.length += len(text)
            if badge.length > MAX_TEXT:
                self.too_large()

    def too_large(self) -> None:
        raise BadArtwork("The badge in the picture is larger than a megabyte, so it was not read.")

    def instruction(self, target: str) -> None:
        """Instructions to programs are no badges."""

    def doctype(self) -> None:
        """A DOCTYPE that declares nothing is no harm."""
