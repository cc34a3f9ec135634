"""What every ledger keeps of awards that move and of vendors' tokens: in memory, SQLite or PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import LeaseLost
from bridge.ledger import issued, restore
from bridge.model import Acceptance, Effect, Kind, Lesson, Move, State, Token, Uptake
from bridge.ports import Ledger
from tests.contract.ledgers import (
    BASIS,
    ISSUE,
    NOON,
    MemoryPlace,
    SqlitePlace,
    credential,
    held,
    learnt,
    order,
    submission,
)

FIRST = order("1-1", expires=NOON + timedelta(days=365), evidence=submission().evidence, narrative="Well done")
SECOND = replace(FIRST, award="second", salt="another", backend="badgr", status_index=7, given_name="Ada")
OLD, NEW = credential("1-1"), credential("1-1", award="second", backend="badgr", vendor_url="https://badgr.example/1")
MOVE = Move("1-1", 1, FIRST, SECOND, NOON)
TOOK_PLACE = replace(MOVE, replaced=OLD)
REISSUE, WITHDRAW = Effect(Kind.REISSUE, "1-1/1"), Effect(Kind.WITHDRAW, "1-1/1")
PLANNED = Lesson(orders=(FIRST,), effects=(ISSUE,))
MOVING = Lesson(moves=(MOVE,), effects=(REISSUE, WITHDRAW))
TOKEN = Token("access-word", "refresh-word", NOON + timedelta(days=1), NOON, failures=3)


def issue(ledger: Ledger) -> None:
    ledger.finish(ledger.begin(ISSUE), credential=OLD)


def moved(ledger: Ledger) -> None:
    issue(ledger)
    ledger.learn(MOVING)
    ledger.finish(ledger.begin(REISSUE), credential=NEW, move=TOOK_PLACE)


# ── moves ────────────────────────────────────────────────────────────────────────


def test_a_planned_move_leaves_the_old_order_in_force(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        ledger.learn(MOVING)
        ledger.learn(MOVING)
        known = ledger.load()
    assert known.moves == {"1-1": (MOVE,)}
    assert known.orders == {"1-1": FIRST}
    assert known.credentials == {"1-1": OLD}
    assert {o.award for o in known.all_orders()} == {FIRST.award, "second"}
    assert list(known.all_credentials()) == [(FIRST, OLD)]


def test_a_move_that_took_place_puts_its_order_and_credential_into_force(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        moved(ledger)
    known = place.open().load()
    assert known.orders == {"1-1": SECOND}
    assert known.credentials == {"1-1": NEW}
    assert known.moves == {"1-1": (TOOK_PLACE,)}
    assert known.effects[REISSUE.key] == replace(REISSUE, state=State.DONE, attempts=1)
    assert list(known.all_credentials()) == [(SECOND, NEW), (FIRST, OLD)]


def test_what_the_ledger_says_is_what_known_learns_of_a_move(place: MemoryPlace) -> None:
    """The acting part keeps its own copy in step with a lesson."""
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        ledger.learn(MOVING)
        mine = ledger.load()
        mine.effects[REISSUE.key] = ledger.finish(ledger.begin(REISSUE), credential=NEW, move=TOOK_PLACE)
        mine.learn(Lesson(moves=(TOOK_PLACE,), orders=(SECOND,)))
        mine.credentials["1-1"] = NEW
        assert ledger.load() == mine


def test_withdrawing_what_was_replaced_leaves_the_order_in_force(place: MemoryPlace) -> None:
    """Home again meanwhile, the award must not be sent back to the vendor by an old badge's end."""
    back = Move("1-1", 2, SECOND, FIRST, NOON, NEW)
    again = Effect(Kind.REISSUE, "1-1/2")
    with held(place, BASIS, PLANNED) as ledger:
        moved(ledger)
        ledger.learn(Lesson(moves=(replace(back, replaced=None),), effects=(again,)))
        ledger.finish(ledger.begin(again), credential=OLD, move=back)
        gone = replace(TOOK_PLACE, replaced=replace(OLD, revoked_at=NOON, revoked_why="Replaced."))
        ledger.finish(ledger.begin(WITHDRAW), move=gone)
        known = ledger.load()
    assert known.orders == {"1-1": FIRST}
    assert known.credentials == {"1-1": OLD}
    assert known.moves == {"1-1": (gone, back)}


def test_a_move_is_written_whole_or_not_at_all(place: MemoryPlace) -> None:
    sleeper, other = place.open(), place.open()
    with sleeper.lease():
        for lesson in (BASIS, PLANNED):
            sleeper.learn(lesson)
        issue(sleeper)
        sleeper.learn(MOVING)
        begun = sleeper.begin(REISSUE)
        place.wait(1.1)
        with other.lease():
            with pytest.raises(LeaseLost):
                sleeper.finish(begun, credential=NEW, move=TOOK_PLACE)
            known = other.load()
    assert (known.orders["1-1"], known.credentials["1-1"], known.moves["1-1"]) == (FIRST, OLD, (MOVE,))
    assert known.effects[REISSUE.key].in_doubt


def test_stuck_moves_are_tried_again_with_their_request(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        ledger.learn(MOVING)
        ledger.stick(ledger.begin(REISSUE), "The name is missing.", in_doubt=False)
        (again,) = place.open().retry(1)
        assert again == replace(REISSUE, note="The name is missing.")
        ledger.finish(ledger.begin(again), credential=NEW, move=TOOK_PLACE)
        assert ledger.load().orders == {"1-1": SECOND}


def test_a_move_called_off_is_kept_and_its_entry_stays_taken(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        ledger.learn(MOVING)
        ledger.learn(Lesson(cancelled=(REISSUE.key, WITHDRAW.key)))
        known = ledger.load()
    assert {known.effects[key].state for key in (REISSUE.key, WITHDRAW.key)} == {State.CANCELLED}
    assert {o.status_index for o in known.all_orders()} == {FIRST.status_index, SECOND.status_index}


def test_badges_of_our_own_count_although_others_took_their_place(place: MemoryPlace) -> None:
    if not place.url:
        pytest.skip("memory has no address")
    programme = place.open().programme  # type: ignore[attr-defined]
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        assert issued(place.url, programme) == {"did:web:example.org": 1}
        moved_on = replace(credential("2-1"), backend="badgr")
        ledger.learn(Lesson(orders=(order("2-1", backend="badgr"),), effects=(Effect(Kind.ISSUE, "2-1"),)))
        ledger.finish(ledger.begin(Effect(Kind.ISSUE, "2-1")), credential=moved_on)
        assert issued(place.url, programme) == {"did:web:example.org": 1}
        ledger.learn(MOVING)
        ledger.finish(ledger.begin(REISSUE), credential=NEW, move=TOOK_PLACE)
        assert issued(place.url, programme) == {"did:web:example.org": 1}
        back = Effect(Kind.REISSUE, "1-1/2")
        home = Move("1-1", 2, SECOND, FIRST, NOON, NEW)
        ledger.learn(Lesson(moves=(home,), effects=(back,)))
        ledger.finish(ledger.begin(back), credential=OLD, move=home)
        assert issued(place.url, programme) == {"did:web:example.org": 1}


# ── what earners did ─────────────────────────────────────────────────────────────


def test_what_an_earner_did_is_kept_beside_the_rest(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        taught = Lesson(accepted={"1-1": Uptake(Acceptance.WAITING)}, facts={"acceptance:badgr": "now"})
        expected = ledger.load()
        shown = Lesson(accepted={"1-1": Uptake(Acceptance.ACCEPTED, "https://credly.example/1")})
        for lesson in (taught, taught, shown, Lesson(accepted={"1-1": Uptake(Acceptance.ACCEPTED)})):
            ledger.learn(lesson)
            expected.learn(lesson)
            assert ledger.load() == expected
    assert place.open().load().credentials == {
        "1-1": replace(OLD, acceptance=Acceptance.ACCEPTED, vendor_url="https://credly.example/1")
    }


# ── tokens ───────────────────────────────────────────────────────────────────────


def test_a_token_is_kept_whole_and_for_each_backend(place: MemoryPlace) -> None:
    with held(place) as ledger:
        assert ledger.token("badgr") is None
        ledger.keep_token("badgr", TOKEN)
        ledger.keep_token("other", Token("else"))
    assert place.open().token("badgr") == TOKEN
    assert place.open().token("other") == Token("else")


def test_a_newer_token_takes_the_older_ones_place(place: MemoryPlace) -> None:
    ledger = place.open()
    ledger.keep_token("badgr", TOKEN)
    ledger.keep_token("badgr", Token("newer"))
    assert place.open().token("badgr") == Token("newer")


def test_a_token_is_kept_and_read_without_the_lease_and_while_another_holds_it(place: MemoryPlace) -> None:
    """The doctor logs in too; what the server gave last is what counts."""
    with held(place) as ledger:
        place.open().keep_token("badgr", TOKEN)
        assert ledger.token("badgr") == TOKEN
        ledger.keep_token("badgr", Token("newer"))
        assert place.open().token("badgr") == Token("newer")


def test_a_bridge_that_lost_its_lease_keeps_no_token(place: MemoryPlace) -> None:
    """It may have slept with an old one, which the other bridge has used up."""
    sleeper, other = place.open(), place.open()
    with sleeper.lease():
        place.wait(1.1)
        with other.lease():
            other.keep_token("badgr", TOKEN)
            with pytest.raises(LeaseLost):
                sleeper.keep_token("badgr", Token("stale"))
            assert sleeper.token("badgr") == TOKEN


def test_programmes_do_not_see_each_others_tokens(place: MemoryPlace) -> None:
    place.open("club").keep_token("badgr", TOKEN)
    assert place.open("school").token("badgr") is None


def test_a_token_is_no_part_of_what_is_known_and_shows_itself_nowhere(place: MemoryPlace) -> None:
    with held(place, BASIS) as ledger:
        ledger.keep_token("badgr", TOKEN)
        known = ledger.load()
        assert known == learnt(BASIS)
        for shown in (repr(ledger), repr(known), repr(TOKEN), str(TOKEN), repr(ledger.history(1))):
            assert "access-word" not in shown
            assert "refresh-word" not in shown
    assert "failures=3" in repr(TOKEN)


# ── an older ledger put back ─────────────────────────────────────────────────────


def test_a_backup_brings_back_the_moves_of_its_time(tmp_path: Path) -> None:
    place = SqlitePlace(tmp_path)
    with held(place, BASIS, PLANNED) as ledger:
        issue(ledger)
        before = ledger.load()
    backup = place.open().backup(tmp_path / "backups", 3)
    assert backup is not None
    with held(place) as ledger:
        ledger.learn(MOVING)
        ledger.finish(ledger.begin(REISSUE), credential=NEW, move=TOOK_PLACE)
        after = ledger.load()
    restore(place.url, backup, place.clock)
    assert place.open().load() == before
    with held(place) as ledger:
        ledger.learn(MOVING)
        ledger.finish(ledger.begin(REISSUE), credential=NEW, move=TOOK_PLACE)
        assert ledger.load() == after
