"""One thing that nobody foresaw, in one place: everything else goes on, and people are told."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.cycle import run_cycle
from bridge.errors import Refused, TryLater
from bridge.model import Artwork, Effect, Evidence, FileFacts, Kind, Known
from bridge.plan import Policy
from bridge.ports import Message, World
from bridge.report import Report
from tests.crash.world import POLICY, FakeWorld, decide, submit
from tests.fakes.drive import FakeDrive
from tests.fakes.mailer import FakeMailer
from tests.fakes.site import FakeSite


class PoisonedDrive(FakeDrive):
    def describe(self, items: Collection[Evidence]) -> Sequence[FileFacts]:
        raise IndexError("nobody foresaw this")

    def fetch(self, links: Collection[str]) -> Sequence[Artwork]:
        raise KeyError("nobody foresaw this")


class PoisonedSite(FakeSite):
    def refresh(self, known: Known) -> bool:
        raise RecursionError("nobody foresaw this")


class TalkativeMailer(FakeMailer):
    """A mail server that repeats whom it does not know, in its own spelling."""

    def __init__(self, kind: type[Refused | TryLater]) -> None:
        super().__init__()
        self.kind = kind

    def send(self, ref: str, message: Message) -> None:
        if message.to.startswith("ana"):
            raise self.kind(f"550 5.1.1 <{message.to.upper()}> User unknown; try {message.to}.")
        super().send(ref, message)


def run(town: FakeWorld, policy: Policy = POLICY, **poisoned: object) -> Report:
    world: World = replace(town.process(), **poisoned)  # type: ignore[arg-type]
    return run_cycle(world, policy)


def test_what_drive_says_can_not_stop_mails_and_decisions() -> None:
    town = FakeWorld()
    town.run_to_rest()
    town.forms.submit("ana@lakeview.example", "First Aid", links="https://drive.google.com/file/d/0123456789abc/view")
    report = run(town, drive=PoisonedDrive())
    assert town.mails == ["tell-received:1-1"]
    assert [row["ID"] for row in town.sheet.rows] == ["1-1"]
    assert [problem.where for problem in report.problems] == ["evidence"]
    assert "nobody foresaw" in report.problems[0].sentence
    assert report.failed


def test_a_site_that_fails_unforeseen_stops_no_other_mail_and_heals() -> None:
    town = FakeWorld()
    submit()(town)
    town.run_to_rest()
    decide("1-1", "Approve")(town)
    submit("bob@lakeview.example")(town)
    report = run(town, site=PoisonedSite(town.backend.pages))
    assert town.mails == ["tell-received:1-1", "tell-received:2-1"]
    assert "nobody foresaw" in " ".join(report.lines())
    town.clock.advance(timedelta(hours=8))
    town.run_to_rest()
    assert "tell-issued:1-1" in town.mails


def test_a_mail_that_can_not_be_composed_is_stuck_alone() -> None:
    town = FakeWorld()
    submit()(town)
    submit("bob@lakeview.example")(town)
    process = town.process()

    def poisoned(effect: Effect, known: Known, badge: bytes | None) -> Message:
        if effect.request == 1:
            raise UnicodeError("nobody foresaw this")
        return process.compose(effect, known, badge)

    report = run_cycle(replace(process, compose=poisoned), POLICY)
    assert town.mails == ["tell-received:2-1"]
    assert [effect.key for effect in report.stuck] == ["tell-received:1-1"]
    assert report.done[Kind.TELL_RECEIVED] == 1


@pytest.mark.parametrize("kind", [Refused, TryLater])
def test_no_teachers_address_is_in_a_report_a_note_or_the_log(
    kind: type[Refused | TryLater], caplog: pytest.LogCaptureFixture
) -> None:
    town = FakeWorld()
    submit()(town)
    submit("bob@lakeview.example")(town)
    with caplog.at_level(logging.INFO):
        report = run(town, mailer=TalkativeMailer(kind))
    told = " ".join([*report.lines(), json.dumps(report.as_json()), caplog.text, town.status("1-1")])
    assert "User unknown" in told
    assert "ana@" not in told.lower()
    assert report.done[Kind.TELL_RECEIVED] == 1
