"""A vendor's section is taken out of the settings while something is still to be done there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .desk import Desk, Type
from .vendors import Vendors, ask, issue, opened


@pytest.fixture
def vendors(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with opened(desk, monkeypatch) as found:
        yield found


def findings(command: Type) -> list[str]:
    told = [finding for finding in command("doctor", "--json").json["findings"] if finding["what"] == "vendors"]
    return [f"{finding['mark']}: {finding['sentence']} {finding['cure']}" for finding in told]


@pytest.mark.slow  # tests/crash/test_acting_gone.py tries each of these cures in memory
def test_what_is_left_to_do_at_a_vendor_that_was_taken_out_is_told_with_cures_that_work(
    vendors: Vendors, command: Type
) -> None:
    vendors.set_badgr()
    vendors.choose("badgr")
    issue(vendors, command, 1)
    assert findings(command) == []
    ask(vendors, vendors.desk.programme.teachers[1])
    command("run")
    vendors.badgr.faults.next("assertion_create", "commit_then_500")
    vendors.desk.decide("2-1", "Approve")
    command("run")
    vendors.desk.decide("1-1", "Revoke", "It was not her work.")
    vendors.unset()
    vendors.choose("")
    cure = (
        " Put its section back until that is done; Status says what else helps. If it is gone for good, write: "
        '[issuer] gone = ["badgr"]'
    )
    told = " still to be done at badgr, which is not in the settings: see badge-bridge status, and in the sheet the "
    assert findings(command) == [f"warn: 1 thing is{told}row of request 2.{cure}"]
    command("run")
    assert findings(command) == [f"warn: 2 things are{told}rows of requests 1, 2.{cure}"]
    vendors.desk.config.write_text(
        vendors.desk.config.read_text().replace("[issuer]\n", '[issuer]\ngone = ["badgr"]\n')
    )
    assert findings(command) == []
    for number in ("1", "2"):  # at once: the tests don't wait for the minute
        command("retry", number)
    command("run")
    vendors.desk.decide("2-1", "")
    command("run")
    vendors.desk.decide("2-1", "Approve")
    assert command("run").code == 0
    revoked, approved = (row["Status"] for row in vendors.desk.people.rows())
    assert revoked.startswith("Revoked ")
    assert approved.startswith("Issued ")
    assert len(vendors.badgr.assertions) == 2
