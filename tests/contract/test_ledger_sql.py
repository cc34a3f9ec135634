"""What only a ledger on a disk or a server has: files, constraints, versions, damage."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import process_time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError

from bridge.errors import BridgeError, LedgerBusy, LedgerUnusable, Refused
from bridge.ledger import SqlLedger, journal_rule, open_ledger
from bridge.ledger.backup import copy
from bridge.ledger.engine import PATIENCE, make_engine, parse_url
from bridge.ledger.migrations import HEAD, SCRIPTS, VERSION_TABLE, upgrade
from bridge.ledger.schema import metadata
from bridge.model import Attempt, Effect, Evidence, EvidenceKind, Kind, Known, Lesson
from bridge.ports import Ledger
from tests.contract.ledger_lessons import IDS, KINDS, TIMES, WORDS, lessons
from tests.contract.ledgers import (
    BASIS,
    FULL,
    NOON,
    MemoryPlace,
    SqlitePlace,
    credential,
    held,
    learnt,
    request,
    submission,
)
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import scratch

PROGRAMMES = count()


@pytest.fixture
def place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path)


@pytest.fixture
def file(place: SqlitePlace) -> Path:
    """A ledger that has learnt something, closed."""
    with held(place, FULL):
        pass
    return Path(place.url.removeprefix("sqlite:///"))


# ── the file ─────────────────────────────────────────────────────────────────────


def test_the_ledger_is_for_its_owners_eyes_only(file: Path) -> None:
    assert {stat.S_IMODE(found.stat().st_mode) for found in file.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_every_connection_is_told_to_be_safe(file: Path) -> None:
    with make_engine(parse_url(f"sqlite:///{file}"), PATIENCE).connect() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert (pragma("synchronous"), pragma("foreign_keys"), pragma("busy_timeout")) == (2, 1, 10_000)
        assert str(pragma("journal_mode")).upper() == journal_rule()[0]


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_the_write_ahead_log_is_used_where_it_is_sound(version: tuple[int, int, int], journal: str) -> None:
    assert journal_rule(version)[0] == journal
    assert ".".join(map(str, version)) in journal_rule(version)[1]


def test_a_ledger_from_a_machine_with_a_write_ahead_log_opens(file: Path, place: SqlitePlace) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    with held(place, BASIS) as ledger:
        assert set(ledger.load().requests) == {1, 2, 3}


def test_a_broken_lesson_leaves_nothing_behind(place: SqlitePlace) -> None:
    with held(place, BASIS) as ledger:
        before = ledger.load()
        with pytest.raises(IntegrityError):
            ledger.learn(Lesson(facts={"new": "fact"}, requests=(request(3),), attempts=(Attempt(9, 1, submission()),)))
        assert ledger.load() == before


# ── what is wrong, in words ──────────────────────────────────────────────────────


def test_a_file_that_is_no_database_is_refused(file: Path, place: SqlitePlace) -> None:
    file.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(LedgerUnusable, match=r"is damaged.*badge-bridge restore"):
        place.open()


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_truncated_ledger_is_refused(file: Path, place: SqlitePlace, keep: float) -> None:
    with file.open("r+b") as opened:
        opened.truncate(int(file.stat().st_size * keep))
    with pytest.raises(LedgerUnusable, match=r"is damaged.*badge-bridge restore"):
        place.open()


def test_a_ledger_with_a_spoilt_page_is_refused(file: Path, place: SqlitePlace) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2 // 4096 * 4096)
        opened.write(b"\xa5" * 8192)
    with pytest.raises(LedgerUnusable, match=r"is damaged.*badge-bridge restore"):
        place.open()


def test_a_locked_ledger_is_for_later(file: Path, place: SqlitePlace) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerBusy, match=r"is locked by another program.*Try again later"):
            open_ledger(place.url, "club", place.clock, patience=timedelta(milliseconds=50))
    assert place.open().load().requests


def test_a_full_disk_is_explained_and_harms_nothing(file: Path, place: SqlitePlace) -> None:
    ledger = place.open()
    assert isinstance(ledger, SqlLedger)

    @event.listens_for(ledger._engine, "connect")
    def no_more_room(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {file.stat().st_size // 4096}")

    with ledger.lease(), pytest.raises(Refused, match="disk is full"):
        ledger.learn(Lesson(facts={"long": "x" * 100_000}))
    assert place.open().load() == learnt(FULL)


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE music (title TEXT)")
    with pytest.raises(LedgerUnusable, match="another program"):
        open_ledger(f"sqlite:///{tmp_path}/other.db", "club", FakeClock())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("bridge.db", "no address of a ledger"),
        ("mysql://localhost/x", "SQLite or PostgreSQL, not in mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:////proc/nowhere/bridge.db", "can't be opened"),
        ("sqlite:////proc", "can't be opened"),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(url: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        open_ledger(url, "club", FakeClock())


def test_a_server_out_of_reach_is_for_later_and_its_password_is_not_told() -> None:
    with pytest.raises(LedgerBusy, match="can't be reached") as caught:
        open_ledger("postgresql://ada:secret@127.0.0.1:1/none", "club", FakeClock())
    assert "secret" not in str(caught.value)


# ── versions ─────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return scratch() if request.param == "postgres" else f"sqlite:///{tmp_path}/bridge.db"


def test_the_migrations_lead_to_the_schema(url: str) -> None:
    open_ledger(url, "club", FakeClock())
    engine = create_engine(url)
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


def test_the_newest_revision_is_written_down() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    numbers = range(1, int(HEAD) + 1)
    assert {Path(revision.path).name for revision in scripts.walk_revisions()} == {f"v{n:04}.py" for n in numbers}


LATER = f"{int(HEAD) + 1:04}"
SCRIPT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None


def upgrade() -> None:
    op.add_column("requests", sa.Column("colour", sa.Text))
    {more}
"""


def next_version(folder: Path, more: str = "") -> Callable[[str, Callable[[], object]], None]:
    """A later program: it has one revision more."""
    shutil.copytree(SCRIPTS, folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    script = SCRIPT.format(revision=LATER, before=HEAD, more=more)
    (folder / "scripts" / "versions" / f"v{LATER}.py").write_text(script)

    def bring_up(url: str, keep: Callable[[], object]) -> None:
        engine = make_engine(parse_url(url), PATIENCE)
        upgrade(engine, url, keep=keep, scripts=folder / "scripts", head=LATER)
        engine.dispose()

    return bring_up


def test_an_older_ledger_is_kept_and_brought_up_to_date(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url, "club", FakeClock())
    with ledger.lease():
        ledger.learn(FULL)
    kept: list[Known] = []
    bring_up = next_version(tmp_path)
    bring_up(url, lambda: kept.append(ledger.load()))
    bring_up(url, lambda: kept.append(Known()))
    assert kept == [ledger.load()], "an up-to-date ledger is left alone"


def test_an_older_file_is_copied_while_nobody_else_can_write(file: Path, tmp_path: Path) -> None:
    aside = file.with_name("aside.db")
    next_version(tmp_path)(f"sqlite:///{file}", lambda: copy(file, aside))
    before = open_ledger(f"sqlite:///{aside}", "club", FakeClock())
    assert before.load() == learnt(FULL)


def test_a_ledger_of_a_newer_version_is_refused(url: str, tmp_path: Path) -> None:
    open_ledger(url, "club", FakeClock())
    next_version(tmp_path)(url, lambda: None)
    with pytest.raises(LedgerUnusable, match=rf"newer badge-bridge \(version {LATER}; this one knows {HEAD}\)"):
        open_ledger(url, "club", FakeClock())


def test_a_migration_that_fails_half_way_leaves_the_ledger_as_it_was(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url, "club", FakeClock())
    with ledger.lease():
        ledger.learn(FULL)
    with pytest.raises(ZeroDivisionError):
        next_version(tmp_path, more="1 / 0")(url, lambda: None)
    assert open_ledger(url, "club", FakeClock()).load() == ledger.load()


# ── the same as the fake, and fast ───────────────────────────────────────────────

ACTS = st.one_of(
    st.builds(lambda lesson: lambda ledger: ledger.learn(lesson), lessons()),
    st.builds(lambda kind, at: lambda ledger: ledger.begin(Effect(kind, at)), KINDS, IDS),
    st.builds(lambda kind, at: lambda ledger: ledger.prepared(Effect(kind, at), "ref"), KINDS, IDS),
    st.builds(
        lambda kind, at, until, note, doubt: (
            lambda ledger: ledger.postpone(Effect(kind, at), until, note, in_doubt=doubt)
        ),
        *(KINDS, IDS, TIMES, WORDS, st.booleans()),
    ),
    st.builds(
        lambda kind, at, note, doubt: lambda ledger: ledger.stick(Effect(kind, at), note, in_doubt=doubt),
        *(KINDS, IDS, WORDS, st.booleans()),
    ),
    st.builds(lambda kind, at: lambda ledger: ledger.finish(Effect(kind, at), "", credential(at)), KINDS, IDS),
    st.builds(lambda number: lambda ledger: ledger.retry(number), st.integers(1, 2)),
)


def outcome(ledger: Ledger, act: Callable[[Ledger], object]) -> object:
    try:
        told = act(ledger)
    except BridgeError as error:
        return type(error), str(error)
    return sorted(told, key=lambda effect: effect.key) if isinstance(told, list) else told


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, max_size=12))
def test_whatever_happens_the_file_and_the_fake_agree(
    place: SqlitePlace, acts: list[Callable[[Ledger], object]]
) -> None:
    real, fake = place.open(f"programme {next(PROGRAMMES)}"), MemoryPlace().open()
    with real.lease(), fake.lease():
        for act in (lambda ledger: ledger.learn(BASIS), *acts):
            assert outcome(real, act) == outcome(fake, act)
        assert real.load() == fake.load()
        assert [real.history(n) for n in (1, 2)] == [fake.history(n) for n in (1, 2)]
        assert real.mails_since(NOON) == fake.mails_since(NOON)


@pytest.mark.slow
def test_ten_thousand_attempts_are_learnt_and_loaded_in_two_seconds_each(place: SqlitePlace) -> None:
    numbers = range(1, 10_001)
    links = tuple(Evidence(n, EvidenceKind.WEB, f"https://example.org/{n}") for n in (1, 2))
    answer = submission(evidence=links, reflection="What I learnt. " * 30)
    first = Lesson(requests=tuple(request(n) for n in numbers), attempts=tuple(Attempt(n, 1, answer) for n in numbers))
    effects = Lesson(effects=tuple(Effect(kind, f"{n}-1") for n in numbers for kind in (Kind.ISSUE, Kind.TELL_ISSUED)))
    with held(place) as ledger:
        for work in (lambda: ledger.learn(first), lambda: ledger.learn(effects), ledger.load):
            started = process_time()
            work()
            assert process_time() - started < 20
    assert len(ledger.load().effects) == 20_000


def test_times_are_read_back_in_utc(place: SqlitePlace) -> None:
    with held(place, FULL) as ledger:
        known = ledger.load()
    assert known.requests[1].created_at.tzinfo is UTC
    naive = datetime(2026, 11, 22)  # noqa: DTZ001  # that is the point
    with held(place) as ledger, pytest.raises(Exception, match="names no time zone"):
        ledger.learn(Lesson(requests=(request(1, created_at=naive),)))
