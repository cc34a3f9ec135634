"""What people read of decisions that came as answers to the decision form."""

from __future__ import annotations

from dataclasses import replace

from bridge.plan.chain import News, of_decision
from bridge.plan.help_page import help_rows
from bridge.plan.history_note import history_note
from bridge.plan.second_look import awaited
from tests.core.answering import FORM, SLOW, form_desk
from tests.core.desk import NOON, POLICY
from tests.core.second import ANN, BEA, RUTH


def test_status_says_who_decided_and_how_it_is_taken_back() -> None:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    assert desk.status() == (
        f"Approve by {ANN} (verified) noted; it takes effect after 2026-11-22 12:10. "
        "To take it back, answer again: Hold."
    )


def test_status_of_the_second_yes() -> None:
    desk = form_desk(SLOW, look="coach")
    desk.answer("1-1", "Approve", by=ANN)
    desk.answer("1-1", "Approve", by=BEA)
    desk.look()
    assert desk.status().endswith(f"It is the second one, by {BEA} after {ANN}. To take it back, answer again: Hold.")


def test_what_is_awaited_says_nothing_of_cells() -> None:
    desk = form_desk(look="coordinator")
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    (first,) = desk.known.decisions["1-1"]
    assert awaited(first, "coordinator", FORM) == f"Approved by {ANN}; the coordinator must approve, too."
    assert f"with {RUTH} in Reviewer" in awaited(first, "coordinator", replace(POLICY, coordinator=RUTH))


def test_note_and_log_say_that_it_is_verified() -> None:
    desk = form_desk()
    desk.answer("1-1", "Return", "Photo?", by=ANN)
    desk.look()
    note = history_note(desk.known, desk.known.attempts["1-1"], FORM)
    assert note.splitlines()[-1] == f"2026-11-22 1-1 returned by {ANN} (verified): “Photo?”"
    (decision,) = desk.known.decisions["1-1"]
    assert of_decision(News(decision), NOON, "first-aid", "ana").what == "decided: Return, verified"


def test_help_tells_of_the_link_and_not_of_the_cells() -> None:
    told = dict(help_rows(FORM))
    assert "Click on the link under Decide" in str(told["decide about a request"])
    assert "send the form again, with Hold" in str(told["change your mind"])
    assert "empty the cell" not in " ".join(str(one) for one in told.values())
    in_cells = dict(help_rows(POLICY))
    assert "choose from the list under Decision" in str(in_cells["decide about a request"])
    assert set(in_cells) <= set(told) | {"know what waits for you"}
