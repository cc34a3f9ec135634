"""Whose words a coach may have judged that stand in the row no more: an answer was edited, and written there. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.model import Known
from bridge.plan.decisions import Sorted, shows, sort_rows
from bridge.plan.desks import read_desk
from bridge.plan.learning import Learnt
from bridge.ports import SheetReading
from bridge.review import Row, Table, read_review, to_rows


def rewritten(known: Known, learnt: Learnt, versions: Mapping[str, int]) -> frozenset[str]:
    """The attempts whose rows bore an older answer until now. *versions*: what is shown once all is written."""
    return frozenset(
        key for key, version in versions.items() if key in learnt.rows.good and known.shown.get(key, 1) != version > 0
    )


def seen_since(
    known: Known, learnt: Learnt, after: SheetReading | None, versions: Mapping[str, int]
) -> Mapping[str, int]:
    """*versions* without those of which a coach chose something between the last look before the write and *after*,
    and those that went astray, for somebody moved the rows meanwhile.

    The next cycle finds a choice about an older version then, and does not take it. None: nobody could look.
    """
    older = rewritten(known, learnt, versions)
    chosen = older
    if after is not None and after.review is not None:
        chosen = older & _chosen(known, learnt.rows, read_review(after.review.values, after.review.marked))
        for coach, desk in learnt.desks.items():
            table = read_desk(after.coaches[coach]) if coach in after.coaches else None
            chosen |= older & _chosen(known, desk.rows, table)
    return {key: version for key, version in versions.items() if key not in chosen}


def _chosen(known: Known, before: Sorted, after: Table | None) -> frozenset[str]:
    """The attempts of which a tab says another word than before, or not what their teacher says now."""
    now = sort_rows(known, to_rows(after)).good if after is not None and not after.problems else {}

    def is_as_written(row: Row) -> bool:
        key = row.attempt_id
        return key in now and now[key].verdict == row.verdict and shows(now[key], known.attempts[key])

    return frozenset(key for key, row in before.good.items() if not is_as_written(row))
