"""A public site in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bridge.errors import BridgeError
from bridge.model import Credential, Known


@dataclass(slots=True)
class FakeSite:
    """`ports.Site`: *pages* tells which award pages lie in the folder (award → revoked); publishing makes them public.

    Set *trouble* to have the publish command fail.
    """

    pages: Callable[[], Mapping[str, bool]]
    public: dict[str, bool] = field(default_factory=dict)
    written: tuple[frozenset[tuple[str, str]], frozenset[int]] | None = None
    published: int = 0  # how often
    news: bool = False  # something written was not published yet
    trouble: BridgeError | None = None

    def refresh(self, known: Known) -> bool:
        """Write which versions are public and which status bits are set; True if that is news."""
        now = (
            frozenset((order.achievement, order.version) for order in known.orders.values())
            | frozenset((a.key, a.version) for a in known.achievements.values() if a.active),
            frozenset(known.orders[c.attempt_id].status_index for c in known.credentials.values() if c.revoked_at),
        )
        self.news = self.news or now != self.written
        self.written = now
        return self.news

    def publish(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.published += 1
        self.news = False
        self.public = dict(self.pages())

    def is_public(self, credential: Credential) -> bool:
        return self.public.get(credential.award) == (credential.revoked_at is not None)
