"""What every `FormSource` keeps: the one in memory, and the real one on the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from bridge.errors import Refused, TryLater
from bridge.forms import FormSettings, GoogleForms
from bridge.model import EvidenceKind, FormReading
from bridge.ports import FormSource
from bridge.sandbox import forms_acts
from bridge.sandbox.drive_state import share, unshare
from bridge.sandbox.seed import CONSENT, QUESTIONS
from tests.contract.workspace import Workspace, staged
from tests.fakes.forms import FakeForms

ANA, BEN = "Ana@Riverside.Example", "ben@riverside.example"
BADGE = "Checking for Understanding"
_A_MINUTE = timedelta(minutes=1)


class Stage(Protocol):
    """A form with one question per role, and people."""

    @property
    def source(self) -> FormSource: ...
    def submit(self, email: str, badge: str, **answers: Any) -> str: ...
    def edit(self, response_id: str, **answers: Any) -> None: ...
    def delete(self, response_id: str) -> None: ...
    def rename(self, role: str, title: str) -> None: ...
    def remove(self, role: str) -> None: ...
    def collect(self, kind: str) -> None: ...
    def accept_typed_addresses(self) -> None: ...


class FakeStage:
    def __init__(self) -> None:
        self.source = FakeForms()

    def submit(self, email: str, badge: str, **answers: Any) -> str:
        return self.source.submit(email, badge, **answers)

    def edit(self, response_id: str, **answers: Any) -> None:
        self.source.edit(response_id, **answers)

    def delete(self, response_id: str) -> None:
        self.source.delete(response_id)

    def rename(self, role: str, title: str) -> None:
        self.source.rename_question(role, title)

    def remove(self, role: str) -> None:
        self.source.remove_question(role)

    def collect(self, kind: str) -> None:
        self.source.collect(kind)

    def accept_typed_addresses(self) -> None:
        for form in self.source.forms.values():
            form.accept_typed_address = True


class SandboxStage:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.programme = workspace.programme
        self.world = workspace.sandbox.world
        self.settings = FormSettings(self.programme.form_id, self.programme.titles)

    @property
    def source(self) -> GoogleForms:
        return GoogleForms(self.workspace.reach(), [self.settings])

    def submit(self, email: str, badge: str, **answers: Any) -> str:
        given = {"name": "Ana", "reflection": "It changed.", "consent": True} | answers | {"badge": badge}
        with self.workspace.sandbox.lock:
            made = forms_acts.answer_form(self.world, self.programme.form_id, email, self._by_id(given))
        return made.id

    def edit(self, response_id: str, **answers: Any) -> None:
        with self.workspace.sandbox.lock:
            self.world.clock.move(_A_MINUTE)
            forms_acts.edit_response(self.world, self.programme.form_id, response_id, self._by_id(answers))

    def delete(self, response_id: str) -> None:
        with self.workspace.sandbox.lock:
            del self.world.forms.forms[self.programme.form_id].responses[response_id]

    def rename(self, role: str, title: str) -> None:
        self._item(role)["title"] = title

    def remove(self, role: str) -> None:
        self.world.forms.forms[self.programme.form_id].items.remove(self._item(role))

    def collect(self, kind: str) -> None:
        self.world.forms.forms[self.programme.form_id].email_collection = kind

    def accept_typed_addresses(self) -> None:
        self.settings = replace(self.settings, accept_typed_address=True)

    def _item(self, role: str) -> dict[str, Any]:
        items = self.world.forms.forms[self.programme.form_id].items
        wanted = self.programme.questions[role]
        return next(item for item in items if item.get("questionItem", {})["question"]["questionId"] == wanted)

    def _by_id(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        given = dict(answers)
        if "consent" in given:
            given["consent"] = [CONSENT] if given["consent"] else None
        if "files" in given:
            given["files"] = {
                "files": [{"name": name, "text": "x", "mime": "image/jpeg"} for _, name in given["files"]]
            }
        return {self.programme.questions[role]: answer for role, answer in given.items()}


stage = staged(FakeStage, SandboxStage)


def read(stage: Stage, facts: Mapping[str, str] | None = None) -> FormReading:
    (reading,) = stage.source.read(facts or {})
    return reading


def facts_of(reading: FormReading) -> dict[str, str]:
    return {f"question:{reading.form_id}:{role}": question for role, question in reading.questions.items()}


class TestEveryFormSource:
    def test_an_empty_form(self, stage: Stage) -> None:
        reading = read(stage)
        assert reading.submissions == ()
        assert reading.problems == ()
        assert reading.verified
        assert reading.title == "Request a micro-credential"
        assert set(reading.questions) == set(QUESTIONS)

    def test_a_response_is_read_whole(self, stage: Stage) -> None:
        response_id = stage.submit(
            ANA,
            BADGE,
            name="Ana\x0bLima",
            school="Riverside High School",
            links="https://example.org/x\nmy classroom",
            files=[("1AbCdEfGhIjKlMnOpQrStUvWxYz", "photo.jpg")],
            reflection='=HYPERLINK("x") 🦆 שלום',
            show=["My name"],
        )
        (submission,) = read(stage).submissions
        assert submission.response_id == response_id
        assert submission.recipient == "ana@riverside.example"
        assert (submission.label, submission.name) == (BADGE, "Ana Lima")
        assert submission.school == "Riverside High School"
        assert submission.reflection == '=HYPERLINK("x") 🦆 שלום'
        assert [item.kind for item in submission.evidence] == [EvidenceKind.UPLOAD, EvidenceKind.WEB, EvidenceKind.ODD]
        assert submission.evidence[0].name.startswith("photo")
        assert (submission.verified, submission.consent) == (True, True)
        assert (submission.show_name, submission.show_evidence) == (True, False)

    def test_reading_again_reads_the_same(self, stage: Stage) -> None:
        for number in range(5):
            stage.submit(f"t{number}@riverside.example", BADGE)
        first = read(stage)
        assert read(stage, facts_of(first)) == first
        assert [s.submitted_at for s in first.submissions] == sorted(s.submitted_at for s in first.submissions)

    def test_an_edited_answer_keeps_its_id_and_moves_its_stamp(self, stage: Stage) -> None:
        response_id = stage.submit(ANA, BADGE)
        before = read(stage).submissions[0]
        stage.edit(response_id, reflection="Now better.")
        (after,) = read(stage).submissions
        assert after.response_id == response_id
        assert after.stamp != before.stamp
        assert after.submitted_at > before.submitted_at
        assert after.reflection == "Now better."

    def test_a_deleted_response_is_gone(self, stage: Stage) -> None:
        response_id = stage.submit(ANA, BADGE)
        stage.submit(BEN, BADGE)
        stage.delete(response_id)
        assert [s.recipient for s in read(stage).submissions] == [BEN]

    def test_a_renamed_question_is_still_found(self, stage: Stage) -> None:
        stage.submit(ANA, BADGE)
        first = read(stage)
        stage.rename("badge", "Welches Abzeichen?")
        assert replace(read(stage, facts_of(first)), badge=first.badge) == first
        lost = read(stage)
        assert lost.submissions == ()
        assert "no question “Which badge?”" in lost.problems[0].sentence

    def test_without_the_badge_question_answers_wait(self, stage: Stage) -> None:
        stage.submit(ANA, BADGE)
        first = read(stage)
        stage.remove("badge")
        reading = read(stage, facts_of(first))
        assert reading.submissions == ()
        assert [problem.blocking for problem in reading.problems] == [True]

    def test_without_another_question_the_rest_is_read(self, stage: Stage) -> None:
        stage.submit(ANA, BADGE, links="https://example.org/x")
        first = read(stage)
        stage.remove("links")
        reading = read(stage, facts_of(first))
        assert [s.evidence for s in reading.submissions] == [()]
        assert [problem.blocking for problem in reading.problems] == [False]

    def test_typed_addresses_are_no_identity(self, stage: Stage) -> None:
        stage.collect("RESPONDER_INPUT")
        stage.submit(ANA, BADGE)
        reading = read(stage)
        assert (reading.verified, reading.submissions) == (False, ())
        assert "choose Verified" in reading.problems[0].sentence
        stage.accept_typed_addresses()
        reading = read(stage)
        assert [(s.recipient, s.verified) for s in reading.submissions] == [("ana@riverside.example", False)]
        assert reading.problems == ()

    def test_a_form_that_collects_nothing_is_told(self, stage: Stage) -> None:
        stage.accept_typed_addresses()
        stage.collect("DO_NOT_COLLECT")
        stage.submit(ANA, BADGE)
        reading = read(stage)
        assert reading.submissions == ()
        assert "collects no addresses" in reading.problems[0].sentence

    def test_an_answer_from_before_addresses_were_collected_is_told_of(self, stage: Stage) -> None:
        stage.collect("DO_NOT_COLLECT")
        odd = stage.submit(ANA, BADGE)
        stage.collect("VERIFIED")
        stage.submit(BEN, BADGE)
        reading = read(stage)
        assert [s.recipient for s in reading.submissions] == [BEN]
        assert [odd in problem.sentence for problem in reading.problems] == [True]


class TestGoogleForms:
    @pytest.fixture
    def stage(self, workspace: Workspace) -> SandboxStage:
        return SandboxStage(workspace)

    def test_two_calls_a_form(self, stage: SandboxStage) -> None:
        stage.submit(ANA, BADGE)
        read(stage)
        assert stage.workspace.counts() == {"forms.forms.get": 1, "forms.forms.responses.list": 1}

    def test_pages_of_five_thousand(self, stage: SandboxStage) -> None:
        stage.submit(ANA, BADGE)
        form = stage.world.forms.forms[stage.programme.form_id]
        (one,) = form.responses.values()
        form.responses |= {f"R{n:05}": replace(one, id=f"R{n:05}") for n in range(5000)}
        assert len(read(stage).submissions) == 5001
        assert stage.workspace.counts() == {"forms.forms.get": 1, "forms.forms.responses.list": 2}

    def test_a_form_without_usable_addresses_is_not_listed(self, stage: SandboxStage) -> None:
        stage.collect("DO_NOT_COLLECT")
        read(stage)
        assert stage.workspace.counts() == {"forms.forms.get": 1}

    def test_one_form_that_is_not_shared_does_not_hide_the_other(self, stage: SandboxStage) -> None:
        stage.submit(ANA, BADGE)
        other = FormSettings("1FormThatIsNotThere0000000000000", stage.programme.titles)
        source = GoogleForms(stage.workspace.reach(), [other, stage.settings])
        missing, found = source.read({})
        assert [s.recipient for s in found.submissions] == ["ana@riverside.example"]
        assert "not shared with" in missing.problems[0].sentence
        assert missing.problems[0].blocking

    def test_a_form_that_is_not_shared_is_refused_with_the_cure(self, stage: SandboxStage) -> None:
        with stage.workspace.sandbox.lock:
            for file_id in (stage.programme.form_id, stage.programme.folder_id):
                unshare(stage.world, file_id, stage.programme.mailbox)
                unshare(stage.world, file_id, stage.programme.robot)
        with pytest.raises(Refused, match=f"add {stage.programme.mailbox} as Editor, then run: badge-bridge doctor"):
            stage.source.read({})
        robot = GoogleForms(stage.workspace.reach(""), [stage.settings])
        with pytest.raises(Refused, match=f"add {stage.programme.robot} as Editor"):
            robot.read({})
        share(stage.world, stage.programme.form_id, stage.programme.robot, "writer")
        assert len(robot.read({})) == 1

    @pytest.mark.parametrize("kind", ["429", "503", "500", "close-before", "close-after"])
    def test_a_stumble_is_got_over(self, stage: SandboxStage, kind: str) -> None:
        stage.submit(ANA, BADGE)
        stage.workspace.sandbox.fault("forms.forms.responses.list", kind, nth=1)
        assert len(read(stage).submissions) == 1
        assert stage.workspace.clock.slept == [1.0]

    def test_a_long_outage_ends_in_a_sentence(self, stage: SandboxStage) -> None:
        stage.workspace.sandbox.fault("forms.forms.get", "503")
        with pytest.raises(
            TryLater, match=r"read the form \(https://docs.google.com/forms/d/.*/edit\): Google answered 503"
        ):
            stage.source.read({})
        assert stage.workspace.clock.slept == [1, 2, 4, 8, 16, 32]
