"""One column was sorted by itself, so that words stand in other people's rows: all signs of it together. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bridge.model import Decision, Known, Verdict
from bridge.plan.standing import Standing, standing
from bridge.review import Row, fold, to_verdict


def cell_fact(decision: Decision) -> str:
    """Where the ledger keeps that a row, closed by *decision*, says another word since, such as none."""
    return f"cell:{decision.attempt_id}/{decision.n}"


def last_said(known: Known, decision: Decision) -> Verdict | None:
    """What the row of an enacted *decision* said at the last look."""
    word = known.facts.get(cell_fact(decision))
    return decision.verdict if word is None else to_verdict(word)


def scrambled(known: Known, rows: Mapping[str, Row]) -> frozenset[str]:
    """The attempts whose decided rows show that verdicts moved between rows, as when one column is sorted by itself.

    Signs of it, all together and since the last look: two or more decided rows lost their word while their feedback
    stayed, and no word has become rarer. Somebody who changes his mind writes feedback, or makes a word rarer.
    """
    lost, before, after = [], Counter[Verdict](), Counter[Verdict]()
    for attempt_id, row in rows.items():
        verdict = to_verdict(row.verdict)
        if verdict is not None:
            after[verdict] += 1
        decision = known.decision(attempt_id)
        if decision is None or decision.verdict is None:
            continue
        if (said := last_said(known, decision)) is not None:
            before[said] += 1
        if decision.enacted and verdict is not said and row.feedback == decision.feedback:
            lost.append(attempt_id)
    moved = len(lost) >= 2 and all(after[verdict] >= n for verdict, n in before.items())
    return frozenset(lost) if moved else frozenset()


def renamed(known: Known, rows: Mapping[str, Row]) -> frozenset[str]:
    """The attempts whose rows show that the column Reviewer was sorted by itself: a second yes that nobody gave.

    Signs of it, all together: another name in a row that one of two approved, and in two or more rows that were closed
    before, all with the same decision and feedback; and no name has become rarer.
    """
    other, before, after = [], Counter[str](), Counter[str]()
    for attempt_id, row in rows.items():
        name = fold(row.reviewer)
        after[name] += 1
        decision = known.decision(attempt_id)
        if decision is None or not decision.enacted:
            continue
        before[fold(decision.reviewer)] += 1
        same = to_verdict(row.verdict) is decision.verdict and row.feedback == decision.feedback
        if same and name != fold(decision.reviewer):
            other.append(attempt_id)
    half = [one for one in other if standing(known, one) is Standing.HALF_APPROVED]
    moved = half and len(other) - len(half) >= 2 and all(after[name] >= n for name, n in before.items())
    return frozenset(other) if moved else frozenset()
