"""A chart as SVG: plain shapes and escaped words, nothing that runs or is fetched."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from bridge.sandbox.sheets.charts import COLOURS, Plot, Series
from bridge.sandbox.sheets.looks import ink

_INK, _PALE, _LINE = "#444746", "#757575", "#e0e0e0"
_LETTER = 6.3  # pixels, on average, of 12-pixel Arial
_LONGEST = 26  # letters of a label
_ROOM = 14  # pixels that a number inside its piece needs


@dataclass(frozen=True, slots=True)
class _Area:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def draw(plot: Plot, width: int, height: int) -> str:
    """The chart as one <svg> element of that size in pixels."""
    area = _Area(16, 16, width - 16, height - 16)
    parts: list[str] = []
    for words, size in ((plot.title, 16), (plot.subtitle, 13)):
        if words:
            parts.append(_text(area.left, area.top + size - 2, words, size=size, fill=_PALE))
            area = _Area(area.left, area.top + size + 10, area.right, area.bottom)
    legend, area = _legend(plot, area)
    parts.extend(legend)
    if not plot.labels or not any(value is not None for one in plot.series for value in one.values):
        parts.append(_text(width / 2, height / 2, "No data", anchor="middle", fill=_PALE))
    else:
        parts.extend(_pie(plot, area) if plot.kind == "PIE" else _graph(plot, area))
    name = escape(plot.title or "Chart")
    frame = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{name}" font-family="Arial, Liberation Sans, sans-serif">{frame}{"".join(parts)}</svg>'
    )


def _text(
    x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", fill: str = _INK, turn: int = 0
) -> str:
    turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}"{turned}>'
        f"{escape(words)}</text>"
    )


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{escape(fill)}"/>'


def _rule(x1: float, y1: float, x2: float, y2: float, stroke: str = _LINE) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"/>'


def _short(words: str, most: int = _LONGEST) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _wide(words: str) -> float:
    return len(words) * _LETTER


# ── legend ───────────────────────────────────────────────────────────────────


def _entries(plot: Plot) -> list[tuple[str, str]]:
    """(colour, words) of each line of the legend."""
    if plot.kind != "PIE":
        return [(one.colour, _short(one.label)) for one in plot.series if one.label]
    return [(_slice_colour(plot.series[0], place), _short(label)) for place, label in enumerate(plot.labels)]


def _legend(plot: Plot, area: _Area) -> tuple[list[str], _Area]:
    """The legend, and what room it leaves."""
    entries = [] if plot.legend == "NO" else _entries(plot)
    if not entries:
        return [], area
    if plot.legend in ("TOP", "BOTTOM"):
        rows = _in_rows(entries, area.width)
        tall = 20 * len(rows)
        top = area.top if plot.legend == "TOP" else area.bottom - tall + 8
        parts = [part for place, row in enumerate(rows) for part in _row(row, area, top + 20 * place)]
        if plot.legend == "TOP":
            return parts, _Area(area.left, area.top + tall + 4, area.right, area.bottom)
        return parts, _Area(area.left, area.top, area.right, area.bottom - tall)
    wide = min(max(_wide(words) for _, words in entries) + 26, area.width / 3)
    left = area.left if plot.legend == "LEFT" else area.right - wide + 8
    most = max(1, int(wide - 26) // 6)
    parts = [
        part
        for place, (fill, words) in enumerate(entries[: int(area.height // 20)])
        for part in _entry(left, area.top + 20 * place, fill, _short(words, most))
    ]
    if plot.legend == "LEFT":
        return parts, _Area(area.left + wide, area.top, area.right, area.bottom)
    return parts, _Area(area.left, area.top, area.right - wide, area.bottom)


def _entry(x: float, y: float, fill: str, words: str) -> Iterator[str]:
    yield f'<circle cx="{x + 6:.1f}" cy="{y + 8:.1f}" r="5.5" fill="{escape(fill)}"/>'
    yield _text(x + 17, y + 12, words)


def _in_rows(entries: list[tuple[str, str]], width: float) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for entry in entries:
        wide = _wide(entry[1]) + 36
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += wide
    return rows


def _row(entries: list[tuple[str, str]], area: _Area, top: float) -> Iterator[str]:
    x = area.left + max(0.0, (area.width - sum(_wide(words) + 36 for _, words in entries)) / 2)
    for fill, words in entries:
        yield from _entry(x, top, fill, words)
        x += _wide(words) + 36


# ── pie ──────────────────────────────────────────────────────────────────────


def _slice_colour(series: Series, place: int) -> str:
    return series.own_colours.get(place) or COLOURS[place % len(COLOURS)]


def _pie(plot: Plot, area: _Area) -> Iterator[str]:
    values = [max(value or 0, 0) for value in plot.series[0].values]
    total = sum(values)
    if not total:
        return
    x, y = (area.left + area.right) / 2, (area.top + area.bottom) / 2
    radius = min(area.width, area.height) / 2 - 4
    angle = -math.pi / 2
    for place, value in enumerate(values):
        if not value:
            continue
        end = angle + 2 * math.pi * value / total
        yield _slice(x, y, radius, (angle, end), _slice_colour(plot.series[0], place))
        if value / total >= 0.05:
            middle, far = (angle + end) / 2, radius * (0.68 + 0.2 * plot.hole)
            percent = f"{100 * value / total:.1f}%"
            words = f"{_short(plot.labels[place])} {percent}" if plot.legend == "LABELED" else percent
            yield _text(
                x + far * math.cos(middle),
                y + far * math.sin(middle) + 4,
                words,
                anchor="middle",
                fill=ink(_slice_colour(plot.series[0], place)),
            )
        angle = end
    if plot.hole:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius * plot.hole:.1f}" fill="#fff"/>'


def _slice(x: float, y: float, radius: float, span: tuple[float, float], fill: str) -> str:
    start, end = span
    if end - start > 2 * math.pi - 1e-9:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{escape(fill)}"/>'
    (ax, ay), (bx, by) = ((x + radius * math.cos(one), y + radius * math.sin(one)) for one in span)
    large = int(end - start > math.pi)
    path = f"M{x:.1f} {y:.1f}L{ax:.1f} {ay:.1f}A{radius:.1f} {radius:.1f} 0 {large} 1 {bx:.1f} {by:.1f}Z"
    return f'<path d="{path}" fill="{escape(fill)}" stroke="#fff"/>'


# ── columns, bars, lines, areas ──────────────────────────────────────────────

#: A piece of a series at one label: (series, place, from value, to value).
_Piece = tuple[Series, int, float, float]


def _pieces(plot: Plot) -> list[list[_Piece]]:
    """For each series its pieces, stacked if the chart is; gaps are left out."""
    stacked = plot.stacked in ("STACKED", "PERCENT_STACKED") and plot.kind != "LINE"
    sizes = [sum(abs(one.values[place] or 0) for one in plot.series) or 1 for place in range(len(plot.labels))]
    up, down = [0.0] * len(plot.labels), [0.0] * len(plot.labels)
    found: list[list[_Piece]] = []
    for one in plot.series:
        pieces: list[_Piece] = []
        for place, value in enumerate(one.values):
            if value is None:
                continue
            value = 100 * value / sizes[place] if stacked and plot.stacked == "PERCENT_STACKED" else value
            base = up if value >= 0 else down
            start = base[place] if stacked else 0.0
            pieces.append((one, place, start, start + value))
            base[place] = start + value
        found.append(pieces)
    return found


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from at most *low* to at least *high*, about five steps."""
    rough = (high - low) / 5 or 1
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999)
    if step < 1 and float(low).is_integer() and float(high).is_integer() and high - low <= 5:
        step = 1
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return [number * step for number in range(first, last + 1)]


def _graph(plot: Plot, area: _Area) -> Iterator[str]:
    pieces = _pieces(plot)
    ends = [end for row in pieces for *_, end in row]
    marks = ticks(min(0.0, *ends, 0.0), max(0.0, *ends, 0.0))
    if plot.kind == "BAR":
        yield from _bars(plot, area, pieces, marks)
    else:
        yield from _upright(plot, area, pieces, marks)


def _mark(value: float, plot: Plot) -> str:
    return f"{value:,.10g}" + ("%" if plot.stacked == "PERCENT_STACKED" else "")


def _upright(plot: Plot, area: _Area, pieces: list[list[_Piece]], marks: list[float]) -> Iterator[str]:
    left = area.left + max(_wide(_mark(one, plot)) for one in marks) + 8 + 18 * bool(plot.value_title)
    slot = (area.right - left) / len(plot.labels)
    names = [_short(label, 18) for label in plot.labels]
    turned = max(map(_wide, names)) > slot - 4
    if turned:  # the first label leans out to the left
        left = max(left, area.left - 12 + _wide(names[0]) * 0.85 - slot / 2)
        slot = (area.right - left) / len(plot.labels)
    under = 18 + (min(max(map(_wide, names)) * 0.6, 90) if turned else 0) + 18 * bool(plot.label_title)
    inner = _Area(left, area.top + 6, area.right, area.bottom - under)
    span = marks[-1] - marks[0]

    def at(value: float) -> float:
        return inner.bottom - (value - marks[0]) / span * inner.height

    for one in marks:
        yield _rule(inner.left, at(one), inner.right, at(one), _PALE if one == 0 else _LINE)
        yield _text(inner.left - 6, at(one) + 4, _mark(one, plot), anchor="end")
    every = max(1, math.ceil(16 / slot))
    for place, name in list(enumerate(names))[::every]:
        x = inner.left + slot * (place + 0.5)
        if turned:
            yield _text(x + 3, inner.bottom + 14, name, anchor="end", turn=-35)
        else:
            yield _text(x, inner.bottom + 16, name, anchor="middle")
    if plot.label_title:
        yield _text((inner.left + inner.right) / 2, area.bottom, plot.label_title, anchor="middle", fill=_PALE)
    if plot.value_title:
        middle = (inner.top + inner.bottom) / 2
        yield _text(area.left + 10, middle, plot.value_title, anchor="middle", fill=_PALE, turn=-90)
    points = [[(one, place, at(start), at(end)) for one, place, start, end in row] for row in pieces]
    if plot.kind == "COLUMN":
        yield from _columns(plot, inner, slot, points)
    else:
        yield from _lines(plot, inner, slot, points)


def _columns(plot: Plot, inner: _Area, slot: float, points: list[list[_Piece]]) -> Iterator[str]:
    side_by_side = 1 if plot.stacked in ("STACKED", "PERCENT_STACKED") else len(points)
    wide = slot * 0.7 / side_by_side
    for number, row in enumerate(points):
        for one, place, start, end in row:
            x = inner.left + slot * (place + 0.15) + wide * (number % side_by_side)
            yield _rect(x, min(start, end), wide, abs(start - end), one.own_colours.get(place) or one.colour)
            if one.shows_values:
                inside = side_by_side == 1 and len(points) > 1
                if inside and abs(start - end) < _ROOM:
                    continue
                y = (start + end) / 2 + 4 if inside else min(start, end) - 4
                words, fill = f"{one.values[place]:,.10g}", ink(one.colour) if inside else _INK
                yield _text(x + wide / 2, y, words, anchor="middle", fill=fill)


def _lines(plot: Plot, inner: _Area, slot: float, points: list[list[_Piece]]) -> Iterator[str]:
    for row in points:
        for run in _runs(row):
            one = run[0][0]
            xs = [inner.left + slot * (place + 0.5) for _, place, _, _ in run]
            line = [f"{x:.1f},{end:.1f}" for x, (_, _, _, end) in zip(xs, run, strict=True)]
            if plot.kind == "AREA":
                back = [f"{x:.1f},{start:.1f}" for x, (_, _, start, _) in zip(xs, run, strict=True)][::-1]
                yield f'<polygon points="{" ".join(line + back)}" fill="{escape(one.colour)}" fill-opacity="0.3"/>'
            yield f'<polyline points="{" ".join(line)}" fill="none" stroke="{escape(one.colour)}" stroke-width="2"/>'
            if len(run) == 1 or plot.kind == "LINE":
                for point in line:
                    x, y = point.split(",")
                    yield f'<circle cx="{x}" cy="{y}" r="3" fill="{escape(one.colour)}"/>'


def _runs(row: list[_Piece]) -> Iterable[list[_Piece]]:
    """The pieces between gaps."""
    runs = [row[:1]] if row else []
    for before, after in pairwise(row):
        if after[1] == before[1] + 1:
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def _bars(plot: Plot, area: _Area, pieces: list[list[_Piece]], marks: list[float]) -> Iterator[str]:
    names = [_short(label) for label in plot.labels]
    left = area.left + min(max(map(_wide, names)), area.width / 2.5) + 8 + 18 * bool(plot.label_title)
    inner = _Area(left, area.top, area.right - 14, area.bottom - 18 - 18 * bool(plot.value_title))
    slot, span = inner.height / len(names), marks[-1] - marks[0]

    def at(value: float) -> float:
        return inner.left + (value - marks[0]) / span * inner.width

    for value in marks:
        yield _rule(at(value), inner.top, at(value), inner.bottom, _PALE if value == 0 else _LINE)
        yield _text(at(value), inner.bottom + 16, _mark(value, plot), anchor="middle")
    for place, name in list(enumerate(names))[:: max(1, math.ceil(13 / slot))]:
        yield _text(inner.left - 6, inner.top + slot * (place + 0.5) + 4, name, anchor="end")
    if plot.value_title:
        yield _text((inner.left + inner.right) / 2, area.bottom, plot.value_title, anchor="middle", fill=_PALE)
    if plot.label_title:
        middle = (inner.top + inner.bottom) / 2
        yield _text(area.left + 10, middle, plot.label_title, anchor="middle", fill=_PALE, turn=-90)
    side_by_side = 1 if plot.stacked in ("STACKED", "PERCENT_STACKED") else len(pieces)
    tall = slot * 0.7 / side_by_side
    for number, row in enumerate(pieces):
        for one, place, start, end in row:
            y = inner.top + slot * (place + 0.15) + tall * (number % side_by_side)
            fill = one.own_colours.get(place) or one.colour
            yield _rect(min(at(start), at(end)), y, abs(at(end) - at(start)), tall, fill)
            if one.shows_values:
                inside = side_by_side == 1 and len(pieces) > 1
                x = (at(start) + at(end)) / 2 if inside else at(end) + 4
                if inside and abs(at(end) - at(start)) < _ROOM:
                    continue
                letters, anchor = (ink(fill), "middle") if inside else (_INK, "start")
                yield _text(x, y + tall / 2 + 4, f"{one.values[place]:,.10g}", anchor=anchor, fill=letters)
