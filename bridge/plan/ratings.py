"""How coaches rate by a badge's rubric: which words count, and what Approve lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bridge.model import Achievement, Criterion, Known, Rating, Verdict
from bridge.plan.standing import OPEN, standing
from bridge.review import Row, fold
from bridge.wording import shorten

#: What a row says of each criterion, by its folded title.
Said = Mapping[str, str]


def criteria_in_use(known: Known) -> tuple[str, ...]:
    """The titles of the criteria of badges that are active, or have rows to be decided; each once, as typed first."""
    rated = {key: one for key, one in sorted(known.achievements.items()) if one.rubric}
    idle = {key for key, one in rated.items() if not one.active}
    waited = {
        known.requests[one.request].achievement
        for one in known.attempts.values()
        if idle and known.requests[one.request].achievement in idle and standing(known, one.id) in OPEN
    }
    titles: dict[str, str] = {}
    for key, achievement in rated.items():
        if achievement.active or key in waited:
            for criterion in achievement.rubric:
                titles.setdefault(fold(criterion.title), criterion.title)
    return tuple(titles.values())


def rated_by(known: Known, attempt_id: str) -> Achievement | None:
    """The badge by whose rubric an attempt is rated: as it was ordered, or, until then, as the catalogue has it."""
    if attempt_id in known.orders and standing(known, attempt_id) not in OPEN:
        return known.achievement_of(attempt_id)
    return badge_of(known, attempt_id)


def badge_of(known: Known, attempt_id: str) -> Achievement | None:
    """The badge that is asked for, as the catalogue has it now."""
    return known.achievements.get(known.requests[known.attempts[attempt_id].request].achievement)


def ratings_of(known: Known, row: Row, verdict: Verdict) -> tuple[Rating, ...]:
    """How a row rates, as far as it belongs to the word that it says."""
    rates = verdict in (Verdict.APPROVE, Verdict.RETURN)
    return to_ratings(badge_of(known, row.attempt_id), row.ratings) if rates else ()


def to_ratings(achievement: Achievement | None, said: Said) -> tuple[Rating, ...]:
    """The levels that a row names, in the order of the rubric; a word that is none of them is left out."""
    rubric = achievement.rubric if achievement is not None else ()
    if not rubric or not said:
        return ()
    words = {fold(title): fold(word) for title, word in said.items()}
    levels = ((one, {fold(level): level for level in one.levels}) for one in rubric)
    return tuple(Rating(one, names[word]) for one, names in levels if (word := words.get(fold(one.title), "")) in names)


def why_unknown(achievement: Achievement | None, said: Said) -> str:
    """Say which word of the row is no level of its criterion; "" if all are."""
    rubric = achievement.rubric if achievement is not None and said else ()
    words = {fold(title): word for title, word in said.items()}
    for one in rubric:
        word = words.get(fold(one.title), "")
        if fold(word) and fold(word) not in map(fold, one.levels):
            return f"“{shorten(word, 40)}” is no level of {one.title}. Choose one of: {', '.join(one.levels)}."
    return ""


def why_below(achievement: Achievement, ratings: Iterable[Rating]) -> str:
    """Say which criteria Approve lacks, and at which levels; "" if it lacks none."""
    levels = {fold(one.criterion.title): one.level for one in ratings}
    lacks = [
        _lack(one, levels.get(fold(one.title), ""))
        for one in achievement.rubric
        if not reaches(one, levels.get(fold(one.title), ""))
    ]
    return f"“Approve” needs {'; '.join(lacks)}." if lacks else ""


def reaches(criterion: Criterion, level: str) -> bool:
    """True if *level* is the one that is needed, or above it; any will do where none is needed."""
    if not criterion.needed:
        return True
    return level in criterion.levels and criterion.levels.index(level) >= criterion.levels.index(criterion.needed)


def _lack(criterion: Criterion, level: str) -> str:
    above = " or above" if criterion.needed != criterion.levels[-1] else ""
    return f"{criterion.title} at {criterion.needed}{above} ({f'now {level}' if level else 'not rated yet'})"


def say_ratings(ratings: Iterable[Rating]) -> str:
    """Return "Planning: meets, Delivery: not yet (needed: meets)"."""
    return ", ".join(map(_say, ratings))


def _say(rating: Rating) -> str:
    below = not reaches(rating.criterion, rating.level)
    return f"{rating.criterion.title}: {rating.level}" + (f" (needed: {rating.criterion.needed})" if below else "")
