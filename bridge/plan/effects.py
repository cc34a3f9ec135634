"""Which effects may run now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from bridge.model import Effect, Kind, Known, State

#: Nothing is postponed for longer: a later time was reckoned by a clock that was wrong.
LONGEST_WAIT = timedelta(days=1)

_ORDER = {kind: place for place, kind in enumerate(Kind)}


def due(known: Known, now: datetime, *, leave: Collection[str] = ()) -> Iterator[Effect]:
    """Yield every planned effect whose time has come and whose forerunner is done, but for the keys in *leave*.

    What was tried least comes first, so that a few that fail every time hold up nobody else; then the order of
    request numbers. Withdrawing comes before telling, so that nobody is told twice.
    """
    ready = [
        effect
        for effect in known.effects.values()
        if effect.state is State.PLANNED
        and effect.key not in leave
        and (effect.not_before is None or not now < effect.not_before <= now + LONGEST_WAIT)
        and _may_follow(known, effect)
    ]
    yield from sorted(ready, key=lambda e: (e.kind.is_mail, e.attempts, e.request, e.subject, _ORDER[e.kind]))


def _may_follow(known: Known, effect: Effect) -> bool:
    if effect.after:
        forerunner = known.effects.get(effect.after)
        if forerunner is None or forerunner.state is not State.DONE:
            return False
    if effect.kind in (Kind.PUBLISH, Kind.TELL_ISSUED):
        # A badge revoked before it was announced is not announced any more; telling of the end is enough.
        return known.effects.get(f"{Kind.REVOKE}:{effect.attempt_id}") is None
    return True
