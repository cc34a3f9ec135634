"""Artwork of the seeded badges: own drawings, 600 × 600 PNG, transparent, the same bytes each time.

Drawn four times as large and shrunk, so that edges are smooth. Lengths below are in the finished picture's pixels.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 600
FINE = 4  # times as large while drawing
BIG = SIZE * FINE

Point = tuple[float, float]
Colour = tuple[int, int, int]

CREAM: Colour = (255, 250, 238)
GOLD: Colour = (246, 190, 70)


class Brush:
    """Draws in the finished picture's pixels, with round ends and corners."""

    def __init__(self, picture: Image.Image) -> None:
        self._draw = ImageDraw.Draw(picture)

    def area(self, points: Sequence[Point], fill: Colour | int, *, corner: float = 0) -> None:
        """Fill a polygon; *corner* rounds it by going that far beyond its edge."""
        self._draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)
        if corner:
            self.stroke([*points, points[0]], fill, corner * 2)

    def stroke(self, points: Sequence[Point], fill: Colour | int, width: float) -> None:
        self._draw.line([(x * FINE, y * FINE) for x, y in points], fill=fill, width=round(width * FINE))
        for x, y in points:
            self.disc((x, y), width / 2, fill)

    def disc(self, centre: Point, radius: float, fill: Colour | int) -> None:
        (x, y), r = centre, radius
        self._draw.ellipse([(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE], fill=fill)

    def block(self, box: tuple[float, float, float, float], fill: Colour | int, *, corner: float = 0) -> None:
        self._draw.rounded_rectangle([side * FINE for side in box], radius=corner * FINE, fill=fill)

    def star(self, centre: Point, radius: float, fill: Colour | int) -> None:
        (x, y), points = centre, []
        for turn in range(10):
            r = radius if turn % 2 == 0 else radius * 0.45
            angle = math.pi * (turn / 5 - 0.5)
            points.append((x + r * math.cos(angle), y + r * math.sin(angle)))
        self.area(points, fill, corner=radius * 0.08)


# ── shapes: how far out → outline, around the middle of the badge ────────────────


def hexagon(radius: float) -> list[Point]:
    return [(300 + radius * math.sin(math.pi * k / 3), 288 - radius * math.cos(math.pi * k / 3)) for k in range(6)]


def circle(radius: float) -> list[Point]:
    return _round(lambda angle: radius * 0.90)


def rosette(radius: float) -> list[Point]:
    """A circle with sixteen soft waves."""
    return _round(lambda angle: radius * (0.90 + 0.028 * math.cos(16 * angle)))


def shield(radius: float) -> list[Point]:
    """Two shoulders, a dip between them, and sides that bend to a point."""
    shoulder = _curve((0.0, -0.90), (0.22, -1.04), (0.50, -0.78), (0.86, -0.80))
    right = [*shoulder, *_curve((0.86, -0.80), (0.92, -0.05), (0.74, 0.60), (0.0, 1.02))]
    left = [(-x, y) for x, y in reversed(right)]
    return [(300 + x * radius, 292 + y * radius) for x, y in [*right, *left]]


def _round(reach: Callable[[float], float]) -> list[Point]:
    angles = [math.tau * k / 480 for k in range(480)]
    return [(300 + reach(angle) * math.sin(angle), 266 - reach(angle) * math.cos(angle)) for angle in angles]


def _curve(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    """A cubic Bézier curve in 48 steps."""
    points = []
    for step in range(49):
        t = step / 48
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        points.append((_mix(weights, (a[0], b[0], c[0], d[0])), _mix(weights, (a[1], b[1], c[1], d[1]))))
    return points


def _mix(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


# ── glyphs: what each badge is about; *ink* in the badge's own colour ────────────


def ticket(brush: Brush, ink: Colour) -> None:
    """A sheet with a corner folded over and a big tick."""
    brush.area([(222, 176), (340, 176), (382, 218), (382, 392), (222, 392)], CREAM, corner=10)
    brush.area([(338, 168), (390, 220), (338, 220)], tint(ink, 0.3), corner=2)
    for y, end in ((214, 300), (244, 318)):
        brush.stroke([(242, y), (end, y)], tint(ink, 0.27), 11)
    brush.stroke([(250, 322), (288, 358), (356, 280)], ink, 25)


def group(brush: Brush, ink: Colour) -> None:
    """Three people shoulder to shoulder."""
    for x, tone in ((208.0, tint(ink, 0.21)), (392.0, tint(ink, 0.21))):
        _person(brush, (x, 246), 34, tone)
    _person(brush, (300, 226), 58, ink)
    _person(brush, (300, 230), 44, CREAM)


def _person(brush: Brush, head: Point, radius: float, fill: Colour) -> None:
    x, y = head
    brush.disc(head, radius, fill)
    top, wide, bottom = y + radius * 1.25, radius * 1.75, 382.0
    rim = _curve((x - wide, bottom), (x - wide, top - radius * 0.1), (x + wide, top - radius * 0.1), (x + wide, bottom))
    brush.area(rim, fill, corner=radius * 0.12)


def bubbles(brush: Brush, ink: Colour) -> None:
    """One answers the other: an arrow upwards."""
    behind = tint(ink, 0.3)
    brush.block((284, 166, 436, 280), behind, corner=30)
    brush.area([(384, 268), (424, 268), (418, 312)], behind, corner=3)
    brush.block((156, 202, 366, 368), ink, corner=46)
    brush.area([(200, 340), (256, 340), (206, 402)], ink, corner=16)
    brush.block((168, 214, 354, 356), CREAM, corner=36)
    brush.area([(200, 340), (256, 340), (206, 402)], CREAM, corner=4)
    brush.stroke([(261, 328), (261, 252)], ink, 22)
    brush.stroke([(227, 280), (261, 246), (295, 280)], ink, 22)


def book(brush: Brush, ink: Colour) -> None:
    """An open book under a star."""
    for side in (-1, 1):
        cover = [_beside(point, side) for point in ((0, 222), (134, 196), (134, 368), (0, 394))]
        brush.area(cover, tint(ink, 0.36), corner=9)
        top = [_beside(point, side) for point in _curve((0, 222), (30, 184), (90, 178), (122, 190))]
        foot = [_beside(point, side) for point in _curve((122, 350), (90, 338), (30, 344), (0, 382))]
        brush.area([*top, *foot], CREAM, corner=4)
        for y in (232, 266, 300):
            line = [_beside(point, side) for point in _curve((26, y + 16), (48, y - 2), (76, y - 6), (100, y - 2))]
            brush.stroke(line, tint(ink, 0.3), 9)
    brush.stroke([(300, 224), (300, 386)], ink, 6)
    brush.star((300, 156), 36, GOLD)


def _beside(point: tuple[float, float], side: int) -> Point:
    return 300 + side * point[0], point[1]


def bulb(brush: Brush, ink: Colour) -> None:
    """A light bulb with its rays."""
    for turn in (-2, -1, 0, 1, 2):
        angle = math.pi * turn / 4.6
        x, y = math.sin(angle), -math.cos(angle)
        brush.stroke([(300 + 112 * x, 248 + 112 * y), (300 + 142 * x, 248 + 142 * y)], GOLD, 15)
    brush.disc((300, 248), 82, CREAM)
    brush.area([(244, 296), (356, 296), (332, 346), (268, 346)], CREAM, corner=8)
    for y, half in ((366, 30), (388, 24)):
        brush.stroke([(300 - half, y), (300 + half, y)], tint(ink, 0.33), 14)
    wire = [(286, 346), (268, 258), (285, 276), (300, 254), (315, 276), (332, 258), (314, 346)]
    brush.stroke(wire, ink, 10)


def open_arms(brush: Brush, ink: Colour) -> None:
    """A figure with open arms inside a ring: for everybody."""
    brush.disc((300, 284), 136, CREAM)
    brush.disc((300, 284), 118, ink)
    brush.disc((300, 212), 23, CREAM)
    brush.stroke([(228, 258), (300, 268), (372, 258)], CREAM, 21)
    brush.stroke([(300, 268), (300, 308)], CREAM, 30)
    brush.stroke([(300, 306), (268, 366)], CREAM, 21)
    brush.stroke([(300, 306), (332, 366)], CREAM, 21)


# ── putting one together ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Design:
    shape: Callable[[float], list[Point]]
    glyph: Callable[[Brush, Colour], None]
    face: Colour
    rim: Colour
    ribbon: Colour
    hangs: bool = False  # ribbon ends that hang below, else a band across with three stars


DESIGNS: dict[str, Design] = {
    "checking-for-understanding": Design(hexagon, ticket, (20, 134, 138), GOLD, (214, 84, 66)),
    "productive-group-work": Design(rosette, group, (226, 98, 72), (255, 226, 176), (46, 84, 132), hangs=True),
    "feedback-that-moves-learning": Design(shield, bubbles, (72, 84, 172), GOLD, (20, 134, 138)),
    "interactive-read-alouds": Design(circle, book, (58, 134, 82), (236, 214, 158), (188, 62, 74), hangs=True),
    "student-led-inquiry": Design(hexagon, bulb, (38, 68, 118), (120, 196, 220), (232, 148, 48)),
    "accessible-materials": Design(shield, open_arms, (134, 66, 140), (244, 202, 120), (38, 68, 118)),
}


@cache
def badge_png(key: str) -> bytes:
    """Return the artwork of a seeded badge as PNG; raises KeyError for a key that is not in DESIGNS."""
    out = io.BytesIO()
    _draw(DESIGNS[key]).save(out, "PNG")
    return out.getvalue()


def tint(ink: Colour, share: float) -> Colour:
    """Cream with a share of *ink* in it: paper in the shade."""
    return tuple(round(a + (b - a) * share) for a, b in zip(CREAM, ink, strict=True))  # type: ignore[return-value]


def shade(colour: Colour, light: float) -> Colour:
    """Darker below 1, lighter above."""
    if light <= 1:
        return (round(colour[0] * light), round(colour[1] * light), round(colour[2] * light))
    white = light - 1
    return tuple(round(part + (255 - part) * white) for part in colour)  # type: ignore[return-value]


def _draw(design: Design) -> Image.Image:
    picture = _layer(lambda brush: _body(brush, design))
    face = _mask(design.shape(238), corner=6)
    _lay(picture, _gradient(shade(design.face, 1.16), shade(design.face, 0.84)), face)
    _lay(picture, _plain((255, 255, 255)), ImageChops.multiply(_mask(_LIT).point(lambda value: value * 0.08), face))
    ring = ImageChops.subtract(_mask(design.shape(222), corner=6), _mask(design.shape(217), corner=6))
    _lay(picture, _plain(shade(design.rim, 1.1)), ring)
    _place_glyph(picture, design, face)
    if not design.hangs:
        picture.alpha_composite(_layer(lambda brush: _band(brush, design.ribbon)))
    return picture


#: Where light from the upper left falls: that half of the face is a little brighter.
_LIT: list[Point] = [(0, 0), (420, 0), (180, 600), (0, 600)]


def _body(brush: Brush, design: Design) -> None:
    if design.hangs:
        _tails(brush, design.ribbon)
    for radius, colour in ((278, shade(design.rim, 0.62)), (270, design.rim), (248, shade(design.rim, 0.72))):
        brush.area(design.shape(radius), colour, corner=6)


def _place_glyph(picture: Image.Image, design: Design, face: Image.Image) -> None:
    glyph = _layer(lambda brush: design.glyph(brush, design.face))
    if design.hangs:
        glyph = ImageChops.offset(glyph, 0, -20)
    shadow = ImageChops.offset(glyph.getchannel("A"), 7, 9).filter(ImageFilter.GaussianBlur(8))
    _lay(picture, _plain(shade(design.face, 0.28)), ImageChops.multiply(shadow.point(lambda value: value * 0.42), face))
    picture.alpha_composite(glyph)


def _layer(draw: Callable[[Brush], None]) -> Image.Image:
    """Draw on a large transparent sheet and shrink it."""
    sheet = Image.new("RGBA", (BIG, BIG))
    draw(Brush(sheet))
    return sheet.reduce(FINE)


def _mask(points: Sequence[Point], *, corner: float = 0) -> Image.Image:
    mask = Image.new("L", (BIG, BIG))
    Brush(mask).area(points, 255, corner=corner)
    return mask.reduce(FINE)


def _lay(picture: Image.Image, fill: Image.Image, mask: Image.Image) -> None:
    """Lay *fill* over the picture where *mask* lets it through."""
    fill.putalpha(mask)
    picture.alpha_composite(fill)


def _plain(colour: Colour) -> Image.Image:
    return Image.new("RGB", (SIZE, SIZE), colour)


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, SIZE))
    for y in range(SIZE):
        red, green, blue = (round(a + (b - a) * y / SIZE) for a, b in zip(top, bottom, strict=True))
        column.putpixel((0, y), (red, green, blue))
    return column.resize((SIZE, SIZE))


def _tails(brush: Brush, colour: Colour) -> None:
    """Two ribbon ends below, the left one in front."""
    for lean, tone in ((1, 0.82), (-1, 1.0)):
        x = 300 + lean * 74
        end = x + lean * 40
        ends = [(x - 56, 420), (x + 56, 420), (end + 56, 588), (end, 552), (end - 56, 588)]
        brush.area(ends, shade(colour, tone), corner=3)
        stripe = [(x - 14, 420), (x + 14, 420), (end + 14, 556), (end, 548), (end - 14, 556)]
        brush.area(stripe, shade(colour, 1.28 * tone if tone == 1 else 1.12))


def _band(brush: Brush, colour: Colour) -> None:
    """A ribbon across the lower part, folded at both sides, with three stars."""
    for side in (-1, 1):
        end = [(300 + side * x, y) for x, y in ((148, 472), (266, 472), (240, 510), (266, 548), (148, 548))]
        brush.area(end, shade(colour, 0.74), corner=3)
        fold = [(300 + side * x, y) for x, y in ((148, 528), (186, 528), (148, 550))]
        brush.area(fold, shade(colour, 0.48))
    brush.block((110, 446, 490, 530), colour, corner=6)
    brush.block((110, 446, 490, 456), shade(colour, 1.22), corner=5)
    for x, radius in ((232.0, 19.0), (300.0, 25.0), (368.0, 19.0)):
        brush.star((x, 490), radius, CREAM)
