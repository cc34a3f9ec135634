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
    request numbers. Withdrawing comes before telling, so that nobody is told twice; teachers come before coaches.
    """
    ready = [
        effect
        for effect in known.effects.values()
        if effect.state is State.PLANNED
        and effect.key not in leave
        and (effect.not_before is None or not now < effect.not_before <= now + LONGEST_WAIT)
        and _may_follow(known, effect)
    ]
    yield from sorted(ready, key=_place)


def _place(effect: Effect) -> tuple[object, ...]:
    kind = effect.kind
    digest = kind is Kind.TELL_DIGEST
    return kind.is_mail, digest, effect.attempts, effect.request, effect.subject, _ORDER[kind]


def _may_follow(known: Known, effect: Effect) -> bool:
    revoke = f"{Kind.REVOKE}:{effect.attempt_id}"
    after = effect.after
    if effect.kind is Kind.WITHDRAW and revoke in known.effects:
        after = revoke  # of an award that is revoked, all is withdrawn, whether or not its successor became public
    if after:
        forerunner = known.effects.get(after)
        if forerunner is None or forerunner.state is not State.DONE:
            return False
    if effect.kind in (Kind.PUBLISH, Kind.TELL_ISSUED, Kind.PUBLISH_REISSUED, Kind.TELL_REISSUED):
        # A badge revoked before it was announced is not announced any more; telling of the end is enough.
        return revoke not in known.effects and not (effect.kind is Kind.TELL_ISSUED and _is_moving(known, effect))
    return True


def _is_moving(known: Known, tell: Effect) -> bool:
    """True while the award is being made anew elsewhere: the mail waits, to tell of the place where it stays."""
    return any(effect.state is State.PLANNED for effect in known.reissues(tell.attempt_id))
