"""A lease that was given by a clock that was wrong blocks nobody for ever."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import LeaseHeld
from bridge.ledger import lease, open_ledger
from bridge.ledger.sql import SqlLedger
from tests.fakes.clock import FakeClock

GRAVES: list[AbstractContextManager[None]] = []  # leases that nobody will ever give back


def killed_elsewhere(folder: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> SqlLedger:
    """A ledger whose lease was taken on another host, and never given back."""
    with monkeypatch.context() as other:
        other.setattr(lease, "holder", lambda: "elsewhere/boot/1")
        lost = open_ledger(f"sqlite:///{folder / 'bridge.db'}", "programme", clock)
        GRAVES.append(lost.lease())
        GRAVES[-1].__enter__()
        lost.close()
    return open_ledger(f"sqlite:///{folder / 'bridge.db'}", "programme", clock)


@pytest.mark.parametrize(("ahead", "free"), [(timedelta(0), False), (timedelta(days=900), True)])
def test_a_lease_that_ends_in_years_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: timedelta, free: bool
) -> None:
    clock = FakeClock()
    clock.advance(ahead)
    ledger = killed_elsewhere(tmp_path, clock, monkeypatch)
    clock.advance(-ahead)
    if not free:
        with pytest.raises(LeaseHeld), ledger.lease():
            raise AssertionError
        return
    with ledger.lease():
        ledger.renew()
