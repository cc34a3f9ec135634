"""Time, as it comes into the bridge: the machine's, or a sandbox's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from bridge.errors import BridgeError, TryLater

SLICE = 15.0  # seconds: a lease lives for longer than a few of these
FRESH = 0.01  # seconds of real time for which a sandbox's answer counts


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
    _known: tuple[float, datetime | None] = field(default=(0.0, None), init=False, repr=False)  # when asked, answer
    _line: HTTPConnection | None = field(default=None, init=False, repr=False)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def now(self) -> datetime:
        """The sandbox's time, at most `FRESH` old: a night asks for it twenty thousand times."""
        asked, known = self._known
        if known is None or time.monotonic() - asked > FRESH:
            asked, known = self._known = time.monotonic(), datetime.fromisoformat(self._ask(None)["now"])
        return known

    def sleep(self, seconds: float) -> None:
        if self._ask(None)["running"]:
            RealClock(self.stop, self.renew).sleep(seconds)
        elif self.stop.is_set():
            raise StopAsked
        else:
            self._known = time.monotonic(), datetime.fromisoformat(self._ask({"move": seconds})["now"])
            self.renew()

    def _ask(self, change: dict[str, float] | None) -> dict[str, Any]:
        try:
            with self._one_at_a_time:
                told: dict[str, Any] = json.loads(self._move(change) if change else self._look())
        except (OSError, HTTPException, ValueError) as error:
            raise BridgeError(
                f"The sandbox at {self.url} does not say what time it is ({error}). "
                "Start it with: badge-bridge sandbox. Or take [clock.follow] out of the settings."
            ) from error
        return told

    def _look(self) -> bytes:
        """Ask on the line that is kept; a night asks thousands of times."""
        if self._line is not None:
            try:
                return _answer(self._line, None)
            except (OSError, HTTPException):  # the sandbox hangs up on a line that was silent for long
                self._line.close()
        self._line = self._connect()
        return _answer(self._line, None)

    def _move(self, change: dict[str, float]) -> bytes:
        with closing(self._connect()) as line:
            return _answer(line, json.dumps(change).encode())

    def _connect(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.url).netloc, timeout=10)


def _answer(line: HTTPConnection, body: bytes | None) -> bytes:
    """Get the clock, or post *body* to it. Raise OSError, HTTPException, or ValueError for a refusal."""
    line.request("POST" if body else "GET", "/_sandbox/clock", body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    told = answer.read()
    if answer.status != 200:
        raise ValueError(f"HTTP {answer.status}")
    return told
