"""Whether a tab shows that some of its columns were sorted without the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bridge.model import Known, Verdict
from bridge.review import BADGE, DECISION, EMAIL, FEEDBACK, ID, fold

Rows: TypeAlias = Sequence[Mapping[str, str]]  # of Review, by title


def rows_are_whole(known: Known, rows: Rows) -> bool:
    """Each row is the one row of an attempt, and bears its e-mail and badge."""
    return len({row.get(ID) for row in rows}) == len(rows) and all(_is_of(known, row) for row in rows)


def shows(known: Known, rows: Rows) -> bool:
    """Two rows or more bear another one's ID, e-mail or badge, or lost what they were decided with."""
    if not all(_is_of(known, row) for row in rows):
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


def words(known: Known) -> Counter[Verdict | None]:
    return Counter(word.verdict for words in known.decisions.values() for word in words)


def _is_of(known: Known, row: Mapping[str, str]) -> bool:
    attempt = known.attempts.get(row.get(ID, ""))
    if attempt is None:
        return False
    request = known.requests[attempt.request]
    return (fold(row.get(EMAIL, "")), fold(row.get(BADGE, ""))) == (request.recipient, fold(request.label))
