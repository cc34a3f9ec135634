"""Nights on which something goes wrong for long: nobody is held up by it, and somebody is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from bridge.errors import BridgeError, TryLater
from bridge.model import Achievement, Credential, Effect, Kind, Known, Order, State
from bridge.plan import due
from bridge.plan.guards import WITHHELD
from bridge.ports import Message
from tests.core.desk import NOON, issued
from tests.crash.world import FakeWorld, decide, submit, with_policy
from tests.fakes.backend import FakeBackend
from tests.fakes.mailer import FakeMailer

NIGHT = timedelta(days=1)


@dataclass(slots=True)
class PickyMailer(FakeMailer):
    """A mail server that never takes mails for some addresses *now*: their mailboxes are full."""

    full: set[str] = field(default_factory=set)
    trouble: BridgeError | None = None

    def send(self, ref: str, message: Message) -> None:
        if message.to in self.full:
            raise TryLater("The mailbox is full.")
        if self.trouble is not None:
            raise self.trouble
        FakeMailer.send(self, ref, message)


@dataclass(slots=True)
class TiredBackend(FakeBackend):
    """Issues *left* badges, then none until it is given more."""

    left: int = 0

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        if self.left <= 0:
            raise TryLater("The backend rests.")
        self.left -= 1
        return FakeBackend.issue(self, order, achievement)


def night(world: FakeWorld) -> None:
    world.clock.advance(NIGHT)
    world.run_once()


def test_full_mailboxes_of_a_few_hold_up_nobody_else() -> None:
    mailer = PickyMailer(full={f"full{n}@lakeview.example" for n in range(6)})
    world = FakeWorld(mailer=mailer)
    for n in range(6):
        submit(f"full{n}@lakeview.example")(world)
    for n in range(4):
        submit(f"fine{n}@lakeview.example")(world)
    for _ in range(3):
        night(world)
    assert sorted(message.to for message in mailer.sent) == [f"fine{n}@lakeview.example" for n in range(4)]


def test_who_was_not_reached_at_first_hears_in_the_order_of_events() -> None:
    mailer = PickyMailer(trouble=TryLater("The mail server rests."))
    world = FakeWorld(mailer=mailer)
    submit()(world)
    world.run_once()
    decide("1-1", "Approve")(world)
    night(world)
    mailer.trouble = None
    mailer.drafts.clear()
    world.memory.known.effects = {
        key: replace(effect, not_before=None, attempts=0, ref="") for key, effect in world.memory.known.effects.items()
    }
    night(world)
    assert world.mails == ["tell-received:1-1", "tell-issued:1-1"]


def drag_filled(world: FakeWorld, requests: int) -> None:
    for n in range(requests):
        submit(f"p{n}@lakeview.example")(world)
    world.run_once()
    for n in range(1, requests + 1):
        decide(f"{n}-1", "Approve")(world)


def test_badges_allowed_at_once_stay_allowed_when_the_backend_fails_half_way() -> None:
    backend = TiredBackend(left=3)
    world = FakeWorld(policy=with_policy(new_awards=2))
    world.backend = world.backends["local"] = backend
    world.site.pages = backend.pages
    drag_filled(world, 20)
    world.ledger().allow(20)
    night(world)
    assert len(backend.issued) == 3
    backend.left = 100
    night(world)
    assert len(backend.issued) == 20
    assert not world.known().allowance


def test_a_withheld_badge_says_so_and_can_be_taken_back() -> None:
    world = FakeWorld(policy=with_policy(new_awards=2))
    drag_filled(world, 4)
    night(world)
    assert world.status("1-1") == WITHHELD
    for n in range(1, 4):
        decide(f"{n}-1", "")(world)
    night(world)
    assert len(world.backend.issued) == 1
    assert world.status("1-1").startswith("Waiting")


def test_a_page_that_never_gets_public_is_told_and_the_mail_leaves_once_it_is() -> None:
    world = FakeWorld()
    pages, world.site.pages = world.site.pages, dict
    submit()(world)
    world.run_once()
    decide("1-1", "Approve")(world)
    failed = []
    for _ in range(4):
        world.clock.advance(NIGHT)
        failed.append(world.run_once().failed)
    assert failed == [False, False, True, True]
    assert world.status("1-1").endswith(
        "its page is not public yet. It waits. Nothing for you to do; the coordinator sees why."
    )
    assert "Nobody can open https" in world.known().effects["publish:1-1"].note
    assert "tell-issued:1-1" not in world.mails
    world.site.pages = pages
    night(world)
    assert "tell-issued:1-1" in world.mails


def test_a_page_that_is_not_public_is_asked_for_less_and_less_often() -> None:
    world = FakeWorld()
    world.site.pages = dict
    submit()(world)
    world.run_once()
    decide("1-1", "Approve")(world)
    for _ in range(24 * 60):
        world.clock.advance(timedelta(minutes=1))
        world.run_once()
    assert len(world.ledger().history(1)) < 60


def test_a_badge_revoked_before_it_was_announced_leaves_nothing_stuck() -> None:
    desk = issued()
    for kind, state in ((Kind.PUBLISH, State.DONE), (Kind.TELL_ISSUED, State.STUCK)):
        key = f"{kind}:1-1"
        desk.known.effects[key] = replace(desk.effect(key), state=state, note="Refused.")
    desk.choose("1-1", "Revoke", "Not her work.")
    desk.look()
    assert desk.effect("tell-issued:1-1").state is State.CANCELLED
    assert desk.effect("publish:1-1").state is State.DONE
    assert desk.effect("revoke:1-1").state is State.PLANNED


def test_a_time_set_by_a_clock_that_was_wrong_is_not_waited_for() -> None:
    late = Effect(Kind.ISSUE, "1-1", not_before=NOON + timedelta(days=900))
    soon = Effect(Kind.ISSUE, "2-1", not_before=NOON + timedelta(hours=6))
    known = Known(effects={effect.key: effect for effect in (late, soon)})
    assert list(due(known, NOON)) == [late]
