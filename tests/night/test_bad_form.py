"""Whatever is done to the form: a sentence says so, the rest goes on, and nothing is lost."""

from __future__ import annotations

import pytest

from bridge.sandbox.seed import QUESTIONS
from tests.night.district import District, told

BADGE = QUESTIONS["badge"]


def test_a_form_that_is_no_longer_shared(decided: District) -> None:
    town = decided
    town.act(f"{town.programme.form_id}/move")
    report = town.night()
    assert report.failed
    assert f"choose Share, add {town.programme.mailbox} as Editor" in told(report)
    town.assert_each_has_one_badge()
    town.act(f"{town.programme.form_id}/move", parent=town.programme.folder_id)
    assert town.night().problems == []


def test_a_form_whose_badge_question_was_removed(decided: District) -> None:
    town = decided
    town.act("form/change", question=BADGE, remove=True)
    report = town.night()
    assert report.failed
    assert f"has no question “{BADGE}” (badge); its answers wait. Put it back" in told(report)
    town.assert_each_has_one_badge()


def test_a_badge_question_put_in_anew(decided: District) -> None:
    """What was answered to the old question stays as it is known; a few sentences say so, not one an answer."""
    town = decided
    town.submit(6)
    town.act("form/change", question=BADGE, remove=True)
    options = [{"value": badge.name} for badge in town.programme.badges]
    question = {"required": True, "choiceQuestion": {"type": "RADIO", "options": options}}
    town.act("form/change", add={"title": BADGE, "questionItem": {"question": question}})
    asked = town.people.ask("GET", "forms")["forms"][0]["questions"]
    town.programme.questions["badge"] = next(one["id"] for one in asked if one["title"] == BADGE)
    town.submit()
    report = town.night()
    assert report.new_attempts == 1
    assert len(report.problems) == 6
    assert "has no answer to “Which badge?”" in report.problems[0].sentence
    assert report.problems[5].sentence.endswith("4 more responses can't be read.")
    assert town.pages() == 3


def test_questions_that_were_renamed_and_moved_change_nothing(decided: District) -> None:
    town = decided
    town.act("form/change", question=BADGE, rename="What would you like to earn?", move=0)
    town.act("form/change", question=QUESTIONS["links"], rename="Show us", move=5)
    town.act("form/change", question=QUESTIONS["name"], rename="Who are you?", move=3)
    town.submit()
    report = town.night()
    assert report.problems == []
    assert report.new_attempts == 1
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()
    assert {row["Name"] for row in town.rows()} == {f"Teacher No. {n}" for n in range(4)}
    assert all("Plan" in row["Evidence"] for row in town.rows())


@pytest.mark.parametrize(
    ("collect", "sentence"),
    [("RESPONDER_INPUT", "lets people type any address"), ("DO_NOT_COLLECT", "collects no addresses")],
)
def test_a_form_whose_addresses_nobody_verifies(decided: District, collect: str, sentence: str) -> None:
    town = decided
    town.act("form/change", collect=collect)
    report = town.night()
    assert report.failed
    assert f"{sentence}, so nobody knows who answered; its answers wait." in told(report)
    assert "Collect email addresses, and choose Verified" in told(report)
    town.assert_each_has_one_badge()
    town.act("form/change", collect="VERIFIED")
    town.submit()
    assert town.night().new_attempts == 1


def test_an_answer_without_an_address(town: District) -> None:
    town.act("form/change", collect="DO_NOT_COLLECT")
    town.submit()
    town.act("form/change", collect="VERIFIED")
    town.submit()
    report = town.night()
    assert report.new_attempts == 1
    assert "has no usable e-mail address" in told(report)
    assert "ask the teacher to send it again" in told(report)


def test_an_answer_without_a_badge(town: District) -> None:
    town.submit(2)
    town.act("form/change", question=BADGE, required=False)
    [response, _] = town.people.ask("GET", f"forms/{town.programme.form_id}/responses")["responses"]
    town.people.edit(response["responseId"], {"badge": None})
    report = town.night()
    assert report.new_attempts == 1
    assert f"the response {response['responseId']}" in told(report)
    assert f"has no answer to “{BADGE}”. Make that question required" in told(report)


def test_a_removed_answer_takes_nothing_back(decided: District) -> None:
    town = decided
    with town.sandbox.lock:
        town.sandbox.world.forms.forms[town.programme.form_id].responses.clear()
    assert town.night().problems == []
    town.assert_each_has_one_badge()


NO_LINKS = ("see my drive", "https://", "file:///C:/Users/me/plan.docx", "http://[::1", "\x0b=1+1\x00")


def test_evidence_that_is_no_link_is_shown_as_it_was_written(town: District) -> None:
    town.submit(len(NO_LINKS))
    responses = town.people.ask("GET", f"forms/{town.programme.form_id}/responses")["responses"]
    for response, links in zip(responses, NO_LINKS, strict=True):
        town.people.edit(response["responseId"], {"links": links})
    assert town.night().problems == []
    assert {row["ID"]: "2. ✗" in row["Evidence"] for row in town.rows()} == {f"{n}-1": True for n in range(1, 6)}
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()
