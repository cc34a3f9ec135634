"""The command `log verify`: is the decision log whole, does the tab say the same, is an earlier head still in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import BridgeError, ConfigProblems
from bridge.model import Line
from bridge.plan.chain import BEGINNING, first_break, row
from bridge.plan.log_tab import SHOWN, compare
from bridge.ports import Own, Tab
from bridge.report import counted
from bridge.wording import one_line

from .main import Exit
from .memory import opened, settings_of
from .screen import say, say_json

if TYPE_CHECKING:
    from bridge.config import Settings


@dataclass(frozen=True, slots=True)
class Found:
    sentence: str
    good: bool


def log_verify(config: Path, head: str, *, as_json: bool) -> int:
    wanted = head.strip().lower()
    if wanted and (len(wanted) != len(BEGINNING) or not set(wanted) <= set("0123456789abcdef")):
        raise ConfigProblems([f"--head: write the whole head, {len(BEGINNING)} signs, as a report told it."])
    settings = settings_of(config)
    with opened(settings) as ledger:
        shown = int(ledger.load().facts.get(SHOWN, "0"))
        tab = _tab(settings)
        log = ledger.log()  # last: a cycle that ends meanwhile adds lines that the tab need not show yet
    found = [whole(log)]
    found.append(Found(str(tab), good=False) if isinstance(tab, BridgeError) else shown_in(tab, log, shown))
    if wanted:
        found.append(holds(log, wanted))
    if as_json:
        told = [{"sentence": one.sentence, "good": one.good} for one in found]
        say_json({"lines": len(log), "head": log[-1].hash if log else "", "findings": told})
    else:
        for one in found:
            say(f"{'✓' if one.good else '✗'} {one.sentence}")
    return Exit.DONE if all(one.good for one in found) else Exit.STUCK


def _tab(settings: Settings) -> Tab | BridgeError | None:
    """Read the tab; an error is told beside what the ledger says."""
    from bridge.wiring import clock_of, google_of, sheet_of

    google = google_of(settings, clock_of(settings))
    try:
        return sheet_of(settings, google).read().own.get(Own.LOG)
    except BridgeError as error:
        return error
    finally:
        google.close()


def whole(log: Sequence[Line]) -> Found:
    """Say whether the ledger's own chain is unbroken."""
    broken = first_break(log)
    if broken is not None:
        return Found(
            f"The ledger's log is broken at line {broken}: somebody changed the ledger's file there. Look at an older "
            "backup (badge-bridge restore --list).",
            good=False,
        )
    if not log:
        return Found("The ledger's log is empty: nothing was decided yet.", good=True)
    return Found(f"The ledger's log is whole: {counted(len(log), 'line', 'lines')}, head {log[-1].hash}", good=True)


def shown_in(tab: Tab | None, log: Sequence[Line], shown: int) -> Found:
    """Say whether the tab shows the ledger's log; lines that no cycle has shown yet may be missing at its end."""
    if tab is None:
        return Found("There is no tab with the log. The next cycle makes it: badge-bridge run", good=not shown)
    found = compare(tab, log, shown)
    title, lines = one_line(tab.title), len(found.rows)
    if found.first is None and lines == len(log):
        return Found(f"The tab “{title}” says the same.", good=True)
    if found.first is None:
        missing = counted(len(log) - lines, "line", "lines")
        return Found(f"The tab “{title}” says the same so far; badge-bridge run adds {missing}.", good=True)
    n = found.first
    ours = _in_one_line(row(log[n - 1])) if n <= len(log) else "no such line"
    theirs = _in_one_line(found.rows[n - 1]) if n <= lines else "no such line"
    if found.is_whole or first_break(log) is not None:
        what = "is whole as well" if found.is_whole else "is not"
        cure = f"The tab's log {what}: find out which of the two was changed. badge-bridge run leaves the tab as it is."
    else:
        cure = "It was changed there; the next cycle puts it right: badge-bridge run"
    told = f"The tab “{title}” differs from line {n} on.\n  The ledger: {ours}\n  The tab: {theirs}\n  {cure}"
    return Found(told, good=False)


def _in_one_line(cells: Sequence[str]) -> str:
    return one_line(" · ".join(cells[1:]), 300)


def holds(log: Sequence[Line], head: str) -> Found:
    """Say whether a line ends with *head*, the witness that an earlier report is, and all up to it is whole."""
    found = next((line for line in log if line.hash == head), None)
    if found is None:
        return Found(
            f"No line ends with {head}: the log is not the one that this report told of. It was made anew, or an older "
            "ledger was put back.",
            good=False,
        )
    broken = first_break(log)
    if broken is not None and broken <= found.n:
        return Found(f"Line {found.n} ends with {head}, but the lines before it are not what they were.", good=False)
    return Found(f"Line {found.n} ends with {head}: all up to there is as it was then.", good=True)
