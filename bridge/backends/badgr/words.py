"""An order in a Badgr server's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from bridge import wording
from bridge.backends.marks import as_evidence
from bridge.model import Evidence, Order

LONGEST_RECIPIENT = 768  # characters; a longer one is answered with 500, each time
LONGEST_REASON = 255  # a longer one, too, and the badge's picture is lost by it
LONGEST_NAME = 250

MARK_WORDS = "The page of this award."
NO_REASON = "Withdrawn by the issuer."

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_PICTURE = re.compile(r"!(?=\[)")


def plain(text: str) -> str:
    """Return *text* without the characters beyond U+FFFF, such as emoji, and the gaps that they leave."""
    if not _ASTRAL.search(text):
        return text
    return re.sub(r"(?<=\S)[^\S\n]{2,}(?=\S)", " ", _ASTRAL.sub("", text)).strip()


def is_plain(text: str) -> bool:
    return not _ASTRAL.search(text)


def moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def narrative(text: str, *, plain_text: bool) -> str:
    """Return Markdown that the server takes: it refuses pictures, so one becomes a link."""
    return _PICTURE.sub("! ", plain(text) if plain_text else text)


def reason(text: str) -> str:
    """Return why a badge was withdrawn, as one line that the server can keep; never empty."""
    return wording.one_line(plain(text), LONGEST_REASON) or NO_REASON


def award(order: Order, mark: str, issued_on: datetime, *, plain_text: bool) -> Mapping[str, object]:
    """Return what to send to have *order* made, one of a kind and without a mail; *mark* names it as ours."""
    told = narrative(order.narrative, plain_text=plain_text)
    return {
        "recipient": {"identity": order.recipient.lower(), "type": "email", "hashed": True},
        "issuedOn": moment(issued_on),
        **({"expires": moment(order.expires)} if order.expires else {}),
        **({"narrative": told} if told.strip() else {}),
        "evidence": list(evidence(order.evidence, mark, plain_text=plain_text)),
        "allowDuplicateAwards": False,
        "notify": False,
    }


def evidence(items: Iterable[Evidence], mark: str, *, plain_text: bool) -> Iterable[Mapping[str, str]]:
    """Yield the mark, then what the earner made public."""
    yield {"url": mark, "narrative": MARK_WORDS}
    for item in items:
        name = narrative(wording.one_line(item.name, LONGEST_NAME), plain_text=plain_text)
        url = as_evidence(wording.web_link(item.url))
        told = {"url": _ASTRAL.sub(lambda found: quote(found[0]), url), "narrative": name}
        if kept := {member: text for member, text in told.items() if text}:
            yield kept


def texts(order: Order) -> tuple[str, ...]:
    """Return the texts of *order* that people wrote, as the server would keep them."""
    return (order.narrative, *(item.name for item in order.evidence))
