"""How often Google is called: never more than the formula in the architecture allows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from math import ceil

import pytest

from bridge.sandbox.forms_acts import edit_response
from tests.night.district import EVENING, TOKEN, District, told

PAGE, BATCH = 5000, 100  # responses a page, files a batch

READS = {"sheets.spreadsheets.get": 1, "sheets.spreadsheets.values.batchGetByDataFilter": 1}
WRITE = {"sheets.spreadsheets.batchUpdate": 1}


def looks(responses: int) -> Counter[str]:
    """What any look at one form and one spreadsheet costs."""
    return Counter({"forms.forms.get": 1, "forms.forms.responses.list": max(1, ceil(responses / PAGE)), **READS})


def mails(number: int) -> Counter[str]:
    return Counter({"gmail.users.drafts.create": number, "gmail.users.drafts.send": number})


def batches(files: int) -> Counter[str]:
    return Counter({"drive.batch": ceil(files / BATCH)})


def without_tokens(town: District) -> Counter[str]:
    """The calls since the last time; a token lasts an hour, and each night is a new process that needs one."""
    calls = town.calls()
    hours = (town.sandbox.world.clock.now() - EVENING).total_seconds() / 3600
    assert 1 <= calls.pop(TOKEN, 0) <= 1 + hours
    return calls


@pytest.mark.parametrize("requests", [40, pytest.param(300, marks=pytest.mark.slow)])
def test_nights_cost_what_the_formula_says(town: District, requests: int) -> None:
    """New requests, nothing new, all of them approved, nothing new again."""
    town.submit(requests)
    assert told(town.night()).startswith(f"{requests} requests came in")
    assert without_tokens(town) == looks(requests) + first_files(town, requests) + mails(requests) + Counter(WRITE)

    assert town.night().changed_nothing
    assert without_tokens(town) == looks(requests)

    town.approve_all()
    town.wait_a_day()
    assert town.night().new_decisions == requests
    assert without_tokens(town) == looks(requests) + mails(requests) + Counter(WRITE)

    assert town.night().changed_nothing
    assert without_tokens(town) == looks(requests)
    assert town.mails() == Counter({(mail, about): 1 for mail in town.teachers for about in ("received", "issued")})


def first_files(town: District, requests: int) -> Counter[str]:
    """Each request brings an upload and a link; each badge of the catalogue a picture, which is fetched once."""
    pictures = len(town.programme.badges)
    return batches(2 * requests) + batches(pictures) + Counter({"drive.files.get": pictures})


def test_new_evidence_alone_is_looked_at(town: District) -> None:
    town.submit(3)
    town.night()
    town.submit(1)
    town.calls()
    town.night()
    assert without_tokens(town) == looks(4) + batches(2) + mails(1) + Counter(WRITE)


def test_a_row_that_is_to_say_something_else_is_looked_at_twice_more(town: District) -> None:
    """Where an answer was edited that coaches have seen, the tabs are read just before the write, and after it."""
    town.submit(2)
    town.night()
    with town.sandbox.lock:
        (one, *_) = town.sandbox.world.forms.forms[town.programme.form_id].responses.values()
        town.sandbox.world.clock.move(timedelta(minutes=1))
        answers = {town.programme.questions["reflection"]: "Now they ask each other."}
        edit_response(town.sandbox.world, town.programme.form_id, one.id, answers)
    town.calls()
    town.night()
    assert without_tokens(town) == looks(2) + Counter(READS) + Counter(READS) + Counter(WRITE)
    assert town.night().changed_nothing


def test_an_empty_programme_costs_a_look_and_its_artwork(town: District) -> None:
    """The first night makes the review tab; the second has nothing to do."""
    town.night()
    assert without_tokens(town) == looks(0) + first_files(town, 0) + Counter(WRITE)
    assert town.night().changed_nothing
    assert without_tokens(town) == looks(0)


def test_a_list_of_badges_costs_one_call_when_it_differs(town: District) -> None:
    """Somebody took options out of the form; then a badge is renamed; then there is nothing to do."""
    first, *others = [badge.name for badge in town.programme.badges]
    town.set("[form.questions]", "keep_list = true\n\n[form.questions]")
    town.act("form/change", question=town.programme.questions["badge"], options=[others[0]])
    town.night()
    assert town.offered() == [first, *others]
    assert town.calls()["forms.forms.batchUpdate"] == 1

    town.act("sheet/type-in-row", tab="Badges", where={"Key": town.programme.badges[0].key}, set={"Name": "Checking"})
    assert town.night().lists_written == 1
    assert town.offered() == ["Checking", *others]
    found = town.calls()
    assert found.pop(TOKEN) == 2, "one connection reads, and another one may change forms"
    assert found == looks(0) + Counter(WRITE) + Counter({"forms.forms.batchUpdate": 1})

    assert town.night().changed_nothing
    assert without_tokens(town) == looks(0)
