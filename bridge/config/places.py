"""Where a setting stands in a TOML file: tomllib tells values, people need lines."""

from __future__ import annotations

import re
from collections import Counter

Place = tuple[str | int, ...]

WORD = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
DOTTED = rf"{WORD}(?:\s*\.\s*{WORD})*"
HEADER = re.compile(rf"\s*(\[\[?)\s*({DOTTED})\s*\]")
KEY = re.compile(rf"\s*({DOTTED})\s*=")


def lines(text: str) -> dict[Place, int]:
    """Return the line (from 1) of each section and key in *text*, which must be good TOML.

    The third key of the second [[form]] is found under ("form", 1, "key").
    """
    found: dict[Place, int] = {}
    tables: Counter[Place] = Counter()
    section: Place = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        inside, quote = quote, _open_quote(line, quote)
        if inside:
            continue
        if header := HEADER.match(line):
            section = _section(_words(header[2]), tables, again=header[1] == "[[")
            found.setdefault(section, number)
        elif key := KEY.match(line):
            found.setdefault(section + _words(key[1]), number)
    return found


def declared_twice(text: str) -> tuple[str, int, int] | None:
    """Return the first [section] in *text* that stands there twice, with both of its lines; None if none does."""
    found: dict[Place, int] = {}
    quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        inside, quote = quote, _open_quote(line, quote)
        header = None if inside else HEADER.match(line)
        if header and header[1] == "[[":
            found.clear()  # the sections of another [[table]] begin
        elif header and (first := found.setdefault(_words(header[2]), number)) != number:
            return header[2].strip(), first, number
    return None


def _words(dotted: str) -> Place:
    return tuple(word.strip("\"'") for word in re.findall(WORD, dotted))


def _section(words: Place, tables: Counter[Place], *, again: bool) -> Place:
    """Put the running numbers of [[tables]] into the path of a section."""
    place: Place = ()
    for word in words[:-1]:
        place += (word, tables[(*place, word)] - 1) if tables[(*place, word)] else (word,)
    last = (*place, words[-1])
    if again:
        tables[last] += 1
    return (*last, tables[last] - 1) if tables[last] else last


def _open_quote(line: str, quote: str) -> str:
    """Return the kind of multi-line string that is still open after *line*."""
    for mark in re.findall(r'"""|\'\'\'', line):
        if not quote:
            quote = mark
        elif quote == mark:
            quote = ""
    return quote


def line_of(place: Place, found: dict[Place, int]) -> int | None:
    """Return the line of *place*, or of the nearest section around it."""
    for length in range(len(place), 0, -1):
        if place[:length] in found:
            return found[place[:length]]
    return None
