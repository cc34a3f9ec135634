"""People sort, copy, delete, mistype and lose things; nothing breaks and nobody else's badge is touched."""

from __future__ import annotations

import pytest

from bridge.errors import LedgerUnusable
from bridge.model import Known, State
from bridge.plan import withheld
from bridge.plan.decisions import TWICE
from bridge.plan.learning import REBUILD
from bridge.plan.scrambles import SCRAMBLED
from bridge.plan.standing import Standing
from tests.core.desk import COACH, PLACE, Desk, asked, issued, submission


def crowd(n: int = 6) -> Desk:
    """A desk with *n* requests of as many people."""
    desk = Desk()
    desk.submit(*(submission(f"r{i}", who=f"p{i}") for i in range(n)))
    desk.look()
    return desk


def half_decided() -> Desk:
    """Six requests: 1, 2 approved and issued, 3 declined and told, the others waiting."""
    desk = crowd()
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "Approve")
    desk.choose("3-1", "Decline", "No.")
    desk.look()
    for key in ("issue:1-1", "issue:2-1", "tell-declined:3-1/1"):
        desk.finish(key)
    desk.look()
    return desk


def test_sorted_rows_change_nothing() -> None:
    desk = half_decided()
    assert desk.review is not None
    desk.review[1:] = sorted(desk.review[1:], key=lambda row: row[PLACE["Name"]], reverse=True)
    assert not desk.look().lesson


def test_moved_and_added_columns_change_nothing() -> None:
    desk = asked()
    assert desk.review is not None
    desk.review = [[row[-1], "my own column", *reversed(row[:-1])] for row in desk.review]
    assert not desk.look().lesson
    row = next(row for row in desk.review if "1-1" in row)
    row[desk.review[0].index("Decision")], row[desk.review[0].index("Reviewer")] = "Approve", COACH
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


@pytest.mark.parametrize(
    "words",
    [
        ["", "", "", "Approve", "Approve", "Decline"],
        ["Decline", "", "Approve", "", "Approve", ""],
        ["", "Decline", "Approve", "Approve", "", "Hold"],
    ],
)
def test_one_column_sorted_alone_teaches_nothing(words: list[str]) -> None:
    desk = half_decided()
    assert desk.review is not None
    column = desk.review[0].index("Decision")
    for row, word in zip(desk.review[1:], words, strict=True):
        row[column] = word
    learnt = desk.look()
    assert not learnt.lesson.decisions
    assert any(problem.sentence == SCRAMBLED for problem in learnt.lesson.problems)
    assert any(SCRAMBLED in row[desk.review[0].index("Status")] for row in desk.review)
    assert sum(effect.kind == "issue" for effect in desk.known.effects.values()) == 2


def test_two_changed_minds_with_words_are_no_accident() -> None:
    desk = half_decided()
    desk.choose("1-1", "Revoke", "Not her work.")
    desk.choose("2-1", "Revoke", "Not his work.")
    desk.look()
    assert {desk.standing("1-1"), desk.standing("2-1")} == {Standing.REVOKED}


def test_tidying_two_closed_rows_is_no_accident() -> None:
    desk = half_decided()
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "")
    desk.choose("4-1", "Hold")
    desk.look()
    assert desk.standing("4-1") is Standing.HELD
    assert desk.standing("1-1") is Standing.ISSUED


def test_a_copied_row_decides_nothing_and_both_say_so() -> None:
    desk = crowd(2)
    assert desk.review is not None
    desk.review.append(list(desk.row("1-1")))
    for row in desk.review:
        if row[0] == "1-1":
            row[desk.review[0].index("Decision")], row[desk.review[0].index("Reviewer")] = "Approve", COACH
    desk.choose("2-1", "Approve")
    desk.look()
    status = desk.review[0].index("Status")
    assert [row[status] for row in desk.review if row[0] == "1-1"] == [TWICE, TWICE]
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.standing("2-1") is Standing.APPROVED
    desk.review.pop()
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_a_row_whose_address_was_changed_decides_nothing_and_comes_back_anew() -> None:
    desk = crowd(2)
    assert desk.review is not None
    desk.row("1-1")[PLACE["E-mail"]] = "somebody.else@district.example"
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.WAITING
    assert [row[PLACE["E-mail"]] for row in desk.review if row[0] == "1-1"] == [
        "somebody.else@district.example",
        "p0@district.example",
    ]
    assert "Please delete this row" in desk.review[1][desk.review[0].index("Status")]


def test_an_id_of_another_row_decides_nothing() -> None:
    desk = crowd(3)
    desk.choose("2-1", "Approve")
    desk.row("2-1")[0] = "1-1"
    desk.look()
    assert not [key for key in desk.known.effects if key.startswith("issue:")]


def test_a_deleted_row_comes_back_with_the_words_that_have_acted() -> None:
    desk = half_decided()
    assert desk.review is not None
    desk.review.remove(desk.row("3-1"))
    desk.look()
    assert desk.cell("3-1", "Decision") == "Decline"
    assert desk.cell("3-1", "Feedback") == "No."
    assert desk.cell("3-1", "Status").startswith("This row was put back.")
    assert desk.standing("3-1") is Standing.DECLINED


def test_a_mistyped_cell_of_ours_heals() -> None:
    desk = asked()
    desk.row("1-1")[PLACE["Name"]] = "Anna-Lena?"
    desk.row("1-1")[PLACE["Status"]] = ""
    desk.look()
    assert desk.cell("1-1", "Name") == "Ana"
    assert desk.cell("1-1", "Status") == "Waiting for a decision."


def test_a_coachs_cells_are_never_written() -> None:
    desk = half_decided()
    assert desk.review is not None
    places = {desk.review[0].index(title) for title in ("Decision", "Feedback", "Reviewer")}
    desk.row("4-1")[PLACE["Name"]] = "mistyped"
    change = desk.show(desk.reading()) if desk.look(show_it=False) else None
    assert change is not None
    assert change.review
    assert not places & {patch.column for patch in change.review}


def test_a_damaged_header_stops_decisions_but_not_intake() -> None:
    desk = crowd(2)
    assert desk.review is not None
    desk.review[0][PLACE["Decision"]] = "Decission"
    desk.review[1][PLACE["Decision"]], desk.review[1][PLACE["Reviewer"]] = "Approve", COACH
    desk.submit(submission("new", who="late"))
    learnt = desk.look()
    assert desk.standing("3-1") is Standing.WAITING
    assert desk.standing("1-1") is Standing.WAITING
    assert any("“Decision” is missing" in p.sentence and p.blocking for p in learnt.lesson.problems)
    desk.review[0][PLACE["Decision"]] = "decision "
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert desk.cell("3-1", "Name") == "Late"


@pytest.mark.parametrize("how", ["tab deleted", "tab emptied", "rows emptied"])
def test_a_lost_tab_waits_for_a_word_and_is_then_made_again(how: str) -> None:
    desk = half_decided()
    assert desk.review is not None
    desk.review = {"tab deleted": None, "tab emptied": [], "rows emptied": desk.review[:1]}[how]
    before = desk.review and list(desk.review)
    learnt = desk.look()
    assert desk.review == before
    assert any("sheet rebuild" in problem.sentence and problem.blocking for problem in learnt.lesson.problems)
    desk.known.facts[REBUILD] = "yes"
    desk.look()
    assert desk.cell("3-1", "Decision") == "Decline"
    assert desk.standing("1-1") is Standing.ISSUED
    desk.look()
    assert not desk.known.facts[REBUILD]
    assert not desk.look().lesson


def test_an_empty_ledger_before_a_full_sheet_stops() -> None:
    desk = half_decided()
    desk.known = Known()
    with pytest.raises(LedgerUnusable, match="badge-bridge restore"):
        desk.look()


def test_people_may_write_notes_in_rows_of_their_own() -> None:
    desk = asked()
    assert desk.review is not None
    desk.review.insert(1, ["", "", "ask Ruth about these!"])
    desk.review.append([])
    assert not desk.look().lesson


def test_a_drag_filled_column_waits_for_a_word() -> None:
    desk = crowd(60)
    for n in range(1, 61):
        desk.choose(f"{n}-1", "Approve")
    desk.look()
    keys, problems = withheld(desk.known, desk.now, desk.policy)
    assert len(keys) == 60
    assert "badge-bridge allow 60" in problems[0].sentence
    desk.known.allowance = 60
    assert withheld(desk.known, desk.now, desk.policy) == (frozenset(), ())
    desk.known.allowance = 59
    assert withheld(desk.known, desk.now, desk.policy)[0] == keys


def test_the_first_cycle_makes_the_tab() -> None:
    desk = Desk()
    desk.look()
    assert desk.review is not None
    assert desk.review == [desk.review[0]]
    assert not desk.look().lesson


def test_an_issued_badge_is_linked() -> None:
    desk = issued()
    assert desk.cell("1-1", "Badge link").startswith("https://page/")
    assert desk.cell("1-1", "Status") == "Issued 2026-11-22, and mailed."
    assert desk.effect("issue:1-1").state is State.DONE
