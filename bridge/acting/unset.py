"""A backend that the settings name, and that lacks something there, such as its password: it waits, others go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from bridge.errors import BackendClosed
from bridge.model import Achievement, Credential, Order


@dataclass(frozen=True, slots=True)
class Unset:
    """`ports.Backend` that answers everything with *sentence*: what is missing, and where it belongs."""

    sentence: str

    def issue(self, order: Order, achievement: Achievement) -> NoReturn:
        del order, achievement
        raise BackendClosed(self.sentence)

    def find(self, order: Order) -> NoReturn:
        del order
        raise BackendClosed(self.sentence)

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> NoReturn:
        del order, credential, reason, at
        raise BackendClosed(self.sentence)

    def badge(self, credential: Credential) -> NoReturn:
        del credential
        raise BackendClosed(self.sentence)

    def acceptance(self, credentials: Sequence[Credential]) -> NoReturn:
        del credentials
        raise BackendClosed(self.sentence)
