"""The four files of one award: badge, credential, assertion, page. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.model import Achievement, Order
from bridge.openbadges import baking, documents, proof
from bridge.openbadges.keys import SigningKey
from bridge.site import pages, places
from bridge.site.pages import Look

_MARK = re.compile(rb'<meta name="badge-bridge" content="([0-9a-f-]{36}) (issued|revoked)">')


@dataclass(frozen=True, slots=True)
class AwardFiles:
    """An award as it is published. The badge holds credential and assertion as they were when it was issued."""

    badge: bytes
    credential: bytes
    assertion: bytes
    page: bytes

    def named(self, award: str) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of each file; the page comes last, so that it never links to what is not there."""
        yield places.badge(award), self.badge
        yield places.credential(award), self.credential
        yield places.assertion(award), self.assertion
        yield places.page(award), self.page


def award_files(
    order: Order, achievement: Achievement, issuer: documents.Issuer, key: SigningKey, artwork: bytes, look: Look
) -> AwardFiles:
    """Return the files of a fresh award; the same order gives the same bytes.

    Raises openbadges' errors when the artwork, the words or the addresses can't become a badge.
    """
    award = places.award_document(order, achievement, issuer)
    signed = proof.sign(documents.credential(award, issuer), key, order.issued_on)
    hosted = documents.assertion(award, issuer)
    return AwardFiles(
        badge=baking.bake(artwork, credential=compact(signed), assertion=compact(hosted)),
        credential=pretty(signed),
        assertion=pretty(hosted),
        page=pages.award_page(order, achievement, issuer, look, None),
    )


def revoked_files(
    order: Order, achievement: Achievement, issuer: documents.Issuer, look: Look, reason: str, at: datetime
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files that say that the award was revoked."""
    award = places.award_document(order, achievement, issuer)
    yield places.assertion(order.award), pretty(documents.assertion(award, issuer, revoked=reason))
    yield places.page(order.award), pages.award_page(order, achievement, issuer, look, (reason, at))


def award_mark(page: bytes) -> str | None:
    """Return the mark of an award's page (see `pages.mark`), or None for any other page."""
    found = _MARK.search(page)
    return f"{found[1].decode()} {found[2].decode()}" if found and b"</html>" in page[-20:] else None


def compact(document: Mapping[str, Any]) -> str:
    """Return *document* as it is baked."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def pretty(document: Mapping[str, Any]) -> bytes:
    """Return *document* as it is published: for machines, and for people who look."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
