"""What a check of a badge found, in plain words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .errors import CannotTell
from .text import clean

#: Returns what is published at a web address, or None if it can't be had. It decides what may be asked for.
Fetch = Callable[[str], bytes | None]

MAX_JSON = 4 * 1024 * 1024


class Verdict(StrEnum):
    VALID = "valid"
    NOT_VALID = "not valid"
    COULD_NOT_TELL = "could not tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: good (True), bad (False), or not to be known here (None)."""

    kind: str
    ok: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about one badge."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Anything bad: not valid. Else anything not known, or nothing found at all: could not tell. Else valid."""
        answers = {finding.ok for finding in self.findings}
        if False in answers:
            return Verdict.NOT_VALID
        return Verdict.VALID if answers == {True} else Verdict.COULD_NOT_TELL


def parse_object(data: bytes | str) -> dict[str, Any]:
    """Return *data* as a JSON object; raise ValueError if it is something else or larger than 4 MiB."""
    if len(data) > MAX_JSON:
        raise ValueError("too large")
    try:
        value = json.loads(data, parse_constant=refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - to the caller it is one kind of bad input
    return value


def refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def fetch_object(fetch: Fetch, url: str, what: str) -> dict[str, Any]:
    """Return the JSON object published at *url*; raise CannotTell, naming *what* it is, if there is none."""
    data = fetch(url)
    if data is None:
        raise CannotTell(f"{what} can't be had: nothing was found at {show(url)}.")
    try:
        return parse_object(data)
    except ValueError as error:
        raise CannotTell(f"{what} at {show(url)} is not readable.") from error


def show(value: object, length: int = 160) -> str:
    """Return *value* from a foreign document on one line, harmless to a terminal, and not too long."""
    text = " ".join(clean(str(value)).split())
    text = "".join(character for character in text if character.isprintable())
    return text if len(text) <= length else text[: length - 1] + "…"


def texts(value: object) -> list[str]:
    """Return the strings in a JSON-LD value that may be one or several."""
    return [item for item in as_list(value) if isinstance(item, str)]


def as_list(value: object) -> list[Any]:
    """Return a JSON-LD value as a list: nothing, one or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def identifier(value: object) -> str:
    """Return the id of a JSON-LD value that is an address or an object with one; "" if it has none."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def moment(value: object) -> datetime:
    """Return the time in an ISO 8601 text with an offset; raise CannotTell if it is none."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise CannotTell(f"{show(value, 40)!r} is not a date and time with an offset.")
    return parsed


def period(begins: object, ends: object, now: datetime) -> Finding:
    """Return whether *now* lies in the time for which a credential was issued."""
    try:
        start = moment(begins)
        end = moment(ends) if ends is not None else None
    except CannotTell as error:
        return Finding("expiry", None, str(error))
    if now < start:
        return Finding("expiry", False, f"It is not valid yet: it begins on {start:%Y-%m-%d}.")
    if end is None:
        return Finding("expiry", True, f"It was issued on {start:%Y-%m-%d} and does not expire.")
    if now >= end:
        return Finding("expiry", False, f"It expired on {end:%Y-%m-%d}.")
    return Finding("expiry", True, f"It was issued on {start:%Y-%m-%d} and is valid until {end:%Y-%m-%d}.")
