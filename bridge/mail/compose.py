"""What each mail says: an effect and what is known become a message. Pure.

Every mail is made of two templates, `NAME.txt.j2` (its first line is the subject) and `NAME.html.j2`, NAME being the
kind of the effect without "tell-". They are filled with the facts listed in `common` and in the kind's own function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import css_inline
from PIL import Image

from bridge import wording
from bridge.mail.levels import levels
from bridge.mail.prefill import prefilled
from bridge.mail.voice import Voice, render, subject_and_text
from bridge.model import (
    LOCAL,
    Achievement,
    Attempt,
    Credential,
    Decision,
    Effect,
    Evidence,
    EvidenceKind,
    FileAccess,
    Kind,
    Known,
    Order,
    Request,
    State,
    Verdict,
)
from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures.picture import is_drawing, media_type, unbake
from bridge.plan.attempts import most_of, number_of, words_of
from bridge.plan.due import due_of
from bridge.ports import Message

#: How the picture inside the HTML of a mail is called (RFC 2392).
PICTURE = "badge@badge-bridge"

#: A badge of more bytes than this is shown by a likeness of so many pixels, twice as wide as on the screen.
LARGE, SHOWN = 600_000, 432

_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_ADDRESS = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[^\s@<>\"',;:()]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """What one mail is about."""

    effect: Effect
    known: Known
    voice: Voice
    badge: bytes | None

    @property
    def attempt(self) -> Attempt:
        return self.known.attempts[self.effect.attempt_id]

    @property
    def request(self) -> Request:
        return self.known.requests[self.attempt.request]

    @property
    def achievement(self) -> Achievement | None:
        return self.known.achievement_of(self.attempt.id)

    @property
    def badge_name(self) -> str:
        achievement = self.achievement
        return wording.one_line(achievement.name if achievement else self.attempt.submission.label)

    @property
    def is_drawing(self) -> bool:
        """Whether the badge is an SVG: told by its bytes, or by its address where they are not at hand."""
        credential = self.known.credentials.get(self.attempt.id)
        if self.badge is None:
            return credential is not None and credential.image.endswith(".svg")
        return is_drawing(self.badge)

    def decision(self, *verdicts: Verdict) -> Decision | None:
        """Return the decision that the effect names by its number, else the last one with one of *verdicts*."""
        number = self.effect.subject.partition("/")[2]
        decisions = self.known.decisions.get(self.attempt.id, ())
        fitting = [d for d in decisions if (str(d.n) == number if number else d.verdict in verdicts)]
        return fitting[-1] if fitting else None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A piece of evidence that the coach can't open. *link* is "" unless it may be shown as a link."""

    name: str
    link: str
    why: str  # "missing", "trashed" or "odd"


def compose(effect: Effect, known: Known, voice: Voice, badge: bytes | None = None) -> Message:
    """Return the mail that *effect*, one of the kinds that tell, stands for.

    *badge* is the baked picture, for the mail about an issued badge. Raises Refused when a district's own wording
    can't be used, and ValueError for an effect that is no mail.
    """
    if effect.kind not in FACTS:
        raise ValueError(f"{effect.kind} is not a mail")
    subject = Subject(effect, known, voice, badge)
    facts = {**common(subject), **FACTS[effect.kind](subject)}
    attached = badge if effect.kind in (Kind.TELL_ISSUED, Kind.TELL_REISSUED) else None
    return replace(
        dressed(effect, subject.request.recipient, facts, voice),
        attachments=((picture_name(subject), media_type(attached), attached),) if attached else (),
        inline=((PICTURE, "image/png", preview(attached)),) if attached and not is_drawing(attached) else (),
    )


def dressed(effect: Effect, to: str, facts: Mapping[str, Any], voice: Voice) -> Message:
    """Return the templates of the effect's kind, filled with *facts*, as a mail."""
    name = effect.kind.removeprefix("tell-")
    title, text = subject_and_text(render(f"{name}.txt.j2", facts, voice.wording), f"{name}.txt.j2")
    html = _INLINER.inline(render(f"{name}.html.j2", {**facts, "subject": title}, voice.wording))
    return Message(key=effect.key, to=to, subject=title, text=text, html=html)


def address_in(contact: str) -> str:
    """Return the first e-mail address in *contact*, or ""."""
    found = _ADDRESS.search(contact)
    return found[0] if found else ""


def common(subject: Subject) -> dict[str, Any]:
    """Return the facts that every template may use."""
    voice, attempt = subject.voice, subject.attempt
    number = number_of(subject.known, attempt)
    contact = wording.one_line(voice.contact or voice.sender.reply_to or voice.sender.address)
    return {
        "name": wording.one_line(attempt.submission.name, 80),
        "number": attempt.request,
        "attempt": number,
        "attempt_words": words_of(number, most_of(subject.known, attempt)),
        "badge_name": subject.badge_name,
        "programme": wording.one_line(voice.programme),
        "contact": contact,
        "contact_address": address_in(contact),
        "site": wording.web_link(voice.site_url),
        "form": form_link(subject),
        "share_with": wording.one_line(voice.share_with),
        "language": voice.locale.replace("_", "-"),
    }


def form_link(subject: Subject) -> str:
    """Return where the form is filled in: as Google tells it, else as it is made from the form's id; "" if unknown."""
    form_id = subject.attempt.submission.form_id
    return told_link(subject) or wording.web_link(subject.voice.form_links.get(form_id, ""))


def told_link(subject: Subject) -> str:
    form_id = subject.attempt.submission.form_id
    return wording.web_link(subject.known.facts.get(f"form-link:{form_id}", ""))


def received(subject: Subject) -> dict[str, Any]:
    """Facts: when the decision is due, how much evidence came, which of it can't be opened (`Blocked`), and whether
    the same request had come before.
    """
    submission, voice = subject.attempt.submission, subject.voice
    due = due_of(subject.known, subject.attempt, voice.due_days)
    return {
        "again": subject.attempt.n > 1,
        "due": wording.say_day(due, voice.tz, voice.locale),
        "items": len(submission.evidence),
        "blocked": blocked(submission.evidence, subject.known),
    }


def blocked(evidence: tuple[Evidence, ...], known: Known) -> tuple[Blocked, ...]:
    """Return the evidence that is known not to open; of what is not known, nothing is said."""
    reasons = {FileAccess.MISSING: "missing", FileAccess.TRASHED: "trashed"}
    found = []
    for item in evidence:
        facts = known.files.get(item.file_id)
        why = "odd" if item.kind is EvidenceKind.ODD else reasons.get(facts.access, "") if facts else ""
        if why:
            name = item.name or (facts.name if facts else "") or item.url or f"item {item.item}"
            found.append(Blocked(wording.one_line(name, 90), wording.web_link(item.url), why))
    return tuple(found)


def duplicate(subject: Subject) -> dict[str, Any]:
    """Facts: the number of the earlier request, and the page of its badge if it has been issued."""
    earlier = subject.request.duplicate_of
    credentials = [c for c in subject.known.credentials.values() if str(earlier) == c.attempt_id.partition("-")[0]]
    pages = [wording.web_link(c.url) for c in credentials if c.revoked_at is None]
    return {"earlier": earlier or "", "page": pages[-1] if pages else ""}


def late_edit(subject: Subject) -> dict[str, Any]:
    """Facts: the page of the badge, if it has been issued."""
    credential = subject.known.credentials.get(subject.attempt.id)
    return {"page": wording.web_link(credential.url) if credential else ""}


def issued(subject: Subject) -> dict[str, Any]:
    """Facts: the badge's page, its picture's address, what the coach said, hours, expiry, the badges that it was given
    for by itself, and the LinkedIn link.

    Hardly any mail program shows an SVG, so a badge that is one is attached, but neither shown nor linked as a picture.
    """
    attempt_id, voice = subject.attempt.id, subject.voice
    shown = not subject.is_drawing
    order, credential = subject.known.orders[attempt_id], subject.known.credentials[attempt_id]
    hours = subject.achievement.hours if subject.achievement else None
    return {
        **words(subject.decision(Verdict.APPROVE)),
        "levels": levels(subject.decision(Verdict.APPROVE)),
        **at_vendor(subject, credential),
        "page": wording.web_link(credential.url),
        "image": wording.web_link(image_of(credential, voice)) if shown else "",
        "picture": f"cid:{PICTURE}" if subject.badge is not None and shown else "",
        "attached": subject.badge is not None,
        "file": picture_name(subject),
        "linkedin": linkedin_link(order, credential, subject.badge_name, voice),
        "hours": wording.say_hours(hours) if hours else "",
        "parts": parts(subject),
        "expires": wording.say_day(order.expires, voice.tz, voice.locale) if order.expires else "",
    }


def parts(subject: Subject) -> tuple[str, ...]:
    """Return the names of the badges for which this one came by itself; none where it was asked for."""
    given = subject.attempt.submission
    return tuple(wording.one_line(item.name, 90) for item in given.evidence) if given.by_itself else ()


def image_of(credential: Credential, voice: Voice) -> str:
    """Return where the badge's picture is on our own site: a vendor's address goes away with the contract."""
    if credential.backend == LOCAL or not voice.site_url:
        return credential.image
    return f"{voice.site_url}/badges/{credential.award}.png"


def at_vendor(subject: Subject, credential: Credential) -> dict[str, Any]:
    """Facts: whose server made the badge, and where it is there; whether the earner must take it first, by a link that
    is nobody else's; whether the picture holds the badge itself.
    """
    vendor = subject.voice.vendors.get(credential.backend, credential.backend)
    link = credential.accept_url if credential.untaken else credential.vendor_url
    return {
        "vendor": wording.one_line(vendor, 60) if credential.backend != LOCAL else "",
        "vendor_url": wording.web_link(link),
        "untaken": credential.untaken,
        "baked": credential.backend == LOCAL or (subject.badge is not None and holds_a_badge(subject.badge)),
    }


def holds_a_badge(picture: bytes) -> bool:
    try:
        baked = unbake(picture)
    except BadArtwork:
        return False
    return bool(baked.credential or baked.assertion)


def reissued(subject: Subject) -> dict[str, Any]:
    """Facts: those of an issued badge; the coach has said nothing new. Whether the earlier badge is to be withdrawn."""
    withdraw = subject.known.effects.get(f"{Kind.WITHDRAW}:{subject.effect.subject}")
    ends = withdraw is not None and withdraw.state is not State.CANCELLED
    return {**issued(subject), "feedback": "", "reviewer": "", "levels": (), "earlier_ends": ends}


def returned(subject: Subject) -> dict[str, Any]:
    """Facts: the coach's words; which attempt comes next; the link to the form with the last answer in it, whether all
    of that fitted in, and whether there were uploads, which no link can bring back.
    """
    known, attempt = subject.known, subject.attempt
    prefix = f"question:{attempt.submission.form_id}:"
    questions = {key.removeprefix(prefix): value for key, value in known.facts.items() if key.startswith(prefix)}
    option = known.facts.get(f"option:{attempt.submission.form_id}:{subject.request.achievement}", "")
    again = prefilled(told_link(subject), questions, attempt.submission, option)
    number, most = number_of(known, attempt) + 1, most_of(known, attempt)
    return {
        **words(subject.decision(Verdict.RETURN)),
        "levels": levels(subject.decision(Verdict.RETURN)),
        "next_attempt": words_of(number, most),
        "last": number == most,
        "filled_form": again.link,
        "whole": again.whole,
        "uploads": any(item.kind is EvidenceKind.UPLOAD for item in attempt.submission.evidence),
    }


def declined(subject: Subject) -> dict[str, Any]:
    """Facts: the coach's words."""
    return words(subject.decision(Verdict.DECLINE))


def revoked(subject: Subject) -> dict[str, Any]:
    """Facts: the reason and the badge's page."""
    credential = subject.known.credentials.get(subject.attempt.id)
    facts = words(subject.decision(Verdict.REVOKE))
    why = credential.revoked_why if credential else ""
    page = wording.web_link(credential.url) if credential else ""
    return {**facts, "feedback": why or facts["feedback"], "page": page}


def words(decision: Decision | None) -> dict[str, str]:
    """Return what the coach said, and the coach's name ("" where there is only an address or nothing)."""
    reviewer = wording.one_line(decision.reviewer, 80) if decision else ""
    return {"feedback": decision.feedback if decision else "", "reviewer": "" if "@" in reviewer else reviewer}


#: One line per kind of mail.
FACTS: Mapping[Kind, Callable[[Subject], dict[str, Any]]] = {
    Kind.TELL_RECEIVED: received,
    Kind.TELL_DUPLICATE: duplicate,
    Kind.TELL_LATE_EDIT: late_edit,
    Kind.TELL_ISSUED: issued,
    Kind.TELL_RETURNED: returned,
    Kind.TELL_DECLINED: declined,
    Kind.TELL_REVOKED: revoked,
    Kind.TELL_REISSUED: reissued,
}


def picture_name(subject: Subject) -> str:
    """Return the attachment's file name: small ASCII letters, digits and hyphens. One that moved is -2, -3, …"""
    slug = re.sub(r"[^a-z0-9]+", "-", subject.request.achievement.lower()).strip("-")[:60]
    suffix = "svg" if subject.is_drawing else "png"
    moves = int(subject.effect.subject.partition("/")[2]) if subject.effect.kind is Kind.TELL_REISSUED else 0
    name = f"{slug}-badge" if slug else "badge"
    return f"{name}-{moves + 1}.{suffix}" if moves else f"{name}.{suffix}"


def preview(badge: bytes) -> bytes:
    """Return the picture to be shown in the mail: the badge itself, or a smaller likeness of one that is large.

    The badge travels twice in a mail, and Gmail takes 35 MB in all.
    """
    if len(badge) <= LARGE:
        return badge
    out = BytesIO()
    with Image.open(BytesIO(badge), formats=["PNG"]) as picture:
        picture.thumbnail((SHOWN, SHOWN))
        picture.save(out, "PNG")
    return out.getvalue()


def linkedin_link(order: Order, credential: Credential, name: str, voice: Voice) -> str:
    """Return the address that opens "Add licence or certification" in the reader's LinkedIn profile, filled in.

    Every value is encoded, empty ones are left out, and the organisation is named by its number where it is known.
    """
    issued_on = order.issued_on.astimezone(ZoneInfo(voice.tz))
    expires = order.expires.astimezone(ZoneInfo(voice.tz)) if order.expires else None
    organisation = ("organizationId", voice.linkedin_id.strip())
    if not organisation[1]:
        organisation = ("organizationName", wording.one_line(voice.linkedin_name or voice.programme))
    values = (
        ("startTask", "CERTIFICATION_NAME"),
        ("name", name),
        organisation,
        ("issueYear", str(issued_on.year)),
        ("issueMonth", str(issued_on.month)),
        ("expirationYear", str(expires.year) if expires else ""),
        ("expirationMonth", str(expires.month) if expires else ""),
        ("certUrl", wording.web_link(credential.url)),
        ("certId", order.award),
    )
    return "https://www.linkedin.com/profile/add?" + urlencode([(key, value) for key, value in values if value])
