"""The backends that keep one contract, each with its world around it. A new one is a line in BACKENDS.

With BADGR_URL, BADGR_USERNAME, BADGR_PASSWORD, BADGR_ISSUER and BADGR_BADGE (an issuer and a BadgeClass of it, by their
entity ids) in the environment, a live server keeps it as well. It really awards, to BADGR_RECIPIENT, where {} is filled
in, and revokes in the end. Pictures that lie on another host need BADGR_IMAGES, that host's name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from bridge.backends.badgr import Account, Badgr
from bridge.backends.local import LocalIssuer
from bridge.clock import RealClock
from bridge.errors import Refused
from bridge.model import Credential, Order
from bridge.ports import Backend
from bridge.site import SiteFiles
from tests.backends import badgr_town, credly_town
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.backend import FakeBackend
from tests.fakes.clock import FakeClock
from tests.fakes.quota import FakeQuota
from tests.peers.badgr_server import BadgrServer

LIVE = ("BADGR_URL", "BADGR_USERNAME", "BADGR_PASSWORD", "BADGR_ISSUER", "BADGR_BADGE")


def artwork(digest: str) -> bytes:
    """The ledger's pictures: there is one."""
    assert digest == sha256(story.artwork()).hexdigest()
    return story.artwork()


def local(folder: Path) -> LocalIssuer:
    return LocalIssuer(story.issuer(), story.signing_key(), SiteFiles(folder), artwork)


@dataclass
class Shop:
    """A backend, and orders as it takes them: of two people, for the same badge."""

    backend: Backend
    name: str = "local"
    recipient: str = "teacher{}@lakeview.example"
    names: tuple[str, str] = ("", "")
    orders: dict[str, Order] = field(default_factory=dict)
    made: list[Credential] = field(default_factory=list)

    def order(self, award: str = story.AWARD) -> Order:
        return self.orders.setdefault(
            award,
            replace(
                story.order(award),
                backend=self.name,
                recipient=self.recipient.format(len(self.orders) + 1),
                given_name=self.names[0],
                family_name=self.names[1],
            ),
        )

    def issue(self, award: str = story.AWARD) -> Credential:
        self.made.append(self.backend.issue(self.order(award), story.achievement()))
        return self.made[-1]


@contextmanager
def in_memory(folder: Path) -> Iterator[Shop]:
    del folder
    yield Shop(FakeBackend())


@contextmanager
def embedded(folder: Path) -> Iterator[Shop]:
    yield Shop(local(folder))


@contextmanager
def at_badgr(folder: Path, *, fork: bool = False) -> Iterator[Shop]:
    del folder
    with BadgrServer(FakeClock(story.NOON), fork=fork) as server:
        yield Shop(badgr_town.backend(server), "badgr")


@contextmanager
def at_the_fork(folder: Path) -> Iterator[Shop]:
    with at_badgr(folder, fork=True) as shop:
        yield shop


@contextmanager
def at_credly(folder: Path) -> Iterator[Shop]:
    del folder
    with credly_town.town() as town:
        yield Shop(town.credly(), "credly", names=("Maria", "Gómez"))


@contextmanager
def at_a_live_badgr(folder: Path) -> Iterator[Shop]:
    del folder
    url, username, password, issuer, badge = (os.environ[name] for name in LIVE)
    account = Account(url.rstrip("/"), issuer, {story.achievement().key: badge}, username, password)
    shop = Shop(
        Badgr(account, f"{story.SITE}/{uuid4()}", RealClock(), Tokens(), FakeQuota()),
        "badgr",
        os.environ.get("BADGR_RECIPIENT", "badge-bridge+{}@example.org").replace("{}", f"{uuid4().hex[:8]}-{{}}"),
    )
    try:
        yield shop
    finally:
        for credential in shop.made:
            with suppress(Refused):  # a test may have withdrawn it, and the server may have forgotten it
                order = next(one for one in shop.orders.values() if one.award == credential.award)
                shop.backend.revoke(order, credential, "A test is over.", story.NOON)


BACKENDS: dict[str, Callable[[Path], AbstractContextManager[Shop]]] = {
    "memory": in_memory,
    "local": embedded,
    "badgr": at_badgr,
    "badgr fork": at_the_fork,
    "credly": at_credly,
}
if all(os.environ.get(name) for name in LIVE):
    BACKENDS["badgr live"] = at_a_live_badgr
