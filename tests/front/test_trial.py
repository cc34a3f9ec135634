"""`badge-bridge sandbox`: a Workspace of one's own, with settings that fit it."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bridge.cli.trial import try_this
from bridge.config import load
from bridge.cycle import run_cycle
from bridge.errors import Refused
from bridge.sandbox.seed import plant
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World
from bridge.trial import write_trial
from bridge.wiring import open_world

from .desk import Type

PROGRAM = str(Path(sys.executable).with_name("badge-bridge"))


@contextmanager
def running(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox as a process of its own, and its address."""
    process = subprocess.Popen([PROGRAM, "sandbox", "--port", "0", *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = ""
        while not (found := re.search(r"answers at (http://\S+);", told)):
            line = process.stdout.readline()
            assert line, told
            told += line
        yield process, found[1]
    finally:
        process.kill()
        process.wait()


def test_it_writes_settings_that_fit_and_keeps_its_state(tmp_path: Path) -> None:
    config, state = tmp_path / "trial" / "bridge.toml", tmp_path / "state"
    with running("--write-config", str(config), "--state", str(state)) as (process, url):
        settings = load(config)
        assert (settings.google.endpoint, settings.clock.follow) == (url, url)
        forms = requests.get(f"{url}/_sandbox/forms", timeout=10).json()
        assert settings.form[0].id in str(forms)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    with running("--state", str(state)) as (_, url):
        assert requests.get(f"{url}/_sandbox/forms", timeout=10).json() == forms


def test_what_it_says_to_try_works_as_it_stands(tmp_path: Path) -> None:
    world = World()
    programme = plant(world)
    config = tmp_path / "my trial" / "bridge.toml"
    with Sandbox(world) as sandbox:
        write_trial(programme, sandbox.url, config)
        said = [shlex.split(line) for line in try_this(programme, sandbox.url, config) if line.startswith("  ")]
        serve, ask, approve, subjects, mail = said
        assert serve[1:] == ["serve", "--config", str(config)]
        with open_world(load(config)) as (bridge, policy):
            for act in (ask, approve):
                assert act[:3] == ["curl", "-s", "-d"]
                requests.post(act[4], data=act[3].encode(), timeout=10).raise_for_status()
                run_cycle(bridge, policy)
        told = requests.get(subjects[2], timeout=10).text
        assert re.findall(subjects[-1], told)[-1] == '"subject":"Your badge is here: Checking for Understanding"'
        assert b"Congratulations" in requests.get(mail[2], timeout=10).content


def test_settings_are_not_overwritten_and_keys_are_kept(tmp_path: Path) -> None:
    programme = plant(World())
    config = tmp_path / "bridge.toml"
    write_trial(programme, "http://127.0.0.1:8700", config)
    key = (tmp_path / "issuer.key").read_bytes()
    with pytest.raises(Refused, match="not overwritten"):
        write_trial(programme, "http://127.0.0.1:8700", config)
    config.unlink()
    write_trial(programme, "http://127.0.0.1:8700", config)
    assert (tmp_path / "issuer.key").read_bytes() == key
    assert [(tmp_path / name).stat().st_mode & 0o077 for name in ("issuer.key", "credentials.json")] == [0, 0]


def test_what_is_no_state_is_a_sentence(tmp_path: Path, command: Type) -> None:
    (tmp_path / "world.json").write_text("{}")
    told = command("sandbox", "--state", str(tmp_path))
    assert told.code == 1
    assert "remove it to start afresh" in told.err


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="can't be written"):
        write_trial(plant(World()), "http://127.0.0.1:8700", tmp_path / "file" / "bridge.toml")
