"""Several badges in one call, where a backend was asked to: each has its own ending, and none is made twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bridge.acting.actor import PATIENCE, batches
from bridge.errors import BadgeClosed, BridgeError, InDoubt, Refused, TryLater
from bridge.model import Achievement, Credential, Effect, Kind, Order
from tests.crash.troubled import Troubled, all_of, cycle, effect, once, town
from tests.crash.world import CO_TEACHING, FIRST_AID
from tests.fakes.backend import FakeBackend


@dataclass
class Batches(Troubled):
    """`ports.Batching`: *at* "batch", a trouble is one award's own ending; of *lost* it says nothing."""

    batch: int = 3
    sent: list[list[str]] = field(default_factory=list)
    breaks: Exception | None = None
    lost: str = ""

    def issue_all(self, orders: Sequence[Order], achievement: Achievement) -> Mapping[str, Credential | BridgeError]:
        self.sent.append([order.attempt_id for order in orders])
        if self.breaks is not None:
            raise self.breaks
        found: dict[str, Credential | BridgeError] = {}
        for order in orders:
            error = self.trouble(order) if self.at == "batch" else None
            if error is None or isinstance(error, InDoubt):
                made = FakeBackend.issue(self, order, achievement)
                found[order.award] = error or replace(made, issued_at=order.issued_on + timedelta(seconds=7))
            else:
                found[order.award] = error
        return {order.award: found[order.award] for order in orders if order.attempt_id != self.lost}


def test_several_are_made_in_one_call_of_one_badge() -> None:
    badgr = Batches("badgr")
    world = town(badgr, *[FIRST_AID] * 7, CO_TEACHING, CO_TEACHING)
    cycle(world)
    assert [len(call) for call in badgr.sent] == [2, 3, 3]
    assert {"8-1", "9-1"} in map(set, badgr.sent)
    assert len(badgr.calls) == 1, "one is left over, and goes alone"
    once(world, 9)
    known = world.known()
    assert {key: c.issued_at for key, c in known.credentials.items()} == {
        key: order.issued_on for key, order in known.orders.items()
    }


@pytest.mark.parametrize("most", [0, 1])
def test_a_backend_that_was_not_asked_to_makes_them_one_by_one(most: int) -> None:
    badgr = Batches("badgr", batch=most)
    world = town(badgr, *[FIRST_AID] * 3)
    cycle(world)
    assert badgr.sent == []
    once(world, 3)


def test_no_two_of_one_person_go_in_one_call() -> None:
    """Servers look for duplicates before the batch, and not within it."""
    world = town(Batches("badgr"), FIRST_AID)
    cycle(world)
    order = world.known().orders["1-1"]
    orders = [replace(order, award=f"{n}", attempt_id=f"{n}-1", recipient=f"t{n // 2}@b.example") for n in range(2, 6)]
    pairs = [(Effect(Kind.ISSUE, one.attempt_id), one) for one in orders]
    found = [
        [one.attempt_id for _, one in call]
        for _, call in batches(replace(world.process(), backends=world.backends), pairs)
    ]
    assert found == [["3-1", "5-1"]]


def test_what_was_tried_before_goes_alone_and_is_asked_for_first() -> None:
    badgr = Batches("badgr", at="batch", trouble=lambda about: InDoubt("The batch was cut off."))
    world = town(badgr, *[FIRST_AID] * 3)
    cycle(world)
    assert {effect(world, f"issue:{n}-1").in_doubt for n in (1, 2, 3)} == {True}
    assert len(badgr.issued) == 3
    cycle(world)
    assert len(badgr.sent) == 1
    assert badgr.calls == [], "all were found"
    once(world, 3)


def test_in_a_batch_each_has_its_own_ending() -> None:
    endings = {"1-1": TryLater("Badgr asks for a pause."), "2-1": Refused("The name is missing.")}
    badgr = Batches("badgr", at="batch", trouble=lambda about: endings.get(about.attempt_id))
    world = town(badgr, *[FIRST_AID] * 3)
    report = cycle(world)
    assert [e.key for e in report.postponed] == ["issue:1-1"]
    assert [e.key for e in report.stuck] == ["issue:2-1"]
    assert world.status("3-1") == "Issued 2026-11-22, and mailed."


def test_a_batch_that_fails_in_a_way_nobody_foresaw_leaves_doubt_and_stops_nobody_else() -> None:
    badgr = Batches("badgr", breaks=ZeroDivisionError())
    world = town(badgr, *[FIRST_AID] * 3, CO_TEACHING, makes={"co-teaching": "local"})
    report = cycle(world)
    assert [(e.key, e.in_doubt) for e in report.stuck] == [(f"issue:{n}-1", True) for n in (1, 2, 3)]
    assert world.status("4-1") == "Issued 2026-11-22, and mailed."


def test_an_award_of_which_a_batch_says_nothing_is_in_doubt() -> None:
    badgr = Batches("badgr", lost="1-1")
    world = town(badgr, *[FIRST_AID] * 3)
    report = cycle(world)
    assert [(e.key, e.in_doubt) for e in report.stuck] == [("issue:1-1", True)]
    world.ledger().retry(1)
    cycle(world)
    once(world, 3)


def test_a_closed_badge_ends_its_batches() -> None:
    badgr = Batches("badgr", at="batch", trouble=lambda about: BadgeClosed("It is archived."))
    world = town(badgr, *[FIRST_AID] * 8)
    report = cycle(world)
    assert len(badgr.sent) == 1
    assert badgr.calls == []
    assert all_of(report, "badge first-aid") == ["It is archived."]
    assert report.stuck == []


def test_a_server_that_is_down_is_not_sent_one_batch_after_the_other() -> None:
    badgr = Batches("badgr", batch=PATIENCE, at="batch", trouble=lambda about: TryLater("Badgr is down."))
    world = town(badgr, *[FIRST_AID] * (3 * PATIENCE))
    report = cycle(world)
    assert len(badgr.sent) == 1
    assert badgr.calls == []
    assert all_of(report, "issuer badgr") == [f"{2 * PATIENCE} more wait: it failed too often."]
