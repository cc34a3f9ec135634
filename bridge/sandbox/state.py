"""All that the sandbox knows, in plain dataclasses: one `World`, kept in memory, saved as JSON on request."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bridge.sandbox.drive_state import Drive
from bridge.sandbox.forms_state import Forms
from bridge.sandbox.gmail_state import Gmail
from bridge.sandbox.sheets_state import Sheets


@dataclass(slots=True)
class Clock:
    """Real time until somebody sets it; set, it stands still until it is moved or let go."""

    frozen_at: float | None = None  # seconds since 1970, when it stands still
    offset: float = 0.0  # seconds added to real time, when it runs

    def now(self) -> datetime:
        seconds = self.frozen_at if self.frozen_at is not None else time.time() + self.offset
        return datetime.fromtimestamp(seconds, UTC)

    def set(self, to: datetime, *, running: bool) -> None:
        self.frozen_at = None if running else to.timestamp()
        self.offset = to.timestamp() - time.time() if running else 0.0

    def move(self, by: timedelta) -> None:
        if self.frozen_at is not None:
            self.frozen_at += by.total_seconds()
        else:
            self.offset += by.total_seconds()

    def stamp(self) -> str:
        """RFC 3339 with milliseconds and Z, as Google writes it."""
        return self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Person:
    email: str
    name: str


@dataclass(slots=True)
class ServiceAccount:
    email: str
    client_id: str
    public_key_pem: str
    key_id: str
    delegated_scopes: list[str] = field(default_factory=list)  # what the domain's admin allowed for `sub`; [] = none


@dataclass(slots=True)
class World:
    domain: str = "district.example"
    seed: int = 1
    clock: Clock = field(default_factory=Clock)
    people: dict[str, Person] = field(default_factory=dict)  # members of the domain, by lower-case address
    service_accounts: dict[str, ServiceAccount] = field(default_factory=dict)
    drive: Drive = field(default_factory=Drive)
    forms: Forms = field(default_factory=Forms)
    sheets: Sheets = field(default_factory=Sheets)
    gmail: Gmail = field(default_factory=Gmail)
    next_id: int = 1

    def new_id(self, prefix: str = "1", length: int = 33) -> str:
        """An id that looks like Google's, the same again for the same seed and order of acts."""
        dice = random.Random(f"{self.seed}/{prefix}/{self.next_id}")  # noqa: S311 - looks, not secrets
        self.next_id += 1
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return prefix + "".join(dice.choices(letters, k=length - len(prefix)))

    def is_member(self, email: str) -> bool:
        return email.lower() in self.people
