"""Three nights over many requests: received, issued and mailed, nothing new.

The bridge runs as people run it, `badge-bridge run`, in a process of its own; the sandbox lives in this one. Its clock
stands still but for the bridge's waits, so the minutes that Google's quotas ask for cost no time.

    python -m benchmarks.night [REQUESTS] [--profile FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from tests.night.district import District, district

PROGRAM = Path(sys.executable).with_name("badge-bridge")


@dataclass(frozen=True, slots=True)
class Night:
    name: str
    seconds: float
    computing: float  # seconds of the bridge's own, user and system
    memory: int  # the bridge's peak, in bytes
    waited: float  # seconds by the sandbox's clock: what quotas would have cost
    calls: Counter[str]
    report: dict[str, Any]

    def line(self, requests: int) -> str:
        each = 1000 / requests
        return (
            f"{self.name:<28}{self.seconds:8.1f}{self.computing:8.1f}{self.seconds * each:9.1f}"
            f"{self.computing * each:9.1f}{self.memory / 1e6:7.0f}{sum(self.calls.values()):8}{self.waited / 60:7.1f}"
        )


HEADER = f"{'night':<28}{'seconds':>8}{'cpu s':>8}{'ms/req':>9}{'cpu/req':>9}{'MB':>7}{'calls':>8}{'min.':>7}"


def spend(town: District, name: str, program: Sequence[str | Path]) -> Night:
    """Run one cycle in a process of its own. Raise RuntimeError if it fails."""
    town.calls()
    before, began = town.sandbox.world.clock.now(), time.perf_counter()
    with TemporaryFile("w+") as out, TemporaryFile("w+") as log:
        command = [*program, "run", "--json", "--config", town.config]
        process = subprocess.Popen(command, stdout=out, stderr=log)  # noqa: S603 - our own program
        peak, used = watch(process)
        seconds = time.perf_counter() - began
        out.seek(0)
        log.seek(0)
        said, complaint = out.read(), log.read()
    report = json.loads(said or "{}")
    if not report or report["problems"] or report["stuck"] or report["postponed"]:
        raise RuntimeError(f"{name}: {said[:1000]} {complaint[-1000:]}")
    waited = (town.sandbox.world.clock.now() - before).total_seconds()
    return Night(name, seconds, used, peak, waited, town.calls(), report)


def watch(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Wait for *process* to end; return its peak memory in bytes and its CPU seconds.

    The peak is asked for while it runs: what the system tells afterwards contains ours, from before the exec.
    """
    peak = 0
    while True:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return peak, used.ru_utime + used.ru_stime
        peak = max(peak, high_water(process.pid))
        time.sleep(0.02)


def high_water(pid: int) -> int:
    """The most memory that *pid* has held so far, or 0 where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def nights(town: District, requests: int, profile: Path | None) -> list[Night]:
    town.set("[review]", f"[guards]\nnew_awards = {requests}\n\n[mail]\nper_day = {2 * requests}\n\n[review]")
    town.set('[mail]\nvia = "gmail"\n', "")
    with town.sandbox.lock:
        town.sandbox.workspace.quotas.change({"gmail.day": None})
    profiled: list[str | Path] = [sys.executable, "-m", "cProfile", "-o", profile or "", PROGRAM]
    town.submit(requests)
    spent = [spend(town, "1: received", [PROGRAM])]
    town.approve_all()
    town.wait_a_day()
    spent.append(spend(town, "2: issued and mailed", profiled if profile else [PROGRAM]))
    town.wait_a_day()
    spent.append(spend(town, "3: nothing new", [PROGRAM]))
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requests", type=int, nargs="?", default=1000)
    parser.add_argument("--profile", type=Path, help="write a cProfile of the second night")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, district(Path(folder)) as town:
        spent = nights(town, asked.requests, asked.profile)
        town.assert_each_has_one_badge()
        lines = [f"{asked.requests} requests, 2 pieces of evidence each", HEADER]
        lines += [night.line(asked.requests) for night in spent]
        for night in spent:
            lines.append(f"\ncalls of night {night.name}")
            lines += [f"{number:8}  {method}" for method, number in sorted(night.calls.items())]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
