"""The note on the ID of a row: what has happened to the request up to this attempt, in a few lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bridge.model import Attempt, Decision, Known, Verdict
from bridge.plan.policy import Policy
from bridge.plan.ratings import say_ratings
from bridge.ports import Change
from bridge.review import Row
from bridge.wording import one_line

#: Fact: the attempts whose rows are to bear another note, whatever Status says; Google does not tell notes with values.
DUE = "notes-due"

#: So many lines, the newest, and so many characters of a coach's words.
MOST_LINES, LONGEST_WORDS = 16, 160

_DEEDS = {
    Verdict.APPROVE: "approved",
    Verdict.RETURN: "returned",
    Verdict.DECLINE: "declined",
    Verdict.HOLD: "put on hold",
    Verdict.REVOKE: "to be revoked",
    None: "decision taken back",
}


def history_note(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Return the note: days as the programme counts them, what happened, who decided, and in which words."""
    before = (known.attempts.get(f"{attempt.request}-{n}") for n in range(1, attempt.n + 1))
    lines = [line for one in before if one is not None for line in _lines(known, one, policy)]
    cut = ["…"] if len(lines) > MOST_LINES else []
    return "\n".join([f"Request {attempt.request}", *cut, *lines[-MOST_LINES:]])


def due_notes(known: Known) -> frozenset[str]:
    return frozenset(known.facts.get(DUE, "").split())


def with_changed(before: Known, after: Known, policy: Policy) -> str:
    """Return the fact, with the attempts of which *after* tells more than *before* did, to whom a row was shown."""
    touched = {
        attempt.request
        for key, attempt in after.attempts.items()
        if before.attempts.get(key) is not attempt or before.decisions.get(key) is not after.decisions.get(key)
    }
    shown = (after.attempts[key] for key in before.shown if key in after.attempts)
    changed = {
        one.id
        for one in shown
        if one.request in touched and history_note(before, one, policy) != history_note(after, one, policy)
    }
    return " ".join(sorted(due_notes(before) | changed))


def left_due(known: Known, tabs: Iterable[tuple[Mapping[str, Row], Change]]) -> str:
    """Return the fact once each tab's *change* is made: a row that was not noted is still due."""
    due, left = due_notes(known), set[str]()
    for rows, change in tabs:
        noted = {note.row for note in change.notes}
        left |= {key for key in due & rows.keys() if rows[key].position not in noted}
    return " ".join(sorted(left))


def _lines(known: Known, attempt: Attempt, policy: Policy) -> Iterator[str]:
    edited = ", edited since" if attempt.version > 1 else ""
    yield f"{policy.day(attempt.submission.submitted_at)} {attempt.id} received{edited}"
    last: tuple[object, ...] = ()
    for decision in known.decisions.get(attempt.id, ()):
        said = (decision.verdict, decision.feedback, decision.ratings, decision.verdict and decision.reviewer)
        if said != last:
            yield f"{policy.day(decision.seen_at)} {attempt.id} {_said(decision)}"
        last = said
    credential = known.credentials.get(attempt.id)
    if credential is not None and credential.issued_at is not None:
        yield f"{policy.day(credential.issued_at)} {attempt.id} badge issued"
    if credential is not None and credential.revoked_at is not None:
        yield f"{policy.day(credential.revoked_at)} {attempt.id} badge revoked"


def _said(decision: Decision) -> str:
    proven = " (verified)" if decision.verified else ""
    by = f" by {one_line(decision.reviewer, 80)}{proven}" if decision.reviewer and decision.verdict else ""
    words = one_line(decision.feedback, LONGEST_WORDS) if decision.verdict else ""
    rated = f" ({say_ratings(decision.ratings)})" if decision.ratings and decision.verdict else ""
    return f"{_DEEDS[decision.verdict]}{by}" + (f": “{words}”" if words else "") + rated
