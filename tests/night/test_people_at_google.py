"""The machine of people at the bridge's real Google Sheets, on a sandbox: memory may flatter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from bridge.google import READ_SCOPES, connect
from bridge.review import COLUMNS, Column
from bridge.sandbox.drive_state import share
from bridge.sandbox.server import Sandbox
from bridge.sandbox.sheets.making import new_spreadsheet
from bridge.sheet_keeping import ReviewLook
from bridge.sheets import GoogleSheet
from tests.contract.conftest import FollowingClock
from tests.crash.meanwhile import Meanwhile
from tests.crash.people import People
from tests.crash.test_people import BRIEF
from tests.fakes.hands import BADGES, Hands
from tests.fakes.planted import planted
from tests.night.hands import SandboxHands

FEW = settings(BRIEF, max_examples=12, stateful_step_count=20)


class PeopleAtGoogle(People):
    """The same rules; forms, drive, mail, backends and ledger stay in memory."""

    def sit_down(self) -> Hands:
        self.open_things = ExitStack()
        world, programme = planted()
        sandbox = self.open_things.enter_context(Sandbox(world))
        key = Path(mkdtemp()) / "key.json"
        key.write_text(json.dumps(programme.key_for(sandbox.url)))
        google = connect(
            key,
            programme.mailbox,
            sandbox.url,
            READ_SCOPES,
            clock=FollowingClock(sandbox),
            dice=lambda: 0.0,
            patience=120,
        )
        self.open_things.callback(google.close)
        assert self.world.sheet.catalogue is not None
        rows = {BADGES: self.world.sheet.catalogue.cells}
        owner = programme.coordinator.email
        with sandbox.lock:
            book = new_spreadsheet(world, owner=owner, title="People", tabs=["Notes", BADGES], rows=rows)
            share(world, book, programme.mailbox, "writer")
        self.sandbox = sandbox
        self.spreadsheet = GoogleSheet(google, book, "Review", BADGES, ReviewLook(COLUMNS))  # type: ignore[assignment]
        self.meanwhile = Meanwhile(self.spreadsheet)
        self.world.sheet = self.meanwhile  # type: ignore[assignment]
        return SandboxHands(sandbox, book, owner)

    def look(self, columns: Sequence[Column]) -> None:
        self.spreadsheet._look = ReviewLook(columns)  # type: ignore[attr-defined]

    def teardown(self) -> None:
        with self.open_things:
            super().teardown()
            assert self.sandbox.broken == []
            assert self.sandbox.warnings == []


@pytest.mark.slow
def test_people_at_google_sheets() -> None:
    run_state_machine_as_test(PeopleAtGoogle, settings=FEW)
