"""What every `FormSource` keeps when it changes the list of badges in a form: only that question, only its options."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Protocol

import pytest

from bridge.badge_question import Fetched
from bridge.errors import Refused, TryLater
from bridge.forms import GoogleForms
from bridge.google import EDIT_FORMS
from bridge.model import BadgeQuestion, Choice, FormReading, Option
from bridge.ports import FormSource
from tests.contract.test_forms import FakeStage, SandboxStage, read
from tests.contract.workspace import Workspace

Json = dict[str, Any]
CHESS, ROBOTICS, OTHER = {"value": "Chess"}, {"value": "Robotics", "goToAction": "SUBMIT_FORM"}, {"isOther": True}


class Stage(Protocol):
    @property
    def source(self) -> FormSource: ...
    def submit(self, email: str, badge: str, **answers: Any) -> str: ...
    def offer_by_hand(self, options: Sequence[Json] | None) -> None: ...
    def form(self) -> Json: ...


class FakeList(FakeStage):
    def __init__(self) -> None:
        super().__init__()
        self._form = next(iter(self.source.forms.values()))
        self._form.keep_list = True

    def offer_by_hand(self, options: Sequence[Json] | None) -> None:
        self.source.set_options(options)

    def form(self) -> Json:
        return deepcopy(self._form.to_json())


class SandboxList(SandboxStage):
    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.settings = replace(self.settings, keep_list=True)

    @property
    def source(self) -> GoogleForms:
        return GoogleForms(self.workspace.reach(), [self.settings], self.workspace.reach(more=EDIT_FORMS))

    def offer_by_hand(self, options: Sequence[Json] | None) -> None:
        question = self._item("badge")["questionItem"]["question"]
        question.pop("choiceQuestion" if options is None else "textQuestion", None)
        question |= {"textQuestion": {}} if options is None else _choice(options)
        self.world.forms.forms[self.programme.form_id].revision += 1

    def form(self) -> Json:
        form = self.world.forms.forms[self.programme.form_id]
        return deepcopy({"items": form.items, "title": form.title, "collects": form.email_collection})


def _choice(options: Sequence[Json]) -> Json:
    return {"choiceQuestion": {"type": "RADIO", "options": list(options)}}


@pytest.fixture(params=["memory", "sandbox"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield FakeList()
    else:
        yield SandboxList(request.getfixturevalue("workspace"))


def asked(reading: FormReading) -> BadgeQuestion:
    assert reading.badge is not None
    return reading.badge


def options(form: Json) -> list[Json]:
    (found,) = (
        item["questionItem"]["question"]["choiceQuestion"]["options"]
        for item in form["items"]
        if item["title"] == "Which badge?"
    )
    return list(found)


def without_options(form: Json) -> Json:
    """All else of the form."""
    rest = {name: part for name, part in deepcopy(form).items() if name != "revisionId"}
    for item in rest["items"]:
        if item["title"] == "Which badge?":
            del item["questionItem"]["question"]["choiceQuestion"]["options"]
    return rest


class TestEveryFormSource:
    def test_the_list_is_read(self, stage: Stage) -> None:
        stage.offer_by_hand([CHESS, ROBOTICS, OTHER])
        reading = read(stage)
        assert asked(reading).title == "Which badge?"
        assert asked(reading).options == (Option("Chess"), Option("Robotics"), Option("", other=True))
        assert reading.keep_list

    def test_a_question_that_is_answered_in_words_has_no_list(self, stage: Stage) -> None:
        stage.offer_by_hand(None)
        assert asked(read(stage)).options is None

    def test_only_the_options_change(self, stage: Stage) -> None:
        """What stays is sent back as it was, with where it leads to; of what is renamed, only the words change."""
        stage.offer_by_hand([CHESS, ROBOTICS, OTHER])
        stage.submit("ana@riverside.example", "Robotics")
        reading, before = read(stage), stage.form()
        choices = [Choice("Robots", 1), Choice("First Aid"), Choice("Chess", 0), Choice("", 2)]
        stage.source.offer(reading, choices)
        after = stage.form()
        assert options(after) == [{**ROBOTICS, "value": "Robots"}, {"value": "First Aid"}, CHESS, OTHER]
        assert without_options(before) == without_options(after)
        again = read(stage)
        assert [option.text for option in asked(again).options or ()] == ["Robots", "First Aid", "Chess", ""]
        assert [submission.label for submission in again.submissions] == ["Robotics"], "answers keep their words"

    def test_a_form_that_somebody_changed_meanwhile_is_left_alone(self, stage: Stage) -> None:
        stage.offer_by_hand([CHESS])
        reading = read(stage)
        stage.offer_by_hand([CHESS, ROBOTICS])
        before = stage.form()
        with pytest.raises(TryLater, match="changed while its list of badges was being brought in step"):
            stage.source.offer(reading, [Choice("First Aid"), Choice("Chess", 0)])
        assert stage.form() == before
        stage.source.offer(read(stage), [Choice("First Aid"), Choice("Chess", 0)])
        assert options(stage.form()) == [{"value": "First Aid"}, CHESS]

    def test_a_question_without_a_list_is_never_written(self, stage: Stage) -> None:
        stage.offer_by_hand(None)
        reading, before = read(stage), stage.form()
        with pytest.raises(Refused):
            stage.source.offer(reading, [Choice("First Aid")])
        assert stage.form() == before


class TestGoogleForms:
    @pytest.fixture
    def stage(self, workspace: Workspace) -> SandboxList:
        return SandboxList(workspace)

    def changed(self, stage: SandboxList) -> None:
        stage.source.offer(read(stage), [Choice("First Aid"), Choice("Chess")])

    def test_one_call_a_form(self, stage: SandboxList) -> None:
        self.changed(stage)
        assert stage.workspace.counts() == {
            "forms.forms.get": 1,
            "forms.forms.responses.list": 1,
            "forms.forms.batchUpdate": 1,
        }

    def test_google_is_told_to_take_the_options_and_nothing_else(self, stage: SandboxList) -> None:
        """Whatever else we may know wrongly of the question stays as it is in the form."""
        stage.offer_by_hand([CHESS, ROBOTICS])
        reading, before = read(stage), stage.form()
        fetched = asked(reading).fetched
        assert isinstance(fetched, Fetched)
        item = deepcopy(dict(fetched.item)) | {"title": "Which one?", "description": "Choose."}
        item["questionItem"]["question"] |= {"required": not item["questionItem"]["question"].get("required")}
        item["questionItem"]["question"]["choiceQuestion"] |= {"type": "DROP_DOWN", "shuffle": True}
        wrong = replace(asked(reading), fetched=replace(fetched, item=item))
        stage.source.offer(replace(reading, badge=wrong), [Choice("First Aid"), Choice("Robotics", 1)])
        after = stage.form()
        assert options(after) == [{"value": "First Aid"}, ROBOTICS]
        assert without_options(before) == without_options(after)

    def test_a_picture_comes_back_as_it_was_fetched(self, stage: SandboxList) -> None:
        picture = {"value": "Chess", "image": {"contentUri": "https://lh3.example/x", "altText": "A knight"}}
        stage.offer_by_hand([picture])
        stage.source.offer(read(stage), [Choice("First Aid"), Choice("Chess", 0)])
        assert options(stage.form()) == [{"value": "First Aid"}, picture]

    @pytest.mark.parametrize("kind", ["429", "503", "close-before"])
    def test_a_stumble_is_got_over(self, stage: SandboxList, kind: str) -> None:
        stage.workspace.sandbox.fault("forms.forms.batchUpdate", kind, nth=1)
        self.changed(stage)
        assert options(stage.form()) == [{"value": "First Aid"}, {"value": "Chess"}]

    def test_an_answer_that_is_cut_off_does_no_harm(self, stage: SandboxList) -> None:
        """It happened; trying again is refused, since the form is another now, and the next cycle finds it right."""
        stage.workspace.sandbox.fault("forms.forms.batchUpdate", "close-after", nth=1)
        with pytest.raises(TryLater, match="The next cycle looks at it anew"):
            self.changed(stage)
        assert [option.text for option in asked(read(stage)).options or ()] == ["First Aid", "Chess"]

    def test_without_the_scope_forms_are_read_all_the_same(self, stage: SandboxList) -> None:
        account = stage.world.service_accounts[stage.programme.robot]
        account.delegated_scopes = [scope for scope in account.delegated_scopes if scope not in EDIT_FORMS]
        before, reading = stage.form(), read(stage)
        assert reading.problems == ()
        with pytest.raises(Refused, match=f"change the list of badges.*Domain-wide delegation.*{EDIT_FORMS[0]}"):
            stage.source.offer(reading, [Choice("First Aid")])
        assert stage.form() == before

    def test_without_a_connection_for_it_no_form_is_written(self, stage: SandboxList) -> None:
        reading, before = read(stage), stage.form()
        with pytest.raises(Refused):
            GoogleForms(stage.workspace.reach(), [stage.settings]).offer(reading, [Choice("First Aid")])
        assert stage.form() == before
