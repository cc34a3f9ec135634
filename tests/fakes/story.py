"""One request that went its way, as the ledger knows it: the material of mails, badges and pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageDraw

from bridge.model import (
    Achievement,
    Attempt,
    Credential,
    Decision,
    Evidence,
    EvidenceKind,
    FileAccess,
    FileFacts,
    Known,
    Order,
    Request,
    Submission,
    Verdict,
)
from bridge.openbadges import documents
from bridge.openbadges.signing import keys

NOON = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
TEACHER = "maria@lakeview.example"
AWARD = "6f9619ff-8b86-5011-b42d-00cf4fc964ff"
OTHER_AWARD = "7f9619ff-8b86-5011-b42d-00cf4fc964ff"
SITE = "https://badges.lakeview.example"
PAGE = f"{SITE}/awards/{AWARD}.html"

EVIDENCE = (
    Evidence(1, EvidenceKind.DRIVE, "https://docs.google.com/document/d/1abcDEFghij/edit", "f1", name="Lesson plan"),
    Evidence(2, EvidenceKind.UPLOAD, "https://drive.google.com/open?id=2", "f2"),
    Evidence(3, EvidenceKind.WEB, "https://class.example/blog"),
)


@cache
def artwork() -> bytes:
    """A small picture that can carry a badge."""
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, 390, 390), fill="#d9982f", outline="#6b4406", width=12)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@cache
def signing_key(number: int = 1) -> keys.SigningKey:
    return keys.SigningKey(f"{issuer().did}#key-{number}", keys.new_key())


@cache
def issuer(url: str = SITE) -> documents.Issuer:
    return documents.Issuer(url, "Lakeview Schools", "badges@lakeview.example", "Badges of our teachers.")


def achievement(version: str = "v1") -> Achievement:
    return Achievement(
        key="feedback-that-moves",
        version=version,
        name="Feedback that moves learning",
        description="Gives feedback that students act on within a week.",
        criteria="# What you show\n\n* Three pieces of feedback, **before and after**",
        artwork=sha256(artwork()).hexdigest(),
        hours=12,
    )


def submission(name: str = "Maria Gómez") -> Submission:
    return Submission(
        form_id="form",
        response_id="r41",
        stamp="s1",
        submitted_at=NOON,
        recipient=TEACHER,
        verified=True,
        name=name,
        label="Feedback that moves learning",
        evidence=EVIDENCE,
    )


def order(award: str = AWARD) -> Order:
    return Order(
        award=award,
        attempt_id="41-1",
        achievement="feedback-that-moves",
        version="v1",
        recipient=TEACHER,
        salt="salt-41",
        name="Maria Gómez",
        issued_on=NOON,
        status_index=4711,
        key_id=signing_key().key_id,
        expires=NOON + timedelta(days=1096),
        evidence=EVIDENCE[2:],
        narrative="I changed the last ten minutes of every lesson.",
    )


def credential(award: str = AWARD) -> Credential:
    return Credential(
        award=award,
        attempt_id="41-1",
        url=f"{SITE}/awards/{award}.html",
        image=f"{SITE}/badges/{award}.png",
        backend="local",
        backend_ref=f"urn:uuid:{award}",
        issued_at=NOON,
    )


def decision(verdict: Verdict, feedback: str = "", n: int = 1, reviewer: str = "J. Okafor") -> Decision:
    return Decision("41-1", n, 1, verdict, reviewer, feedback, NOON)


def known(*decisions: Decision, name: str = "Maria Gómez", issued: bool = True) -> Known:
    """Request 41, decided as given, its badge issued; 42 is a duplicate of it."""
    memory = Known()
    memory.achievements["feedback-that-moves"] = achievement()
    memory.versions["feedback-that-moves", "v1"] = achievement()
    first = Request(41, TEACHER, "Feedback that moves learning", "feedback-that-moves", NOON)
    memory.requests = {41: first, 42: replace(first, number=42, duplicate_of=41)}
    memory.attempts = {f"{number}-1": Attempt(number, 1, submission(name)) for number in (41, 42)}
    memory.files = {"f1": FileFacts("f1", FileAccess.OPENS), "f2": FileFacts("f2", FileAccess.OPENS)}
    memory.decisions = {"41-1": decisions}
    if issued:
        memory.orders["41-1"] = order()
        memory.credentials["41-1"] = credential()
    return memory
