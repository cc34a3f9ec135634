"""Whose words a coach may have judged that stand in the row no more: an answer was edited, and written there. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.model import Known
from bridge.plan.decisions import sort_rows
from bridge.plan.learning import Learnt
from bridge.ports import SheetReading
from bridge.review import read_review, to_rows


def rewritten(known: Known, learnt: Learnt, versions: Mapping[str, int]) -> frozenset[str]:
    """The attempts whose rows bore an older answer until now. *versions*: what is shown once all is written."""
    return frozenset(
        key for key, version in versions.items() if key in learnt.rows.good and known.shown.get(key, 1) != version > 0
    )


def seen_since(
    known: Known, learnt: Learnt, after: SheetReading | None, versions: Mapping[str, int]
) -> Mapping[str, int]:
    """*versions* without those of which a coach chose something between the last look before the write and *after*.

    The next cycle finds a choice about an older version then, and does not take it. None: nobody could look.
    """
    chosen = rewritten(known, learnt, versions)
    if after is not None and after.review is not None:
        table = read_review(after.review.values, after.review.marked)
        now = sort_rows(known, to_rows(table)).good if not table.problems else {}
        chosen = frozenset(key for key in chosen if key not in now or now[key].verdict != learnt.rows.good[key].verdict)
    return {key: version for key, version in versions.items() if key not in chosen}
