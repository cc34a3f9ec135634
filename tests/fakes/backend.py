"""An issuer in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridge.errors import Refused
from bridge.model import LOCAL, Acceptance, Achievement, Credential, Order, Uptake

URL = "https://badges.example"


@dataclass(slots=True)
class FakeBackend:
    """`ports.Backend`: keeps what was issued, by award. `issued` lists every call that made one, so twice is seen."""

    name: str = "local"
    credentials: dict[str, Credential] = field(default_factory=dict)
    revoked: dict[str, str] = field(default_factory=dict)  # award → reason
    issued: list[str] = field(default_factory=list)  # awards
    entries: dict[str, int] = field(default_factory=dict)  # award → entry in the status lists
    accepted: dict[str, Acceptance] = field(default_factory=dict)  # award → what its earner did with it
    reserved: bool = False  # it shows a badge to nobody before the earner took it

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        if (order.achievement, order.version) != (achievement.key, achievement.version):
            raise Refused(f"The order for {order.attempt_id} is about another version of the badge.")
        self.issued.append(order.award)
        self.entries[order.award] = order.status_index
        self.credentials[order.award] = Credential(
            award=order.award,
            attempt_id=order.attempt_id,
            url=f"{URL}/awards/{order.award}.html",
            image=f"{URL}/badges/{order.award}.png",
            backend=self.name,
            backend_ref=f"urn:uuid:{order.award}",
            issued_at=order.issued_on,
            vendor_url="" if self.reserved else self._shown_at(order.award),
            acceptance=Acceptance.WAITING if self.reserved else None,
            accept_url=f"{self._shown_at(order.award)}/accept" if self.reserved else "",
        )
        return self.credentials[order.award]

    def find(self, order: Order) -> Credential | None:
        return self.credentials.get(order.award)

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        del at
        if order.award != credential.award or credential.award not in self.credentials:
            raise Refused(f"There is no badge of {order.attempt_id} to withdraw.")
        self.revoked.setdefault(credential.award, reason)

    def badge(self, credential: Credential) -> bytes:
        if credential.award not in self.credentials:
            raise Refused(f"There is no badge of {credential.attempt_id}.")
        return f"\x89PNG badge of {credential.award}".encode("latin-1")

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        said = {c.award: self.accepted[c.award] for c in credentials if c.award in self.accepted}
        shown = Acceptance.ACCEPTED if self.reserved else None
        return {award: Uptake(one, self._shown_at(award) if one is shown else "") for award, one in said.items()}

    def _shown_at(self, award: str) -> str:
        return "" if self.name == LOCAL else f"https://{self.name}.example/{award}"

    def pages(self) -> dict[str, bool]:
        """Award → whether its page says that it was revoked."""
        return {award: award in self.revoked for award in self.credentials}
