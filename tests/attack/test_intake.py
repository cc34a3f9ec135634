"""Whatever comes from Google, or through it from people: read, or told of; nothing stops what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.drive import _target as target_of
from bridge.drive import _unusable as unusable
from bridge.drive import to_facts
from bridge.forms import Form, FormSettings, to_submissions
from bridge.model import Evidence, EvidenceKind, FileAccess
from bridge.sheets import to_values

FORM = Form("f", "Requests", "VERIFIED", {"q1": "Badge", "q2": "Name"})
SETTINGS = FormSettings("f", {"badge": "Badge", "name": "Name", "links": "q1", "files": "q1"})
QUESTIONS = {"badge": "q1", "name": "q2", "links": "q1", "files": "q1"}
GOOD = {
    "responseId": "good",
    "lastSubmittedTime": "2026-11-20T08:00:00Z",
    "respondentEmail": "ana@district.example",
    "answers": {"q1": {"textAnswers": {"answers": [{"value": "First Aid"}]}}},
}

WORDS = st.one_of(
    st.text(alphabet=st.characters(), max_size=20),  # lone surrogates and control characters included
    st.sampled_from(
        [
            "2026-11-20T08:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-20\ud80008:00:00",
            "\ud800",
            "https://a.example/",
            "a@b.example",
            "İ@b.example",
            "application/vnd.google-apps.shortcut",
            "image/png",
        ]
    ),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS)
NAMES = st.sampled_from(["textAnswers", "answers", "value", "fileUploadAnswers", "fileId", "fileName", "q1", "q2"])
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
RESPONSES = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "responseId": st.one_of(WORDS, JSON),
            "lastSubmittedTime": st.one_of(WORDS, JSON),
            "respondentEmail": st.one_of(st.just("a@b.example"), WORDS, JSON),
            "answers": st.one_of(st.just(GOOD["answers"]), JSON),
        },
    ),
)
FILES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ["name", "mimeType", "size", "trashed", "webViewLink", "version", "sha256Checksum", "shortcutDetails"],
        st.one_of(WORDS, JSON),
    ),
)
thorough = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from texts(getattr(value, part.name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts(pair)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def assert_clean(value: object) -> None:
    """No ledger, sheet or mail takes a lone surrogate; a NUL is refused by PostgreSQL."""
    for text in texts(value):
        text.encode()
        assert "\0" not in text


@thorough
@given(RESPONSES)
def test_an_odd_response_never_stops_the_one_beside_it(response: Any) -> None:
    submissions, problems = to_submissions([response, GOOD], FORM, SETTINGS, QUESTIONS)
    assert "good" in [submission.response_id for submission in submissions]
    assert len(submissions) + len(problems) == 2
    assert_clean(submissions)
    assert_clean(problems)


@thorough
@given(FILES)
def test_odd_facts_about_a_file_are_read_as_far_as_they_go(answer: dict[str, Any]) -> None:
    facts = to_facts("0123456789", answer, FileAccess.MISSING)
    assert_clean(facts)
    assert all(len(text) <= 500 for text in texts(facts))
    assert_clean(unusable(Evidence(1, EvidenceKind.DRIVE, "https://a.example", "0123456789"), answer, "robot"))
    assert_clean(target_of(answer) or ())


@thorough
@given(st.lists(st.lists(LEAVES, max_size=4), max_size=3))
def test_any_cell_of_a_sheet_is_read_as_text(rows: list[list[object]]) -> None:
    answer = {"valueRanges": [{"valueRange": {"values": rows}, "dataFilters": [{"gridRange": {"sheetId": 7}}]}]}
    values = to_values(answer)
    assert [len(row) for row in values[7]] == [len(row) for row in rows]
    assert_clean(values)
