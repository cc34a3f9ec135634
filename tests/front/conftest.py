"""A district on a sandbox, and its command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.demo.people import People
from bridge.sandbox.server import Sandbox
from bridge.trial import write_trial
from tests.fakes.planted import planted

from .desk import Desk, Said, Type, typed


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    world, programme = planted()
    with Sandbox(world) as sandbox:
        write_trial(programme, sandbox.url, tmp_path / "bridge.toml")
        monkeypatch.setenv("BADGE_BRIDGE_CONFIG", str(tmp_path / "bridge.toml"))
        yield Desk(tmp_path, programme, People(sandbox.url, programme), sandbox.counts, world)
        assert sandbox.broken == []


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types a command: ``command("explain", "41")``."""

    def type_(*words: str) -> Said:
        return typed(monkeypatch, capsys, *words)

    return type_
