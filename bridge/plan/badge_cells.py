"""The cells of the Badges tab that need more than a look: hours, type, alignment, who makes it, who decides, and such.

Each function reads one cell. An empty cell means that there is nothing to say; a wrong one raises ValueError with a
sentence for the coordinator.
"""

from __future__ import annotations

import re

from bridge.model import Alignment
from bridge.openbadges.addresses import web_address
from bridge.openbadges.errors import BadDocument
from bridge.openbadges.vocabulary import ACHIEVEMENT_TYPES
from bridge.plan.policy import Policy
from bridge.review import fold
from bridge.wording import shorten, visible, web_link

MOST_TAGS, LONGEST_TAG = 20, 50
MOST_ALIGNMENTS, LONGEST_PART = 10, 200
MOST_MONTHS = 1200
MOST_REVIEWERS = 50

_TYPES = {word.casefold(): word for word in ACHIEVEMENT_TYPES}
_ADDRESS = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,255}")
_TIME = re.compile(r"(?:(\d{1,3}) ?(?:y|yr|yrs|year|years))?(?: ?(?:and )?(\d{1,4}) ?(?:m|mo|months?)?)?")


def to_hours(text: str) -> float | None:
    """Read "1.5", "1,5" or "12"; empty is None.

    Where a comma is the decimal sign, Sheets takes a typed 1.5 for the first of May, and tells it as 01.05.
    """
    if not (text := _line(text)):
        return None
    if re.search(r"^0\d|\d[./-]0[1-9]|\d[./-]\d+[./-]|\d[/-]\d", text):
        raise ValueError(
            f"Hours must be a number, such as 12 or 1.5, and this cell holds a date ({shorten(text, 40)}). "
            "Choose Format, Number, Automatic, and write it with the decimal sign of your spreadsheet: 1.5 or 1,5."
        )
    if not re.fullmatch(r"\d{1,4}([.,]\d{1,2})?", text):
        raise ValueError("Hours must be a number, such as 12 or 1.5.")
    return float(text.replace(",", "."))


def to_kind(text: str) -> str:
    """Read a type of achievement in any spelling: "learning program" is LearningProgram; empty is Badge."""
    word = re.sub(r"[\s_-]", "", fold(text))
    if word and word not in _TYPES:
        raise ValueError(
            f"Type “{shorten(_line(text), 40)}” is none of those that Open Badges has, such as Badge, MicroCredential "
            "or Certificate."
        )
    return _TYPES[word] if word else "Badge"


def to_tags(text: str) -> tuple[str, ...]:
    """Read words separated by commas, semicolons or line breaks; spellings of one word count once."""
    tags: dict[str, str] = {}
    for part in re.split(r"[,;\n]", text):
        tag = _line(part)
        if len(tag) > LONGEST_TAG:
            raise ValueError(f"Tags: “{shorten(tag, 40)}” is longer than {LONGEST_TAG} characters.")
        if tag:
            tags.setdefault(fold(tag), tag)
    if len(tags) > MOST_TAGS:
        raise ValueError(f"Tags: there are {len(tags)}; {MOST_TAGS} are the most.")
    return tuple(tags.values())


def to_alignment(text: str) -> tuple[Alignment, ...]:
    """Read lines `Name | https://address | code | framework`, of which the last two may be missing; equal ones once."""
    lines = [line for line in text.splitlines() if _line(line)]
    if len(lines) > MOST_ALIGNMENTS:
        raise ValueError(f"Alignment: there are {len(lines)} lines; {MOST_ALIGNMENTS} are the most.")
    return tuple(dict.fromkeys(_to_target(line) for line in lines))


def _to_target(line: str) -> Alignment:
    parts = [_line(part) for part in line.split("|")]
    if not 2 <= len(parts) <= 4 or not parts[0]:
        raise ValueError(
            f"Alignment: “{shorten(_line(line), 40)}” does not read Name | https://address | code | framework; "
            "the last two may be left out."
        )
    if any(len(part) > LONGEST_PART for place, part in enumerate(parts) if place != 1):
        raise ValueError(f"Alignment: “{shorten(parts[0], 40)}” has a part longer than {LONGEST_PART} characters.")
    try:
        address = web_address(link) if (link := web_link(parts[1])) else ""
    except BadDocument:  # a host that is no domain name
        address = ""
    if not address:
        raise ValueError(f"Alignment: “{shorten(parts[0], 40)}” needs an address that begins with https://.")
    return Alignment(parts[0], address, *parts[2:])


def to_months(text: str) -> int | None:
    """Read "2 years", "18 months", "1 year 6 months" or "24", which are months; empty is None, for ever."""
    words = fold(text)
    if not words:
        return None
    found = _TIME.fullmatch(words)
    months = int(found[1] or 0) * 12 + int(found[2] or 0) if found else 0
    if not 1 <= months <= MOST_MONTHS:
        raise ValueError("Valid for must be a time such as 2 years, 18 months or 24, which are months; or empty.")
    return months


def to_backend(text: str, key: str, policy: Policy) -> str:
    """Read who makes the badge's credentials; empty is the programme's own choice.

    A vendor must have the badge *key* set up, whoever chose it: else nobody would notice before somebody earned it.
    """
    word = fold(text)
    if word and word not in policy.backends:
        choices = ", ".join(sorted(policy.backends))
        raise ValueError(
            f"Backend “{shorten(_line(text), 40)}” is not set up. Choose one of: {choices}; or leave it empty."
        )
    vendor = policy.backends.get(word or policy.backend)
    if vendor is not None and key not in vendor.badges:
        raise ValueError(
            f"The settings don't say which badge of {vendor.title} it is. Make it there, if it is not there yet; then "
            f'add a line to [{word or policy.backend}.badges]: {key} = "its id". badge-bridge doctor tells the ids.'
        )
    return word


def to_reviewers(text: str, policy: Policy) -> tuple[str, ...]:
    """Read the addresses of those who may decide, separated by commas, semicolons, spaces or lines; empty: all coaches.

    Where the programme has listed its coaches, each must be one of them: nobody else's decision is taken.
    """
    reviewers = reviewers_in(text)
    if len(reviewers) > MOST_REVIEWERS:
        raise ValueError(f"Reviewers: there are {len(reviewers)}; {MOST_REVIEWERS} are the most.")
    for word in reviewers:
        if not _ADDRESS.fullmatch(word):
            raise ValueError(
                f"Reviewers: “{shorten(word, 60)}” is no e-mail address. Write addresses, separated by commas."
            )
        if policy.coaches and word not in policy.coaches:
            raise ValueError(
                f"Reviewers: {shorten(word, 60)} is none of the programme's coaches. Correct it, or add the address to "
                "coaches in the section [review] of the settings."
            )
    return reviewers


def is_by_itself(text: str) -> bool:
    """Read how a badge is earned: "by itself", or "asked", which is what an empty cell says."""
    word = fold(text)
    if word not in ("", "asked", "by itself"):
        raise ValueError(f"Milestone “{shorten(_line(text), 40)}” must be asked or by itself; empty is asked.")
    return word == "by itself"


def reviewers_in(text: str) -> tuple[str, ...]:
    """Return what stands in the cell, whether or not it can be used."""
    words = dict.fromkeys(re.split(r"[,;\s]+", visible(text).casefold().strip(" ,;\n")))
    return tuple(word for word in words if word)


def to_count(title: str, text: str, most: int) -> int | None:
    """Read a whole number from 1 to *most*, as a sheet may show it; empty is None."""
    if not (text := _line(text)):
        return None
    if not re.fullmatch(r"[0-9]{1,4}(?:[.,]0{1,2})?", text) or not 1 <= int(re.split("[.,]", text)[0]) <= most:
        raise ValueError(f"{title} must be a whole number from 1 to {most}, or empty.")
    return int(re.split("[.,]", text)[0])


def _line(text: str) -> str:
    """*text* as one line, without what nobody sees."""
    return " ".join(visible(text).split())
