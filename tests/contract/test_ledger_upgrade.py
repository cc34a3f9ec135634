"""Ledgers of older versions of this program go on, with all that they know."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select, text

from bridge.ledger import issued, open_ledger
from bridge.ledger.backup import copy
from bridge.ledger.engine import PATIENCE, make_engine, parse_url
from bridge.ledger.migrations import HEAD, SCRIPTS, upgrade, version_of
from bridge.ledger.schema import metadata
from bridge.model import Acceptance, Effect, Identity, Kind, Lesson, Move, Prerequisites, State, Token, Uptake
from bridge.ports import Ledger
from tests.contract.ledgers import FULL, NOON, RICH, credential, learnt, order
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import scratch

CLAIMED: dict[str, Any] = {"ratings": (), "identity": Identity.COLUMN, "said_at": None}
#: What older versions could know: nothing was rated by rubrics, nobody was verified, and criteria stood in no Docs.
WITHOUT_DOCS = replace(
    FULL,
    criteria=(),
    achievements=tuple(replace(one, rubric=()) for one in FULL.achievements),
    decisions=tuple(replace(one, **CLAIMED) for one in FULL.decisions),
    orders=tuple(replace(one, results=()) for one in FULL.orders),
)
#: The first one: badges had no type, tags, alignments or end then.
OLD = replace(WITHOUT_DOCS, achievements=tuple(a for a in WITHOUT_DOCS.achievements if a.key != RICH.key))
FIRST, SECOND = ("0001", OLD), ("0002", WITHOUT_DOCS)
POLICY: dict[str, Any] = {"reviewers": ("cora@example.org",), "review_days": 5, "most_attempts": 3, "by_itself": True}
POLICY["prerequisites"] = Prerequisites(1, ("chess",))
POLICY["second_look"] = "coordinator"
ISSUE = Effect(Kind.ISSUE, "1-2")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return scratch() if request.param == "postgres" else f"sqlite:///{tmp_path}/bridge.db"


@pytest.fixture
def as_it_was(url: str, tmp_path: Path) -> Callable[[str, Lesson], None]:
    """Make the ledger as an older *version* of this program left it."""

    def make(version: str, lesson: Lesson) -> None:
        scripts = tmp_path / "scripts"
        shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        only(version, scripts)
        engine, today = (make_engine(parse_url(at), PATIENCE) for at in (url, f"sqlite:///{tmp_path}/today.db"))
        upgrade(engine, url, keep=lambda: None, scripts=scripts, head=version)
        ledger = open_ledger(f"sqlite:///{tmp_path}/today.db", "club", FakeClock())
        with ledger.lease():
            ledger.learn(lesson)
            ledger.finish(ledger.begin(ISSUE), credential=credential("1-2"))
        pour(today, engine)

    return make


def only(version: str, scripts: Path) -> None:
    """Leave the migrations up to *version*."""
    for script in (scripts / "versions").glob("v*.py"):
        if script.stem.removeprefix("v") > version:
            script.unlink()


def pour(source: Engine, target: Engine) -> None:
    """Copy all rows, without the columns that the target has not."""
    older = MetaData()
    older.reflect(target)
    with source.connect() as giving, target.begin() as taking:
        for table in (table for table in metadata.sorted_tables if table.name in older.tables):
            columns = [column for column in table.columns if column.name in older.tables[table.name].columns]
            rows = [dict(row._mapping) for row in giving.execute(select(*columns))]
            if rows:
                taking.execute(table.insert(), rows)
    source.dispose()
    target.dispose()


@pytest.mark.parametrize(("version", "lesson"), [FIRST, SECOND])
def test_a_ledger_of_an_older_version_goes_on(
    version: str, lesson: Lesson, url: str, as_it_was: Callable[[str, Lesson], None]
) -> None:
    as_it_was(version, lesson)
    expected = learnt(lesson)
    expected.effects[ISSUE.key] = replace(ISSUE, state=State.DONE, attempts=1)
    expected.credentials["1-2"] = credential("1-2")
    ledger: Ledger = open_ledger(url, "club", FakeClock())
    assert ledger.load() == expected
    assert len(ledger.history(1)) == 4
    at_badgr = order("1-2", award="moved", backend="badgr", given_name="Ada")
    taught = Lesson(
        achievements=(replace(RICH, rubric=(), backend="badgr", **POLICY),),
        moves=(Move("1-2", 1, expected.orders["1-2"], at_badgr, NOON, credential("1-2")),),
        accepted={"1-2": Uptake(Acceptance.WAITING)},
        criteria=FULL.criteria,
    )
    with ledger.lease():
        ledger.learn(taught)
        ledger.keep_token("badgr", Token("secret", expires_at=NOON))
    expected.learn(taught)
    again = open_ledger(url, "club", FakeClock())
    assert again.load() == expected
    assert again.token("badgr") == Token("secret", expires_at=NOON)


@pytest.mark.parametrize(("version", "lesson"), [FIRST, SECOND])
def test_badges_are_counted_before_an_older_ledger_is_brought_up_to_date(
    version: str, lesson: Lesson, url: str, as_it_was: Callable[[str, Lesson], None]
) -> None:
    as_it_was(version, lesson)
    assert issued(url, "club") == {"did:web:example.org": 1}


def test_the_link_that_credly_gave_for_its_earner_is_shown_to_nobody_else(
    url: str, as_it_was: Callable[[str, Lesson], None]
) -> None:
    as_it_was("0004", FULL)
    link = "https://www.credly.com/badges/1/accept"
    with make_engine(parse_url(url), PATIENCE).begin() as connection:
        connection.execute(
            text("UPDATE credentials SET backend = 'credly', acceptance = 'accepted', vendor_url = :l"), {"l": link}
        )
    expected = credential("1-2", backend="credly", accept_url=link)
    assert open_ledger(url, "club", FakeClock()).load().credentials == {"1-2": expected}


def test_a_file_is_laid_aside_before_it_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "bridge.db"
    engine = make_engine(parse_url(f"sqlite:///{file}"), PATIENCE)
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    only("0001", scripts)
    upgrade(engine, str(file), keep=lambda: None, scripts=scripts, head="0001")
    engine.dispose()
    copy(file, tmp_path / "copy.db")
    open_ledger(f"sqlite:///{file}", "club", FakeClock())
    for path, version in ((file, HEAD), (tmp_path / f"bridge.db.before-{HEAD}", "0001")):
        with make_engine(parse_url(f"sqlite:///{path}"), PATIENCE).connect() as connection:
            assert version_of(connection) == version
