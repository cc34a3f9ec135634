"""From Google's JSON to submissions, without Google."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.forms import (
    Form,
    FormSettings,
    UnreadableAnswer,
    find_questions,
    to_form,
    to_reading,
    to_submission,
    to_submissions,
)
from bridge.model import EvidenceKind

FILE = "1AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456"
ASKED = {
    "badge": "Which badge?",
    "name": "Your name",
    "links": "Links",
    "files": "Files",
    "reflection": "What changed?",
    "consent": "Privacy",
    "show": "What may be public?",
}
QUESTIONS = {role: f"q{number:06x}" for number, role in enumerate(ASKED, 1)}
FORM = Form("form-1", "Badge request", "VERIFIED", {QUESTIONS[role]: title for role, title in ASKED.items()})
SETTINGS = FormSettings("form-1", ASKED)


def texts(*values: str) -> dict[str, Any]:
    return {"textAnswers": {"answers": [{"value": value} for value in values]}}


def response(given: Mapping[str, Any] | None = None, /, **changed: Any) -> dict[str, Any]:
    by_role = {"badge": texts("First Aid"), "name": texts("Ann Lee")} | dict(given or {})
    return {
        "responseId": "ACYDBN-1",
        "createTime": "2026-11-20T08:00:00Z",
        "lastSubmittedTime": "2026-11-20T09:30:00.123456789Z",
        "respondentEmail": "Ann.Lee@District.Example",
        "answers": {QUESTIONS[role]: {"questionId": QUESTIONS[role]} | answer for role, answer in by_role.items()},
    } | changed


def read(given: Mapping[str, Any] | None = None, /, **changed: Any) -> Any:
    return to_submission(response(given, **changed), FORM, SETTINGS, QUESTIONS)


def test_a_plain_response() -> None:
    submission = read()
    assert submission.recipient == "ann.lee@district.example"
    assert submission.verified
    assert (submission.form_id, submission.response_id) == ("form-1", "ACYDBN-1")
    assert submission.stamp == "2026-11-20T09:30:00.123456789Z"
    assert submission.submitted_at == datetime(2026, 11, 20, 9, 30, 0, 123456, UTC)
    assert (submission.name, submission.label, submission.reflection) == ("Ann Lee", "First Aid", "")
    assert submission.evidence == ()
    assert submission.consent is False
    assert not submission.show_name
    assert not submission.show_evidence


def test_uploads_come_first_and_a_link_to_the_same_file_is_no_second_item() -> None:
    upload = {
        "fileUploadAnswers": {"answers": [{"fileId": FILE, "fileName": "photo\x00 1.jpg", "mimeType": "image/jpeg"}]}
    }
    links = texts(f"https://drive.google.com/open?id={FILE}\nhttps://example.org/x and my classroom\nsee above")
    items = read({"files": upload, "links": links}).evidence
    assert [(item.item, item.kind) for item in items] == [
        (1, EvidenceKind.UPLOAD),
        (2, EvidenceKind.WEB),
        (3, EvidenceKind.ODD),
    ]
    assert items[0].name == "photo 1.jpg"
    assert items[0].file_id == FILE


@pytest.mark.parametrize(
    ("ticks", "consent"),
    [
        (("No student can be identified",), True),
        (("Yes",), True),
        (("Ja, das stimmt",), True),
        (("No",), False),
        (("no.",), False),
        (("No, some faces are to be seen",), False),
        ((), False),
    ],
)
def test_consent(ticks: tuple[str, ...], consent: bool) -> None:
    assert read({"consent": texts(*ticks)}).consent is consent


def test_a_form_that_does_not_ask_for_consent_says_nothing_of_it() -> None:
    asked = {role: question for role, question in QUESTIONS.items() if role != "consent"}
    assert to_submission(response(), FORM, SETTINGS, asked).consent is None


@pytest.mark.parametrize(
    ("ticks", "name", "evidence"),
    [
        (("My name on the page",), True, False),
        (("The EVIDENCE links",), False, True),
        (("My name", "My evidence"), True, True),
        (("Unnamed is better",), False, False),
        ((), False, False),
    ],
)
def test_what_may_be_public(ticks: tuple[str, ...], name: bool, evidence: bool) -> None:
    submission = read({"show": texts(*ticks)})
    assert (submission.show_name, submission.show_evidence) == (name, evidence)


def test_the_options_of_another_language_are_set() -> None:
    settings = replace(SETTINGS, show_name="Mein Name", show_evidence="Meine Belege")
    submission = to_submission(response({"show": texts("mein  name")}), FORM, settings, QUESTIONS)
    assert (submission.show_name, submission.show_evidence) == (True, False)


def test_text_is_cleaned_and_bounded() -> None:
    answers = {"name": texts("A\x0bn\x00n\nLee " + "x" * 300), "reflection": texts("=1+1\x07\x0b" + "y" * 20_000)}
    submission = read(answers)
    assert submission.name.startswith("A nn Lee x")
    assert len(submission.name) == 200
    assert submission.reflection.startswith("=1+1\nyy")
    assert len(submission.reflection) == 10_000


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"respondentEmail": ""}, "no usable e-mail address"),
        ({"respondentEmail": "ann"}, "no usable e-mail address"),
        ({"respondentEmail": "ann@district.example\nBcc: all@x.org"}, "no usable e-mail address"),
        ({"respondentEmail": "Ann <ann@district.example>"}, "no usable e-mail address"),
        ({"respondentEmail": "a@x.org,b@x.org"}, "no usable e-mail address"),
        ({"respondentEmail": f"{'a' * 64}@{'b' * 250}.org"}, "no usable e-mail address"),
        ({"answers": {}}, "no answer to “Which badge?”"),
        ({"answers": None}, "no answer to “Which badge?”"),
        ({"answers": {QUESTIONS["badge"]: texts("  ")}}, "no answer to “Which badge?”"),
        ({"answers": {QUESTIONS["badge"]: {"textAnswers": {"answers": [{"value": 3}, "x", None]}}}}, "no answer to"),
        ({"lastSubmittedTime": "yesterday"}, "without its id or time"),
        ({"responseId": ""}, "without its id or time"),
    ],
)
def test_what_can_not_be_read_names_the_response_and_no_person(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableAnswer, match=re.escape(said)) as caught:
        read(**changed)
    assert "Badge request" in str(caught.value)
    assert "ann" not in str(caught.value)


def test_one_odd_response_does_not_stop_the_others() -> None:
    good = response(responseId="A", lastSubmittedTime="2026-11-20T10:00:00Z")
    edited = response(responseId="A", lastSubmittedTime="2026-11-20T11:00:00Z")
    early = response(responseId="B", lastSubmittedTime="2026-11-20T08:00:00Z")
    submissions, problems = to_submissions(
        [edited, response(respondentEmail=""), good, early], FORM, SETTINGS, QUESTIONS
    )
    assert [(s.response_id, s.stamp) for s in submissions] == [
        ("B", "2026-11-20T08:00:00Z"),
        ("A", "2026-11-20T11:00:00Z"),
    ]
    assert [problem.where for problem in problems] == ["form"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*QUESTIONS.values(), "answers", "value"]), inner)
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["responseId", "lastSubmittedTime", "respondentEmail", "answers"]), json_values, max_size=4
    )
)
def test_no_response_is_too_odd(changed: dict[str, Any]) -> None:
    submissions, problems = to_submissions([response(**changed)], FORM, SETTINGS, QUESTIONS)
    assert len(submissions) + len(problems) == 1


GOOGLES = {
    "formId": "form-1",
    "info": {"title": "Badge request", "documentTitle": "badges"},
    "settings": {"emailCollectionType": "VERIFIED"},
    "items": [
        {"itemId": "i0", "title": "Welcome", "textItem": {}},
        {"itemId": "i1", "title": " Which badge? ", "questionItem": {"question": {"questionId": "q1"}}},
        {"itemId": "i2", "pageBreakItem": {}},
        {
            "itemId": "i3",
            "title": "Rate",
            "questionGroupItem": {"questions": [{"questionId": "q3", "rowQuestion": {"title": "Joy"}}]},
        },
        {"itemId": "i4", "title": "Your name", "questionItem": {"question": {"questionId": "q4"}}},
        {"itemId": "i5", "title": "Your Name", "questionItem": {"question": {"questionId": "q5"}}},
    ],
}


def find(asked: dict[str, str], facts: dict[str, str] | None = None) -> tuple[dict[str, str], list[str]]:
    questions, problems = find_questions(to_form("form-1", GOOGLES), asked, facts or {})
    return questions, [problem.sentence for problem in problems]


def test_a_form_is_read_by_question_not_by_item() -> None:
    form = to_form("form-1", GOOGLES)
    assert form.titles == {"q1": "Which badge?", "q3": "Rate [Joy]", "q4": "Your name", "q5": "Your Name"}
    assert form.verified
    bare = to_form("form-1", {"formId": "form-1"})
    assert (bare.title, bare.verified, bare.titles) == ("form-1", False, {})


def test_a_question_is_found_by_title_and_kept_by_id() -> None:
    assert find({"badge": "which  badge?"}) == ({"badge": "q1"}, [])
    assert find({"badge": "q1"}) == ({"badge": "q1"}, [])
    assert find({"badge": "Renamed since"}, {"question:form-1:badge": "q1"}) == ({"badge": "q1"}, [])
    assert find({"badge": "Which badge?"}, {"question:form-1:badge": "gone"}) == ({"badge": "q1"}, [])
    assert find({"badge": "Which badge?"}, {"question:other:badge": "q4"}) == ({"badge": "q1"}, [])
    assert find({"badge": "Which badge?", "links": ""}) == ({"badge": "q1"}, [])


def test_two_questions_of_one_title() -> None:
    questions, problems = find({"badge": "q1", "name": "Your name"})
    assert questions == {"badge": "q1"}
    assert "2 questions “Your name”" in problems[0]
    assert "q4, q5" in problems[0]
    assert find({"badge": "q1", "name": "Your name"}, {"question:form-1:name": "q5"}) == (
        {"badge": "q1", "name": "q5"},
        [],
    )


def test_another_question_took_the_title() -> None:
    questions, problems = find({"badge": "Which badge?"}, {"question:form-1:badge": "q3"})
    assert questions == {"badge": "q3"}
    assert "goes on reading “Rate [Joy]”" in problems[0]
    assert find({"badge": "q1"}, {"question:form-1:badge": "q3"}) == ({"badge": "q1"}, [])


def test_a_removed_question_is_one_problem_that_names_it() -> None:
    questions, problems = find({"badge": "Gone", "name": "q4", "files": "Photos"})
    assert questions == {"name": "q4"}
    assert len(problems) == 2
    assert "no question “Gone” (badge); its answers wait." in problems[0]
    assert "no question “Photos” (files). Put it back" in problems[1]


def test_settings_without_a_badge_question() -> None:
    reading = to_reading(FORM, list, FormSettings("form-1", {}), {})
    assert "name no question for the badge" in reading.problems[0].sentence
    assert reading.submissions == ()
