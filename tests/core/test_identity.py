"""Whose words count where the decision form decides: what was looked at, what is proven, what other ways decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model import Identity
from bridge.plan.standing import Standing
from tests.core.answering import FORM, SLOW, form_desk, sent
from tests.core.desk import edited, submission
from tests.core.second import ANN, BEA, said

# ── what was looked at ───────────────────────────────────────────────────────


def test_an_approval_of_an_older_version_is_not_taken() -> None:
    desk = form_desk()
    desk.submit(edited(submission(), reflection="I changed my mind."))
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    assert "what the teacher wrote has changed since" in desk.status()
    assert (desk.standing("1-1"), said(desk)) == (Standing.WAITING, [])
    sent("Approve", row="1-1.2", desk=desk)
    assert desk.standing("1-1") is Standing.APPROVED


def test_an_answer_that_was_edited_meanwhile_ends_an_approve_that_has_not_acted() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.submit(edited(submission(), reflection="I changed my mind."))
    desk.later(5)
    assert desk.standing("1-1") is Standing.WAITING
    desk.answer("1-1.2", "Approve", by=ANN)
    desk.later(5)
    desk.later(9)
    assert desk.standing("1-1") is Standing.DECIDED
    desk.later(1)
    assert desk.standing("1-1") is Standing.APPROVED
    assert list(desk.known.attempts) == ["1-1"]  # no new attempt is needed: the ID says what was looked at


def test_an_edit_and_an_answer_about_it_between_two_cycles() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.submit(edited(submission(), reflection="I changed my mind."))
    desk.answer("1-1.2", "Approve", by=ANN)
    desk.later(5)
    assert desk.standing("1-1") is Standing.WAITING  # what the row showed before this look were the older words
    desk.later(1)
    desk.later(10)
    assert (desk.standing("1-1"), list(desk.known.attempts)) == (Standing.APPROVED, ["1-1"])
    assert desk.known.decisions["1-1"][-1].version == 2


@pytest.mark.parametrize("gone", ["deleted", "twice", "damaged"])
def test_an_answer_counts_also_where_the_row_is_gone(gone: str) -> None:
    desk = form_desk(SLOW)
    assert desk.review is not None
    desk.answer("1-1", "Approve", by=ANN)
    desk.look(show_it=False)
    if gone == "deleted":
        desk.review.remove(desk.row("1-1"))
    elif gone == "twice":
        desk.review.append(list(desk.row("1-1")))
    else:
        desk.row("1-1")[0] = "7-7"
    desk.now += timedelta(minutes=10)
    desk.look(show_it=False)
    assert desk.standing("1-1") is Standing.APPROVED


def test_a_row_that_did_not_show_the_teachers_words_is_looked_at_again() -> None:
    desk = form_desk()
    desk.row("1-1")[desk.review[0].index("Reflection")] = "Something else"  # type: ignore[index]
    sent("Approve", desk=desk)
    assert desk.status().startswith("This row did not show the teacher's own words")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_sorting_one_column_of_review_changes_no_decision() -> None:
    desk = form_desk(SLOW)
    for n, who in enumerate(("ben", "cem", "dee"), 2):
        desk.submit(submission(f"r{n}", who=who))
    desk.look()
    for n, (verdict, words) in enumerate((("Approve", ""), ("Decline", "No."), ("Hold", ""), ("Return", "Photo?")), 1):
        desk.answer(f"{n}-1", verdict, words, by=ANN)
    desk.look()
    assert desk.review is not None
    for title in ("Decision", "Feedback", "Reviewer", "Name", "Status", "Evidence"):
        place = desk.review[0].index(title)
        column = [row[place] for row in desk.review[1:]][::-1]
        for row, text in zip(desk.review[1:], column, strict=True):
            row[place] = text
        desk.later(10)
        assert [one for one in desk.learnt.lesson.problems if one.where == "sheet, tab Review"] == []
    standings = [desk.standing(f"{n}-1") for n in range(1, 5)]
    assert standings == [Standing.APPROVED, Standing.DECLINED, Standing.HELD, Standing.RETURNED]


def test_words_typed_into_the_cells_decide_nothing_and_stay() -> None:
    desk = form_desk()
    desk.choose("1-1", "Approve", "Well done", ANN)
    desk.look()
    assert desk.status().startswith("Please decide by the link in Decide")
    assert (desk.standing("1-1"), desk.cell("1-1", "Decision")) == (Standing.WAITING, "Approve")
    sent("Approve", by=BEA, desk=desk)
    assert said(desk) == [(BEA, "Approve")]
    assert not desk.status().startswith("Please decide by the link")


# ── the form can't be relied on ──────────────────────────────────────────────


def test_while_the_form_cannot_be_read_nothing_is_decided_and_nothing_acts() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    desk.reachable = False
    desk.later(20)
    assert desk.standing("1-1") is Standing.DECIDED  # she might have taken it back: nobody could hear her
    desk.reachable = True
    desk.delete("R0001")
    desk.later(1)
    assert desk.standing("1-1") is Standing.WAITING


def test_answers_to_a_form_that_lets_people_type_an_address_never_count() -> None:
    desk = form_desk()
    desk.verified = False
    desk.answer("1-1", "Approve", by=ANN)
    desk.later(1)
    assert said(desk) == []
    desk.verified = True
    desk.later(1)
    assert said(desk) == []  # it was typed: whoever sees the form now can't know
    assert "it was sent before the bridge saw that the form collects verified addresses" in desk.status()
    sent("Approve", desk=desk)
    assert said(desk) == [(ANN, "Approve")]


def test_what_was_heard_while_addresses_were_verified_goes_on_counting() -> None:
    desk = form_desk(look="coach")
    sent("Approve", desk=desk)
    desk.verified = False
    desk.later(1)
    desk.verified = True
    desk.later(1)
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    sent("Approve", by=BEA, desk=desk)
    assert desk.standing("1-1") is Standing.APPROVED


def test_an_answer_without_an_address_is_nobodys() -> None:
    desk = sent("Approve", by="")
    assert (desk.standing("1-1"), said(desk)) == (Standing.WAITING, [])
    assert desk.status().startswith("The answer by nobody of")


# ── from one way to another ──────────────────────────────────────────────────

CELLS = replace(FORM, identity=Identity.COLUMN)


def test_what_cells_decided_stays_when_the_form_decides() -> None:
    desk = form_desk(replace(CELLS, settle=timedelta(minutes=10)))
    desk.choose("1-1", "Approve", "", ANN)
    desk.look()
    desk.policy = SLOW
    desk.later(1)
    assert (desk.standing("1-1"), said(desk)) == (Standing.DECIDED, [(ANN, "Approve")])
    desk.later(9)
    assert (desk.standing("1-1"), said(desk)) == (Standing.APPROVED, [(ANN, "Approve")])
    assert not desk.known.decisions["1-1"][0].verified


def test_an_answer_overrules_what_a_cell_decided_and_has_not_acted() -> None:
    desk = form_desk(replace(CELLS, settle=timedelta(minutes=10)))
    desk.choose("1-1", "Approve", "", ANN)
    desk.look()
    desk.policy = SLOW
    desk.later(1)
    desk.answer("1-1", "Decline", "Not this year.", by=BEA)
    for _ in range(4):
        desk.later(5)
    assert desk.standing("1-1") is Standing.DECLINED


def test_what_the_form_decided_stays_when_cells_decide() -> None:
    desk = sent("Approve", desk=form_desk(SLOW))
    desk.policy = replace(CELLS, settle=timedelta(minutes=10))
    desk.later(1)
    assert (desk.standing("1-1"), said(desk)) == (Standing.DECIDED, [(ANN, "Approve")])
    desk.later(9)
    assert desk.standing("1-1") is Standing.APPROVED
    assert not desk.later().lesson.decisions


@pytest.mark.parametrize("verdict", ["Approve", "Decline", "Hold", "Yes!"])
def test_words_typed_while_cells_did_not_count_decide_nothing_afterwards(verdict: str) -> None:
    desk = form_desk()
    desk.choose("1-1", verdict, "Words", ANN)
    desk.look()
    desk.policy = CELLS
    for _ in range(2):
        desk.later()
        assert said(desk) == []
        assert desk.status().startswith("Please choose again")
    desk.choose("1-1", "")
    desk.look()
    desk.choose("1-1", "Approve", "", ANN)
    desk.look()
    assert said(desk) == [(ANN, "Approve")]


def test_another_word_than_the_stale_one_counts_at_once() -> None:
    desk = form_desk()
    desk.choose("1-1", "Hold", "", ANN)
    desk.look()
    desk.policy = CELLS
    desk.look()
    desk.choose("1-1", "Approve", "", ANN)
    desk.look()
    assert said(desk) == [(ANN, "Approve")]


def test_an_old_answer_is_not_taken_again_after_cells_decided_otherwise() -> None:
    desk = sent("Approve", desk=form_desk(SLOW))
    desk.policy = replace(CELLS, settle=timedelta(minutes=10))
    desk.later(1)
    desk.choose("1-1", "Hold", "", BEA)
    desk.later(1)
    assert desk.standing("1-1") is Standing.HELD
    desk.policy = SLOW
    for _ in range(3):
        desk.later(10)
        assert desk.standing("1-1") is Standing.HELD
    desk.answer("1-1", "Approve", by=ANN)
    desk.later(1)
    assert desk.standing("1-1") is Standing.DECIDED


def test_a_round_trip_of_closed_rows_changes_nothing() -> None:
    desk = form_desk(CELLS)
    for n, who in enumerate(("ben", "cem", "dee"), 2):
        desk.submit(submission(f"r{n}", who=who))
    desk.look()
    desk.choose("1-1", "Approve", "", ANN)
    desk.choose("2-1", "Return", "Photo?", ANN)
    desk.look()
    desk.policy = FORM
    desk.look()
    desk.answer("2-1", "Decline", "Not this year.", by=BEA)
    desk.answer("3-1", "Approve", by=ANN)
    desk.answer("4-1", "Return", "Photo?", by=ANN)
    desk.look()
    before = dict(desk.known.decisions)
    for policy in (CELLS, FORM, CELLS, FORM):
        desk.policy = policy
        for _ in range(2):
            desk.later()
            assert not [one for one in desk.learnt.lesson.problems if one.blocking]
            assert desk.known.decisions == before
    standings = [desk.standing(f"{n}-1") for n in range(1, 5)]
    assert standings == [Standing.APPROVED, Standing.DECLINED, Standing.APPROVED, Standing.RETURNED]


def test_what_was_sent_while_nobody_looked_at_the_form_is_not_proven() -> None:
    desk = form_desk()
    desk.policy = CELLS
    desk.later(1)
    desk.answer("1-1", "Approve", by=ANN)  # into a form that may have let people type any address by then
    desk.policy = FORM
    desk.later(1)
    assert said(desk) == []
    assert "it was sent before the bridge saw that the form collects verified addresses" in desk.status()


def test_an_approve_that_was_taken_back_does_not_come_back_once_the_form_decides_again() -> None:
    desk = sent("Approve", desk=form_desk(SLOW))
    desk.answer("1-1", "Return", by=ANN)  # without words: all that it does is to end her Approve
    desk.later(1)
    assert desk.standing("1-1") is Standing.WAITING
    for policy in (CELLS, SLOW):
        desk.policy = policy
        desk.later(1)
    desk.later(30)
    assert desk.standing("1-1") is Standing.WAITING  # the Return is not proven any more, and still she said it
