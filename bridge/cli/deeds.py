"""The command `log verify`: is the decision log whole, does the tab say the same, is an earlier head still in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import ConfigProblems
from bridge.model import Line
from bridge.plan.chain import first_break
from bridge.plan.pages import SHOWN, first_difference, log_row
from bridge.ports import Own, Tab
from bridge.report import counted

from .main import Exit
from .memory import opened, settings_of
from .screen import say, say_json

if TYPE_CHECKING:
    from bridge.config import Settings

#: So much of a head must be given, to name one line.
SHORTEST_HEAD = 12


@dataclass(frozen=True, slots=True)
class Finding:
    sentence: str
    good: bool


def log_verify(config: Path, head: str, *, as_json: bool) -> int:
    wanted = head.strip().lower()
    if wanted and (len(wanted) < SHORTEST_HEAD or not set(wanted) <= set("0123456789abcdef")):
        raise ConfigProblems([f"--head: write at least {SHORTEST_HEAD} signs of a head, as a report told it."])
    settings = settings_of(config)
    with opened(settings) as ledger:
        log, shown = ledger.log(), int(ledger.load().facts.get(SHOWN, "0"))
    findings = [whole(log), shown_in(_tab(settings), log, shown)]
    if wanted:
        findings.append(holds(log, wanted))
    if as_json:
        head_now = log[-1].hash if log else ""
        told = [{"sentence": one.sentence, "good": one.good} for one in findings]
        say_json({"lines": len(log), "head": head_now, "findings": told})
    else:
        for one in findings:
            say(f"{'✓' if one.good else '✗'} {one.sentence}")
    return Exit.DONE if all(one.good for one in findings) else Exit.STUCK


def _tab(settings: Settings) -> Tab | None:
    from bridge.wiring import clock_of, google_of, sheet_of

    google = google_of(settings, clock_of(settings))
    try:
        return sheet_of(settings, google).read().own.get(Own.LOG)
    finally:
        google.close()


def whole(log: Sequence[Line]) -> Finding:
    """Say whether the ledger's own chain is unbroken."""
    broken = first_break(log)
    if broken is not None:
        return Finding(
            f"The ledger's log is broken at line {broken}: somebody changed the ledger's file there. Look at an older "
            "backup (badge-bridge restore --list).",
            good=False,
        )
    if not log:
        return Finding("The ledger's log is empty: nothing was decided yet.", good=True)
    return Finding(f"The ledger's log is whole: {counted(len(log), 'line', 'lines')}, head {log[-1].hash}", good=True)


def shown_in(tab: Tab | None, log: Sequence[Line], shown: int) -> Finding:
    """Say whether the tab shows the ledger's log; lines that no cycle has shown yet may be missing at its end."""
    if tab is None:
        return Finding("There is no tab with the log. The next cycle makes it: badge-bridge run", good=not shown)
    differs = first_difference(tab, log)
    told = len(tab.values) - 1
    if differs is None:
        return Finding(f"The tab “{tab.title}” says the same.", good=True)
    if differs > told and told >= shown:
        missing = counted(len(log) - told, "line", "lines")
        return Finding(
            f"The tab “{tab.title}” says the same so far; the next cycle adds {missing}: badge-bridge run", good=True
        )
    ours = " · ".join(log_row(log[differs - 1])[1:]) if differs <= len(log) else "no such line"
    theirs = " · ".join(tab.values[differs][1:]) if differs <= told else "no such line"
    return Finding(
        f"The tab “{tab.title}” differs from line {differs} on.\n  The ledger: {ours}\n  The tab: {theirs}\n"
        "  The next cycle puts the tab right: badge-bridge run",
        good=False,
    )


def holds(log: Sequence[Line], head: str) -> Finding:
    """Say whether a line ends with *head*, the witness that an earlier report is."""
    found = next((line for line in log if line.hash.startswith(head)), None)
    if found is None:
        return Finding(
            f"No line ends with {head}: the log is not the one that this report told of. It was made anew, or an older "
            "ledger was put back.",
            good=False,
        )
    return Finding(f"Line {found.n} ends with {head}: all up to there is as it was then.", good=True)
