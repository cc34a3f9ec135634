"""A bridge with an account at the small Credly, as tests need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bridge.backends.credly import Account, Credly
from bridge.model import Credential, Order
from tests.backends.badgr_town import patience
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.quota import FakeQuota
from tests.peers.credly_server import CredlyServer


@dataclass
class Town:
    server: CredlyServer
    clock: FakeClock
    quota: FakeQuota
    template: str  # of the badge that everybody orders

    def credly(self, **changes: object) -> Credly:
        """A bridge of its own, with *changes* in its account."""
        account = Account(
            url=self.server.url,
            organization=self.server.organization,
            badges={story.achievement().key: self.template},
            token=self.server.token,
            timeout=patience(),
        )
        return Credly(replace(account, **changes), story.SITE, self.clock, self.quota)  # type: ignore[arg-type]

    def issue(self, award: str = story.AWARD, **changes: object) -> Credential:
        return self.credly().issue(order(award, **changes), story.achievement())


@contextmanager
def town() -> Iterator[Town]:
    clock = FakeClock(story.NOON)
    with CredlyServer(clock) as server:
        yield Town(server, clock, FakeQuota(), server.template("Feedback that moves learning"))


def order(award: str = story.AWARD, **changes: object) -> Order:
    """An order as a form makes it that asks for both names."""
    names = {"backend": "credly", "given_name": "Maria", "family_name": "Gómez"}
    return replace(story.order(award), **(names | changes))  # type: ignore[arg-type]
