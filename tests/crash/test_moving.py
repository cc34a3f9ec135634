"""Awards on their way from one backend to another, through whole cycles: a map is left, and nothing is there twice."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.cycle import plan_moves, run_moves
from bridge.errors import BadgeClosed, BridgeError, InDoubt, Refused, TryLater
from bridge.model import Known
from bridge.plan import Wish
from bridge.ports import Own
from tests.crash.world import FIRST_AID, POLICY, STORIES, FakeWorld, with_policy

THERE, BACK = Wish("badgr", "local"), Wish("local", "badgr")
MANY = 50


def town(teachers: int = 1, backend: str = "local", **more: object) -> FakeWorld:
    """A world in which so many badges were issued."""
    world = FakeWorld(policy=with_policy(backend=backend, new_awards=teachers, **more))
    for number in range(1, teachers + 1):
        world.forms.submit(f"teacher{number}@lakeview.example", FIRST_AID)
    world.run_to_rest()
    for row in world.sheet.rows:
        world.sheet.decide(row["ID"], "Approve")
    world.run_to_rest()
    return world


def moods(world: FakeWorld, verb: str, when: str, error: BridgeError) -> None:
    """From now on *verb* fails so, until somebody calms it down with `calm`."""

    def moody(name: str, at: str) -> None:
        if (name, at) == (verb, when):
            raise error

    world.moody = moody


def calm(world: FakeWorld) -> None:
    world.moody = lambda name, when: None


def told(known: Known) -> dict[str, list[str]]:
    """The map: where each award came from and went, move by move."""
    return {
        key: [moves[0].old.backend, *(move.new.backend for move in moves)]
        for key, moves in known.moves.items()
        if moves
    }


# ── fifty, there and back ────────────────────────────────────────────────────────


@pytest.mark.parametrize("deadly", [False, True])
def test_fifty_go_there_and_back_and_leave_a_map_and_no_duplicates(deadly: bool) -> None:
    world = town(MANY, "badgr")
    for n, wish in enumerate((THERE, BACK), 1):
        if deadly:
            world.doom.dies_at = world.doom.steps + 97 * n
        world.reissue(wish)
        world.run_to_rest()
    known = world.known()
    ids = [f"{number}-1" for number in range(1, MANY + 1)]
    assert told(known) == {key: ["badgr", "local", "badgr"] for key in ids}
    for key in ids:
        there, back = known.moves[key]
        assert back.new == there.old == known.orders[key], "it came back as what it was"
        assert back.old == there.new
        assert there.replaced is not None
        assert back.replaced is not None
        assert known.credentials[key].award == there.old.award
        assert [order.award for order, _ in known.replaced(key)] == [there.new.award]
    for backend in world.backends.values():
        assert len(backend.issued) == len(set(backend.issued)) == MANY
        assert backend.revoked == {}
    assert len(world.mails) == len(set(world.mails)) == 4 * MANY
    assert len({order.status_index for order in known.all_orders()}) == 2 * MANY
    assert {row["Status"] for row in world.sheet.rows} == {"Issued 2026-11-22, and mailed. Taken up again at Badgr."}
    assert {row["Badge link"] for row in world.sheet.rows} == {c.url for c in known.credentials.values()}
    assert world.run_once().changed_nothing


def test_a_dry_run_changes_nothing() -> None:
    world = town(3)
    before, events = deepcopy(world.known()), len(world.memory.events)
    moving = plan_moves(world.process(), world.policy, world.known(), BACK)
    assert [move.attempt_id for move in moving.moves] == ["1-1", "2-1", "3-1"]
    assert world.known() == before
    assert len(world.memory.events) == events
    assert world.backends["badgr"].issued == []


def test_asking_again_makes_nothing_anew() -> None:
    world = town(3)
    world.reissue(BACK)
    moving, report = run_moves(world.process(), world.policy, BACK)
    assert (moving.moves, moving.stay) == ((), ())
    assert report.changed_nothing
    assert len(world.backends["badgr"].issued) == 3


def test_only_what_was_asked_for_is_done() -> None:
    """The command moves badges; approvals and mails of others wait for the next cycle."""
    world = town(1)
    world.forms.submit("late@lakeview.example", FIRST_AID)
    world.run_to_rest()
    world.sheet.decide("2-1", "Approve")
    mails = len(world.mails)
    world.reissue(BACK)
    assert world.mails[mails:] == ["tell-reissued:1-1/1"]
    assert world.backends["local"].issued == [world.known().moves["1-1"][0].old.award]


# ── what goes wrong on the way ───────────────────────────────────────────────────


def test_one_that_can_not_be_made_there_stays_where_it_is_until_a_person_has_mended_it() -> None:
    world = town(1)
    moods(world, "backend badgr.issue", "before", Refused("Badgr wants a name.", "Return the request."))
    world.reissue(BACK)
    world.run_to_rest()
    assert world.known().orders["1-1"].backend == "local"
    assert world.known().effects["reissue:1-1/1"].note == (
        "Badgr wants a name. To leave it where it is, with this badge of all who hold it, run badge-bridge reissue "
        "--from badgr --to local --badge first-aid; to go on with it, correct the cause. Then the coordinator runs: "
        "badge-bridge retry 1"
    )
    assert world.status("1-1") == (
        "Issued 2026-11-22, and mailed. To be issued anew at Badgr. It waits for Badgr. Nothing for you to do; the "
        "coordinator sees why."
    )
    calm(world)
    world.ledger().retry(1)
    world.run_to_rest()
    assert world.status("1-1") == "Issued 2026-11-22, and mailed. Issued anew at Badgr."
    assert world.mails == ["tell-received:1-1", "tell-issued:1-1", "tell-reissued:1-1/1"]


def test_a_badge_that_is_closed_there_is_one_alert_and_nobody_is_stuck() -> None:
    world = town(4)
    moods(world, "backend badgr.issue", "before", BadgeClosed("The badge is archived at Badgr."))
    world.reissue(BACK)
    world.clock.advance(timedelta(hours=8))
    report = world.run_once()
    assert [(p.where, p.sentence) for p in report.problems] == [("badge first-aid", "The badge is archived at Badgr.")]
    assert report.stuck == []
    assert {row["Status"] for row in world.sheet.rows} == {
        "Issued 2026-11-22, and mailed. To be issued anew at Badgr. It waits for Badgr. Nothing for you to do; the "
        "coordinator sees why."
    }
    calm(world)
    world.clock.advance(timedelta(hours=8))
    world.run_to_rest()
    assert len(world.backends["badgr"].issued) == 4


def test_one_that_can_not_be_made_there_can_be_left_where_it_is() -> None:
    world = town(1)
    moods(world, "backend badgr.issue", "before", Refused("Badgr wants a name."))
    world.reissue(BACK)
    calm(world)
    world.reissue(THERE)
    report = world.run_to_rest()
    assert report.stuck == []
    assert world.status("1-1") == "Issued 2026-11-22, and mailed."
    assert world.backends["badgr"].issued == []
    assert world.mails == ["tell-received:1-1", "tell-issued:1-1"]


def test_a_coach_who_revokes_while_a_move_is_in_doubt_revokes_both() -> None:
    """The vendor made it and its answer was lost: the word must wait, or the new badge would be good for ever."""
    world = town(1)
    moods(world, "backend badgr.issue", "after", InDoubt("No answer."))
    world.reissue(BACK)
    moods(world, "backend badgr.find", "before", TryLater("No answer."))
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    world.run_once()
    assert world.status("1-1").startswith("Please wait with “Revoke”")
    assert world.backends["local"].revoked == {}
    calm(world)
    world.clock.advance(timedelta(hours=8))
    world.run_to_rest()
    for backend in world.backends.values():
        assert backend.revoked == dict.fromkeys(backend.issued, "Not her work.")
    assert world.status("1-1") == "Revoked 2026-11-23; the teacher was told."
    assert all(world.site.is_public(credential) for _, credential in world.known().all_credentials())


def test_what_is_revoked_is_so_everywhere_the_same_night() -> None:
    world = town(1)
    world.reissue(BACK)
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    world.run_once()
    for backend in world.backends.values():
        assert backend.revoked == dict.fromkeys(backend.issued, "Not her work.")
    assert world.status("1-1") == "Revoked 2026-11-22; the teacher was told."
    assert set(world.site.public.values()) == {True}
    assert set(world.site.successors.values()) == {""}


def test_a_vendor_that_can_not_withdraw_yet_is_told_in_the_row() -> None:
    world = town(1, "badgr")
    world.reissue(THERE)
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    moods(world, "backend badgr.revoke", "before", TryLater("Badgr is down."))
    world.run_once()
    assert world.status("1-1") == (
        "Revoked 2026-11-22; the teacher was told. Not withdrawn yet at Badgr. It waits for Badgr. Nothing for you to "
        "do; the coordinator sees why."
    )
    calm(world)
    world.clock.advance(timedelta(hours=8))
    world.run_to_rest()
    assert world.status("1-1") == "Revoked 2026-11-22; the teacher was told."
    assert len(world.backends["badgr"].revoked) == 1


def test_the_old_one_lives_until_the_new_one_is_public() -> None:
    world = town(1)
    world.site.trouble = TryLater("The web server is down.")
    world.reissue(replace(BACK, revoke=True))
    world.run_once()
    assert world.backends["local"].revoked == {}
    world.site.trouble = None
    world.clock.advance(timedelta(hours=8))
    world.run_to_rest()
    assert len(world.backends["local"].revoked) == 1
    (old,) = [credential for _, credential in world.known().replaced("1-1")]
    assert world.site.is_public(old)
    assert world.site.successors[old.award] == world.known().credentials["1-1"].url


def test_after_a_withdrawal_that_failed_the_award_can_come_home_under_another_name() -> None:
    """An old badge that is still to be withdrawn must not come into force again."""
    world = town(1)
    moods(world, "backend local.revoke", "before", TryLater("The disk is full."))
    world.reissue(replace(BACK, revoke=True))
    world.run_once()
    world.reissue(THERE)
    calm(world)
    world.run_to_rest()
    known = world.known()
    first, second = world.backends["local"].issued
    assert list(world.backends["local"].revoked) == [first]
    assert known.credentials["1-1"].award == second
    assert known.credentials["1-1"].revoked_at is None


def test_an_older_ledger_put_back_finds_what_was_made_meanwhile() -> None:
    world = town(3)
    before = deepcopy(world.memory)
    world.reissue(BACK)
    world.run_to_rest()
    world.memory = before
    assert any("tells another log" in problem.sentence for problem in world.run_once().problems)
    del world.sheet.own[Own.LOG]  # the coordinator has seen why, and deletes the tab
    world.run_to_rest()
    world.reissue(BACK)
    world.run_to_rest()
    badgr = world.backends["badgr"]
    assert len(badgr.issued) == 3
    assert {c.award for c in world.known().credentials.values()} == set(badgr.issued)


def test_a_programme_without_vendors_knows_no_moves() -> None:
    world = FakeWorld(policy=POLICY)
    STORIES[0].play(world)
    assert world.known().moves == {}
    assert world.backends["badgr"].credentials == {}
