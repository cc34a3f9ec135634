"""Requests that nobody can approve as things stand, or that nobody is asked about. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.model import Achievement, Attempt, Decision, Identity, Known
from bridge.plan.asked import boxes, others, who_is_asked
from bridge.plan.assignment import is_with
from bridge.plan.entitled import named
from bridge.plan.policy import Policy
from bridge.plan.second_look import COORDINATOR, first_yes, needs, seconds
from bridge.plan.standing import Standing, standing

#: How Status begins where nobody can approve.
NOBODY = "Nobody can approve this yet:"

#: Where a request waits for somebody.
WAITS = frozenset({Standing.WAITING, Standing.HELD, Standing.HALF_APPROVED})


def is_asked(known: Known, attempt: Attempt, policy: Policy) -> tuple[str, ...]:
    """Whoever has the row in a tab of their own, where there are such tabs; else all who are asked to decide."""
    if policy.identity is Identity.TABS:
        coach = is_with(known, attempt.id)
        return (coach,) if coach else ()
    asked = who_is_asked(_badge(known, attempt), known.requests[attempt.request].recipient, policy)
    return seconds(known, attempt.id, asked, policy) if _first(known, attempt) is not None else asked


def why_nobody(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Say why nobody can approve a request that waits, and what helps; "" if somebody can.

    What can be approved is another question: a badge that is not in use, or comes after others.
    """
    if standing(known, attempt.id) not in WAITS:
        return ""
    badge, recipient, first = _badge(known, attempt), known.requests[attempt.request].recipient, _first(known, attempt)
    people, wanted = named(badge, policy), needs(known, attempt.id)
    able, number = None if people is None else _persons(others(people, recipient)), 1
    if wanted == COORDINATOR:
        hers = _persons(others((policy.coordinator,), recipient))
        is_hers = first is not None and first.reviewer.casefold() == policy.coordinator
        if not (hers or is_hers):
            return _without_coordinator(badge, policy)
        able = None if able is None else able - hers
    elif wanted and able is not None:
        able, number = (able, 2) if first is None else (able - _persons([first.reviewer]), 1)
    if able is None or len(able) >= number:
        return ""
    return _too_few(badge, people or (), recipient, policy)


def _badge(known: Known, attempt: Attempt) -> Achievement | None:
    return known.achievements.get(known.requests[attempt.request].achievement)


def _first(known: Known, attempt: Attempt) -> Decision | None:
    """The first yes, where a second one is awaited."""
    awaits = standing(known, attempt.id) is Standing.HALF_APPROVED and needs(known, attempt.id)
    return first_yes(known, attempt.id) if awaits else None


def _persons(addresses: Iterable[str]) -> frozenset[frozenset[str]]:
    """Each person once, whatever their address is spelt like."""
    return frozenset(map(boxes, addresses))


def _without_coordinator(badge: Achievement | None, policy: Policy) -> str:
    why = "it is the coordinator who asks" if policy.coordinator else "the settings name none"
    return (
        f"{NOBODY} the coordinator must approve {_name(badge)}, too, and {why}. Have another word chosen in Second "
        "look of the tab Badges, or another coordinator named in the section [programme] of the settings."
    )


def _too_few(badge: Achievement | None, people: Iterable[str], recipient: str, policy: Policy) -> str:
    own = badge is not None and bool(badge.reviewers)
    if badge is not None and badge.second_look:
        why = f"two must approve {_name(badge)}, and too few may"
    elif not own:
        why = "there is no coach but the teacher who asks"
    elif any(people):
        why = f"{_name(badge)} has no reviewer but the teacher who asks"
    else:
        why = f"none of the reviewers of {_name(badge)} is a coach"
    in_settings = "in coaches, in the section [review] of the settings"
    if not own:
        return f"{NOBODY} {why}. Have another coach named {in_settings}."
    more = f", and, if need be, {in_settings}" if policy.coaches else ""
    return f"{NOBODY} {why}. Have another reviewer named in the tab Badges{more}."


def _name(badge: Achievement | None) -> str:
    return f"“{badge.name[:60]}”" if badge is not None else "this badge"
