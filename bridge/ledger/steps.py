"""What may become of an effect, as pure functions: the laws that the SQL ledger and the fake of the tests share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.errors import Refused
from bridge.model import Effect, Event, State

TELLING = frozenset({"postponed", "stuck", "done"})
OPEN = frozenset({State.PLANNED, State.STUCK})


def begun(effect: Effect) -> Effect:
    """About to be tried: from here on only an answer clears the doubt."""
    return replace(_only(effect, frozenset({State.PLANNED})), in_doubt=True, attempts=effect.attempts + 1)


def laid_ready(effect: Effect, ref: str) -> Effect:
    return replace(_only(effect, OPEN), ref=ref)


def postponed(effect: Effect, until: datetime, note: str, *, in_doubt: bool) -> Effect:
    known = _only(effect, OPEN)
    return replace(known, state=State.PLANNED, not_before=until, note=note, in_doubt=in_doubt, for_coach=False)


def stuck(effect: Effect, note: str, *, in_doubt: bool, for_coach: bool = False) -> Effect:
    known = _only(effect, OPEN)
    return replace(known, state=State.STUCK, not_before=None, note=note, in_doubt=in_doubt, for_coach=for_coach)


def done(effect: Effect, note: str) -> Effect:
    return replace(_only(effect, OPEN), state=State.DONE, not_before=None, note=note, in_doubt=False)


def waits(effect: Effect) -> bool:
    """True if *effect* is stuck or postponed: a person may ask for it to be tried again."""
    return effect.state is State.STUCK or (effect.state is State.PLANNED and effect.not_before is not None)


def again(effect: Effect) -> Effect:
    """To be tried at once, on a person's word: the count starts afresh; the doubt and the last note stay.

    What was only postponed, in doubt, keeps its count: nobody was asked yet whether it may be repeated.
    """
    unasked = effect.in_doubt and effect.state is not State.STUCK
    return replace(effect, state=State.PLANNED, not_before=None, attempts=effect.attempts if unasked else 0)


def event(at: datetime, effect: Effect, what: str) -> Event:
    """The line in the request's history; begun and such bear no note, for the effect's own is of an earlier day."""
    return Event(at, effect.attempt_id, f"{effect.kind} {what}", effect.note if what in TELLING else "")


def request_of(attempt_id: str) -> int | None:
    """41 of "41-2" or "41"; None for what belongs to no request."""
    number = attempt_id.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else None


def _only(effect: Effect, states: frozenset[State]) -> Effect:
    if effect.state not in states:
        raise Refused(
            f"{effect.key} is {effect.state} in the ledger; it can't be taken further. "
            "Another bridge or a colleague was faster: run the bridge again."
        )
    return effect
