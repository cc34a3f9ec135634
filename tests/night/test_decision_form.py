"""Whole nights in a district whose coaches decide in a form with verified addresses."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.doctor.away import decision_form
from bridge.doctor.findings import Mark
from bridge.plan.catalogue import RUBRIC, SECOND_LOOK
from bridge.review import DECIDE
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.wiring import open_world
from tests.night.deciding import Deciding, deciding
from tests.night.district import District, told
from tests.night.test_calls import READS, WRITE, mails, without_tokens

#: A look at two forms and one spreadsheet.
LOOK = Counter({"forms.forms.get": 2, "forms.forms.responses.list": 2, **READS})


@pytest.fixture
def form(town: District) -> Deciding:
    """Three teachers have asked, and their rows are shown."""
    made = deciding(town)
    town.submit(3)
    town.night()
    return made


def coach(form: Deciding, n: int = 0) -> str:
    return form.town.programme.coaches[n].email


def test_a_verified_answer_is_the_decision_and_costs_one_form_more(form: Deciding) -> None:
    town = form.town
    without_tokens(town)
    assert town.night().changed_nothing
    assert without_tokens(town) == LOOK
    form.decide("1-1", "Approve", "Well done", by=coach(form))
    town.wait(timedelta(minutes=1))
    form.decide("2-1", "Return", "Please add a photo.", by=coach(form, 1))
    town.wait_a_day()
    report = town.night()
    assert report.new_decisions == 2
    assert without_tokens(town) == LOOK + mails(2) + Counter(WRITE)
    assert [form.status(f"{n}-1").split(" ")[0] for n in (1, 2, 3)] == ["Issued", "Returned;", "Waiting"]
    assert town.night().changed_nothing
    assert without_tokens(town) == LOOK
    assert [row["Decision"] for row in town.rows()] == ["", "", ""]  # coaches' cells are theirs
    with open_world(town.settings) as (world, _):
        decided = {event.attempt_id: event.note for event in world.ledger.history(1) if event.what.startswith("deci")}
    assert decided == {"1-1": f"by {coach(form)}, verified"}
    log = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Log")["rows"]
    assert [line[3] for line in log if line[3].startswith("decided")] == [
        "decided: Return, verified",
        "decided: Approve, verified",
    ]  # yeses come last


def test_one_bad_answer_stops_nobody_and_is_told_where_people_look(form: Deciding) -> None:
    town, teacher = form.town, form.town.teachers[0]
    form.decide("1-1", "Approve", by=teacher)
    form.decide("2-1", "Decline", by=coach(form))
    form.decide("3-1", "Approve", by=coach(form))
    form.decide("3-1", "Approve", by=coach(form), row="77-1")
    report = town.night()
    assert f"The answer by {teacher} of" in form.status("1-1")
    assert "only the programme’s coaches may decide" in form.status("1-1")
    assert "“Decline” needs words" in form.status("2-1")
    assert form.status("3-1").startswith("Issued")
    assert [one.where for one in report.problems] == ["decision form"]
    assert "An answer names no request that there is" in told(report)
    assert "@" not in report.problems[0].sentence
    assert town.pages() == 1


@pytest.mark.slow
def test_an_approval_by_the_link_of_an_older_version_is_not_taken(form: Deciding) -> None:
    town = form.town
    old = form.link("1-1")
    teacher = next(row["E-mail"] for row in town.rows() if row["ID"] == "1-1")
    with town.sandbox.lock:
        answers = town.sandbox.world.forms.forms[town.programme.form_id].responses
        first = next(one for one in answers.values() if one.email == teacher)
    town.wait_a_day()
    town.people.edit(first.id, {"reflection": "I see it differently now."})
    town.night()
    assert [row[DECIDE] for row in town.rows()] == ["Decide 1-1.2", "Decide 2-1", "Decide 3-1"]
    form.decide("1-1", "Approve", by=coach(form), link=old)
    town.night()
    assert "what the teacher wrote has changed since" in form.status("1-1")
    assert town.pages() == 0
    form.decide("1-1", "Approve", by=coach(form))
    town.night()
    assert form.status("1-1").startswith("Issued")


@pytest.mark.slow
def test_two_answers_between_two_nights_are_two_who_approve(form: Deciding) -> None:
    town = form.town
    column = chr(ord("A") + len(CATALOGUE_TITLES))
    town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=SECOND_LOOK)
    for badge in town.programme.badges[:3]:
        town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": badge.key}, set={SECOND_LOOK: "coach"})
    town.night()
    form.decide("1-1", "Approve", by=coach(form))
    form.decide("2-1", "Approve", by=coach(form))
    form.decide("1-1", "Approve", by=coach(form, 1))
    form.decide("2-1", "Approve", by=coach(form))
    town.night()
    assert form.status("1-1").startswith("Issued")
    assert form.status("2-1") == f"Approved by {coach(form)}; a second coach must approve, too."
    town.wait_a_day()
    assert town.night().new_decisions == 0
    form.decide("2-1", "Approve", by=coach(form, 2))
    town.night()
    assert form.status("2-1").startswith("Issued")


@pytest.mark.slow
def test_an_answer_counts_although_its_row_was_deleted(form: Deciding) -> None:
    town = form.town
    form.decide("2-1", "Approve", by=coach(form))
    town.act("sheet/delete-rows", tab="Review", row={"ID": "2-1"})
    town.night()
    assert "Issued" in form.status("2-1")


@pytest.mark.slow
def test_a_rubric_is_rated_in_the_form(town: District) -> None:
    made = deciding(town, ratings=True)
    column = chr(ord("A") + len(CATALOGUE_TITLES))
    town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=RUBRIC)
    rubric = "Planning: not yet | meets* | exceeds\nDelivery: weak | strong"
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": town.programme.badges[0].key}, set={RUBRIC: rubric})
    town.submit(1)
    town.night()
    assert parse_qs(urlsplit(made.link("1-1")).query)[f"entry.{int(made.questions['ratings'], 16)}"] == [
        "Planning: \nDelivery: "
    ]
    made.decide("1-1", "Approve", by=coach(made), ratings="Planning: not yet\nDelivery: strong")
    town.night()
    assert "“Approve” needs Planning at meets or above (now not yet)" in made.status("1-1")
    town.wait_a_day()
    made.decide("1-1", "Approve", by=coach(made), ratings="delivery: strong\nPlanning:  Exceeds\nToo: much")
    town.night()
    assert made.status("1-1").startswith("Issued")
    with open_world(town.settings) as (world, _):
        decided = [event.note for event in world.ledger.history(1) if event.what == "decided: Approve"]
    assert decided == [f"by {coach(made)}, verified; Planning: exceeds, Delivery: strong"]


@pytest.mark.slow
def test_a_form_that_anybody_may_answer_in_any_name_decides_nothing(form: Deciding) -> None:
    town = form.town
    form.collect("RESPONDER_INPUT")
    form.decide("1-1", "Approve", by=coach(form))
    report = town.night()
    assert [one.where for one in report.problems if one.blocking] == ["decision form"]
    assert "lets people type any address" in told(report)
    assert form.status("1-1").startswith("Waiting")
    form.collect("VERIFIED")
    town.wait_a_day()
    town.night()
    assert "it was sent before the bridge saw that the form collects verified addresses" in form.status("1-1")
    form.decide("1-1", "Approve", by=coach(form))
    town.night()
    assert form.status("1-1").startswith("Issued")


@pytest.mark.slow
def test_a_form_that_is_gone_holds_up_decisions_alone(form: Deciding) -> None:
    town = form.town
    with town.sandbox.lock:
        del town.sandbox.world.forms.forms[form.form_id]
    town.submit(1)
    report = town.night()
    assert [one.where for one in report.problems if one.blocking] == ["decision form"]
    assert [status.split(" ")[0] for status in town.statuses()] == ["Waiting"] * 4


@pytest.mark.slow
def test_doctor_says_what_of_the_form_is_to_be_mended(form: Deciding) -> None:
    town = form.town
    findings = list(decision_form(town.settings))
    assert [one.mark for one in findings] == [Mark.GOOD, Mark.GOOD]
    column = chr(ord("A") + len(CATALOGUE_TITLES))
    town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=RUBRIC)
    badge = town.programme.badges[0]
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": badge.key}, set={RUBRIC: "Tact: 1 | 2*"})
    town.night()
    last = list(decision_form(town.settings))[-1]
    assert last.mark is Mark.BAD
    assert last.sentence == f"The form asks for no ratings, and {badge.name} has a rubric."
    form.collect("DO_NOT_COLLECT")
    change = f"forms/{form.form_id}/change"
    town.people.ask("POST", change, question=form.questions["decision"], options=["Approve", "Maybe"])
    told_now = " ".join(one.sentence for one in decision_form(town.settings))
    assert "collects no addresses" in told_now
    assert "does not offer Return, Decline, Hold, Revoke" in told_now
    assert "“Maybe” is no decision that the bridge understands" in told_now


@pytest.mark.slow
def test_from_the_column_to_the_form_and_back(town: District) -> None:
    town.submit(3)
    town.night()
    first, second = (one.email for one in town.programme.coaches[:2])
    town.people.decide("1-1", "Approve", "", first)
    town.night()
    made = deciding(town)
    town.night()  # the column Decide comes
    town.night()  # and the links in it
    assert [row[DECIDE] for row in town.rows()] == ["Decide 1-1", "Decide 2-1", "Decide 3-1"]
    assert town.night().changed_nothing
    town.people.decide("2-1", "Approve", "", first)  # by habit
    made.decide("3-1", "Return", "Please add a photo.", by=second)
    town.night()
    assert made.status("2-1").startswith("Please decide by the link in Decide")
    assert made.status("3-1").startswith("Returned")
    town.set('identity = "form"', 'identity = "column"')
    town.wait_a_day()
    assert town.night().new_decisions == 0
    assert made.status("2-1").startswith("Please choose again")
    assert [row[DECIDE] for row in town.rows()] == ["", "", ""]
    town.people.in_sheet("type-in-row", first, where={"ID": "2-1"}, set={"Decision": ""})
    town.night()
    town.people.decide("2-1", "Approve", "", first)
    town.nights()
    assert [status.split(" ")[0] for status in town.statuses()] == ["Issued", "Issued", "Returned;"]
    issued = {mail for mail, about in town.mails() if about == "issued"}
    assert len(issued) == 2


@pytest.mark.slow
def test_from_the_form_to_coaches_tabs_and_on(form: Deciding) -> None:
    """What one way decided, no other decides anew or takes back."""
    town = form.town
    form.decide("1-1", "Approve", by=coach(form))
    form.decide("2-1", "Return", "Please add a photo.", by=coach(form, 1))
    town.night()
    town.set('identity = "form"', 'identity = "tabs"')
    for _ in range(3):
        town.wait_a_day()
        assert town.night().new_decisions == 0
    who = next(row["With"] for row in town.rows() if row["ID"] == "3-1")
    act = f"sheets/{town.programme.spreadsheet_id}/type-in-row"
    chosen = {"tab": f"Review – {who.partition('@')[0]}", "where": {"ID": "3-1"}, "set": {"Decision": "Approve"}}
    town.people.ask("POST", act, **chosen, **{"as": who})
    town.night()
    now = [status.split(" ")[0] for status in town.statuses()]
    assert now == ["Issued", "Returned;", "Issued"]
    for before, after in (("tabs", "form"), ("form", "column"), ("column", "tabs"), ("tabs", "form")):
        town.set(f'identity = "{before}"', f'identity = "{after}"')
        for _ in range(2):
            town.wait_a_day()
            report = town.night()
            assert (report.new_decisions, [one for one in report.problems if one.blocking]) == (0, []), after
        assert [status.split(" ")[0] for status in town.statuses()] == now
    with open_world(town.settings) as (world, _):
        known = world.ledger.load()
    assert [known.decisions[f"{n}-1"][-1].identity for n in (1, 2, 3)] == ["form", "form", "tabs"]
