"""What a digest says: how many requests wait for whom, and which. Pure.

Made of `digest.txt.j2` and `digest.html.j2`, as all mails are of theirs. No teacher is named: the sheet does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridge import wording
from bridge.mail.compose import address_in, dressed
from bridge.mail.voice import Voice
from bridge.model import Digest, Effect, Waiting
from bridge.ports import Message

#: So many requests are listed; the sheet has them all.
MOST = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One request in the list."""

    id: str
    badge: str
    days: int
    due: str
    late: int
    held: bool
    asked: str


def compose_digest(effect: Effect, digest: Digest, voice: Voice) -> Message:
    """Return the mail. Raises Refused when a district's own wording can't be used."""
    return dressed(effect, digest.to, facts_of(digest, voice), voice)


def facts_of(digest: Digest, voice: Voice) -> dict[str, Any]:
    """Facts: what waits for the reader (`waiting`, of which `more` are not listed), and what is late with others."""
    contact = wording.one_line(voice.contact or voice.sender.reply_to or voice.sender.address)
    address = address_in(contact)
    own = address.lower() == digest.to  # nobody is told to ask herself
    return {
        "count": len(digest.waiting),
        "late_count": sum(row.late > 0 for row in digest.waiting),
        "waiting": lines(digest.waiting, voice),
        "more": max(0, len(digest.waiting) - MOST),
        "others_count": len(digest.late),
        "others": lines(digest.late, voice),
        "others_more": max(0, len(digest.late) - MOST),
        "sheet": wording.web_link(voice.tab_links.get(digest.to, voice.sheet_link)),
        "programme": wording.one_line(voice.programme),
        "contact": "" if own else contact,
        "contact_address": "" if own else address,
        "language": voice.locale.replace("_", "-"),
    }


def lines(rows: Sequence[Waiting], voice: Voice) -> list[Line]:
    return [
        Line(
            id=row.attempt_id,
            badge=wording.one_line(row.badge, 80),
            days=row.days,
            due=wording.say_day(row.due, voice.tz, voice.locale),
            late=row.late,
            held=row.held,
            asked=wording.one_line(", ".join(row.asked), 200),
        )
        for row in rows[:MOST]
    ]
