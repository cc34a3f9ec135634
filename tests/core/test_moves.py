"""Awards that go from one backend to another: which, under what name, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model import Lesson, State
from bridge.plan import Moving, Vendor, Wish, move_awards, withheld
from bridge.plan.guards import usual
from bridge.plan.standing import Standing
from tests.core.desk import ENTROPY, NOON, POLICY, asked, submission
from tests.core.moving import BADGES, MANY, arrive, granted, issued, move, moved, now_due, revoke, withdrawn


def stays(moving: Moving) -> dict[str, str]:
    assert moving.moves == ()
    return dict(moving.stay)


# ── which, and under what name ───────────────────────────────────────────────────


def test_a_move_is_made_public_and_then_told() -> None:
    desk = issued()
    moving = move(desk, "local", "badgr")
    assert [(move.attempt_id, move.n, move.replaced) for move in moving.moves] == [("1-1", 1, None)]
    after = {key: effect.after for key, effect in desk.known.effects.items() if "reissued:" in key or "reissue:" in key}
    assert after == {
        "reissue:1-1/1": "",
        "publish-reissued:1-1/1": "reissue:1-1/1",
        "tell-reissued:1-1/1": "publish-reissued:1-1/1",
    }
    assert now_due(desk) == ["reissue:1-1/1"]
    assert [(event.attempt_id, event.what) for event in moving.lesson.history] == [
        ("1-1", "to be issued anew: from this bridge to Badgr")
    ]


def test_the_new_order_says_the_same_under_names_of_its_own() -> None:
    desk = issued()
    (move_,) = move(desk, "local", "badgr").moves
    old, new = move_.old, move_.new
    assert old == desk.known.orders["1-1"], "the old one stays in force until the new one is made"
    assert new == replace(
        old, award=new.award, salt=new.salt, status_index=new.status_index, backend="badgr", key_id=POLICY.key_id
    )
    assert len({old.award, new.award} | {old.salt, new.salt}) == 4
    assert old.status_index != new.status_index


def test_a_key_changed_since_signs_what_comes_home() -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=True)
    moved(desk, 1)
    withdrawn(desk, 1)
    desk.policy = replace(MANY, key_id=f"{POLICY.key_id.partition('#')[0]}#key-2")
    (back,) = move(desk, "badgr", "local").moves
    assert back.new.key_id == desk.policy.key_id


def test_the_same_wish_gives_the_same_award_whatever_the_dice_say() -> None:
    """An older ledger put back, and asked again: the credential made meanwhile is found by its name."""
    desk = issued()
    wish = Wish("local", "badgr")
    (first,) = move_awards(desk.known, wish, desk.now, MANY, ENTROPY).moves
    taken = {first.new.status_index}  # by the badge that lies there
    (again,) = move_awards(desk.known, wish, desk.now, MANY, bytes(32), taken).moves
    assert first.new == again.new


def test_only_the_badge_that_was_named_and_only_what_is_at_the_source() -> None:
    desk = issued()
    for n in range(2, 12):
        badge = "First Aid" if n % 2 else "Co-Teaching"
        who = f"teacher{n}"
        desk.submit(
            submission(f"r{n}", who=who, name=f"Tea {who}", badge=badge, submitted_at=NOON - timedelta(hours=20 - n))
        )
    desk.look()
    for n in range(2, 12):
        granted(desk, f"{n}-1")
    assert [m.attempt_id for m in move(desk, "local", "badgr", badge="co-teaching").moves] == [
        "2-1",
        "4-1",
        "6-1",
        "8-1",
        "10-1",
    ], "in the order of requests, told by their numbers"
    for n in (2, 4, 6, 8, 10):
        moved(desk, 1, f"{n}-1")
    assert len(move(desk, "badgr", "credly").moves) == 5
    assert move(desk, "small", "local") == Moving(Lesson())


def test_a_backend_that_tells_names_apart_is_told_them_and_another_is_not() -> None:
    desk = asked(MANY)
    desk.submit(submission("r1", name="Ana Maria Gómez"))
    desk.known.attempts["1-1"] = replace(desk.known.attempts["1-1"], submission=submission(name="Ana Maria Gómez"))
    granted(desk)
    (to,) = move(desk, "local", "credly").moves
    assert (to.new.given_name, to.new.family_name) == ("Ana Maria", "Gómez")
    moved(desk, 1)
    (on,) = move(desk, "credly", "badgr").moves
    assert (on.new.given_name, on.new.family_name) == ("", "")


def test_no_entry_of_the_status_lists_is_given_twice() -> None:
    desk = issued()
    for n, target in enumerate(("badgr", "credly", "small", "badgr"), 1):
        desk.policy = replace(MANY, backends={**MANY.backends, "small": Vendor("Small", BADGES)})
        move(desk, desk.known.orders["1-1"].backend, target, revoke=True)
        moved(desk, n)
        withdrawn(desk, n)
    move(desk, "badgr", "local")
    move(desk, "badgr", "credly")
    assert desk.effect("reissue:1-1/5").state is State.CANCELLED
    entries = {order.award: order.status_index for order in desk.known.all_orders()}
    assert len(entries) == len(set(entries.values())) == 7


# ── asked again ──────────────────────────────────────────────────────────────────


def test_asking_again_plans_nothing() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    again = move(desk, "local", "badgr")
    assert stays(again) == {"1-1": "it is being moved already"}
    assert not again.lesson
    moved(desk, 1)
    assert move(desk, "local", "badgr") == Moving(Lesson())


def test_a_move_that_has_not_begun_gives_way_to_one_to_elsewhere() -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=True)
    (other,) = move(desk, "local", "credly").moves
    assert (other.n, other.old.backend, other.new.backend) == (2, "local", "credly")
    states = {key: effect.state for key, effect in desk.known.effects.items() if key.endswith("/1")}
    assert len(states) == 4
    assert set(states.values()) == {State.CANCELLED}
    assert now_due(desk) == ["reissue:1-1/2"]
    moved(desk, 2)
    assert desk.cell("1-1", "Status").startswith("Issued 2026-11-22, and mailed.")


@pytest.mark.parametrize("stuck", [False, True])
def test_a_move_that_has_not_begun_can_be_called_off(stuck: bool) -> None:
    desk = issued()
    move(desk, "local", "badgr")
    if stuck:
        effect = desk.effect("reissue:1-1/1")
        desk.known.effects[effect.key] = replace(effect, state=State.STUCK, attempts=3, note="The name is missing.")
    assert stays(move(desk, "badgr", "local")) == {"1-1": "it was not at Badgr yet: its move was called off"}
    assert now_due(desk) == []
    assert desk.known.orders["1-1"].backend == "local"
    desk.look()
    assert desk.cell("1-1", "Status") == "Issued 2026-11-22, and mailed."
    (again,) = move(desk, "local", "badgr").moves
    assert again.n == 2


@pytest.mark.parametrize(("source", "target"), [("local", "credly"), ("badgr", "local"), ("badgr", "credly")])
def test_a_move_in_doubt_is_neither_called_off_nor_overtaken(source: str, target: str) -> None:
    desk = issued()
    move(desk, "local", "badgr")
    desk.doubt("reissue:1-1/1")
    assert stays(move(desk, source, target)) == {"1-1": "it is being moved already"}
    assert desk.effect("reissue:1-1/1").state is State.PLANNED


# ── what can't be moved ──────────────────────────────────────────────────────────


def test_what_was_revoked_or_is_being_revoked_stays() -> None:
    desk = issued()
    desk.choose("1-1", "Revoke", "Not her work.")
    desk.look()
    assert stays(move(desk, "local", "badgr")) == {"1-1": "it was revoked"}
    desk.known.credentials["1-1"] = replace(desk.known.credentials["1-1"], revoked_at=NOON)
    assert stays(move(desk, "local", "badgr")) == {"1-1": "it was revoked"}


def test_what_has_expired_stays() -> None:
    desk = issued()
    desk.known.orders["1-1"] = replace(desk.known.orders["1-1"], expires=NOON - timedelta(seconds=1))
    assert stays(move(desk, "local", "badgr")) == {"1-1": "it has expired"}


def test_a_badge_that_is_not_set_up_there_stays() -> None:
    assert stays(move(issued(), "local", "small")) == {"1-1": "the badge first-aid has no line in [small.badges]"}


# ── there and back ───────────────────────────────────────────────────────────────


def test_what_comes_back_is_what_it_was() -> None:
    desk = issued()
    first = desk.known.orders["1-1"]
    move(desk, "local", "badgr")
    vendors = moved(desk, 1).new
    (back,) = move(desk, "badgr", "local").moves
    assert back.new == first
    moved(desk, 2)
    assert [order for order, _ in desk.known.replaced("1-1")] == [vendors]
    (again,) = move(desk, "local", "badgr").moves
    assert again.new == vendors
    assert len(list(desk.known.all_orders())) == 2


@pytest.mark.parametrize("done", [False, True])
def test_what_was_withdrawn_or_is_to_be_comes_back_under_another_name(done: bool) -> None:
    desk = issued()
    first = desk.known.orders["1-1"]
    move(desk, "local", "badgr", revoke=True)
    moved(desk, 1)
    if done:
        withdrawn(desk, 1)
    (back,) = move(desk, "badgr", "local").moves
    assert back.new.award != first.award
    assert back.new.status_index != first.status_index


def test_a_badge_that_bears_a_former_address_is_not_taken_up_again() -> None:
    """Nothing is written under an address that the site no longer has."""
    desk = issued()
    move(desk, "local", "badgr")
    moved(desk, 1)
    desk.policy = replace(
        MANY,
        issuer_url="https://new.example",
        key_id="did:web:new.example#key-1",
        former=frozenset({POLICY.key_id.partition("#")[0]}),
    )
    (back,) = move(desk, "badgr", "local").moves
    assert back.new.key_id == "did:web:new.example#key-1"
    assert back.new.award != desk.known.moves["1-1"][0].old.award


# ── who is told ──────────────────────────────────────────────────────────────────


def test_an_award_not_told_of_yet_is_told_of_once_where_it_arrives() -> None:
    desk = issued(told=False)
    assert now_due(desk) == ["tell-issued:1-1"]
    move(desk, "local", "badgr")
    assert "tell-reissued:1-1/1" not in desk.known.effects
    assert now_due(desk) == ["reissue:1-1/1"], "the mail waits for the place that it must tell"
    arrive(desk, 1)
    assert now_due(desk) == ["publish-reissued:1-1/1", "tell-issued:1-1"]


def test_a_move_that_waits_for_a_person_holds_up_no_mail() -> None:
    desk = issued(told=False)
    move(desk, "local", "badgr")
    effect = desk.effect("reissue:1-1/1")
    desk.known.effects[effect.key] = replace(effect, state=State.STUCK, note="The name is missing.")
    assert now_due(desk) == ["tell-issued:1-1"]


def test_a_mail_that_may_have_been_sent_is_followed_by_one_about_the_move() -> None:
    desk = issued(told=False)
    desk.doubt("tell-issued:1-1")
    move(desk, "local", "badgr")
    assert desk.effect("tell-reissued:1-1/1").state is State.PLANNED


def test_two_moves_before_a_mail_make_one_mail() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    arrive(desk, 1)
    move(desk, "badgr", "credly")
    assert desk.effect("tell-reissued:1-1/1").state is State.CANCELLED
    assert desk.effect("tell-reissued:1-1/2").state is State.PLANNED


def test_moves_that_a_person_asked_for_do_not_wait_for_another_word() -> None:
    desk = issued()
    desk.policy = replace(MANY, new_awards=0)
    move(desk, "local", "badgr")
    assert withheld(desk.known, desk.now, desk.policy) == (frozenset(), ())


def test_a_night_of_moves_is_no_unusual_night_of_badges() -> None:
    desk = issued()
    before = usual(desk.known, desk.now)
    desk.now += timedelta(days=30)
    move(desk, "local", "badgr")
    moved(desk, 1)
    assert usual(desk.known, desk.now) == before == 1


# ── with the old one withdrawn ───────────────────────────────────────────────────


def test_what_is_replaced_is_withdrawn_only_when_told_and_when_the_new_one_is_public() -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=True)
    arrive(desk, 1)
    assert now_due(desk) == ["publish-reissued:1-1/1"]
    desk.finish("publish-reissued:1-1/1")
    assert now_due(desk) == ["withdraw:1-1/1", "tell-reissued:1-1/1"]


# ── the coach revokes ────────────────────────────────────────────────────────────


def test_a_move_that_has_not_begun_never_does() -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=True)
    revoke(desk)
    assert now_due(desk) == ["revoke:1-1"]
    desk.finish("revoke:1-1")
    assert now_due(desk) == ["publish-revoked:1-1"]
    assert {e.state for key, e in desk.known.effects.items() if key.endswith("/1")} == {State.CANCELLED}


def test_what_was_replaced_is_withdrawn_too() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    moved(desk, 1)
    move(desk, "badgr", "credly")
    moved(desk, 2)
    revoke(desk)
    assert now_due(desk) == ["revoke:1-1"]
    desk.finish("revoke:1-1")
    assert now_due(desk) == ["publish-revoked:1-1", "withdraw:1-1/1", "withdraw:1-1/2"]


@pytest.mark.parametrize("told", [False, True])
def test_a_move_that_never_became_public_does_not_keep_what_it_replaced_alive(told: bool) -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=told)
    arrive(desk, 1)
    revoke(desk)
    desk.finish("revoke:1-1")
    assert now_due(desk) == ["publish-revoked:1-1", "withdraw:1-1/1"]
    assert desk.effect("publish-reissued:1-1/1").state is State.CANCELLED
    assert desk.effect("tell-reissued:1-1/1").state is State.CANCELLED


def test_what_was_withdrawn_already_is_not_withdrawn_again() -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=True)
    moved(desk, 1)
    withdrawn(desk, 1)
    revoke(desk)
    desk.finish("revoke:1-1")
    assert now_due(desk) == ["publish-revoked:1-1"]


def test_nobody_revokes_while_a_move_is_in_doubt() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    desk.doubt("reissue:1-1/1")
    assert desk.standing("1-1") is Standing.IN_DOUBT
    revoke(desk)
    assert desk.cell("1-1", "Status").startswith("Please wait with “Revoke”")
    assert "revoke:1-1" not in desk.known.effects
    arrive(desk, 1)
    desk.look()
    desk.look()
    assert now_due(desk) == ["revoke:1-1"]


def test_a_word_that_was_settling_waits_until_the_doubt_is_over() -> None:
    """Else the old badge would be revoked, and the new one would come to light afterwards, good for ever."""
    desk = issued()
    desk.policy = replace(MANY, settle=timedelta(hours=1))
    revoke(desk)
    move(desk, "local", "badgr")
    desk.doubt("reissue:1-1/1")
    desk.now += timedelta(hours=2)
    desk.look()
    assert "revoke:1-1" not in desk.known.effects
    new = arrive(desk, 1).new
    desk.look()
    assert now_due(desk) == ["revoke:1-1"]
    assert desk.known.orders["1-1"] == new
    desk.finish("revoke:1-1")
    assert "withdraw:1-1/1" in now_due(desk)


# ── who asks meanwhile ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("doubt", [False, True])
def test_whoever_asks_for_a_badge_that_is_on_its_way_has_it_already(doubt: bool) -> None:
    desk = issued()
    move(desk, "local", "badgr")
    if doubt:
        desk.doubt("reissue:1-1/1")
    desk.submit(submission("r2", submitted_at=NOON))
    desk.look()
    assert desk.known.requests[2].duplicate_of == 1
