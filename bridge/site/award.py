"""The files of one award: badge, credential, assertion, page, and a VC-JWT where there is a key for it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.model import Achievement, Order
from bridge.openbadges import documents, open_badges_2, open_badges_3
from bridge.openbadges.pictures import picture
from bridge.openbadges.signing import proof
from bridge.openbadges.signing.jose import sign_vc_jwt
from bridge.openbadges.signing.keys import JwtKey, SigningKey
from bridge.site import pages, places
from bridge.site.pages import Extras, Look

_MARK = re.compile(rb'<meta name="badge-bridge" content="([0-9a-f-]{36}) (issued|revoked)">')


@dataclass(frozen=True, slots=True)
class AwardFiles:
    """An award as it is published; *suffix*, "png" or "svg", says what kind of picture the badge is.

    The badge holds credential and assertion as they were when it was issued.
    """

    badge: bytes
    credential: bytes
    assertion: bytes
    page: bytes
    token: bytes | None = None
    suffix: str = "png"

    def named(self, award: str) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of each file; the page comes last, so that it never links to what is not there."""
        yield places.badge(award, self.suffix), self.badge
        yield places.credential(award), self.credential
        yield places.assertion(award), self.assertion
        if self.token is not None:
            yield places.token(award), self.token
        yield places.page(award), self.page


def award_files(
    order: Order,
    achievement: Achievement,
    issuer: documents.Issuer,
    key: SigningKey,
    artwork: bytes,
    look: Look,
    jwt_key: JwtKey | None = None,
) -> AwardFiles:
    """Return the files of a fresh award; the same order and keys give the same bytes.

    Raises openbadges' errors when the artwork, the words or the addresses can't become a badge.
    """
    award = places.award_document(order, achievement, issuer)
    credential = open_badges_3.credential(award, issuer)
    signed = proof.sign(credential, key, order.issued_on)
    hosted = open_badges_2.assertion(award, issuer)
    return AwardFiles(
        badge=picture.bake(artwork, credential=compact(signed), assertion=compact(hosted)),
        credential=pretty(signed),
        assertion=pretty(hosted),
        page=pages.award_page(order, achievement, issuer, look, None, Extras(token=jwt_key is not None)),
        token=sign_vc_jwt(credential, jwt_key).encode() if jwt_key else None,
        suffix=places.suffix(achievement),
    )


def revoked_files(
    order: Order,
    achievement: Achievement,
    issuer: documents.Issuer,
    look: Look,
    reason: str,
    at: datetime,
    *,
    token: bool = False,
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files that say that the award was revoked; *token*: there is a VC-JWT of it."""
    award = places.award_document(order, achievement, issuer)
    yield places.assertion(order.award), pretty(open_badges_2.assertion(award, issuer, revoked=reason))
    yield (
        places.page(order.award),
        pages.award_page(order, achievement, issuer, look, (reason, at), Extras(token=token)),
    )


def award_mark(page: bytes) -> str | None:
    """Return the mark of an award's page (see `pages.mark`), or None for any other page."""
    found = _MARK.search(page)
    return f"{found[1].decode()} {found[2].decode()}" if found and b"</html>" in page[-20:] else None


#: A document as it is baked.
compact = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def pretty(document: Mapping[str, Any]) -> bytes:
    """Return *document* as it is published: for machines, and for people who look."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
