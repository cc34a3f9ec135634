"""Services with moods, and deaths between them: one credential, no mail twice, a truthful sheet in the end."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.model import Kind, State
from tests.crash.moods import Moods, Night, Schedule, come_to_rest, live, nights, retry_what_is_stuck, schedules
from tests.crash.world import FIRST_AID, FakeWorld, with_policy
from tests.fakes.mailer import FakeMailer

HURRIED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STEADY = settings(HURRIED, max_examples=200)
PATIENT = settings(HURRIED, max_examples=600)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What nobody foresaw is logged with its traceback, thousands of times here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Fate(StrEnum):
    """What the coach makes of a request, in the end."""

    APPROVE = "Approve"
    DECLINE = "Decline"
    RETURN = "Return"
    REVOKE = "Revoke"  # approved first
    WAIT = ""


STATUS = {
    Fate.APPROVE: "Issued DAY, and mailed.",
    Fate.DECLINE: "Declined; the teacher was told.",
    Fate.RETURN: "Returned; the teacher was told.",
    Fate.REVOKE: "Revoked DAY; the teacher was told.",
    Fate.WAIT: "Waiting for a decision.",
}

MAILS = {
    Fate.APPROVE: ("tell-issued:{}",),
    Fate.DECLINE: ("tell-declined:{}/1",),
    Fate.RETURN: ("tell-returned:{}/1",),
    Fate.REVOKE: ("tell-revoked:{}",),
    Fate.WAIT: (),
}

fates = st.lists(st.sampled_from(Fate), min_size=1, max_size=4)


@dataclass
class Play:
    """Teachers ask, coaches decide what they find in the sheet; nothing goes smoothly until everybody calms down."""

    fates: Sequence[Fate]
    schedule: Schedule
    nights: Sequence[Night]
    askable: bool = True
    repeat: bool = False
    told_to: Counter[str] = field(default_factory=Counter)  # how often a person said so, by the effect's key

    def __post_init__(self) -> None:
        self.moods = Moods(self.schedule)
        self.world = FakeWorld(
            policy=with_policy(smtp_repeat=self.repeat), mailer=FakeMailer(askable=self.askable), moody=self.moods
        )
        for number, _ in enumerate(self.fates, 1):
            self.world.forms.submit(f"teacher{number}@lakeview.example", FIRST_AID)

    def coaches(self) -> None:
        """They decide what is shown, and revoke what they see issued."""
        for row in self.world.sheet.rows:
            fate = self.fates[int(row["ID"].partition("-")[0]) - 1]
            if fate is Fate.REVOKE and row["Decision"] == "Approve" and row["Status"].startswith("Issued"):
                self.world.sheet.decide(row["ID"], "Revoke", "It was not her work.")
            elif not row["Decision"] and fate is not Fate.WAIT:
                verdict = "Approve" if fate is Fate.REVOKE else fate.value
                self.world.sheet.decide(row["ID"], verdict, "Words for the teacher.")

    def stormy(self) -> None:
        for night in self.nights:
            live(self.world, night.steps)
            self.check_nothing_twice()
            if night.retry:
                self.retry(self.world)
            self.coaches()
            self.world.clock.advance(timedelta(hours=3))

    def retry(self, world: FakeWorld) -> None:
        self.told_to.update(retry_what_is_stuck(world))

    def calm(self) -> None:
        come_to_rest(self.world, self.moods, self.unfinished, self.retry, self.after_each)

    def after_each(self) -> None:
        self.check_nothing_twice()
        self.coaches()

    def unfinished(self) -> list[str]:
        """Effects still to be done. A badge that was revoked before it was announced is not announced."""
        effects = self.world.known().effects
        left = [e for e in effects.values() if e.state in (State.PLANNED, State.STUCK)]
        silenced = [
            e.key for e in left if e.kind in (Kind.PUBLISH, Kind.TELL_ISSUED) and f"revoke:{e.attempt_id}" in effects
        ]
        return [e.key for e in left if e.key not in silenced]

    def check_nothing_twice(self) -> None:
        issued = self.world.backend.issued
        assert len(issued) == len(set(issued))
        for key, times in Counter(self.world.mails).items():
            assert times <= self.most(key), f"{key}: {times} mails; met: {self.moods.met}"

    def most(self, key: str) -> int:
        """How many mails of this effect are bearable."""
        if self.askable:
            return 1
        told = self.told_to[key]
        return (1 + told) * (2 if self.repeat else 1)

    def check(self) -> None:
        world = self.world
        ids = {f"{number}-1": fate for number, fate in enumerate(self.fates, 1)}
        statuses = {row["ID"]: re.sub(r"\d{4}-\d\d-\d\d", "DAY", row["Status"]) for row in world.sheet.rows}
        assert statuses == {attempt_id: STATUS[fate] for attempt_id, fate in ids.items()}
        approved = [attempt_id for attempt_id, fate in ids.items() if fate in (Fate.APPROVE, Fate.REVOKE)]
        orders, credentials = world.known().orders, world.known().credentials
        assert sorted(world.backend.issued) == sorted(orders[attempt_id].award for attempt_id in approved)
        assert sorted(credentials) == sorted(approved)
        revoked = [attempt_id for attempt_id, fate in ids.items() if fate is Fate.REVOKE]
        assert sorted(world.backend.revoked) == sorted(orders[attempt_id].award for attempt_id in revoked)
        assert world.site.public == world.backend.pages()
        needed = {
            key.format(attempt_id) for attempt_id, fate in ids.items() for key in ("tell-received:{}", *MAILS[fate])
        }
        silenced = {f"tell-issued:{attempt_id}" for attempt_id in revoked}
        assert needed <= set(world.mails) <= needed | silenced
        if self.askable:
            assert {draft.key for draft in world.mailer.drafts.values()} <= silenced, "an orphan was left in the drafts"
        before = [list(row) for row in world.sheet.review.cells] if world.sheet.review else []
        assert world.run_once().changed_nothing
        assert world.sheet.review is not None
        assert world.sheet.review.cells == before

    def run(self) -> None:
        self.stormy()
        self.calm()
        self.check()


@HURRIED
@given(fates, schedules, nights)
def test_moods_and_deaths_with_mails_that_can_be_asked_for(
    fates: list[Fate], schedule: Schedule, nights: list[Night]
) -> None:
    Play(fates, schedule, nights).run()


@HURRIED
@given(fates, schedules, nights)
def test_a_mail_server_that_cannot_be_asked_gets_no_mail_twice_unless_a_person_says_so(
    fates: list[Fate], schedule: Schedule, nights: list[Night]
) -> None:
    Play(fates, schedule, nights, askable=False).run()


@pytest.mark.slow
@STEADY
@given(fates, schedules, nights)
def test_a_mail_server_that_cannot_be_asked_gets_a_mail_once_more_by_setting(
    fates: list[Fate], schedule: Schedule, nights: list[Night]
) -> None:
    Play(fates, schedule, nights, askable=False, repeat=True).run()


@pytest.mark.slow
@PATIENT
@given(fates, schedules, nights, st.sampled_from([(True, False), (False, False), (False, True)]))
def test_many_nights_of_moods_and_deaths(
    fates: list[Fate], schedule: Schedule, nights: list[Night], mailer: tuple[bool, bool]
) -> None:
    askable, repeat = mailer
    Play(fates, schedule, nights, askable=askable, repeat=repeat).run()
