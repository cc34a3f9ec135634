"""Google's documents hold every request and every answer: paths, queries, masks, bodies."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from bridge.sandbox.assumptions import RULES, missing
from bridge.sandbox.contract import Problem, check_query, check_request, check_response
from bridge.sandbox.documents import SERVICES, load
from bridge.sandbox.errors import bad_body, bad_query, refusal
from bridge.sandbox.masks import BadMask, check_mask, parse_mask, project

SHEETS, DRIVE, FORMS, GMAIL = (
    "sheets.googleapis.com",
    "www.googleapis.com",
    "forms.googleapis.com",
    "gmail.googleapis.com",
)


@pytest.mark.parametrize(
    ("verb", "host", "path", "method", "params"),
    [
        ("GET", DRIVE, "/drive/v3/files/a%20b", "drive.files.get", {"fileId": "a b"}),
        ("GET", DRIVE, "/drive/v3/files/generateIds", "drive.files.generateIds", {}),
        ("POST", DRIVE, "/upload/drive/v3/files", "drive.files.create", {}),
        ("PUT", DRIVE, "/resumable/upload/drive/v3/files", "drive.files.create", {}),
        ("GET", SHEETS, "/v4/spreadsheets/s/values:batchGet", "sheets.spreadsheets.values.batchGet", {}),
        (
            "GET",
            SHEETS,
            "/v4/spreadsheets/s/values/A%2FB%21A1%3AB2",
            "sheets.spreadsheets.values.get",
            {"range": "A/B!A1:B2"},
        ),
        (
            "POST",
            SHEETS,
            "/v4/spreadsheets/s/values/A1:B2:append",
            "sheets.spreadsheets.values.append",
            {"range": "A1:B2"},
        ),
        ("POST", SHEETS, "/v4/spreadsheets/s:batchUpdate", "sheets.spreadsheets.batchUpdate", {}),
        ("GET", FORMS, "/v1/forms/f/responses/r", "forms.forms.responses.get", {"formId": "f", "responseId": "r"}),
        ("POST", GMAIL, "/gmail/v1/users/me/drafts/send", "gmail.users.drafts.send", {"userId": "me"}),
    ],
)
def test_an_address_leads_to_one_method(verb: str, host: str, path: str, method: str, params: dict[str, str]) -> None:
    found = load().match(verb, host, path)
    assert found is not None
    assert found.method.id == method
    assert params.items() <= found.params.items()


@pytest.mark.parametrize(
    ("verb", "host", "path"),
    [
        ("GET", DRIVE, "/drive/v2/files/a"),
        ("PUT", DRIVE, "/drive/v3/files/a"),
        ("GET", FORMS, "/drive/v3/files/a"),
        ("GET", FORMS, "/v1/forms/"),
    ],
)
def test_an_address_that_google_does_not_have(verb: str, host: str, path: str) -> None:
    assert load().match(verb, host, path) is None


def test_every_method_is_found_by_its_own_address() -> None:
    documents = load()
    assert len(documents.by_name) == len(SERVICES)
    for method in documents.methods.values():
        path = method.path
        for name in method.params:
            path = path.replace(f"{{{name}}}", f"x{name}")
        found = documents.match(method.verb, method.document.host, path)
        assert found is not None
        assert found.method is method


def query(method: str, **params: str) -> tuple[dict[str, Any], list[str]]:
    checked = check_query(load().methods[method], params.items())
    return checked.params, [str(problem) for problem in checked.problems]


def test_a_query_is_typed_and_filled_with_defaults() -> None:
    params, problems = query("drive.files.list", pageSize="7", supportsAllDrives="True")
    assert problems == []
    assert (params["pageSize"], params["supportsAllDrives"], params["spaces"]) == (7, True, "drive")


@pytest.mark.parametrize(
    ("method", "params", "problem"),
    [
        ("drive.files.list", {"pageSize": "many"}, "must be a whole number, not 'many' at 'pageSize'"),
        ("drive.files.list", {"pageSize": "1001"}, "must be in 1..1000, not '1001' at 'pageSize'"),
        ("drive.files.list", {"supportsAllDrives": "yes"}, "must be true or false, not 'yes' at 'supportsAllDrives'"),
        ("drive.files.list", {"pagesize": "1"}, "unknown field 'pagesize' at ''"),
        ("drive.files.get", {"fileId": "x"}, "unknown field 'fileId' at ''"),
        ("drive.files.export", {}, "required parameter is missing at 'mimeType'"),
        ("drive.files.get", {"fields": "id,owner"}, "owner at 'fields'"),
        ("drive.files.get", {"fields": "id,"}, "id, at 'fields'"),
        ("gmail.users.messages.get", {"format": "pretty"}, "must be one of minimal, full, raw, metadata"),
    ],
)
def test_a_wrong_query(method: str, params: dict[str, str], problem: str) -> None:
    _, problems = query(method, **params)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_a_parameter_given_twice() -> None:
    method = load().methods["drive.files.list"]
    checked = check_query(method, [("pageSize", "1"), ("pageSize", "2")])
    assert checked.problems == [Problem("pageSize", "given more than once")]
    repeated = check_query(load().methods["sheets.spreadsheets.values.batchGet"], [("ranges", "A1"), ("ranges", "B2")])
    assert repeated.params["ranges"] == ["A1", "B2"]


# ── masks ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("a", {"a": {}}),
        ("a,b/c", {"a": {}, "b": {"c": {}}}),
        ("a(b,c/d)", {"a": {"b": {}, "c": {"d": {}}}}),
        ("a.b, a/c", {"a": {"b": {}, "c": {}}}),
        ("a/b,a", {"a": {}}),
        ("*", {"*": {}}),
        ("a/*/b", {"a": {"*": {"b": {}}}}),
    ],
)
def test_a_mask(text: str, mask: dict[str, Any]) -> None:
    assert parse_mask(text) == mask


@pytest.mark.parametrize("text", ["", ",", "a,", "a(", "a(b", "a)", "a//b", "(a)", "a b c!", "a()", "/a"])
def test_a_mask_that_is_none(text: str) -> None:
    with pytest.raises(BadMask):
        parse_mask(text)


def test_a_mask_keeps_what_it_names() -> None:
    value = {"a": 1, "b": [{"c": 2, "d": 3}, {"d": 4}], "e": {"x": {"n": 5, "m": 6}}}
    assert project(value, parse_mask("b/c")) == {"b": [{"c": 2}, {}]}
    assert project(value, parse_mask("a,e/*/n")) == {"a": 1, "e": {"x": {"n": 5}}}
    assert project(value, parse_mask("*")) == value


def test_a_mask_is_held_against_the_schema() -> None:
    schemas = load().by_name["forms"].schemas
    whole = {"$ref": "ListFormResponsesResponse"}
    for text in ("*", "responses(responseId,answers)", "responses/answers/anyQuestion/textAnswers", "responses/*/x"):
        check_mask(parse_mask(text), whole, schemas)
    for text in ("reponses", "responses/email", "responses/respondentEmail/x", "nextPageToken/*/x"):
        with pytest.raises(BadMask):
            check_mask(parse_mask(text), whole, schemas)


# ── bodies ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "body", "problem"),
    [
        ("sheets.spreadsheets.values.update", {"vlaues": []}, "unknown field 'vlaues' at ''"),
        (
            "sheets.spreadsheets.batchUpdate",
            {"requests": [{"addSheet": {"colour": 1}}]},
            "unknown field 'colour' at 'requests[0].addSheet'",
        ),
        ("sheets.spreadsheets.batchUpdate", {"requests": {}}, "must be a list, not {} at 'requests'"),
        (
            "sheets.spreadsheets.values.update",
            {"majorDimension": "DIAGONAL"},
            "unknown value 'DIAGONAL' at 'majorDimension'",
        ),
        ("gmail.users.drafts.create", {"message": {"raw": "ä"}}, "must be a string (byte), not 'ä' at 'message.raw'"),
        ("gmail.users.drafts.create", {"message": []}, "must be an object, not [] at 'message'"),
        ("forms.forms.get", {"a": 1}, "this method takes no body at ''"),
    ],
)
def test_a_wrong_request(method: str, body: dict[str, Any], problem: str) -> None:
    assert [str(found) for found in check_request(load().methods[method], body)] == [problem]


def test_null_is_not_given_and_cells_may_be_anything() -> None:
    method = load().methods["sheets.spreadsheets.values.update"]
    assert check_request(method, {"range": None, "values": [["a", 1, None, True]]}) == []


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("drive.files.get", {"size": 7}),
        ("drive.files.get", {"createdTime": "yesterday"}),
        ("drive.files.get", {"trashed": "no"}),
        ("drive.files.get", {"parents": "x"}),
        ("sheets.spreadsheets.get", {"sheets": [{"properties": {"sheetId": 2**40}}]}),
        ("forms.forms.responses.list", {"responses": [{"answers": {"q": {"textAnswers": []}}}]}),
        ("drive.files.delete", {"id": "x"}),
    ],
)
def test_an_answer_that_breaks_the_contract(method: str, body: dict[str, Any]) -> None:
    assert len(check_response(load().methods[method], body)) == 1


def _spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every value inside."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in pairs:
        yield (*path, name)
        yield from _spots(item, (*path, name))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


FILE = {
    "id": "1",
    "size": "7",
    "owners": [{"emailAddress": "a@b.example", "me": False}],
    "capabilities": {"canDownload": True},
    "createdTime": "2026-11-22T12:00:00.000Z",
    "shortcutDetails": {"targetId": "2"},
}


@pytest.mark.parametrize("spot", list(_spots(FILE)), ids=str)
def test_any_one_slip_in_an_answer_is_noticed(spot: tuple[Any, ...]) -> None:
    method = load().methods["drive.files.get"]
    assert check_response(method, FILE) == []
    wrong = deepcopy(FILE)
    parent, name = _at(wrong, spot[:-1]), spot[-1]
    value = parent[name]
    parent[name] = {"list": {}, "dict": "x", "str": 7, "bool": "yes"}.get(type(value).__name__)
    assert len(check_response(method, wrong)) == 1, "a wrong type"
    if isinstance(parent, dict):
        parent[name + "x"] = value
        del parent[name]
        assert [problem.unknown for problem in check_response(method, wrong)] == [name + "x"]


def test_google_says_what_is_wrong_in_the_words_of_the_service() -> None:
    stray = Problem("requests[0].addSheet", "unknown", "colour")
    error = refusal("sheets", bad_body("sheets", stray))["error"]
    assert error["message"] == (
        "Invalid JSON payload received. Unknown name \"colour\" at 'requests[0].add_sheet': Cannot find field."
    )
    assert error["details"][0]["fieldViolations"][0]["field"] == "requests[0].add_sheet"
    old = refusal("drive", bad_query("drive", Problem("fields", "owner")))["error"]
    assert old["errors"][0] == {
        "domain": "global",
        "reason": "invalidParameter",
        "message": "Invalid field selection owner",
        "location": "fields",
        "locationType": "parameter",
    }


# ── what the documents can't say ──────────────────────────────────────────────


def test_what_is_needed_in_practice() -> None:
    method = "sheets.spreadsheets.values.batchUpdate"
    assert missing(method, {}, {"valueInputOption": "RAW", "data": [{"range": "A1"}]}) is None
    found = missing(method, {}, {"valueInputOption": "RAW", "data": [{"range": "A1"}, {}]})
    assert found is not None
    assert found.where == "data[].range"
    assert missing("sheets.spreadsheets.batchUpdate", {}, {"requests": []}) is not None
    assert missing("sheets.spreadsheets.values.update", {"valueInputOption": "RAW"}, {}) is None


def test_every_rule_concerns_something_real() -> None:
    areas = {"strictness", "quota", "batch", "forms", "drive", "sheets", "gmail", "oauth2.token"}
    for rule in RULES:
        assert rule.where in areas | load().methods.keys(), rule
        assert rule.grade == ("confirmed" if rule.source.startswith("https://") else "assumed"), rule
        assert rule.rule
