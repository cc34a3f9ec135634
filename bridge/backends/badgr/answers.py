"""What a Badgr server says, in one shape. Pure; the only place that knows the server's own shapes.

Answers are JSON objects in an envelope, `{status, result, fieldErrors, validationErrors}`. Complaints in it take many
forms: lists or plain words by field, nested fields, bare words, one entry per item of a batch. The token endpoint, the
older API and Open Badges pages have shapes of their own. Members that we don't know are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge import wording
from bridge.backends import calls
from bridge.backends.listed import Listed
from bridge.model import Acceptance

FIRST_WORDS = 2048  # bytes of an answer that a log may tell
DEEPEST = 8  # of nested complaints

_CUT = re.compile(r"[^\s<>\"',;:()]*\Z")  # half a word may be half an address
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")
_NEXT = re.compile(r"<([^<>]*)>\s*;[^,<]*?\brel\s*=\s*\"?next\"?", re.IGNORECASE)
_NOBODYS_FIELD = ("non_field_errors", "nonFieldErrors")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `told` is its JSON object; None where there was none: a web page, nothing, or something odd."""

    status: int
    told: Mapping[str, object] | None = None
    is_page: bool = False  # HTML, whatever it was called
    is_empty: bool = False
    next: str = ""  # address of the next page
    location: str = ""
    date: datetime | None = None  # the server's clock
    retry_after: timedelta | None = None
    start: str = ""  # its first words

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_throttled(self) -> bool:
        """Too many calls; Canvas says it with 403."""
        return self.status == 429 or (self.status == 403 and "rate limit" in self.start.lower())


def read(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
    """Bring an answer into our shape; *now* turns the hour of a Retry-After into a time to wait."""
    start = body[:FIRST_WORDS].decode("utf-8", errors="replace").strip()
    if len(body) > FIRST_WORDS:
        start = _CUT.sub("", start)
    return Answer(
        status=status,
        told=calls.json_object(body),
        is_page=start.startswith("<"),
        is_empty=not body.strip(),
        next=_next(headers.get("Link", "")),
        location=headers.get("Location", ""),
        date=calls.http_date(headers.get("Date", "")),
        retry_after=calls.pause(headers.get("Retry-After", ""), now),
        start=start,
    )


def _next(link: str) -> str:
    found = _NEXT.search(link)
    return found[1] if found else ""


# ── complaints ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the server does not like, and about which field: "recipient", "evidence.url", or "" about none."""

    field: str
    words: str


def complaints(told: Mapping[str, object] | None) -> tuple[Complaint, ...]:
    """Return all that the server complains of, in the order in which it says it; () where it says nothing."""
    if told is None:
        return ()
    found = [
        *_walk(told.get("fieldErrors"), ""),
        *_walk(told.get("validationErrors"), ""),
        *_walk(told.get("nonFieldErrors"), ""),
        *_walk(told.get("detail"), ""),
        *_walk(told.get("error_description") or told.get("error"), ""),
    ]
    if not found and isinstance(status := told.get("status"), Mapping) and not status.get("success"):
        found = [*_walk(status.get("description"), "")]
    return tuple(found)


def per_item(told: Mapping[str, object] | None, count: int) -> tuple[tuple[Complaint, ...], ...] | None:
    """Return the complaints about each of the *count* items of a batch; None where they are not told one by one."""
    errors = None if told is None else told.get("fieldErrors")
    if not isinstance(errors, list) or len(errors) != count:
        return None
    return tuple(tuple(_walk(error, "")) for error in errors)


def _walk(value: object, field: str, depth: int = 0) -> Iterator[Complaint]:
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        if value.strip():
            yield Complaint(field, value)
    elif isinstance(value, Mapping):
        if isinstance(words := value.get("description"), str) and isinstance(value.get("name"), str):
            yield Complaint(field, words)  # {"name": "DUPLICATE_BADGE", "description": "…"}
            return
        for name, inner in value.items():
            yield from _walk(inner, field if name in _NOBODYS_FIELD else f"{field}.{name}".strip("."), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, field, depth + 1)


#: The server's name of a field → ours.
FIELDS = {
    "recipient": "the address",
    "issuedOn": "the day of issue",
    "expires": "the day of expiry",
    "evidence": "the evidence",
    "narrative": "the narrative",
    "revocation_reason": "the reason",
    "revocationReason": "the reason",
    "badgeclass": "the BadgeClass",
}


def say(found: Iterable[Complaint]) -> str:
    """Return complaints as part of a sentence: short, one line, without anybody's address."""
    told = ((one.field, wording.discreet(one.words).rstrip(".")) for one in found)
    parts = dict.fromkeys(f"{_say_field(field)}: {words}" if field else words for field, words in told)
    return wording.shorten("; ".join(parts), 300)


def _say_field(field: str) -> str:
    ours = FIELDS.get(field.partition(".")[0])
    told = wording.discreet(field, 60)
    return f"{ours} ({told})" if ours else told


def is_duplicate(found: Iterable[Complaint]) -> bool:
    return _says(found, "previous award", "already exists")


def is_revoked_already(found: Iterable[Complaint]) -> bool:
    return _says(found, "already revoked")


def is_archived(found: Iterable[Complaint]) -> bool:
    return _says(found, "archived")


def is_future(found: Iterable[Complaint]) -> bool:
    return any(one.field == "issuedOn" and "past" in one.words.lower() for one in found)


def _says(found: Iterable[Complaint], *words: str) -> bool:
    return any(all(word in one.words.lower() for word in words) for one in found)


# ── assertions ───────────────────────────────────────────────────────────────

ACCEPTANCE = {
    "Unaccepted": Acceptance.WAITING,
    "Accepted": Acceptance.ACCEPTED,
    "Rejected": Acceptance.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Assertion:
    """An award as the server keeps it. Texts are what the server made of ours."""

    id: str
    url: str = ""  # openBadgeId
    recipient: str = ""  # the address in clear, "" where it is not told
    issued_on: str = ""
    created_at: str = ""
    revoked: bool = False
    acceptance: Acceptance | None = None
    narrative: str = ""
    evidence: tuple[str, ...] | None = field(default=None)  # addresses; None: not told here


def results(told: Mapping[str, object] | None) -> Sequence[Mapping[str, object]]:
    """Return the objects in an envelope's result."""
    result = None if told is None else told.get("result")
    return [one for one in result if isinstance(one, Mapping)] if isinstance(result, list) else []


def assertions(told: Mapping[str, object] | None) -> tuple[Assertion, ...]:
    """Return the assertions in an envelope's result, in its order, without those that have no usable id."""
    return tuple(_assertion(one) for one in results(told) if entity_id(one))


def _assertion(one: Mapping[str, object]) -> Assertion:
    recipient = one.get("recipient")
    known = recipient if isinstance(recipient, Mapping) else {}
    address = _text(known.get("plaintextIdentity")) or _text(known.get("identity"))
    evidence = one.get("evidence")
    return Assertion(
        id=entity_id(one),
        url=_text(one.get("openBadgeId")),
        recipient=address.lower() if "@" in address else "",
        issued_on=_text(one.get("issuedOn")),
        created_at=_text(one.get("createdAt")),
        revoked=one.get("revoked") is True,
        acceptance=ACCEPTANCE.get(_text(one.get("acceptance"))),
        narrative=_text(one.get("narrative")),
        evidence=_addresses(evidence) if isinstance(evidence, list) else None,
    )


def _addresses(evidence: Iterable[object]) -> tuple[str, ...]:
    return tuple(url for one in evidence if isinstance(one, Mapping) and (url := _text(one.get("url"))))


def entity_id(one: Mapping[str, object]) -> str:
    """Return the id by which paths name the thing; "" where there is none that could stand in a path."""
    found = _text(one.get("entityId")) or _text(one.get("id"))
    return found if is_id(found) else ""


def is_id(text: str) -> bool:
    """Return whether such servers make ids like *text*."""
    return _ID.fullmatch(text) is not None


def listed(told: Mapping[str, object] | None) -> tuple[Listed, ...]:
    """Return issuers or BadgeClasses by name; hosted servers say in one way or another what was archived."""
    return tuple(
        Listed(found, wording.one_line(_text(one.get("name"))) or found, _is_archived(one))
        for one in results(told)
        if (found := entity_id(one))
    )


def _is_archived(one: Mapping[str, object]) -> bool:
    flags = (one.get("archived"), one.get("isArchived"), one.get("archivedAt"))
    words = (_text(one.get("status")), _text(one.get("state")))
    return any(bool(flag) and flag != "false" for flag in flags) or "archived" in (word.lower() for word in words)


# ── tokens ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pair:
    """What a log-in gives. `refresh` is "" where the server gives none; `scope` where it does not say."""

    access: str
    refresh: str = ""
    lives: timedelta | None = None
    scope: str = ""


def pair(told: Mapping[str, object] | None) -> Pair | None:
    """Return the tokens in an answer of the token endpoint, if it holds one that can be sent."""
    if told is None or not _TOKEN.fullmatch(access := _text(told.get("access_token"))):
        return None
    refresh = _text(told.get("refresh_token"))
    return Pair(access, refresh, _seconds(told.get("expires_in")), _text(told.get("scope")))


def back_off(told: Mapping[str, object] | None) -> timedelta | None:
    """Return how long the token endpoint wants to be left alone, where it says so."""
    return None if told is None else _seconds(told.get("expires"))


def _seconds(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**8:
        return None
    return timedelta(seconds=float(value))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
