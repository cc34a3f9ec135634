"""Changing a form through the API: all or nothing, ids kept only where they are sent back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cast import OWNER, ROBOT
from googleapiclient.errors import HttpError

from bridge.sandbox import forms
from bridge.sandbox.drive_state import share
from bridge.sandbox.state import World


@pytest.fixture
def form(world: World) -> str:
    items = [forms.choice("Which badge?", ["First Aid", "Robotics"], other=True), forms.text("Reflection")]
    form_id = forms.new_form(world, owner=OWNER, title="Badge request", items=items)
    share(world, form_id, ROBOT, "writer")
    return form_id


@pytest.fixture
def api(client: Callable[..., Any]) -> Any:
    return client("forms", "v1").forms()


def change(api: Any, form: str, *requests: dict[str, Any], **more: Any) -> Any:
    return api.batchUpdate(formId=form, body={"requests": list(requests), **more}).execute()


def test_an_option_is_added_and_the_question_stays_the_same(api: Any, form: str) -> None:
    before = api.get(formId=form).execute()
    item = before["items"][0]
    item["questionItem"]["question"]["choiceQuestion"]["options"].insert(0, {"value": "Chess"})
    mask = "questionItem.question.choiceQuestion.options"
    update = {"updateItem": {"item": item, "location": {"index": 0}, "updateMask": mask}}
    control = {"requiredRevisionId": before["revisionId"]}
    answer = change(api, form, update, writeControl=control, includeFormInResponse=True)
    question = answer["form"]["items"][0]["questionItem"]["question"]
    assert question["questionId"] == item["questionItem"]["question"]["questionId"]
    assert question["choiceQuestion"]["options"] == [
        {"value": "Chess"},
        {"value": "First Aid"},
        {"value": "Robotics"},
        {"isOther": True},
    ]
    assert answer["form"]["revisionId"] == answer["writeControl"]["requiredRevisionId"] != before["revisionId"]
    with pytest.raises(HttpError, match="revision") as caught:
        change(api, form, update, writeControl=control)
    assert caught.value.status_code == 400


def options(*given: dict[str, Any], kind: str = "RADIO", **more: Any) -> dict[str, Any]:
    """A request that gives the first question of the form these options."""
    item = {"questionItem": {"question": {"choiceQuestion": {"type": kind, "options": list(given)}}}}
    mask = "questionItem.question.choiceQuestion(type,options)"
    return {"updateItem": {"item": item, "location": {"index": 0}, "updateMask": mask} | more}


def test_options_that_a_form_can_offer(api: Any, form: str) -> None:
    section = {"createItem": {"item": forms.page_break("More") | {"itemId": "5ec7104e"}, "location": {"index": 2}}}
    led = ({"value": "Chess", "goToSectionId": "5ec7104e"}, {"value": "chess", "goToAction": "SUBMIT_FORM"})
    for given, kind in ((led, "DROP_DOWN"), (({"value": "Chess"}, {"isOther": True}), "CHECKBOX")):
        change(api, form, *([section] if kind == "DROP_DOWN" else []), options(*given, kind=kind))
        found = api.get(formId=form).execute()["items"][0]["questionItem"]["question"]["choiceQuestion"]
        assert found == {"type": kind, "options": list(given)}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (options(), "must not be empty"),
        (options({"value": "Chess"}, {"value": "Chess"}), "Duplicate"),
        (options({"value": " "}), "value is required"),
        (options({}), "value is required"),
        (options({"value": "Chess\nand more"}), "newlines"),
        (options({"value": "Chess"}, {"isOther": True}, kind="DROP_DOWN"), "isOther"),
        (options({"value": "Chess"}, {"isOther": True}, {"isOther": True}), "only one"),
        (options({"value": "Chess", "goToSectionId": "00000000"}), "no section"),
        (options({"value": "Chess", "goToAction": "NEXT_SECTION"}, kind="CHECKBOX"), "goToAction"),
        (options({"value": "Chess", "goToAction": "SUBMIT_FORM", "goToSectionId": "x"}), "goToSectionId"),
        (options({"value": "Chess"}, updateMask="questionItem.question.choices"), "choices"),
        (options({"value": "Chess"}, updateMask=""), "updateItem: cannot find"),
    ],
)
def test_options_that_no_form_can_offer_are_refused(api: Any, form: str, wrong: dict[str, Any], said: str) -> None:
    before = api.get(formId=form).execute()
    with pytest.raises(HttpError, match=said) as caught:
        change(api, form, wrong)
    assert caught.value.status_code == 400
    assert api.get(formId=form).execute() == before


def test_a_question_written_back_without_its_id_is_a_new_one(api: Any, form: str) -> None:
    item = api.get(formId=form).execute()["items"][1]
    old = item["questionItem"]["question"].pop("questionId")
    change(api, form, {"updateItem": {"item": item, "location": {"index": 1}, "updateMask": "*"}})
    assert api.get(formId=form).execute()["items"][1]["questionItem"]["question"]["questionId"] != old


def test_items_come_move_and_go(api: Any, form: str) -> None:
    answer = change(
        api,
        form,
        {"createItem": {"item": forms.grid("Sure?", ["A", "B"], ["No", "Yes"]), "location": {"index": 2}}},
        {"moveItem": {"originalLocation": {"index": 2}, "newLocation": {"index": 0}}},
        {"deleteItem": {"location": {"index": 2}}},
        {"updateFormInfo": {"info": {"title": "Badges", "description": "All of them"}, "updateMask": "title"}},
        {"updateSettings": {"settings": {"emailCollectionType": "RESPONDER_INPUT"}, "updateMask": "*"}},
    )
    assert len(answer["replies"][0]["createItem"]["questionId"]) == 2
    found = api.get(formId=form).execute()
    assert [item["title"] for item in found["items"]] == ["Sure?", "Which badge?"]
    assert found["info"]["title"] == "Badges"
    assert "description" not in found["info"]
    assert found["settings"]["emailCollectionType"] == "RESPONDER_INPUT"


@pytest.mark.parametrize(
    "wrong",
    [
        {"deleteItem": {"location": {"index": 9}}},
        {"deleteItem": {}},
        {"updateItem": {"item": {"title": "x"}, "location": {"index": 0}}},
        {"createItem": {"item": forms.upload("Files"), "location": {"index": 0}}},
        {"deleteItem": {"location": {"index": 0}}, "moveItem": {}},
    ],
)
def test_one_wrong_request_and_nothing_is_done(api: Any, form: str, wrong: dict[str, Any]) -> None:
    before = api.get(formId=form).execute()
    with pytest.raises(HttpError) as caught:
        change(api, form, {"deleteItem": {"location": {"index": 1}}}, wrong)
    assert caught.value.status_code == 400
    assert api.get(formId=form).execute() == before
