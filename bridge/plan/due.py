"""By when a decision is promised."""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.model import Achievement


def due_at(asked: datetime, achievement: Achievement | None, usual: int) -> datetime:
    """Return by when a request that came in at *asked* should be decided.

    *achievement* is None while its badge is unknown; *usual* are the programme's days for a badge that says no others.
    """
    own = achievement.review_days if achievement is not None else None
    return asked + timedelta(days=own or usual)
