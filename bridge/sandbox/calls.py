"""What was called: one line per API call, for people and for tests that count."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

KEPT = 200_000  # calls; older ones fall out of the list, not out of the counts


@dataclass(frozen=True, slots=True)
class Called:
    """One call: *status* is 0 when the connection was closed without an answer."""

    n: int
    method: str
    status: int
    caller: str
    when: str  # RFC 3339, sandbox clock
    inner: bool = False  # part of a batch
    fault: str = ""  # the planned misfortune that struck it


@dataclass(slots=True)
class CallLog:
    calls: deque[Called] = field(default_factory=lambda: deque(maxlen=KEPT))
    outer: Counter[str] = field(default_factory=Counter)  # HTTP requests by method id
    inner: Counter[str] = field(default_factory=Counter)  # calls inside batches
    n: int = 0

    def add(
        self, method: str, status: int, caller: str, when: datetime, *, inner: bool = False, fault: str = ""
    ) -> None:
        self.n += 1
        stamp = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.calls.append(Called(self.n, method, status, caller, stamp, inner, fault))
        (self.inner if inner else self.outer)[method] += 1

    def clear(self) -> None:
        self.calls.clear()
        self.outer.clear()
        self.inner.clear()

    def counts(self) -> dict[str, int]:
        """Return HTTP requests by method id: what `batch` holds counts as one "drive.batch"."""
        return dict(self.outer)

    def tell(self) -> Json:
        return {
            "counts": dict(self.outer),
            "inner": dict(self.inner),
            "total": sum(self.outer.values()),
            "calls": [asdict(call) for call in self.calls],
        }
