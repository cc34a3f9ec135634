"""Words for people: days as they are said, and other people's text made harmless. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bridge.openbadges.addresses import web_address

#: Characters that turn the direction of text around: inside a name they would reach into our own sentence.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Begins where a word does, so that a long text without any costs no more than its length.
_ADDRESS = re.compile(r"(?<![^\s@<>\"',;:()])[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")
_SPACES = re.compile(r"\s+")
_ISOLATE, _END = "\u2068", "\u2069"
_MONTHS = ["January", "February", "March", "April", "May", "June"]
_MONTHS += ["July", "August", "September", "October", "November", "December"]


def one_line(text: str, limit: int = 120) -> str:
    """Return *text* as one line of at most *limit* characters, without control and direction characters.

    Safe in a header of a mail: there is no line break left in it.
    """
    return shorten(_SPACES.sub(" ", _CONTROLS.sub(" ", _BIDI.sub("", text))).strip(), limit)


def discreet(text: str, limit: int = 300) -> str:
    """Return *text* as one line of at most *limit* characters that tells nobody's e-mail address, nor part of one."""
    return shorten(_ADDRESS.sub("(an address)", one_line(text, len(text))), limit)


def paragraphs(text: str, limit: int = 5000) -> tuple[tuple[str, ...], ...]:
    """Return *text*, cut at *limit* characters, as paragraphs of lines; control and direction characters are gone."""
    parts = re.split(r"\n[^\S\n]*\n\s*", harmless(text, limit))
    return tuple(tuple(line.rstrip() for line in part.split("\n")) for part in parts if part.strip())


def harmless(text: str, limit: int) -> str:
    """Return *text*, cut at *limit* characters, without control and direction characters; every line break is "\\n"."""
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return shorten(_CONTROLS.sub("", _BIDI.sub("", text)).strip(), limit)


def shorten(text: str, limit: int) -> str:
    """Return *text* with at most *limit* characters, the last one "…" where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def isolate(text: str) -> str:
    """Return *text* so that its direction stays its own in plain text; text from left to right is left as it is."""
    turns = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)
    return f"{_ISOLATE}{text}{_END}" if turns else text


def visible(text: str) -> str:
    """Return *text* without what nobody sees: marks of direction, zero-width space, word joiner, BOM, soft hyphen.

    Joiners (U+200C, U+200D) stay: Persian and emoji need them.
    """
    return _INVISIBLE.sub("", _BIDI.sub("", text))


def mailboxes(text: str) -> frozenset[str]:
    """Return the addresses in *text*, spelt so that what reaches one mailbox looks alike.

    Small letters, full-width and look-alike forms made plain (NFKC), nothing invisible, no "+tag"; at Gmail, which has
    two names, no dots.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").casefold()
    return frozenset(map(_mailbox, _ADDRESS.findall(plain)))


def _mailbox(address: str) -> str:
    local, _, domain = address.rpartition("@")
    local, domain = local.partition("+")[0], domain.rstrip(".")
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def web_link(url: str) -> str:
    """Return *url* if it may become a link, else "".

    It must begin with http or https, name a host that can exist, be one word, and have at most 2,000 characters.
    """
    url = url.strip()
    if len(url) > 2000 or re.search(r"[\s<>\"\\]", url) or _CONTROLS.search(url) or _BIDI.search(url):
        return ""
    try:
        parts = urlsplit(url)
        web_address(url)  # a badge could not name it otherwise
    except ValueError:
        return ""
    return url if "@" not in parts.netloc else ""


def say_day(moment: datetime, tz: str, locale: str) -> str:
    """Return the day of *moment* in the time zone *tz* as people in *locale* write it.

    "December 3, 2026" in American English, "3 December 2026" in other English, "2026-12-03" elsewhere.
    """
    day = moment.astimezone(ZoneInfo(tz))
    language, _, region = locale.replace("_", "-").partition("-")
    if language.lower() != "en":
        return f"{day:%Y-%m-%d}"
    month = _MONTHS[day.month - 1]
    if region.upper() in ("", "US"):
        return f"{month} {day.day}, {day.year}"
    return f"{day.day} {month} {day.year}"


def say_hours(hours: float) -> str:
    """Return *hours* as "1 hour", "12 hours" or "1.5 hours"."""
    return f"{hours:g} hour{'' if hours == 1 else 's'}"


def say_months(months: int) -> str:
    """Return *months* as "2 years", "18 months" or "1 year"."""
    number, unit = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def say_kind(kind: str) -> str:
    """Return a type of achievement of Open Badges 3.0 in words: "LearningProgram" → "Learning program"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.removeprefix("ext:"))
    return _HYPHENS.get(kind) or one_line(words[:1] + words[1:].lower(), 60)


_HYPHENS = {"MicroCredential": "Micro-credential", "CoCurricular": "Co-curricular"}
