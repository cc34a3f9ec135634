"""What the server keeps: people, keys, issuers, badges, awards and the mails that it would have sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class User:
    id: str
    email: str
    password: str
    first: str
    last: str


@dataclass(frozen=True)
class Application:
    client_id: str
    secret: str = ""  # confidential when set
    refresh: bool = True
    default_scope: str = "r:profile"
    allowed: tuple[str, ...] = ("rw:profile", "r:profile", "rw:issuer", "rw:backpack", "r:backpack")
    owner: str = ""  # whose rights a client_credentials token has


@dataclass
class AccessToken:
    access: str
    user: User | None
    scope: str
    expires: datetime
    client_id: str
    refresh: str = ""

    def has(self, *scopes: str) -> bool:
        return bool(set(self.scope.split()) & set(scopes))


@dataclass
class Issuer:
    id: str
    owner: User
    created_at: datetime
    name: str
    email: str
    url: str
    description: str | None = None
    picture: bytes = b""
    picture_file: str = ""
    updated_at: datetime = LONG_AGO


@dataclass
class BadgeClass:
    id: str
    issuer: Issuer
    created_at: datetime
    name: str
    description: str
    picture: bytes
    picture_file: str
    criteria_url: str | None = None
    criteria_narrative: str | None = None
    alignments: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    expires: dict[str, Any] = field(default_factory=lambda: {"amount": None, "duration": None})
    archived: bool = False
    updated_at: datetime = LONG_AGO

    @property
    def ending(self) -> str:
        return "png" if self.picture.startswith(b"\x89PNG") else "svg"


@dataclass
class Assertion:
    """One award. Its baked picture is that of the moment of baking, so the words baked in are kept with it."""

    id: str
    badge: BadgeClass
    creator: User
    created_at: datetime
    recipient: str
    recipient_type: str
    hashed: bool
    salt: str
    issued_on: datetime
    expires: datetime | None
    narrative: str | None
    evidence: list[dict[str, Any]]
    extensions: dict[str, Any]
    updated_at: datetime
    image_file: str = ""  # where the picture lies; "" once it is lost or revoked
    baked: str = ""  # what is baked into it
    revoked: bool = False
    reason: str | None = None
    acceptance: str = "Unaccepted"
    course_url: str | None = None
    v1: bool = False

    def expired(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now


@dataclass(frozen=True)
class Mail:
    to: str
    assertion: str


@dataclass
class Call:
    """One request as it arrived; for tests, so with everything in it."""

    operation: str
    method: str
    path: str  # with its query
    headers: dict[str, str]
    body: bytes
    status: int = 0  # 0: no answer was given, or not yet
