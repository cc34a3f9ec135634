"""Is a coordinator's SVG picture fit to become a badge, and harmless wherever it is opened?

A badge's picture is shown in mails, on our pages, in backpacks and by whoever opens its address. An SVG can run
programs and fetch things there, so only drawings pass: what `drawing` lists, referring to nothing but themselves.
"""

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NoReturn

from bridge.openbadges.errors import BadArtwork

from . import drawing, svg_styles
from .markup import MAX_ELEMENTS, TOO_MANY, walk
from .raster import MAX_PIXELS, pixels
from .svg_page import check_page

MAX_BYTES = 1_000_000
#: So many characters are drawn at most, with everything that is used again and again counted each time. Each element
#: counts for as many as it takes a browser's time for.
MAX_DRAWN = 20_000_000
ELEMENT = 100

_DATA = r"data:image/(?:png|jpeg|jpg);base64,[A-Za-z0-9+/=\s]*"
_REFERENCE = re.compile(rf"\s*(?:#([^\s\"'()\\<>]+)|({_DATA}))\s*", re.IGNORECASE)
_URL = re.compile(rf"\(\s*([\"']?)(#[^\s\"'()\\<>]+|{_DATA})\1\s*\)", re.IGNORECASE)
_FUNCTION = re.compile(r"(?<![\w-])([\w-]++)\(")
_AT_RULE = re.compile(r"@([\w-]*)")


def inspect(svg: bytes) -> None:
    """Return nothing if *svg* can carry a badge; raise BadArtwork with the cure if not.

    It must be whole, square or nearly so (see `svg_page`), at most 1 MB, made only of what `drawing` lists, refer
    to its own parts and embedded PNGs and JPEGs only, and not grow when it is drawn.
    """
    if len(svg) > MAX_BYTES:
        raise BadArtwork(f"The picture has {len(svg) / 1e6:.1f} MB. An SVG may have 1 MB: simplify it, or use a PNG.")
    checker = _Checker()
    walk(svg, checker)
    checker.check_growth()


class _Checker:
    """Looks at each element in its turn."""

    def __init__(self) -> None:
        self.css: list[str] | None = None
        #: The nearest element with an id around each open element, "" where there is none.
        self.scopes = [""]
        #: How much belongs to each scope, and what is drawn with it: parts, and what they refer to.
        self.sizes: defaultdict[str, int] = defaultdict(int)
        self.drawn: defaultdict[str, list[str]] = defaultdict(list)
        #: In which scopes each class is, and what style sheets add to each class.
        self.classes: defaultdict[str, list[str]] = defaultdict(list)
        self.styled: defaultdict[str, list[str]] = defaultdict(list)
        self.uses = 0

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        namespace, _, local = name.rpartition(" ")
        if len(self.scopes) == 1:
            check_root(name, attributes)
        if self.css is not None:
            raise BadArtwork(drawing.why_not(f"{local} in style"))
        self.enter(attributes)
        if name in drawing.BADGES or namespace.startswith(drawing.EDITORS):
            check_no_handlers(attributes)
            return
        if namespace != drawing.SVG or local not in drawing.ELEMENTS:
            raise BadArtwork(drawing.why_not(local))
        for attribute, value in attributes.items():
            self.attribute(attribute, value)
        if local == "style":
            self.css = []

    def enter(self, attributes: Mapping[str, str]) -> None:
        """Note that an element begins, which may have an id, which makes it a scope, and classes."""
        id_, outer = attributes.get("id", ""), self.scopes[-1]
        scope = id_ or outer
        self.scopes.append(scope)
        self.sizes[scope] += ELEMENT + sum(map(len, attributes.values()))
        if scope != outer:
            self.drawn[outer].append(scope)
        for word in attributes.get("class", "").split():
            self.classes[word].append(scope)

    def attribute(self, name: str, value: str) -> None:
        namespace, _, local = name.rpartition(" ")
        check_no_handlers({name: value})
        if namespace.startswith(drawing.EDITORS):
            return
        if name in drawing.REFERENCES:
            self.reference(value, self.drawn[self.scopes[-1]])
        elif namespace:
            if name not in drawing.FOREIGN_ATTRIBUTES:
                raise BadArtwork(drawing.why_not(local))
        elif local.startswith(("data-", "aria-")) or local in drawing.WORDS:
            return
        elif local in drawing.ATTRIBUTES:
            self.value(value, self.drawn[self.scopes[-1]])
        else:
            raise BadArtwork(drawing.why_not(local))

    def reference(self, value: str, drawn: list[str]) -> None:
        """Check what an href leads to; add the part of the picture that it names to *drawn*."""
        if not value.strip():
            return
        found = _REFERENCE.fullmatch(value)
        if not found:
            refuse_reference(value)
        if found[1]:
            drawn.append(found[1])
        else:
            check_embedded(found[2])

    def value(self, css: str, drawn: list[str]) -> None:
        """Check a style, or an attribute that is written as one; add the parts of the picture it names to *drawn*."""
        if "\\" in css:
            raise BadArtwork("The picture's styles hold a backslash (\\), which a badge may not hold. Remove it.")
        for function in _FUNCTION.finditer(css):
            word = function[1].lower()
            if word not in drawing.FUNCTIONS:
                raise BadArtwork(drawing.why_not(f"{word}()"))
            if word == "url":
                target = _URL.match(css, function.end() - 1)
                self.reference(target[2] if target else css[function.end() :], drawn)

    def style_sheet(self, css: str) -> None:
        for rule in _AT_RULE.finditer(css):
            word = rule[1].lower()
            if word not in drawing.AT_RULES:
                cure = {"font-face": "font", "keyframes": "set"}.get(word.removeprefix("-webkit-"), f"@{word}")
                raise BadArtwork(drawing.why_not(cure))
        referred: list[str] = []
        self.value(css, referred)
        for chosen, declarations in svg_styles.rules(css) if referred else ():
            named: list[str] = []
            self.value(declarations, named)
            for name in chosen if named else ():
                self.add(self.styled[name[1:]] if name[0] == "." else self.drawn[name[1:]], named)
            del referred[: len(named) if chosen else 0]
        if referred:  # said of all elements of a kind, or beside other rules inside of one
            svg_styles.refuse()

    def add(self, drawn: list[str], parts: Sequence[str]) -> None:
        """Add *parts* to what is drawn somewhere."""
        self.uses += len(parts)
        if self.uses > MAX_ELEMENTS:
            raise BadArtwork(TOO_MANY)
        drawn.extend(parts)

    def end(self, name: str, place: int) -> None:
        if self.css is not None:
            self.style_sheet("".join(self.css))
            self.css = None
        self.scopes.pop()

    def text(self, text: str) -> None:
        if self.css is not None:
            self.css.append(text)

    def instruction(self, target: str) -> None:
        if target != "xpacket":  # the frame around Adobe's metadata
            raise BadArtwork(drawing.why_not(f"<?{target}?>"))

    def doctype(self) -> None:
        raise BadArtwork(
            "The picture begins with a DOCTYPE, which badges do without. Export it as plain SVG, or delete the line "
            "that begins with <!DOCTYPE."
        )

    def check_growth(self) -> None:
        """Raise BadArtwork if the picture refers to itself, or becomes very large by using its parts many times."""
        for word, scopes in self.classes.items():
            for scope in scopes if word in self.styled else ():
                self.add(self.drawn[scope], self.styled[word])
        try:
            order = tuple(TopologicalSorter(self.drawn).static_order())
        except CycleError as error:
            raise BadArtwork("A part of the picture contains itself. Export it again as plain SVG.") from error
        weights: dict[str, int] = {}
        for scope in order:
            weight = self.sizes[scope] + sum(weights[part] for part in self.drawn.get(scope, ()))
            weights[scope] = min(weight, MAX_DRAWN + 1)
        if max(weights.values(), default=0) > MAX_DRAWN:
            raise BadArtwork(TOO_MANY)


def check_root(name: str, attributes: Mapping[str, str]) -> None:
    """Raise BadArtwork unless the root is SVG's own, and its page square or nearly so."""
    if not name.startswith(drawing.SVG):
        raise BadArtwork(f'The picture does not say that it is SVG: its first tag needs xmlns="{drawing.SVG}".')
    check_page(attributes)


def check_no_handlers(attributes: Mapping[str, str]) -> None:
    """Raise BadArtwork if an attribute is a program that some event starts."""
    if any(name.lower().startswith("on") for name in attributes):
        raise BadArtwork(drawing.CURES["script"])


def refuse_reference(target: str) -> NoReturn:
    """Raise BadArtwork for a reference that leads out of the picture."""
    shown = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", target).strip()[:60]
    raise BadArtwork(
        f"The picture refers to something outside of it ({shown}). Embed images as PNG or JPEG, or draw them as shapes."
    )


def check_embedded(data_url: str) -> None:
    """Raise BadArtwork unless *data_url* holds a PNG or JPEG of a reasonable size."""
    try:
        data = base64.b64decode(data_url.partition(",")[2])
    except binascii.Error as error:
        raise BadArtwork("An image inside the picture is damaged. Embed it again, or draw it as shapes.") from error
    if pixels(data) > MAX_PIXELS:
        raise BadArtwork("An image inside the picture is too large. Embed it smaller.")
