"""The lines of [badgr.badges] and [credly.badges]: which badge of ours is which there, beside what the tab Badges says.

Nothing but a name tells that two lines are crossed, and then the wrong badge would be awarded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge import wiring
from bridge.backends.listed import Listed
from bridge.config import Settings
from bridge.errors import BridgeError
from bridge.plan.catalogue import BACKEND, KEY, NAME, read_catalogue
from bridge.review import fold
from bridge.wording import shorten, visible

from .away import connected
from .findings import Findings, bad, good, warn

MOST = 20  # are listed


@dataclass(frozen=True, slots=True)
class Row:
    """A badge as the tab Badges has it: its name, and the backend that it is to be made at."""

    name: str
    backend: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """The badges that a section names, and what is there."""

    title: str
    section: str
    what: str  # as the vendor calls it: BadgeClass
    badges: Mapping[str, str]
    found: Sequence[Listed]

    @property
    def lines(self) -> str:
        return f"[{self.section}.badges]"


def rows_of(settings: Settings) -> Mapping[str, Row] | None:
    """Return the rows of the tab Badges by key; None where it can't be read: the look at the sheet says why."""
    try:
        with connected(settings) as google:
            tab = wiring.sheet_of(settings, google).read().catalogue
    except BridgeError:
        return None
    table = read_catalogue(tab) if tab is not None else None
    if table is None or table.problems:
        return None
    return {
        cells[KEY].strip(): Row(cells[NAME], fold(cells[BACKEND]) or settings.issuer.backend)
        for _, cells in table.rows
        if cells[KEY].strip()
    }


def mapping(mapped: Mapped, rows: Mapping[str, Row] | None) -> Findings:
    """Say of each badge of the settings whether it is there, and whether it is the one; list what none names."""
    listed = {one.id: one for one in mapped.found}
    for key, vendor_id in mapped.badges.items():
        yield from _line(mapped, key, vendor_id, listed.get(vendor_id), rows)
    for vendor_id, count in Counter(mapped.badges.values()).items():
        if count > 1:
            keys = ", ".join(key for key, one in mapped.badges.items() if one == vendor_id)
            sentence = f"{keys} are one {mapped.what}: whoever has one of them can't have another."
            yield warn(mapped.title, sentence, "Is it meant?")
    for key, row in (rows or {}).items():
        if row.backend == mapped.section and key not in mapped.badges:
            sentence = (
                f"The tab Badges has {key} made here, and no line of {mapped.lines} says which {mapped.what} it is."
            )
            yield warn(mapped.title, sentence, f'Add one: {key} = "id of the {mapped.what}"')
    yield from _unused(mapped, rows or {})


def _line(mapped: Mapped, key: str, vendor_id: str, one: Listed | None, rows: Mapping[str, Row] | None) -> Findings:
    """Say what one line of the section is worth."""
    correct = f"Correct the line in {mapped.lines}."
    if rows is not None and key not in rows:
        yield bad(mapped.title, f"{key}: the tab Badges has no badge with this Key.", correct)
    elif one is None:
        yield bad(mapped.title, f"{key}: there is no {mapped.what} {vendor_id}.", correct)
    elif one.draft:
        sentence = f"{key}: the {mapped.what} “{named(one)}” is a draft."
        yield bad(mapped.title, sentence, "Publish it there, or name another.")
    elif one.archived:
        sentence = f"{key}: the {mapped.what} “{named(one)}” is archived."
        yield bad(mapped.title, sentence, "Bring it back there, or name another.")
    elif rows is not None and fold(rows[key].name) != fold(one.name):
        sentence = f"{key} is “{_short(rows[key].name)}” in the tab Badges, and the {mapped.what} “{named(one)}”."
        yield warn(mapped.title, sentence, f"If that is another badge, it would be awarded in its place: {correct}")
    else:
        yield good(mapped.title, f"{key} is “{named(one)}”.")


def _unused(mapped: Mapped, rows: Mapping[str, Row]) -> Findings:
    """Tell what is there and used by no line, with the lines ready to copy."""
    usable = [one for one in mapped.found if not one.archived]
    if not usable:
        yield warn(mapped.title, f"It has no {mapped.what} that can be awarded now.", "Make one there, and publish it.")
    if left := [one for one in usable if one.id not in mapped.badges.values()]:
        keys = {fold(row.name): key for key, row in rows.items()}
        lines = [f'{keys.get(fold(one.name)) or slug(one.name)} = "{visible(one.id)}"' for one in left[:MOST]]
        sentence = f"Used by no badge of yours: {told(left)}"
        left_of_it = "left of the = stands its Key in the tab Badges"
        yield warn(
            mapped.title, sentence, f"To use one, add its line to {mapped.lines}; {left_of_it}:\n" + "\n".join(lines)
        )


def slug(name: str) -> str:
    """Return a Key that a badge of this name might have."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name))[:40].strip("-") or "its-key"


def named(one: Listed) -> str:
    return _short(one.name)


def _short(name: str) -> str:
    return shorten(" ".join(visible(name).split()), 60)


def told(listed: Sequence[Listed]) -> str:
    """Return names and ids, so that these can be copied into the settings."""
    words = [f"“{named(one)}” ({shorten(visible(one.id), 60)})" for one in listed[:MOST]]
    more = f", and {len(listed) - MOST} more" if len(listed) > MOST else ""
    return (", ".join(words) or "none") + more + "."
