"""Who may decide about a request at all: one of the coaches, one of the badge's own reviewers, never oneself. Pure."""

from __future__ import annotations

from enum import Enum, auto

from bridge.model import Achievement, Attempt, Known
from bridge.plan.policy import Policy
from bridge.wording import mailboxes

#: So many reviewers of a badge are named in a sentence.
NAMED = 4


class Bar(Enum):
    """What keeps a person from deciding."""

    NO_COACH = auto()
    NO_REVIEWER = auto()  # of this badge
    NAMELESS = auto()  # nobody can tell whether it is the person who asked
    OWN = auto()


def named(achievement: Achievement | None, policy: Policy) -> tuple[str, ...] | None:
    """Who may approve and revoke a badge (*achievement* is None while it is unknown): its own reviewers, as far as they
    are coaches still; of a badge that names none, every coach. None where neither are named: anybody may.
    """
    own = achievement.reviewers if achievement is not None else ()
    if own:
        return tuple(one for one in own if one in policy.coaches or not policy.coaches)
    return tuple(sorted(policy.coaches)) or None


def bar(known: Known, attempt: Attempt, reviewer: str, policy: Policy, *, asked: bool) -> Bar | None:
    """None for whoever may decide. *asked*: as coordinator, who need be neither coach nor reviewer."""
    achievement, reviewer = known.achievements.get(known.requests[attempt.request].achievement), reviewer.casefold()
    people = named(achievement, policy)
    if people is not None and reviewer not in people and not asked:
        return Bar.NO_COACH if policy.coaches and reviewer not in policy.coaches else Bar.NO_REVIEWER
    if len(theirs := mailboxes(reviewer)) != 1:
        return Bar.NAMELESS
    return Bar.OWN if theirs & mailboxes(attempt.submission.recipient) else None


def names(achievement: Achievement) -> str:
    """Who may approve and revoke this badge; of many, the first."""
    return ", ".join(achievement.reviewers[:NAMED]) + (", …" if len(achievement.reviewers) > NAMED else "")
