"""How a coach rated by the rubric of a badge, for the mail to the teacher. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bridge import wording
from bridge.model import Decision
from bridge.plan.ratings import reaches


@dataclass(frozen=True, slots=True)
class Level:
    """How the coach rated one criterion of the badge's rubric; *needed* is "" where any level will do."""

    criterion: str
    reached: str
    needed: str
    enough: bool


def levels(decision: Decision | None) -> tuple[Level, ...]:
    """Return how the coach rated, in the order of the rubric; what was not rated is left out."""
    return tuple(
        Level(
            wording.one_line(rating.criterion.title),
            wording.one_line(rating.level),
            wording.one_line(rating.criterion.needed),
            reaches(rating.criterion, rating.level),
        )
        for rating in (decision.ratings if decision else ())
    )
