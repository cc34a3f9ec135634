"""Some columns sorted without the others: it is noticed, and what people mean is not mistaken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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


# ── before anything has acted, and where one row alone had ───────────────────


def settling(*approved: str, n: int = 4) -> Desk:
    """*n* requests; these were approved by Cora five minutes ago, and act in five."""
    desk = crowd(n)
    desk.policy = replace(desk.policy, settle=timedelta(minutes=10))
    for attempt_id in approved:
        desk.choose(attempt_id, "Approve", "", "cora@d.example")
    desk.look()
    desk.now += timedelta(minutes=5)
    return desk


def issued(attempt_id: str, n: int = 3) -> Desk:
    desk = crowd(n)
    desk.choose(attempt_id, "Approve")
    desk.look()
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:{attempt_id}")
    desk.look()
    return desk


def sort_alone(desk: Desk, *titles: str, reverse: bool = False) -> None:
    cells = columns(desk, *titles)
    filled = sorted((one for one in cells if one[0]), reverse=reverse)
    put(desk, filled + [one for one in cells if not one[0]], *titles)


@pytest.mark.parametrize("titles", [("Decision",), ("Decision", "Feedback", "Reviewer")])
def test_decisions_that_were_sorted_while_they_settle_don_t_act(titles: tuple[str, ...]) -> None:
    desk = settling("2-1", "4-1")
    before = columns(desk, *titles)
    sort_alone(desk, *titles)
    for _ in range(3):
        learnt = desk.look()
        assert learnt.notices == {"1-1": SCRAMBLED, "4-1": SCRAMBLED}
        assert [problem.sentence for problem in learnt.lesson.problems if problem.blocking] == [SCRAMBLED]
        desk.now += timedelta(minutes=10)
    assert not desk.known.orders
    put(desk, before, *titles)  # Ctrl+Z
    assert not desk.look().notices
    assert sorted(desk.known.orders) == ["2-1", "4-1"]


def test_a_sorted_column_is_noticed_though_rows_were_sorted_after_it() -> None:
    """Whoever sees what went wrong sorts once more, by the ID."""
    desk = settling("2-1", "3-1", "4-1", "6-1", n=6)
    put(desk, [[word] for word in ("Approve", "", "Approve", "", "Approve", "Approve")], "Decision")
    assert set(desk.look().notices.values()) == {SCRAMBLED}


def test_words_that_were_sorted_into_a_row_which_said_the_same_are_noticed() -> None:
    desk = settling("3-1", n=3)
    for n, words in ((1, "Not yet."), (2, "Say which class.")):
        desk.choose(f"{n}-1", "Decline", words, "cora@d.example")
    desk.look()
    put(desk, [["Decline", "Say which class."], ["Approve", ""], ["Decline", "Not yet."]], "Decision", "Feedback")
    assert desk.look().notices == {"2-1": SCRAMBLED, "3-1": SCRAMBLED}


def test_a_yes_that_took_the_place_of_a_hold_is_noticed() -> None:
    desk = settling("1-1", n=2)
    desk.choose("2-1", "Hold")
    desk.look()
    sort_alone(desk, "Decision", reverse=True)
    assert desk.look().notices == {"1-1": SCRAMBLED, "2-1": SCRAMBLED}


@pytest.mark.parametrize("titles", [("Decision",), ("Decision", "Feedback", "Reviewer")])
def test_a_waiting_no_that_took_the_place_of_a_yes_is_noticed(titles: tuple[str, ...]) -> None:
    desk = settling("2-1", n=2)
    desk.choose("1-1", "Decline", "Not yet.", "cora@d.example")
    desk.look()
    sort_alone(desk, *titles)
    assert desk.look().notices == {"1-1": SCRAMBLED, "2-1": SCRAMBLED}


def test_a_badge_s_approve_that_was_sorted_into_another_row_issues_nothing() -> None:
    desk = issued("2-1")
    sort_alone(desk, "Decision")
    desk.choose("3-1", "Decline", "Not yet.")
    assert desk.look().notices == {"1-1": SCRAMBLED, "2-1": SCRAMBLED}
    assert list(desk.known.orders) == ["2-1"]
    assert desk.cell("1-1", "Status").startswith(SCRAMBLED)
    desk.choose("1-1", "")
    desk.choose("2-1", "Approve")
    assert not desk.look().notices
    assert desk.standing("3-1") is Standing.DECLINED


def test_a_badge_s_approve_that_stands_in_a_later_row_is_asked_about() -> None:
    """Sorted alone, then all rows by another column: a closed row says a word again to no harm."""
    desk = issued("1-1")
    put(desk, [[""], [""], ["Approve"]], "Decision")
    assert desk.look().notices == {"1-1": SCRAMBLED, "3-1": SCRAMBLED}


@pytest.mark.parametrize(
    ("words", "noticed"),
    [
        (["Approve", "Decline", "Decline", "", ""], True),
        (["Approve", "Decline", "Approve", "", ""], False),
        (["Decline", "Approve", "Approve", "", ""], True),
        (["", "Approve", "Decline", "", ""], True),  # the cells of some rows
        (["", "Decline", "Approve", "", ""], True),
        (["Decline", "", "Approve", "", ""], False),
        (["Approve", "", "Decline", "", ""], False),
    ],
)
def test_of_one_word_that_settled_it_is_asked_whether_a_sort_leaves_it_so(words: list[str], noticed: bool) -> None:
    """It stood in the last but one row; those in between stayed."""
    desk = settling(n=5)
    place = next(place for place, word in enumerate(words) if word)
    for n, word in enumerate([*words[:place], "", *words[place + 1 : 3], words[place]], 1):
        desk.choose(f"{n}-1", word, "Not yet." if word == "Decline" else "", "cora@d.example")
    desk.look()
    put(desk, [[word] for word in words], "Decision")
    assert (SCRAMBLED in desk.look().notices.values()) == noticed


def test_a_no_that_was_moved_with_its_words_is_asked_about() -> None:
    desk = crowd(3)
    desk.choose("2-1", "Decline", "Not yet.")
    desk.look()
    desk.finish("tell-declined:2-1/1")
    desk.look()
    desk.choose("2-1", "", "")
    desk.choose("1-1", "Decline", "Not yet.")
    assert desk.look().notices == {"1-1": SCRAMBLED, "2-1": SCRAMBLED}


@pytest.mark.parametrize("desk", [settling("4-1"), issued("2-1")], ids=["settling", "issued"])
def test_who_meant_it_empties_what_is_new_and_chooses_again(desk: Desk) -> None:
    (wrong,) = desk.known.decisions
    desk.choose(wrong, "", "", "cora@d.example")
    desk.choose("1-1", "Approve", "", "bea@d.example")
    assert desk.look().notices == {"1-1": SCRAMBLED, wrong: SCRAMBLED}
    desk.choose("1-1", "", "", "bea@d.example")
    assert not desk.look().notices
    assert desk.cell(wrong, "Status") != SCRAMBLED
    desk.choose("1-1", "Approve", "", "bea@d.example")
    assert not desk.look().notices
    word = desk.known.decision("1-1")
    assert word is not None
    assert word.reviewer == "bea@d.example"
    assert desk.known.decision("4-1") is None


def test_a_choice_that_was_in_the_wrong_row_moves_on_unasked_where_no_sort_makes_that() -> None:
    desk = settling("1-1")
    desk.choose("1-1", "", "", "")
    desk.choose("2-1", "Approve", "", "cora@d.example")
    assert not desk.look().notices
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.standing("2-1") is Standing.DECIDED


@pytest.mark.parametrize(
    "choices",
    [
        [("4-1", "", ""), ("1-1", "Decline", "Not yet.")],
        [("4-1", "", ""), ("1-1", "Approve", ""), ("2-1", "Approve", "")],
        [("4-1", "Hold", ""), ("1-1", "Approve", "")],
        [("4-1", "Decline", "Not yet."), ("1-1", "Approve", "")],
        [("4-1", "", "Wait for the photo."), ("1-1", "Approve", "Well done.")],
        [("4-1", "", "")],
    ],
)
def test_who_thinks_better_of_it_is_not_asked(choices: list[tuple[str, str, str]]) -> None:
    desk = settling("4-1")
    for choice in choices:
        desk.choose(*choice, "cora@d.example")
    assert not desk.look().notices


def test_those_on_hold_are_let_go_and_others_put_there() -> None:
    desk = crowd(4)
    for attempt_id in ("3-1", "4-1"):
        desk.choose(attempt_id, "Hold")
    desk.look()
    for attempt_id, word in {"1-1": "Hold", "2-1": "Hold", "3-1": "", "4-1": ""}.items():
        desk.choose(attempt_id, word)
    assert not desk.look().notices
    assert desk.standing("1-1") is Standing.HELD
    assert desk.standing("3-1") is Standing.WAITING


def test_a_choice_that_was_refused_before_is_no_new_one() -> None:
    desk = settling("4-1")
    desk.choose("1-1", "Return")  # needs words
    desk.choose("3-1", "Return", "Say which class.")
    desk.look()
    desk.choose("3-1", "", "Say which class.")
    assert SCRAMBLED not in desk.look().notices.values()
    assert desk.standing("3-1") is Standing.WAITING


def test_a_refused_word_that_was_sorted_along_does_not_hide_the_others() -> None:
    desk = settling("4-1", n=6)
    desk.policy = replace(desk.policy, coaches=frozenset({"cora@d.example"}))
    desk.choose("6-1", "Approve")  # by nobody
    desk.look()
    sort_alone(desk, "Decision")
    assert set(desk.look().notices.values()) == {SCRAMBLED}


def test_a_word_that_was_forgotten_is_remembered_only_as_long_as_it_stands() -> None:
    desk = crowd(2)
    desk.choose("1-1", "Decline")  # needs words
    desk.look()
    assert not desk.look().lesson
    desk.choose("1-1", "")
    desk.look()
    assert not desk.look().lesson
    assert not any(name.startswith("word:") and word for name, word in desk.known.facts.items())
