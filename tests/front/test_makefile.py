"""`make` on a bare machine: what it asks for in words, and in which order it works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh copy of what `make` reads, without .venv."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    verifiers = tmp_path / "tests" / "verifiers"
    verifiers.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / "verifiers" / name, verifiers / name)
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "PYTHONPATH"}
    return subprocess.run(
        ["make", *words], cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=60
    )


def python_that(folder: Path, *refused: str) -> str:
    """A stand-in for python3 that fails when its program speaks of one of these."""
    script = folder / "python"
    cases = "".join(f'case "$*" in *{word}*) exit 1;; esac\n' for word in refused)
    script.write_text(f"#!/bin/sh\n{cases}exit 0\n")
    script.chmod(0o755)
    return f"PYTHON={script}"


def test_plain_make_tells_what_there_is(clone: Path) -> None:
    told = make(clone)
    assert told.returncode == 0
    for target in ("make demo", "make test", "make check", "make bench"):
        assert target in told.stdout
    assert not (clone / ".venv").exists()


def test_without_the_venv_module_it_says_what_to_install(clone: Path) -> None:
    told = make(clone, "test", python_that(clone, "ensurepip"))
    assert told.returncode != 0
    assert "apt install python3-venv" in told.stdout
    assert not (clone / ".venv").exists()


def test_an_old_python_is_told(clone: Path) -> None:
    told = make(clone, "demo", python_that(clone, "version_info"))
    assert told.returncode != 0
    assert "Python 3.11 or newer" in told.stdout


def test_the_demo_installs_what_runs_and_the_tests_install_the_rest(clone: Path) -> None:
    demo, test = (make(clone, "-n", target).stdout for target in ("demo", "test"))
    assert "locks/run.txt" in demo
    assert "locks/dev.txt" not in demo
    assert "locks/dev.txt" in test
    assert demo.count("--require-hashes") == 3  # tools, packages, and packages again where uv finds none
    assert test.count("--require-hashes") == 5  # and a folder of its own, likewise


def test_the_tests_install_other_peoples_verifiers_by_hash_and_run_no_scripts_of_theirs(clone: Path) -> None:
    demo, test = (make(clone, "-n", target).stdout for target in ("demo", "test"))
    assert "verifiers" not in demo
    for target in ("test", "slow", "check"):
        assert "locks/openbadges-2.txt" in make(clone, "-n", target).stdout
    assert " ci --ignore-scripts" in test
    packages = json.loads((clone / "tests/verifiers/package-lock.json").read_text())["packages"]
    assert all("integrity" in package for place, package in packages.items() if place)
    stamp = next(word for word in test.split() if word.startswith(".venv/verifiers/.ready-"))
    for made in (stamp, next(word for word in test.split() if word.startswith(".venv/.ready-dev-"))):
        (clone / made).parent.mkdir(parents=True, exist_ok=True)
        (clone / made).write_text("")
    assert "npm" not in make(clone, "-n", "test").stdout
    assert ".venv" in make(clone, "-n", "clean").stdout.split()
    lock = clone / "locks" / "openbadges-2.txt"
    lock.write_text(lock.read_text() + "# changed\n")
    assert "npm" in make(clone, "-n", "test").stdout


def test_arguments_are_handed_on(clone: Path) -> None:
    assert "badge-bridge demo --requests 8" in make(clone, "-n", "demo", "ARGS=--requests 8").stdout


def test_what_is_installed_is_installed_again_only_when_a_lock_changes(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").write_text("")
    planned = make(clone, "-n", "test").stdout
    stamp = next(word for word in planned.split() if word.startswith(".venv/.ready-dev-"))
    (clone / stamp).write_text("")
    assert "locks/dev.txt" not in make(clone, "-n", "test").stdout
    assert "locks/" not in make(clone, "-n", "demo").stdout  # the developer's packages hold all that a run needs
    lock = clone / "locks" / "run.txt"
    lock.write_text(lock.read_text() + "# changed\n")
    assert "locks/dev.txt" in make(clone, "-n", "test").stdout


def test_ci_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "\nmake test\n" in script
    assert "\nmake test\n" in (ROOT / "README.md").read_text()
