"""A public site in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bridge.errors import BridgeError
from bridge.model import Achievement, Credential, Known, Order


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
    laid: dict[str, bool] = field(default_factory=dict)  # pages that `show` laid: award → revoked
    pictures: dict[str, bytes] = field(default_factory=dict)  # of vendors' badges, by award
    links: dict[str, str] = field(default_factory=dict)  # award → where its page leads at the vendor's
    successors: dict[str, str] = field(default_factory=dict)  # award → page of what took its place
    entries: Callable[[], Mapping[str, int]] = dict  # award → entry in the status lists that its badge bears

    def refresh(self, known: Known) -> bool:
        """Write which versions are public and which status bits are set; True if that is news."""
        now = (
            frozenset((order.achievement, order.version) for order in known.all_orders())
            | frozenset((a.key, a.version) for a in known.achievements.values() if a.active),
            frozenset(o.status_index for o, c in known.all_credentials() if c.revoked_at and not o.at_vendor),
        )
        self.news = self.news or now != self.written
        self.written = now
        return self.news

    def keep_badges(self, known: Known) -> None:
        """Pages in memory are not lost."""

    def forgotten(self, known: Known) -> Collection[int]:
        ordered = {order.award for order in known.all_orders()}
        return {entry for award, entry in self.entries().items() if award not in ordered}

    def show(
        self, order: Order, achievement: Achievement, credential: Credential, picture: Callable[[], bytes]
    ) -> None:
        revoked = credential.revoked_at is not None
        if order.at_vendor and order.award not in self.pictures and not revoked:
            self.pictures[order.award] = picture()
        self.links[order.award] = credential.vendor_url
        self._lay(order.award, revoked, "")

    def supersede(self, order: Order, achievement: Achievement, replaced: Credential, by: Credential) -> None:
        self._lay(order.award, replaced.revoked_at is not None, "" if by.revoked_at else by.url)

    def _lay(self, award: str, revoked: bool, successor: str) -> None:
        self.news |= (self.laid.get(award), self.successors.get(award, "")) != (revoked, successor)
        self.laid[award], self.successors[award] = revoked, successor

    def picture(self, credential: Credential) -> bytes | None:
        return self.pictures.get(credential.award)

    def publish(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.published += 1
        self.news = False
        self.public = {**self.pages(), **self.laid}

    def is_public(self, credential: Credential) -> bool:
        return self.public.get(credential.award) == (credential.revoked_at is not None)
