"""Google stumbles: a night ends well or says what it left, and a calm night later all is done once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from bridge.report import Report
from tests.night.district import TOKEN, District, told

#: Every method of Google's that the bridge calls on its usual way.
METHODS = (
    TOKEN,
    "forms.forms.get",
    "forms.forms.responses.list",
    "drive.batch",
    "drive.files.get",
    "sheets.spreadsheets.get",
    "sheets.spreadsheets.values.batchGetByDataFilter",
    "sheets.spreadsheets.batchUpdate",
    "gmail.users.drafts.create",
    "gmail.users.drafts.send",
)
KINDS = ("429", "403-rate", "403-storage", "503", "503-after", "close-before", "close-after", "hang")
ALWAYS = 0
#: Called several times a night.
OFTEN = {"drive.batch", "drive.files.get", "gmail.users.drafts.create", "gmail.users.drafts.send"}
#: google-auth repeats these by itself, on real time: a whole night of them takes minutes.
PATIENT = {(TOKEN, kind, ALWAYS) for kind in KINDS if kind[0].isdigit()}
#: Of each sort one, so that `make test` stays short; the others are slow together. In memory tests/crash has them all.
QUICK = {
    ("drive.batch", "503", 1),
    ("sheets.spreadsheets.batchUpdate", "close-after", 1),
    ("gmail.users.drafts.send", "close-after", 1),
}


def misfortunes() -> Iterator[tuple[str, str, int]]:
    """Each kind once at each method, at the second call of those called often, and for a whole night."""
    yield from product(METHODS, KINDS, (1,))
    yield from ((method, kind, 2) for method, kind in product(METHODS, KINDS) if method in OFTEN)
    yield from sorted({*product(METHODS, KINDS, (ALWAYS,))} - PATIENT)


faults = pytest.mark.parametrize(
    ("method", "kind", "nth"),
    [
        pytest.param(*one, marks=() if one in QUICK else pytest.mark.slow, id="-".join(map(str, one)))
        for one in misfortunes()
    ],
)


def strike(town: District, method: str, kind: str, nth: int) -> None:
    """Plan it for the *nth* call from now on, or for all of them."""
    waits = {"retry_after": 30} if kind == "429" else {}
    silence = {"seconds": 0.05} if kind.startswith("hang") else {}
    town.sandbox.fault(method, kind, **({"nth": nth} if nth else {}), **waits, **silence)


def calm(town: District) -> Report:
    """No more faults; a person asks for what got stuck, and the nights go on until nothing is left."""
    with town.sandbox.lock:
        town.sandbox.workspace.faults.faults.clear()
    town.wait_a_day()
    town.retry_stuck()
    return town.nights()


def all_is_done(report: Report) -> bool:
    return not report.failed and not report.postponed


@faults
def test_after_any_fault_everything_happens_once(town: District, method: str, kind: str, nth: int) -> None:
    town.submit(3)
    strike(town, method, kind, nth)
    first = town.night()
    assert not all_is_done(first) or (set(town.mails()) == set(town.once("received")) and len(town.rows()) == 3)
    assert all_is_done(calm(town))
    assert town.mails() == town.once("received")
    assert sorted(row["ID"] for row in town.rows()) == ["1-1", "2-1", "3-1"]

    town.approve_all()
    strike(town, method, kind, nth)
    second = town.night()
    assert not all_is_done(second) or (
        set(town.mails()) == set(town.once("received", "issued")) and town.all_shown_once()
    )
    assert all_is_done(calm(town))
    town.assert_each_has_one_badge()


@pytest.mark.parametrize("mails", [60, pytest.param(300, marks=pytest.mark.slow)])
def test_the_bridge_keeps_to_google_s_pace_by_itself(town: District, mails: int) -> None:
    """A mail costs 110 units, and a minute has 6,000: nobody has to say "too many requests"."""
    town.submit(mails)
    began = town.sandbox.world.clock.now()
    report = town.night()
    minutes = (town.sandbox.world.clock.now() - began).total_seconds() / 60
    assert all_is_done(report), told(report)
    assert mails * 110 // 6000 <= minutes <= mails * 110 / 6000 + 1
    with town.sandbox.lock:
        refused = [call for call in town.sandbox.workspace.calls.calls if call.status in (403, 429)]
    assert refused == []


def test_more_mails_than_a_day_allows_wait_for_tomorrow(town: District) -> None:
    town.set('via = "gmail"', 'via = "gmail"\nper_day = 4')
    town.submit(6)
    report = town.night()
    assert "2 mails wait until tomorrow" in told(report)
    assert len(town.mails()) == 4
    town.wait_a_day()
    assert all_is_done(town.nights())
    assert town.mails() == town.once("received")
