"""Who is asked to decide about a request. Pure."""

from __future__ import annotations

from functools import lru_cache

from bridge.model import Achievement
from bridge.plan.policy import Policy
from bridge.wording import mailboxes


def who_is_asked(achievement: Achievement | None, recipient: str, policy: Policy) -> tuple[str, ...]:
    """Return the addresses of those who are asked about a request of *recipient*, in order.

    The badge's own reviewers, as far as they are coaches still; of a badge that names none (*achievement* is None while
    it is unknown), every coach of the programme. Where nobody is left, the coordinator. Nobody is asked about a request
    of their own: "()" means that nobody is asked at all.
    """
    own = achievement.reviewers if achievement is not None else ()
    coaches = [one for one in own if one in policy.coaches or not policy.coaches] if own else sorted(policy.coaches)
    theirs = _boxes(recipient)
    for people in (coaches, [policy.coordinator] if policy.coordinator else []):
        if able := tuple(one for one in people if _boxes(one).isdisjoint(theirs)):
            return able
    return ()


_boxes = lru_cache(maxsize=4096)(mailboxes)  # thousands of requests, and the same few coaches for each
