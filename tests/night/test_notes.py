"""The note on a row's ID: there from the start, true afterwards, and nothing is written for it in a quiet night."""

from __future__ import annotations

from bridge.demo.people import REVIEW
from bridge.sandbox.seed import CONSENT
from tests.contract.sheet_stages import notes_of
from tests.night.district import District
from tests.night.test_attempts import follow
from tests.night.test_bad_sheet import rebuild
from tests.night.test_calls import looks, without_tokens


def notes(town: District, title: str = REVIEW) -> dict[str, list[str]]:
    with town.sandbox.lock:
        found = notes_of(town.sandbox.world.sheets.spreadsheets[town.programme.spreadsheet_id], title)
    return {key: [line.partition(" ")[2] for line in note.splitlines()] for key, note in found.items()}


def test_the_next_attempt_tells_what_was_said_of_the_first_while_it_waits(town: District) -> None:
    (teacher,) = town.submit()
    town.night()
    assert notes(town) == {"1-1": ["1", "1-1 received"]}
    coach, questions = town.programme.coaches[0].email, town.programme.questions
    town.people.decide("1-1", "Return", "Please show more.", coach)
    town.night()
    answers = follow(town, teacher) | {questions["reflection"]: "More.", questions["consent"]: [CONSENT]}
    town.people.ask("POST", f"forms/{town.programme.form_id}/responses", email=teacher, answers=answers)
    town.night()
    before = ["1", "1-1 received", f"1-1 returned by {coach}: “Please show more.”"]
    assert notes(town) == {"1-1": before, "1-2": [*before, "1-2 received"]}
    town.calls()
    assert town.night().changed_nothing
    assert without_tokens(town) == looks(1)


def test_rows_tell_their_history_after_the_tab_was_made_again(received: District) -> None:
    town = received
    town.approve_all()
    town.nights()
    before = notes(town)
    assert [line.partition(" ")[2].partition(" by ")[0] for line in before["1-1"][1:]] == [
        "received",
        "approved",
        "badge issued",
    ]
    town.act("sheet/delete-tab", tab=REVIEW)
    town.night()
    rebuild(town)
    town.night()
    assert notes(town) == before
    assert len(before) == 3
    town.nights()
    town.calls()
    assert town.night().changed_nothing
    assert without_tokens(town) == looks(3)


def test_a_row_that_was_deleted_comes_back_with_its_note(received: District) -> None:
    town = received
    town.approve_all()
    town.nights()
    before = notes(town)
    town.act("sheet/delete-rows", tab=REVIEW, row={"ID": "2-1"})
    town.night()
    assert notes(town) == before
