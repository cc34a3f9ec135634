"""Which effects may run now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from bridge.model import Effect, Kind, Known, State


def due(known: Known, now: datetime, *, leave: Collection[str] = ()) -> Iterator[Effect]:
    """Yield every planned effect whose time has come and whose forerunner is done, but for the keys in *leave*.

    In the order of request numbers; of one request, withdrawing comes before telling, so that nobody is told twice.
    """
    ready = [
        effect
        for effect in known.effects.values()
        if effect.state is State.PLANNED
        and effect.key not in leave
        and (effect.not_before is None or effect.not_before <= now)
        and _may_follow(known, effect)
    ]
    yield from sorted(ready, key=lambda effect: (effect.kind.is_mail, effect.request, effect.subject, effect.kind))


def _may_follow(known: Known, effect: Effect) -> bool:
    if effect.after:
        forerunner = known.effects.get(effect.after)
        if forerunner is None or forerunner.state is not State.DONE:
            return False
    if effect.kind in (Kind.PUBLISH, Kind.TELL_ISSUED):
        # A badge revoked before it was announced is not announced any more; telling of the end is enough.
        return known.effects.get(f"{Kind.REVOKE}:{effect.attempt_id}") is None
    return True
