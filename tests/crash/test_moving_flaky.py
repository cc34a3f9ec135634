"""Awards move between backends that have moods, coaches revoke meanwhile, and processes die: nothing is made twice,
nothing is lost, and what was revoked stands nowhere."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.cycle import run_moves
from bridge.errors import LeaseHeld
from bridge.model import Kind, State
from bridge.plan import Wish
from tests.crash.moods import (
    ACTS,
    LOOKS,
    VENDORS_ACTS,
    VENDORS_LOOKS,
    Moods,
    Night,
    Schedule,
    come_to_rest,
    live,
    mortally,
    nights,
    retry_what_is_stuck,
    schedules_of,
)
from tests.crash.world import FIRST_AID, POLICY, FakeWorld

HURRIED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STEADY = settings(HURRIED, max_examples=200)
PATIENT = settings(HURRIED, max_examples=600)

#: An award that was revoked is announced no more.
ANNOUNCING = (Kind.PUBLISH, Kind.TELL_ISSUED, Kind.PUBLISH_REISSUED, Kind.TELL_REISSUED)

#: What happens between two nights: a wish for all awards, or the number of a request that a coach revokes.
Act = Wish | int

wishes = st.builds(Wish, *[st.sampled_from(["local", "badgr"])] * 2, revoke=st.booleans())
acts = st.lists(wishes.filter(lambda wish: wish.source != wish.target) | st.integers(1, 3), max_size=2)
days = st.lists(acts, min_size=3, max_size=8)
schedules = schedules_of(*LOOKS, *ACTS, *VENDORS_LOOKS, *VENDORS_ACTS)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What nobody foresaw is logged with its traceback, thousands of times here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@dataclass
class Play:
    """Each teacher's request is approved; what happens then, happens in bad weather, until everybody calms down."""

    teachers: int
    backend: str
    schedule: Schedule
    nights: Sequence[Night]
    days: Sequence[Sequence[Act]]
    settle: timedelta = timedelta(0)
    wanted_gone: set[str] = field(default_factory=set)  # attempts that a coach revoked

    def __post_init__(self) -> None:
        self.moods = Moods(self.schedule)
        policy = replace(POLICY, backend=self.backend, settle=self.settle)
        self.world = FakeWorld(policy=policy, moody=self.moods)
        for number in range(1, self.teachers + 1):
            self.world.forms.submit(f"teacher{number}@lakeview.example", FIRST_AID)

    def coaches(self, *revoke: int) -> None:
        """They approve what waits, and revoke what they see issued."""
        for row in self.world.sheet.rows:
            if not row["Decision"]:
                self.world.sheet.decide(row["ID"], "Approve", "Well done.")
            elif int(row["ID"].partition("-")[0]) in revoke and row["Status"].startswith("Issued"):
                self.world.sheet.decide(row["ID"], "Revoke", "It was not her work.")
                self.wanted_gone.add(row["ID"])

    def reissue(self, wish: Wish, steps: int | None) -> None:
        try:
            mortally(self.world, steps, lambda: run_moves(self.world.process(), self.world.policy, wish))
        except LeaseHeld:
            return  # the one before died a moment ago

    def stormy(self) -> None:
        for night, day in zip(self.nights, self.days, strict=False):
            live(self.world, night.steps)
            self.check_nothing_twice()
            if night.retry:
                retry_what_is_stuck(self.world)
            self.coaches(*(act for act in day if isinstance(act, int)))
            for wish in (act for act in day if isinstance(act, Wish)):
                self.world.clock.advance(timedelta(minutes=5))
                self.reissue(wish, night.steps)
                self.check_nothing_twice()
            self.world.clock.advance(timedelta(hours=3))

    def calm(self) -> None:
        come_to_rest(self.world, self.moods, self.unfinished, retry_what_is_stuck, self.after_each)

    def after_each(self) -> None:
        self.check_nothing_twice()
        self.coaches()

    def unfinished(self) -> list[str]:
        """Effects still to be done, and words that still settle."""
        known = self.world.known()
        effects = known.effects
        settling = [
            f"{key}: {decision.verdict}"
            for key in known.attempts
            if (decision := known.decision(key)) is not None and not decision.enacted
        ]
        left = [e for e in effects.values() if e.state in (State.PLANNED, State.STUCK)]
        return settling + [e.key for e in left if not (e.kind in ANNOUNCING and f"revoke:{e.attempt_id}" in effects)]

    def check_nothing_twice(self) -> None:
        for backend in self.world.backends.values():
            assert len(backend.issued) == len(set(backend.issued)), self.moods.met
        for key, times in Counter(self.world.mails).items():
            assert times == 1, f"{key}: {times} mails; met: {self.moods.met}"

    def check(self) -> None:
        world, known = self.world, self.world.known()
        ids = {f"{number}-1" for number in range(1, self.teachers + 1)}
        assert known.credentials.keys() == ids
        assert {key for key, credential in known.credentials.items() if credential.revoked_at} == self.wanted_gone
        stand = Counter[str]()
        made: set[tuple[str, str]] = set()
        for order, credential in known.all_credentials():
            made.add((order.backend, order.award))
            stand[order.attempt_id] += credential.revoked_at is None
            assert (order.award in world.backends[order.backend].revoked) == (credential.revoked_at is not None)
            assert world.site.is_public(credential)
        assert made == {(name, award) for name, backend in world.backends.items() for award in backend.issued}
        assert {key for key in ids if not stand[key]} == self.wanted_gone, "revoked is revoked everywhere"
        entries = [order.status_index for order in {order.award: order for order in known.all_orders()}.values()]
        assert len(entries) == len(set(entries))
        self.check_sheet()

    def check_sheet(self) -> None:
        known = self.world.known()
        for row in self.world.sheet.rows:
            attempt_id, status = row["ID"], re.sub(r"\d{4}-\d\d-\d\d", "DAY", row["Status"])
            assert row["Badge link"] == known.credentials[attempt_id].url
            if attempt_id in self.wanted_gone:
                assert status == "Revoked DAY; the teacher was told."
                continue
            moved = [move for move in known.moves.get(attempt_id, ()) if move.replaced is not None]
            where = {"local": "by this bridge", "badgr": "at Badgr"}[known.orders[attempt_id].backend]
            stood = [move.old.award for move in moved]
            what = "Taken up again" if moved and moved[-1].new.award in stood else "Issued anew"
            assert status == "Issued DAY, and mailed." + (f" {what} {where}." if moved else "")
        before = [list(cells) for cells in self.world.sheet.review.cells] if self.world.sheet.review else []
        assert self.world.run_once().changed_nothing
        assert self.world.sheet.review is not None
        assert self.world.sheet.review.cells == before

    def run(self) -> None:
        self.stormy()
        self.calm()
        self.check()


@HURRIED
@given(st.integers(1, 3), st.sampled_from(["local", "badgr"]), schedules, nights, days)
def test_moves_in_bad_weather(
    teachers: int, backend: str, schedule: Schedule, nights: list[Night], days: list[list[Act]]
) -> None:
    Play(teachers, backend, schedule, nights, days).run()


@pytest.mark.slow
@STEADY
@given(st.integers(1, 2), st.sampled_from(["local", "badgr"]), schedules, nights, days)
def test_moves_while_words_settle(
    teachers: int, backend: str, schedule: Schedule, nights: list[Night], days: list[list[Act]]
) -> None:
    Play(teachers, backend, schedule, nights, days, settle=timedelta(hours=4)).run()


@pytest.mark.slow
@PATIENT
@given(st.integers(1, 3), st.sampled_from(["local", "badgr"]), schedules, nights, days, st.sampled_from([0, 4]))
def test_many_nights_of_moves(
    teachers: int, backend: str, schedule: Schedule, nights: list[Night], days: list[list[Act]], settle: int
) -> None:
    Play(teachers, backend, schedule, nights, days, settle=timedelta(hours=settle)).run()
