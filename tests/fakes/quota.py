"""A quota that has room for everything."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FakeQuota:
    """`ports.Quota` that never waits, and remembers what was taken: bucket and units, call by call."""

    taken: list[tuple[str, int]] = field(default_factory=list)

    def wait(self, bucket: str, units: int = 1) -> None:
        self.taken.append((bucket, units))
