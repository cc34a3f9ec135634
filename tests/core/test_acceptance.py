"""What earners did with their badges at a vendor's: whom to ask for, how often, and what the sheet says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model import Acceptance, Effect, Kind, Lesson, Move, State, Uptake
from bridge.plan import Policy, Vendor, learn, wanted_acceptance
from bridge.plan.acceptance import EVERY, PATIENCE
from tests.core.desk import ENTROPY, POLICY, Desk, asked

BADGES = frozenset({"first-aid", "co-teaching"})
BADGR = replace(POLICY, backend="badgr", backends={"local": None, "badgr": Vendor("Badgr", BADGES)})


def issued(policy: Policy = BADGR) -> Desk:
    desk = asked(policy)
    desk.choose("1-1", "Approve")
    desk.look()
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:1-1")
    made = desk.known.credentials["1-1"]
    desk.known.credentials["1-1"] = replace(made, backend=desk.known.orders["1-1"].backend)
    desk.look()
    return desk


def wanted(desk: Desk) -> dict[str, list[str]]:
    """The awards to ask for, by backend."""
    found = wanted_acceptance(desk.known, desk.now)
    return {backend: [credential.award for credential in credentials] for backend, credentials in found.items()}


def answer(desk: Desk, said: Mapping[str, Acceptance], shown: str = "", backend: str = "badgr") -> Lesson:
    """One look at which the vendor answered; *shown*: where it shows what was accepted."""
    told = {award: Uptake(one, shown) for award, one in said.items()}
    learnt = learn(replace(desk.seen(), accepted={backend: told}), desk.known, desk.now, desk.policy, ENTROPY)
    desk.known.learn(learnt.lesson)
    desk.look()
    return learnt.lesson


def award(desk: Desk) -> str:
    return desk.known.orders["1-1"].award


# ── whom to ask for ──────────────────────────────────────────────────────────────


def test_a_vendor_is_asked_for_what_it_made() -> None:
    desk = issued()
    assert wanted(desk) == {"badgr": [award(desk)]}


def test_nobody_is_asked_for_what_the_bridge_signs_itself() -> None:
    assert wanted(issued(POLICY)) == {}


@pytest.mark.parametrize("said", [Acceptance.WAITING, Acceptance.REJECTED, None])
def test_who_has_not_accepted_yet_still_may(said: Acceptance | None) -> None:
    desk = issued()
    desk.known.credentials["1-1"] = replace(desk.known.credentials["1-1"], acceptance=said)
    assert wanted(desk) == {"badgr": [award(desk)]}


def test_what_was_accepted_or_revoked_is_not_asked_for_any_more() -> None:
    desk = issued()
    credential = desk.known.credentials["1-1"]
    for ended in (replace(credential, acceptance=Acceptance.ACCEPTED), replace(credential, revoked_at=desk.now)):
        desk.known.credentials["1-1"] = ended
        assert wanted(desk) == {}


def test_after_a_year_nobody_is_asked() -> None:
    desk = issued()
    desk.now += PATIENCE - timedelta(seconds=1)
    assert wanted(desk) == {"badgr": [award(desk)]}
    desk.now += timedelta(seconds=1)
    assert wanted(desk) == {}


def test_the_year_begins_when_an_older_award_comes_to_the_vendor() -> None:
    desk = issued()
    order, credential = desk.known.orders["1-1"], desk.known.credentials["1-1"]
    desk.now += 3 * PATIENCE
    old = replace(order, award="older", backend="local")
    move = Move("1-1", 1, old, order, desk.now, replace(credential, award="older", backend="local"))
    desk.known.learn(Lesson(moves=(move,)))
    assert wanted(desk) == {"badgr": [award(desk)]}
    desk.now += PATIENCE
    assert wanted(desk) == {}


# ── how often ────────────────────────────────────────────────────────────────────


def test_a_vendor_is_asked_twice_a_day_at_most() -> None:
    desk = issued()
    answer(desk, {})
    assert wanted(desk) == {}
    desk.now += EVERY - timedelta(seconds=1)
    assert wanted(desk) == {}
    desk.now += timedelta(seconds=1)
    assert wanted(desk) == {"badgr": [award(desk)]}


def test_a_vendor_that_did_not_answer_is_asked_again_at_once() -> None:
    desk = issued()
    desk.look()
    assert wanted(desk) == {"badgr": [award(desk)]}


@pytest.mark.parametrize("told", ["", "yesterday", "2026-11-22T12:00:00", "2031-01-01T00:00:00+00:00"])
def test_a_time_that_a_wrong_clock_wrote_down_stops_nobody(told: str) -> None:
    desk = issued()
    desk.known.facts["acceptance:badgr"] = told
    assert wanted(desk) == {"badgr": [award(desk)]}


# ── what is learnt ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Acceptance.WAITING, "Issued 2026-11-22, and mailed. Not accepted by the teacher yet."),
        (Acceptance.ACCEPTED, "Issued 2026-11-22, and mailed. Accepted by the teacher."),
        (Acceptance.REJECTED, "Issued 2026-11-22, and mailed. The teacher turned it down there."),
    ],
)
def test_the_sheet_says_what_the_earner_did(said: Acceptance, words: str) -> None:
    desk = issued()
    lesson = answer(desk, {award(desk): said})
    assert dict(lesson.accepted) == {"1-1": Uptake(said)}
    assert lesson.effects == (), "what a vendor shows from the first has its page already"
    assert desk.known.credentials["1-1"].acceptance is said
    assert desk.cell("1-1", "Status") == words


def test_the_same_answer_again_teaches_only_that_it_was_asked() -> None:
    desk = issued()
    answer(desk, {award(desk): Acceptance.WAITING})
    desk.now += EVERY
    lesson = answer(desk, {award(desk): Acceptance.WAITING})
    assert lesson == Lesson(facts={"acceptance:badgr": desk.now.isoformat()})


def test_an_award_that_nobody_knows_or_that_was_replaced_teaches_nothing() -> None:
    desk = issued()
    lesson = answer(desk, {"somebody's": Acceptance.ACCEPTED})
    assert dict(lesson.accepted) == {}
    assert desk.known.credentials["1-1"].acceptance is None


def test_who_turned_it_down_may_think_better_of_it() -> None:
    desk = issued()
    answer(desk, {award(desk): Acceptance.REJECTED})
    desk.now += EVERY
    answer(desk, {award(desk): Acceptance.ACCEPTED})
    assert desk.cell("1-1", "Status") == "Issued 2026-11-22, and mailed. Accepted by the teacher."


# ── where it is shown ────────────────────────────────────────────────────────────

AT = "https://credly.example/badges/1"


def test_the_page_is_renewed_once_where_the_vendor_shows_an_accepted_badge() -> None:
    desk = issued()
    lesson = answer(desk, {award(desk): Acceptance.ACCEPTED}, AT)
    assert desk.known.credentials["1-1"].vendor_url == AT
    assert lesson.effects == (Effect(Kind.PUBLISH_ACCEPTED, f"1-1/{award(desk)}"),)
    desk.finish(lesson.effects[0].key)
    desk.now += EVERY
    assert answer(desk, {award(desk): Acceptance.ACCEPTED}, AT).effects == ()


def test_until_then_and_where_no_address_is_told_nothing_is_renewed() -> None:
    desk = issued()
    for said in (Acceptance.WAITING, Acceptance.REJECTED, Acceptance.ACCEPTED):
        assert answer(desk, {award(desk): said}).effects == ()
        desk.now += EVERY


def test_each_award_has_its_own_renewal() -> None:
    """It was accepted, then made anew elsewhere, and came to the vendor under another name."""
    desk = issued()
    answer(desk, {award(desk): Acceptance.ACCEPTED}, AT)
    first = desk.known.credentials["1-1"]
    desk.known.credentials["1-1"] = replace(first, award="another", acceptance=None, vendor_url="")
    desk.now += EVERY
    lesson = answer(desk, {"another": Acceptance.ACCEPTED}, AT)
    assert [effect.key for effect in lesson.effects] == ["publish-accepted:1-1/another"]
    assert desk.known.effects["publish-accepted:1-1/another"].state is State.PLANNED
