"""When an award that was in doubt counts as not made. Pure.

A call that nobody answered may still be at work at the vendor's when the bridge asks; one look is no proof. So it takes
two: two tries in a row that found nothing and were refused, with so much time between them that nothing of what was
begun before the first can still come of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bridge.model import Effect

#: No server keeps a call for so long, nor a bridge that was stopped in the middle of one.
SURE_AFTER = timedelta(hours=1)

ONCE_MORE = "It was looked for and is not there; to be sure, the bridge looks once more before it says so. {}"


def not_there(begun: Effect, now: datetime) -> Mapping[str, str]:
    """The fact to be remembered: this try of an effect found nothing, and was refused."""
    return {_fact(begun): f"{begun.attempts} {now.isoformat()}"}


def is_over(begun: Effect, facts: Mapping[str, str], now: datetime) -> bool:
    """True if the try just before *begun* ended so, too, and long enough ago: then nobody is making it any more."""
    number, _, at = facts.get(_fact(begun), "").partition(" ")
    return number == str(begun.attempts - 1) and now - datetime.fromisoformat(at) >= SURE_AFTER


def _fact(effect: Effect) -> str:
    return f"not there:{effect.key}"
