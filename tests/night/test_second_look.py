"""A badge that two must approve, over whole nights: a second coach puts in their address, and it is issued."""

from __future__ import annotations

from collections import Counter

from bridge.plan.catalogue import SECOND_LOOK
from bridge.review import REVIEWER
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.wiring import open_world
from tests.night.district import District


def test_a_badge_is_issued_when_a_second_coach_puts_in_their_address(town: District) -> None:
    (teacher,) = town.submit()
    first, second = (coach.email for coach in town.programme.coaches[:2])
    column = chr(ord("A") + len(CATALOGUE_TITLES))
    town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=SECOND_LOOK)
    town.act(
        "sheet/type-in-row", tab=BADGES_TAB, where={"Key": town.programme.badges[0].key}, set={SECOND_LOOK: "coach"}
    )
    town.night()
    town.people.decide("1-1", "Approve", "", first)
    town.night()
    assert town.night().changed_nothing
    (row,) = town.rows()
    assert row["Status"].startswith(f"Approved by {first}; a second coach must approve, too")
    assert (town.pages(), town.mails()) == (0, Counter({(teacher, "received"): 1}))
    town.wait_a_day()
    town.people.in_sheet("type-in-row", second, where={"ID": "1-1"}, set={REVIEWER: second})
    town.nights()
    (row,) = town.rows()
    assert row["Status"].startswith("Issued")
    assert (town.pages(), town.mails()) == (1, Counter({(teacher, "received"): 1, (teacher, "issued"): 1}))
    with open_world(town.settings) as (world, _):
        decided = [event.note for event in world.ledger.history(1) if event.what == "decided: Approve"]
    assert decided == [f"by {first}", f"by {second}"]
    log = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Log")["rows"]
    by = [line[5] for line in log if line[3] == "decided: Approve"]
    assert len(set(by)) == 2
    assert town.night().changed_nothing
