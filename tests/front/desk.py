"""A programme on a running sandbox, and the command line as a person uses it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bridge.cli import main
from bridge.demo.people import People
from bridge.sandbox.seed import CONSENT, SHOW_NAME, Programme
from bridge.sandbox.state import World


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    """Run `badge-bridge WORDS…` in this process, up to its end."""
    capsys.readouterr()
    code = ran(monkeypatch, *words)
    told = capsys.readouterr()
    return Said(code, told.out, told.err)


def ran(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run `badge-bridge WORDS…` in this process, up to its end; its exit code."""
    monkeypatch.setattr(sys, "argv", ["badge-bridge", *words])
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with pytest.raises(SystemExit) as left:
            main()
    finally:
        root.handlers[:], root.level = handlers, level
    return int(left.value.code or 0)


@dataclass(frozen=True, slots=True)
class Desk:
    """A district: its settings, its people, and how often Google was called."""

    folder: Path
    programme: Programme
    people: People
    calls: Callable[[], dict[str, int]]
    world: World  # of the sandbox

    @property
    def config(self) -> Path:
        return self.folder / "bridge.toml"

    @property
    def teacher(self) -> str:
        return self.programme.teachers[0].email

    def submit(self, **more: Any) -> None:
        """The first teacher asks for the first badge."""
        given = {
            "name": self.programme.teachers[0].name,
            "badge": self.programme.badges[0].name,
            "reflection": "They ask each other now.",
            "consent": CONSENT,
            "show": [SHOW_NAME],
        }
        self.people.submit(self.teacher, given | more)

    def decide(self, attempt_id: str, verdict: str, feedback: str = "") -> None:
        self.people.decide(attempt_id, verdict, feedback, self.programme.coaches[0].email)

    def subjects(self) -> list[str]:
        """The subjects of the first teacher's mails."""
        return [str(mail["subject"]) for mail in self.people.mails(self.teacher)]
