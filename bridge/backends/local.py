"""The embedded issuer: signs, bakes and lays the files of an award into the site's folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.errors import Refused
from bridge.model import Achievement, Credential, Order
from bridge.openbadges import baking, documents
from bridge.openbadges.errors import BadArtwork, OpenBadgesError
from bridge.openbadges.keys import SigningKey
from bridge.site import places
from bridge.site.award import award_files, award_mark, revoked_files
from bridge.site.files import SiteFiles
from bridge.site.pages import PLAIN, Look, mark


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Issues by writing files. *artwork* returns the picture with a given sha256; *retired* are keys of older orders.

    Why a badge was withdrawn are a coach's words, so they become public only with *publish_reasons*.

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

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        if (order.achievement, order.version) != (achievement.key, achievement.version):
            raise Refused(
                f"The order for {order.attempt_id} is about another version of the badge. Please report this."
            )
        try:
            files = award_files(
                order, achievement, self.issuer, self.key_of(order), self.artwork(achievement.artwork), self.look
            )
        except OpenBadgesError as error:
            raise Refused(f"The badge {achievement.name!r} can't be made for {order.attempt_id}. {error}") from error
        for name, data in files.named(order.award):
            self.files.write(name, data)
        return self.credential(order)

    def find(self, order: Order) -> Credential | None:
        """Return the credential if all its files are there, whole, and bear this award's id."""
        return self.credential(order) if all(self.marks(order.award)) else None

    def marks(self, award: str) -> list[bool]:
        """Say of badge, credential, assertion and page whether it is there, whole, and this award's."""
        urn, assertion = f"urn:uuid:{award}", f"{self.issuer.url}/{places.assertion(award)}"
        page = self.files.read(places.page(award)) or b""
        return [
            self.baked_id(award) == urn,
            parsed(self.files.read(places.credential(award))).get("id") == urn,
            parsed(self.files.read(places.assertion(award))).get("id") == assertion,
            award_mark(page) in (mark(award, False), mark(award, True)),
        ]

    def baked_id(self, award: str) -> object:
        """Return the id of the credential that is baked into the badge on disk; None without a whole badge."""
        try:
            baked = baking.unbake(self.files.read(places.badge(award)) or b"")
        except BadArtwork:
            return None
        return parsed((baked.credential or "").encode()).get("id")

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        """Let assertion and page say that the badge was withdrawn; the site's next refresh sets its status bit."""
        document = parsed(self.files.read(places.credential(credential.award)))
        if credential.award != order.award or document.get("id") != f"urn:uuid:{order.award}":
            raise Refused(
                f"The files of the badge of {order.attempt_id} are not in {self.files.folder}, so it can't be marked "
                f"as withdrawn there. Put the site's folder back from a backup."
            )
        achievement = told_achievement(order, document)
        told = reason if self.publish_reasons else ""
        for name, data in revoked_files(order, achievement, self.issuer, self.look, told, at):
            self.files.write(name, data)

    def badge(self, credential: Credential) -> bytes:
        data = self.files.read(places.badge(credential.award))
        if data is None:
            raise Refused(
                f"The picture of the badge of {credential.attempt_id} is not in {self.files.folder}. "
                f"Put the site's folder back from a backup."
            )
        return data

    def key_of(self, order: Order) -> SigningKey:
        """Return the key that the order was made for."""
        for key in (self.key, *self.retired):
            if key.key_id == order.key_id:
                return key
        raise Refused(
            f"The order for {order.attempt_id} was made for the signing key {order.key_id}, which is not here. "
            f"Put its key file back."
        )

    def credential(self, order: Order) -> Credential:
        return Credential(
            award=order.award,
            attempt_id=order.attempt_id,
            url=f"{self.issuer.url}/{places.page(order.award)}",
            image=f"{self.issuer.url}/{places.badge(order.award)}",
            backend=order.backend,
            backend_ref=f"urn:uuid:{order.award}",
            issued_at=order.issued_on,
        )


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
        artwork="",
        hours=subject.get("creditsEarned"),
    )
