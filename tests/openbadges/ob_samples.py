"""A small issuer with one achievement and one award, and its site as a table of addresses."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from bridge.openbadges import documents, status
from bridge.openbadges.documents import Achievement, Award, EvidenceItem, Issuer
from bridge.openbadges.keys import SigningKey
from bridge.openbadges.proof import sign

URL = "https://badges.district.example/staff"
ISSUED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)

ISSUER = Issuer(URL, "Riverside School District", "badges@district.example", "Professional learning", f"{URL}/logo.png")
KEY = SigningKey(f"{ISSUER.did}#key-1", Ed25519PrivateKey.from_private_bytes(bytes(range(32))), ISSUED)
ACHIEVEMENT = Achievement(
    id=f"{URL}/achievements/first-aid-3f2a.html",
    badge_class_url=f"{URL}/achievements/first-aid-3f2a.json",
    name="First Aid",
    description="Can help until help comes.",
    criteria="## What it takes\n\n* a course of 8 hours\n* a reflection",
    image_url=f"{URL}/achievements/first-aid-3f2a.png",
    tags=("health", "safety"),
    hours=8.0,
    version="3f2a",
)
EVIDENCE = EvidenceItem("Course report", "https://drive.google.com/file/d/1AbC/view", None, "What I did.", "Document")


def make_award(**changes: Any) -> Award:
    """Return the sample award with *changes*."""
    award = Award(
        credential_id="urn:uuid:58172aac-d8ba-51ed-83dd-0b3aef56cc33",
        recipient="ada.lovelace@district.example",
        salt="c0ffee",
        issued_on=ISSUED,
        achievement=ACHIEVEMENT,
        page_url=f"{URL}/awards/58172aac/",
        assertion_url=f"{URL}/awards/58172aac/assertion.json",
        credential_url=f"{URL}/awards/58172aac/credential.json",
        image_url=f"{URL}/awards/58172aac/badge.png",
        status_list_url=f"{URL}/status/1.json",
        status_index=94_567,
        evidence=(EVIDENCE,),
    )
    return replace(award, **changes)


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def signed(award: Award) -> dict[str, Any]:
    return sign(documents.credential(award, ISSUER), KEY, award.issued_on)


def site(award: Award, revoked: Iterable[int] = (), reason: str | None = None) -> dict[str, bytes]:
    """Return all that the issuer publishes, by address."""
    listed = status.credential(award.status_list_url, ISSUER, status.status_list(revoked), ISSUED)
    published = {
        documents.did_url(ISSUER.did): documents.did_document(ISSUER, [KEY.public]),
        ISSUER.profile_url: documents.issuer_profile(ISSUER),
        award.achievement.badge_class_url: documents.badge_class(award.achievement, ISSUER),
        award.assertion_url: documents.assertion(award, ISSUER, reason),
        award.status_list_url: sign(listed, KEY, ISSUED),
    }
    return {address: as_json(document).encode() for address, document in published.items()}


def fetcher(published: dict[str, bytes]) -> Callable[[str], bytes | None]:
    return published.get


def artwork(size: int = 400, **options: Any) -> bytes:
    """Return a PNG, *size* pixels wide and high."""
    picture = io.BytesIO()
    Image.new("RGBA", (size, size), (20, 90, 160, 255)).save(picture, "PNG", **options)
    return picture.getvalue()
