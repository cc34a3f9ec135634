"""The rows of the Badges tab as the ledger knows them, for a tab that is made again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.model import Achievement, Alignment, Criterion, Known, Prerequisites
from bridge.plan import catalogue as titles
from bridge.plan.learning import REBUILD
from bridge.plan.rubric import STAR
from bridge.ports import SheetReading
from bridge.review import fold
from bridge.wording import say_months


def badges_to_make(known: Known, reading: SheetReading) -> tuple[Mapping[str, str], ...] | None:
    """Return the rows of a tab of badges that is to be made, text by title; None where none is.

    Where there never was one it is made, without rows; one that is missed only once a person wants it made again.
    """
    if reading.catalogue is not None or (known.achievements and not known.facts.get(REBUILD)):
        return None
    return tuple(rows_of(known))


def rows_of(known: Known) -> Iterator[Mapping[str, str]]:
    """Yield the row of each badge, text by title; read again, it is the same badge. The active ones come first."""
    docs = {one.text.strip(): link for link, one in sorted(known.criteria.items(), reverse=True) if not one.problem}
    for one in sorted(known.achievements.values(), key=lambda one: (not one.active, fold(one.name), one.key)):
        yield {title: text for title, text in _cells(one, docs) if text}


def _cells(one: Achievement, docs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """*docs*: text of each Google Doc → its link."""
    yield titles.KEY, one.key
    yield titles.NAME, one.name
    yield titles.DESCRIPTION, one.description
    yield titles.CRITERIA, docs.get(one.criteria, one.criteria)
    yield titles.ARTWORK, one.artwork_link
    yield titles.HOURS, "" if one.hours is None else f"{one.hours:g}"
    yield titles.ACTIVE, "yes" if one.active else "no"
    yield titles.TYPE, "" if one.kind == titles.LATER["kind"] else one.kind
    yield titles.TAGS, ", ".join(one.tags)
    yield titles.ALIGNMENT, "\n".join(map(_standard, one.alignment))
    yield titles.VALID_FOR, say_months(one.valid_months) if one.valid_months else ""
    yield titles.BACKEND, one.backend
    yield titles.REVIEWERS, ", ".join(one.reviewers)
    yield titles.REVIEW_DAYS, str(one.review_days or "")
    yield titles.MOST_ATTEMPTS, str(one.most_attempts or "")
    yield titles.SECOND_LOOK, one.second_look
    yield titles.PREREQUISITES, _before(one.prerequisites)
    yield titles.MILESTONE, "by itself" if one.by_itself else ""
    yield titles.RUBRIC, "\n".join(map(_scale, one.rubric))


def _standard(one: Alignment) -> str:
    return " | ".join((one.name, one.url, one.code, one.framework)).rstrip(" |")


def _before(prerequisites: Prerequisites | None) -> str:
    if prerequisites is None:
        return ""
    keys = ", ".join(prerequisites.of)
    return keys if prerequisites.number == len(prerequisites.of) else f"any {prerequisites.number} of {keys}"


def _scale(one: Criterion) -> str:
    return f"{one.title}: {' | '.join(level + STAR * (level == one.needed) for level in one.levels)}"
