"""One ledger, several programmes: whose forms are whose, and a spreadsheet that was replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import LedgerUnusable, Refused
from bridge.ledger import keep_programme, open_ledger
from bridge.model import Lesson
from tests.fakes.clock import FakeClock

OLD, NEW, FORM = "spreadsheet-1", "spreadsheet-2", "1a_b%c"


def read_form(url: str, programme: str, form: str = FORM) -> None:
    """A cycle of this programme has read the form."""
    ledger = open_ledger(url, programme, FakeClock())
    with ledger.lease():
        ledger.learn(Lesson(facts={f"question:{form}:badge": "3f", "rebuild": ""}))
    ledger.close()


def test_a_form_known_under_another_spreadsheet_stops_all(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bridge.db"
    keep_programme(url, NEW, [FORM])  # there is no ledger yet
    assert not list(tmp_path.iterdir())
    read_form(url, OLD)
    with pytest.raises(Refused, match=f'under another spreadsheet, {OLD}.*programme = "{OLD}" into .ledger.'):
        keep_programme(url, NEW, ["another form", FORM])
    keep_programme(url, OLD, [FORM])  # as the settings say then


def test_other_programmes_may_share_the_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bridge.db"
    read_form(url, OLD, "1a_b%cd")
    read_form(url, OLD, "1aXbXXc")
    keep_programme(url, NEW, [FORM])
    read_form(url, NEW)
    read_form(url, OLD)
    keep_programme(url, NEW, [FORM])
    with pytest.raises(Refused, match="under another spreadsheet"):
        keep_programme(url, "a third one", [FORM])


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(LedgerUnusable, match="is damaged"):
        keep_programme(f"sqlite:///{tmp_path}/bridge.db", NEW, [FORM])
