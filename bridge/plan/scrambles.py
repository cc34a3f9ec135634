"""One column was sorted by itself, so that words stand in other people's rows: all signs of it together. Pure."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bridge.model import Decision, Known, Verdict
from bridge.plan.draft import Draft
from bridge.plan.standing import Standing, standing
from bridge.review import BADGE, EMAIL, Row, fold, to_verdict

SCRAMBLED = (
    "Decisions stand in other rows than before: was one column sorted by itself? Please undo that (Ctrl+Z), "
    "or put the earlier words back. Was it meant? Then empty those that are new, and choose them again once Status has "
    "changed. Until then no decision is taken from this sheet."
)
REWORDED = (
    "Feedback stands in other rows than before: was that column sorted by itself? Please undo that (Ctrl+Z), or put "
    "the earlier words back. Until then no decision is taken from this sheet."
)
RERATED = (
    "Ratings stand in other rows than before: was that column sorted by itself? Please undo that (Ctrl+Z), or put the "
    "earlier levels back. Until then no decision is taken from this sheet."
)
DISPLACED = (
    "IDs, e-mails or badges stand in other rows than before: was one column sorted by itself? Please undo that "
    "(Ctrl+Z), or delete these rows: they come back. Until then no decision is taken from this sheet."
)

#: Says of which tab something is remembered: of a coach's own, not of Review.
DESK = "desk-"


def cell_fact(decision: Decision, tab: str = "") -> str:
    """Where the ledger keeps that a row, closed by *decision*, says another word since, such as none.

    *tab*: DESK where it is the row in a coach's own tab.
    """
    return f"{tab}cell:{decision.attempt_id}/{decision.n}"


def last_said(known: Known, decision: Decision, tab: str = "") -> Verdict | None:
    """What the row of an enacted *decision* said at the last look; words from elsewhere never stood in Review."""
    word = known.facts.get(cell_fact(decision, tab))
    if word is None:
        return None if decision.verified and not tab else decision.verdict
    return to_verdict(word)


def feedback_fact(decision: Decision, tab: str = "") -> str:
    """The same of its feedback."""
    return f"{tab}feedback:{decision.attempt_id}/{decision.n}"


def last_told(known: Known, decision: Decision, tab: str = "") -> str:
    """What stood in Feedback of the row of an enacted *decision* at the last look."""
    return known.facts.get(feedback_fact(decision, tab), "" if decision.verified and not tab else decision.feedback)


def ratings_fact(decision: Decision, tab: str = "") -> str:
    """The same of its ratings."""
    return f"{tab}ratings:{decision.attempt_id}/{decision.n}"


def last_rated(known: Known, decision: Decision, tab: str = "") -> Mapping[str, str]:
    """How the row of an enacted *decision* was rated at the last look: by criterion, both folded, what it was decided
    with."""
    kept = known.facts.get(ratings_fact(decision, tab))
    if kept is not None:
        return {str(title): str(level) for title, level in json.loads(kept).items()}
    if decision.verified and not tab:
        return {}
    return {fold(one.criterion.title): fold(one.level) for one in decision.ratings}


def _rated(row: Row, decision: Decision) -> Mapping[str, str]:
    """How a row is rated now by the criteria that it was decided with."""
    titles = (fold(one.criterion.title) for one in decision.ratings)
    return {title: fold(word) for title in titles if (word := row.ratings.get(title, ""))}


def word_fact(attempt_id: str, tab: str = "") -> str:
    """Where the ledger keeps which word a row says of which nothing is in force."""
    return f"{tab}word:{attempt_id}"


def _said(known: Known, attempt_id: str, tab: str) -> Verdict | None:
    """What a row said at the last look, whether it was taken or not."""
    decision = known.decision(attempt_id)
    if decision is None:
        return to_verdict(known.facts.get(word_fact(attempt_id, tab), ""))
    return last_said(known, decision, tab)


def remember_words(draft: Draft, rows: Mapping[str, Row], tab: str = "") -> None:
    """Where a row says other words than at the last look, of which nothing is in force or which closed it, the ledger
    keeps them."""
    for attempt_id, row in rows.items():
        decision, verdict = draft.known.decision(attempt_id), to_verdict(row.verdict)
        if decision is None and verdict is not _said(draft.known, attempt_id, tab):
            draft.fact(word_fact(attempt_id, tab), verdict.value if verdict else "")
        if decision is not None and decision.enacted:
            if verdict is not last_said(draft.known, decision, tab):
                draft.fact(cell_fact(decision, tab), verdict.value if verdict else "")
            if row.feedback != last_told(draft.known, decision, tab):
                draft.fact(feedback_fact(decision, tab), row.feedback)
            if (rated := _rated(row, decision)) != last_rated(draft.known, decision, tab):
                draft.fact(ratings_fact(decision, tab), json.dumps(rated, sort_keys=True))


def scrambled(known: Known, rows: Mapping[str, Row], tab: str = "") -> frozenset[str]:
    """The attempts whose rows show that verdicts moved between rows, as when one column is sorted by itself."""
    return _closed_rows_changed(known, rows, tab) | _words_went_over(known, rows, tab)


def _closed_rows_changed(known: Known, rows: Mapping[str, Row], tab: str) -> frozenset[str]:
    """Two or more decided rows lost their word since the last look while their feedback stayed, or went along to other
    rows, and no word has become rarer. Somebody who changes his mind writes feedback, or makes a word rarer.
    """
    changed, moved_with_feedback, lost_words, lost_texts = [], [], False, Counter[str]()
    before, after = Counter[Verdict](), Counter[Verdict]()
    for attempt_id, row in rows.items():
        verdict = to_verdict(row.verdict)
        if verdict is not None:
            after[verdict] += 1
        decision = known.decision(attempt_id)
        if decision is None or decision.verdict is None:
            continue
        if (said := last_said(known, decision, tab)) is not None:
            before[said] += 1
        elif decision.verified and not tab:
            continue  # nothing stood there that could have moved
        if decision.enacted and verdict is not said:
            changed.append(attempt_id)
            lost_words |= said is not None
            if row.feedback != last_told(known, decision, tab):
                moved_with_feedback.append(attempt_id)
                lost_texts[last_told(known, decision, tab)] += 1
    if not lost_words or any(after[verdict] < n for verdict, n in before.items()):
        return frozenset()
    alone = len(changed) - len(moved_with_feedback) >= 2
    together = len(changed) >= 2 and _stand_elsewhere(known, rows, lost_texts, tab)
    return frozenset(changed) if alone or together else frozenset()


def _words_went_over(known: Known, rows: Mapping[str, Row], tab: str) -> frozenset[str]:
    """A word that had been taken is gone since the last look from a row whose feedback stayed, or went along, and
    exactly as many other rows have it now. Of a single one that had not acted, it is asked besides that a sort would
    leave it so: whoever chose in the wrong row does the same by hand.

    A row that says another word, which nobody lost, was changed by somebody who thought better of it.
    """
    now = {key: to_verdict(row.verdict) for key, row in rows.items()}
    said = {key: _said(known, key, tab) for key in rows}
    stands = {(now[key], row.feedback) for key, row in rows.items()}

    def is_gone(key: str) -> bool:
        decision, told = known.decision(key), rows[key].feedback
        if decision is not None:
            told = last_told(known, decision, tab)
        return said[key] not in (None, now[key]) and (told == rows[key].feedback or (said[key], told) in stands)

    gone = {key: word for key, word in said.items() if is_gone(key)}
    lost = {key: word for key, word in gone.items() if now[key] in {*gone.values(), None}}
    found = {key: word for key, word in now.items() if word is not said[key] and word in lost.values()}
    words_in_force = (known.decision(key) for key, said in lost.items() if said is not Verdict.HOLD)
    taken = [decision for decision in words_in_force if decision is not None]
    if not taken or Counter(lost.values()) != Counter(found.values()):
        return frozenset()
    moved = frozenset(lost.keys() | found.keys())
    certain = len(taken) >= 2 or taken[0].enacted or _is_sorted([rows[key] for key in moved], rows.values())
    return moved if certain else frozenset()


def _is_sorted(moved: Iterable[Row], rows: Iterable[Row]) -> bool:
    """True if the verdicts from the first to the last of the rows that *moved* stand as a sort leaves them."""
    places = sorted(row.position for row in moved)
    between = sorted((row.position, fold(row.verdict)) for row in rows if places[0] <= row.position <= places[-1])
    words = [word for _, word in between]
    filled = [word for word in words if word]
    ordered = filled in (sorted(filled), sorted(filled, reverse=True))
    return ordered and words[: len(filled)] == filled


def reworded(known: Known, rows: Mapping[str, Row], tab: str = "") -> frozenset[str]:
    """The attempts whose decided rows show that the column Feedback was sorted by itself: what one teacher is to read
    stands in another one's row.

    Signs of it, all together: two or more rows lost the feedback with which they were decided while their word stayed,
    and each of those texts stands in as many rows as before.
    """
    lost: dict[str, str] = {}
    for attempt_id, row in rows.items():
        decision = known.decision(attempt_id)
        if decision is None or not decision.enacted or to_verdict(row.verdict) is not last_said(known, decision, tab):
            continue
        if (told := last_told(known, decision, tab)) not in ("", row.feedback):
            lost[attempt_id] = told
    moved = len(lost) >= 2 and _stand_elsewhere(known, rows, Counter(lost.values()), tab)
    return frozenset(lost) if moved else frozenset()


def _stand_elsewhere(known: Known, rows: Mapping[str, Row], lost: Counter[str], tab: str) -> bool:
    """True if as many other rows bear each text that was lost as lost it: rows that were not decided with it."""
    found = Counter(
        row.feedback
        for attempt_id, row in rows.items()
        if row.feedback in lost
        and ((word := known.decision(attempt_id)) is None or last_told(known, word, tab) != row.feedback)
    )
    return all(found[text] >= n for text, n in lost.items() if text)


def displaced(known: Known, rows: Sequence[Row]) -> Sequence[Row]:
    """Those of *rows*, which bear IDs of requests but not their e-mail and badge, that show that the column ID, E-mail
    or Badge was sorted by itself; all of them, or none.

    Signs of it: there are two or more, with as many IDs, and together they bear the e-mails and badges of those IDs.
    """
    meant = [known.requests[known.attempts[row.attempt_id].request] for row in rows]
    is_sorted = (
        len({row.attempt_id for row in rows}) == len(rows) >= 2
        and Counter(one.recipient for one in meant) == Counter(fold(row.cells[EMAIL]) for row in rows)
        and Counter(fold(one.label) for one in meant) == Counter(fold(row.cells[BADGE]) for row in rows)
    )
    return rows if is_sorted else ()


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
        if decision is None or not decision.enacted or decision.verified:
            continue
        before[fold(decision.reviewer)] += 1
        same = to_verdict(row.verdict) is decision.verdict and row.feedback == decision.feedback
        if same and name != fold(decision.reviewer):
            other.append(attempt_id)
    half = [one for one in other if standing(known, one) is Standing.HALF_APPROVED]
    moved = half and len(other) - len(half) >= 2 and all(after[name] >= n for name, n in before.items())
    return frozenset(other) if moved else frozenset()


def rerated(known: Known, rows: Mapping[str, Row], tab: str = "") -> frozenset[str]:
    """The attempts whose rows show that a column of ratings was sorted by itself.

    Signs of it, all together and since the last look: another level, or none, in two or more rows that were closed
    before, all with the same decision and feedback; and no level has become rarer in that column.
    """
    other: defaultdict[str, set[str]] = defaultdict(set)
    before: Counter[tuple[str, str]] = Counter()
    after = Counter((title, fold(word)) for row in rows.values() for title, word in row.ratings.items())
    for attempt_id, row in rows.items():
        decision = known.decision(attempt_id)
        if decision is None or not decision.enacted or not decision.ratings:
            continue
        same = to_verdict(row.verdict) is last_said(known, decision, tab)
        same = same and row.feedback == last_told(known, decision, tab)
        for title, level in last_rated(known, decision, tab).items():
            before[title, level] += 1
            if same and fold(row.ratings.get(title, "")) != level:
                other[title].add(attempt_id)
    rarer = {title for (title, level), n in before.items() if after[title, level] < n}
    moved = (ids for title, ids in other.items() if title not in rarer and len(ids) >= 2)
    return frozenset(attempt_id for ids in moved for attempt_id in ids)
