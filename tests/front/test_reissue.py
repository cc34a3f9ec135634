"""`badge-bridge reissue` as a coordinator types it, between a Badgr server, Credly and the bridge itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from bridge.clock import RealClock
from bridge.config import load
from bridge.model import Known
from bridge.wiring import ledger_of
from tests.peers.badgr.records import Assertion

from .desk import Desk, Type
from .vendors import Vendors, ask, issue, opened

HOME = "Your badge has a new home: Checking for Understanding"


@pytest.fixture
def vendors(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with opened(desk, monkeypatch) as found:
        yield found


@pytest.fixture
def awarded(vendors: Vendors, command: Type) -> Vendors:
    """Two teachers have the first badge, which is made by the Badgr server."""
    vendors.set_badgr()
    vendors.choose("badgr")
    issue(vendors, command, 2)
    assert len(vendors.badgr.assertions) == 2
    return vendors


def known(desk: Desk) -> Known:
    with closing(ledger_of(load(desk.config), RealClock())) as ledger:
        return ledger.load()


def statuses(desk: Desk) -> list[str]:
    return [row["Status"] for row in desk.people.rows()]


def standing(vendors: Vendors) -> list[Assertion]:
    return [one for one in vendors.badgr.assertions if not one.revoked]


def files(desk: Desk, kind: str) -> list[str]:
    return sorted(path.name for path in (desk.folder / "site").glob(f"{kind}/*"))


# ── there and back ───────────────────────────────────────────────────────────


def test_a_dry_run_says_what_would_happen_and_changes_nothing(awarded: Vendors, command: Type) -> None:
    desk = awarded.desk
    before = (known(desk), files(desk, "*"), desk.subjects(), len(awarded.badgr.calls("assertion_create")))
    told = command("reissue", "--from", "badgr", "--to", "local", "--dry-run")
    assert told.code == 0
    assert told.out.splitlines() == [
        "2 badges would be made anew: from Badgr to this bridge.",
        "request\tbadge",
        "1-1\tChecking for Understanding",
        "2-1\tChecking for Understanding",
        "Each holder gets one mail. What is replaced is left as it is; --revoke withdraws it.",
        "Nothing was changed.",
    ]
    assert before == (known(desk), files(desk, "*"), desk.subjects(), len(awarded.badgr.calls("assertion_create")))


def test_badges_go_there_and_back_and_nobody_has_two(awarded: Vendors, command: Type) -> None:
    desk = awarded.desk
    there = command("reissue", "--from", "badgr", "--to", "local")
    assert there.code == 0
    assert "2 badges to be made anew: from Badgr to this bridge.\n2 badges issued anew\n" in there.out
    assert "The sheet tells of it after the next: badge-bridge run" in there.out
    assert len(files(desk, "assertions")) == 2
    command("run")
    assert all("Issued anew by this bridge." in status for status in statuses(desk))
    back = command("reissue", "--from", "local", "--to", "badgr", "--json").json
    assert back["report"]["done"] == {"publish-reissued": 2, "reissue": 2, "tell-reissued": 2}
    again = command("reissue", "--from", "Badgr", "--to", "LOCAL")
    assert "2 badges to be taken up again: from Badgr to this bridge.\n2 badges taken up again\n" in again.out
    assert "issued anew" not in again.out
    back = command("reissue", "--from", "local", "--to", "badgr", "--json").json
    assert len(awarded.badgr.assertions) == len(standing(awarded)) == 2  # those of old, adopted
    assert desk.subjects().count(HOME) == 4  # one for each move
    command("run")
    assert [row["Badge link"] for row in desk.people.rows()] == [move["to"]["page"] for move in back["map"][3::4]]


@pytest.mark.slow
def test_what_somebody_withdrew_at_the_vendor_s_is_not_taken_up_again(awarded: Vendors, command: Type) -> None:
    command("reissue", "--from", "badgr", "--to", "local")
    awarded.badgr.assertions[0].revoked = True
    back = command("reissue", "--from", "local", "--to", "badgr")
    assert back.code == 1
    assert "1-1, issuing the badge anew: The badge that 1-1 once had at Badgr was withdrawn there by hand" in back.out
    credentials = known(awarded.desk).credentials
    assert {key: one.backend for key, one in credentials.items()} == {"1-1": "local", "2-1": "badgr"}
    stays = command("reissue", "--from", "badgr", "--to", "local", "--badge", awarded.keys[0])
    assert stays.code == 0
    assert known(awarded.desk).effects["reissue:1-1/2"].state == "cancelled"
    assert {one.backend for one in known(awarded.desk).credentials.values()} == {"local"}


@pytest.mark.slow
def test_asking_again_moves_nothing(awarded: Vendors, command: Type) -> None:
    command("reissue", "--from", "badgr", "--to", "local")
    mails = awarded.desk.subjects()
    again = command("reissue", "--from", "badgr", "--to", "local")
    assert again.code == 0
    assert again.out.startswith("Nothing to move: no badge is at Badgr.\n")
    assert awarded.desk.subjects() == mails
    assert len(files(awarded.desk, "assertions")) == 2


def test_the_map_tells_old_and_new_of_all_moves(awarded: Vendors, command: Type) -> None:
    first = command("reissue", "--from", "badgr", "--to", "local", "--json").json
    assert [move["attempt"] for move in first["moves"]] == ["1-1", "2-1"]
    command("reissue", "--from", "local", "--to", "badgr")
    told = command("reissue", "--from", "badgr", "--to", "local", "--dry-run", "--json").json
    assert [(move["attempt"], move["n"], move["state"]) for move in told["map"]] == [
        ("1-1", 1, "done"),
        ("1-1", 2, "done"),
        ("2-1", 1, "done"),
        ("2-1", 2, "done"),
    ]
    there, back = told["map"][:2]
    assert (there["from"], there["to"]) == (back["to"], back["from"])
    assert there["from"]["vendor_url"] == f"{awarded.badgr.url}/public/assertions/{awarded.badgr.assertions[0].id}"
    assert there["to"]["page"] == f"https://badges.district.example/awards/{there['to']['award']}.html"
    assert "@" not in str(told)


@pytest.mark.slow
def test_what_is_replaced_is_withdrawn_only_when_told(awarded: Vendors, command: Type) -> None:
    desk = awarded.desk
    told = command("reissue", "--from", "badgr", "--to", "local", "--revoke")
    assert told.code == 0
    command("run")
    assert standing(awarded) == []
    pairs = command("reissue", "--from", "badgr", "--to", "local", "--json").json["map"]
    assert {one.reason for one in awarded.badgr.assertions} == {f"Replaced by {pair['to']['page']}" for pair in pairs}
    old, new = (pairs[0][end] for end in TWO)
    page = (desk.folder / "site" / "awards" / f"{old['award']}.html").read_text()
    assert "Replaced" in page
    assert new["page"] in page
    assert desk.subjects().count(HOME) == 1
    assert "Your badge was withdrawn" not in " ".join(desk.subjects())


TWO = ("from", "to")


@pytest.mark.slow
def test_one_badge_can_be_moved_alone(awarded: Vendors, command: Type) -> None:
    desk = awarded.desk
    first, second = awarded.keys[:2]
    awarded.choose("badgr", row=3)
    ask(awarded, desk.programme.teachers[2], badge=desk.programme.badges[1].name)
    command("run")
    desk.decide("3-1", "Approve")
    command("run")
    command("reissue", "--from", "badgr", "--to", "local", "--badge", second)
    assert {a: (o.achievement, o.backend) for a, o in known(desk).orders.items()} == {
        "1-1": (first, "badgr"),
        "2-1": (first, "badgr"),
        "3-1": (second, "local"),
    }


# ── what can't be meant ──────────────────────────────────────────────────────

THERE = "There is: badgr, local."
WRONG = {
    "misspelt": (
        ("--from", "bagdr", "--to", "loacl"),
        [
            f"--from bagdr: there is no such backend in the settings. {THERE}",
            f"--to loacl: there is no such backend in the settings. {THERE}",
        ],
    ),
    "not set up": (
        ("--from", "badgr", "--to", "credly"),
        [f"--to credly: there is no such backend in the settings. {THERE}"],
    ),
    "the same": (
        ("--from", "badgr", "--to", "badgr"),
        ["--from and --to are both badgr: there is nothing to move."],
    ),
    "no such badge": (
        ("--from", "badgr", "--to", "local", "--badge", "frist-aid"),
        [
            "--badge frist-aid: there is no badge with this Key in the tab Badges. There is: accessible-materials, "
            "checking-for-understanding, feedback-that-moves-learning, interactive-read-alouds, "
            "productive-group-work, student-led-inquiry."
        ],
    ),
}


def test_a_wish_that_cannot_be_meant_is_wrong_use(vendors: Vendors, command: Type) -> None:
    vendors.set_badgr()
    command("run")
    before = known(vendors.desk)
    for case, (words, sentences) in WRONG.items():
        for more in ((), ("--dry-run",)):
            told = command("reissue", *words, *more)
            assert (told.code, told.out, told.err.splitlines()) == (2, "", sentences), case
    assert known(vendors.desk) == before


def test_before_the_first_cycle_there_is_nothing_to_move(vendors: Vendors, command: Type) -> None:
    vendors.set_badgr()
    told = command("reissue", "--from", "badgr", "--to", "local")
    assert told.code == 1
    assert "The first cycle makes it: badge-bridge run" in told.err
    assert not (vendors.desk.folder / "bridge.db").exists()


# ── when something is in the way ─────────────────────────────────────────────


@pytest.mark.slow
def test_a_contract_that_has_ended_keeps_no_badge(awarded: Vendors, command: Type) -> None:
    """The section is out of the settings and the server is never asked: what must be known stands in the ledger."""
    awarded.choose("")
    command("run")
    calls = len(awarded.badgr.requests)
    awarded.unset()
    withdrawing = command("reissue", "--from", "badgr", "--to", "local", "--revoke")
    assert withdrawing.code == 2
    assert "badgr is not in the settings any more, so nothing can be withdrawn there" in withdrawing.err
    told = command("reissue", "--from", "badgr", "--to", "local")
    assert told.code == 0
    assert "2 badges issued anew" in told.out
    assert len(files(awarded.desk, "assertions")) == 2
    assert len(awarded.badgr.requests) == calls
    assert len(standing(awarded)) == 2


def test_a_vendor_that_fails_half_way_gets_one_award_each(awarded: Vendors, command: Type) -> None:
    command("reissue", "--from", "badgr", "--to", "local")
    vendors = awarded
    vendors.set_credly()
    vendors.credly.faults.next("issue", "commit_then_500", "429")
    told = command("reissue", "--from", "local", "--to", "credly")
    assert told.code == 0  # both are tried again by themselves
    assert told.out.count("later: ") == 2
    assert "2\tbadge issued" in command("status").out, "while the one is in doubt, too"
    assert [each["requests"] for each in command("status", "--json").json["postponed"]] == [[1], [2]]
    for number in ("1", "2"):
        command("retry", number)  # at once: the tests don't wait for the minute
    command("run")
    assert len(vendors.credly.badges) == 2
    assert {order.backend for order in known(vendors.desk).orders.values()} == {"credly"}
    assert vendors.desk.subjects().count(HOME) == 2


@pytest.mark.slow
def test_names_that_must_be_cut_in_two_are_told_before(vendors: Vendors, command: Type) -> None:
    issue(vendors, command, 3, names=["Cher", "Ana Maria Lopez", "Bo Diddley"])
    vendors.set_credly()
    told = command("reissue", "--from", "local", "--to", "credly", "--dry-run")
    assert "2 names would be cut in two before the last word, since Credly wants first and last name apart." in told.out
    assert "1 badge stays where it is: Credly wants first and last name, and there is only one." in told.out
    assert not {"Cher", "Lopez", "Diddley"} & set(told.out.split())


@pytest.mark.slow
def test_another_bridge_at_work_is_waited_for(awarded: Vendors, command: Type) -> None:
    """Unlike a cycle, a move is nobody else's work."""
    other = ledger_of(load(awarded.desk.config), RealClock())
    with closing(other):
        held, done = threading.Event(), threading.Event()

        def work() -> None:
            with other.lease():
                held.set()
                done.wait(20)

        bridge = threading.Thread(target=work)
        bridge.start()
        held.wait(20)
        threading.Timer(1.0, done.set).start()
        told = command("reissue", "--from", "badgr", "--to", "local")
        assert done.is_set()
        bridge.join()
    assert told.code == 0, told.err
    assert "2 badges issued anew" in told.out
