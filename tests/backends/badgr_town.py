"""A Badgr server on loopback, our account there, and orders for its badge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bridge.backends.badgr import Account, Badgr
from bridge.model import Credential, Order
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.quota import FakeQuota
from tests.peers.badgr_server import BadgrServer

BADGE = "Feedback that moves learning"


def patience(fault: str = "") -> tuple[float, float]:
    """Return the seconds to connect, and of silence: few only where *fault* is a silence; none comes by accident."""
    return 10.0, 0.3 if fault.startswith("timeout_") else 10.0


def account(server: BadgrServer, **told: Any) -> Account:
    known = {
        "url": server.url,
        "issuer": server.issuer,
        "badges": {story.achievement().key: server.badge_class(BADGE)},
        "username": server.username,
        "password": server.password,
        "timeout": patience(),
    }
    return Account(**{**known, **told})


def backend(server: BadgrServer, tokens: Tokens | None = None, **told: Any) -> Badgr:
    """Return a backend for the account at *server*; *told* changes what it knows of the account."""
    reasons = told.pop("publish_reasons", True)
    store = Tokens() if tokens is None else tokens
    return Badgr(account(server, **told), story.SITE, server.clock, store, FakeQuota(), publish_reasons=reasons)


def order(n: int = 1, **members: Any) -> Order:
    """Return the order for the award of the *n*-th teacher."""
    told = {
        "award": str(uuid5(NAMESPACE_URL, f"award {n}")),
        "attempt_id": f"{n}-1",
        "recipient": f"teacher{n}@lakeview.example",
        "backend": "badgr",
    }
    return replace(story.order(), **{**told, **members})


def mark(of: Order) -> str:
    return f"{story.SITE}/awards/{of.award}.html"


def made(server: BadgrServer, badgr: Badgr, of: Order) -> Credential:
    """Issue the one award of *of*, and see that there is one."""
    found = badgr.issue(of, story.achievement())
    assert [one.id for one in server.awards_of(of.recipient)] == [found.backend_ref]
    return found
