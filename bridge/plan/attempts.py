"""How often a teacher has tried, and whether a coach may ask for one more attempt."""

from __future__ import annotations

from bridge.model import Attempt, Known, Verdict


def number_of(known: Known, attempt: Attempt) -> int:
    """Which attempt of the teacher's this is: one more than how often the request was returned before.

    An answer that was edited, or sent twice before anybody looked, takes none away: nobody had asked for more.
    """
    return 1 + sum(_was_returned(known, f"{attempt.request}-{n}") for n in range(1, attempt.n))


def most_of(known: Known, attempt: Attempt) -> int | None:
    """How many attempts the catalogue allows at this badge at present; None: as many as it takes."""
    achievement = known.achievements.get(known.requests[attempt.request].achievement)
    return achievement.most_attempts if achievement else None


def words_of(number: int, most: int | None) -> str:
    """Return “attempt 2 of 3”; “attempt 2” where there is no limit, or where it was lowered since."""
    return f"attempt {number} of {most}" if most and number <= most else f"attempt {number}"


def is_last(known: Known, attempt: Attempt) -> bool:
    """True where a Return would promise an attempt that the badge does not allow."""
    most = most_of(known, attempt)
    return most is not None and number_of(known, attempt) >= most


def why_no_return(known: Known, attempt: Attempt) -> str:
    """The sentence for a coach who chose Return at the last attempt; "" at any other."""
    if not is_last(known, attempt):
        return ""
    number, most = number_of(known, attempt), most_of(known, attempt)
    allowed = f", and this badge allows {most}" if most and number > most else ""
    return f"This was {words_of(number, most)}{allowed}: choose Approve or Decline."


def _was_returned(known: Known, attempt_id: str) -> bool:
    return any(d.enacted and d.verdict is Verdict.RETURN for d in known.decisions.get(attempt_id, ()))
