"""Badgr: several awards in one call, and one award each all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.backends.badgr import Badgr
from bridge.errors import BadgeClosed, BridgeError, InDoubt, Refused, TryLater
from bridge.model import Credential, Order
from bridge.ports import Backend, Batching
from tests.backends.badgr_town import BADGE, backend, order, patience
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.peers.badgr_server import BadgrServer

BADGR = story.achievement()


def kinds(badgr: Badgr, orders: Sequence[Order]) -> list[str]:
    """What became of each order: "made", or the kind of its ending."""
    outcome = badgr.issue_all(orders, BADGR)
    assert set(outcome) == {one.award for one in orders}
    found = [outcome[one.award] for one in orders]
    return ["made" if isinstance(one, Credential) else type(one).__name__ for one in found]


def finish(badgr: Badgr, orders: Sequence[Order]) -> None:
    """Do what a bridge does after a batch that went wrong: look, and make what is not there, one by one."""
    for one in orders:
        assert badgr.find(one) or badgr.issue(one, BADGR)


def recipients(server: BadgrServer) -> list[str]:
    return sorted(one.recipient for one in server.assertions)


def test_it_is_a_backend_that_can_take_several(server: BadgrServer) -> None:
    badgr: Backend = backend(server, batch=7)
    assert isinstance(badgr, Batching)
    assert [backend(server, batch=n).batch for n in (0, 1, 7, 50, 500)] == [0, 1, 7, 50, 50]


def test_each_order_has_its_own_credential(server: BadgrServer) -> None:
    badgr, orders = backend(server, batch=50), [order(n) for n in range(50)]
    outcome = badgr.issue_all(orders, BADGR)
    assert len(server.calls("batch")) == 1
    for one in orders:
        (award,) = server.awards_of(one.recipient)
        found = outcome[one.award]
        assert isinstance(found, Credential)
        assert (found.award, found.backend_ref) == (one.award, award.id)
        assert found == badgr.find(one)


def test_two_awards_of_one_person_never_go_together(server: BadgrServer) -> None:
    badgr = backend(server, batch=10)
    twin = order(3, recipient=order(1).recipient.upper())
    assert kinds(badgr, [order(1), order(2), twin]) == ["made", "made", "TryLater"]
    outcome = badgr.issue_all([twin], BADGR)
    assert isinstance(outcome[twin.award], Refused)
    assert recipients(server) == [order(1).recipient, order(2).recipient]


def test_more_than_one_call_may_take_wait(server: BadgrServer) -> None:
    badgr = backend(server, batch=50)
    assert kinds(badgr, [order(n) for n in range(53)]) == ["made"] * 50 + ["TryLater"] * 3


@pytest.mark.parametrize("n", range(3))
def test_one_that_is_refused_holds_up_nobody_for_long(server: BadgrServer, n: int) -> None:
    badgr, orders = backend(server, batch=10), [order(n) for n in range(3)]
    orders[n] = order(n, recipient="jörg@example.org")
    outcome = badgr.issue_all(orders, BADGR)
    assert server.assertions == []
    for i, one in enumerate(orders):
        error = outcome[one.award]
        assert isinstance(error, Refused if i == n else TryLater)
        assert i == n or getattr(error, "wait", None) == timedelta(0)


def test_our_own_award_among_them_is_taken_and_a_stranger_s_is_not(server: BadgrServer) -> None:
    badgr, orders = backend(server, batch=10), [order(n) for n in range(3)]
    own = badgr.issue(orders[1], BADGR)
    badgr.issue(replace(orders[2], award=order(9).award), BADGR)
    outcome = badgr.issue_all(orders, BADGR)
    assert isinstance(outcome[orders[0].award], TryLater)
    assert outcome[orders[1].award] == own
    assert isinstance(outcome[orders[2].award], Refused)
    assert len(server.assertions) == 2


@pytest.mark.parametrize(
    ("fault", "there"),
    [("killed_batch:2", 2), ("timeout_before", 0), ("timeout_after", 4), ("cut_after", 4), ("commit_then_500", 4)],
)
def test_after_trouble_each_has_one_award(server: BadgrServer, fault: str, there: int) -> None:
    badgr, orders = backend(server, batch=10, timeout=patience(fault)), [order(n) for n in range(4)]
    server.faults.next("batch", fault)
    assert kinds(badgr, orders) == ["InDoubt"] * 4
    server.settle()
    assert len(server.assertions) == there
    finish(badgr, orders)
    assert recipients(server) == sorted(one.recipient for one in orders)


def test_a_mail_server_that_is_down_lets_the_first_one_through(server: BadgrServer) -> None:
    badgr, orders = backend(server, batch=10), [order(n) for n in range(4)]
    server.mail_down = True
    assert kinds(badgr, orders) == ["InDoubt"] * 4
    assert len(server.assertions) == 1
    server.mail_down = False
    finish(badgr, orders)
    assert recipients(server) == sorted(one.recipient for one in orders)


def test_words_that_the_server_can_t_store_go_alone(server: BadgrServer) -> None:
    badgr, odd = backend(server, batch=10), order(2, narrative="🎉")
    assert kinds(badgr, [order(1), odd]) == ["made", "TryLater"]
    assert kinds(backend(server, batch=10, plain_text=True), [odd]) == ["made"]


@pytest.mark.parametrize("works", [True, False])
def test_the_fork_takes_a_batch_and_says_nothing(works: bool) -> None:
    with BadgrServer(FakeClock(story.NOON), fork=True) as server:
        server.batch_works = works
        badgr, orders = backend(server, batch=10), [order(n) for n in range(3)]
        assert kinds(badgr, orders) == ["InDoubt"] * 3
        server.settle()
        finish(badgr, orders)
        assert recipients(server) == sorted(one.recipient for one in orders)


@pytest.mark.parametrize(
    ("fault", "kind"), [("429", TryLater), ("404", BadgeClosed), ("html_200", InDoubt), ("502_html", InDoubt)]
)
def test_what_is_said_about_all_is_said_of_each(server: BadgrServer, fault: str, kind: type[BridgeError]) -> None:
    badgr, orders = backend(server, batch=10), [order(1), order(2)]
    server.faults.next("batch", fault)
    outcome = badgr.issue_all(orders, BADGR)
    assert [type(outcome[one.award]) for one in orders] == [kind, kind]
    assert server.assertions == []


def test_nobody_can_log_in(server: BadgrServer) -> None:
    badgr = backend(server, Tokens(), batch=10, password="wrong")
    assert kinds(badgr, [order(1), order(2)]) == ["BackendClosed", "BackendClosed"]


def test_a_badge_without_a_badge_class_and_an_order_of_another_version(server: BadgrServer) -> None:
    assert kinds(backend(server, badges={}), [order(1), order(2)]) == ["BadgeClosed", "BadgeClosed"]
    assert kinds(backend(server), [order(1, version="v0"), order(2)]) == ["Refused", "made"]
    assert kinds(backend(server), [order(3, recipient=f"{'a' * 760}@example.org")]) == ["Refused"]
    assert server.badge_class(BADGE) == server.assertions[0].badge.id


def test_a_clock_that_is_ahead_is_found_out(server: BadgrServer) -> None:
    tokens = Tokens()
    backend(server, tokens).find(order())
    server.behind = timedelta(seconds=90)
    badgr, now = backend(server, tokens, batch=10), server.clock.now()
    orders = [order(n, issued_on=now) for n in range(2)]
    assert kinds(badgr, orders) == ["TryLater", "TryLater"]
    assert kinds(badgr, orders) == ["made", "made"]
