"""The embedded issuer: signs, bakes and lays the files of an award into the site's folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.backends import check_version, marks
from bridge.errors import Refused
from bridge.model import Achievement, Alignment, Credential, Criterion, Order, Uptake
from bridge.openbadges import documents
from bridge.openbadges.errors import BadArtwork, OpenBadgesError
from bridge.openbadges.pictures import picture
from bridge.openbadges.signing.jose import is_token
from bridge.openbadges.signing.keys import JwtKey, SigningKey
from bridge.plan.guards import MOVING, address_of
from bridge.site import lists, places
from bridge.site.award import award_files, award_mark, revoked_files
from bridge.site.files import SiteFiles
from bridge.site.pages import PLAIN, Look, mark


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Issues by writing files. *artwork* returns the picture of a given name; *retired* are keys of older orders.

    With a *jwt_key*, a VC-JWT lies beside each fresh badge. Why a badge was withdrawn are a coach's words, so they
    become public only with *publish_reasons*.

    The same order always gives the same bytes, and `find` sees what lies there, so an interrupted issue() may simply
    be done again.
    """

    issuer: documents.Issuer
    key: SigningKey
    files: SiteFiles
    artwork: Callable[[str], bytes]
    look: Look = PLAIN
    retired: Sequence[SigningKey] = ()
    publish_reasons: bool = False
    jwt_key: JwtKey | None = None
    leaked: frozenset[str] = frozenset()

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        check_version(order, achievement)
        try:
            artwork, key = self.artwork(achievement.artwork), self.key_of(order)
            files = award_files(order, achievement, self.issuer, key, artwork, self.look, self.jwt_key)
        except OpenBadgesError as error:
            raise Refused(f"The badge {achievement.name!r} can't be made for {order.attempt_id}. {error}") from error
        for name, data in files.named(order.award):
            self.files.write(name, data)
        return self.credential(order, places.badge(order.award, places.suffix(achievement)))

    def find(self, order: Order) -> Credential | None:
        """Return the credential if all its files are there, whole, and bear this award's id and status entry."""
        name, badge = self.badge_file(order.award)
        there = lists.entry(self.files.read(places.credential(order.award)), self.issuer)
        marks = [*self.marks(order.award, badge), not self.is_ours(order) or there == order.status_index]
        return self.credential(order, name) if all(marks) else None

    def marks(self, award: str, badge: bytes) -> list[bool]:
        """Say of *badge*, credential, assertion, page and what the page offers whether it is there and this award's."""
        urn, assertion = f"urn:uuid:{award}", f"{self.issuer.url}/{places.assertion(award)}"
        page = self.files.read(places.page(award)) or b""
        return [
            baked_id(badge) == urn,
            parsed(self.files.read(places.credential(award))).get("id") == urn,
            parsed(self.files.read(places.assertion(award))).get("id") == assertion,
            award_mark(page) in (mark(award, False), mark(award, True)),
            self.has_token(award) or places.token(award).encode() not in page,
        ]

    def has_token(self, award: str) -> bool:
        """Return whether a VC-JWT lies beside the badge: there is none where no key for it was set at that time."""
        return is_token((self.files.read(places.token(award)) or b"").decode(errors="replace"))

    def badge_file(self, award: str) -> tuple[str, bytes]:
        """Return name and content of the badge, PNG or SVG, that lies there; b"" where there is none.

        Where both do, since an order was changed after its badge had been written, the assertion names the later one.
        """
        told = str(parsed(self.files.read(places.assertion(award))).get("image"))
        names = sorted((places.badge(award), places.badge(award, "svg")), key=lambda name: not told.endswith(name))
        found = ((name, self.files.read(name)) for name in names)
        return next(((name, data) for name, data in found if data), (names[0], b""))

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        """Let assertion and page say that the badge was withdrawn; the site's next refresh sets its status bit."""
        if not self.is_ours(order):
            raise Refused(
                f"The badge of {order.attempt_id} bears the address {address_of(order.key_id)}, and this bridge now "
                f"writes {self.issuer.url}. To withdraw it, run one cycle with the settings of that address: see "
                f"“{MOVING}” in docs/operating.md."
            )
        document = parsed(self.files.read(places.credential(credential.award)))
        if credential.award != order.award or document.get("id") != f"urn:uuid:{order.award}":
            raise Refused(
                f"The files of the badge of {order.attempt_id} are not in {self.files.folder}, so it can't be marked "
                f"as withdrawn there. Put the site's folder back from a backup."
            )
        achievement = told_achievement(order, document)
        told = marks.public_reason(reason, publish=self.publish_reasons)
        token = self.has_token(order.award)
        for name, data in revoked_files(order, achievement, self.issuer, self.look, told, at, token=token):
            self.files.write(name, data)

    def badge(self, credential: Credential) -> bytes:
        _, data = self.badge_file(credential.award)
        if not data:
            raise Refused(
                f"The picture of the badge of {credential.attempt_id} is not in {self.files.folder}. "
                f"Put the site's folder back from a backup."
            )
        return data

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        """Nothing: what is signed here needs nobody's acceptance."""
        return {}

    def key_of(self, order: Order) -> SigningKey:
        """Return the key that the order was made for; the present one if that leaked meanwhile."""
        if order.key_id in self.leaked:
            return self.key
        for key in (self.key, *self.retired):
            if key.key_id == order.key_id:
                return key
        if not self.is_ours(order):
            raise Refused(
                f"The order for {order.attempt_id} was made when [issuer] url was {address_of(order.key_id)}. To have "
                f"the badge issued under {self.issuer.url}, empty the Decision cell, and approve again after the next "
                f"cycle.",
                for_coach=True,
                retry=False,
            )
        raise Refused(
            f"The order for {order.attempt_id} was made for the signing key {order.key_id}, which is not here. "
            f"Put its key file back beside the one that signs, under the name that it had."
        )

    def is_ours(self, order: Order) -> bool:
        """Return whether *order* was made under the address that the site has now."""
        return order.key_id.startswith(f"{self.issuer.did}#")

    def credential(self, order: Order, badge: str) -> Credential:
        return Credential(
            award=order.award,
            attempt_id=order.attempt_id,
            url=f"{self.issuer.url}/{places.page(order.award)}",
            image=f"{self.issuer.url}/{badge}",
            backend=order.backend,
            backend_ref=f"urn:uuid:{order.award}",
            issued_at=order.issued_on,
        )


def baked_id(badge: bytes) -> object:
    """Return the id of the credential that is baked into *badge*; None without a whole badge."""
    try:
        baked = picture.unbake(badge)
    except BadArtwork:
        return None
    return parsed((baked.credential or "").encode()).get("id")


def parsed(data: bytes | None) -> Mapping[str, Any]:
    """Return the JSON object in *data*, empty where there is none."""
    try:
        found = json.loads(data or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def told_achievement(order: Order, document: Mapping[str, Any]) -> Achievement:
    """Return the achievement as our own published credential tells it: what was issued, whatever the catalogue says."""
    subject = document["credentialSubject"]
    told = subject["achievement"]
    return Achievement(
        key=order.achievement,
        version=order.version,
        name=told["name"],
        description=told["description"],
        criteria=told["criteria"].get("narrative", ""),
        artwork=told["image"]["id"],  # only its ending matters here
        hours=subject.get("creditsEarned"),
        kind=told.get("achievementType", "Badge"),
        tags=tuple(told.get("tag", ())),
        alignment=tuple(told_alignment(target) for target in told.get("alignment", ())),
        rubric=tuple(told_criterion(described) for described in told.get("resultDescription", ())),
    )


def told_criterion(described: Mapping[str, Any]) -> Criterion:
    levels = {level["id"]: level["name"] for level in described["rubricCriterionLevel"]}
    return Criterion(described["name"], tuple(levels.values()), levels.get(described.get("requiredLevel"), ""))


def told_alignment(target: Mapping[str, str]) -> Alignment:
    return Alignment(
        target["targetName"], target["targetUrl"], target.get("targetCode", ""), target.get("targetFramework", "")
    )
