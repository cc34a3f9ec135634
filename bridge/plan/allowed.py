"""Why somebody may not choose something for a request. Pure."""

from __future__ import annotations

from datetime import datetime

from bridge.model import Achievement, Identity, Known, Verdict
from bridge.plan.attempts import why_no_return
from bridge.plan.entitled import Bar, bar, names
from bridge.plan.intake import Intake
from bridge.plan.nobody import why_nobody
from bridge.plan.pathways import missing
from bridge.plan.policy import Policy
from bridge.plan.ratings import why_unknown
from bridge.plan.rescaled import why_not_rated
from bridge.plan.second_look import may_as_coordinator
from bridge.plan.standing import not_in_use
from bridge.review import Row

NO_COACH = "Please choose your address in Reviewer; only the programme's coaches may decide this."
NAMELESS = (
    "Please write your own e-mail address, and no other, into Reviewer: nobody may approve, or revoke, a badge of "
    "their own."
)
NO_COACH_THERE = (
    "Only the programme's coaches may approve or revoke this. Have somebody else named in coaches, in the section "
    "[review] of the settings: then the row goes to them."
)


def why_not_allowed(known: Known, intake: Intake, row: Row, verdict: Verdict, policy: Policy, now: datetime) -> str:
    """Why this person may not choose this for this request; "" if they may."""
    attempt = known.attempts[row.attempt_id]
    request = known.requests[attempt.request]
    achievement = known.achievements.get(request.achievement)
    reviewer = row.reviewer.casefold()
    asked = may_as_coordinator(achievement, reviewer, verdict, policy)
    if verdict in (Verdict.APPROVE, Verdict.REVOKE):
        barred = bar(known, attempt, reviewer, policy, asked=asked)
        if barred and verdict is Verdict.APPROVE and (nobody := why_nobody(known, attempt, policy)):
            return nobody
        match barred:
            case Bar.NO_COACH:
                return NO_COACH_THERE if policy.identity is Identity.TABS else NO_COACH
            case Bar.NO_REVIEWER if achievement is not None:
                return _not_a_reviewer(achievement, policy)
            case Bar.NAMELESS:
                return NAMELESS
            case Bar.OWN:
                return "Nobody may approve a request of their own: please ask another coach."
    elif policy.coaches and reviewer not in policy.coaches and not asked:
        return NO_COACH
    if verdict is Verdict.RETURN:
        return why_no_return(known, attempt) or why_unknown(achievement, row.ratings)
    if verdict is Verdict.APPROVE:
        if achievement is None:
            return not_in_use(attempt.submission.label)
        if not achievement.active:
            return f"“{achievement.name}” is switched off in the tab Badges, so it can't be approved."
        if (rival := intake.rival(request)) is not None:
            return f"Request {rival} already stands for this badge, so that nobody gets it twice."
        if sentence := why_not_rated(known, row, achievement):
            return sentence
        if achievement.prerequisites is not None:
            return missing(known, achievement, intake.attempts_of(request.recipient), now)
    return ""


def _not_a_reviewer(achievement: Achievement, policy: Policy) -> str:
    where = "Reviewer of the tab Review" if policy.identity is Identity.TABS else "Reviewer"
    return (
        f"Only the reviewers of “{achievement.name[:60]}” may decide this: {names(achievement)}. "
        f"Please let one of them choose, with that address in {where}."
    )
