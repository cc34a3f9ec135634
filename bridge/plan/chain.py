"""The decision log as a chain: each line bears the hash of the one before. Pure; the SQL ledger and the fake share it.

Whoever changes, drops or adds a line in the middle breaks the chain there; whoever makes the whole chain anew gives it
another head, and the heads of earlier nights stand in the reports.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from bridge.model import Decision, Effect, Line, Verdict
from bridge.plan.deeds import DONE

#: Before the first line.
BEGINNING = "0" * 64
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be told in one line; the names still stand in it."""

    at: datetime
    attempt_id: str
    what: str
    badge: str
    by: str
    person: str


#: By which a decision is known again: attempt id, number, verdict, who made it, and when it was seen.
Mark: TypeAlias = tuple[str, int, Verdict | None, str, datetime]


@dataclass(frozen=True, slots=True)
class News:
    """A decision that was not known before. *again*: an earlier one is in force again, since a later was taken back."""

    decision: Decision
    again: bool = False


def news(decisions: Sequence[Decision], known: Collection[Mark]) -> list[News]:
    """Return those of *decisions*, in their order, that are not *known*.

    One in force again was seen when the earlier one was, and is the same person's.
    """
    marks = {(attempt_id, n) for attempt_id, n, *_ in known}
    seen = {(attempt_id, *word) for attempt_id, _, *word in known}
    found = []
    for one in decisions:
        if (one.attempt_id, one.n) not in marks:
            what = (one.attempt_id, one.verdict, one.reviewer, one.seen_at)
            found.append(News(one, again=what in seen))
            seen.add(what)
    return found


def of_decision(new: News, at: datetime, badge: str, person: str) -> Entry:
    """Tell of a decision that was learnt at *at*.

    Who took one back nobody knows: an emptied cell bears no name, and it may have been the teacher's new answer.
    """
    decision = new.decision
    if decision.verdict is None or new.again:
        return Entry(at, decision.attempt_id, "taken back", badge, "", person)
    what = f"decided: {decision.verdict}{', verified' if decision.verified else ''}"
    return Entry(decision.seen_at, decision.attempt_id, what, badge, decision.reviewer, person)


def of_effect(effect: Effect, at: datetime, badge: str, person: str) -> Entry:
    return Entry(at, effect.attempt_id, DONE[effect.kind][0], badge, "", person)


def continued(last: tuple[int, str] | None, entries: Iterable[Entry], key: bytes) -> Iterator[Line]:
    """Yield the lines of *entries* that follow on *last*, the number and hash of the newest line there is."""
    n, before = last or (0, BEGINNING)
    for entry in entries:
        n += 1
        at = entry.at.astimezone(UTC).replace(microsecond=0)
        by, person = pseudonym(entry.by, key), pseudonym(entry.person, key)
        before = digest(before, n, moment(at), entry.attempt_id, entry.what, entry.badge, by, person)
        yield Line(n, at, entry.attempt_id, entry.what, entry.badge, by, person, before)


def pseudonym(name: str, key: bytes) -> str:
    """Return what stands for a person in the log; "" for nobody. Spellings that differ in case are one person."""
    folded = " ".join(name.split()).casefold()
    return hmac.new(key, folded.encode(), hashlib.sha256).hexdigest()[:12] if folded else ""


def digest(before: str, n: int, at: str, *words: str) -> str:
    """Return the hash (sha256, hex) of a line: of JSON with the hash before, number, time (as `moment`) and words."""
    told = json.dumps([before, n, at, *words], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def moment(at: datetime) -> str:
    """Return a line's time as it is hashed, and as the tab shows it: 2026-11-22 12:00:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def unbroken(rows: Sequence[tuple[str, ...]]) -> int:
    """Return how many of *rows*, from the first on, are a whole chain: cells as the tab Log shows them."""
    before = BEGINNING
    for n, (number, at, *words, told) in enumerate(rows, start=1):
        if number != str(n) or told != digest(before, n, at, *words):
            return n - 1
        before = told
    return len(rows)


def row(line: Line) -> tuple[str, ...]:
    """Return the cells of a line as the tab Log shows them; each but the hash is a part of what is hashed."""
    return (str(line.n), moment(line.at), line.attempt_id, line.what, line.badge, line.by, line.person, line.hash)


def first_break(lines: Sequence[Line]) -> int | None:
    """Return the number (from 1) where the chain breaks: a line changed, missing or added; None if it is whole."""
    whole = unbroken([row(line) for line in lines])
    return whole + 1 if whole < len(lines) else None
