"""What Credly's answers say, as values. The only place that knows their shapes; nothing here asks anybody.

Sources: https://www.credly.com/docs/issued_badges and …/badge_templates. A body is `{"data": …, "metadata": …}`; an
error tells `data.message`. Other shapes of errors (`errors` as a list or an object) are recalled, not measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bridge.backends.calls import json_object
from bridge.backends.listed import Listed
from bridge.model import Acceptance
from bridge.wording import discreet, one_line, web_link

#: What Credly calls the parts of an award → what people call them.
FIELDS: Mapping[str, str] = {
    "recipient_email": "e-mail address",
    "issued_to_first_name": "first name",
    "issued_to_last_name": "last name",
    "issued_at": "date of issue",
    "expires_at": "date of expiry",
    "evidence": "evidence",
    "locale": "language",
    "issuer_earner_id": "earner’s id",
}
STATES: Mapping[str, Acceptance] = {
    "pending": Acceptance.WAITING,
    "accepted": Acceptance.ACCEPTED,
    "rejected": Acceptance.REJECTED,
}
REVOKED = "revoked"

#: Credly's own words for a duplicate are recalled, not measured; so they are only a hint: see `Credly.issue`.
_DUPLICATE = re.compile(
    r"duplicat|already (?:has|have|been|holds?|exists?|issued|earned|taken)|has already", re.IGNORECASE
)
_TEMPLATE = re.compile(r"badge[ _]template|\barchived\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Badge:
    """An issued badge, as a listing tells it. *evidence*: the addresses that it bears; None where they are left out."""

    id: str
    state: str
    template: str
    issued_on: str  # a day
    picture: str
    page: str  # where it is shown once it was accepted
    accept: str  # where the earner, and nobody else, takes it while it waits
    replaced: bool
    evidence: tuple[str, ...] | None

    @property
    def acceptance(self) -> Acceptance | None:
        return STATES.get(self.state)

    @property
    def link(self) -> str:
        """Where anybody may see it: nowhere before the earner took it."""
        return web_link(self.page) if self.acceptance is Acceptance.ACCEPTED else ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    records: tuple[object, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why Credly refused something: its own *words* on one line, without addresses, and the *fields* they name."""

    words: str
    fields: tuple[str, ...]
    duplicate: bool
    template: bool

    @property
    def closes(self) -> bool:
        """True for a template that issues to nobody; where a field is named too, another award may well be taken."""
        return self.template and not self.fields

    @property
    def quoted(self) -> str:
        return f"“{self.words}”" if self.words else "nothing more"


def page(body: bytes) -> Page | None:
    """Return the page of a listing in *body*; None where there is none."""
    found = json_object(body)
    data = found.get("data") if found else None
    if found is None or not isinstance(data, list):
        return None
    told = members(found.get("metadata"))
    number, pages = told.get("current_page"), told.get("total_pages")
    more = number < pages if isinstance(number, int) and isinstance(pages, int) else bool(told.get("next_page_url"))
    return Page(tuple(data), more and bool(data))


def issued(body: bytes) -> Badge | None:
    """Return the one badge in *body*; None where there is none."""
    return badge((json_object(body) or {}).get("data"))


def badge(record: object) -> Badge | None:
    """Return the issued badge that *record* tells of; None if it tells of none."""
    told = members(record)
    if not text(told.get("id")):
        return None
    evidence = told.get("evidence")
    return Badge(
        id=text(told["id"]),
        state=text(told.get("state")),
        template=text(members(told.get("badge_template")).get("id")),
        issued_on=text(told.get("issued_at"))[:10],
        picture=text(told.get("image_url")) or text(members(told.get("image")).get("url")),
        page=text(told.get("badge_url")),
        accept=text(told.get("accept_badge_url")),
        replaced=bool(told.get("replacement_badge_id")),
        evidence=tuple(text(members(item).get("value")) for item in evidence) if isinstance(evidence, list) else None,
    )


def template(record: object) -> Listed | None:
    """Return the badge template that *record* tells of; None if it tells of none."""
    told = members(record)
    if not text(told.get("id")):
        return None
    state = text(told.get("state"))
    return Listed(text(told["id"]), one_line(text(told.get("name"))), state not in ("active", ""), state == "draft")


def complaint(body: bytes) -> Complaint:
    """Return what the refusal in *body* says; empty words where it says nothing that can be read."""
    told = tuple(dict.fromkeys(complaints(json_object(body) or {})))
    words = discreet("; ".join(dict.fromkeys(words for _, words in told if words)))
    everything = " ".join(f"{field} {words}" for field, words in told).lower()
    named = tuple(
        plain for field, plain in FIELDS.items() if field in everything or field.replace("_", " ") in everything
    )
    duplicate = bool(_DUPLICATE.search(everything))
    return Complaint(words, named, duplicate, not duplicate and bool(_TEMPLATE.search(everything)))


def complaints(told: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield each complaint as (field or "", words), in whichever of the known shapes."""
    for holder in (members(told.get("data")), told):
        yield from (("", words) for words in sentences(holder.get("message")) or sentences(holder.get("error")))
        errors = holder.get("errors")
        if isinstance(errors, Mapping):
            yield from ((str(field), words) for field, value in errors.items() for words in sentences(value) or [""])
        for error in errors if isinstance(errors, list) else ():
            told_of = members(error)
            field = text(told_of.get("attribute")) or text(told_of.get("field"))
            said = sentences(told_of.get("messages")) or sentences(told_of.get("message")) or sentences(error)
            yield from ((field, words) for words in said or [""])


def sentences(value: object) -> list[str]:
    """Return the texts in *value*, a text or a list of texts."""
    return [text(item) for item in (value if isinstance(value, list) else [value]) if text(item)]


def members(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
