"""The lease: at most one bridge at work on a programme, also across machines.

A lease has an end, which every transaction of its holder moves on, and a token that grows with every holder. So a
bridge that was paused, and wakes up after another took over, finds its token stale and writes nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Interval, Update, bindparam, func, literal, select, update

from bridge.errors import LeaseHeld, LeaseLost
from bridge.ledger.schema import UtcTime, leases
from bridge.ledger.shelves import upsert
from bridge.ports import Clock

PROC = Path("/proc")

#: No lease is given for longer.
LONGEST = timedelta(days=1)


def holder() -> str:
    """Name this process: ``host/boot id/pid``. The boot id bears the PID namespace: containers count on their own."""
    return f"{socket.gethostname()}/{_boot()}/{os.getpid()}"


def is_dead(name: str) -> bool:
    """True only if the holder *name* ran on this very boot (and PID namespace) and is there no more.

    A zombie is dead: it was killed, and its parent has not looked yet. Where the system has no /proc nobody is known
    to be dead, and a lease runs out by its time.
    """
    host, _, rest = name.partition("/")
    boot, _, pid = rest.rpartition("/")
    if host != socket.gethostname() or not boot or boot != _boot():
        return False
    try:
        # pid (name) state …: the name may hold anything, so count from its last bracket
        return (PROC / pid / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


def _boot() -> str:
    """This boot of this machine, or "" where that can't be known."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}.{(PROC / 'self/ns/pid').readlink().name.strip('pid:[]')}"
    except OSError:
        return ""


@dataclass(frozen=True)
class Lease:
    """The SQL of one programme's lease. Each verb belongs into the caller's transaction."""

    programme: str
    clock: Clock
    ttl: timedelta

    def take(self, connection: Connection) -> int:
        """Take the lease if it is free, run out, or its holder is dead; return the token. Raise LeaseHeld."""
        self._make(connection)
        columns = select(leases.c.holder, leases.c.since, leases.c.token)
        held = connection.execute(columns.where(self._mine()).with_for_update()).one()
        now = self._now(connection)
        free = literal(is_dead(held.holder)) | (leases.c.holder == "") | (leases.c.until <= now)
        free |= leases.c.until > self._in(connection, LONGEST)  # given by a clock that was wrong
        # Counted from the microsecond: a ledger restored from a backup never gives out a lost one's token again.
        token: int = max(held.token + 1, int(self.clock.now().timestamp() * 1_000_000))
        taken = connection.execute(
            update(leases)
            .where(self._mine(), free)
            .values(holder=holder(), token=token, since=now, until=self._in(connection, self.ttl))
        )
        if taken.rowcount != 1:
            raise LeaseHeld(held_by(self.programme, held.holder, held.since))
        return token

    def renew(self, connection: Connection, token: int) -> None:
        """Move the end on. Raise LeaseLost if another bridge has taken over since *token* was given."""
        on_server = connection.dialect.name == "postgresql"
        until: Mapping[str, Any] = {"time": self.ttl} if on_server else {"end": self.clock.now() + self.ttl}
        kept = connection.execute(_renewal(on_server), {"of": self.programme, "ours": token, **until})
        if kept.rowcount != 1:
            raise LeaseLost(
                f"Another bridge took over the programme {self.programme!r} while this one slept; nothing was written."
            )

    def release(self, connection: Connection, token: int) -> None:
        """Give it back, if it is still ours."""
        connection.execute(
            update(leases).where(self._mine(), leases.c.token == token).values(holder="", until=self._now(connection))
        )

    def queue(self, connection: Connection) -> None:
        """Wait until no other transaction of this programme is under way, and hold up those that follow."""
        self._make(connection)
        connection.execute(select(leases.c.token).where(self._mine()).with_for_update())

    def live(self, connection: Connection) -> str | None:
        """A sentence naming who holds the lease now, or None."""
        row = connection.execute(
            select(leases.c.holder, leases.c.since).where(
                self._mine(), leases.c.holder != "", leases.c.until > self._now(connection)
            )
        ).one_or_none()
        return None if row is None or is_dead(row.holder) else held_by(self.programme, row.holder, row.since)

    def _make(self, connection: Connection) -> None:
        now = self.clock.now()
        free = {"programme": self.programme, "holder": "", "token": 0, "since": now, "until": now}
        upsert(connection, leases, [free], update=False)

    def _mine(self) -> ColumnElement[bool]:
        return leases.c.programme == self.programme

    # One clock must judge all bridges: on a server its own, on a file (one machine) the clock that we were given.

    def _now(self, connection: Connection) -> ColumnElement[Any]:
        if connection.dialect.name == "postgresql":
            return func.clock_timestamp(type_=UtcTime())
        return literal(self.clock.now(), UtcTime())

    def _in(self, connection: Connection, time: timedelta) -> ColumnElement[Any]:
        if connection.dialect.name == "postgresql":
            return func.clock_timestamp() + literal(time, Interval())
        return literal(self.clock.now() + time, UtcTime())


@cache
def _renewal(on_server: bool) -> Update:
    """How to renew a lease; kept, for every transaction does it."""
    end = (
        func.clock_timestamp() + bindparam("time", type_=Interval()) if on_server else bindparam("end", type_=UtcTime())
    )
    ours = leases.c.programme == bindparam("of"), leases.c.token == bindparam("ours")
    return update(leases).where(*ours).values(until=end)


def held_by(programme: str, name: str, since: datetime) -> str:
    host, _, rest = name.partition("/")
    pid = rest.rpartition("/")[2]
    return (
        f"Another bridge is at work on the programme {programme!r}: process {pid} on {host}, "
        f"since {since:%Y-%m-%d %H:%M} UTC. This one goes home."
    )
