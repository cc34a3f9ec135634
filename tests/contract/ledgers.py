"""Where a ledger may live, and small values to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Interval, create_engine, literal, update

from bridge.ledger import open_ledger
from bridge.ledger.schema import leases
from bridge.model import (
    Achievement,
    Alignment,
    Artwork,
    Attempt,
    Credential,
    Criteria,
    Criterion,
    Decision,
    Effect,
    Event,
    Evidence,
    EvidenceKind,
    FileAccess,
    FileFacts,
    Identity,
    Kind,
    Known,
    Lesson,
    Order,
    Rating,
    Request,
    Submission,
    Superseded,
    Verdict,
)
from bridge.ports import Ledger
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import Memory, MemoryLedger
from tests.fakes.postgres import scratch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TTL = timedelta(seconds=120)
_numbers = count()


class MemoryPlace:
    """Each programme is a memory; opening it again is another bridge on the same."""

    url = ""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.ttl = TTL
        self._memories: dict[str, Memory] = {}

    def open(self, programme: str = "club") -> Ledger:
        return MemoryLedger(self.clock, self._memories.setdefault(programme, Memory()), ttl=self.ttl)

    def wait(self, share: float) -> None:
        """Let *share* of a lease's time go by."""
        self.clock.advance(self.ttl * share)


class SqlitePlace(MemoryPlace):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.url = f"sqlite:///{folder}/data/bridge.db"

    def open(self, programme: str = "club") -> Ledger:
        return open_ledger(self.url, programme, self.clock, ttl=self.ttl)


class PostgresPlace(MemoryPlace):
    """One schema for all tests, a programme of its own for each.

    Its leases go by the server's clock, which nobody can advance: they are moved into the past instead.
    """

    def __init__(self) -> None:
        super().__init__()
        self.url = _schema()
        self._prefix = f"{next(_numbers)}-"

    def open(self, programme: str = "club") -> Ledger:
        return open_ledger(self.url, self._prefix + programme, self.clock, ttl=self.ttl)

    def wait(self, share: float) -> None:
        super().wait(share)
        engine = create_engine(self.url)
        by = literal(self.ttl * share, Interval())
        with engine.begin() as connection:
            ours = leases.c.programme.startswith(self._prefix, autoescape=True)
            connection.execute(update(leases).where(ours).values(until=leases.c.until - by, since=leases.c.since - by))
        engine.dispose()


@cache
def _schema() -> str:
    return scratch()


@contextmanager
def held(place: MemoryPlace, *lessons: Lesson) -> Iterator[Ledger]:
    """A ledger under lease that has learnt *lessons*."""
    ledger = place.open()
    with ledger.lease():
        for lesson in lessons:
            ledger.learn(lesson)
        yield ledger


def learnt(*lessons: Lesson) -> Known:
    known = Known()
    for lesson in lessons:
        known.learn(lesson)
    return known


def submission(**changes: Any) -> Submission:
    usual = Submission(
        form_id="form",
        response_id="r1",
        stamp="2026-11-22T11:00:00.123456Z",
        submitted_at=NOON - timedelta(hours=1),
        recipient="ada@example.org",
        verified=True,
        name='Ada "=1+1" مرحبا 🏅',
        label="First Aid",
        evidence=(Evidence(1, EvidenceKind.DRIVE, "https://drive.google.com/x", "x", "key", "a.pdf", "a note"),),
        reflection="line one\nline two\ttabbed \\ 'quoted' \u2028 end",
        consent=True,
        show_name=True,
    )
    return replace(usual, **changes)


def request(number: int, **changes: Any) -> Request:
    usual = Request(
        number=number,
        recipient="ada@example.org",
        label="First Aid",
        achievement="first-aid",
        created_at=NOON,
    )
    return replace(usual, **changes)


def order(attempt_id: str, **changes: Any) -> Order:
    usual = Order(
        award=f"award of {attempt_id}",
        attempt_id=attempt_id,
        achievement="first-aid",
        version="v1",
        recipient="ada@example.org",
        salt="salt",
        name="",
        issued_on=NOON,
        status_index=131_071,
        key_id="did:web:example.org#key",
    )
    return replace(usual, **changes)


def credential(attempt_id: str, **changes: Any) -> Credential:
    usual = Credential(
        award=f"award of {attempt_id}",
        attempt_id=attempt_id,
        url="https://badges.example.org/a",
        image="https://badges.example.org/a.png",
        backend="local",
        issued_at=NOON,
    )
    return replace(usual, **changes)


FIRST_AID = Achievement("first-aid", "v1", "First Aid", "Can help", "* one\n* two", "ab" * 32, 7.5, True, "https://d/1")

RICH = Achievement(
    key="inquiry",
    version="v1",
    name="Inquiry",
    description="Asks",
    criteria="* ask",
    artwork="cd" * 32,
    kind="MicroCredential",
    tags=("science", "mit Umlaut: ä", "مرحبا"),
    alignment=(Alignment("Learner", "https://standards.example/1", "2.1", "Standards"), Alignment("x", "https://x.x")),
    valid_months=24,
    rubric=(Criterion("Planning", ("not yet", "meets"), "meets"), Criterion("مرحبا", ("1", "2", "3"))),
)
RATINGS = (Rating(RICH.rubric[0], "meets"), Rating(RICH.rubric[1], "1"))

#: Two requests with their attempts: what everything else hangs on.
BASIS = Lesson(
    requests=(request(1), request(2, recipient="bob@example.org", achievement="")),
    attempts=(Attempt(1, 1, submission()), Attempt(1, 2, submission(response_id="r2")), Attempt(2, 1, submission())),
)

#: Something on every shelf.
FULL = Lesson(
    achievements=(FIRST_AID, Achievement("chess", "v1", "Chess", "", "", "", None, False), RICH),
    artworks=(Artwork("https://d/1", "ab" * 32, b"\x89PNG\0\xff"), Artwork("https://d/2", problem="Not a PNG.")),
    criteria=(Criteria("https://d/3", "* one\n* two", "7"), Criteria("https://d/4", problem="Not shared.")),
    labels={"First Aid": "first-aid", "Erste Hilfe": "first-aid"},
    requests=(*BASIS.requests, request(3, duplicate_of=1)),
    attempts=(
        Attempt(1, 1, submission(), 2, "1-2", Superseded.RESUBMITTED),
        Attempt(1, 2, submission(consent=None, evidence=()), late_stamp="late"),
        Attempt(2, 1, submission()),
    ),
    files=(FileFacts("x", FileAccess.OPENS, "a.pdf", "application/pdf", "https://d/x", "3", "cd" * 32),),
    decisions=(
        Decision("1-1", 1, 1, Verdict.RETURN, "cora@example.org", "More, please.", NOON, True),
        Decision("1-2", 1, 1, Verdict.APPROVE, "cora@example.org", "", NOON, ratings=RATINGS),
        Decision("1-2", 2, 1, None, "cora@example.org", "", NOON + timedelta(microseconds=1)),
        Decision("1-2", 3, 1, Verdict.HOLD, "cora@example.org", "", NOON, identity=Identity.FORM, said_at=NOON),
    ),
    orders=(
        order(
            "1-2",
            expires=NOON + timedelta(days=365),
            evidence=submission().evidence,
            narrative="Well done",
            results=RATINGS,
        ),
    ),
    effects=(
        Effect(Kind.TELL_RECEIVED, "1-1"),
        Effect(Kind.ISSUE, "1-2"),
        Effect(Kind.TELL_ISSUED, "1-2", after="issue:1-2"),
        Effect(Kind.TELL_RETURNED, "1-1/1"),
    ),
    facts={"question:email": "4f2a11", "sheet": ""},
    history=(Event(NOON, "1-1", "asked for First Aid"), Event(NOON, "1-1", "returned", "More, please.")),
)

ISSUE = Effect(Kind.ISSUE, "1-1")
TELL = Effect(Kind.TELL_ISSUED, "1-1", after="issue:1-1")
