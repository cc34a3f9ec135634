"""The decision form: coaches answer it with an address that Google verified. Each response becomes an Answer.

Google does not tell of a response how its address was collected, only how the form collects them now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bridge.form_answers import (
    LONGEST_NAME,
    Form,
    Json,
    edit_address,
    first_of,
    texts_of,
    to_address,
    to_line,
    to_text,
    to_time,
)
from bridge.forms import find_questions, get_form, responses_of
from bridge.google import Google
from bridge.model import Answer, AnswerReading, Problem, Verdict
from bridge.review import to_verdict

#: What the form asks; the first three must be there.
ROLES = ("row", "decision", "feedback", "ratings")
NEEDED = ROLES[:3]

LONGEST_FEEDBACK, LONGEST_RATINGS = 10_000, 2_000

#: Where its problems are.
WHERE = "decision form"


@dataclass(frozen=True, slots=True)
class DecisionFormSettings:
    """What config says of it. `questions`: role → title or question id; an empty one is not asked."""

    id: str
    questions: Mapping[str, str] = field(default_factory=dict)


def read_decision_form(google: Google, settings: DecisionFormSettings, facts: Mapping[str, str]) -> AnswerReading:
    """Read it whole: one forms.get, and one responses.list for each 5,000 answers. Raises TryLater or Refused."""
    form = get_form(google, settings.id)
    return to_answer_reading(form, lambda: responses_of(google, form), settings, facts)


def to_answer_reading(
    form: Form, responses: Callable[[], Iterable[Json]], settings: DecisionFormSettings, facts: Mapping[str, str]
) -> AnswerReading:
    """Read a form. *responses* are asked for only where they count."""
    questions, found = find_questions(form, settings.questions, facts, ROLES, NEEDED)
    problems = [replace(problem, where=WHERE) for problem in found]
    if not form.verified:
        problems.append(_unverified(form))
    counts = form.verified and all(role in questions for role in NEEDED)
    answers = tuple(to_answers(responses(), questions)) if counts else ()
    told = (answers, questions, tuple(problems), form.link, tuple(_remarks(form, questions)))
    return AnswerReading(form.id, form.title, form.verified, counts, *told)


def to_answers(responses: Iterable[Json], questions: Mapping[str, str]) -> list[Answer]:
    """All that can be read, each once, in the order in which people sent them; nobody can send any other by hand."""
    latest: dict[str, Answer] = {}
    for response in responses:
        answer = _to_answer(response, questions) if isinstance(response, Mapping) else None
        if answer is not None:
            known = latest.get(answer.response_id)
            if known is None or known.at < answer.at:
                latest[answer.response_id] = answer
    return sorted(latest.values(), key=lambda one: (one.at, one.response_id))


def _to_answer(response: Json, questions: Mapping[str, str]) -> Answer | None:
    response_id = to_line(response.get("responseId"), LONGEST_NAME)
    at = to_time(to_line(response.get("lastSubmittedTime"), LONGEST_NAME))
    if not response_id or at is None:
        return None
    texts = {role: texts_of(response, question_id) for role, question_id in questions.items()}
    return Answer(
        response_id=response_id,
        at=at,
        reviewer=to_address(response.get("respondentEmail")),
        row=to_line(first_of(texts, "row"), LONGEST_NAME),
        verdict=to_line(first_of(texts, "decision"), LONGEST_NAME),
        feedback=to_text("\n".join(texts.get("feedback", ())), LONGEST_FEEDBACK),
        ratings=to_text("\n".join(texts.get("ratings", ())), LONGEST_RATINGS),
    )


def _remarks(form: Form, questions: Mapping[str, str]) -> Iterator[str]:
    """What keeps coaches from answering as it is meant, although the questions are there."""
    asked: dict[str, Json] = {}
    for item in form.items:
        question = item.get("questionItem", {}).get("question", {})
        asked[str(question.get("questionId", ""))] = question
    row, decision = (asked.get(questions.get(role, "")) for role in ("row", "decision"))
    if row is not None and "textQuestion" not in row:
        title = form.titles[questions["row"]]
        yield f"“{title}” is no short answer, so the link in the row can't fill it in. Make it one."
    if decision is not None:
        options = [str(one.get("value", "")) for one in decision.get("choiceQuestion", {}).get("options", ())]
        offered = {to_verdict(option) for option in options}
        lacks = [verdict.value for verdict in Verdict if verdict not in offered]
        if lacks:
            title = form.titles[questions["decision"]]
            yield f"“{title}” does not offer {', '.join(lacks)}. Make it a choice of: {', '.join(Verdict)}."
        if odd := [option for option in options if to_verdict(option) is None]:
            yield f"“{to_line(odd[0], 60)}” is no decision that the bridge understands. Take it out of the form."


def _unverified(form: Form) -> Problem:
    what = "lets people type any address" if form.collection == "RESPONDER_INPUT" else "collects no addresses"
    return Problem(
        WHERE,
        f"The decision form “{form.title}” {what}, so nobody knows who decided, and no decision is taken. Open "
        f"{edit_address(form.id)}, Settings, Responses, Collect email addresses, and choose Verified.",
        blocking=True,
    )
