"""What every ledger keeps of its decision log: in memory, SQLite or PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from bridge.ledger import journal
from bridge.model import Decision, Lesson, Line, State, Verdict
from bridge.plan import chain
from bridge.ports import Ledger
from tests.contract.ledgers import BASIS, FULL, ISSUE, NOON, TELL, MemoryPlace, SqlitePlace, held

RETURNED = Decision("1-1", 1, 1, Verdict.RETURN, "Cora@example.org", "Ada, more please.", NOON)
APPROVED = Decision("1-2", 1, 1, Verdict.APPROVE, "cora@example.org ", "", NOON + timedelta(minutes=1, microseconds=7))
TAKEN_BACK = replace(APPROVED, n=2, verdict=None, reviewer="")
PLANNED = Lesson(effects=(ISSUE, TELL))


def told(ledger: Ledger) -> list[tuple[int, str, str]]:
    return [(line.n, line.attempt_id, line.what) for line in ledger.log()]


def test_decisions_and_deeds_are_told_in_their_order(place: MemoryPlace) -> None:
    with held(place, BASIS, Lesson(decisions=(RETURNED,)), Lesson(decisions=(APPROVED,)), PLANNED) as ledger:
        ledger.finish(ledger.begin(ISSUE))
        ledger.learn(Lesson(decisions=(TAKEN_BACK,)))
    lines = place.open().log()
    assert [(line.n, line.attempt_id, line.what) for line in lines] == [
        (1, "1-1", "decided: Return"),
        (2, "1-2", "decided: Approve"),
        (3, "1-1", "badge issued"),
        (4, "1-2", "taken back"),
    ]
    assert {line.badge for line in lines} == {"first-aid"}
    assert lines[1].at == NOON + timedelta(minutes=1)
    assert chain.first_break(lines) is None


def test_an_empty_ledger_has_an_empty_log(place: MemoryPlace) -> None:
    assert list(place.open().log()) == []


def test_learning_the_same_again_adds_no_line(place: MemoryPlace) -> None:
    with held(place, BASIS, Lesson(decisions=(RETURNED,))) as ledger:
        before = ledger.log()
        ledger.learn(Lesson(decisions=(RETURNED,)))
        ledger.learn(Lesson(decisions=(replace(RETURNED, enacted=True),)))  # it acts: known already
    assert place.open().log() == before


def test_an_earlier_decision_in_force_again_is_a_taking_back(place: MemoryPlace) -> None:
    """Whoever undoes a later choice decides nothing, and nobody knows who it was."""
    again = replace(RETURNED, n=2, enacted=True)
    void = replace(APPROVED, n=2, verdict=None, seen_at=NOON)  # the teacher sent another answer; Cora did nothing
    with held(place, BASIS, Lesson(decisions=(RETURNED,)), Lesson(decisions=(again, void))) as ledger:
        lines = ledger.log()
    assert [(line.attempt_id, line.what, bool(line.by)) for line in lines] == [
        ("1-1", "decided: Return", True),
        ("1-1", "taken back", False),
        ("1-2", "taken back", False),
    ]


def test_two_who_approve_at_one_moment_both_decided(place: MemoryPlace) -> None:
    """A clock may stand still; the second word is another person's, so it takes nothing back."""
    by_bo = replace(APPROVED, n=2, reviewer="bo@example.org")
    with held(place, BASIS, Lesson(decisions=(APPROVED,)), Lesson(decisions=(by_bo,))) as ledger:
        lines = ledger.log()
    assert [line.what for line in lines] == ["decided: Approve", "decided: Approve"]
    assert lines[0].by != lines[1].by


def test_only_what_was_done_is_told(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        ledger.postpone(ledger.begin(ISSUE), NOON, "not now", in_doubt=True)
        ledger.stick(ledger.begin(ISSUE), "no", in_doubt=False)
        ledger.retry(1)
        assert told(ledger) == []
        ledger.finish(ledger.begin(ISSUE))
        assert told(ledger) == [(1, "1-1", "badge issued")]
        assert ledger.load().effects[ISSUE.key].state is State.DONE


def test_no_line_holds_a_name_a_word_or_an_address(place: MemoryPlace) -> None:
    with held(place, FULL) as ledger:
        ledger.finish(ledger.begin(FULL.effects[0]))
    lines = str(place.open().log()).casefold()
    told = ("ada", "cora", "example.org", "more, please")  # as words: a hash may well hold “ada”
    assert [word for word in told if re.search(rf"\b{word}\b", lines)] == []


def test_one_person_has_one_pseudonym(place: MemoryPlace) -> None:
    """However it is spelt; and another in another programme, so that logs can't be laid side by side."""
    decisions = (
        RETURNED,
        APPROVED,
        replace(APPROVED, n=2, reviewer="bob@example.org", seen_at=NOON),
        replace(RETURNED, attempt_id="2-1"),
    )
    with held(place, BASIS, Lesson(decisions=decisions)) as ledger:
        by_cora, again, by_bob, of_bob = ledger.log()
    assert by_cora.by == again.by != by_bob.by
    assert by_cora.person == again.person != of_bob.person
    assert of_bob.person == by_bob.by  # bob asks for one badge and reviews another
    assert all(len(line.person) == 12 for line in (by_cora, of_bob))


def test_programmes_keep_their_logs_apart(place: MemoryPlace) -> None:
    for programme in ("club", "staff"):
        ledger = place.open(programme)
        with ledger.lease():
            ledger.learn(BASIS)
            ledger.learn(Lesson(decisions=(RETURNED,)))
    assert told(place.open("club")) == told(place.open("staff")) == [(1, "1-1", "decided: Return")]


def test_a_badge_of_which_nobody_knows_the_key_yet_is_told_without(place: MemoryPlace) -> None:
    with held(place, BASIS, Lesson(decisions=(replace(RETURNED, attempt_id="2-1"),))) as ledger:
        assert [line.badge for line in ledger.log()] == [""]


def test_more_decisions_than_one_query_takes(place: MemoryPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_MOST", 7)
    decisions = tuple(replace(RETURNED, n=n) for n in range(1, 21))
    with held(place, BASIS, Lesson(decisions=decisions[:9])) as ledger:
        ledger.learn(Lesson(decisions=decisions))
        lines = ledger.log()
    assert [line.n for line in lines] == list(range(1, 21))
    assert chain.first_break(lines) is None


@pytest.mark.parametrize(
    ("harm", "where"),
    [
        ("UPDATE log SET what = 'decided: Decline' WHERE n = 2", 2),
        ("UPDATE log SET person = '' WHERE n = 1", 1),
        ("UPDATE log SET at = '2026-11-22 11:00:00' WHERE n = 2", 2),
        ("DELETE FROM log WHERE n = 2", 2),
        ("DELETE FROM log WHERE n = 1", 1),
        ("UPDATE log SET hash = hash || '0' WHERE n = 3", 3),
        ("UPDATE log SET n = 9 WHERE n = 3", 3),
    ],
)
def test_what_is_changed_in_the_file_breaks_the_chain_there(harm: str, where: int, tmp_path: Path) -> None:
    place = SqlitePlace(tmp_path)
    with held(place, BASIS, Lesson(decisions=(RETURNED, APPROVED, TAKEN_BACK))):
        pass
    engine = create_engine(place.url)
    with engine.begin() as connection:
        connection.execute(text(harm))
    engine.dispose()
    assert chain.first_break(place.open().log()) == where


def test_a_line_is_written_with_its_deed_or_not_at_all(tmp_path: Path) -> None:
    """A decision about an attempt that the ledger does not know is refused as a whole, and so is its line."""
    place = SqlitePlace(tmp_path)
    with held(place, BASIS) as ledger, pytest.raises(IntegrityError):
        ledger.learn(Lesson(decisions=(RETURNED, replace(RETURNED, attempt_id="9-9"))))
    assert place.open().load().decisions == {}
    assert place.open().log() == []


def test_the_hash_of_a_line_is_what_the_documents_say() -> None:
    """docs/operating.md tells how to compute it without this program."""
    entry = chain.of_decision(chain.News(RETURNED), NOON, "first-aid", "ada@example.org")
    (line,) = chain.continued(None, [entry], b"key")
    assert line == Line(
        n=1,
        at=NOON,
        attempt_id="1-1",
        what="decided: Return",
        badge="first-aid",
        by="9be6d9cc14d0",
        person="e7e8f78d42b4",
        hash="6162816aeb15b248a87c484dd7a2e72b3398a9a1ecec96d12bd7b0017491f166",
    )
