"""A tab per coach, over whole nights: who decides is who may write there, and rows go to whom they are with."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from bridge.cycle import run_sync
from bridge.doctor.away import sheet
from bridge.doctor.findings import Mark
from bridge.plan.assignment import KEPT
from bridge.plan.catalogue import RUBRIC
from bridge.review import WITH
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.sheet_coaches import coach_sheet_id
from bridge.wiring import open_world
from tests.night.coach_tabs import Tabs
from tests.night.district import District, told
from tests.night.test_calls import WRITE, looks, without_tokens

OWNER = {"drive.files.get": 1}  # whose the file is, for Google names the owner among the editors of each tab


@pytest.fixture
def tabs(town: District) -> Tabs:
    return Tabs(town)


def test_each_decides_in_their_own_tab_and_nowhere_else(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(3)
    assert town.night().problems == []
    assert (tabs.ids(tabs.daniel), tabs.ids(tabs.priya)) == (["1-1", "3-1"], ["2-1"])
    assert [row[WITH] for row in town.rows()] == [tabs.daniel, tabs.priya, tabs.daniel]
    assert town.night().changed_nothing

    assert "protected cell" in tabs.choose(tabs.daniel, "1-1", "Approve", by=tabs.priya)
    assert tabs.choose(tabs.daniel, "1-1", "Approve", "Fine work.") == ""
    town.people.decide("2-1", "Approve", "", tabs.daniel)  # in Review, where words count for nothing
    assert tabs.choose(tabs.daniel, "3-1", "Return") == ""
    town.night()
    assert tabs.review("1-1")["Status"].startswith("Issued")
    assert tabs.rows(tabs.daniel)["1-1"]["Status"].startswith("Issued")
    assert tabs.review("2-1")["Status"].startswith("Please decide in the tab of the coach whom With names")
    assert "needs words" in tabs.rows(tabs.daniel)["3-1"]["Status"]
    assert tabs.decided(1) == [(tabs.daniel, True)]
    assert (town.pages(), tabs.decided(2)) == (1, [])
    town.night()
    assert town.night().changed_nothing


@pytest.mark.slow
def test_a_night_costs_two_looks_and_one_write_however_many_tabs_there_are(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(6)
    town.night()
    town.calls()
    assert town.night().changed_nothing
    assert without_tokens(town) == looks(6) + Counter(OWNER)
    for coach in (tabs.daniel, tabs.priya):
        for attempt_id in tabs.ids(coach):
            tabs.choose(coach, attempt_id, "Decline", "Not this year.")
    town.calls()
    town.night()
    calls = without_tokens(town)
    assert {name: n for name, n in calls.items() if name.startswith("sheets.")} == {
        **{name: n for name, n in looks(6).items() if name.startswith("sheets.")},
        **WRITE,
    }


@pytest.mark.slow
def test_a_row_moves_to_whom_it_is_wished_for_in_one_write(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(2)
    town.night()
    tabs.choose(tabs.daniel, "1-1", "Approve")  # the coordinator takes it from him before it is heard
    tabs.wish("1-1", tabs.priya)
    town.calls()
    town.night()
    assert (tabs.ids(tabs.daniel), tabs.ids(tabs.priya)) == ([], ["2-1", "1-1"])
    assert (tabs.rows(tabs.priya)["1-1"]["Decision"], tabs.review("1-1")[WITH]) == ("", tabs.priya)
    assert without_tokens(town)["sheets.spreadsheets.batchUpdate"] == 1
    assert town.pages() == 0
    town.night()
    assert town.night().changed_nothing
    tabs.wish("1-1", owner(tabs))  # she is no coach
    town.night()
    assert tabs.review("1-1")["Status"].startswith("Please choose another address in Reviewer")
    assert tabs.rows(tabs.priya)["1-1"]["Status"].startswith("Waiting")


@pytest.mark.slow
def test_whoever_is_no_coach_any_more_has_no_rows_and_can_t_write(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(2)
    town.night()
    tabs.choose(tabs.daniel, "1-1", "Approve")
    town.set(f', "{tabs.daniel}"]', "]")
    town.night()
    assert (tabs.ids(tabs.daniel), tabs.ids(tabs.priya)) == ([], ["2-1", "1-1"])
    assert "protected cell" in tabs.act(tabs.daniel, "type", cell="A2", value="mine")
    assert town.pages() == 0


@pytest.mark.slow
def test_a_copy_in_another_tab_and_a_row_there_twice_decide_nothing(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(2)
    town.night()
    row = [*tabs.rows(tabs.daniel)["1-1"].values()]
    tabs.act(tabs.priya, "type", range=f"A3:{chr(64 + len(row))}3", values=[[f"'{row[0]}", *row[1:]]])
    tabs.choose(tabs.priya, "1-1", "Approve")
    tabs.act(tabs.priya, "copy-row", **{"from": {"ID": "2-1"}})
    tabs.act(
        tabs.priya, "type", cell=f"{chr(65 + list(tabs.rows(tabs.priya)['2-1']).index('Decision'))}2", value="Approve"
    )
    town.night()
    assert tabs.rows(tabs.priya)["1-1"]["Status"].startswith(f"This row is with {tabs.daniel}")
    assert tabs.rows(tabs.priya)["2-1"]["Status"].startswith("This row is there twice")
    assert tabs.review("2-1")["Status"].startswith("Waiting")
    assert (town.pages(), tabs.decided(1), tabs.decided(2)) == (0, [], [])


def test_what_others_could_type_counts_a_night_later_and_as_claimed(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(1)
    town.night()
    tabs.loosen(tabs.daniel)
    assert tabs.choose(tabs.daniel, "1-1", "Approve", by=tabs.priya) == ""
    report = town.night()
    assert "Others than its coach could write in this tab" in told(report)
    assert tabs.rows(tabs.daniel)["1-1"]["Status"].startswith("Others could write in this tab")
    assert town.pages() == 0
    assert "protected cell" in tabs.choose(tabs.daniel, "1-1", "Approve", by=tabs.priya)
    town.wait_a_day()
    town.night()
    assert (town.pages(), tabs.decided(1)) == (1, [(tabs.daniel, False)])


@pytest.mark.slow
def test_a_deleted_tab_is_made_again_and_takes_nothing_back(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(1)
    town.night()
    tabs.choose(tabs.daniel, "1-1", "Hold", "I ask her.")
    town.night()
    town.act("sheet/delete-tab", tab=tabs.title(tabs.daniel))
    report = town.night()
    assert "This coach's tab is gone" in told(report)
    row = tabs.rows(tabs.daniel)["1-1"]
    assert (row["Decision"], row["Feedback"]) == ("Hold", "I ask her.")
    assert town.night().problems == []
    assert tabs.decided(1) == [(tabs.daniel, True)]
    town.act("sheet/clear-tab", tab=tabs.title(tabs.daniel))
    assert "This coach's tab is empty" in told(town.night())
    assert tabs.rows(tabs.daniel)["1-1"]["Decision"] == "Hold"


@pytest.mark.slow
def test_a_lost_title_and_one_column_sorted_alone_keep_the_tab_from_being_heard(tabs: Tabs) -> None:
    town = tabs.town
    town.set(f', "{tabs.daniel}"]', "]")
    town.submit(4)
    town.night()
    for attempt_id in ("1-1", "2-1"):
        tabs.choose(tabs.priya, attempt_id, "Decline", f"Not {attempt_id}.")
    town.night()
    choose_all(tabs, "Approve")
    tabs.act(tabs.priya, "sort-column", column="Decision")
    assert "was one column sorted by itself?" in told(town.night())
    assert town.pages() == 0
    choose_all(tabs, "Approve")
    assert tabs.act(tabs.priya, "rename-column", column="Decision", title="Choice", by=owner(tabs)) == ""
    assert "“Decision” is missing" in told(town.night())
    assert town.pages() == 0
    assert tabs.act(tabs.priya, "rename-column", column="Choice", title="Decision", by=owner(tabs)) == ""
    town.night()
    assert town.pages() == 2


def choose_all(tabs: Tabs, verdict: str) -> None:
    """What was declined is declined still; the rest is chosen anew."""
    for attempt_id in ("1-1", "2-1"):
        tabs.choose(tabs.priya, attempt_id, "Decline", f"Not {attempt_id}.")
    for attempt_id in ("3-1", "4-1"):
        tabs.choose(tabs.priya, attempt_id, verdict)


def owner(tabs: Tabs) -> str:
    return tabs.town.programme.coordinator.email


@pytest.mark.slow
def test_two_approve_each_in_their_own_tab(tabs: Tabs) -> None:
    town = tabs.town
    tabs.second_look()
    town.submit(1)
    town.night()
    tabs.choose(tabs.daniel, "1-1", "Approve")
    town.night()
    assert (tabs.ids(tabs.daniel), tabs.ids(tabs.priya)) == (["1-1"], ["1-1"])
    assert tabs.rows(tabs.priya)["1-1"]["Decision"] == ""
    assert tabs.rows(tabs.daniel)["1-1"]["Status"].startswith(f"Approved by {tabs.daniel}")
    assert town.night().changed_nothing
    tabs.choose(tabs.daniel, "1-1", "", by=tabs.daniel)  # his part is done: to end it is the second one's now
    town.night()
    assert tabs.rows(tabs.daniel)["1-1"]["Status"].startswith(f"This row is with {tabs.priya}")
    tabs.choose(tabs.priya, "1-1", "Approve", "Well done.")
    town.nights()
    assert (town.pages(), tabs.decided(1)) == (1, [(tabs.daniel, True), (tabs.priya, True)])


@pytest.mark.slow
def test_the_coordinator_approves_in_a_tab_of_hers(tabs: Tabs) -> None:
    town = tabs.town
    tabs.second_look("coordinator")
    town.submit(1)
    town.night()
    tabs.choose(tabs.daniel, "1-1", "Approve")
    town.night()
    assert tabs.ids(owner(tabs)) == ["1-1"]
    tabs.choose(owner(tabs), "1-1", "Approve")
    town.nights()
    assert town.pages() == 1


@pytest.mark.slow
def test_closed_rows_leave_the_tab_after_a_while_and_come_back_when_wished(tabs: Tabs) -> None:
    town = tabs.town
    town.submit(1)
    town.night()
    tabs.choose(tabs.daniel, "1-1", "Approve")
    town.nights()
    assert tabs.ids(tabs.daniel) == ["1-1"]
    town.wait(KEPT + timedelta(days=1))
    town.night()
    assert tabs.ids(tabs.daniel) == []
    tabs.wish("1-1", tabs.priya)
    town.night()
    assert tabs.rows(tabs.priya)["1-1"]["Decision"] == "Approve"
    tabs.choose(tabs.priya, "1-1", "Revoke", "It was somebody else's work.")
    town.nights()
    assert tabs.review("1-1")["Status"].startswith("Revoked")


@pytest.mark.slow
def test_to_and_fro_between_ways_to_know_who_decides(tabs: Tabs) -> None:
    """column → tabs → column → tabs: nothing that was decided is decided anew, or taken back."""
    town = tabs.town
    town.set('identity = "tabs"', 'identity = "column"')
    tabs.second_look()
    town.submit(5)  # five badges; the first needs two
    town.night()
    town.people.decide("1-1", "Approve", "", tabs.daniel)  # half of two
    town.people.decide("2-1", "Return", "A photo, please.", tabs.priya)
    town.people.decide("3-1", "Hold", "Wait.", tabs.priya)
    town.nights()
    before = decisions(tabs)

    town.set('identity = "column"', 'identity = "tabs"')
    town.nights()
    assert decisions(tabs) == before
    assert tabs.ids(tabs.priya)[:2] == ["1-1", "3-1"]
    assert tabs.rows(tabs.priya)["3-1"]["Decision"] == "Hold"
    (holder,) = {tabs.review("4-1")[WITH]}
    tabs.choose(holder, "4-1", "Hold", "Hm.")
    town.nights()
    before = decisions(tabs)

    town.set('identity = "tabs"', 'identity = "column"')
    town.nights()
    assert decisions(tabs) == before
    tabs.choose(holder, "5-1" if "5-1" in tabs.ids(holder) else "4-1", "Approve")  # in a tab that counts no more
    town.nights()
    assert decisions(tabs) == before

    town.set('identity = "column"', 'identity = "tabs"')
    town.nights()
    assert decisions(tabs) == before
    assert town.pages() == 0


def decisions(tabs: Tabs) -> dict[str, Any]:
    with open_world(tabs.town.settings) as (world, _):
        return dict(world.ledger.load().decisions)


def test_sync_makes_the_tabs_and_the_doctor_looks_at_them(tabs: Tabs) -> None:
    town = tabs.town
    assert [one.mark for one in sheet(town.settings) if "no tab of their own yet" in one.sentence] == [Mark.WARN]
    with open_world(town.settings) as (world, policy):
        did = run_sync(world, policy).did
        assert {f"the tab of {coach} was made" for coach in (tabs.daniel, tabs.priya)} <= set(did)
        assert run_sync(world, policy).did == ()
    told_of = [one for one in sheet(town.settings) if "tabs are one coach's alone" in one.sentence]
    assert [one.mark for one in told_of] == [Mark.GOOD]
    tabs.loosen(tabs.daniel)
    (loose,) = [one for one in sheet(town.settings) if "Others than its coach" in one.sentence]
    assert loose.mark is Mark.BAD
    with open_world(town.settings) as (world, policy):
        assert run_sync(world, policy).did == (f"put in order: the tab of {tabs.daniel}",)
    assert [one for one in sheet(town.settings) if "Others than its coach" in one.sentence] == []


@pytest.mark.slow
def test_a_digest_tells_each_of_their_own_rows_and_leads_to_their_tab(tabs: Tabs) -> None:
    town = tabs.town
    town.set("digest = false", "digest = true")
    town.submit(3)
    town.night()
    town.wait_a_day()
    town.night()
    (mail,) = [mail for mail in town.people.mails(tabs.daniel) if "#gid=" in str(mail)]
    assert f"#gid={coach_sheet_id(tabs.daniel)}" in str(mail)
    assert ("1-1" in str(mail), "3-1" in str(mail), "2-1" in str(mail)) == (True, True, False)


@pytest.mark.slow
def test_a_badge_with_a_rubric_is_rated_in_the_coach_s_own_tab(tabs: Tabs) -> None:
    town = tabs.town
    column = chr(ord("A") + len(CATALOGUE_TITLES))
    town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=RUBRIC)
    key = town.programme.badges[0].key
    town.act(
        "sheet/type-in-row", tab=BADGES_TAB, where={"Key": key}, set={RUBRIC: "Planning: not yet | meets* | exceeds"}
    )
    town.submit(1)
    town.night()
    assert town.night().changed_nothing
    tabs.choose(tabs.daniel, "1-1", "Approve")
    town.night()
    assert "“Approve” needs Planning at meets" in tabs.rows(tabs.daniel)["1-1"]["Status"]
    assert "violates the data validation" in rate(tabs, "splendid")
    assert rate(tabs, "exceeds") == ""
    town.nights()
    assert town.pages() == 1
    with open_world(town.settings) as (world, _):
        decision = world.ledger.load().decision("1-1")
    assert decision is not None
    assert [(one.criterion.title, one.level) for one in decision.ratings] == [("Planning", "exceeds")]
    town.act("sheet/delete-tab", tab=tabs.title(tabs.daniel))
    town.night()
    assert tabs.rows(tabs.daniel)["1-1"]["Planning"] == "exceeds"
    town.night()
    assert town.night().changed_nothing


def rate(tabs: Tabs, level: str) -> str:
    return tabs.act(tabs.daniel, "type-in-row", where={"ID": "1-1"}, set={"Planning": level})


@pytest.mark.slow
def test_where_a_tab_can_t_be_written_the_rest_is_written_all_the_same(tabs: Tabs) -> None:
    """The owner has locked a coach's tab against the bridge itself."""
    town = tabs.town
    town.submit(2)
    town.night()
    sheet_id = coach_sheet_id(tabs.daniel)
    locked = {"range": {"sheetId": sheet_id}, "editors": {"users": [owner(tabs)]}}
    tabs.batch({"addProtectedRange": {"protectedRange": locked}}, by=owner(tabs))
    town.submit(1)
    report = town.night()
    assert "The coaches' own tabs could not be written" in told(report)
    assert [row["ID"] for row in town.rows()] == ["1-1", "2-1", "3-1"]
