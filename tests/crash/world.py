"""A programme in memory whose services outlive the bridge: the process may die and be started again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from bridge.cycle import run_cycle
from bridge.errors import LeaseHeld
from bridge.ledger import open_ledger
from bridge.mail import Sender, Voice, compose
from bridge.model import Effect, Known
from bridge.plan import Policy
from bridge.plan.catalogue import TITLES
from bridge.ports import Ledger, Message, World
from bridge.report import Report
from tests.crash.mortal import Death, Doom, Moody, calm, mortal
from tests.fakes.backend import FakeBackend
from tests.fakes.clock import FakeClock
from tests.fakes.drive import FakeDrive
from tests.fakes.forms import FakeForms
from tests.fakes.ledger import Memory, MemoryLedger
from tests.fakes.mailer import FakeMailer
from tests.fakes.sheet import FakeSheet
from tests.fakes.site import FakeSite
from tests.fakes.story import artwork

POLICY = Policy(issuer_url="https://badges.example", key_id="did:web:badges.example#key-1")
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

    def __post_init__(self) -> None:
        self.memory = Memory()
        self.forms = FakeForms(self.clock)
        self.drive = FakeDrive()
        self.backend = FakeBackend()
        self.site = FakeSite(self.backend.pages)
        picture = self.drive.add("art.png", artwork(), "image/png")
        link = f"https://drive.google.com/file/d/{picture}/view"
        self.sheet = FakeSheet(
            [
                TITLES,
                ("first-aid", FIRST_AID, "Knows what to do", "Shows it", link, "12", "", ""),
                ("co-teaching", CO_TEACHING, "Teaches in pairs", "Does it", link, "", "yes", ""),
            ]
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
            backends={"local": self.backend},
            site=self.site,
            mailer=self.mailer,
            ledger=self.ledger(),
            compose=self._compose,
            dice=lambda: sha256(str(self.awake).encode()).digest(),
        )
        return mortal(world, self.doom, self.moody)

    def _compose(self, effect: Effect, known: Known, badge: bytes | None) -> Message:
        return compose(effect, known, VOICE, badge)

    def run_once(self) -> Report:
        """One cycle by a new process."""
        return run_cycle(self.process(), self.policy)

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
                return report
            self.clock.advance(timedelta(hours=8))
        raise AssertionError(f"no rest after {most} cycles")

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
    badges: int
    mails: Sequence[str]
    statuses: dict[str, str]
    revoked: int = 0

    def play(self, world: FakeWorld) -> Report:
        report = world.run_to_rest()
        for day in self.days:
            day(world)
            report = world.run_to_rest()
        return report

    def check(self, world: FakeWorld, *, each_mail_once: bool = True) -> None:
        """Always one credential, at most one mail, a truthful sheet; running again changes nothing."""
        assert len(world.backend.issued) == self.badges
        assert len(world.backend.revoked) == self.revoked
        assert len(world.mails) == len(set(world.mails))
        if each_mail_once:
            assert sorted(world.mails) == sorted(self.mails)
        assert {row["ID"]: row["Status"] for row in world.sheet.rows} == self.statuses
        assert world.run_once().changed_nothing


def submit(email: str = "ana@lakeview.example", badge: str = FIRST_AID) -> Act:
    return lambda world: world.forms.submit(email, badge)


def decide(attempt_id: str, verdict: str, feedback: str = "") -> Act:
    return lambda world: world.sheet.decide(attempt_id, verdict, feedback)


def edit(reflection: str) -> Act:
    return lambda world: world.forms.edit(
        next(iter(next(iter(world.forms.forms.values())).responses)), reflection=reflection
    )


STORIES = (
    Story(
        "approve, issue, publish, mail, show",
        [submit(), decide("1-1", "Approve")],
        badges=1,
        mails=["tell-received:1-1", "tell-issued:1-1"],
        statuses={"1-1": "Issued 2026-11-22, and mailed."},
    ),
    Story(
        "decline",
        [submit(), decide("1-1", "Decline", "Not this time.")],
        badges=0,
        mails=["tell-received:1-1", "tell-declined:1-1/1"],
        statuses={"1-1": "Declined; the teacher was told."},
    ),
    Story(
        "return and resubmit",
        [submit(), decide("1-1", "Return", "Add a photo."), edit("With a photo."), decide("1-2", "Approve")],
        badges=1,
        mails=["tell-received:1-1", "tell-returned:1-1/1", "tell-received:1-2", "tell-issued:1-2"],
        statuses={"1-1": "Closed: the teacher sent it again (1-2).", "1-2": "Issued 2026-11-23, and mailed."},
    ),
    Story(
        "revoke",
        [submit(), decide("1-1", "Approve"), decide("1-1", "Revoke", "Not her work.")],
        badges=1,
        revoked=1,
        mails=["tell-received:1-1", "tell-issued:1-1", "tell-revoked:1-1"],
        statuses={"1-1": "Revoked 2026-11-23; the teacher was told."},
    ),
)


def with_policy(**changes: object) -> Policy:
    return replace(POLICY, **changes)  # type: ignore[arg-type]
