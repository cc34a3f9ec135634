"""Which requests are past: their rows need not stand in the tab Review any more. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from bridge.model import Attempt, Known, State
from bridge.plan.policy import Policy
from bridge.plan.standing import OPEN, Standing, standing

#: Somebody is, or may be, about to do something.
_UNDER_WAY = OPEN | {Standing.APPROVED, Standing.IN_DOUBT}


def past(known: Known, now: datetime, policy: Policy) -> frozenset[str]:
    """The attempts of requests on which nothing has happened for `[review] archive_after_days`, and nothing is due.

    All rows of a request stay together. One that was returned, and never sent again, is past as well.
    """
    if policy.archive_after is None:
        return frozenset()
    unfinished = {e.attempt_id for e in known.effects.values() if e.state not in (State.DONE, State.CANCELLED)}
    busy = {known.attempts[attempt_id].request for attempt_id in unfinished if attempt_id in known.attempts}
    requests: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in known.attempts.values():
        requests[attempt.request].append(attempt)
    until = now - policy.archive_after
    return frozenset(
        attempt.id
        for number, attempts in requests.items()
        if number not in busy
        and all(last_event(known, attempt) < until for attempt in attempts)
        and all(standing(known, attempt.id) not in _UNDER_WAY for attempt in attempts)
        for attempt in attempts
    )


def last_event(known: Known, attempt: Attempt) -> datetime:
    """Return when something happened to the attempt last."""
    times = [attempt.submission.submitted_at]
    times += [decision.seen_at for decision in known.decisions.get(attempt.id, ())]
    times += [move.at for move in known.moves.get(attempt.id, ())]
    if (credential := known.credentials.get(attempt.id)) is not None:
        times += [moment for moment in (credential.issued_at, credential.revoked_at) if moment is not None]
    return max(times)
