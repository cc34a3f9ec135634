"""A small issuer with one achievement and one award, and its site as a table of addresses."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from bridge.openbadges import addresses, did, open_badges_2, open_badges_3, status
from bridge.openbadges.documents import (
    Achievement,
    Alignment,
    Award,
    EvidenceItem,
    Issuer,
    Result,
    ResultDescription,
    RubricLevel,
)
from bridge.openbadges.signing.keys import SigningKey
from bridge.openbadges.signing.proof import sign

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


ALIGNMENT = Alignment(
    name="Educator: Learner",
    url="https://standards.example/educators/2.1",
    code="2.1",
    framework="Standards for Educators",
    description="Educators improve their practice by learning from and with others.",
    kind="CFItem",
)
RUBRIC = ResultDescription(
    key="reflection",
    name="Reflection",
    kind="RubricCriterionLevel",
    levels=(
        RubricLevel("begins", "Begins", "Tells what happened.", "1", "2"),
        RubricLevel("masters", "Masters", "Tells what changed, and why.", "2", "4"),
    ),
    required_level="begins",
)
GRADE = ResultDescription("grade", "Grade", "LetterGrade", allowed_values=("C", "B", "A"), required_value="C")
POINTS = ResultDescription("points", "Points", "RawScore", lowest="0", highest="40", required_value="20")
STATUS = ResultDescription("course", "Course", "Status")
FULL_ACHIEVEMENT = replace(
    ACHIEVEMENT,
    tags=("health", "safety", "erste Hilfe", "救急"),
    hours=7.5,
    achievement_type="MicroCredential",
    alignments=(ALIGNMENT, Alignment("Helping", "https://standards.example/helping")),
    result_descriptions=(RUBRIC, GRADE, POINTS, STATUS),
)


def make_award(url: str = URL, **changes: Any) -> Award:
    """Return the sample award of the issuer at *url*, with *changes*."""
    award = Award(
        credential_id="urn:uuid:58172aac-d8ba-51ed-83dd-0b3aef56cc33",
        recipient="ada.lovelace@district.example",
        salt="c0ffee",
        issued_on=ISSUED,
        achievement=ACHIEVEMENT,
        page_url=f"{url}/awards/58172aac/",
        assertion_url=f"{url}/awards/58172aac/assertion.json",
        credential_url=f"{url}/awards/58172aac/credential.json",
        image_url=f"{url}/awards/58172aac/badge.png",
        status_list_url=f"{url}/status/1.json",
        status_index=94_567,
        evidence=(EVIDENCE,),
    )
    return replace(award, **changes)


def full_award(**changes: Any) -> Award:
    """Return an award that says all that an award can say, with *changes*."""
    everything: dict[str, Any] = {
        "achievement": FULL_ACHIEVEMENT,
        "name": "Ada Lovelace",
        "expires": datetime(2028, 1, 15, 23, 59, 59, tzinfo=UTC),
        "evidence": (
            replace(EVIDENCE, description="Two pages."),
            EvidenceItem("Photo", "https://photos.example/1", None, None, "Picture"),
            EvidenceItem("Told in person", narrative="A talk of an hour."),
        ),
        "narrative": "What changed in my *class*.",
        "results": (
            Result("reflection", value="Masters", level="masters"),
            Result("grade", value="A"),
            Result("points", value="38"),
            Result("course", status="Completed"),
        ),
    }
    return make_award(**{**everything, **changes})


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def signed(award: Award) -> dict[str, Any]:
    return sign(open_badges_3.credential(award, ISSUER), KEY, award.issued_on)


def site(award: Award, revoked: Iterable[int] = (), reason: str | None = None) -> dict[str, bytes]:
    """Return all that the issuer publishes, by address."""
    listed = status.credential(award.status_list_url, ISSUER, status.status_list(revoked), ISSUED)
    published = {
        addresses.did_url(ISSUER.did): did.did_document(ISSUER, [KEY.public]),
        ISSUER.profile_url: open_badges_2.issuer_profile(ISSUER),
        award.achievement.badge_class_url: open_badges_2.badge_class(award.achievement, ISSUER),
        award.assertion_url: open_badges_2.assertion(award, ISSUER, reason),
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
