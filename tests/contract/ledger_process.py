"""A bridge of its own, for tests that race or kill: ``python -m tests.contract.ledger_process VERB URL [FILE]``."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bridge.errors import LeaseHeld
from bridge.ledger import SqlLedger, open_ledger
from bridge.model import Attempt, Effect, Event, Kind, Lesson
from tests.contract.ledgers import request, submission

TURNS = 10


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def main(verb: str, url: str, *rest: str) -> None:
    """Say "ready", open the ledger when told to, do *verb* ("open" does no more), say "done"."""
    say("ready")
    sys.stdin.readline()
    ledger = open_ledger(url, "club", RealClock(), ttl=timedelta(minutes=5))
    match verb:
        case "hold":
            hold(ledger)
        case "race":
            race(ledger, Path(*rest))
        case "write":
            write(ledger, Path(*rest))
    say("done")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def hold(ledger: SqlLedger) -> None:
    """Take the lease and sit on it until told to go on."""
    with ledger.lease():
        say("held")
        sys.stdin.readline()


def race(ledger: SqlLedger, marker: Path) -> None:
    """Take the lease again and again; while it is ours nobody else may have his mark standing."""
    for turn in range(TURNS):
        won = False
        while not won:
            with suppress(LeaseHeld), ledger.lease():
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
                ledger.learn(Lesson(history=(Event(ledger.clock.now(), "1-1", f"{os.getpid()} {turn}"),)))
                marker.unlink()
                won = True


def write(ledger: SqlLedger, acks: Path) -> None:
    """Learn one request after the other and begin its effect; note each number once the ledger says it is kept."""
    start = len(ledger.load().requests) + 1
    with ledger.lease(), acks.open("ab", buffering=0) as noted:
        for number in count(start):
            effect = Effect(Kind.ISSUE, f"{number}-1")
            ledger.learn(
                Lesson(requests=(request(number),), attempts=(Attempt(number, 1, submission()),), effects=(effect,))
            )
            ledger.begin(effect)
            noted.write(f"{number}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
