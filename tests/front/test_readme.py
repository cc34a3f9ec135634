"""Every command in the README is run: here, or by the tests named in ELSEWHERE."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .desk import Desk, Type
from .papers import PROGRAMS, ROOT, commands, shell, text_of

README = text_of("README.md")

#: Too long for here, or about this very test run.
ELSEWHERE = {
    "make demo": "run below, marked slow; a smaller one runs in test_cli.py",
    "make test": "run by .ci/run",
    "badge-bridge sandbox --write-config trial/bridge.toml": "run by tests/front/test_docs.py, on a free port",
    "badge-bridge serve --config trial/bridge.toml": "the same",
}
DEMO = ".venv/bin/badge-bridge verify demo-out/badges/*.png --site demo-out/site"
#: In the order of the README.
AT_WORK = (
    "badge-bridge keys new",
    "badge-bridge doctor",
    "badge-bridge plan",
    "badge-bridge run",
    "badge-bridge status",
    "badge-bridge explain 41",
    "badge-bridge retry 41",
    "badge-bridge allow 120",
    "badge-bridge restore --list",
    "badge-bridge log verify",
    "badge-bridge keys rotate",
)
SERVE = "badge-bridge serve"
COPY = "cp config/bridge.example.toml bridge.toml"


def test_no_command_is_left_out() -> None:
    assert set(commands(README)) == {*ELSEWHERE, *AT_WORK, DEMO, SERVE, COPY}
    assert "\nmake test\n" in text_of(".ci/run")


def test_it_stays_short_and_its_picture_is_there() -> None:
    assert README.count("\n") <= 150
    picture = ROOT / "docs" / "pictures" / "journey.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 400_000


@pytest.mark.slow
def test_the_demo_and_its_badges(tmp_path: Path) -> None:
    made = shell("badge-bridge demo --no-browser", tmp_path)
    assert made.returncode == 0, made.stderr
    checked = shell(DEMO.removeprefix(".venv/bin/"), tmp_path)
    badges = len(list((tmp_path / "demo-out" / "badges").iterdir()))
    assert f"one of the {badges} was revoked" in README
    assert checked.stdout.count(": valid") == badges - 1
    assert checked.stdout.count(": not valid") == 1
    assert checked.returncode == 1


def test_putting_it_to_work(desk: Desk, command: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    monkeypatch.delenv("BADGE_BRIDGE_CONFIG")
    (desk.folder / "issuer.key").unlink()
    desk.submit()
    told = {}
    for line in AT_WORK:
        said = command(*line.replace("41", "1").split()[1:])
        assert said.code == 0, f"{line}: {said.out}{said.err}"
        assert said.out, line
        told[line] = said.out
        assert (desk.folder / "bridge.db").exists() == ("badge-bridge run" in told), (
            f"{line}: only a cycle changes things"
        )
    assert (desk.folder / "issuer.key").exists()
    assert len(desk.subjects()) == 1
    assert command("status", "--json").json["allowed"] == 120
    assert str(next((desk.folder / "backups").glob("ledger-*.db"))) in told["badge-bridge restore --list"]


@pytest.mark.slow  # tests/front/test_cli.py stops a service, too
def test_serving_until_stopped(desk: Desk) -> None:
    desk.submit()
    with subprocess.Popen(
        [PROGRAMS / SERVE.split()[0], "serve"], cwd=desk.folder, stderr=subprocess.PIPE, text=True
    ) as serving:
        until = time.monotonic() + 60
        while not desk.subjects() and time.monotonic() < until:
            time.sleep(0.2)
        serving.send_signal(signal.SIGTERM)
        _, log = serving.communicate(timeout=60)
    assert serving.returncode == 0, log
    assert len(desk.subjects()) == 1


def test_the_example_is_copied_and_says_what_to_fill_in(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    said = shell(f"{COPY}\nbadge-bridge doctor", tmp_path)
    assert said.returncode == 2
    assert "placeholder" in said.stdout


@pytest.mark.slow
@pytest.mark.skipif(not list((ROOT / ".venv").glob(".ready-*")), reason="this tree was not set up by make")
def test_make_demo(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    words = f"--requests 8 --no-browser --out {tmp_path / 'out'}"
    told = subprocess.run(
        ["make", "demo", f"ARGS={words}"], cwd=ROOT, env=clean, capture_output=True, text=True, check=False, timeout=300
    )
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "out" / "site" / "index.html").exists()
