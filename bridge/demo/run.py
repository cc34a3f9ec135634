"""Run the demo: sandbox, programme, story, and what it leaves."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.config import load
from bridge.demo.leaving import Line, as_dicts, leave_files, lines_of
from bridge.demo.people import People
from bridge.demo.story import DAYS, Story
from bridge.errors import Refused
from bridge.openbadges.findings import Verdict
from bridge.openbadges.verifying.verify import site_fetcher, verify
from bridge.report import Report
from bridge.sandbox.seed import plant
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World as SandboxWorld
from bridge.trial import write_trial
from bridge.wiring import open_world

#: Marks a folder that the demo made and may empty.
MARK = ".badge-bridge-demo"


@dataclass(frozen=True, slots=True)
class Outcome:
    out: Path
    lines: list[Line]
    reports: list[Report]
    badges: list[Path]
    valid: int  # badges that a stranger would find valid
    mails: int
    calls: dict[str, int]  # by Google's method id
    broken: list[str]  # answers of the sandbox that broke Google's contract
    seconds: float

    @property
    def ok(self) -> bool:
        """True when the sandbox kept Google's contract, nothing is stuck, and every badge in force verifies."""
        in_force = sum(line.status.startswith("Issued") for line in self.lines)
        return not self.broken and not self.reports[-1].stuck and self.valid == in_force

    def as_json(self) -> dict[str, object]:
        return {
            "ok": self.ok,
            "out": str(self.out),
            "requests": as_dicts(self.lines),
            "badges": [str(path) for path in self.badges],
            "valid": self.valid,
            "mails": self.mails,
            "calls": self.calls,
            "cycles": [report.as_json() for report in self.reports],
            "broken": self.broken,
            "seconds": round(self.seconds, 1),
        }


def run(requests: int, out: Path, say: Callable[[str], None]) -> Outcome:
    """Play the story with so many requests and leave all that came of it in *out*.

    Raise Refused when *out* is a folder that is not the demo's own.
    """
    began = time.monotonic()
    _empty(out)
    world = SandboxWorld()
    programme = plant(world)
    with Sandbox(world) as sandbox:
        config = out / "bridge.toml"
        write_trial(programme, sandbox.url, config)
        people = People(sandbox.url, programme)
        with open_world(load(config)) as (bridge_world, policy):
            policy = replace(policy, new_awards=max(policy.new_awards, requests))
            story = Story(people, bridge_world, policy, requests, say)
            story.tell(_first_morning())
        mails, badges = leave_files(people, out)
        stories = {(part.email.lower(), part.badge): plot.title for part, plot in story.parts}
        lines = lines_of(people, stories, mails)
        counts, broken = sandbox.counts(), list(sandbox.broken)
    valid = sum(_is_valid(path, out / "site") for path in badges)
    return Outcome(out, lines, story.reports, badges, valid, len(mails), counts, broken, time.monotonic() - began)


def _first_morning() -> datetime:
    """8 in the morning in California, so long ago that the story is over by now."""
    today = datetime.now(UTC).replace(hour=16, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS + 2)


def _empty(out: Path) -> None:
    if out.exists():
        if not (out / MARK).exists() and any(out.iterdir()):
            raise Refused(f"{out} is not empty and no earlier demo's. Choose another folder with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARK).write_text("Made by badge-bridge demo; the next demo empties this folder.\n")


def _is_valid(path: Path, site: Path) -> bool:
    fetch = site_fetcher(site, "https://badges.district.example")
    return verify(path.read_bytes(), fetch, datetime.now(UTC)).verdict is Verdict.VALID
