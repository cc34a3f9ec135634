"""Forms v1 and the people who answer: paging, the filter, edited answers, uploads."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from cast import OWNER, ROBOT, TEACHER
from googleapiclient.errors import HttpError

from bridge.sandbox import forms
from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import share
from bridge.sandbox.forms_acts import answer_form, edit_response
from bridge.sandbox.forms_state import Answer, Response
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def form(world: World) -> str:
    world.clock.set(NOON, running=False)
    items = [
        forms.heading("Ask for a badge", "One at a time."),
        forms.choice("Which badge?", ["First Aid", "Robotics"], required=True),
        forms.text("Reflection", paragraph=True),
        forms.choice("Done in", ["Spring", "Autumn"], kind="CHECKBOX", other=True),
        forms.upload("Evidence", max_files=2),
        forms.grid("How sure?", ["Theory", "Practice"], ["Not", "Very"]),
        forms.page_break("Thanks"),
    ]
    form_id = forms.new_form(world, owner=OWNER, title="Badge request", items=items)
    share(world, form_id, ROBOT, "writer")
    return form_id


@pytest.fixture
def api(client: Callable[..., Any]) -> Any:
    return client("forms", "v1").forms()


def question(world: World, form: str, title: str) -> str:
    item = next(item for item in world.forms.forms[form].items if item["title"] == title)
    return str(next(forms.questions_of(item))["questionId"])


def answered(world: World, form: str, n: int) -> list[str]:
    made = [answer_form(world, form, TEACHER, {"Which badge?": "Robotics"}) for _ in range(n)]
    return [response.id for response in made]


def test_a_form_as_google_tells_it(world: World, form: str, api: Any) -> None:
    found = api.get(formId=form).execute()
    assert found["settings"] == {"emailCollectionType": "VERIFIED"}
    assert found["publishSettings"]["publishState"] == {"isPublished": True, "isAcceptingResponses": True}
    titles = [item["title"] for item in found["items"]]
    assert titles == ["Ask for a badge", "Which badge?", "Reflection", "Done in", "Evidence", "How sure?", "Thanks"]
    ids = [one["questionId"] for item in found["items"] for one in forms.questions_of(item)]
    assert len(set(ids)) == len(ids) == 6
    assert not set(ids) & {item["itemId"] for item in found["items"]}
    folder = found["items"][4]["questionItem"]["question"]["fileUploadQuestion"]["folderId"]
    assert world.drive.files[folder].name == "Evidence (File responses)"


def test_only_an_editor_may_read(world: World, form: str, api: Any) -> None:
    share(world, form, ROBOT, "reader")
    for request in (api.get(formId=form), api.responses().list(formId=form)):
        with pytest.raises(HttpError) as caught:
            request.execute()
        assert caught.value.status_code == 403
        assert "PERMISSION_DENIED" in str(caught.value.content)


def test_an_answer_as_google_tells_it(world: World, form: str, api: Any) -> None:
    answers = {
        "Which badge?": "First Aid",
        "Reflection": "=1+1 👩‍🏫",
        "Done in": ["Spring", "Summer"],
        "How sure?: Practice": "Very",
    }
    made = answer_form(world, form, TEACHER, answers)
    [found] = api.responses().list(formId=form).execute()["responses"]
    assert found["responseId"] == made.id
    assert found["respondentEmail"] == TEACHER
    assert found["createTime"] == found["lastSubmittedTime"] == "2026-11-22T12:00:00.000Z"
    assert len(found["answers"]) == 4  # what was left open is absent
    several = found["answers"][question(world, form, "Done in")]
    assert several["textAnswers"]["answers"] == [{"value": "Spring"}, {"value": "Summer"}]
    whole = api.responses().get(formId=form, responseId=made.id).execute()
    assert whole == {"formId": form, **found}


def test_uploads_lie_in_the_owners_folder(world: World, form: str, api: Any) -> None:
    files = [{"name": "plan.txt", "text": "hello"}, {"name": "x", "base64": base64.b64encode(b"\0\1").decode()}]
    answer_form(world, form, TEACHER, {"Which badge?": "First Aid", "Evidence": {"files": files}})
    [found] = api.responses().list(formId=form).execute()["responses"]
    uploads = found["answers"][question(world, form, "Evidence")]["fileUploadAnswers"]["answers"]
    assert [one["fileName"] for one in uploads] == ["plan - Tom Teacher.txt", "x - Tom Teacher"]
    stored = world.drive.files[uploads[0]["fileId"]]
    assert (stored.owner, stored.data, stored.mime_type) == (OWNER, b"hello", "text/plain")
    assert world.drive.files[stored.parents[0]].name == "Evidence (File responses)"


def test_an_edited_answer_keeps_its_id_and_moves_its_time(world: World, form: str, api: Any) -> None:
    made = answer_form(world, form, TEACHER, {"Which badge?": "First Aid", "Reflection": "short"})
    world.clock.set(datetime(2026, 11, 23, tzinfo=UTC), running=False)
    edit_response(world, form, made.id, {"Which badge?": "Robotics", "Reflection": None})
    [found] = api.responses().list(formId=form).execute()["responses"]
    assert found["responseId"] == made.id
    assert (found["createTime"], found["lastSubmittedTime"]) == ("2026-11-22T12:00:00.000Z", "2026-11-23T00:00:00.000Z")
    assert list(found["answers"]) == [question(world, form, "Which badge?")]


def all_pages(api: Any, form: str, **kwargs: Any) -> list[list[str]]:
    pages, token = [], None
    while True:
        page = api.responses().list(formId=form, pageToken=token, **kwargs).execute()
        pages.append([response["responseId"] for response in page.get("responses", ())])
        if (token := page.get("nextPageToken")) is None:
            return pages


def test_pages_are_complete_and_in_no_order_of_time(world: World, form: str, api: Any) -> None:
    made = answered(world, form, 25)
    pages = all_pages(api, form, pageSize=10)
    assert [len(page) for page in pages] == [10, 10, 5]
    seen = [one for page in pages for one in page]
    assert sorted(seen) == sorted(made)
    assert seen != made
    assert all_pages(api, form) == [seen]


def test_what_comes_and_goes_between_pages_shifts_nothing(world: World, form: str, api: Any) -> None:
    made = answered(world, form, 20)
    first = api.responses().list(formId=form, pageSize=10).execute()
    seen = [response["responseId"] for response in first["responses"]]
    del world.forms.forms[form].responses[seen[0]]
    answered(world, form, 5)
    rest = api.responses().list(formId=form, pageSize=100, pageToken=first["nextPageToken"]).execute()
    seen += [response["responseId"] for response in rest["responses"]]
    assert set(made) <= set(seen)
    assert len(set(seen)) == len(seen)


def test_google_may_return_fewer_than_asked(world: World, form: str, api: Any) -> None:
    world.forms.page_cap = 7
    answered(world, form, 15)
    assert [len(page) for page in all_pages(api, form, pageSize=10)] == [7, 7, 1]


def test_a_page_token_is_bound_to_form_and_filter(world: World, form: str, api: Any) -> None:
    answered(world, form, 3)
    token = api.responses().list(formId=form, pageSize=1).execute()["nextPageToken"]
    for wrong in ({"pageToken": token, "filter": "timestamp > 2026-01-01T00:00:00Z"}, {"pageToken": "nonsense"}):
        with pytest.raises(HttpError) as caught:
            api.responses().list(formId=form, **wrong).execute()
        assert caught.value.status_code == 400


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("timestamp > 2026-11-22T11:59:59Z", 1),
        ("timestamp >= 2026-11-22T12:00:00Z", 1),
        ("timestamp > 2026-11-22T12:00:00Z", 0),
        ("timestamp >= 2026-11-22T12:00:00.000000001Z", 0),
    ],
)
def test_the_filter(world: World, form: str, api: Any, text: str, found: int) -> None:
    answered(world, form, 1)
    assert len(api.responses().list(formId=form, filter=text).execute().get("responses", ())) == found


@pytest.mark.parametrize(
    "text",
    [
        "timestamp>2026-11-22T12:00:00Z",
        "timestamp = 2026-11-22T12:00:00Z",
        "timestamp > 2026-11-22T12:00:00+01:00",
        "timestamp > 2026-11-22",
        "timestamp > 2026-13-22T12:00:00Z",
        "createTime > 2026-11-22T12:00:00Z",
    ],
)
def test_a_filter_outside_the_grammar(form: str, api: Any, text: str) -> None:
    with pytest.raises(HttpError) as caught:
        api.responses().list(formId=form, filter=text).execute()
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "required"),
        ({"Which badge?": "Juggling"}, "does not offer"),
        ({"Which badge?": ["First Aid", "Robotics"]}, "one option"),
        ({"Which badge?": "Robotics", "Shoe size": "43"}, "no question"),
        ({"Which badge?": "Robotics", "Evidence": "a link"}, "files"),
        ({"Which badge?": "Robotics", "Evidence": {"files": [{"name": "a", "text": ""}] * 3}}, "1 to 2 files"),
        ({"Which badge?": "Robotics", "Evidence": {"files": [{"name": "a", "base64": "?"}]}}, "base64"),
    ],
)
def test_what_the_form_does_not_take(world: World, form: str, answers: dict[str, Any], words: str) -> None:
    with pytest.raises(ApiError, match=words):
        answer_form(world, form, TEACHER, answers)
    assert world.forms.forms[form].responses == {}


def test_people_answer_edit_and_delete(sandbox: Sandbox, form: str) -> None:
    url = f"{sandbox.url}/_sandbox/forms/{form}/responses"
    body = {"email": TEACHER, "answers": {"Which badge?": "Robotics"}}
    made = requests.post(url, json=body, timeout=5).json()["responseId"]
    edit = requests.post(f"{url}/{made}", json={"answers": {"Reflection": "more"}}, timeout=5)
    assert edit.json() == {"responseId": made}
    assert len(requests.get(url, timeout=5).json()["responses"][0]["answers"]) == 2
    assert requests.delete(f"{url}/{made}", timeout=5).ok
    assert requests.delete(f"{url}/{made}", timeout=5).status_code == 404
    assert requests.post(url, json={"answers": {}}, timeout=5).json()["error"]["message"] == "Missing: email"
    listed = requests.get(f"{sandbox.url}/_sandbox/forms", timeout=5).json()["forms"]
    assert [one["title"] for one in listed] == ["Badge request"]


def test_the_owner_changes_the_form(sandbox: Sandbox, world: World, form: str, api: Any) -> None:
    before = api.get(formId=form).execute()
    url = f"{sandbox.url}/_sandbox/forms/{form}/change"
    for change in (
        {"question": "Reflection", "rename": "Your thoughts", "required": True, "move": 0},
        {"question": "Which badge?", "options": ["First Aid", "Chess"]},
        {"question": "Done in", "remove": True},
        {"title": "Badges", "collect": "RESPONDER_INPUT", "accepting": None, "add": forms.text("Anything else?")},
    ):
        requests.post(url, json=change, timeout=5).raise_for_status()
    after = api.get(formId=form).execute()
    assert after["revisionId"] != before["revisionId"]
    assert after["settings"]["emailCollectionType"] == "RESPONDER_INPUT"
    assert "publishSettings" not in after
    titles = [item["title"] for item in after["items"]]
    assert titles[0] == "Your thoughts"
    assert titles[-1] == "Anything else?"
    assert "Done in" not in titles
    assert question(world, form, "Your thoughts") == before["items"][2]["questionItem"]["question"]["questionId"]
    assert requests.post(url, json={"collect": "GUESS"}, timeout=5).status_code == 400


def test_a_closed_form_takes_no_answers(world: World, form: str) -> None:
    world.forms.forms[form].accepting = False
    with pytest.raises(ApiError, match="no longer accepting"):
        answered(world, form, 1)


def test_no_address_is_kept_when_none_is_collected(world: World, form: str, api: Any) -> None:
    world.forms.forms[form].email_collection = "DO_NOT_COLLECT"
    answered(world, form, 1)
    assert "respondentEmail" not in api.responses().list(formId=form).execute()["responses"][0]


def test_a_page_of_5000_comes_quickly(sandbox: Sandbox, world: World, form: str, session: Callable[..., Any]) -> None:
    kept = world.forms.forms[form].responses
    answers = {f"{n:08x}": Answer(["x" * 40]) for n in range(8)}
    for n in range(5001):
        kept[f"r{n}"] = Response(f"r{n}", TEACHER, "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00.000Z", answers)
    http, url = session(), f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}/responses"
    http.get(url, params={"pageSize": 1}).raise_for_status()
    begun = time.perf_counter()
    page = http.get(url)
    took = time.perf_counter() - begun
    assert len(page.json()["responses"]) == 5000
    assert took < 20  # 0.3 s on an idle machine
