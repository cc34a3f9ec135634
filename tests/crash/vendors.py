"""Where badges are kept while the bridge lives and dies: two vendors' servers and a folder, and how to count there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from bridge.backends import badgr, credly
from bridge.model import Known
from bridge.plan import Vendor
from bridge.ports import Backend, Clock, Quota, TokenStore
from bridge.site import places
from bridge.site.files import SiteFiles
from tests.crash.world import CO_TEACHING, FIRST_AID
from tests.fakes import story
from tests.peers.badgr.records import Assertion
from tests.peers.badgr_server import BadgrServer
from tests.peers.credly_server import CredlyServer

#: Our key of each badge → its name.
BADGES: Mapping[str, str] = {"first-aid": FIRST_AID, "co-teaching": CO_TEACHING}

#: The page of an award, which is its mark.
MARK = re.compile(rf"{re.escape(story.SITE)}/awards/([0-9a-f-]+)\.html")

#: Seconds to connect, and of silence. A time-out on purpose costs so much; one by accident, on a busy machine, is one
#: misfortune more.
HURRY = (0.3, 0.3)
#: For tests in which no time-out may come by accident.
EASE = (10.0, 10.0)


@dataclass(frozen=True, slots=True)
class Held:
    """One badge as its keeper has it. *award*: that of ours whose mark it bears; "" for somebody else's."""

    place: str
    recipient: str
    badge: str  # our key
    award: str
    ref: str
    revoked: bool = False


def award_in(addresses: Iterable[str]) -> str:
    """The award whose page is among *addresses*; "" if there is none."""
    marks = {found[1] for address in addresses if (found := MARK.fullmatch(address))}
    assert len(marks) <= 1, f"a badge bears two marks: {marks}"
    return next(iter(marks), "")


class Keeper(Protocol):
    """A vendor's server, as tests handle it; what the bridge is told of it, and what lies there."""

    name: str
    faults: Any

    def __enter__(self) -> Keeper: ...

    def __exit__(self, *raised: object) -> None: ...

    def vendor(self) -> Vendor: ...

    def backend(self, clock: Clock, tokens: TokenStore, quota: Quota) -> Backend: ...

    def held(self) -> Iterator[Held]: ...

    def settle(self) -> None:
        """Wait until no request is under way any more, though nobody waits for its answer."""

    def stand(self, recipient: str, badge: str) -> None:
        """Somebody else has given the badge, last year."""

    def withdraw_by_hand(self, recipient: str, badge: str) -> None:
        """Somebody revokes there what somebody else had given."""

    def accept(self, ref: str) -> None: ...

    def calls(self, operation: str) -> int: ...


@dataclass
class BadgrKeeper(AbstractContextManager["BadgrKeeper"]):
    """A Badgr server; *told* is what the bridge's account knows besides."""

    clock: Clock
    told: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str = "badgr"

    def __post_init__(self) -> None:
        self.server = BadgrServer(self.clock, **self.settings)
        self.faults = self.server.faults
        self.ids = {key: self.server.badge_class(name) for key, name in BADGES.items()}
        self.server.issuer  # noqa: B018 - made when first asked for

    def __enter__(self) -> BadgrKeeper:
        self.server.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.server.__exit__(*raised)

    def vendor(self) -> Vendor:
        return Vendor("Badgr", frozenset(BADGES))

    def backend(self, clock: Clock, tokens: TokenStore, quota: Quota) -> badgr.Badgr:
        known = {
            "url": self.server.url,
            "issuer": self.server.issuer,
            "badges": self.ids,
            "username": self.server.username,
            "password": self.server.password,
            "timeout": HURRY,
        }
        return badgr.Badgr(badgr.Account(**{**known, **self.told}), story.SITE, clock, tokens, quota)

    def name_another_class(self, badge: str) -> None:
        """Somebody makes another BadgeClass for *badge*, and writes it into the settings in place of the first."""
        self.told = {**self.told, "badges": self.ids | {badge: self.server.badge_class(f"{badge}, anew")}}

    def held(self) -> Iterator[Held]:
        keys = {entity: key for ids in (self.ids, self.told.get("badges", {})) for key, entity in ids.items()}
        for one in list(self.server.assertions):
            award = award_in(str(item["url"]) for item in one.evidence)
            yield Held(self.name, one.recipient, keys[one.badge.id], award, one.id, one.revoked)

    def settle(self) -> None:
        self.server.settle()

    def stand(self, recipient: str, badge: str) -> None:
        at = self.clock.now() - timedelta(days=365)
        self.server.assertions.append(
            Assertion(
                id=self.server.new_id(),
                badge=next(one for one in self.server.badges if one.id == self.ids[badge]),
                creator=self.server.users[self.server.username],
                created_at=at,
                recipient=recipient,
                recipient_type="email",
                hashed=True,
                salt=self.server.salt(),
                issued_on=at,
                expires=None,
                narrative="For the course of last year.",
                evidence=[],
                extensions={},
                updated_at=at,
            )
        )

    def withdraw_by_hand(self, recipient: str, badge: str) -> None:
        for one in self.held():
            if (one.recipient, one.badge, one.award) == (recipient, badge, ""):
                self.server.stored(one.ref).revoked = True

    def accept(self, ref: str) -> None:
        self.server.accept(ref)

    def calls(self, operation: str) -> int:
        return len(self.server.calls(operation))


#: The fork of 2026: its own ways, and recordings of its own.
FORK: Mapping[str, Any] = {"fork": True}


@dataclass
class CredlyKeeper(AbstractContextManager["CredlyKeeper"]):
    """A Credly server."""

    clock: Clock
    told: Mapping[str, Any] = field(default_factory=dict)
    patience: float = 0.5
    name: str = "credly"

    def __post_init__(self) -> None:
        self.server = CredlyServer(self.clock, patience=self.patience)
        self.faults = self.server.faults
        self.ids = {key: self.server.template(name) for key, name in BADGES.items()}

    def __enter__(self) -> CredlyKeeper:
        self.server.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.server.__exit__(*raised)

    def vendor(self) -> Vendor:
        return Vendor("Credly", frozenset(BADGES), wants_names=True)

    def backend(self, clock: Clock, tokens: TokenStore, quota: Quota) -> credly.Credly:
        known = {
            "url": self.server.url,
            "organization": self.server.organization,
            "badges": self.ids,
            "token": self.server.token,
            "timeout": HURRY,
        }
        return credly.Credly(credly.Account(**{**known, **self.told}), story.SITE, clock, quota)

    def held(self) -> Iterator[Held]:
        keys = {template: key for key, template in self.ids.items()}
        for one in list(self.server.badges):
            award = award_in(str(item["value"]) for item in one["evidence"])
            badge = keys[one["badge_template"]["id"]]
            yield Held(self.name, one["recipient_email"], badge, award, one["id"], one["state"] == "revoked")

    def settle(self) -> None:
        """What it does, it does before it falls silent."""

    def stand(self, recipient: str, badge: str) -> None:
        told = {
            "recipient_email": recipient,
            "issued_to_first_name": "As",
            "issued_to_last_name": "Before",
            "badge_template_id": self.ids[badge],
            "issued_at": f"{self.clock.now() - timedelta(days=365):%Y-%m-%d %H:%M:%S +0000}",
            "suppress_badge_notification_email": True,
        }
        self.server.issue(told)

    def withdraw_by_hand(self, recipient: str, badge: str) -> None:
        for one in self.held():
            if (one.recipient, one.badge, one.award) == (recipient, badge, ""):
                self.server.stored(one.ref)["state"] = "revoked"

    def accept(self, ref: str) -> None:
        self.server.accept(ref)

    def calls(self, operation: str) -> int:
        """Calls so far: POST, GET and PUT of badges, or pictures."""
        if operation == "image":
            return len(self.server.image_requests)
        verbs = {"issue": "POST", "list": "GET", "revoke": "PUT"}
        return sum(call.method == verbs[operation] for call in list(self.server.requests))


def held_in(folder: Path, known: Known) -> Iterator[Held]:
    """What the embedded issuer has laid into *folder*; the addresses there are hashed, so *known* says whose it is."""
    files = SiteFiles(folder)
    orders = {order.award: order for order in known.all_orders()}
    for name in files.names(places.CREDENTIALS):
        award = Path(name).stem
        assertion = files.read(places.assertion(award))
        if assertion is None:
            continue  # an issue was interrupted
        revoked = json.loads(assertion).get("revoked") is True
        order = orders[award]
        yield Held("local", order.recipient, order.achievement, award, f"urn:uuid:{award}", revoked)
