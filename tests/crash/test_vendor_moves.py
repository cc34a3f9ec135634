"""Fifty awards move from one place to another and back: a map of them, and nobody's badge twice, whoever dies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.model import Kind, Order, State
from bridge.plan import Wish
from tests.crash.moods import retry_what_is_stuck
from tests.crash.mortal import calm
from tests.crash.vendor_storms import MISFORTUNES, PATIENCE, SHORT, Doze, Weather
from tests.crash.vendor_world import VendorWorld
from tests.crash.vendors import BADGES, EASE, BadgrKeeper, CredlyKeeper, Keeper
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.usefixtures("only_processes_die")

MANY = 50
THERE, BACK = Wish("badgr", "local"), Wish("local", "badgr")


@contextmanager
def awarded(folder: Path, awards: int = MANY, *, easy: bool = True) -> Iterator[VendorWorld]:
    """So many awards at Badgr, announced: each person has two, of different badges. Credly stands ready."""
    clock = FakeClock()
    told = {"timeout": EASE} if easy else SHORT
    with ExitStack() as stack:
        badgr = stack.enter_context(BadgrKeeper(clock, told, {"patience": PATIENCE}))
        credly = stack.enter_context(CredlyKeeper(clock, told, PATIENCE))
        world = VendorWorld(clock=clock, keepers=[badgr, credly], folder=folder)
        world.ask([f"teacher{number}" for number in range(1, awards // 2 + 1)])
        world.approve_all()
        world.run_to_rest()
        world.check_all_issued()
        yield world


def orders(world: VendorWorld) -> dict[str, Order]:
    return dict(world.known().orders)


def counting(world: VendorWorld) -> Counter[str]:
    """How many badges that count lie where."""
    return Counter(one.place for one in world.held() if not one.revoked)


def move(world: VendorWorld, wish: Wish) -> None:
    """Move all at once, and see that asking again, and a cycle, have nothing left to do."""
    moved = world.move(wish)
    assert moved is not None
    assert (len(moved[0].moves), moved[0].stay) == (len(world.known().orders), ())
    world.clock.advance(timedelta(hours=8))
    world.run_to_rest()
    again = world.move(wish)
    assert again is not None
    assert again[0].moves == ()
    assert again[1].changed_nothing


def check_mails(world: VendorWorld, moves: int) -> None:
    """Each holder was told of each move once, and of the badge once."""
    told = Counter(key.partition(":")[0] for key in world.mails)
    awards = len(world.known().orders)
    assert told == {"tell-received": awards, "tell-issued": awards, "tell-reissued": awards * moves}
    assert len(set(world.mails)) == len(world.mails)


def check_map(world: VendorWorld, first: dict[str, Order], places: Sequence[str]) -> None:
    """The ledger says of each award which took the place of which."""
    known = world.known()
    for attempt_id, order in first.items():
        moves = known.moves[attempt_id]
        assert [move.n for move in moves] == list(range(1, len(places)))
        assert [moves[0].old.backend, *(move.new.backend for move in moves)] == list(places)
        assert moves[0].old == order
        assert [move.old.award for move in moves[1:]] == [move.new.award for move in moves[:-1]]
        assert known.orders[attempt_id] == moves[-1].new
        assert known.credentials[attempt_id].award == moves[-1].new.award
        assert all(move.replaced is not None and move.replaced.award == move.old.award for move in moves)
        assert {key for key, effect in known.effects.items() if effect.state is not State.DONE} == set()


def test_fifty_awards_move_there_and_back(tmp_path: Path) -> None:
    with awarded(tmp_path) as world:
        badgr, first, refs = world.keepers[0], orders(world), {one.ref for one in world.held()}
        assert badgr.calls("assertion_create") == MANY
        move(world, THERE)
        assert counting(world) == {"badgr": MANY, "local": MANY}
        check_mails(world, 1)
        check_map(world, first, ("badgr", "local"))
        move(world, BACK)
        check_map(world, first, ("badgr", "local", "badgr"))
        check_mails(world, 2)
        world.check_books()
        assert orders(world) == first
        assert {one.ref for one in world.held() if one.place == "badgr"} == refs
        assert counting(world) == {"badgr": MANY, "local": MANY}
        assert badgr.calls("assertion_create") == MANY
        assert set(world.statuses().values()) == {
            "Issued DAY, and mailed. Not accepted by the teacher yet. Taken up again at Badgr."
        }
        world.check_rest()


def test_what_is_to_be_withdrawn_counts_no_more_and_is_made_anew_on_the_way_back(tmp_path: Path) -> None:
    with awarded(tmp_path, 10) as world:
        first = orders(world)
        move(world, Wish("badgr", "local", revoke=True))
        assert counting(world) == {"local": 10}
        move(world, Wish("local", "badgr", revoke=True))
        check_map(world, first, ("badgr", "local", "badgr"))
        check_mails(world, 2)
        world.check_books()
        assert counting(world) == {"badgr": 10}
        assert Counter(one.place for one in world.held()) == {"badgr": 20, "local": 10}
        assert {order.award for order in orders(world).values()}.isdisjoint(o.award for o in first.values())


def test_one_badge_alone_moves_to_credly_and_back(tmp_path: Path) -> None:
    with awarded(tmp_path, 10) as world:
        badgr, credly = world.keepers
        for wish in (Wish("badgr", "credly", badge="first-aid"), Wish("credly", "badgr", badge="first-aid")):
            moved = world.move(wish)
            assert moved is not None
            assert {move.old.achievement for move in moved[0].moves} == {"first-aid"}
            world.check_books()
        assert Counter((one.place, one.badge) for one in world.held()) == {
            ("badgr", "first-aid"): 5,
            ("badgr", "co-teaching"): 5,
            ("credly", "first-aid"): 5,
        }
        assert (badgr.calls("assertion_create"), credly.calls("issue")) == (10, 5)
        assert Counter(key.partition(":")[0] for key in world.mails)["tell-reissued"] == 10
        world.run_to_rest()
        world.check_rest()


def test_what_was_made_under_another_badge_class_is_taken_up_again(tmp_path: Path) -> None:
    with awarded(tmp_path, 4) as world:
        badgr, first, refs = world.keepers[0], orders(world), {one.ref for one in world.held()}
        assert isinstance(badgr, BadgrKeeper)
        move(world, THERE)
        badgr.name_another_class("first-aid")
        move(world, BACK)
        assert orders(world) == first
        assert {one.ref for one in world.held() if one.place == "badgr"} == refs
        assert badgr.calls("assertion_create") == 4
        world.check_books()
        world.check_rest()


def test_a_move_that_a_vendor_refuses_is_called_off_by_the_command_that_its_note_names(tmp_path: Path) -> None:
    with awarded(tmp_path, 4) as world:
        first = orders(world)
        world.keepers[1].stand("teacher1@lakeview.example", "first-aid")
        world.move(Wish("badgr", "credly"))
        world.run_once()
        (refused,) = [one for one in world.known().effects.values() if "takes no second one" in one.note]
        command = "badge-bridge reissue --from credly --to badgr --badge first-aid"
        assert f"run {command}; to go on with it, correct the cause." in refused.note
        assert "decline" not in refused.note
        assert orders(world)[refused.attempt_id].backend == "badgr"
        world.move(Wish("credly", "badgr", badge="first-aid"))
        world.clock.advance(timedelta(hours=8))
        world.run_to_rest()
        mine = {id_: order for id_, order in orders(world).items() if order.achievement == "first-aid"}
        assert mine == {id_: first[id_] for id_ in mine}
        assert world.left() == []
        world.check_books()


def test_a_badge_revoked_after_its_move_counts_nowhere(tmp_path: Path) -> None:
    with awarded(tmp_path, 4) as world:
        move(world, THERE)
        world.sheet.decide("2-1", "Revoke", "It was not her work.")
        world.run_to_rest()
        world.check_books()
        assert counting(world) == {"badgr": 3, "local": 3}
        assert world.statuses()["2-1"] == "Revoked DAY; the teacher was told."
        assert world.mailer.sent_to("teacher1@lakeview.example")[-1] == "tell-revoked:2-1"


# ── with deaths ──────────────────────────────────────────────────────────────


DEATHS = 12


def move_mortally(world: VendorWorld, wish: Wish, dice: random.Random) -> None:
    """Ask for the move, die, ask again …, a dozen times; then let it be finished, by whichever command."""
    reach = 5 * len(world.known().orders)
    for _ in range(DEATHS):
        assert world.move(wish, steps=dice.randint(10, reach)) is None
        world.check_nothing_twice()
        world.clock.advance(timedelta(minutes=dice.choice((1, 30, 300))))
    for _ in range(20):
        retry_what_is_stuck(world)
        done = world.move(wish)
        world.clock.advance(timedelta(hours=8))
        world.live()
        if done is not None and not done[0].moves and not unmoved(world):
            return
    raise AssertionError(f"no rest: {unmoved(world)}")


def unmoved(world: VendorWorld) -> list[str]:
    return [e.key for e in world.known().effects.values() if e.state in (State.PLANNED, State.STUCK)]


@pytest.mark.parametrize(("revoke", "target"), [(False, "local"), (True, "local"), (False, "credly"), (True, "credly")])
def test_a_dozen_deaths_on_the_way_there_and_back(revoke: bool, target: str, tmp_path: Path) -> None:
    awards, dice = 10, random.Random(target)  # noqa: S311 - the same deaths each time
    there, back = Wish("badgr", target, revoke=revoke), Wish(target, "badgr", revoke=revoke)
    with awarded(tmp_path, awards) as world:
        moved_with_deaths(world, there, back, dice)


@pytest.mark.slow
@pytest.mark.parametrize("revoke", [False, True])
@pytest.mark.parametrize("target", ["local", "credly"])
def test_fifty_awards_and_a_dozen_deaths(target: str, revoke: bool, tmp_path: Path) -> None:
    dice = random.Random(f"{target} {revoke}")  # noqa: S311
    there, back = Wish("badgr", target, revoke=revoke), Wish(target, "badgr", revoke=revoke)
    with awarded(tmp_path) as world:
        moved_with_deaths(world, there, back, dice)


def moved_with_deaths(world: VendorWorld, there: Wish, back: Wish, dice: random.Random) -> None:
    first, awards = orders(world), len(world.known().orders)
    for wish in (there, back):
        move_mortally(world, wish, dice)
        world.check_books()
    check_map(world, first, ("badgr", there.target, "badgr"))
    check_mails(world, 2)
    everywhere = {"badgr": awards} if there.revoke else {"badgr": awards, there.target: awards}
    assert counting(world) == everywhere
    assert world.keepers[0].calls("assertion_create") == awards * (2 if there.revoke else 1)
    world.check_rest()


# ── with anything ────────────────────────────────────────────────────────────

PLACES = ("badgr", "local", "credly")


@pytest.mark.parametrize("seed", range(5))
def test_moves_this_way_and_that_in_a_few_storms(seed: int, tmp_path: Path) -> None:
    moves_in_a_storm(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 60, 10))
def test_moves_this_way_and_that_in_many_storms(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 10):
        moves_in_a_storm(seed, tmp_path / str(seed))


def moves_in_a_storm(seed: int, folder: Path) -> None:
    """Four awards are sent to and fro, some are revoked meanwhile; servers fail, processes die."""
    dice = random.Random(seed)  # noqa: S311
    with awarded(folder, 4, easy=False) as world:
        for keeper in world.keepers:
            keeper.faults.mood = weather(keeper, dice)
        for _ in range(dice.randint(4, 8)):
            a_stormy_night(world, dice)
            world.check_nothing_twice()
            world.clock.advance(timedelta(hours=dice.choice((1, 8, 24))))
        world.moody = calm
        for keeper in world.keepers:
            keeper.faults.mood = None
        for _ in range(12):
            retry_what_is_stuck(world)
            world.live()
            world.clock.advance(timedelta(hours=8))
        check_after_the_storm(world)


def weather(keeper: Keeper, dice: random.Random) -> Weather:
    return Weather(dice, MISFORTUNES[keeper.name], dice.choice((0.0, 0.2, 0.5)))


def a_stormy_night(world: VendorWorld, dice: random.Random) -> None:
    steps = dice.choice((None, dice.randint(1, 250)))
    world.moody = Doze(world.clock, world.another_bridge, dice.choice((-1, dice.randint(1, 60))))
    if dice.random() < 0.6:
        source, target = dice.sample(PLACES, 2)
        badge = dice.choice(("", "", *BADGES))
        world.move(Wish(source, target, badge, revoke=dice.random() < 0.4), steps)
    else:
        world.live(steps)
    if dice.random() < 0.2:
        row = dice.choice(world.sheet.rows)
        if row["Decision"] == "Approve":
            world.sheet.decide(row["ID"], "Revoke", "It was not her work.")
    if dice.random() < 0.3:
        retry_what_is_stuck(world)


def check_after_the_storm(world: VendorWorld) -> None:
    world.check_books()
    known = world.known()
    left = [e for e in known.effects.values() if e.state in (State.PLANNED, State.STUCK)]
    silenced = {Kind.PUBLISH_REISSUED, Kind.TELL_REISSUED, Kind.PUBLISH, Kind.TELL_ISSUED}
    assert [e.key for e in left if not (e.kind in silenced and f"revoke:{e.attempt_id}" in known.effects)] == []
    for attempt_id, credential in known.credentials.items():
        if credential.revoked_at is not None:
            assert all(c.revoked_at is not None for _, c in known.replaced(attempt_id)), attempt_id
            assert world.statuses()[attempt_id] == "Revoked DAY; the teacher was told."
        else:
            assert world.statuses()[attempt_id].startswith("Issued DAY, and mailed.")
    world.check_rest()
