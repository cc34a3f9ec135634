"""The server's inside: its settings, its memory, its clock, and what strikes it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from threading import Condition, Event, RLock
from typing import Protocol

from tests.peers.badgr.faults import FAULTS, OPERATIONS
from tests.peers.badgr.recordings import Recordings
from tests.peers.badgr.records import (
    LONG_AGO,
    AccessToken,
    Application,
    Assertion,
    BadgeClass,
    Call,
    Issuer,
    Mail,
    User,
)
from tests.peers.faults import Faults

ISSUER, OTHER, LEARNER = "issuer@example.org", "other@example.org", "learner@example.org"
SECRET = "confidential-secret"


class Clock(Protocol):
    def now(self) -> datetime: ...


def people() -> dict[str, User]:
    names = {ISSUER: ("Ida", "Issuer"), OTHER: ("Otto", "Other"), LEARNER: ("Lea", "Learner")}
    return {
        email: User(new_id(f"user {email}"), email, f"password of {first}", first, last)
        for email, (first, last) in names.items()
    }


def applications() -> dict[str, Application]:
    apps = (
        Application("public", default_scope="rw:profile rw:issuer rw:backpack"),
        Application("norefresh", refresh=False),
        Application("confidential", secret=SECRET, refresh=False, owner=ISSUER),
    )
    return {app.client_id: app for app in apps}


def new_id(seed: str) -> str:
    """An entity id as Badgr makes them, 22 characters; the same for the same *seed*."""
    return urlsafe_b64encode(sha256(seed.encode()).digest()[:16]).decode().rstrip("=")


@dataclass
class World:
    clock: Clock
    url: str = ""
    book: Recordings = field(init=False)
    # settings, for tests to change at any time
    fork: bool = False  # the ways of the Open Badges 3.0 fork
    utf8mb3: bool = True  # MySQL's old utf8: characters beyond U+FFFF are a 500 (never on the fork)
    case_sensitive: bool = False  # SQLite and PostgreSQL: "A@x" is not "a@x" to the check for duplicates
    refresh_tokens: bool = True
    gdpr_first_mail: bool = True  # the first award to an address mails, whatever `notify` says (never on the fork)
    mail_down: bool = False  # mail goes out after the commit: then the answer is a 500
    heeds_recipient: bool = True  # in the list of an issuer's awards; not recorded, as the documents have it
    batch_works: bool = True  # the fork only: whether what it answers 202 to is made at all
    behind: timedelta = timedelta()  # how far the server's clock is behind *clock*
    link_host: str = ""  # stands in addresses of lists and pictures in the place of the request's Host
    storage: str = ""  # where pictures lie when elsewhere, "http://localhost:8000"; else here
    patience: float = 0.6  # seconds that a time-out lasts; the client's should be shorter
    between_check_and_insert: Callable[[], None] | None = None  # called in every create, after its check
    faults: Faults = field(default_factory=lambda: Faults(OPERATIONS, FAULTS))
    # memory, for tests to look at
    users: dict[str, User] = field(default_factory=people)
    applications: dict[str, Application] = field(default_factory=applications)
    tokens: list[AccessToken] = field(default_factory=list)
    backoff: dict[str, tuple[int, datetime]] = field(default_factory=dict)  # who → (failures, blocked until)
    issuers: list[Issuer] = field(default_factory=list)
    badges: list[BadgeClass] = field(default_factory=list)
    assertions: list[Assertion] = field(default_factory=list)  # one for each commit, revoked ones too
    mails: list[Mail] = field(default_factory=list)
    requests: list[Call] = field(default_factory=list)
    mistakes: list[Exception] = field(default_factory=list)  # what the peer itself did not foresee
    closing: Event = field(default_factory=Event)
    lock: RLock = field(default_factory=RLock)
    working: int = 0  # requests being handled
    rest: Condition = field(default_factory=Condition)
    _numbers: count[int] = field(default_factory=count)
    _last: datetime = LONG_AGO

    def open(self, url: str) -> None:
        self.url, self.book = url, Recordings(url, fork=self.fork)

    def now(self) -> datetime:
        return self.clock.now() - self.behind

    def stamp(self) -> datetime:
        """The present moment, but no two alike: lists are ordered by it."""
        with self.lock:
            now = self.now()
            whole = now + timedelta(microseconds=1) if not now.microsecond else now
            self._last = max(whole, self._last + timedelta(microseconds=1))
            return self._last

    def new_id(self) -> str:
        return new_id(f"entity {next(self._numbers)}")

    def salt(self) -> str:
        return sha256(f"salt {next(self._numbers)}".encode()).hexdigest()[:32]

    def badge_of(self, entity_id: str, user: User | None) -> BadgeClass | None:
        """The BadgeClass, if *user* may issue it: a foreign one is as unknown as none."""
        return next((badge for badge in self.badges if badge.id == entity_id and badge.issuer.owner is user), None)

    def issuer_of(self, entity_id: str, user: User | None) -> Issuer | None:
        return next((issuer for issuer in self.issuers if issuer.id == entity_id and issuer.owner is user), None)

    def assertion_of(self, entity_id: str, user: User | None) -> Assertion | None:
        found = self.public_assertion(entity_id)
        return found if found and found.badge.issuer.owner is user else None

    def public_assertion(self, entity_id: str) -> Assertion | None:
        return next((item for item in list(self.assertions) if item.id == entity_id), None)

    def same(self, one: str, other: str) -> bool:
        """Whether the database takes two recipients for one."""
        return one == other if self.case_sensitive else one.casefold() == other.casefold()
