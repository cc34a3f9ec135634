"""The site's folder is gone: what is on the web must not vanish too, and somebody must be told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .desk import Desk, Type

ISSUER = "issuer.json"


def mirrored(desk: Desk) -> Path:
    """Have the folder mirrored to a web server, which loses what the folder lost, as with rsync --delete."""
    web = desk.folder / "web"
    mirror = f"import shutil; shutil.rmtree({str(web)!r}, True); shutil.copytree('.', {str(web)!r})"
    publish = json.dumps([sys.executable, "-c", mirror])
    desk.config.write_text(desk.config.read_text().replace("[site]\n", f"[site]\npublish = {publish}\n"))
    return web


def pages(folder: Path) -> set[str]:
    return {file.name for file in (folder / "awards").glob("*.html")}


def issue(desk: Desk, command: Type, number: int) -> None:
    desk.submit(badge=desk.programme.badges[number].name)
    assert command("run").code == 0
    desk.decide(f"{number + 1}-1", "Approve")


def test_badges_stay_on_the_web_when_the_folder_was_lost(desk: Desk, command: Type) -> None:
    web = mirrored(desk)
    issue(desk, command, 0)
    assert command("run").code == 0
    first = pages(web)
    assert len(first) == 1
    site, away = desk.folder / "site", desk.folder / "away"
    issue(desk, command, 1)
    site.rename(away)

    told = command("run")
    assert told.code == 1
    assert "is new or was emptied: issued badges are not in it (1)" in told.out
    assert pages(web) == first
    assert [line for line in command("doctor").out.splitlines() if line.startswith("✗") and "was emptied" in line]

    for file in away.rglob("*"):  # put back, over what was made meanwhile
        if file.is_file() and not (new := site / file.relative_to(away)).exists():
            new.parent.mkdir(parents=True, exist_ok=True)
            file.rename(new)
    desk.people.ask("POST", "clock", move=86400)
    assert command("run").code == 0
    assert pages(web) > first
    assert command("verify", *map(str, (site / "badges").iterdir()), "--site", str(web)).code == 0


def test_a_folder_that_is_lost_everywhere_can_be_begun_anew(desk: Desk, command: Type) -> None:
    issue(desk, command, 0)
    assert command("run").code == 0
    site = desk.folder / "site"
    site.rename(desk.folder / "away")
    assert command("run").code == 1
    assert not (site / ISSUER).exists()
    site.mkdir(exist_ok=True)
    (site / ISSUER).touch()
    assert command("run").code == 0
    assert (site / ".well-known/did.json").exists()
    assert "✗\tsite\t1 issued badge is not in" in command("doctor").out
