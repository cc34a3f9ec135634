"""Misfortunes on order: one for the next call of an operation, or whatever a mood says."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from threading import Lock

Mood = Callable[[str], "str | None"]


@dataclass
class Faults:
    """What is to go wrong at one server. `mood` is asked when nothing is queued for an operation.

    *operations* and *kinds* are what there is; a fault is a kind, or "kind:more".
    """

    operations: Collection[str]
    kinds: Collection[str]
    mood: Mood | None = None
    happened: list[tuple[str, str]] = field(default_factory=list)  # (operation, fault), in order
    _queued: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    _lock: Lock = field(default_factory=Lock)

    def next(self, operation: str, *faults: str) -> None:
        """Let the next calls of *operation* meet *faults*, one each."""
        if operation not in self.operations:
            raise LookupError(f"There is no operation {operation}.")
        for fault in faults:
            if fault.partition(":")[0] not in self.kinds:
                raise LookupError(f"There is no fault {fault}.")
        with self._lock:
            self._queued[operation].extend(faults)

    def take(self, operation: str) -> str:
        """The fault that this call meets; "" for none."""
        with self._lock:
            queue = self._queued[operation]
            fault = queue.popleft() if queue else (self.mood(operation) if self.mood else None)
            if fault:
                self.happened.append((operation, fault))
            return fault or ""

    @property
    def waiting(self) -> int:
        """How many queued faults no call has met yet."""
        with self._lock:
            return sum(map(len, self._queued.values()))
