"""Which file of the site says what, and under which address. Pure."""

from __future__ import annotations

import re
from hashlib import sha256
from uuid import UUID

from bridge import wording
from bridge.errors import Refused
from bridge.model import Achievement, Evidence, Order
from bridge.openbadges import documents

INDEX = "index.html"
STYLE = "style.css"
ISSUER = "issuer.json"
STATUS = "status/1.json"


def checked(award: str) -> str:
    """Return *award*, which names files, if it is a UUID as RFC 4122 writes it; raise Refused if not."""
    try:
        if str(UUID(award)) == award:
            return award
    except ValueError:
        pass
    raise Refused(f"{award[:100]!r} is no name of an award. The ledger may be damaged: run badge-bridge doctor")


def page(award: str) -> str:
    return f"awards/{checked(award)}.html"


def credential(award: str) -> str:
    return f"credentials/{checked(award)}.json"


def assertion(award: str) -> str:
    return f"assertions/{checked(award)}.json"


def badge(award: str) -> str:
    return f"badges/{checked(award)}.png"


def achievement(achievement: Achievement, kind: str) -> str:
    """Return the file of one version of an achievement; *kind* is "html", "json" (BadgeClass) or "png" (artwork)."""
    return f"achievements/{segment(achievement.key)}/{segment(achievement.version)}.{kind}"


def segment(word: str) -> str:
    """Return *word* as one step of a path; what could mislead there is replaced, and a hash keeps it apart."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", word):
        return word
    slug = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:40]
    return f"{slug or 'x'}-{sha256(word.encode(errors='replace')).hexdigest()[:8]}"


def did_file(issuer: documents.Issuer) -> str:
    """Return the file of the did:web document, seen from the issuer's address (did:web method, 3.2)."""
    below_a_path = issuer.did.count(":") > 2
    return "did.json" if below_a_path else ".well-known/did.json"


def achievement_document(achievement_: Achievement, issuer: documents.Issuer) -> documents.Achievement:
    """Return *achievement_* as the standards tell it, with its addresses on the site."""
    return documents.Achievement(
        id=f"{issuer.url}/{achievement(achievement_, 'html')}",
        badge_class_url=f"{issuer.url}/{achievement(achievement_, 'json')}",
        name=achievement_.name,
        description=achievement_.description,
        criteria=achievement_.criteria,
        image_url=f"{issuer.url}/{achievement(achievement_, 'png')}",
        hours=achievement_.hours,
        version=achievement_.version[:12],
    )


def award_document(order: Order, achievement_: Achievement, issuer: documents.Issuer) -> documents.Award:
    """Return *order* as the standards tell it, with its addresses on the site."""
    return documents.Award(
        credential_id=f"urn:uuid:{checked(order.award)}",
        recipient=order.recipient,
        salt=order.salt,
        issued_on=order.issued_on,
        achievement=achievement_document(achievement_, issuer),
        page_url=f"{issuer.url}/{page(order.award)}",
        assertion_url=f"{issuer.url}/{assertion(order.award)}",
        credential_url=f"{issuer.url}/{credential(order.award)}",
        image_url=f"{issuer.url}/{badge(order.award)}",
        status_list_url=f"{issuer.url}/{STATUS}",
        status_index=order.status_index,
        name=order.name or None,
        expires=order.expires,
        evidence=tuple(evidence_item(item) for item in order.evidence),
        narrative=order.narrative or None,
    )


def evidence_item(item: Evidence) -> documents.EvidenceItem:
    """Return a piece of public evidence; only a web address becomes one."""
    return documents.EvidenceItem(
        name=wording.one_line(item.name) or None,
        url=wording.web_link(item.url) or None,
        description=wording.one_line(item.note, 500) or None,
    )
