"""Which badges come before another one: what stands in the tab Badges, and what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bridge.model import Achievement, Known, Prerequisites
from bridge.review import fold
from bridge.wording import shorten

MOST = 50

#: "all of", "any", "any 3 of", "2 of", at the beginning.
_NUMBER = re.compile(r"(?:(?P<all>all)|any(?: (?P<any>\d{1,3}))?)(?: of)?:? (?=\S)|(?P<number>\d{1,3}) of:? (?=\S)")


def with_prerequisites(read: Mapping[str, tuple[Achievement, str]], known: Known) -> dict[str, Achievement | str]:
    """Give each badge that was *read* (by key, with its cell) its prerequisites, or a sentence that says what is wrong.

    A badge that is wrong stays as it was, which may make another one wrong: so it goes on until nothing more is.
    """
    wrong: dict[str, str] = {}
    while True:
        left = {key: one for key, one in read.items() if key not in wrong}
        names = _names(known, {key: achievement for key, (achievement, _) in left.items()})
        right: dict[str, Achievement] = {}
        more: dict[str, str] = {}
        for key, (achievement, text) in left.items():
            try:
                right[key] = replace(achievement, prerequisites=_to_prerequisites(achievement, text, names))
            except ValueError as fault:
                more[key] = str(fault)
        more |= _in_circles(right, known)
        if not more:
            return {**right, **wrong}
        wrong |= more


def _names(known: Known, read: Mapping[str, Achievement]) -> dict[str, str]:
    """Whatever a badge of the catalogue may be called, in small letters → its key. A key comes before a name."""
    keys = known.achievements.keys() | read.keys()
    labels = {fold(achievement.name): key for key, achievement in read.items()} | known.labels
    return {label: key for label, key in labels.items() if key in keys} | {key: key for key in keys}


def _to_prerequisites(achievement: Achievement, text: str, names: Mapping[str, str]) -> Prerequisites | None:
    found = to_prerequisites(text, names)
    if found is None and achievement.by_itself:
        raise ValueError("Milestone says by itself, but Prerequisites is empty: everybody would get it.")
    if found is not None and achievement.key in found.of:
        raise ValueError("Prerequisites: the badge names itself.")
    return found


def to_prerequisites(text: str, names: Mapping[str, str]) -> Prerequisites | None:
    """Read "a, b", "all of a b", "any 3 of a b c d" or "2 of a, b, c"; empty is None, for nothing."""
    words = fold(re.sub(r"[;\n]", ",", text)).strip(" ,.")
    if not words:
        return None
    said = _NUMBER.match(words) if words.partition(",")[0].strip() not in names else None
    keys = tuple(dict.fromkeys(_keys(words[said.end() :] if said else words, names)))
    number = len(keys)
    if said and not said["all"]:
        number = int(said["any"] or said["number"] or 1)
    if not 1 <= number <= len(keys):
        raise ValueError(f"Prerequisites: {number} of {len(keys)} can't be had.")
    if len(keys) > MOST:
        raise ValueError(f"Prerequisites: there are {len(keys)}; {MOST} are the most.")
    return Prerequisites(number, keys)


def _keys(words: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what *words* name: between commas a name, or several keys with spaces between them."""
    for part in filter(None, (part.strip().removeprefix("and ") for part in words.split(","))):
        parts = [part] if part in names else [word for word in part.split() if word != "and"]
        if unknown := [word for word in parts if word not in names]:
            meant = part if len(unknown) > len(parts) / 2 else unknown[0]  # a name without its comma, or keys
            raise ValueError(
                f"Prerequisites: there is no badge “{shorten(meant, 60)}” in the tab Badges. Write keys or names, "
                "separated by commas."
            )
        yield from (names[word] for word in parts)


def _in_circles(right: Mapping[str, Achievement], known: Known) -> dict[str, str]:
    """Say of each badge in *right* that comes after itself which way round; what is not in *right* stays as it is."""
    both = {**known.achievements, **right}
    needs = {key: one.prerequisites.of for key, one in both.items() if one.prerequisites is not None}
    rounds = {key: way for key in right if (way := _way_round(key, needs))}
    return {
        key: f"Prerequisites go round in a circle: {shorten(' after '.join(way), 200)}. Take one of them out."
        for key, way in rounds.items()
    }


def _way_round(key: str, needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The shortest way from *key* back to it, both ends included; [] if there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([key])
    while waiting:
        here = waiting.popleft()
        for there in needs.get(here, ()):
            if there == key:
                way = [key, here]
                while way[-1] != key:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return []


def say(prerequisites: Prerequisites, names: Mapping[str, str] | None = None) -> str:
    """Return "any 2 of a, b, c", "a and b" or "a"; by *names*, key → name, where given."""
    words = [(names or {}).get(key, key)[:60] for key in prerequisites.of]
    if prerequisites.number < len(words):
        return shorten(f"any {prerequisites.number} of {', '.join(words)}", 300)
    return shorten(" and ".join(filter(None, (", ".join(words[:-1]), words[-1]))), 300)
