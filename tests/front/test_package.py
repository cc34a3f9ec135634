"""The wheel: what a stranger installs is all there, and works away from the source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the source, without the network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "bridge", source / "bridge", ignore=shutil.ignore_patterns("__pycache__"))
    words = ("wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(out), str(source))
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, timeout=120)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own that holds the wheel; the packages it needs are borrowed from this one."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    words = ("install", "-q", "--no-index", "--no-deps", str(wheel))
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *words], check=True, timeout=120)
    return home


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    borrowed = os.pathsep.join((sysconfig.get_path("purelib"), os.environ["PYTHONPATH"]))
    return subprocess.run(
        [str(installed / "bin" / words[0]), *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": borrowed},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_everything_that_is_no_code_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    data = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "bridge").rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".md")
    }
    assert {"bridge/py.typed", "bridge/templates/mail/received.txt.j2", "bridge/templates/site/style.css"} <= data
    assert data <= packed


def test_no_tests_and_no_secrets_are_in_the_wheel(wheel: Path) -> None:
    for name in zipfile.ZipFile(wheel).namelist():
        assert name.startswith(("bridge/", "badge_bridge-")), name
        assert not name.endswith((".key", ".pem", ".db", "credentials.json")), name


def test_the_command_is_there_and_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    helped = run(installed, tmp_path, "badge-bridge", "--help")
    assert helped.returncode == 0, helped.stderr
    assert "verify" in helped.stdout
    place = run(installed, tmp_path, "python", "-c", "import bridge; print(bridge.__file__)").stdout
    assert Path(place.strip()).is_relative_to(installed)


def test_the_demo_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    told = run(installed, tmp_path, "badge-bridge", "demo", "--requests", "2", "--out", "out", "--json")
    assert told.returncode == 0, told.stderr
    assert list((tmp_path / "out" / "badges").glob("*.png"))
