"""A desk whose coaches decide in the decision form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridge.model import Answer, AnswerReading, Identity
from bridge.plan import Learnt, Policy, Seen
from bridge.plan.catalogue import SECOND_LOOK
from tests.core.desk import Desk, submission
from tests.core.second import ANN, LISTED
from tests.core.test_badge_cells import desk_with

ID = "form-decide"
FORM = replace(LISTED, identity=Identity.FORM, decision_form=ID)
SLOW = replace(FORM, settle=timedelta(minutes=10))


@dataclass
class FormDesk(Desk):
    answers: dict[str, Answer] = field(default_factory=dict)  # by response id
    verified: bool = True
    reachable: bool = True
    acts: int = 0

    def seen(self) -> Seen:
        seen = super().seen()
        reading = AnswerReading(
            ID,
            "Decide",
            self.verified,
            counts=self.verified,
            answers=tuple(sorted(self.answers.values(), key=lambda one: (one.at, one.response_id))),
            questions={"row": "00000a01", "decision": "00000a02", "feedback": "00000a03"},
            link="https://docs.google.com/forms/d/e/decide/viewform",
        )
        is_read = self.reachable and self.policy.identity is Identity.FORM
        return replace(seen, answers=reading if is_read else None)

    def answer(self, row: str, verdict: str, words: str = "", *, by: str, at: datetime | None = None) -> str:
        """Somebody sends the form; nothing is learnt yet."""
        self.acts += 1
        response_id = f"R{self.acts:04}"
        moment = at or self.now + timedelta(microseconds=self.acts)
        self.answers[response_id] = Answer(response_id, moment, by, row, verdict, words)
        return response_id

    def edit(self, response_id: str, **changes: str) -> None:
        self.acts += 1
        moment = self.now + timedelta(microseconds=self.acts)
        self.answers[response_id] = replace(self.answers[response_id], at=moment, **changes)  # type: ignore[arg-type]

    def delete(self, response_id: str) -> None:
        del self.answers[response_id]

    def later(self, minutes: int = 10) -> Learnt:
        """The next cycle, after a while."""
        self.now += timedelta(minutes=minutes)
        return self.look()

    def status(self, attempt_id: str = "1-1") -> str:
        return self.cell(attempt_id, "Status")


def form_desk(policy: Policy = FORM, look: str = "") -> FormDesk:
    """One request, 1-1, by Ana for First Aid, whose Second look says *look*; it was shown to the coaches."""
    bare = desk_with({SECOND_LOOK: look})
    desk = FormDesk(policy, badges=bare.badges, artworks=bare.artworks)
    desk.submit(submission())
    desk.look()
    return desk


def sent(verdict: str, words: str = "", *, by: str = ANN, row: str = "1-1", desk: FormDesk | None = None) -> FormDesk:
    """A desk at which somebody answered, and the bridge came by."""
    desk = desk or form_desk()
    desk.answer(row, verdict, words, by=by)
    desk.look()
    return desk
