"""The Status cell: in plain words, where a request stands and what is expected of whom."""

from __future__ import annotations

from bridge.model import (
    LOCAL,
    Acceptance,
    Attempt,
    Credential,
    Decision,
    Effect,
    EvidenceKind,
    FileAccess,
    Identity,
    Kind,
    Known,
    Order,
    State,
    Superseded,
    Verdict,
)
from bridge.plan.attempts import is_last, most_of, number_of, words_of
from bridge.plan.deeds import AT_BACKEND
from bridge.plan.guards import WITHHELD
from bridge.plan.moves import is_taken_up
from bridge.plan.names import names_of
from bridge.plan.nobody import WAITS, is_asked, why_nobody
from bridge.plan.policy import Policy
from bridge.plan.second_look import awaited, first_yes, needs
from bridge.plan.standing import Standing, not_in_use, standing, without_row
from bridge.review import NEEDS_FIX


def status_words(known: Known, attempt: Attempt, notice: str, policy: Policy, *, lacks: str = "") -> str:
    """A sentence or two. *notice* (what is wrong with the coach's choice) comes first.

    *lacks* names what the teacher has not earned yet of what comes before the badge (`pathways.still_lacking`).
    """
    at = standing(known, attempt.id)
    words = _waiting(known, attempt, policy, lacks) if at is Standing.WAITING else _WORDS[at](known, attempt, policy)
    if at is Standing.SUPERSEDED and standing(known, attempt.superseded_by) is not Standing.WAITING:
        return words  # what to do stands in the later row, and there it was done
    if at in WAITS and (gone := without_row(known, known.requests[attempt.request].achievement)):
        words += f" {gone}"
    nobody = why_nobody(known, attempt, policy)
    told = " ".join(dict.fromkeys(filter(None, (notice, nobody))))
    if (at in (Standing.WAITING, Standing.SUPERSEDED, Standing.DUPLICATE) and notice) or notice == WITHHELD:
        return told
    return f"{told} ({words})" if told else words


def unopened(known: Known, attempt: Attempt) -> list[int]:
    """The numbers of the evidence items that could not be opened when last looked at."""
    return [
        item.item
        for item in attempt.submission.evidence
        if item.kind is EvidenceKind.ODD
        or (
            item.file_id in known.files and known.files[item.file_id].access in (FileAccess.MISSING, FileAccess.TRASHED)
        )
    ]


def _waiting(known: Known, attempt: Attempt, policy: Policy, lacks: str = "") -> str:
    request = known.requests[attempt.request]
    words = [f"Waiting for a decision; still lacks: {lacks}." if lacks else "Waiting for a decision."]
    if not (is_asked(known, attempt, policy) or why_nobody(known, attempt, policy)):
        words.append("Nobody is asked to take it: have coaches named in the section [review] of the settings.")
    if not request.achievement:
        words.append(not_in_use(request.label))
    if items := unopened(known, attempt):
        which = ", ".join(map(str, items))
        share = f" Ask for it to be shared with {policy.share_with}." if policy.share_with else ""
        words.append(f"Evidence {which} can't be opened.{share}")
    if attempt.submission.consent is False:
        words.append("The privacy tick is missing: look whether a student can be recognised.")
    if attempt.version > 1:
        words.append("The answer was edited.")
    words.extend(_attempts(known, attempt))
    if not attempt.submission.verified:
        words.append("The address was typed, not verified: make sure that it is the teacher’s own.")
    return " ".join(words)


def _attempts(known: Known, attempt: Attempt) -> list[str]:
    """What a coach must know before choosing Return."""
    number, most = number_of(known, attempt), most_of(known, attempt)
    if most is None or (number == 1 and most > 1):
        return []
    last = ", the last one: it can't be returned" if is_last(known, attempt) else ""
    return [f"{words_of(number, most).capitalize()}{last}."]


def _held(known: Known, attempt: Attempt, policy: Policy) -> str:
    return "On hold until you choose again; the teacher was not told."


def _decided(known: Known, attempt: Attempt, policy: Policy) -> str:
    decision = known.decision(attempt.id)
    if decision is None:
        return _waiting(known, attempt, policy)
    at = policy.minute(decision.seen_at + policy.settle)
    by = f" by {decision.reviewer} (verified)" if decision.verified else ""
    words = f"{decision.verdict}{by} noted; it takes effect after {at}."
    if decision.verdict is Verdict.APPROVE and needs(known, attempt.id):
        return f"{words} {_of_two(first_yes(known, attempt.id), decision, policy)}"
    return f"{words} {_UNDO[policy.identity]}"


#: How whoever decided takes it back in time.
_UNDO = {
    Identity.COLUMN: "Empty the cell to take it back.",
    Identity.FORM: "To take it back, answer again: Hold.",
    Identity.TABS: "Empty the cell to take it back.",
}


def _of_two(first: Decision | None, word: Decision, policy: Policy) -> str:
    """How a yes that has not acted yet is taken back, where two are needed."""
    if first is None:
        return f"It is that of {word.reviewer}; a second one is needed after it. {_UNDO[policy.identity]}"
    if policy.identity is not Identity.COLUMN:
        return f"It is the second one, by {word.reviewer} after {first.reviewer}. {_UNDO[policy.identity]}"
    return (
        f"It is the second one, by {word.reviewer} after {first.reviewer}. To take it back, put {first.reviewer} into "
        "Reviewer again; empty the cell to take back both."
    )


def _half_approved(known: Known, attempt: Attempt, policy: Policy) -> str:
    first = first_yes(known, attempt.id)
    return awaited(first, needs(known, attempt.id), policy) if first is not None else ""


def _approved(known: Known, attempt: Attempt, policy: Policy) -> str:
    issue = known.effects.get(f"{Kind.ISSUE}:{attempt.id}")
    if issue is not None and issue.note and not issue.for_coach:
        return f"Approved; it {_waits(known, issue, policy)}"
    return "Approved; the badge is being issued." + _trouble(known, issue, policy)


def _in_doubt(known: Known, attempt: Attempt, policy: Policy) -> str:
    move = next((effect for effect in known.reissues(attempt.id) if effect.in_doubt), None)
    if move is not None:
        return "Issued; asking whether it was issued anew." + _trouble(known, move, policy)
    issue = known.effects.get(f"{Kind.ISSUE}:{attempt.id}")
    return "Approved; asking whether the badge was issued." + _trouble(known, issue, policy)


def _issued(known: Known, attempt: Attempt, policy: Policy) -> str:
    credential = known.credentials.get(attempt.id)
    day = policy.day(credential.issued_at) if credential and credential.issued_at else ""
    words = " ".join(filter(None, ("Issued", "by itself" if attempt.submission.by_itself else "", day)))
    tell = known.effects.get(f"{Kind.TELL_ISSUED}:{attempt.id}")
    publish = known.effects.get(f"{Kind.PUBLISH}:{attempt.id}")
    if tell is not None and tell.state is State.DONE:
        words += ", and mailed." + _accepted(credential)
    elif publish is not None and publish.state is not State.DONE:
        words += "; its page is not public yet." + _trouble(known, publish, policy)
    else:
        words += "; the mail is on its way." + _trouble(known, tell, policy)
    return words + _moved(known, attempt, policy) + _guessed(known, attempt)


def _accepted(credential: Credential | None) -> str:
    """What the teacher did with it at the vendor's."""
    said = {
        Acceptance.ACCEPTED: " Accepted by the teacher.",
        Acceptance.REJECTED: " The teacher turned it down there.",
        Acceptance.WAITING: " Not accepted by the teacher yet.",
    }
    return said.get(credential.acceptance, "") if credential and credential.acceptance else ""


def _moved(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Where it was issued anew last, or is to be, and what is still left to do."""
    steps = zip(known.moves.get(attempt.id, ()), known.reissues(attempt.id), strict=True)
    stand = [(move, effect) for move, effect in steps if effect.state is not State.CANCELLED]
    if not stand:
        return ""
    move, effect = stand[-1]
    what = "taken up again" if is_taken_up(known, move) else "issued anew"
    if effect.state is not State.DONE:
        return f" To be {what} {_where(move.new, policy)}.{_trouble(known, effect, policy)}"
    later = (known.effects.get(f"{kind}:{effect.subject}") for kind in _AFTER_MOVING)
    trouble = next(filter(None, (_trouble(known, effect, policy) for effect in later)), "")
    return f" {what.capitalize()} {_where(move.new, policy)}.{trouble}"


def _where(order: Order, policy: Policy) -> str:
    return f"at {policy.title(order.backend)}" if order.at_vendor else "by this bridge"


#: What follows when an award was issued anew.
_AFTER_MOVING = (Kind.PUBLISH_REISSUED, Kind.WITHDRAW, Kind.TELL_REISSUED)


def _still_stands(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Where a badge that this one replaced has not been withdrawn yet, although the award was revoked."""
    left = [order for order, credential in known.replaced(attempt.id) if credential.revoked_at is None]
    moves = {move.old.award: move for move in known.moves.get(attempt.id, ())}
    effects = (known.effects.get(moves[order.award].key(Kind.WITHDRAW)) for order in left)
    where = (f" Not withdrawn yet {_where(order, policy)}." for order in left)
    return "".join(words + _trouble(known, effect, policy) for words, effect in zip(where, effects, strict=True))


def _guessed(known: Known, attempt: Attempt) -> str:
    """A vendor was told first and last name, and nobody had said which is which. Of two words there is little doubt."""
    order = known.orders[attempt.id]
    words = f"{order.given_name} {order.family_name}".split()
    if not order.given_name or len(words) == 2 or not names_of(attempt.submission).guessed:
        return ""
    return f" The name was cut in two by guess: {order.given_name} | {order.family_name or '(nothing)'}."


def _told(known: Known, attempt: Attempt, policy: Policy, kind: Kind, words: str) -> str:
    keys = (f"{kind}:{attempt.id}/{decision.n}" for decision in known.decisions.get(attempt.id, ()))
    tells = [known.effects[key] for key in keys if key in known.effects]
    if tells and tells[-1].state is State.DONE:
        return f"{words}; the teacher was told."
    return f"{words}; the mail is on its way." + _trouble(known, tells[-1] if tells else None, policy)


def _superseded(known: Known, attempt: Attempt, policy: Policy) -> str:
    why = {
        Superseded.RESUBMITTED: "the teacher sent it again",
        Superseded.CHANGED: "the answer changed after you looked",
        Superseded.OTHER_BADGE: "the teacher asks for another badge",
        None: "",
    }[attempt.superseded_why]
    return f"Closed: {why} ({attempt.superseded_by})."


def _revoked(known: Known, attempt: Attempt, policy: Policy) -> str:
    credential = known.credentials.get(attempt.id)
    if credential is None or credential.revoked_at is None:
        return "Being revoked." + _trouble(known, known.effects.get(f"{Kind.REVOKE}:{attempt.id}"), policy)
    told = known.effects.get(f"{Kind.TELL_REVOKED}:{attempt.id}")
    after = "the teacher was told" if told and told.state is State.DONE else "the mail is on its way"
    words = f"Revoked {policy.day(credential.revoked_at)}; {after}." + _trouble(known, told, policy)
    return words + _still_stands(known, attempt, policy)


def _duplicate(known: Known, attempt: Attempt, policy: Policy) -> str:
    earlier = known.requests[attempt.request].duplicate_of
    return f"Nothing to decide: when this came in, request {earlier} already stood for this badge."


def _trouble(known: Known, effect: Effect | None, policy: Policy) -> str:
    """What keeps an effect from being done; "" if nothing does. What only a coordinator can mend is not told to all."""
    if effect is None or not effect.note or effect.state is State.DONE:
        return ""
    if effect.for_coach:
        return f" {NEEDS_FIX} {effect.note.removeprefix(NEEDS_FIX).lstrip()}"
    return f" It {_waits(known, effect, policy)}"


def _waits(known: Known, effect: Effect, policy: Policy) -> str:
    backend = known.order_of(effect).backend if effect.kind in AT_BACKEND else LOCAL
    where = f" for {policy.title(backend)}" if backend != LOCAL else ""
    return f"waits{where}. Nothing for you to do; the coordinator sees why."


_WORDS = {
    Standing.WAITING: _waiting,
    Standing.HELD: _held,
    Standing.DECIDED: _decided,
    Standing.HALF_APPROVED: _half_approved,
    Standing.APPROVED: _approved,
    Standing.IN_DOUBT: _in_doubt,
    Standing.ISSUED: _issued,
    Standing.RETURNED: lambda k, a, p: _told(k, a, p, Kind.TELL_RETURNED, Verdict.RETURN.value + "ed"),
    Standing.DECLINED: lambda k, a, p: _told(k, a, p, Kind.TELL_DECLINED, Verdict.DECLINE.value + "d"),
    Standing.SUPERSEDED: _superseded,
    Standing.REVOKED: _revoked,
    Standing.DUPLICATE: _duplicate,
}
