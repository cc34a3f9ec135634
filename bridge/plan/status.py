"""The Status cell: in plain words, where a request stands and what is expected of whom."""

from __future__ import annotations

from bridge.model import Attempt, Effect, EvidenceKind, FileAccess, Kind, Known, State, Superseded, Verdict
from bridge.plan.guards import WITHHELD
from bridge.plan.policy import Policy
from bridge.plan.standing import Standing, standing


def status_words(known: Known, attempt: Attempt, notice: str, policy: Policy) -> str:
    """A sentence or two. *notice* (what is wrong with the coach's choice) comes first."""
    at = standing(known, attempt.id)
    words = _WORDS[at](known, attempt, policy)
    if at is Standing.SUPERSEDED and standing(known, attempt.superseded_by) is not Standing.WAITING:
        return words  # what to do stands in the later row, and there it was done
    if (at in (Standing.WAITING, Standing.SUPERSEDED, Standing.DUPLICATE) and notice) or notice == WITHHELD:
        return notice
    return f"{notice} ({words})" if notice else words


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


def _waiting(known: Known, attempt: Attempt, policy: Policy) -> str:
    request = known.requests[attempt.request]
    words = ["Waiting for a decision."]
    if not request.achievement:
        words.append(f"“{request.label[:60]}” is not in the tab Badges: add it there, or decline with a word.")
    if items := unopened(known, attempt):
        which = ", ".join(map(str, items))
        share = f" Ask for it to be shared with {policy.share_with}." if policy.share_with else ""
        words.append(f"Evidence {which} can't be opened.{share}")
    if attempt.submission.consent is False:
        words.append("The privacy tick is missing: look whether a student can be recognised.")
    if attempt.version > 1:
        words.append("The answer was edited.")
    if not attempt.submission.verified:
        words.append("The address was typed, not verified: make sure that it is the teacher’s own.")
    return " ".join(words)


def _held(known: Known, attempt: Attempt, policy: Policy) -> str:
    return "On hold until you choose again; the teacher was not told."


def _decided(known: Known, attempt: Attempt, policy: Policy) -> str:
    decision = known.decision(attempt.id)
    if decision is None:
        return _waiting(known, attempt, policy)
    at = policy.minute(decision.seen_at + policy.settle)
    return f"{decision.verdict} noted; it takes effect after {at}. Empty the cell to take it back."


def _approved(known: Known, attempt: Attempt, policy: Policy) -> str:
    issue = known.effects.get(f"{Kind.ISSUE}:{attempt.id}")
    return "Approved; the badge is being issued." + _trouble(issue)


def _in_doubt(known: Known, attempt: Attempt, policy: Policy) -> str:
    return "Approved; asking whether the badge was issued." + _trouble(known.effects.get(f"{Kind.ISSUE}:{attempt.id}"))


def _issued(known: Known, attempt: Attempt, policy: Policy) -> str:
    credential = known.credentials.get(attempt.id)
    day = policy.day(credential.issued_at) if credential and credential.issued_at else ""
    words = f"Issued {day}".strip()
    tell = known.effects.get(f"{Kind.TELL_ISSUED}:{attempt.id}")
    publish = known.effects.get(f"{Kind.PUBLISH}:{attempt.id}")
    if tell is not None and tell.state is State.DONE:
        return f"{words}, and mailed."
    if publish is not None and publish.state is not State.DONE:
        return f"{words}; its page is not public yet." + _trouble(publish)
    return f"{words}; the mail is on its way." + _trouble(tell)


def _told(known: Known, attempt: Attempt, kind: Kind, words: str) -> str:
    keys = (f"{kind}:{attempt.id}/{decision.n}" for decision in known.decisions.get(attempt.id, ()))
    tells = [known.effects[key] for key in keys if key in known.effects]
    if tells and tells[-1].state is State.DONE:
        return f"{words}; the teacher was told."
    return f"{words}; the mail is on its way." + _trouble(tells[-1] if tells else None)


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
        return "Being revoked." + _trouble(known.effects.get(f"{Kind.REVOKE}:{attempt.id}"))
    told = known.effects.get(f"{Kind.TELL_REVOKED}:{attempt.id}")
    after = "the teacher was told" if told and told.state is State.DONE else "the mail is on its way"
    return f"Revoked {policy.day(credential.revoked_at)}; {after}." + _trouble(told)


def _duplicate(known: Known, attempt: Attempt, policy: Policy) -> str:
    earlier = known.requests[attempt.request].duplicate_of
    return f"Nothing to decide: when this came in, request {earlier} already stood for this badge."


def _trouble(effect: Effect | None) -> str:
    """What keeps an effect from being done, for people; "" if nothing does."""
    if effect is None or not effect.note or effect.state is State.DONE:
        return ""
    cure = f" Then the coordinator runs: badge-bridge retry {effect.request}" if effect.state is State.STUCK else ""
    return f" {effect.note}{cure}"


_WORDS = {
    Standing.WAITING: _waiting,
    Standing.HELD: _held,
    Standing.DECIDED: _decided,
    Standing.APPROVED: _approved,
    Standing.IN_DOUBT: _in_doubt,
    Standing.ISSUED: _issued,
    Standing.RETURNED: lambda k, a, p: _told(k, a, Kind.TELL_RETURNED, Verdict.RETURN.value + "ed"),
    Standing.DECLINED: lambda k, a, p: _told(k, a, Kind.TELL_DECLINED, Verdict.DECLINE.value + "d"),
    Standing.SUPERSEDED: _superseded,
    Standing.REVOKED: _revoked,
    Standing.DUPLICATE: _duplicate,
}
