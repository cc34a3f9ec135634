"""Time, as it comes into the bridge: the machine's, or a sandbox's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen

from bridge.errors import BridgeError, TryLater

SLICE = 15.0  # seconds: a lease lives for longer than a few of these


class StopAsked(TryLater):
    """Somebody asked the bridge to stop while it waited: what it waited for did not happen."""

    def __init__(self) -> None:
        super().__init__("The bridge was asked to stop; this will be done when it runs again.")


@dataclass(slots=True)
class RealClock:
    """The machine's clock. Between the slices of a long wait *renew* is called, once the wiring has set it."""

    stop: threading.Event = field(default_factory=threading.Event)
    renew: Callable[[], None] = lambda: None
    slice: float = SLICE

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait; raise StopAsked as soon as *stop* is set, and what *renew* raises."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.stop.wait(min(left, self.slice)):
                raise StopAsked
            self.renew()


@dataclass(slots=True)
class SandboxClock:
    """The clock of the sandbox at *url*. A clock that stands still is moved on by whoever waits for it."""

    url: str
    stop: threading.Event = field(default_factory=threading.Event)
    renew: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return datetime.fromisoformat(self._ask(None)["now"])

    def sleep(self, seconds: float) -> None:
        if self._ask(None)["running"]:
            RealClock(self.stop, self.renew).sleep(seconds)
        elif self.stop.is_set():
            raise StopAsked
        else:
            self._ask({"move": seconds})
            self.renew()

    def _ask(self, change: dict[str, float] | None) -> dict[str, Any]:
        body = json.dumps(change).encode() if change else None
        request = Request(f"{self.url}/_sandbox/clock", body, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=10) as answer:
                told: dict[str, Any] = json.load(answer)
        except (OSError, ValueError) as error:
            raise BridgeError(
                f"The sandbox at {self.url} does not say what time it is ({error}). "
                "Start it with: badge-bridge sandbox. Or take [clock.follow] out of the settings."
            ) from error
        return told
