"""From Google's JSON to answers that decide, without Google."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.decision_form import LONGEST_FEEDBACK, DecisionFormSettings, to_answer_reading
from bridge.form_answers import to_form
from bridge.model import AnswerReading, Verdict

TITLES = {"row": "Which request?", "decision": "Your decision", "feedback": "Words for the teacher"}
IDS = {"row": "00000a01", "decision": "00000a02", "feedback": "00000a03", "ratings": "00000a04"}
SETTINGS = DecisionFormSettings("form-d", TITLES)


def form(collection: str = "VERIFIED", *, options: list[str] | None = None, row: str = "textQuestion") -> Any:
    kinds: dict[str, Any] = {
        "row": {row: {}},
        "decision": {"choiceQuestion": {"options": [{"value": one} for one in options or list(Verdict)]}},
        "feedback": {"textQuestion": {"paragraph": True}},
    }
    items = [
        {"title": TITLES[role], "questionItem": {"question": {"questionId": IDS[role], **kind}}}
        for role, kind in kinds.items()
    ]
    return to_form(
        "form-d",
        {"info": {"title": "Decide"}, "settings": {"emailCollectionType": collection}, "items": items},
    )


def response(given_: Mapping[str, str] | None = None, /, **changed: Any) -> dict[str, Any]:
    texts = {"row": "41-1", "decision": "Approve", **(given_ or {})}
    return {
        "responseId": "R1",
        "lastSubmittedTime": "2026-11-22T12:00:00.123456789Z",
        "respondentEmail": "Cleo@District.Example",
        "answers": {IDS[role]: {"textAnswers": {"answers": [{"value": text}]}} for role, text in texts.items()},
    } | changed


def read(*responses: object, **how: Any) -> AnswerReading:
    return to_answer_reading(form(**how), lambda: responses, SETTINGS, {})  # type: ignore[arg-type,return-value]


def test_a_plain_answer() -> None:
    reading = read(response({"feedback": " Well done\r\n"}))
    (answer,) = reading.answers
    assert (answer.row, answer.verdict, answer.feedback) == ("41-1", "Approve", "Well done")
    assert answer.reviewer == "cleo@district.example"
    assert f"{answer.at:%Y-%m-%d %H:%M:%S.%f}" == "2026-11-22 12:00:00.123456"
    assert (reading.counts, reading.problems, reading.remarks) == (True, (), ())
    assert reading.questions == {role: IDS[role] for role in TITLES}


@pytest.mark.parametrize("collection", ["RESPONDER_INPUT", "DO_NOT_COLLECT", ""])
def test_where_addresses_are_not_verified_no_answer_is_even_read(collection: str) -> None:
    def asked() -> list[dict[str, Any]]:
        raise AssertionError("the answers were asked for")

    reading = to_answer_reading(form(collection), asked, SETTINGS, {})
    assert (reading.verified, reading.counts, reading.answers) == (False, False, ())
    (problem,) = reading.problems
    assert problem.blocking
    assert problem.sentence.endswith("Collect email addresses, and choose Verified.")


def test_a_question_that_is_lost_is_a_problem_and_nothing_counts() -> None:
    settings = DecisionFormSettings("form-d", {**TITLES, "row": "Which one?"})
    reading = to_answer_reading(form(), lambda: [response()], settings, {})
    assert (reading.verified, reading.counts, reading.answers) == (True, False, ())
    (problem,) = reading.problems
    assert (problem.where, problem.blocking) == ("decision form", True)
    assert "no question “Which one?” (row); its answers wait" in problem.sentence
    found = to_answer_reading(form(), lambda: [response()], settings, {"question:form-d:row": IDS["row"]})
    assert [one.row for one in found.answers] == ["41-1"]  # renamed since it was found


def test_of_one_response_told_twice_the_later_counts_and_all_come_in_the_order_of_time() -> None:
    first, last = "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"
    later = response({"decision": "Hold"}, lastSubmittedTime=last)
    other = response(responseId="R2", lastSubmittedTime="2026-11-22T12:30:00Z")
    answers = read(later, other, response(lastSubmittedTime=first)).answers
    assert [(one.response_id, one.verdict) for one in answers] == [("R2", "Approve"), ("R1", "Hold")]


@pytest.mark.parametrize(
    "odd", [None, 7, [], {}, {"responseId": "R9"}, response(lastSubmittedTime="soon"), response(responseId="")]
)
def test_what_is_no_response_stops_no_other(odd: object) -> None:
    assert [one.response_id for one in read(odd, response()).answers] == ["R1"]


@pytest.mark.parametrize("address", [None, "", "cleo", "a@b@c.example", "cleo@district.example\nBcc: x@y.example", 5])
def test_an_address_that_is_none_is_nobodys(address: object) -> None:
    (answer,) = read(response(respondentEmail=address)).answers
    assert answer.reviewer == ""


@given(st.dictionaries(st.sampled_from(list(TITLES)), st.text(max_size=300)))
def test_hostile_words_are_cleaned_and_bounded(texts: dict[str, str]) -> None:
    (answer,) = read(response({**texts, "feedback": texts.get("feedback", "") * 100})).answers
    assert len(answer.feedback) <= LONGEST_FEEDBACK
    assert len(answer.row) <= 200
    assert "\n" not in answer.row + answer.verdict
    assert "\x00" not in answer.row + answer.verdict + answer.feedback


def test_remarks_say_what_coaches_could_not_answer() -> None:
    reading = read(options=["approved", "Return", "Decline", "Hold", "Maybe"], row="scaleQuestion")
    assert reading.counts
    no_words, lacks, odd = reading.remarks
    assert no_words.startswith("“Which request?” is no short answer")
    assert lacks.startswith("“Your decision” does not offer Revoke. Make it a choice of: Approve, Return")
    assert odd == "“Maybe” is no decision that the bridge understands. Take it out of the form."
