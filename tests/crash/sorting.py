"""Whether a tab shows that some of its columns were sorted without the others; nothing else was done to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bridge.model import Known, Verdict
from bridge.review import BADGE, DECISION, EMAIL, FEEDBACK, ID, fold, to_verdict

Rows: TypeAlias = Sequence[Mapping[str, str]]  # of Review, by title


def rows_are_whole(known: Known, rows: Rows) -> bool:
    """Each row is the one row of an attempt, and bears its e-mail and badge."""
    return len({row.get(ID) for row in rows}) == len(rows) and all(_is_of(known, row) for row in rows)


def shows(known: Known, before: Rows, rows: Rows) -> bool:
    """Two rows or more bear another one's ID, e-mail or badge, or lost what they were decided with; or words moved."""
    if not all(_is_of(known, row) for row in rows) or _words_moved(known, before, rows):
        return True
    words, feedback = 0, 0
    for row in rows:
        word = known.decision(row[ID])
        if word is not None and word.enacted and word.verdict is not None:
            said = known.facts.get(f"cell:{row[ID]}/{word.n}", word.verdict.value)
            told = known.facts.get(f"feedback:{row[ID]}/{word.n}", word.feedback)
            words += bool(said) and row[DECISION] != said
            feedback += bool(told) and row[DECISION] == said and row[FEEDBACK] != told
    return words >= 2 or feedback >= 2


def _words_moved(known: Known, before: Rows, after: Rows) -> bool:
    """Words in force, which the bridge had seen there, stand in other rows: one that had acted, or two."""
    said, says = ({row[ID]: to_verdict(row[DECISION]) for row in rows} for rows in (before, after))
    if said.keys() != says.keys() or any(_last_said(known, key) is not word for key, word in said.items()):
        return False
    gone = [known.decision(key) for key, word in said.items() if word not in (None, Verdict.HOLD, says[key])]
    in_force = [word for word in gone if word is not None]
    return len(in_force) >= 2 or any(word.enacted for word in in_force)


def _last_said(known: Known, key: str) -> Verdict | None:
    word = known.decision(key)
    if word is None:
        return to_verdict(known.facts.get(f"word:{key}", ""))
    return to_verdict(known.facts.get(f"cell:{key}/{word.n}", word.verdict or ""))


def words(known: Known) -> Counter[Verdict | None]:
    return Counter(word.verdict for words in known.decisions.values() for word in words)


def _is_of(known: Known, row: Mapping[str, str]) -> bool:
    attempt = known.attempts.get(row.get(ID, ""))
    if attempt is None:
        return False
    request = known.requests[attempt.request]
    return (fold(row.get(EMAIL, "")), fold(row.get(BADGE, ""))) == (request.recipient, fold(request.label))
