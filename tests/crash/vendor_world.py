"""The whole programme around real clients of vendors' servers; its process may die, sleep, and be started again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from bridge.backends.local import LocalIssuer
from bridge.cycle import run_cycle, run_moves
from bridge.errors import LeaseHeld, LeaseLost
from bridge.mail import compose_digest
from bridge.model import LOCAL, Known, State
from bridge.plan import Moving, Policy, Wish
from bridge.plan.catalogue import BACKEND
from bridge.ports import Backend, World
from bridge.report import Report
from bridge.site import Check, StaticSite
from bridge.site.files import SiteFiles
from tests.crash.mortal import Death, Doom, Moody, Mortal, calm, mortal
from tests.crash.vendors import BADGES, Held, Keeper, held_in
from tests.crash.world import VOICE, FakeWorld
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.quota import FakeQuota

#: What a holder is told, once each.
TOLD = ("received", "issued")

#: Ends of a process that are nobody's mistake: it died, another one was at work, or took over while it slept.
ENDS = (Death, LeaseHeld, LeaseLost)


@dataclass
class VendorWorld(FakeWorld):
    """*keepers* are the vendors' servers, the first of which makes the badges unless *makes* says otherwise, by key.

    The embedded issuer is always there, and its folder is the site's.
    """

    keepers: Sequence[Keeper] = ()
    makes: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    new_awards: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        vendors = {keeper.name: keeper.vendor() for keeper in self.keepers}
        self.policy = Policy(
            issuer_url=story.SITE,
            key_id=story.signing_key().key_id,
            new_awards=self.new_awards,
            backend=next(iter(vendors), LOCAL),
            backends={LOCAL: None, **vendors},
        )
        self.files = SiteFiles(self.folder / "site")
        self.quota = FakeQuota()
        assert self.sheet.catalogue is not None
        header, *rows = self.sheet.catalogue.cells
        header.append(BACKEND)
        for row in rows:
            row.append(self.makes.get(row[0], ""))

    def process(self, doom: Doom | None = None, moody: Moody | None = None) -> World:
        """A new process, whose every call to a service, and every look at a token, is a step."""
        self.awake += 1
        doom = self.doom if doom is None else doom
        ledger, dice = self.ledger(), sha256(str(self.awake).encode()).digest()
        artwork = lru_cache(ledger.artwork)
        tokens, quota = Mortal(ledger, "tokens", doom), Mortal(self.quota, "quota", doom)
        files: Any = Mortal(self.files, "files", doom)
        backends: dict[str, Backend] = {
            LOCAL: LocalIssuer(story.issuer(), story.signing_key(), files, artwork),
            **{keeper.name: keeper.backend(self.clock, tokens, quota) for keeper in self.keepers},
        }
        world = World(
            clock=self.clock,
            forms=self.forms,
            drive=self.drive,
            sheet=self.sheet,
            backends=backends,
            site=StaticSite(self.files.folder, story.issuer(), story.signing_key(), artwork, check=Check.FILE),
            mailer=self.mailer,
            ledger=ledger,
            compose=self._compose,
            remind=lambda effect, digest: compose_digest(effect, digest, VOICE),
            dice=lambda: dice,
        )
        return mortal(world, doom, moody or self.moody)

    # ── people ───────────────────────────────────────────────────────────────────

    def ask(self, people: Sequence[str], badges: Iterable[str] = BADGES) -> None:
        """Let all of *people* ask for *badges*, and let their requests come in."""
        for person in people:
            for badge in badges:
                self.forms.submit(f"{person}@lakeview.example", BADGES[badge], name=f"{person.title()} Lima")
        self.run_to_rest()

    def approve_all(self) -> None:
        for row in self.sheet.rows:
            if not row["Decision"]:
                self.sheet.decide(row["ID"], "Approve")

    # ── processes, one after the other ───────────────────────────────────────────

    def live(self, steps: int | None = None) -> Report | None:
        """One cycle by a new process that dies after so many steps, if it gets that far; None if it died."""
        with self.mortally(steps):
            return self.run_once()
        return None

    def move(self, wish: Wish, steps: int | None = None) -> tuple[Moving, Report] | None:
        """`badge-bridge reissue` by a new process; None if it died."""
        with self.mortally(steps):
            return run_moves(self.process(), self.policy, wish)
        return None

    @contextmanager
    def mortally(self, steps: int | None) -> Iterator[None]:
        self.doom.dies_at = -1 if steps is None else self.doom.steps + steps
        try:
            yield
        except ENDS:
            self.clock.advance(timedelta(minutes=5))
        finally:
            self.doom.dies_at, self.doom.dead = -1, False
            self.settle()

    def settle(self) -> None:
        """Some time passes: whatever is under way at a server comes to its end."""
        for keeper in self.keepers:
            keeper.settle()

    def run_to_rest(self, most: int = 12) -> Report:
        for _ in range(most):
            try:
                report = self.run_once()
            except ENDS:
                self.doom.dead = False
                self.settle()
                self.clock.advance(timedelta(minutes=5))
                continue
            self.settle()
            if report.changed_nothing:
                return report
            self.clock.advance(timedelta(hours=8))
        raise AssertionError(f"no rest after {most} cycles; left: {self.left()}")

    def left(self) -> list[str]:
        effects = self.known().effects.values()
        return [f"{e.key}: {e.note}" for e in effects if e.state in (State.PLANNED, State.STUCK)]

    def another_bridge(self) -> Report:
        """A whole cycle of a bridge that nothing befalls."""
        return run_cycle(self.process(Doom(), calm), self.policy)

    # ── how things stand ─────────────────────────────────────────────────────────

    def held(self, known: Known | None = None) -> list[Held]:
        """All badges, wherever they are kept, of others too."""
        found = [one for keeper in self.keepers for one in keeper.held()]
        return found + list(held_in(self.files.folder, known or self.known()))

    def statuses(self) -> dict[str, str]:
        """The Status cells by attempt id; every day is DAY."""
        return {row["ID"]: re.sub(r"\d{4}-\d\d-\d\d", "DAY", row["Status"]) for row in self.sheet.rows}

    def check_nothing_twice(self) -> None:
        """Nobody holds two badges of one kind that count, no award was made twice, no mail was sent twice."""
        held = self.held()
        awards = Counter((one.place, one.award) for one in held if one.award)
        assert set(awards.values()) <= {1}, awards
        counting = Counter((one.place, one.recipient, one.badge) for one in held if not one.revoked)
        assert set(counting.values()) <= {1}, counting
        mails = Counter(self.mails)
        assert set(mails.values()) <= {1}, mails

    def check_books(self) -> None:
        """What the servers hold is what the ledger says, badge for badge, and no badge of ours besides."""
        self.check_nothing_twice()
        known = self.known()
        held = {(one.place, one.award): one for one in self.held(known) if one.award}
        told = {(order.backend, order.award): (order, credential) for order, credential in known.all_credentials()}
        assert held.keys() == told.keys()
        for place, (order, credential) in told.items():
            there = held[place]
            assert (there.recipient, there.badge) == (order.recipient, order.achievement)
            assert there.ref == credential.backend_ref
            assert there.revoked == (credential.revoked_at is not None), place

    def check_all_issued(self) -> None:
        """Everybody who asked has the badge, once, and was told so, once."""
        self.check_books()
        known = self.known()
        assert known.credentials.keys() == known.attempts.keys()
        assert sorted(self.mails) == sorted(f"tell-{what}:{id_}" for id_ in known.attempts for what in TOLD)
        assert all(status.startswith("Issued DAY, and mailed.") for status in self.statuses().values())

    def check_rest(self) -> None:
        """Running again changes nothing: no cell, no page, no badge, no call that could make one."""
        before = [list(row) for row in self.sheet.rows], self.held(), list(self.mails)
        assert self.run_once().changed_nothing
        assert ([list(row) for row in self.sheet.rows], self.held(), list(self.mails)) == before


def town(keeper: Keeper, clock: FakeClock, folder: Path, **changes: Any) -> VendorWorld:
    return VendorWorld(clock=clock, keepers=[keeper], folder=folder, **changes)
