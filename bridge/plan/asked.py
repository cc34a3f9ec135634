"""Who is asked to decide about a request. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bridge.model import Achievement
from bridge.plan.entitled import named
from bridge.plan.policy import Policy
from bridge.wording import mailboxes


def who_is_asked(achievement: Achievement | None, recipient: str, policy: Policy) -> tuple[str, ...]:
    """Return the addresses of those who are asked about a request of *recipient*, in order.

    Whoever is named for it, and may approve it. Where nobody is left, the coordinator: she may return or decline it,
    have somebody else named, and approve it where anybody may. "()" means that nobody is asked at all.
    """
    return others(named(achievement, policy) or (), recipient) or others((policy.coordinator,), recipient)


def others(people: Iterable[str], recipient: str) -> tuple[str, ...]:
    """Those of *people* who are not *recipient*: nobody is asked about a request of their own."""
    return tuple(one for one in people if one and boxes(one).isdisjoint(boxes(recipient)))


boxes = lru_cache(maxsize=4096)(mailboxes)  # thousands of requests, and the same few coaches for each
