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


def bar(known: Known, attempt: Attempt, reviewer: str, policy: Policy, *, asked: bool) -> Bar | None:
    """None for whoever may decide. *asked*: as coordinator, who need be neither coach nor reviewer."""
    achievement, reviewer = known.achievements.get(known.requests[attempt.request].achievement), reviewer.casefold()
    if policy.coaches and reviewer not in policy.coaches and not asked:
        return Bar.NO_COACH
    if achievement is not None and achievement.reviewers and reviewer not in achievement.reviewers and not asked:
        return Bar.NO_REVIEWER
    if len(theirs := mailboxes(reviewer)) != 1:
        return Bar.NAMELESS
    return Bar.OWN if theirs & mailboxes(attempt.submission.recipient) else None


def names(achievement: Achievement) -> str:
    """Who may approve and revoke this badge; of many, the first."""
    return ", ".join(achievement.reviewers[:NAMED]) + (", …" if len(achievement.reviewers) > NAMED else "")
