"""A programme in memory whose services outlive the bridge: the process may die and be started again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from bridge.cycle import run_cycle, run_moves
from bridge.errors import LeaseHeld, TryLater
from bridge.ledger import open_ledger
from bridge.mail import Sender, Voice, compose, compose_digest
from bridge.model import Effect, Kind, Known, State
from bridge.plan import Policy, Vendor, Wish
from bridge.plan.catalogue import MILESTONE, PREREQUISITES, SECOND_LOOK, TITLES
from bridge.plan.chain import first_break
from bridge.plan.log_tab import log_rows
from bridge.ports import Ledger, Message, Own, World
from bridge.report import Report
from bridge.review import columns_of
from tests.crash.mortal import Death, Doom, Moody, calm, mortal
from tests.fakes.backend import FakeBackend
from tests.fakes.clock import FakeClock
from tests.fakes.drive import FakeDrive
from tests.fakes.forms import FakeForms
from tests.fakes.ledger import Memory, MemoryLedger
from tests.fakes.mailer import FakeMailer
from tests.fakes.sheet import COACH, FakeSheet
from tests.fakes.site import FakeSite
from tests.fakes.story import artwork

POLICY = Policy(
    issuer_url="https://badges.example",
    key_id="did:web:badges.example#key-1",
    coordinator="cora@lakeview.example",
    backends={"local": None, "badgr": Vendor("Badgr", frozenset({"first-aid", "co-teaching"}))},
)
VOICE = Voice(programme="Lakeview badges", sender=Sender("badges@lakeview.example", "Lakeview badges"))
FIRST_AID, CO_TEACHING = "First Aid", "Co-Teaching"

OpenLedger = Callable[[], Ledger]


@dataclass
class FakeWorld:
    """`open_ledger` opens the same memory again, as a new process would."""

    policy: Policy = POLICY
    clock: FakeClock = field(default_factory=FakeClock)
    open_ledger: OpenLedger | None = None
    mailer: FakeMailer = field(default_factory=FakeMailer)
    moody: Moody = calm
    gone: tuple[str, ...] = ()  # [issuer] gone

    def __post_init__(self) -> None:
        self.memory = Memory()
        self.forms = FakeForms(self.clock)
        self.drive = FakeDrive()
        self.backend = FakeBackend()
        self.backends = {"local": self.backend, "badgr": FakeBackend("badgr")}
        self.site = FakeSite(self.backend.pages)
        picture = self.drive.add("art.png", artwork(), "image/png")
        link = f"https://drive.google.com/file/d/{picture}/view"
        self.sheet = FakeSheet(
            [
                TITLES,
                ("first-aid", FIRST_AID, "Knows what to do", "Shows it", link, "12", "", ""),
                ("co-teaching", CO_TEACHING, "Teaches in pairs", "Does it", link, "", "yes", ""),
            ],
            titles=[one.title for one in columns_of(self.policy.identity, named=bool(self.policy.coaches))],
        )
        self.doom = Doom()
        self.awake = 0  # processes started so far

    def process(self) -> World:
        """A new process: nothing in its head but what it reads."""
        self.awake += 1
        world = World(
            clock=self.clock,
            forms=self.forms,
            drive=self.drive,
            sheet=self.sheet,
            backends=self.backends,
            site=self.site,
            mailer=self.mailer,
            ledger=self.ledger(),
            compose=self._compose,
            remind=lambda effect, digest: compose_digest(effect, digest, VOICE),
            dice=lambda: sha256(str(self.awake).encode()).digest(),
            gone=self.gone,
        )
        return mortal(world, self.doom, self.moody)

    def _compose(self, effect: Effect, known: Known, badge: bytes | None) -> Message:
        return compose(effect, known, VOICE, badge)

    def run_once(self) -> Report:
        """One cycle by a new process."""
        return run_cycle(self.process(), self.policy)

    def reissue(self, wish: Wish, most: int = 3) -> None:
        """`badge-bridge reissue`; where the process dies, the coordinator asks again."""
        for _ in range(most):
            try:
                run_moves(self.process(), self.policy, wish)
            except (Death, LeaseHeld):
                self.doom.dead = False
                self.clock.advance(timedelta(minutes=5))
            else:
                return
        raise AssertionError(f"not done after {most} tries")

    def run_to_rest(self, most: int = 12) -> Report:
        """Cycles until one changes nothing; a process that dies is followed by another, minutes later."""
        for _ in range(most):
            try:
                report = self.run_once()
            except (Death, LeaseHeld):
                self.doom.dead = False
                self.clock.advance(timedelta(minutes=5))
                continue
            if report.changed_nothing:
                self.check_log()
                return report
            self.clock.advance(timedelta(hours=8))
        raise AssertionError(f"no rest after {most} cycles")

    def check_log(self) -> None:
        """A line for each decision and each deed, in an unbroken chain, and the tab tells the same."""
        log, known = self.ledger().log(), self.known()
        assert first_break(log) is None
        done = [e for e in known.effects.values() if e.state is State.DONE and e.kind is not Kind.TELL_DIGEST]
        decisions = sum(map(len, known.decisions.values()))
        assert len(log) == len(done) + decisions
        assert self.sheet.own[Own.LOG].read() == log_rows(log)

    def ledger(self) -> Ledger:
        """The same memory, opened anew."""
        return self.open_ledger() if self.open_ledger else MemoryLedger(self.clock, self.memory)

    def known(self) -> Known:
        return self.ledger().load()

    def status(self, attempt_id: str) -> str:
        return self.sheet.row(attempt_id)["Status"]

    @property
    def mails(self) -> list[str]:
        """Keys of all mails that were sent."""
        return [message.key for message in self.mailer.sent]


def sqlite(folder: Path, clock: FakeClock) -> OpenLedger:
    """Open the ledger in *folder* anew each time, as a new process does."""
    return lambda: open_ledger(f"sqlite:///{folder / 'bridge.db'}", "programme", clock)


Act = Callable[[FakeWorld], object]


@dataclass(frozen=True, slots=True)
class Story:
    """What people do, night for night, and what the world looks like afterwards."""

    name: str
    days: Sequence[Act]
    mails: Sequence[str]
    statuses: Mapping[str, str]
    issued: Mapping[str, int]  # by backend, how many badges were made there
    revoked: Mapping[str, int] = field(default_factory=dict)
    policy: Policy = POLICY

    def world(self, **more: Any) -> FakeWorld:
        return FakeWorld(policy=self.policy, **more)

    def play(self, world: FakeWorld) -> Report:
        report = world.run_to_rest()
        for day in self.days:
            day(world)
            report = world.run_to_rest()
        return report

    def check(self, world: FakeWorld) -> None:
        """One credential for an award and backend, each mail once, a truthful sheet; running again changes nothing.

        A death costs minutes, and perhaps a day.
        """
        for name, backend in world.backends.items():
            assert len(backend.issued) == len(set(backend.issued)) == self.issued.get(name, 0)
            assert len(backend.revoked) == self.revoked.get(name, 0)
        assert sorted(world.mails) == sorted(self.mails)
        statuses = {row["ID"]: timeless(row["Status"]) for row in world.sheet.rows}
        assert statuses == {key: timeless(status) for key, status in self.statuses.items()}
        for order, credential in world.known().all_credentials():
            assert (credential.award in world.backends[order.backend].revoked) == (credential.revoked_at is not None)
            assert world.site.is_public(credential), "its page is not public, or not in its present state"
        assert world.run_once().changed_nothing


def timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d", "DAY", text)


def submit(email: str = "ana@lakeview.example", badge: str = FIRST_AID) -> Act:
    return lambda world: world.forms.submit(email, badge)


def decide(attempt_id: str, verdict: str, feedback: str = "", reviewer: str = COACH) -> Act:
    return lambda world: world.sheet.decide(attempt_id, verdict, feedback, reviewer)


def need_two(world: FakeWorld, key: str = "first-aid") -> None:
    """The coordinator adds the column Second look, and asks for a second coach."""
    assert world.sheet.catalogue is not None
    world.sheet.catalogue.cells[0].append(SECOND_LOOK)
    world.sheet.type_in_catalogue(key, SECOND_LOOK, "coach")


def edit(reflection: str) -> Act:
    return lambda world: world.forms.edit(
        next(iter(next(iter(world.forms.forms.values())).responses)), reflection=reflection
    )


def reissue(source: str, target: str, *, revoke: bool = False) -> Act:
    return lambda world: world.reissue(Wish(source, target, revoke=revoke))


def revoke_before_it_is_public(world: FakeWorld) -> None:
    """The award moves while the site can't be published; the coach revokes it before it can."""
    world.site.trouble = TryLater("The web server is down.")
    world.reissue(Wish("local", "badgr", revoke=True))
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    world.site.trouble = None


def pathway(world: FakeWorld) -> None:
    """Co-Teaching comes by itself to whoever holds First Aid."""
    assert world.sheet.catalogue is not None
    header, first, second = world.sheet.catalogue.cells
    world.sheet.catalogue.cells = [[*header, PREREQUISITES, MILESTONE], first, [*second, "first-aid", "by itself"]]


RECEIVED, ISSUED = "tell-received:1-1", "tell-issued:1-1"
GRANTED = [submit(), decide("1-1", "Approve")]
REVOKE = decide("1-1", "Revoke", "Not her work.")
MAILED, REVOKED = "Issued 2026-11-22, and mailed.", "Revoked 2026-11-23; the teacher was told."

STORIES = (
    Story(
        "approve, issue, publish, mail, show",
        GRANTED,
        issued={"local": 1},
        mails=[RECEIVED, ISSUED],
        statuses={"1-1": MAILED},
    ),
    Story(
        "decline",
        [submit(), decide("1-1", "Decline", "Not this time.")],
        issued={},
        mails=[RECEIVED, "tell-declined:1-1/1"],
        statuses={"1-1": "Declined; the teacher was told."},
    ),
    Story(
        "return and resubmit",
        [submit(), decide("1-1", "Return", "Add a photo."), edit("With a photo."), decide("1-2", "Approve")],
        issued={"local": 1},
        mails=[RECEIVED, "tell-returned:1-1/1", "tell-received:1-2", "tell-issued:1-2"],
        statuses={"1-1": "Closed: the teacher sent it again (1-2).", "1-2": "Issued 2026-11-23, and mailed."},
    ),
    Story(
        "revoke",
        [*GRANTED, REVOKE],
        issued={"local": 1},
        revoked={"local": 1},
        mails=[RECEIVED, ISSUED, "tell-revoked:1-1"],
        statuses={"1-1": REVOKED},
    ),
)

#: A badge that two must approve.
TWO = Story(
    "approved by two",
    [
        need_two,
        submit(),
        decide("1-1", "Approve", reviewer="carla@lakeview.example"),
        decide("1-1", "Approve", reviewer="bo@lakeview.example"),
    ],
    issued={"local": 1},
    mails=[RECEIVED, ISSUED],
    statuses={"1-1": "Issued 2026-11-23, and mailed."},
)

#: A badge that comes by itself, after another one.
PATHWAYS = (
    Story(
        "by itself",
        [pathway, *GRANTED],
        issued={"local": 2},
        mails=[RECEIVED, ISSUED, "tell-issued:2-1"],
        statuses={"1-1": "Issued 2026-11-23, and mailed.", "2-1": "Issued by itself 2026-11-23, and mailed."},
    ),
    Story(
        "by itself, then a part is revoked",
        [pathway, *GRANTED, REVOKE],
        issued={"local": 2},
        revoked={"local": 1},
        mails=[RECEIVED, ISSUED, "tell-issued:2-1", "tell-revoked:1-1"],
        statuses={
            "1-1": "Revoked 2026-11-24; the teacher was told.",
            "2-1": "Built on 1-1, which was revoked. Choose Revoke here, too, if it should not stand. "
            "(Issued by itself 2026-11-23, and mailed.)",
        },
    ),
)

#: Awards at a vendor's, and on their way from one backend to another.
MOVES = (
    Story(
        "at a vendor's",
        [*GRANTED, REVOKE],
        issued={"badgr": 1},
        revoked={"badgr": 1},
        mails=[RECEIVED, ISSUED, "tell-revoked:1-1"],
        statuses={"1-1": REVOKED},
        policy=replace(POLICY, backend="badgr"),
    ),
    Story(
        "there and back",
        [*GRANTED, reissue("local", "badgr"), reissue("badgr", "local")],
        issued={"local": 1, "badgr": 1},
        mails=[RECEIVED, ISSUED, "tell-reissued:1-1/1", "tell-reissued:1-1/2"],
        statuses={"1-1": f"{MAILED} Taken up again by this bridge."},
    ),
    Story(
        "there, with the old one withdrawn, and back",
        [*GRANTED, reissue("local", "badgr", revoke=True), reissue("badgr", "local", revoke=True)],
        issued={"local": 2, "badgr": 1},
        revoked={"local": 1, "badgr": 1},
        mails=[RECEIVED, ISSUED, "tell-reissued:1-1/1", "tell-reissued:1-1/2"],
        statuses={"1-1": f"{MAILED} Issued anew by this bridge."},
    ),
    Story(
        "moved, then revoked",
        [*GRANTED, reissue("local", "badgr"), REVOKE],
        issued={"local": 1, "badgr": 1},
        revoked={"local": 1, "badgr": 1},
        mails=[RECEIVED, ISSUED, "tell-reissued:1-1/1", "tell-revoked:1-1"],
        statuses={"1-1": REVOKED},
    ),
    Story(
        "revoked before the move was public",
        [*GRANTED, revoke_before_it_is_public],
        issued={"local": 1, "badgr": 1},
        revoked={"local": 1, "badgr": 1},
        mails=[RECEIVED, ISSUED, "tell-revoked:1-1"],
        statuses={"1-1": REVOKED},
    ),
)


def with_policy(**changes: object) -> Policy:
    return replace(POLICY, **changes)  # type: ignore[arg-type]
