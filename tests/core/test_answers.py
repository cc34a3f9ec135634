"""Decisions by the decision form: which answers count, and what people are told of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model import Identity, Verdict
from bridge.plan.standing import Standing
from tests.core.answering import SLOW, form_desk, sent
from tests.core.desk import submission
from tests.core.rated import PLANNING, rubric
from tests.core.second import ANN, BEA, CORA, TEACHER, said

# ── one answer ───────────────────────────────────────────────────────────────


def test_an_answer_is_the_decision_and_its_address_is_proven() -> None:
    desk = sent("Approve", "Well done")
    (decision,) = desk.known.decisions["1-1"]
    assert (decision.verdict, decision.reviewer, decision.feedback) == (Verdict.APPROVE, ANN, "Well done")
    assert (decision.identity, decision.verified, decision.enacted) == (Identity.FORM, True, True)
    assert decision.said_at == desk.answers["R0001"].at
    assert [event.note for event in desk.learnt.lesson.history if event.what == "decided: Approve"] == [
        f"by {ANN}, verified"
    ]
    assert (desk.cell("1-1", "Decision"), desk.cell("1-1", "Reviewer")) == ("", "")  # coaches' cells stay theirs


def test_an_answer_acts_once_it_has_stood_for_the_usual_time_since_it_was_seen() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.later(5)
    assert desk.standing("1-1") is Standing.DECIDED
    desk.later(9)
    assert desk.standing("1-1") is Standing.DECIDED
    desk.later(1)
    assert desk.standing("1-1") is Standing.APPROVED
    assert said(desk) == [(ANN, "Approve")]


def test_the_same_answers_in_later_cycles_change_nothing() -> None:
    desk = sent("Return", "Please add a photo.")
    desk.finish("tell-returned:1-1/1")
    desk.look()
    for _ in range(3):
        assert not desk.later().lesson
    assert said(desk) == [(ANN, "Return")]


def test_approve_twice_is_approve_once() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.later(5)
    desk.answer("1-1", "Approve", by=ANN)
    desk.later(5)
    assert (desk.standing("1-1"), said(desk)) == (Standing.APPROVED, [(ANN, "Approve")])


def test_a_row_that_is_there_twice_says_so_and_its_answer_counts_all_the_same() -> None:
    desk = form_desk()
    assert desk.review is not None
    desk.review.append(list(desk.row("1-1")))
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    statuses = {row[desk.review[0].index("Status")] for row in desk.review[1:] if row[0] == "1-1"}
    assert statuses == {"This row is there twice: please delete one of them."}


def test_a_newer_answer_of_a_coach_takes_the_place_of_the_older() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.answer("1-1", "Return", "Please add a photo.", by=ANN)
    desk.later(1)
    desk.later(10)
    assert desk.standing("1-1") is Standing.RETURNED
    assert "issue:1-1" not in desk.known.effects


def test_an_edited_answer_is_a_new_word() -> None:
    desk = form_desk(SLOW)
    response = desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.edit(response, verdict="Decline", feedback="Not this year.")
    desk.later(5)
    desk.later(9)
    assert desk.standing("1-1") is Standing.DECIDED  # the time counts anew
    desk.later(1)
    assert desk.standing("1-1") is Standing.DECLINED


def test_a_deleted_answer_that_has_not_acted_is_taken_back() -> None:
    desk = form_desk(SLOW)
    response = desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.delete(response)
    desk.later(1)
    desk.later(20)
    assert (desk.standing("1-1"), said(desk)) == (Standing.WAITING, [(ANN, "Approve"), (ANN, "-")])


def test_a_deleted_answer_that_has_acted_changes_nothing() -> None:
    desk = sent("Return", "Please add a photo.")
    desk.delete("R0001")
    assert not desk.later().lesson
    assert desk.standing("1-1") is Standing.RETURNED


def test_of_two_coaches_the_later_word_counts() -> None:
    desk = form_desk()
    desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Return", "Please add a photo.", by=BEA)
    desk.look()
    assert said(desk) == [(BEA, "Return")]
    assert desk.standing("1-1") is Standing.RETURNED


def test_an_answer_older_than_the_one_that_acted_stays_quiet() -> None:
    desk = form_desk()
    desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Return", "Please add a photo.", by=BEA)
    desk.look()
    desk.delete("R0002")  # Ann's Approve is all that is left
    for _ in range(2):
        assert not desk.later().lesson
    assert desk.standing("1-1") is Standing.RETURNED


def test_a_mistaken_return_is_mended_by_another_answer() -> None:
    desk = sent("Return", "Please add a photo.")
    desk.finish("tell-returned:1-1/1")
    sent("Approve", by=BEA, desk=desk)
    assert desk.standing("1-1") is Standing.APPROVED


def test_after_a_return_the_answer_is_about_the_old_attempt() -> None:
    desk = sent("Return", "Please add a photo.")
    desk.submit(submission("r2"))
    desk.look()
    assert (desk.standing("1-1"), desk.standing("1-2")) == (Standing.SUPERSEDED, Standing.WAITING)
    sent("Approve", row="1-1", by=BEA, desk=desk)  # by an old link
    assert desk.standing("1-2") is Standing.WAITING
    sent("Approve", row="1-2", by=BEA, desk=desk)
    assert desk.standing("1-2") is Standing.APPROVED


def test_revoke_after_issuing() -> None:
    desk = sent("Approve")
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:1-1")
    sent("Revoke", by=BEA, desk=desk)
    assert "“Revoke” needs words" in desk.status()
    sent("Revoke", "It was a mix-up.", by=BEA, desk=desk)
    assert desk.standing("1-1") is Standing.REVOKED
    assert not desk.later().lesson.decisions


# ── what does not count ──────────────────────────────────────────────────────

FAULTS = {
    "no coach": ("Approve", "", CORA, "1-1", "only the programme’s coaches may decide."),
    "no coach returns": ("Return", "No.", CORA, "1-1", "only the programme’s coaches may decide."),
    "one's own": ("Approve", "", TEACHER, "1-1", "nobody may decide about a request of their own."),
    "one's own, declined": ("Decline", "Oops", TEACHER, "1-1", "nobody may decide about a request of their own."),
    "no decision": ("Yes!", "", ANN, "1-1", "“Yes!” is no decision. Please choose one of: Approve, Return"),
    "nothing": ("", "", ANN, "1-1", "“” is no decision."),
    "no words": ("Return", "", ANN, "1-1", "“Return” needs words, for the teacher to read. Please answer again."),
    "another version": ("Approve", "", ANN, "1-1.2", "what the teacher wrote has changed since."),
    "not possible": ("Revoke", "Why?", ANN, "1-1", "Nothing was issued, so there is nothing to revoke."),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_what_is_wrong_with_an_answer_stands_in_status(fault: tuple[str, str, str, str, str]) -> None:
    verdict, words, by, row, sentence = fault
    desk = sent(verdict, words, by=by, row=row)
    assert desk.status().startswith(f"The answer by {by} of 2026-11-22 12:00 does not count: {sentence}")
    assert (desk.standing("1-1"), said(desk)) == (Standing.WAITING, [])


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_bad_answer_stops_nobody_else(fault: tuple[str, str, str, str, str]) -> None:
    verdict, words, by, row, sentence = fault
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=BEA)
    desk.look()
    desk.answer(row, verdict, words, by=by)
    desk.later(5)
    assert sentence in desk.status()
    desk.later(5)
    assert (desk.standing("1-1"), said(desk)) == (Standing.APPROVED, [(BEA, "Approve")])


def test_a_strangers_answer_does_not_hide_what_a_coach_must_do() -> None:
    desk = form_desk()
    rubric(desk, PLANNING)
    sent("Approve", by=ANN, desk=desk)
    asked = "“Approve” needs Planning at meets or above (not rated yet)."
    assert asked in desk.status()
    sent("Approve", by=CORA, desk=desk)
    assert asked in desk.status()
    assert "only the programme’s coaches may decide." in desk.status()


def test_a_bad_answer_voids_what_the_same_person_said_before() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.answer("1-1", "Return", by=ANN)
    desk.later(1)
    assert desk.standing("1-1") is Standing.WAITING
    assert "needs words" in desk.status()


def test_a_good_answer_ends_the_sentence_about_a_bad_one() -> None:
    desk = sent("Approve", by=CORA)
    sent("Hold", by=ANN, desk=desk)
    assert desk.status() == "On hold until you choose again; the teacher was not told."


def test_of_an_answer_about_a_closed_row_people_are_told_for_a_fortnight() -> None:
    desk = sent("Decline", "Not this year.")
    desk.finish("tell-declined:1-1/1")
    sent("Approve", by=CORA, desk=desk)
    assert "only the programme’s coaches" in desk.status()
    desk.later(14 * 24 * 60 + 1)
    assert desk.status() == "Declined; the teacher was told."


@pytest.mark.parametrize("row", ["99-1", "", "ana@district.example", "1-1; 2-1", "=1-1", "1-1." + "9" * 30])
def test_an_answer_about_no_request_is_a_problem_that_repeats_nothing(row: str) -> None:
    desk = form_desk()
    desk.submit(submission("r2", who="ben"))
    desk.answer(row, "Approve", by=CORA)
    desk.answer("2-1", "Approve", by=ANN)
    desk.look()
    (problem,) = [one for one in desk.learnt.lesson.problems if one.where == "decision form"]
    assert problem.sentence.startswith("An answer names no request that there is")
    assert CORA not in problem.sentence
    assert not row or row not in problem.sentence
    assert desk.standing("2-1") is Standing.APPROVED
    assert [one for one in desk.later(15 * 24 * 60).lesson.problems if one.where == "decision form"] == []


def test_only_the_reviewers_of_a_badge_decide_about_it() -> None:
    desk = form_desk()
    key = desk.known.requests[1].achievement
    desk.known.achievements[key] = replace(desk.known.achievements[key], reviewers=(BEA,))
    assert desk.badges is not None
    desk.badges[0].append("Reviewers")
    desk.badges[1].append(BEA)
    sent("Hold", by=ANN, desk=desk)
    assert f"only the reviewers of “First Aid” may decide: {BEA}." in desk.status()
    sent("Approve", by=BEA, desk=desk)
    assert desk.standing("1-1") is Standing.APPROVED
