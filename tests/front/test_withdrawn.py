"""From a coach's Revoke to what a stranger is told, and which of the coach's words become public."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.openbadges import status

from .desk import Desk, Type

WORDS = "The video was taken in another class, see note 17."


def withdraw(desk: Desk, command: Type) -> str:
    """A badge is issued and withdrawn with WORDS; return the award."""
    desk.submit()
    for verdict, words in (("", ""), ("Approve", ""), ("Revoke", WORDS)):
        if verdict:
            desk.decide("1-1", verdict, words)
        assert command("run").code == 0
    (page,) = (desk.folder / "site/awards").iterdir()
    return page.stem


def read(desk: Desk, name: str) -> Any:
    return json.loads((desk.folder / "site" / name).read_bytes())


def bit(desk: Desk, award: str) -> bool:
    """Whether the badge's own entry, where the badge says that it stands, is set."""
    entry = read(desk, f"credentials/{award}.json")["credentialStatus"]
    assert entry["statusListCredential"] == "https://badges.district.example/status/1.json"
    subject = read(desk, "status/1.json")["credentialSubject"]
    return status.decode(subject["encodedList"]).is_set(int(entry["statusListIndex"]))


def files_with(folder: Path, words: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    return sorted(path.parent.name for path in files if words in path.read_text(errors="replace"))


@pytest.mark.parametrize("public", [False, True], ids=["kept to ourselves", "public"])
def test_a_revoked_badge_is_known_as_such_everywhere(desk: Desk, command: Type, public: bool) -> None:
    config = desk.config.read_text()
    desk.config.write_text(config.replace("[issuer]\n", f"[issuer]\npublish_reasons = {str(public).lower()}\n"))
    award = withdraw(desk, command)
    site = desk.folder / "site"
    assert bit(desk, award)
    page = (site / f"awards/{award}.html").read_text()
    assert "Withdrawn" in page
    assert "Genuine" not in page
    assert read(desk, f"assertions/{award}.json")["revoked"] is True
    told = command("verify", str(site / f"badges/{award}.png"), "--site", str(site))
    assert told.code == 1
    assert "✗ It was revoked" in told.out
    assert (WORDS in told.out) is public
    assert files_with(site, WORDS) == (["assertions", "awards"] if public else [])
    assert WORDS in str(desk.people.mails(desk.teacher)[-1]), "the teacher is told in any case"


def test_a_run_in_which_nothing_was_revoked_leaves_the_list_alone(desk: Desk, command: Type) -> None:
    withdraw(desk, command)
    file = desk.folder / "site/status/1.json"
    before = (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes())
    desk.submit(badge=desk.programme.badges[1].name)
    assert command("run").code == 0
    desk.decide("2-1", "Approve")
    assert command("run").code == 0
    assert len(list((desk.folder / "site/awards").iterdir())) == 2
    assert (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes()) == before
