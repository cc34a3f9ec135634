"""Where an attempt stands, and what a coach may choose there: one function and one table."""

from __future__ import annotations

from enum import StrEnum

from bridge.model import Kind, Known, State, Superseded, Verdict


class Standing(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    DECIDED = "decided"  # not settled: the coach may still take it back
    HALF_APPROVED = "half approved"  # by one of two who must approve
    APPROVED = "approved"  # issue not begun, or refused
    IN_DOUBT = "in doubt"  # the backend never answered
    ISSUED = "issued"
    RETURNED = "returned"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"  # begun or done
    DUPLICATE = "duplicate"  # an earlier request already stands for this badge


#: Fact: the keys of badges whose row in the tab Badges is gone, though nobody had switched them off.
WITHOUT_ROW = "badges-without-row"

#: The coach can still change the outcome by the ordinary ways: nothing has left the house.
OPEN = frozenset({Standing.WAITING, Standing.HELD, Standing.DECIDED, Standing.HALF_APPROVED})

#: A badge is on its way, or there.
GRANTED = frozenset({Standing.APPROVED, Standing.IN_DOUBT, Standing.ISSUED})


def standing(known: Known, attempt_id: str) -> Standing:
    attempt = known.attempts[attempt_id]
    if known.requests[attempt.request].duplicate_of is not None:
        return Standing.DUPLICATE
    if (granted := _granted(known, attempt_id)) is not None:
        return granted
    if attempt.superseded_by:
        return Standing.SUPERSEDED
    decision = known.decision(attempt_id)
    if decision is None:
        return Standing.WAITING
    if decision.verdict is Verdict.HOLD:
        return Standing.HELD
    if not decision.enacted:
        return Standing.DECIDED
    return {Verdict.RETURN: Standing.RETURNED, Verdict.DECLINE: Standing.DECLINED}.get(
        decision.verdict or Verdict.HOLD, Standing.HALF_APPROVED
    )


def _granted(known: Known, attempt_id: str) -> Standing | None:
    revoke = known.effects.get(f"{Kind.REVOKE}:{attempt_id}")
    if revoke is not None and revoke.state is not State.CANCELLED:
        return Standing.REVOKED
    issue = known.effects.get(f"{Kind.ISSUE}:{attempt_id}")
    if issue is None or issue.state is State.CANCELLED:
        return None
    if issue.state is State.DONE:
        return Standing.IN_DOUBT if _is_move_in_doubt(known, attempt_id) else Standing.ISSUED
    return Standing.IN_DOUBT if issue.in_doubt else Standing.APPROVED


def _is_move_in_doubt(known: Known, attempt_id: str) -> bool:
    """True while nobody knows whether the award was made anew elsewhere: to revoke it now could miss one of the two."""
    return any(effect.in_doubt for effect in known.reissues(attempt_id))


class Answer(StrEnum):
    """What becomes of a coach's choice."""

    YES = "yes"
    WITH_WORDS = "with words"  # yes, if there is feedback
    STAYS = "stays"  # it is so already, or nothing is to be done
    TAKEN_BACK = "taken back"
    NO = "no"  # the sentence is in WHY_NOT


_S, _V, _A = Standing, Verdict, Answer

#: standing → verdict → answer; None is an empty cell. What is ambiguous is forbidden, and the Status cell says why.
ANSWERS: dict[Standing, dict[Verdict | None, Answer]] = {
    standing_: dict(zip((_V.APPROVE, _V.RETURN, _V.DECLINE, _V.HOLD, _V.REVOKE, None), answers, strict=True))
    for standing_, answers in {
        _S.WAITING: (_A.YES, _A.WITH_WORDS, _A.WITH_WORDS, _A.YES, _A.NO, _A.STAYS),
        _S.HELD: (_A.YES, _A.WITH_WORDS, _A.WITH_WORDS, _A.STAYS, _A.NO, _A.TAKEN_BACK),
        _S.DECIDED: (_A.YES, _A.WITH_WORDS, _A.WITH_WORDS, _A.YES, _A.NO, _A.TAKEN_BACK),
        _S.HALF_APPROVED: (_A.YES, _A.WITH_WORDS, _A.WITH_WORDS, _A.YES, _A.NO, _A.TAKEN_BACK),
        _S.APPROVED: (_A.STAYS, _A.WITH_WORDS, _A.WITH_WORDS, _A.YES, _A.NO, _A.TAKEN_BACK),
        _S.IN_DOUBT: (_A.STAYS, _A.NO, _A.NO, _A.NO, _A.NO, _A.STAYS),
        _S.ISSUED: (_A.STAYS, _A.NO, _A.NO, _A.NO, _A.WITH_WORDS, _A.STAYS),
        _S.RETURNED: (_A.YES, _A.STAYS, _A.WITH_WORDS, _A.YES, _A.NO, _A.STAYS),
        _S.DECLINED: (_A.YES, _A.WITH_WORDS, _A.STAYS, _A.YES, _A.NO, _A.STAYS),
        _S.SUPERSEDED: (_A.NO, _A.NO, _A.NO, _A.NO, _A.NO, _A.STAYS),
        _S.REVOKED: (_A.NO, _A.NO, _A.NO, _A.NO, _A.STAYS, _A.STAYS),
        _S.DUPLICATE: (_A.NO, _A.NO, _A.NO, _A.NO, _A.NO, _A.STAYS),
    }.items()
}


def why_not(known: Known, attempt_id: str, at: Standing, verdict: Verdict) -> str:
    """The sentence that the Status cell shows for an answer of NO."""
    attempt = known.attempts[attempt_id]
    match at:
        case Standing.IN_DOUBT:
            return f"Please wait with “{verdict}”: the bridge is asking whether the badge was issued."
        case Standing.ISSUED:
            return f"“{verdict}” is not possible after issuing. To withdraw the badge choose Revoke and say why."
        case Standing.SUPERSEDED if attempt.superseded_why is Superseded.CHANGED:
            return f"The answer changed after you looked: please choose again, in row {attempt.superseded_by}."
        case Standing.SUPERSEDED:
            return f"Replaced by {attempt.superseded_by}: please decide there."
        case Standing.REVOKED:
            return "The badge was revoked. For a new one the teacher sends a new request."
        case Standing.DUPLICATE:
            earlier = known.requests[attempt.request].duplicate_of
            return f"Nothing to decide: when this came in, request {earlier} already stood for this badge."
    return "Nothing was issued, so there is nothing to revoke."


def not_in_use(label: str) -> str:
    """Say that there is no badge in force that goes by *label*."""
    return (
        f"“{label[:60]}” is not in use: the tab Badges has no row for it, or its Status there says what is missing. "
        "Have it mended there, or decline with a word."
    )


def without_row(known: Known, key: str) -> str:
    """Say that people deleted the row of the badge, if so."""
    if key not in known.facts.get(WITHOUT_ROW, "").split():
        return ""
    return (
        f"“{known.achievements[key].name[:60]}” has no row in the tab Badges any more. What it said last stays in "
        "force, so an Approve counts. Have the row put back, with no in Active if the badge is not to be had any more."
    )
