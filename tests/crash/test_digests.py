"""Death at every step of a digest, doubt, outages and clocks: a coach is never told twice on one day."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import InDoubt, TryLater
from bridge.model import Kind, State
from tests.crash.mortal import Death
from tests.crash.world import POLICY, FakeWorld, sqlite
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import FakeMailer

ANN, BEN, CORA = "ann@lakeview.example", "ben@lakeview.example", "cora@lakeview.example"
COACHED = replace(POLICY, coaches=frozenset({ANN, BEN}), coordinator=CORA, digests=True, digest_hour=7, escalate_days=5)
DAY = timedelta(days=1)
START = FakeClock().now().replace(hour=8)


def asked(**more: object) -> FakeWorld:
    """One request, shown to the coaches on the day on which it came in."""
    world = FakeWorld(policy=COACHED, **more)  # type: ignore[arg-type]
    world.forms.submit("ana@lakeview.example", "First Aid")
    world.run_to_rest()
    assert told(world) == []
    return world


def told(world: FakeWorld) -> list[tuple[str, str]]:
    """(coach, key) of each digest that arrived, in order."""
    return [(mail.to, mail.key) for mail in world.mailer.sent if mail.key.startswith(Kind.TELL_DIGEST)]


def morning(world: FakeWorld, days: int) -> None:
    """8 o'clock, so many days after the request."""
    world.clock.advance(START + days * DAY - world.clock.now())


def live_on(world: FakeWorld, cycles: int = 6) -> int:
    """So many cycles, an hour between two, each by a new process; how many died."""
    deaths = 0
    for _ in range(cycles):
        try:
            world.run_once()
        except Death:
            world.doom.dead = False
            deaths += 1
        world.clock.advance(timedelta(minutes=30))
    return deaths


def one_each(world: FakeWorld) -> None:
    assert Counter(to for to, _ in told(world)) == {ANN: 1, BEN: 1}
    assert world.mailer.drafts == {}


def steps_of_a_morning() -> int:
    world = asked()
    morning(world, 1)
    before = world.doom.steps
    world.run_once()
    one_each(world)
    return world.doom.steps - before


@pytest.mark.parametrize("step", range(1, steps_of_a_morning() + 1))
def test_a_death_at_any_step_costs_nobody_a_digest_and_brings_nobody_two(step: int) -> None:
    world = asked()
    morning(world, 1)
    world.doom.dies_at = world.doom.steps + step
    assert live_on(world) == 1
    one_each(world)
    assert world.run_once().changed_nothing


def test_a_death_at_every_step_one_after_the_other_brings_nobody_two() -> None:
    world = asked()
    morning(world, 1)
    for reach in range(1, 60):
        world.doom.dies_at = world.doom.steps + reach
        live_on(world, 1)
        world.clock.advance(-timedelta(minutes=25))
    world.doom.dies_at = -1
    live_on(world)
    assert max(Counter(to for to, _ in told(world)).values()) == 1
    assert world.mailer.drafts == {}


@pytest.mark.slow
@pytest.mark.usefixtures("only_processes_die")
def test_deaths_with_the_ledger_on_disk_reopened(tmp_path: Path) -> None:
    (new := tmp_path / "new").mkdir()
    sqlite(new, FakeClock())()
    for step in range(1, steps_of_a_morning() + 1, 3):
        folder, clock = shutil.copytree(new, tmp_path / str(step)), FakeClock()
        world = asked(clock=clock, open_ledger=sqlite(folder, clock))
        morning(world, 1)
        world.doom.dies_at = world.doom.steps + step
        assert live_on(world, 4) == 1
        one_each(world)


def test_a_night_that_died_is_told_of_on_the_next_day_once_and_in_its_words() -> None:
    """Between laying ready and sending: what lies there is a day old, so it is thrown away."""
    world = asked()
    morning(world, 1)
    world.moody = lambda name, when: (_ for _ in ()).throw(Death) if (name, when) == ("mailer.send", "before") else None
    assert live_on(world, 1) == 1
    world.moody = lambda name, when: None
    assert len(world.mailer.drafts) == 1
    morning(world, 2)
    live_on(world)
    one_each(world)
    assert all("for 2 days" in mail.text for mail in world.mailer.sent if mail.key.startswith(Kind.TELL_DIGEST))
    morning(world, 3)
    live_on(world)
    assert Counter(to for to, _ in told(world)) == {ANN: 2, BEN: 2}


def test_what_was_decided_before_the_mail_could_go_is_not_told() -> None:
    world = asked()
    morning(world, 1)
    world.moody = busy
    live_on(world, 2)
    assert len(world.mailer.drafts) == 2
    world.moody = lambda name, when: None
    world.sheet.decide("1-1", "Decline", "Not this time.", ANN)
    world.run_to_rest()
    assert told(world) == []
    assert world.mailer.drafts == {}


def busy(name: str, when: str) -> None:
    if (name, when) == ("mailer.send", "before"):
        raise TryLater("Gmail is busy.")


def lost(name: str, when: str) -> None:
    if (name, when) == ("mailer.send", "after"):
        raise InDoubt("The line was cut; it may have happened.")


def broken(name: str, when: str) -> None:
    if (name, when) == ("mailer.send", "after"):
        raise RuntimeError("nobody foresaw this")


def test_an_outage_of_days_ends_with_one_digest() -> None:
    world = asked()
    world.moody = busy
    for days in (1, 2, 3):
        morning(world, days)
        report = world.run_once()
        assert all("@" not in line for line in report.lines())
    world.moody = lambda name, when: None
    live_on(world, 16)
    one_each(world)


@pytest.mark.parametrize("trouble", [lost, broken])
@pytest.mark.parametrize("askable", [True, False])
def test_a_mail_whose_fate_nobody_knows_counts_as_sent(trouble: object, askable: bool) -> None:
    world = asked(mailer=FakeMailer(askable=askable))
    morning(world, 1)
    world.moody = trouble  # type: ignore[assignment]
    live_on(world, 1)
    world.moody = lambda name, when: None
    live_on(world, 16)
    one_each(world)
    assert not world.run_once().stuck
    morning(world, 2)
    live_on(world)
    assert Counter(to for to, _ in told(world)) == {ANN: 2, BEN: 2}


def test_teachers_are_told_first_when_the_days_mails_are_scarce() -> None:
    world = asked()
    morning(world, 1)
    world.policy = replace(COACHED, mails_per_day=3)
    for who in ("bo", "cy"):
        world.forms.submit(f"{who}@lakeview.example", "First Aid")
    report = world.run_once()
    keys = [mail.key for mail in world.mailer.sent[-3:]]
    assert keys == ["tell-received:2-1", "tell-received:3-1", "tell-digest:digest/2026-11-23/1"]
    assert "mail: 1 mails wait until tomorrow: the day's limit is reached." in list(report.lines())


def test_the_coordinator_is_told_once_of_what_is_late() -> None:
    world = asked()
    for days in range(1, 25):
        morning(world, days)
        live_on(world, 2)
    late = [mail for mail in world.mailer.sent if mail.to == CORA]
    assert [mail.key for mail in late] == ["tell-digest:digest/2026-12-07/3"]
    assert "5 days late" in late[0].text
    assert f"asked: {ANN}, {BEN}" in late[0].text
    assert Counter(to for to, _ in told(world)) == {ANN: 24, BEN: 24, CORA: 1}
    assert len({key for _, key in told(world)}) == len(told(world))


def test_a_digest_that_was_planned_and_is_switched_off_is_called_off() -> None:
    world = asked()
    morning(world, 1)
    world.policy = replace(COACHED, mails_per_day=0)
    world.run_once()
    world.policy = replace(COACHED, digests=False)
    world.run_once()
    digests = [e for e in world.known().effects.values() if e.kind is Kind.TELL_DIGEST]
    assert [e.state for e in digests] == [State.CANCELLED, State.CANCELLED]
    assert told(world) == []
    assert world.run_once().changed_nothing
