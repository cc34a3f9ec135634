"""Random schedules of what befalls servers, processes and leases, and what people do. One seed, one schedule."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from bridge.errors import InDoubt, TryLater
from bridge.model import State
from bridge.plan.standing import Standing, standing
from tests.crash.moods import retry_what_is_stuck
from tests.crash.mortal import Moody, calm
from tests.crash.vendor_world import VendorWorld
from tests.crash.vendors import BADGES, FORK, BadgrKeeper, CredlyKeeper, Keeper
from tests.fakes.clock import FakeClock

SHORT: Mapping[str, Any] = {"timeout": (0.3, 0.15)}
PATIENCE = 0.25  # a server's, when it falls silent: longer than the client's
ANYTHING = ("500", "502_html", "html_200", "429", "429_retry_after", "401", "404", "403_rate_limit", "cut_before")
DONE = ("commit_then_500", "commit_then_500", "cut_after", "cut_after", "cut_answer")
SILENT = ("timeout_before", "timeout_after", "timeout_late")
LOG_IN = ("500", "502_html", "html_200", "429", "cut_before", "cut_after")

#: Vendor → operation → what may go wrong with it. What happened without an answer is the likeliest for what makes.
MISFORTUNES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "badgr": {
        "token": LOG_IN + SILENT[:2],
        "assertion_create": ANYTHING + DONE + SILENT,
        "batch": (*ANYTHING, *DONE, *SILENT, "killed_batch:1", "killed_batch:1", "killed_batch:2"),
        "assertion_list": ANYTHING + SILENT[:1],
        "assertion_get": ANYTHING,
        "revoke": ANYTHING + DONE + SILENT,
        "image": ANYTHING + SILENT[:1],
        "media": ANYTHING,
    },
    "credly": {
        "issue": (
            *("500", "502", "429", "401", "403", "404", "html_200", "html_404", "redirect", "422:issued_to_last_name"),
            *("archived", "cut_before", "cut_after", "cut_after", "commit_then_500", "commit_then_500"),
            *("commit_then_503", "commit_then_nonsense", "timeout_before", "timeout_after"),
        ),
        "list": ("500", "502", "429", "401", "403", "html_200", "cut_before", "timeout_before"),
        "get": ("500", "429", "cut_before"),
        "revoke": ("500", "429", "401", "404", "cut_before", "cut_after", "commit_then_500", "timeout_after"),
        "image": ("500", "404", "html_200", "cut_before", "timeout_before"),
    },
}


ACTS = frozenset({"assertion_create", "batch", "issue", "revoke"})


@dataclass
class Weather:
    """A server's mood: so large a *share* of the calls that make or revoke goes wrong, and half as many of the others.

    Silence costs real time, so there is little of it.
    """

    dice: random.Random
    misfortunes: Mapping[str, Sequence[str]]
    share: float
    silences: int = 2

    def __call__(self, operation: str) -> str | None:
        faults = self.misfortunes.get(operation, ())
        share = self.share if operation in ACTS else self.share / 2
        if not faults or self.dice.random() >= share:
            return None
        fault = self.dice.choice(faults)
        if fault.startswith("timeout"):
            self.silences -= 1
            return fault if self.silences >= 0 else None
        return fault


@dataclass
class Doze:
    """`Moody`: at its *at*-th call the process sleeps so long that *another* bridge takes over and does the work."""

    clock: FakeClock
    another: Callable[[], object]
    at: int = -1

    def __call__(self, name: str, when: str) -> None:
        self.at -= 1
        if self.at == 0:
            self.clock.advance(timedelta(minutes=3))
            self.another()


@dataclass
class Troubles:
    """`Moody` for the embedded issuer, which has no server: a full disk before it acts, or after it has acted."""

    dice: random.Random
    share: float = 0.0

    def __call__(self, name: str, when: str) -> None:
        if not name.startswith("backend local.") or name.endswith(".acceptance") or self.dice.random() >= self.share:
            return
        if when == "after" and name.endswith((".issue", ".revoke")):
            raise InDoubt("The disk went away; it may have been written.")
        raise TryLater("The disk is full.")


def both(one: Moody, other: Moody) -> Moody:
    def moody(name: str, when: str) -> None:
        one(name, when)
        other(name, when)

    return moody


class Fate(StrEnum):
    """What the coach makes of a request."""

    APPROVE = "approve"
    DECLINE = "decline"
    REVOKE = "revoke"  # approved first
    WAVER = "waver"  # approved, and declined the next day if the badge has not come by then


@dataclass(frozen=True, slots=True)
class Wanted:
    recipient: str
    badge: str
    fate: Fate
    stranger: str = ""  # somebody else's award stands in the way: "cleared" by hand in the end, or "stays"


def people(dice: random.Random, *, strangers: bool) -> list[Wanted]:
    """3–6 requests by 2–4 people for 2 badges, nobody for the same badge twice."""
    names = [f"teacher{n}@lakeview.example" for n in range(1, dice.randint(2, 4) + 1)]
    pairs = [(name, badge) for name in names for badge in BADGES]
    chosen = dice.sample(pairs, min(len(pairs), dice.randint(3, 6)))
    fates = (*(Fate.APPROVE,) * 5, Fate.DECLINE, Fate.REVOKE, Fate.REVOKE, Fate.WAVER)
    ways = ("", "", "", "cleared", "stays") if strangers else ("",)
    return [Wanted(name, badge, dice.choice(fates), dice.choice(ways)) for name, badge in chosen]


def keeper_for(place: str, clock: FakeClock, dice: random.Random) -> Keeper | None:
    """The server of *place*: "badgr", "fork", "credly", or "local", which has none."""
    if place == "local":
        return None
    if place == "credly":
        server = CredlyKeeper(clock, SHORT, PATIENCE)
        server.server.tells_evidence = dice.random() < 0.7
        return server
    settings = {
        "patience": PATIENCE,
        "refresh_tokens": dice.random() < 0.7,
        "mail_down": dice.random() < 0.1,
        "behind": timedelta(seconds=dice.choice((0, 0, 90))),
        "case_sensitive": dice.random() < 0.5,
    }
    batch = {"batch": dice.choice((0, 0, 2, 50))}
    if place == "fork":
        settings = {**settings, **FORK, "batch_works": dice.random() < 0.5}
    return BadgrKeeper(clock, {**SHORT, **batch}, settings)


@dataclass
class Storm:
    """One schedule. Nothing goes smoothly until everybody calms down; then all must be well."""

    place: str
    seed: int
    folder: Path
    log: list[str] = field(default_factory=list)

    def run(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - the same schedule each time
        clock = FakeClock()
        self.wanted = people(self.dice, strangers=self.place != "local")
        keeper = keeper_for(self.place, clock, self.dice)
        with ExitStack() as stack:
            keepers = [stack.enter_context(keeper)] if keeper else []
            self.world = VendorWorld(clock=clock, keepers=keepers, folder=self.folder)
            self.submit()
            for _ in range(self.dice.randint(4, 7)):
                self.night()
            self.calm()
            self.check()

    def submit(self) -> None:
        for one in self.wanted:
            name = one.recipient.partition("@")[0].title() + " Lima"
            self.world.forms.submit(one.recipient, BADGES[one.badge], name=name)
            for keeper in self.world.keepers if one.stranger else ():
                keeper.stand(one.recipient, one.badge)

    # ── the nights ───────────────────────────────────────────────────────────────

    def night(self) -> None:
        world, dice = self.world, self.dice
        for keeper in world.keepers:
            kind = "credly" if self.place == "credly" else "badgr"
            keeper.faults.mood = Weather(dice, MISFORTUNES[kind], dice.choice((0.1, 0.3, 0.6)))
            if isinstance(keeper, BadgrKeeper) and dice.random() < 0.3:
                keeper.server.expire_tokens()
        at = dice.choice((-1, dice.randint(1, 60)))
        # Not at the very beginning: a bridge that fell asleep over an empty ledger would not know the other's rows.
        doze = Doze(world.clock, world.another_bridge, at if world.known().attempts else -1)
        troubles = Troubles(dice, dice.choice((0.0, 0.1, 0.3)))
        world.moody = both(doze, troubles)
        world.live(dice.choice((None, None, dice.randint(1, 200))))
        world.check_nothing_twice()
        self.check_what_is_shown()
        if dice.random() < 0.4:
            retry_what_is_stuck(world)
        self.coaches()
        world.clock.advance(timedelta(hours=dice.choice((1, 3, 8))))

    def calm(self) -> None:
        """Servers work, nobody dies; people clear up what is stuck; cycles until nothing is left to do."""
        world = self.world
        world.moody = calm
        for keeper in world.keepers:
            keeper.faults.mood = None
        for _ in range(16):
            self.clear_up()
            report = world.run_once()
            world.settle()
            world.check_nothing_twice()
            self.coaches()
            if report.changed_nothing and not self.unfinished():
                return
            world.clock.advance(timedelta(hours=8))
        raise AssertionError(f"no rest; left: {self.unfinished()}; {world.statuses()}")

    # ── people ───────────────────────────────────────────────────────────────────

    def of(self, attempt_id: str) -> Wanted:
        return self.wanted[int(attempt_id.partition("-")[0]) - 1]

    def coaches(self) -> None:
        """They decide what is shown, and change their minds as their fate has it."""
        for row in self.world.sheet.rows:
            fate, decision, status = self.of(row["ID"]).fate, row["Decision"], row["Status"]
            is_issued = status.startswith("Issued") or "not possible after issuing" in status
            if not decision:
                self.decide(row["ID"], "Decline" if fate is Fate.DECLINE else "Approve")
            elif fate is Fate.REVOKE and decision == "Approve" and is_issued:
                self.decide(row["ID"], "Revoke")
            elif (
                fate is Fate.WAVER and decision == "Approve" and not is_issued and self.stands(row) is Standing.APPROVED
            ):
                self.decide(row["ID"], "Decline")
            elif fate is Fate.WAVER and decision == "Decline" and is_issued:
                self.decide(row["ID"], "Approve")

    def stands(self, row: Mapping[str, str]) -> Standing:
        return standing(self.world.known(), row["ID"])

    def decide(self, attempt_id: str, verdict: str) -> None:
        words = {"Decline": "Not this time.", "Revoke": "It was not her work."}.get(verdict, "")
        self.world.sheet.decide(attempt_id, verdict, words)

    def clear_up(self) -> None:
        """A person deals with what is in the way, and retries what is stuck."""
        known = self.world.known()
        for effect in known.effects.values():
            one = self.of(effect.attempt_id)
            if effect.state is not State.STUCK or not one.stranger or not effect.key.startswith("issue:"):
                continue
            if one.stranger == "stays" and not effect.in_doubt:
                self.decide(effect.attempt_id, "Decline")
                continue
            for keeper in self.world.keepers:
                keeper.withdraw_by_hand(one.recipient, one.badge)
        retry_what_is_stuck(self.world)

    # ── what must hold ───────────────────────────────────────────────────────────

    def unfinished(self) -> list[str]:
        effects = self.world.known().effects
        silenced = ("publish:", "tell-issued:")  # of a badge that was revoked before it was announced
        return [
            f"{e.key}: {e.note}"
            for e in effects.values()
            if e.state in (State.PLANNED, State.STUCK)
            and not (e.key.startswith(silenced) and f"revoke:{e.attempt_id}" in effects)
        ]

    def check_what_is_shown(self) -> None:
        """Even in a storm, nobody is shown a badge as issued that is not there."""
        world = self.world
        there = {one.award for one in world.held()}
        orders = world.known().orders
        for row in world.sheet.rows:
            if row["Status"].startswith(("Issued", "Revoked")):
                assert orders[row["ID"]].award in there, row["Status"]

    def check(self) -> None:
        world = self.world
        world.check_books()
        known, held = world.known(), world.held()
        for number, one in enumerate(self.wanted, 1):
            attempt_id = f"{number}-1"
            counting = [h for h in held if (h.recipient, h.badge, h.revoked) == (one.recipient, one.badge, False)]
            credential = known.credentials.get(attempt_id)
            self.check_one(one, attempt_id, [h.award for h in counting], credential is not None)
        assert len(world.mails) == len(set(world.mails))
        world.check_rest()

    def check_one(self, one: Wanted, attempt_id: str, counting: Collection[str], is_issued: bool) -> None:
        """*counting*: the awards of that badge that the person holds; "" for somebody else's."""
        world = self.world
        status = world.statuses()[attempt_id]
        order = world.known().orders.get(attempt_id)
        told = {key for key in world.mails if key.partition(":")[2].partition("/")[0] == attempt_id}
        received = f"tell-received:{attempt_id}"
        if status.startswith("Issued DAY, and mailed."):
            assert order is not None
            assert is_issued
            assert counting == [order.award]
            assert told == {received, f"tell-issued:{attempt_id}"}
            assert one.fate in (Fate.APPROVE, Fate.WAVER)
        elif status == "Revoked DAY; the teacher was told.":
            assert counting == []
            assert one.fate is Fate.REVOKE
            assert {received, f"tell-revoked:{attempt_id}"} <= told
            assert told <= {received, f"tell-revoked:{attempt_id}", f"tell-issued:{attempt_id}"}
        else:
            assert status == "Declined; the teacher was told."
            assert one.fate in (Fate.DECLINE, Fate.WAVER) or one.stranger
            assert not is_issued
            assert set(counting) <= {""}
            assert received in told
            assert all(key.startswith("tell-declined:") for key in told - {received})
