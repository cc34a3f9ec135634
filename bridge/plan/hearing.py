"""Whose words decide: those in the cells of Review, or what was said elsewhere, under a verified address. Pure.

Where words come from elsewhere, all that shows (places, cells, Status) goes on with the rows as they are in the tab;
only what is learnt comes from those words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model import Identity
from bridge.plan.decisions import Sorted
from bridge.plan.policy import Policy


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of an attempt elsewhere than in Review. Hostile text, trimmed and bounded."""

    attempt_id: str
    verdict: str = ""  # as typed or chosen
    feedback: str = ""
    reviewer: str = ""  # address, lower case; proven
    ratings: Mapping[str, str] = field(default_factory=dict)  # title of a criterion → word
    at: datetime | None = None  # when it was said, where that is known


def in_words_of(rows: Sorted, said: Mapping[str, Said]) -> Sorted:
    """Each good row with the words of *said* (by attempt id) in place of its own.

    Words are the verdict, the feedback, the reviewer and the ratings. A row of which nothing is said says nothing.
    """
    silent = Said("")
    good = {}
    for attempt_id, row in rows.good.items():
        words = said.get(attempt_id, silent)
        good[attempt_id] = replace(
            row, verdict=words.verdict, feedback=words.feedback, reviewer=words.reviewer, ratings=words.ratings
        )
    return Sorted(good, rows.twice, rows.damaged)


def hear(rows: Sorted, policy: Policy) -> Sequence[Sorted]:
    """The rows to learn from, in rounds, the oldest words first: what one round decides, the next one builds on."""
    return (rows,) if policy.identity is Identity.COLUMN else ()
