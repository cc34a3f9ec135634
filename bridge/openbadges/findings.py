"""What a check of a badge found, in plain words."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isinf
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .addresses import sure_host
from .errors import BadJson, CannotTell, OutOfReach
from .text import clean

#: Returns what is published at a web address. It decides what may be asked for: for what can't be had it returns None,
#: or raises OutOfReach with the reason.
Fetch = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a check may ask, and about what: the world by *fetch*, the time, and whose badge it shall be.

    *now* is an aware time, *recipient* a plain address. *second_opinion*: where our own check can't judge a proof or a
    status, openbadgeslib is asked, if it is installed.
    """

    fetch: Fetch
    now: datetime
    recipient: str | None = None
    second_opinion: bool = False


MAX_JSON = 4 * 1024 * 1024
LONGEST_ADDRESS = 2048  # characters; what servers and browsers take
LONGEST_ISSUER = 320  # characters that are shown: a domain name may have 253, and its end says whose it is
MAX_DEPTH = 64  # real badges stay below twenty
LONGEST_NUMBER = 308  # digits; what has more is infinite to most readers

TOO_DEEP = f"It is nested more than {MAX_DEPTH} deep, which no badge is."
TOO_MUCH = "It holds a number that is too large to be read."

#: Stands behind a name once the address beside it is proved.
ITS_OWN_WORD = "The name is what the issuer calls itself; go by the address."

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_QUOTES = re.compile('["“”„‟«»]')


class Verdict(StrEnum):
    VALID = "valid"
    NOT_VALID = "not valid"
    COULD_NOT_TELL = "could not tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: good (True), bad (False), or not to be known here (None).

    *document* says of which one in the file it is: "3.0" the credential, "2.0" the assertion, "" the file itself.
    """

    kind: str
    ok: bool | None
    sentence: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about one badge."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)

    @property
    def parts(self) -> dict[str, tuple[Finding, ...]]:
        """The findings by document, in the order in which they were found; those about the file itself under ""."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.document, []).append(finding)
        return {document: tuple(findings) for document, findings in found.items()}


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Anything bad: not valid. Else anything not known, or nothing found at all: could not tell. Else valid."""
    answers = {finding.ok for finding in findings}
    if False in answers:
        return Verdict.NOT_VALID
    return Verdict.VALID if answers == {True} else Verdict.COULD_NOT_TELL


def parse_object(data: bytes | str) -> dict[str, Any]:
    """Return *data* as a JSON object.

    Raises BadJson, with a sentence, if it is something else, larger than 4 MiB, nested more than 64 deep, or if an
    object in it tells one name twice: readers differ in which of the two they take.
    """
    if len(data) > MAX_JSON:
        raise BadJson(f"It is larger than {MAX_JSON >> 20} MB, which no badge is.")
    hooks: dict[str, Any] = {"parse_constant": refuse_constant, "parse_int": whole, "parse_float": real}
    try:
        value = json.loads(data, object_pairs_hook=each_once, **hooks)
    except RecursionError as error:
        raise BadJson(TOO_DEEP) from error
    except json.JSONDecodeError as error:
        raise BadJson(f"It is not good JSON: see line {error.lineno}, column {error.colno}.") from error
    except UnicodeDecodeError as error:
        raise BadJson("It is not good JSON: it holds something that is not text.") from error
    if not isinstance(value, dict):
        raise BadJson("It is JSON, but not an object, as a badge is.")
    refuse_deep(value)
    return value


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return *pairs* as an object; raise BadJson if a name is told twice."""
    told = dict(pairs)
    if len(told) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise BadJson(
            f"One object in it has two members named “{quoted(twice)}”; readers differ in which one they take."
        )
    return told


def refuse_deep(value: Any) -> None:
    """Raise BadJson if *value* is nested more than 64 deep."""
    level, depth = [value], 0
    while level := [part for item in level for part in inside(item)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadJson(TOO_DEEP)


def inside(value: Any) -> Iterable[Any]:
    """Return the values right inside of a JSON object or list; nothing for anything else."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def refuse_constant(name: str) -> Any:
    raise BadJson(f"It says {name} where a number must stand, which is not JSON.")


def whole(text: str) -> int:
    """Return a whole number; raise BadJson if it is beyond what others can read (RFC 8259, 6)."""
    if len(text) > LONGEST_NUMBER:
        raise BadJson(TOO_MUCH)
    return int(text)


def real(text: str) -> float:
    """Return a number with a fraction or an exponent; raise BadJson as `whole` does."""
    if isinf(value := float(text)):
        raise BadJson(TOO_MUCH)
    return value


def decoded(data: bytes) -> str:
    """Return *data* as text by the encoding that its first bytes tell, as a reader of JSON does; UTF-8 without any."""
    return data.decode(json.detect_encoding(data), errors="replace")


def fetch_bytes(fetch: Fetch, url: str, what: str) -> bytes:
    """Return what is published at *url*; raise OutOfReach, naming *what* it is, if there is nothing."""
    try:
        data = fetch(url)
    except OutOfReach as error:
        raise OutOfReach(f"{what} can't be had. {error}") from error
    if data is None:
        raise OutOfReach(f"{what} can't be had: nothing was found at {show(url)}.")
    return data


def fetch_object(fetch: Fetch, url: str, what: str) -> dict[str, Any]:
    """Return the JSON object published at *url*; raise CannotTell, naming *what* it is, if there is none."""
    data = fetch_bytes(fetch, url, what)
    try:
        return parse_object(data)
    except BadJson as error:
        raise CannotTell(f"{what} at {show(url)} is not readable. {error}") from error


def show(value: object, length: int = 160) -> str:
    """Return *value* from a foreign document on one line, harmless to a terminal, and not too long."""
    text = " ".join(clean(str(value)[: 20 * length]).split())  # a foreign value may be megabytes long
    text = "".join(character for character in text if character.isprintable())
    return text if len(text) <= length else text[: length - 1] + "…"


def issued(title: object, name: object, issuer_id: str) -> str:
    """Return the sentence about what was issued by whom. Names can be anything, also such a sentence: they are quoted.

    A domain name that is not ASCII is told in the form that travels, since it could look like another one.
    """
    by = show(named(issuer_id), LONGEST_ISSUER)
    told = f"“{quoted(title)}”, issued by " + (f"“{quoted(name)}” ({by})." if name else f"{by}.")
    if issuer_id.startswith(("did:key:", "did:jwk:")):
        return f"{told} This issuer is known by its key alone: nothing proves its name."
    return f"{told} {ITS_OWN_WORD}" if name else told


def quoted(value: object) -> str:
    """Return *value* as `show` does, with nothing in it that could end a quotation."""
    return _QUOTES.sub("’", show(value))


def named(issuer_id: str) -> str:
    """Return an issuer's id with the domain name in ASCII, if it is a web address."""
    if issuer_id.isascii() or not (at := origin(issuer_id)):
        return issuer_id
    parts = urlsplit(issuer_id)
    return urlunsplit(parts._replace(netloc=at.partition("//")[2].removesuffix(":443").removesuffix(":80")))


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
        return Finding("expiry", False, f"It is not valid yet: it begins on {tell(start)}.")
    if end is None:
        return Finding("expiry", True, f"It was issued on {start:%Y-%m-%d} and does not expire.")
    if now >= end:
        return Finding("expiry", False, f"It expired on {tell(end)}.")
    return Finding("expiry", True, f"It was issued on {start:%Y-%m-%d} and is valid until {tell(end)}.")


def tell(at: datetime) -> str:
    """Return *at* as its day, and unless that is meant to its end, with the minute and the zone that it is told in.

    A day alone would mislead: what ends with the 18th in Los Angeles ends on the 19th in UTC, long before that is over.
    """
    day = f"{at:%Y-%m-%d}"
    return day if (at.hour, at.minute) == (23, 59) else f"{day} {at:%H:%M} {at.tzname()}"


def origin(url: str) -> str:
    """Return scheme, host and port of a web address, which say who answers there; "" if it is none."""
    if len(url) > LONGEST_ADDRESS:
        return ""
    try:
        parts = urlsplit(url)
        host, port = sure_host(parts.hostname or ""), parts.port
    except ValueError:  # BadDocument for a host is one, too
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{host}:{port or {'http': 80, 'https': 443}[parts.scheme]}"
