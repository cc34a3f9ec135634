"""By when a decision is promised."""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.model import Achievement, Attempt, Known


def due_at(asked: datetime, achievement: Achievement | None, usual: int) -> datetime:
    """Return by when a request that came in at *asked* should be decided.

    *achievement* is None while its badge is unknown; *usual* are the programme's days for a badge that says no others.
    """
    own = achievement.review_days if achievement is not None else None
    return asked + timedelta(days=own or usual)


def due_of(known: Known, attempt: Attempt, usual: int) -> datetime:
    """Return by when an attempt should be decided, as the catalogue has its badge now: an order knows no days."""
    achievement = known.achievements.get(known.requests[attempt.request].achievement)
    return due_at(attempt.submission.submitted_at, achievement, usual)
