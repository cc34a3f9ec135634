"""Some columns sorted without the others: it is noticed, and what people mean is not mistaken for it."""

from __future__ import annotations

import pytest

from bridge.plan.scrambles import DISPLACED, REWORDED, SCRAMBLED
from bridge.plan.standing import Standing
from tests.core.desk import PLACE, Desk
from tests.core.test_sheet_accidents import crowd, half_decided

PHOTO = "Please add a photo."


def returned() -> Desk:
    """Four requests: 1 and 2 returned with words of their own, 3 and 4 waiting."""
    desk = crowd(4)
    for n, words in enumerate((PHOTO, "Tell more of lesson 2."), 1):
        desk.choose(f"{n}-1", "Return", words)
    desk.look()
    for n in (1, 2):
        desk.finish(f"tell-returned:{n}-1/1")
    desk.look()
    return desk


def columns(desk: Desk, *titles: str) -> list[list[str]]:
    assert desk.review is not None
    return [[row[PLACE[title]] for title in titles] for row in desk.review[1:]]


def put(desk: Desk, cells: list[list[str]], *titles: str) -> None:
    assert desk.review is not None
    for row, texts in zip(desk.review[1:], cells, strict=True):
        for title, text in zip(titles, texts, strict=True):
            row[PLACE[title]] = text


@pytest.mark.parametrize("title", ["ID", "E-mail"])
def test_whose_row_it_is_sorted_alone_is_noticed_and_no_row_is_doubled(title: str) -> None:
    desk = half_decided()
    before = columns(desk, title)
    put(desk, before[::-1], title)
    desk.choose(desk.review[5][0] if desk.review else "", "Approve")
    rows = len(desk.review or ())
    learnt = desk.look()
    assert not learnt.lesson.decisions
    assert DISPLACED in [problem.sentence for problem in learnt.lesson.problems]
    assert [status for (status,) in columns(desk, "Status")] == [DISPLACED] * 6
    put(desk, before, title)  # Ctrl+Z
    desk.look()
    assert len(desk.review or ()) == rows
    assert [status for (status,) in columns(desk, "Status") if status == DISPLACED] == []


def test_rows_whose_ids_were_sorted_come_back_once_they_are_deleted() -> None:
    desk = half_decided()
    assert desk.review is not None
    desk.review[1][0], desk.review[2][0] = desk.review[2][0], desk.review[1][0]
    desk.look()
    del desk.review[1:3]
    assert not desk.look().notices
    assert sorted(row[0] for row in desk.review[1:]) == [f"{n}-1" for n in range(1, 7)]
    assert desk.cell("1-1", "Decision") == "Approve"


def test_one_id_typed_over_is_no_sorted_column() -> None:
    desk = half_decided()
    desk.row("1-1")[0] = "2-1"
    learnt = desk.look()
    assert DISPLACED not in [problem.sentence for problem in learnt.lesson.problems]
    assert desk.row("1-1")


def test_feedback_sorted_alone_reaches_nobody() -> None:
    desk = returned()
    desk.choose("3-1", "Return", "Say which class.")
    words = columns(desk, "Feedback")
    put(desk, [["Say which class."], [""], ["Tell more of lesson 2."], [PHOTO]], "Feedback")
    learnt = desk.look()
    assert not learnt.lesson.decisions
    assert learnt.notices == {"1-1": REWORDED, "2-1": REWORDED}
    put(desk, words, "Feedback")
    desk.look()
    assert desk.standing("3-1") is Standing.RETURNED


def test_stock_phrases_are_no_sorted_column() -> None:
    """What was edited in closed rows long ago is not missed for ever."""
    desk = returned()
    desk.choose("1-1", "Return", "Please add a picture.")
    desk.choose("2-1", "Return", "Tell more.")
    assert not desk.look().notices
    desk.choose("3-1", "Return", PHOTO)
    desk.choose("4-1", "Return", "Tell more of lesson 2.")
    assert not desk.look().notices
    assert {desk.standing("3-1"), desk.standing("4-1")} == {Standing.RETURNED}


def test_decisions_sorted_with_their_feedback_are_noticed() -> None:
    """Whoever marks three columns and sorts them moves whole decisions to other people's rows."""
    desk = half_decided()
    titles = "Decision", "Feedback", "Reviewer"
    before = columns(desk, *titles)
    put(desk, before[::-1], *titles)
    learnt = desk.look()
    assert not learnt.lesson.decisions
    assert SCRAMBLED in learnt.notices.values()
    put(desk, before, *titles)
    assert not desk.look().notices


def test_a_no_and_a_yes_that_were_mixed_up_are_put_right_by_hand() -> None:
    desk = half_decided()
    desk.choose("3-1", "Approve", "")
    desk.choose("1-1", "Revoke", "It was meant for another one.")
    assert not desk.look().notices
    assert desk.standing("3-1") is Standing.APPROVED
    assert desk.standing("1-1") is Standing.REVOKED


def test_words_put_back_into_emptied_cells_are_no_accident() -> None:
    desk = half_decided()
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "")
    desk.look()
    for attempt_id in ("1-1", "2-1", "4-1"):
        desk.choose(attempt_id, "Approve")
    assert not desk.look().notices
    assert desk.standing("4-1") is Standing.APPROVED
