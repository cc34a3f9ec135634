"""Levels of a criterion that were changed after a row was rated: such a rating approves nothing until it is given anew.

A fact per badge keeps the scales by which rows were rated at the last look that could be trusted; one per row, which of
its words were chosen from a scale that is no more. Whoever rates anew chooses another word, or lets a look pass without
Approve: Status has told them then, and the row has its new drop-downs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from bridge.model import Achievement, Known, Verdict
from bridge.plan.draft import Draft
from bridge.plan.ratings import badge_of, to_ratings, why_below, why_unknown
from bridge.plan.standing import OPEN, Standing, standing
from bridge.review import Row, fold, to_verdict

#: Where a row may still be approved.
_RATED = OPEN | {Standing.RETURNED, Standing.DECLINED}


def scales_fact(key: str) -> str:
    """Where the ledger keeps the scales by which rows of a badge were rated at the last look."""
    return f"scales:{key}"


def words_fact(attempt_id: str) -> str:
    """Where it keeps which words of a row were chosen from a scale that is no more."""
    return f"rescaled:{attempt_id}"


def learn_rescaled(draft: Draft, known: Known, rows: Mapping[str, Row]) -> dict[str, str]:
    """Compare scales with those of the last look; return what to tell those who have not chosen Approve.

    *known* is what was known before this look.
    """
    changed = dict(_changed(draft, known))
    notices = {}
    for attempt_id, row in rows.items():
        key = draft.known.requests[draft.known.attempts[attempt_id].request].achievement
        before = _kept(draft.known, attempt_id).words
        if (before or changed.get(key)) and (notice := _judge(draft, row, changed.get(key, frozenset()))):
            notices[attempt_id] = notice
    return notices


def _changed(draft: Draft, known: Known) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the key of each badge of which scales have changed, and the folded titles of these criteria."""
    for key, achievement in list(draft.known.achievements.items()):
        told = draft.known.facts.get(scales_fact(key), "")
        if not (told or achievement.rubric):
            continue
        before, now = json.loads(told or "{}"), _scales(achievement)
        if not told and key in known.achievements:
            before = _scales(known.achievements[key])
        if changed := frozenset(title for title in now if before.get(title, now[title]) != now[title]):
            yield key, changed
        draft.fact(scales_fact(key), json.dumps(before | now, sort_keys=True))


def _scales(achievement: Achievement) -> dict[str, list[str]]:
    return {fold(one.title): [fold(level) for level in one.levels] for one in achievement.rubric}


def _judge(draft: Draft, row: Row, changed: frozenset[str]) -> str:
    """Bring what is kept of a row up to date; return what to tell whoever has not chosen Approve."""
    at, verdict = standing(draft.known, row.attempt_id), to_verdict(row.verdict)
    before = _kept(draft.known, row.attempt_id)
    said = {fold(title): fold(word) for title, word in row.ratings.items()}
    words = {title: word for title, word in before.words.items() if said.get(title) == word}
    more = {title: said[title] for title in changed if title in said}
    told = before.told and not more
    if at not in _RATED or (verdict is Verdict.APPROVE and told) or before.answered != _answered(row):
        words = {}
    kept = _Kept(words | more if at in _RATED else {}, verdict is not Verdict.APPROVE, _answered(row))
    if kept.words or before.words:
        draft.fact(words_fact(row.attempt_id), json.dumps(asdict(kept), sort_keys=True) if kept.words else "")
    if not (kept.words and kept.told and at in OPEN):
        return ""
    titles = _titles(draft.known, row.attempt_id, kept.words)
    return f"Please look at {titles} again: other levels can be chosen since it was rated here."


def why_rescaled(known: Known, row: Row) -> str:
    """Say which criterion of an Approve must be rated anew; "" if none."""
    kept = _kept(known, row.attempt_id)
    if not kept.words or kept.told:
        return ""
    titles = _titles(known, row.attempt_id, kept.words)
    begin = f"Please rate {titles} anew: other levels can be chosen since this was approved."
    if kept.answered:
        return f"{begin} Answer once more, also if it is right as it is."
    return (
        f"{begin} Is it right as it is? Then empty Decision, and choose Approve again once this sentence has changed."
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a row: words that were chosen from a scale that is no more; whether a coach was told since; when
    they were said, where they came as an answer."""

    words: Mapping[str, str] = field(default_factory=dict)
    told: bool = False
    answered: str = ""


def _kept(known: Known, attempt_id: str) -> _Kept:
    kept = known.facts.get(words_fact(attempt_id))
    return _Kept(**json.loads(kept)) if kept else _Kept()


def _answered(row: Row) -> str:
    return row.said_at.isoformat() if row.said_at is not None else ""


def _titles(known: Known, attempt_id: str, words: Mapping[str, str]) -> str:
    achievement = badge_of(known, attempt_id)
    named = {fold(one.title): one.title for one in achievement.rubric} if achievement is not None else {}
    return " and ".join(f"“{named.get(title, title)}”" for title in words)


def why_not_rated(known: Known, row: Row, achievement: Achievement) -> str:
    """What the rubric of *achievement* has against an Approve of *row*; "" if nothing."""
    unknown = why_unknown(achievement, row.ratings)
    return unknown or why_rescaled(known, row) or why_below(achievement, to_ratings(achievement, row.ratings))
