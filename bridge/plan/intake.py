"""Form responses become requests, further attempts, or new versions of an open attempt.

Every response is compared with what is known each time, so a missed change does not exist, and the order in which
responses arrive makes no difference: they are taken in the order in which people sent them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from bridge.model import (
    Attempt,
    Evidence,
    FileAccess,
    FormReading,
    Kind,
    Known,
    Request,
    Submission,
    Superseded,
    Verdict,
)
from bridge.plan.draft import Draft
from bridge.plan.expiry import has_lapsed
from bridge.plan.standing import GRANTED, OPEN, Standing, standing
from bridge.review import fold


def response_of(attempt: Attempt) -> tuple[str, str]:
    return attempt.submission.form_id, attempt.submission.response_id


def bears_its_response(known: Known, attempt: Attempt) -> bool:
    """False for an attempt whose response went over to a later attempt when it was edited."""
    successor = known.attempts.get(attempt.superseded_by)
    return successor is None or response_of(successor) != response_of(attempt)


class Intake:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        known = draft.known
        self.by_response = {response_of(a): a.id for a in known.attempts.values() if bears_its_response(known, a)}
        self.latest: dict[int, Attempt] = {}
        for attempt in known.attempts.values():
            if attempt.request not in self.latest or self.latest[attempt.request].n < attempt.n:
                self.latest[attempt.request] = attempt
        self.of_person: dict[str, list[int]] = defaultdict(list)
        for number, request in sorted(known.requests.items()):
            self.of_person[request.recipient].append(number)
        self.next_number = max(known.requests, default=0) + 1

    def take(self, submissions: Iterable[Submission]) -> None:
        for submission in sorted(submissions, key=lambda s: (s.submitted_at, s.form_id, s.response_id, s.stamp)):
            earlier = self.by_response.get((submission.form_id, submission.response_id))
            if earlier is None:
                self._new_response(submission)
            else:
                self._known_response(self.draft.known.attempts[earlier], submission)

    def key_of(self, label: str) -> str:
        return self.draft.known.labels.get(fold(label), "")

    def _new_response(self, submission: Submission) -> Attempt:
        """A response never seen: a further attempt at the same badge, a duplicate, or a new request."""
        for number in reversed(self.of_person[submission.recipient]):
            request = self.draft.known.requests[number]
            if request.duplicate_of is not None or not self._same_badge(request, submission.label):
                continue
            at = standing(self.draft.known, self.latest[number].id)
            if at in OPEN or at is Standing.RETURNED:
                return self.next_attempt(self.latest[number], submission, Superseded.RESUBMITTED)
            if at in GRANTED and not self._has_lapsed(number):
                return self._new_request(submission, duplicate_of=number)
        return self._new_request(submission)

    def _same_badge(self, request: Request, label: str) -> bool:
        key = self.key_of(label)
        return request.achievement == key if key else fold(request.label) == fold(label)

    def rival(self, request: Request) -> int | None:
        """Another request of this person that stands for the same badge: its number, if it is approved or issued."""
        known = self.draft.known
        for number in self.of_person[request.recipient]:
            other, attempt_id = known.requests[number], self.latest[number].id
            if number == request.number or other.achievement != request.achievement:
                continue
            decision, at = known.decision(attempt_id), standing(known, attempt_id)
            said_yes = decision is not None and decision.verdict is Verdict.APPROVE
            approved = at in (Standing.DECIDED, Standing.HALF_APPROVED) and said_yes
            if approved or (at in GRANTED and not self._has_lapsed(number)):
                return number
        return None

    def attempts_of(self, recipient: str) -> list[str]:
        """The ids of all attempts of a person, in all requests."""
        numbers = self.of_person.get(recipient, ())
        return [f"{number}-{n}" for number in numbers for n in range(1, self.latest[number].n + 1)]

    def _has_lapsed(self, number: int) -> bool:
        return has_lapsed(self.draft.known, self.latest[number].id, self.draft.now)

    def _known_response(self, original: Attempt, submission: Submission) -> None:
        """A response seen before: unchanged, or edited by the teacher."""
        if submission.stamp in (original.submission.stamp, original.late_stamp):
            return
        known = self.draft.known
        attempt = original
        if original.superseded_by and original.superseded_why is not Superseded.OTHER_BADGE:
            attempt = self.latest[original.request]
        at = standing(known, attempt.id)
        if at is Standing.DUPLICATE and not self._asks_for_something_else(attempt, submission):
            self._store(replace(attempt, submission=submission, version=attempt.version + 1))
        elif at is Standing.RETURNED or (at in OPEN and attempt is not original):
            self.next_attempt(attempt, submission, Superseded.RESUBMITTED)
        elif at not in OPEN and at is not Standing.DUPLICATE:
            self._too_late(original, attempt, submission)
        elif self._asks_for_something_else(attempt, submission):
            self._supersede(attempt, self._new_response(submission), Superseded.OTHER_BADGE)
        elif at is Standing.HALF_APPROVED:  # the first of two approved another answer
            self.next_attempt(attempt, submission, Superseded.CHANGED, tell=False)
        else:
            self._store(replace(attempt, submission=submission, version=attempt.version + 1))
            self.draft.event(attempt.id, "answer edited", f"version {attempt.version + 1}")

    def _asks_for_something_else(self, attempt: Attempt, submission: Submission) -> bool:
        request = self.draft.known.requests[attempt.request]
        return request.recipient != submission.recipient or not self._same_badge(request, submission.label)

    def _too_late(self, original: Attempt, decided: Attempt, submission: Submission) -> None:
        """The answer was edited after the decision on *decided* had acted: nothing changes, and the teacher is told."""
        self.draft.attempt(replace(original, late_stamp=submission.stamp))
        self.draft.event(decided.id, "edited after the decision", "the answer was not taken; the teacher is told")
        self.draft.plan(Kind.TELL_LATE_EDIT, subject=decided.id)

    def _new_request(self, submission: Submission, duplicate_of: int | None = None) -> Attempt:
        number, self.next_number = self.next_number, self.next_number + 1
        self.draft.request(
            Request(
                number=number,
                recipient=submission.recipient,
                label=submission.label,
                achievement=self.key_of(submission.label),
                created_at=submission.submitted_at,
                duplicate_of=duplicate_of,
            )
        )
        self.of_person[submission.recipient].append(number)
        attempt = Attempt(request=number, n=1, submission=submission)
        self._store(attempt)
        self.draft.event(attempt.id, "received", f"duplicate of {duplicate_of}" if duplicate_of else "")
        self.draft.plan(Kind.TELL_DUPLICATE if duplicate_of else Kind.TELL_RECEIVED, subject=attempt.id)
        return attempt

    def next_attempt(self, attempt: Attempt, submission: Submission, why: Superseded, *, tell: bool = True) -> Attempt:
        successor = Attempt(request=attempt.request, n=attempt.n + 1, submission=submission)
        self._supersede(attempt, successor, why)
        self._store(successor)
        self.draft.event(successor.id, "received", f"{why}, replaces {attempt.id}")
        if tell:
            self.draft.plan(Kind.TELL_RECEIVED, subject=successor.id)
        return successor

    def _supersede(self, attempt: Attempt, successor: Attempt, why: Superseded) -> None:
        """Close *attempt* in favour of *successor*; a word about it that had not acted yet is void, and so is the
        first yes of two."""
        at = standing(self.draft.known, attempt.id)
        self.draft.attempt(replace(attempt, superseded_by=successor.id, superseded_why=why))
        decision = self.draft.known.decision(attempt.id)
        if decision is not None and (not decision.enacted or at is Standing.HALF_APPROVED):
            void = replace(decision, n=decision.n + 1, verdict=None, seen_at=self.draft.now)
            self.draft.decide(void)
            what = "decision" if decision.verdict is not Verdict.HOLD else "hold"
            self.draft.event(attempt.id, f"{what} void", f"replaced by {successor.id}")

    def _store(self, attempt: Attempt) -> None:
        self.draft.attempt(attempt)
        self.latest[attempt.request] = attempt
        self.by_response[response_of(attempt)] = attempt.id


def wanted_evidence(forms: Iterable[FormReading], known: Known) -> list[Evidence]:
    """The items whose files must be looked at: of new and edited answers, and what did not open before."""
    stamps = {
        response_of(a): (a.submission.stamp, a.late_stamp)
        for a in known.attempts.values()
        if bears_its_response(known, a)
    }
    items = [
        item
        for form in forms
        for submission in form.submissions
        if submission.stamp not in stamps.get((submission.form_id, submission.response_id), ())
        for item in submission.evidence
    ]
    for attempt in known.attempts.values():
        if attempt.submission.evidence and standing(known, attempt.id) in OPEN:
            items.extend(attempt.submission.evidence)
    opened = {file_id for file_id, file in known.files.items() if file.access is FileAccess.OPENS}
    return list({item.file_id: item for item in items if item.file_id and item.file_id not in opened}.values())


def resolve_labels(draft: Draft) -> None:
    """Give requests whose badge was unknown their achievement, once the catalogue has it."""
    for request in list(draft.known.requests.values()):
        if not request.achievement and (key := draft.known.labels.get(fold(request.label), "")):
            draft.request(replace(request, achievement=key))
