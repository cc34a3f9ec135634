"""The page of an SVG picture: how large it is, and how it becomes square."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.openbadges.errors import BadArtwork

from .markup import tag_end, walk
from .raster import LONGEST

#: Programs round: 283.46 by 283.47 is a square.
ROUNDING = 0.01
#: CSS pixels (CSS Values and Units 4, 6.2); what is relative to a font is missing.
PIXELS = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "pt": 96 / 72,
    "pc": 16.0,
}

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
_LENGTH = re.compile(rf"\s*\+?({_NUMBER})\s*(px|pt|pc|mm|cm|in|em|ex|rem|q)?\s*", re.IGNORECASE)
_PLACE = re.compile(rf"[+-]?{_NUMBER}", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_NAME = re.compile(rb"<[^\s/>]+")


@dataclass(frozen=True, slots=True)
class Page:
    """What of an endless plane is shown, in the drawing's own units."""

    left: float
    top: float
    width: float
    height: float

    def squared(self) -> "Page":
        side = max(self.width, self.height)
        return Page(self.left - (side - self.width) / 2, self.top - (side - self.height) / 2, side, side)


def check_page(attributes: Mapping[str, str]) -> Page | None:
    """Return the page that is to be made square, None if it is; raise BadArtwork if the root's *attributes* don't say
    how large it is, or it can't become square."""
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    shown = (length(box[2]), length(box[3])) if len(box) == 4 else (0.0, 0.0)
    outside = (length(attributes.get("width", "")), length(attributes.get("height", "")))
    known = [size for size in (shown, outside) if all(size)]
    if not known:
        raise BadArtwork("The picture does not say how large it is: it needs a viewBox, or a width and a height.")
    oblong = [size for size in known if abs(size[0] - size[1]) > ROUNDING * max(size)]
    if not oblong:
        return None
    page = _in_box(box) if all(shown) else _in_pixels(attributes)
    # Other than “meet”, it says that the drawing is stretched or cut where it does not fill its page.
    kept = attributes.get("preserveAspectRatio", "")
    size = "{:g} × {:g}".format(*oblong[0])
    if page is None or re.search(r"none|slice", kept):
        raise BadArtwork(f"The picture is {size}. A badge must be square: make its page square.")
    if max(page.width, page.height) > LONGEST * min(page.width, page.height):
        raise BadArtwork(f"The picture is {size}, more than twice as long one way as the other. Make its page square.")
    return page


def _in_box(box: list[str]) -> Page | None:
    if not all(_PLACE.fullmatch(word[:40]) for word in box[:2]):
        return None
    left, top = float(box[0][:40]), float(box[1][:40])
    return Page(left, top, length(box[2]), length(box[3])) if max(abs(left), abs(top)) < 1e9 else None


def _in_pixels(attributes: Mapping[str, str]) -> Page | None:
    """Without a viewBox a unit of the drawing is a pixel."""
    width, height = (_pixels(attributes[name]) for name in ("width", "height"))
    return Page(0, 0, width, height) if width and height else None


def _pixels(text: str) -> float:
    """Return a length in CSS pixels, 0 for one that is relative to a font."""
    found = _LENGTH.fullmatch(text[:40])
    return length(text) * PIXELS.get((found[2] or "").lower(), 0.0) if found else 0.0


def length(text: str) -> float:
    """Return a length as a number, whatever its unit; 0 for what is none, or relative to something else."""
    found = _LENGTH.fullmatch(text[:40])
    size = float(found[1]) if found else 0.0
    return size if size < 1e9 else 0.0


def fit(svg: bytes) -> tuple[bytes, str]:
    """Return the picture *svg*, which `svg_artwork.inspect` found fit, on a square page, and what was done, "" if
    nothing.

    Only the first tag is changed: the viewBox is extended to both sides, and width and height go.
    """
    root = _Root()
    walk(svg, root)
    page = check_page(root.attributes)
    if page is None:
        return svg, ""
    square = page.squared()
    box = " ".join(f"{number:.10g}" for number in (square.left, square.top, square.width, square.height))
    end = tag_end(svg, root.place)
    tag = _ATTRIBUTE.sub(
        lambda one: b"" if one[1] in (b"viewBox", b"width", b"height") else one[0], svg[root.place : end]
    )
    tag = _NAME.sub(lambda one: one[0] + f' viewBox="{box}"'.encode(), tag, count=1)
    told = f"The picture is not square ({page.width:.6g} × {page.height:.6g}): "
    if abs(page.width - page.height) <= ROUNDING * square.width:
        told = "The picture's width and height are not those of its page: "
    return svg[: root.place] + tag + svg[end:], f"{told}padded to {square.width:.6g} × {square.width:.6g}."


@dataclass(slots=True)
class _Root:
    """Notes where the first tag begins, and its attributes."""

    place: int = -1
    attributes: Mapping[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        if self.place < 0:
            self.place, self.attributes = place, dict(attributes)

    def end(self, name: str, place: int) -> None:
        """Only the first tag counts."""

    def text(self, text: str) -> None:
        """Only the first tag counts."""

    def instruction(self, target: str) -> None:
        """Only the first tag counts."""

    def doctype(self) -> None:
        """Only the first tag counts."""
