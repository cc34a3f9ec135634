"""What the sheet must say: one comparison of all cells that the bridge owns, one change that mends them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bridge.model import Attempt, Evidence, EvidenceKind, FileAccess, Known, Verdict
from bridge.plan.catalogue import STATUS as CATALOGUE_STATUS
from bridge.plan.catalogue import read_catalogue
from bridge.plan.decisions import DAMAGED, TWICE, UNKNOWN, bears_a_lost_badge, sort_rows
from bridge.plan.guards import emptied
from bridge.plan.learning import REBUILD, Learnt
from bridge.plan.policy import Policy
from bridge.plan.status import status_words
from bridge.ports import Change, Patch, SheetReading, Tab
from bridge.review import (
    BADGE,
    COLUMNS,
    DECISION,
    EMAIL,
    EVIDENCE,
    FEEDBACK,
    ID,
    LINK,
    NAME,
    REFLECTION,
    REVIEWER,
    STATUS,
    SUBMITTED,
    cell,
    is_id,
    read_table,
    to_rows,
)


@dataclass(frozen=True, slots=True)
class Showing:
    change: Change
    versions: Mapping[str, int] = field(default_factory=dict)  # what the tab shows once the change is made


#: How each cell that the bridge owns is filled, by title.
CELLS: Mapping[str, Callable[[Known, Attempt, Policy], str]] = MappingProxyType(
    {
        ID: lambda known, attempt, policy: attempt.id,
        SUBMITTED: lambda known, attempt, policy: policy.day(attempt.submission.submitted_at),
        NAME: lambda known, attempt, policy: attempt.submission.name,
        EMAIL: lambda known, attempt, policy: known.requests[attempt.request].recipient,
        BADGE: lambda known, attempt, policy: known.requests[attempt.request].label,
        EVIDENCE: lambda known, attempt, policy: "\n".join(
            evidence_words(known, item) for item in attempt.submission.evidence
        ),
        REFLECTION: lambda known, attempt, policy: attempt.submission.reflection,
        LINK: lambda known, attempt, policy: (
            known.credentials[attempt.id].url if attempt.id in known.credentials else ""
        ),
    }
)

_MARKS = {
    FileAccess.OPENS: "✓",
    FileAccess.MISSING: "✗ can't be opened:",
    FileAccess.TRASHED: "✗ in the bin:",
    FileAccess.UNKNOWN: "? not checked:",
}


def evidence_words(known: Known, item: Evidence) -> str:
    """One item for the coach: its number, a mark whether it opens, its name, and below the name its address."""
    if item.kind is EvidenceKind.ODD:
        return f"{item.item}. ✗ “{(item.name or item.url)[:200]}”: {item.note}"
    if item.kind is EvidenceKind.WEB:
        return f"{item.item}. {item.name}\n{item.url}" if item.name else f"{item.item}. {item.url}"
    file = known.files.get(item.file_id)
    mark = _MARKS[file.access if file else FileAccess.UNKNOWN]
    name = (file.name if file else "") or item.name
    between = "\n" if name else " "
    return " ".join(part for part in (f"{item.item}.", mark, name) if part) + between + short_link(item)


#: An address that leads to a place inside a file: a heading, a slide, a tab but the first, a second of a video.
_INSIDE = re.compile(r"#.|[?&](?:t=\d|tab=t\.(?!0(?!\w)))")


def short_link(item: Evidence) -> str:
    """The shortest address that opens the item's file for the coach, as Google Forms writes it for uploads."""
    if not item.file_id or _INSIDE.search(item.url):
        return item.url
    key = f"&resourcekey={item.resource_key}" if item.resource_key else ""
    return f"https://drive.google.com/open?id={item.file_id}{key}"


def show(known: Known, reading: SheetReading, learnt: Learnt, policy: Policy) -> Showing:
    """Compare what the tabs say with what they should say. Deciding is over: nothing is learnt here."""
    catalogue = _catalogue_patches(reading.catalogue, learnt.catalogue)
    fresh = reading.review is None or not reading.review.values
    rebuild = bool(known.facts.get(REBUILD))
    if fresh and (rebuild or not known.shown):
        rows = tuple(_new_row(known, attempt, "", policy) for attempt in _in_order(known))
        change = Change(make_review=True, added=rows, catalogue=catalogue)
        return Showing(change, {attempt.id: attempt.version for attempt in known.attempts.values()})
    if fresh or not (learnt.review_is_whole or rebuild) or reading.review is None:
        return Showing(Change(catalogue=catalogue))
    table = read_table(reading.review.values, (column.title for column in COLUMNS))
    if table.problems:
        return Showing(Change(catalogue=catalogue))
    return _mend(known, reading.review, learnt, policy, catalogue)


def rewrites(known: Known, learnt: Learnt) -> bool:
    """True when a row that coaches have seen is about to bear other words: an answer was edited."""
    return any(known.shown.get(key, 1) != known.attempts[key].version for key in learnt.rows.good)


def look_again(known: Known, fresh: SheetReading, learnt: Learnt) -> Learnt:
    """*learnt* with the rows as they stand just before the write.

    Where a coach chose meanwhile, looking at words that were edited since, the row is left as it is: the next cycle
    finds a choice about an older version, and does not take it.
    """
    table = read_table(fresh.review.values if fresh.review else (), (column.title for column in COLUMNS))
    rows = to_rows(table) if not table.problems else ()
    if table.problems or emptied(known, rows):
        return replace(learnt, review_is_whole=False)
    ours = sort_rows(known, rows)
    chosen = (
        key
        for key, row in ours.good.items()
        if key in learnt.rows.good and row.verdict != learnt.rows.good[key].verdict
    )
    leave = frozenset(key for key in chosen if known.shown.get(key, 1) != known.attempts[key].version)
    return replace(learnt, rows=ours, leave=leave)


def _mend(known: Known, tab: Tab, learnt: Learnt, policy: Policy, catalogue: tuple[Patch, ...]) -> Showing:
    table = read_table(tab.values, (column.title for column in COLUMNS))
    rows, places = learnt.rows, table.places
    patches: list[Patch] = []
    added: list[tuple[str, ...]] = []
    for attempt in _in_order(known):
        notice = learnt.notices.get(attempt.id, "")
        if attempt.id in learnt.leave:
            continue
        if attempt.id in rows.good:
            row = rows.good[attempt.id]
            for title, text in wanted_cells(known, attempt, notice, policy).items():
                if row.cells[title] != text and not (title == LINK and bears_a_lost_badge(known, row, policy)):
                    patches.append(Patch(row.position, places[title], text))
        elif attempt.id not in rows.twice:
            back = "This row was put back." if attempt.id in known.shown else ""
            added.append(_as_row(_new_row(known, attempt, back, policy), tab, places))
    for position, cells, sentence in _misfits(known, learnt):
        if cells[STATUS] != sentence:
            patches.append(Patch(position, places[STATUS], sentence))
    hidden = learnt.leave | rows.twice.keys()
    versions = {attempt.id: attempt.version for attempt in known.attempts.values() if attempt.id not in hidden}
    change = Change(added=tuple(added), review=tuple(patches), catalogue=catalogue)
    return Showing(change, {key: version for key, version in versions.items() if known.shown.get(key) != version})


def _misfits(known: Known, learnt: Learnt) -> list[tuple[int, Mapping[str, str], str]]:
    """Rows that count for nothing, with the sentence that says so."""
    twice = [(row.position, row.cells, TWICE) for rows in learnt.rows.twice.values() for row in rows]
    damaged = []
    for row in learnt.rows.damaged:
        if is_id(row.attempt_id) and row.attempt_id not in known.attempts:
            damaged.append((row.position, row.cells, UNKNOWN))
        else:
            new = f"row {row.attempt_id} stands below." if is_id(row.attempt_id) else "its own row stands below."
            damaged.append((row.position, row.cells, DAMAGED.format(new=new)))
    return twice + damaged


def wanted_cells(known: Known, attempt: Attempt, notice: str, policy: Policy) -> Mapping[str, str]:
    """The cells of a row that the bridge may set again and again, by title."""
    identity = {column.title for column in COLUMNS if column.identity}
    cells = {title: cell(fill(known, attempt, policy)) for title, fill in CELLS.items() if title not in identity}
    return cells | {STATUS: cell(status_words(known, attempt, notice, policy))}


def _new_row(known: Known, attempt: Attempt, note: str, policy: Policy) -> tuple[str, ...]:
    """A whole row in the order of COLUMNS. A coach's words that have acted come back with a row that was deleted."""
    cells = {title: cell(fill(known, attempt, policy)) for title, fill in CELLS.items()}
    words = status_words(known, attempt, note, policy)
    decision = known.decision(attempt.id)
    if decision is not None and decision.enacted and (attempt.id in known.shown or attempt.submission.by_itself):
        verdict = decision.verdict or Verdict.HOLD
        cells |= {DECISION: verdict.value, FEEDBACK: decision.feedback, REVIEWER: decision.reviewer}
    cells[STATUS] = cell(words)
    return tuple(cells.get(column.title, "") for column in COLUMNS)


def _as_row(cells: tuple[str, ...], tab: Tab, places: Mapping[str, int]) -> tuple[str, ...]:
    """Put the cells of a new row under the headers as they stand now; people's own columns stay empty."""
    row = [""] * (max(places.values()) + 1)
    for column, text in zip(COLUMNS, cells, strict=True):
        row[places[column.title]] = text
    return tuple(row)


def _in_order(known: Known) -> list[Attempt]:
    return sorted(known.attempts.values(), key=lambda attempt: (attempt.request, attempt.n))


def _catalogue_patches(tab: Tab | None, says: Mapping[int, str]) -> tuple[Patch, ...]:
    if tab is None or not says:
        return ()
    table = read_catalogue(tab)
    return tuple(
        Patch(position, table.places[CATALOGUE_STATUS], says[position])
        for position, cells in table.rows
        if position in says and cells[CATALOGUE_STATUS] != says[position]
    )
