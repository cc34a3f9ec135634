"""A backend that is gone for good, by a person's word: what stood there counts for nothing any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.errors import NotMade, TryLater
from bridge.model import Achievement, Credential, Order, Uptake

APPROVE_ANEW = (
    "To have it made elsewhere, choose another Backend for it in the tab Badges, empty the Decision cell, and approve "
    "again a cycle later."
)
REISSUE = "To have it made elsewhere, run badge-bridge reissue --from {} --to …"


@dataclass(frozen=True, slots=True)
class Gone:
    """`ports.Backend` that makes nothing and holds nothing."""

    name: str

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        del achievement
        raise NotMade(
            f"The badge of {order.attempt_id} can't be made at {self.name!r}, which is gone for good.",
            APPROVE_ANEW,
            for_coach=True,
            retry=False,
        )

    def find(self, order: Order) -> Credential | None:
        del order
        return None

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        """Nothing is left there that could count."""

    def badge(self, credential: Credential) -> bytes:
        raise TryLater(
            f"The picture of the badge of {credential.attempt_id} was at {self.name!r}, which is gone for good. "
            f"{REISSUE.format(self.name)}"
        )

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        del credentials
        return {}
