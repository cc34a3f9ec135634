"""The tab Log beside the ledger's log: which of the two was changed, and what to say of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridge.model import Line
from bridge.plan.chain import first_break, row, unbroken
from bridge.ports import Rows, Tab

TITLES = ("No.", "When (UTC)", "Request", "What", "Badge", "By", "For", "Hash")

#: Fact: how many lines the tab showed last. What is missing of those was deleted.
SHOWN = "log shown"


def log_rows(log: Sequence[Line]) -> Rows:
    """Return the tab, the titles first."""
    return (TITLES, *map(row, log))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the tab says beside the ledger's log."""

    rows: tuple[tuple[str, ...], ...]  # its lines, cut to our columns
    first: int | None  # number of the first line that differs, or is missing although it was shown once
    is_whole: bool  # what differs is a whole chain as well: it is the ledger that was changed

    @property
    def head(self) -> str:
        """The hash at the end of the chain that the tab tells; "" if it tells none."""
        whole = unbroken(self.rows)
        return self.rows[whole - 1][-1] if whole else ""


def compare(tab: Tab, log: Sequence[Line], shown: int) -> Comparison:
    """Compare line by line. Lines at the end that no cycle has *shown* yet may be missing; notes beside don't count."""
    rows = _lines_of(tab)
    first = next((n for n, told in enumerate(rows, 1) if n > len(log) or told != row(log[n - 1])), None)
    if first is None and len(rows) < min(shown, len(log)):
        first = len(rows) + 1
    return Comparison(rows, first, first is not None and first <= unbroken(rows))


def _lines_of(tab: Tab) -> tuple[tuple[str, ...], ...]:
    width = len(TITLES)
    rows = [(*cells[:width], *("",) * (width - len(cells))) for cells in tab.values[1:]]
    while rows and not any(rows[-1]):
        rows.pop()
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence for the coordinator. *frozen*: the tab may be evidence, so it is left as it is."""

    sentence: str
    frozen: bool = False


def findings(tab: Tab | None, log: Sequence[Line], shown: int) -> Iterator[Finding]:
    """Yield what somebody changed, in the tab or in the ledger."""
    if (broken := first_break(log)) is not None:
        yield Finding(
            f"The decision log in the ledger itself is broken at line {broken}: somebody changed the ledger's file. "
            "The tab is left as it is. Put a backup back (badge-bridge restore), and find out who may write to it.",
            frozen=True,
        )
    if tab is None:
        if shown:
            yield Finding(
                f"The tab with the decision log was deleted. The bridge makes it again, with all {len(log)} lines."
            )
        return
    found = compare(tab, log, shown)
    if found.is_whole:
        yield Finding(
            f"From line {found.first} on the tab tells another log than the ledger, and one that is whole (its last "
            f"hash is {found.head}): an older ledger was put back, or somebody changed the ledger's file. The tab is "
            "left as it is. Once that is cleared up, copy it for the record and delete it: it is then made anew.",
            frozen=True,
        )
    elif found.first is not None and broken is None:
        yield Finding(
            f"From line {found.first} on somebody changed, sorted or deleted lines. The bridge puts them back."
        )
