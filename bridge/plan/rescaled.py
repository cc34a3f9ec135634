"""Levels of a criterion that were changed after a row was rated: such a rating approves nothing until it is given anew.

A fact per badge keeps the scales by which rows were rated at the last look that could be trusted; one per row, which of
its words were chosen from a scale that is no more. Whoever rates anew chooses another word, or lets a look pass without
Approve: Status has told them then, and the row has its new drop-downs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

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
        before, *_ = _kept(draft.known, attempt_id)
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
    before, told, since = _kept(draft.known, row.attempt_id)
    if row.said_at is not None and since and row.said_at.isoformat() > since:
        before, told = {}, False  # an answer to the decision form that came later
    said = {fold(title): fold(word) for title, word in row.ratings.items()}
    words = {title: word for title, word in before.items() if said.get(title) == word}
    more = {title: said[title] for title in changed if title in said}
    told = told and not more
    words |= more
    if at not in _RATED or (verdict is Verdict.APPROVE and told):
        words = {}
    told = verdict is not Verdict.APPROVE
    since = draft.now.isoformat() if more or not since else since
    kept = json.dumps({"words": words, "told": told, "since": since}, sort_keys=True) if words else ""
    if kept or before:
        draft.fact(words_fact(row.attempt_id), kept)
    if not (words and told and at in OPEN):
        return ""
    titles = _titles(draft.known, row.attempt_id, words)
    return f"Please look at {titles} again: other levels can be chosen since it was rated here."


def why_rescaled(known: Known, attempt_id: str) -> str:
    """Say which criterion of an Approve must be rated anew; "" if none."""
    words, told, _ = _kept(known, attempt_id)
    if not words or told:
        return ""
    return (
        f"Please rate {_titles(known, attempt_id, words)} anew: other levels can be chosen since this was approved. "
        "Is it right as it is? Then empty Decision, and choose Approve again once this sentence has changed."
    )


def _kept(known: Known, attempt_id: str) -> tuple[dict[str, str], bool, str]:
    """The words of a row that were chosen from a scale that is no more; whether a coach was told since, and since
    when (ISO 8601, UTC) it is no more."""
    kept = json.loads(known.facts.get(words_fact(attempt_id)) or '{"words": {}, "told": false}')
    return kept["words"], kept["told"], kept.get("since", "")


def _titles(known: Known, attempt_id: str, words: Mapping[str, str]) -> str:
    achievement = badge_of(known, attempt_id)
    named = {fold(one.title): one.title for one in achievement.rubric} if achievement is not None else {}
    return " and ".join(f"“{named.get(title, title)}”" for title in words)


def why_not_rated(known: Known, row: Row, achievement: Achievement) -> str:
    """What the rubric of *achievement* has against an Approve of *row*; "" if nothing."""
    unknown = why_unknown(achievement, row.ratings)
    return (
        unknown or why_rescaled(known, row.attempt_id) or why_below(achievement, to_ratings(achievement, row.ratings))
    )
