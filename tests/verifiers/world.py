"""Districts whose badges are judged: real issuers and real sites, made by the code that runs in production."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from PIL import Image

from bridge.backends.local import LocalIssuer
from bridge.model import Achievement, Alignment, Evidence, EvidenceKind, Known, Order
from bridge.openbadges.addresses import web_address
from bridge.openbadges.documents import Issuer
from bridge.openbadges.pictures import picture
from bridge.openbadges.signing.keys import JwtKey, SigningKey, multibase, new_key
from bridge.site import SiteFiles, StaticSite, places

from .panel import Site, standards

#: Judges look at the real clock, so what has expired has done so long ago, and what has not will not for long.
ISSUED = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
PAST, FAR = datetime(2024, 6, 1, tzinfo=UTC), datetime(2124, 3, 1, tzinfo=UTC)
TEACHER = "maria.gomez@district.example"
SECOND_LIST = 131_072 + 7

EVIDENCE = (
    Evidence(1, EvidenceKind.DRIVE, "https://docs.google.com/document/d/1abcDEFghij/edit", "f1", name="Lesson plan"),
    Evidence(2, EvidenceKind.WEB, "https://class.example/blog?week=3&room=2", note="What we tried"),
    Evidence(3, EvidenceKind.WEB, "https://class.example/blog?week=3&room=2", name="The same page once more"),
    Evidence(4, EvidenceKind.ODD, "not a link", name="A paper portfolio"),
)


def png() -> bytes:
    """A small PNG without a badge in it."""
    out = BytesIO()
    Image.new("RGBA", (40, 40), (20, 90, 160, 255)).save(out, "PNG")
    return out.getvalue()


ARTWORK = png()
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
PICTURES = {picture.name(data): data for data in (ARTWORK, DRAWING)}

PLAIN = Achievement(
    key="first-aid",
    version="3f2a",
    name="First Aid",
    description="Can help until help comes.",
    criteria="A course of eight hours.",
    artwork=picture.name(ARTWORK),
)
FULL = Achievement(
    key="feedback-that-moves",
    version="77aa",
    name="Feedback that moves learning – “Stufe 2” 🌱",
    description="Gives feedback that students act on within a week.",
    criteria="# What you show\n\n* Three pieces of feedback, **before and after**\n* [a model](https://class.example/m)",
    artwork=picture.name(ARTWORK),
    hours=12.5,
    kind="MicroCredential",
    tags=("feedback", "Unterricht", "評価"),
    alignment=(
        Alignment("Assessment", "https://standards.example/assessment"),
        Alignment("Feedback & growth", "https://standards.example/feedback?level=2"),
    ),
)

DRAWN = replace(FULL, key="drawn", artwork=picture.name(DRAWING))


@dataclass(frozen=True)
class Wish:
    """An award that a district shall make, its token of that algorithm; *revoked*: withdrawn afterwards."""

    name: str
    achievement: Achievement = PLAIN
    changes: tuple[tuple[str, object], ...] = ()
    revoked: bool = False
    algorithm: str = "ES256"


def wish(
    title: str, achievement: Achievement = PLAIN, *, revoked: bool = False, algorithm: str = "ES256", **changes: object
) -> Wish:
    return Wish(title, achievement, tuple(changes.items()), revoked, algorithm)


@dataclass
class District:
    """An issuer, its keys, its folder, and what it knows."""

    url: str
    folder: Path
    key: SigningKey
    retired: tuple[SigningKey, ...]
    known: Known
    leaked: frozenset[str] = frozenset()  # ids of keys that fell into wrong hands

    @property
    def issuer(self) -> Issuer:
        return issuer(self.url)

    def local(self, algorithm: str = "ES256") -> LocalIssuer:
        files, key = SiteFiles(self.folder), jwt_key(self.url, algorithm)
        return LocalIssuer(self.issuer, self.key, files, PICTURES.__getitem__, retired=self.retired, jwt_key=key)

    def static(self) -> StaticSite:
        retired = [key.public for key in self.retired if key.key_id not in self.leaked]
        tokens = [jwt_key(self.url, algorithm).public for algorithm in ("ES256", "RS256")]
        return StaticSite(
            self.folder,
            self.issuer,
            self.key,
            PICTURES.__getitem__,
            retired=retired,
            jwt_keys=tokens,
            leaked=self.leaked,
        )

    def award(self, wanted: Wish) -> None:
        """Issue, and withdraw if that is wished."""
        number = len(self.known.orders) + 1
        made = order(self, number, wanted)
        self.known.versions[wanted.achievement.key, wanted.achievement.version] = wanted.achievement
        self.known.orders[made.attempt_id] = made
        issuing = self.local(wanted.algorithm)
        credential = issuing.issue(made, wanted.achievement)
        self.known.credentials[made.attempt_id] = credential
        self.static().refresh(self.known)
        if wanted.revoked:
            withdrawn_at = made.issued_on + timedelta(days=9)
            issuing.revoke(made, credential, "A mix-up.", withdrawn_at)
            self.known.credentials[made.attempt_id] = replace(credential, revoked_at=withdrawn_at)
            self.static().refresh(self.known)

    def rotate(self) -> None:
        """From now on another key signs; the old one is retired."""
        self.retired, self.key = (*self.retired, self.key), signing_key(self.url)
        self.static().refresh(self.known)

    def strike_off(self) -> None:
        """The key that was retired last turns out to be in wrong hands."""
        self.leaked = self.leaked | {self.retired[-1].key_id}
        self.static().refresh(self.known)

    def order(self, name: str) -> Order:
        return self.known.orders[attempt_id(name)]

    def place(self, name: str, kind: str) -> str:
        """Return where a file of the award *name* lies: "credential", "token", "assertion" or "badge"."""
        made = self.order(name)
        if kind == "badge":
            return places.badge(made.award, places.suffix(self.known.versions[made.achievement, made.version]))
        named = {"credential": places.credential, "token": places.token, "assertion": places.assertion}
        return named[kind](made.award)

    def file(self, name: str, kind: str) -> bytes:
        return (self.folder / self.place(name, kind)).read_bytes()

    def address(self, name: str, kind: str) -> str:
        return f"{web_address(self.url)}/{self.place(name, kind)}"

    def credential(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.file(name, "credential"))
        return document

    def site(self, name: str = "") -> Site:
        """Return all that the world can fetch: the folder as it is now, and what the standards' bodies publish."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        ours = {
            f"{web_address(self.url)}/{path.relative_to(self.folder).as_posix()}": (kind(path), path.read_bytes())
            for path in paths
        }
        return Site(name or self.url, {**standards(), **ours})


def kind(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def issuer(url: str) -> Issuer:
    return Issuer(url, "Lakeview Schools", "badges@lakeview.example", "Badges of our teachers.")


def signing_key(url: str) -> SigningKey:
    private = new_key()
    return SigningKey(f"{issuer(url).did}#{multibase(private.public_key())}", private)


@cache
def jwt_key(url: str, algorithm: str) -> JwtKey:
    """Return the key by which the issuer at *url* signs tokens."""
    key = rsa.generate_private_key(65537, 2048) if algorithm == "RS256" else ec.generate_private_key(ec.SECP256R1())
    return JwtKey(f"{issuer(url).did}#{algorithm.lower()}", key)


def attempt_id(name: str) -> str:
    return f"{name}-1"


def order(district: District, number: int, wanted: Wish) -> Order:
    """Return the order of the *number*-th award of a district; it says the same each time."""
    plain = Order(
        award=str(uuid5(NAMESPACE_URL, f"{district.url}/{wanted.name}")),
        attempt_id=attempt_id(wanted.name),
        achievement=wanted.achievement.key,
        version=wanted.achievement.version,
        recipient=TEACHER,
        salt=f"salt-{number}",
        name="",
        issued_on=ISSUED,
        status_index=number * 1009,
        key_id=district.key.key_id,
    )
    return replace(plain, **dict(wanted.changes))  # type: ignore[arg-type]


def open_district(folder: Path, host: str, wishes: Sequence[Wish]) -> District:
    url = f"https://{host}"
    district = District(url, folder, signing_key(url), (), Known())
    district.folder.mkdir(parents=True)
    for wanted in wishes:
        district.award(wanted)
    return district


#: What a person may tell about an award, all at once.
EVERYTHING = {
    "name": "Maria Gómez",
    "narrative": "I changed the last ten minutes\nof **every** lesson.",
    "evidence": EVIDENCE,
    "expires": FAR,
}
