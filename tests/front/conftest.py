"""A district on a sandbox, and its command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.demo.people import People
from bridge.sandbox.server import Sandbox
from bridge.trial import write_trial
from tests.fakes.planted import CONFIG, Kept, keep, planted

from .desk import Desk, Said, Type, ran, typed


@contextmanager
def opened(folder: Path, like: Kept | None = None) -> Iterator[Desk]:
    world, programme = like.town()[:2] if like else planted()
    with Sandbox(world) as sandbox:
        if like:
            like.lay(folder, sandbox.url)
        else:
            write_trial(programme, sandbox.url, folder / CONFIG)
        yield Desk(folder, programme, People(sandbox.url, programme), sandbox.counts, world)
        assert sandbox.broken == []


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("BADGE_BRIDGE_CONFIG", str(tmp_path / CONFIG))
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder, patch = tmp_path_factory.mktemp("two-nights"), pytest.MonkeyPatch()
    patch.setenv("BADGE_BRIDGE_CONFIG", str(folder / "town" / CONFIG))
    with opened(folder / "town") as desk:
        desk.submit()
        assert ran(patch, "run") == 0
        desk.decide("1-1", "Approve")
        assert ran(patch, "run") == 0
        kept = keep(desk.world, desk.programme, desk.folder, desk.people.url, folder / "kept")
    patch.undo()
    return kept


@pytest.fixture
def night(two_nights: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """After a night with a request, and one with its badge."""
    monkeypatch.setenv("BADGE_BRIDGE_CONFIG", str(tmp_path / CONFIG))
    with opened(tmp_path, two_nights) as made:
        yield made


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types a command: ``command("explain", "41")``."""

    def type_(*words: str) -> Said:
        return typed(monkeypatch, capsys, *words)

    return type_
