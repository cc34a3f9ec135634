"""The command line as people use it: what it says, what it returns, and what it leaves alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.clock import RealClock
from bridge.config import load
from bridge.demo.people import REVIEW
from bridge.wiring import ledger_of

from .desk import Desk, Type

PROGRAM = [str(Path(sys.executable).with_name("badge-bridge"))]
#: Seconds after which something hangs, on however busy a machine.
LONGEST = 120
#: Google's methods that change something.
WRITES = ("sheets.spreadsheets.batchUpdate", "gmail.users.drafts.create", "gmail.users.drafts.send")


def writes(desk: Desk) -> dict[str, int]:
    return {name: count for name, count in desk.calls().items() if name in WRITES}


# ── the journey of a badge ───────────────────────────────────────────────────


def test_a_request_becomes_a_badge_by_three_commands(desk: Desk, command: Type) -> None:
    desk.submit()
    first = command("run")
    assert first.code == 0
    assert "1 request came in" in first.out
    desk.decide("1-1", "Approve")
    second = command("run", "--json")
    assert second.code == 0
    assert second.json["done"] == {"issue": 1, "publish": 1, "tell-issued": 1}
    assert len(desk.subjects()) == 2
    (badge,) = (desk.folder / "site" / "badges").glob("*.png")
    checked = command("verify", str(badge), "--site", str(desk.folder / "site"), "--recipient", desk.teacher)
    assert checked.code == 0, checked.out
    assert "It is genuine" in checked.out


def test_running_again_does_nothing(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    before = writes(desk)
    again = command("run", "--json")
    assert (again.code, again.json["done"], again.json["cells_written"]) == (0, {}, 0)
    assert writes(desk) == before


def test_a_plan_says_what_would_happen_and_changes_nothing(desk: Desk, command: Type) -> None:
    desk.submit()
    before = sorted(path.name for path in desk.folder.iterdir())
    told = command("plan", "--json")
    assert told.code == 0
    sheet = told.json["sheet"]
    assert (sheet["make_review"], sheet["rows_added"], sheet["cells_set"]) == (True, 1, 6)
    assert sheet["rows"] == ["1-1"]
    assert {"tab": "Badges", "cell": "H2", "text": "In use"} in sheet["cells"]
    assert [effect["effect"] for effect in told.json["due"]] == ["tell-received:1-1"]
    assert writes(desk) == {}
    assert sorted(path.name for path in desk.folder.iterdir()) == before
    assert "Nothing was changed." in command("plan").out


def test_the_history_of_a_request_can_be_asked_for(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    told = command("explain", "1", "--json").json
    assert told["request"] == 1
    assert told["attempts"] == [{"id": "1-1", "version": 1, "standing": "waiting"}]
    assert "tell-received done" in [event["what"] for event in told["history"]]
    said = command("explain", "1").out
    assert "Attempt 1-1: Waiting for a decision." in said
    assert "@" not in said


def test_status_counts_what_waits(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    told = command("status", "--json")
    assert (told.code, told.json["requests"], told.json["attempts"], told.json["stuck"]) == (0, 1, {"waiting": 1}, [])


def test_what_got_stuck_ends_with_one_and_is_tried_again_on_request(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    desk.decide("1-1", "Approve")
    site = desk.folder / "site"
    (site / "badges").write_text("in the way")
    stuck = command("run")
    assert stuck.code == 1
    assert "Then the coordinator runs: badge-bridge retry 1" in stuck.out
    status = command("status")
    assert status.code == 1
    assert "1-1, issuing the badge" in status.out
    (site / "badges").unlink()
    assert "1-1, issuing the badge" in command("retry", "1").out
    assert command("run").code == 0
    assert len(desk.subjects()) == 2


# ── doctor ───────────────────────────────────────────────────────────────────


def test_the_doctor_finds_a_new_programme_well(desk: Desk, command: Type) -> None:
    told = command("doctor", "--json")
    assert told.code == 0, told.out
    marks = {(finding["what"], finding["mark"]) for finding in told.json["findings"]}
    assert {("form", "good"), ("sheet", "good"), ("Drive", "good"), ("mail", "good"), ("ledger", "warn")} <= marks
    assert writes(desk) == {}


SPOILT: dict[str, tuple[Callable[[Desk], object], str]] = {
    "form not shared": (
        lambda desk: spoil(desk, f'id = "{desk.programme.form_id}"', 'id = "1Nowhere"'),
        "add badges@district.example as Editor",
    ),
    "addresses not verified": (
        lambda desk: desk.people.ask("POST", f"forms/{desk.programme.form_id}/change", collect="RESPONDER_INPUT"),
        "choose Verified",
    ),
    "question removed": (
        lambda desk: desk.people.ask(
            "POST",
            f"forms/{desk.programme.form_id}/change",
            question=desk.programme.questions["reflection"],
            remove=True,
        ),
        "What changed in your class?",
    ),
    "badges tab gone": (
        lambda desk: spoil(desk, "[review]", 'badges_tab = "Catalogue"\n[review]'),
        "There is no tab 'Catalogue'",
    ),
    "no publish program": (
        lambda desk: spoil(desk, 'folder = "site"', 'folder = "site"\npublish = ["no-such-program"]'),
        "The publish command 'no-such-program' is not there.",
    ),
    "no mail server": (
        lambda desk: spoil(
            desk, 'via = "gmail"', 'via = "smtp"\n[mail.smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"'
        ),
        "127.0.0.1:9",
    ),
    "no wording": (lambda desk: spoil(desk, 'via = "gmail"', 'via = "gmail"\nwording = "ours"'), "[mail.wording]"),
    "key readable by others": (lambda desk: (desk.folder / "issuer.key").chmod(0o644), "chmod 600"),
    "damaged ledger": (lambda desk: (desk.folder / "bridge.db").write_text("no ledger"), "is no sound ledger"),
    "old address": (
        lambda desk: spoil(desk, 'act_as = "badges@', 'act_as = "nobody@'),
        "there is no account nobody@district.example",
    ),
}


def spoil(desk: Desk, old: str, new: str) -> None:
    text = desk.config.read_text()
    assert old in text
    desk.config.write_text(text.replace(old, new))


@pytest.mark.parametrize("case", SPOILT)
def test_the_doctor_finds_what_is_wrong_and_names_the_cure(desk: Desk, command: Type, case: str) -> None:
    spoiled, cure = SPOILT[case]
    spoiled(desk)
    told = command("doctor")
    assert told.code == 1, told.out
    assert [line for line in told.out.splitlines() if line.startswith("✗") and cure in line], told.out


# ── guards, leases, backups ──────────────────────────────────────────────────


def test_another_bridge_at_work_is_no_failure(desk: Desk, command: Type) -> None:
    command("run")
    other = ledger_of(load(desk.config), RealClock())
    with other.lease():
        told = command("run")
        assert told.code == 0
        assert "Another bridge is at work" in told.err
        assert "Another bridge is at work" in command("run", "--json").json["busy"]
        assert command("allow", "120").code == 0
    other.close()


def test_an_allowance_is_kept_for_the_next_cycle(desk: Desk, command: Type) -> None:
    command("run")
    assert "up to 120 badges" in command("allow", "120").out
    assert command("status", "--json").json["allowed"] == 120
    command("allow", "0")
    assert command("status", "--json").json["allowed"] == 0


def test_a_night_begins_with_a_backup_and_restore_brings_it_back(desk: Desk, command: Type) -> None:
    command("run")
    desk.submit()
    command("run")
    assert len(list((desk.folder / "backups").iterdir())) == 1  # one a night, not one a cycle
    told = command("restore")
    assert told.code == 0, told.err
    assert "was set aside" in told.out
    assert command("status", "--json").json["requests"] == 0


def test_a_lost_review_tab_waits_for_a_word(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    desk.people.in_sheet("delete-tab", desk.programme.coordinator.email)
    lost = command("run")
    assert "badge-bridge sheet rebuild" in lost.out
    assert command("sheet", "rebuild").code == 0
    command("run")
    assert [row["ID"] for row in desk.people.rows()] == ["1-1"]


def test_tabs_and_looks_are_mended_at_once_and_no_row_is_touched(desk: Desk, command: Type) -> None:
    first = command("sheet", "sync")
    assert first.code == 0, first.err
    assert "sheet: the tab Review was made" in first.out
    assert "sheet: the tab Log was made" in first.out
    desk.submit()
    command("run")
    owner = desk.programme.coordinator.email
    desk.people.in_sheet("delete-column", owner, column="Due")
    desk.decide("1-1", "Approve")
    before = {title: text for title, text in desk.people.rows()[0].items() if title != "Due"}
    assert "In the tab Review would be put in order: the column “Due”, " in command("plan").out
    assert command("plan", "--json").json["sheet"]["mended"][0] == "the column “Due”"
    writes = desk.calls()["sheets.spreadsheets.batchUpdate"]
    again = command("sheet", "sync")
    assert (again.code, again.out.splitlines()) == (0, [again.out.strip()])
    assert again.out.startswith("sheet: put in order in Review: the column “Due”, ")
    assert desk.people.rows() == [before | {"Due": ""}]
    assert command("sheet", "sync").out == "sheet: nothing differed\n"
    assert desk.calls()["sheets.spreadsheets.batchUpdate"] == writes + 1
    command("run")
    assert desk.people.rows()[0]["Due"]
    desk.people.in_sheet("rename-column", owner, column="Decision", title="Verdict")
    told = command("sheet", "sync")
    assert told.code == 1
    assert "“Decision” is missing" in told.out


# ── wrong use ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["plan", "run", "serve", "status", "doctor"])
def test_missing_settings_are_wrong_use(tmp_path: Path, command: Type, name: str) -> None:
    told = command(name, "--config", str(tmp_path / "none.toml"))
    assert told.code == 2
    assert "config/bridge.example.toml" in told.out + told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("words", [["explain"], ["explain", "x"], ["allow", "-1"], ["nonsense"], ["run", "--fast"]])
def test_wrong_words_are_wrong_use(command: Type, words: list[str]) -> None:
    assert command(*words).code == 2


def test_before_the_first_cycle_there_is_nothing_to_tell(desk: Desk, command: Type) -> None:
    told = command("status")
    assert told.code == 1
    assert "The first cycle makes it: badge-bridge run" in told.err
    assert not (desk.folder / "bridge.db").exists()


def test_an_unknown_request_is_a_sentence(desk: Desk, command: Type) -> None:
    command("run")
    for name in ("explain", "retry"):
        told = command(name, "7")
        assert (told.code, told.err.startswith("There is no request 7.")) == (1, True)


def test_a_signing_key_is_never_overwritten(desk: Desk, command: Type) -> None:
    before = (desk.folder / "issuer.key").read_bytes()
    told = command("keys", "new")
    assert told.code == 1
    assert "never overwritten" in told.err
    assert (desk.folder / "issuer.key").read_bytes() == before


def test_a_new_key_is_made_locked_and_listed(desk: Desk, command: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.folder / "issuer.key").unlink()
    monkeypatch.setenv("BADGE_BRIDGE_KEY_PASSPHRASE", "correct horse")
    assert command("keys", "new").code == 0
    assert b"ENCRYPTED" in (desk.folder / "issuer.key").read_bytes()
    key, _ = command("keys", "list", "--json").json["keys"]  # the other one is for VC-JWT
    assert key["id"].startswith("did:web:badges.district.example#z6Mk")
    monkeypatch.delenv("BADGE_BRIDGE_KEY_PASSPHRASE")
    locked = command("keys", "list")
    assert locked.code == 2
    assert "BADGE_BRIDGE_KEY_PASSPHRASE" in locked.err


# ── verify ───────────────────────────────────────────────────────────────────


def test_what_is_no_badge_is_not_valid(tmp_path: Path, command: Type) -> None:
    file = tmp_path / "x.json"
    file.write_text("{}")
    assert command("verify", str(file)).code == 1
    file.write_text("hello")
    assert command("verify", str(file)).code == 3
    assert command("verify", str(tmp_path / "none.png")).code == 2
    assert command("verify", str(file), "--site", str(tmp_path)).code == 2


# ── the program itself ───────────────────────────────────────────────────────


def test_help_names_every_command() -> None:
    told = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, check=True, timeout=LONGEST)
    for name in ("demo", "sandbox", "doctor", "plan", "run", "serve", "status", "explain", "retry", "allow", "keys"):
        assert re.search(rf"^  {name} ", told.stdout, re.MULTILINE), name


def test_help_loads_no_heavy_library() -> None:
    script = (
        "import sys; sys.argv = ['badge-bridge', '--help']\n"
        "from bridge.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'googleapiclient', 'sqlalchemy', 'pydantic', 'PIL', 'starlette', 'requests'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, timeout=LONGEST)


def wait_for(what: Callable[[], bool], seconds: float = LONGEST) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def stands_in_the_sheet(desk: Desk) -> bool:
    tabs = desk.people.ask("GET", f"sheets/{desk.people.programme.spreadsheet_id}")
    return REVIEW in str(tabs) and bool(desk.people.rows())


def test_the_service_works_until_it_is_asked_to_stop(desk: Desk) -> None:
    spoil(desk, "every_minutes = 0.5", "every_minutes = 0.02")
    desk.submit()
    service = subprocess.Popen([*PROGRAM, "serve"], stderr=subprocess.PIPE, text=True, env=os.environ)
    try:
        wait_for(lambda: stands_in_the_sheet(desk))  # the row comes after the mail
        desk.decide("1-1", "Approve")
        wait_for(lambda: len(desk.subjects()) == 2)
        service.send_signal(signal.SIGTERM)
        _, log = service.communicate(timeout=LONGEST)
    finally:
        service.kill()
        service.wait()
    assert service.returncode == 0, log
    assert "tell-issued:1-1 done" in log
    assert desk.teacher not in log
    assert "stopped" in log.splitlines()[-1]


@pytest.mark.slow
def test_the_demo_ends_well_and_its_badges_are_valid(tmp_path: Path, command: Type) -> None:
    out = tmp_path / "out"
    told = command("demo", "--requests", "8", "--out", str(out), "--json")
    assert told.code == 0
    assert told.json["ok"]
    badges = [str(path) for path in (out / "badges").glob("*.png")]
    assert badges
    assert command("verify", *badges, "--site", str(out / "site")).code == 0
    assert "your badge is here" in command("explain", "1", "--config", str(out / "bridge.toml")).out
