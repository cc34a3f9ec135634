"""The teacher's own address is kept out of what a badge says, wherever the teacher wrote it. Pure.

A badge tells the address as a salted hash alone. But people type it as their name or into the reflection, Google writes
it into links ("?authuser=…"), and what was signed stays public for ever. It is found in any capitals and behind what a
browser, HTML or Markdown would undo; what hides it in yet another way is not shown at all.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from urllib.parse import unquote

AWAY = "…"  # stands where the address stood
#: Nobody sees these, or Markdown takes them away: controls, joiners, marks of direction, the signs of emphasis.
_HIDDEN = r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff\\*_`]"
#: The gap that an address leaves in a name, with what led to it and the brackets around it.
_GAP = re.compile(rf"[\s,;:|/–-]*[<(\[{{]?\s*{AWAY}(?:\s*[>)\]}}])?")
_EDGES = " \t,;:|/–-"


def without(address: str, text: str) -> str:
    """Return *text* with "…" in the place of *address*; "" if it can't be cut out."""
    if not spells(text, address):
        return text
    rest = _pattern(address).sub(AWAY, text)
    return "" if spells(rest, address) else rest


def name_without(address: str, name: str) -> str:
    """Return *name* without *address*; "" if nothing that could be a name is left."""
    if not spells(name, address):
        return name
    rest = _GAP.sub("", without(address, name)).strip(_EDGES)
    return rest if re.search(r"\w", rest) and not spells(rest, address) else ""


def link_without(address: str, url: str) -> str:
    """Return *url* without each part of its query, and without the fragment, that holds *address*.

    Elsewhere, in the path, it names what is linked: then there is no link, "".
    """
    if not spells(url, address):
        return url
    front, _, fragment = url.partition("#")
    page, _, query = front.partition("?")
    kept = "&".join(part for part in query.split("&") if not spells(part, address))
    shown = "" if spells(fragment, address) else fragment
    rest = page + (f"?{kept}" if kept else "") + (f"#{shown}" if shown else "")
    return "" if spells(rest, address) else rest


def spells(text: str, address: str) -> bool:
    """Return whether somebody could read *address* in *text*."""
    wanted = _plain(address)
    return any(wanted in _plain(reading) for reading in _readings(text))


def _readings(text: str) -> set[str]:
    """Return *text*, and all that becomes of it as addresses and HTML are decoded, in whichever order."""
    found = {text}
    for _ in range(3):  # an address within an address within a page
        found |= {decode(reading) for reading in found for decode in (unquote, _unescaped)}
    return found


def _unescaped(text: str) -> str:
    """Return *text* with its entities decoded, those with a semicolon, as Markdown does."""
    return re.sub("&#?[0-9A-Za-z]+;", lambda entity: unescape(entity[0]), text)


def _plain(text: str) -> str:
    """Return *text* in small letters, look-alikes made plain, without what nobody sees."""
    return re.sub(_HIDDEN, "", unicodedata.normalize("NFKC", text)).lower()


def _pattern(address: str) -> re.Pattern[str]:
    """Return what finds *address* as people and browsers write it: each letter as it is or percent-encoded."""
    letters = (f"(?:{re.escape(letter)}|{_encoded(letter)})" for letter in _plain(address))
    return re.compile(rf"(?:mailto:)?{f'{_HIDDEN}*'.join(letters)}", re.IGNORECASE)


def _encoded(letter: str) -> str:
    """Return the pattern of a letter that was percent-encoded, however often."""
    return "".join(f"%(?:25)*{byte:02x}" for byte in letter.encode(errors="replace"))
