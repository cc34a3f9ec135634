"""Badges that two people must approve: whose yes was the first, who may say the second, and what is awaited. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.model import Achievement, Decision, Identity, Known, Verdict
from bridge.plan.policy import Policy
from bridge.wording import mailboxes

#: What may stand in the column Second look: any other coach, or the programme's coordinator and a coach.
COACH, COORDINATOR = "coach", "coordinator"

#: What the catalogue says of a badge.
MUST_TOO = {COACH: "a second coach must approve it, too", COORDINATOR: "the coordinator must approve it, too"}


def to_second_look(text: str, reviewers: tuple[str, ...], policy: Policy) -> str:
    """Read the cell; empty: one Approve is enough. Raise ValueError where no two people could approve the badge.

    *reviewers* are the badge's own.
    """
    word = " ".join(text.split()).casefold()
    if word not in ("", COACH, COORDINATOR):
        raise ValueError(f"Second look must be {COACH}, {COORDINATOR}, or empty.")
    if word == COORDINATOR and not policy.coordinator:
        raise ValueError(
            f"Second look says {COORDINATOR}, and the settings name none. Write the address into coordinator in the "
            "section [programme], or coach into this cell."
        )
    able = set(reviewers or policy.coaches)
    if word and able and len(able | ({policy.coordinator} if word == COORDINATOR else set())) < 2:
        raise ValueError(
            f"Second look says {word}, and only {next(iter(able))} may approve this badge. Name another coach in "
            "Reviewers or in the settings, or empty this cell."
        )
    return word


def needs(known: Known, attempt_id: str) -> str:
    """Who must approve besides the first: COACH, COORDINATOR, or "" where one Approve is enough."""
    achievement = known.achievements.get(known.requests[known.attempts[attempt_id].request].achievement)
    return achievement.second_look if achievement is not None else ""


def first_yes(known: Known, attempt_id: str) -> Decision | None:
    """The Approve that acted and awaits a second one, or that a second one, which has not acted yet, followed.

    Whatever else was said after it ended it. Of what was approved for good, it is the last Approve.
    """
    for decision in reversed(known.decisions.get(attempt_id, ())):
        if decision.verdict is not Verdict.APPROVE:
            return None
        if decision.enacted:
            return decision
    return None


def is_enough(known: Known, decision: Decision, policy: Policy) -> bool:
    """True if the badge is to be made once *decision*, an Approve that has settled, acts."""
    wanted = needs(known, decision.attempt_id)
    if not wanted:
        return True
    first = first_yes(known, decision.attempt_id)
    return first is not None and not why_no_second(first.reviewer, decision.reviewer, wanted, policy)


def is_first_again(first: Decision, reviewer: str, verdict: Verdict) -> bool:
    """True if the row still says what the first one said."""
    return verdict is Verdict.APPROVE and reviewer.casefold() == first.reviewer.casefold()


def why_no_second(first: str, reviewer: str, wanted: str, policy: Policy) -> str:
    """Why *reviewer* can't be the second one to approve after *first* (an address); "" if they can."""
    if mailboxes(reviewer) & mailboxes(first) or not mailboxes(reviewer):
        return f"Please let somebody else approve, too: {reviewer} and {first} are one person."
    if wanted == COORDINATOR and policy.coordinator not in (reviewer.casefold(), first.casefold()):
        if policy.identity is Identity.COLUMN:
            return f"Please let the coordinator approve, too, with {policy.coordinator or 'their address'} in Reviewer."
        return f"Please let the coordinator approve, too: {policy.coordinator or 'the settings name none'}."
    return ""


def seconds(known: Known, attempt_id: str, asked: Iterable[str], policy: Policy) -> tuple[str, ...]:
    """Those of *asked*, or the coordinator where her word is needed, who can approve after the first."""
    first, wanted = first_yes(known, attempt_id), needs(known, attempt_id)
    able = (*asked, policy.coordinator) if wanted == COORDINATOR else asked
    return tuple(one for one in dict.fromkeys(able) if first and not why_no_second(first.reviewer, one, wanted, policy))


def may_as_coordinator(achievement: Achievement | None, reviewer: str, verdict: Verdict | None, policy: Policy) -> bool:
    """True for the coordinator, where she need be no coach: to say no, or not yet, of whatever waits; and to approve a
    badge that wants exactly her word."""
    if not policy.coordinator or reviewer.casefold() != policy.coordinator or verdict is Verdict.REVOKE:
        return False
    return verdict is not Verdict.APPROVE or (achievement is not None and achievement.second_look == COORDINATOR)


def awaited(first: Decision, wanted: str, policy: Policy) -> str:
    """What Status says while the second word is awaited."""
    said = f"Approved by {first.reviewer}; "
    if not wanted:
        return said + "that is enough now."
    in_cells = policy.identity is Identity.COLUMN
    if wanted == COORDINATOR and first.reviewer.casefold() != policy.coordinator:
        how = f", with {policy.coordinator or 'their address'} in Reviewer" if in_cells else ""
        return said + f"the coordinator must approve, too{how}."
    who = "a second coach" if wanted == COACH else "a coach"
    how = ": put your own address into Reviewer, and leave Approve as it is" if in_cells else ""
    return said + f"{who} must approve, too{how}."
