"""A cycle that keeps the list of badges in a form: last of all, and whatever becomes of it, nothing else stops."""

from __future__ import annotations

import pytest

from bridge.errors import BridgeError, InDoubt, LeaseLost, Refused, TryLater
from bridge.model import Kind
from tests.crash.mortal import Doom
from tests.crash.world import CO_TEACHING, FIRST_AID, FakeWorld

OLD = [{"value": FIRST_AID, "goToAction": "SUBMIT_FORM"}, {"value": "Bowling"}]


def town(*options: dict[str, str], **more: object) -> FakeWorld:
    """A programme whose form is kept in step; it offers these."""
    world = FakeWorld(**more)  # type: ignore[arg-type]
    (form,) = world.forms.forms.values()
    form.keep_list, form.options = True, list(options)
    return world


def offered(world: FakeWorld) -> list[str]:
    (form,) = world.forms.forms.values()
    return [str(option["value"]) for option in form.options or ()]


def rename(world: FakeWorld, name: str) -> None:
    world.sheet.type_in_catalogue("first-aid", "Name", name)


def test_the_form_follows_the_catalogue_and_then_rests() -> None:
    world = town({"value": FIRST_AID})
    first = world.run_once()
    assert offered(world) == [FIRST_AID, CO_TEACHING]
    assert first.lists_written == 1
    assert "form: 1 list of badges brought up to date" in list(first.lines())
    again = world.run_once()
    assert (again.lists_written, world.forms.offers) == (0, 1)
    assert list(again.lines())[-1] == "nothing to do"
    world.sheet.type_in_catalogue("co-teaching", "Active", "no")
    world.run_once()
    assert offered(world) == [FIRST_AID]


def test_a_renamed_badge_keeps_the_answers_that_bear_its_old_name() -> None:
    """One was sent before the badge was renamed, one by somebody who had the form open meanwhile."""
    world = town(OLD[0])
    world.run_once()
    world.forms.submit("ana@lakeview.example", FIRST_AID)
    rename(world, "First Aid at School")
    world.run_once()
    (form,) = world.forms.forms.values()
    assert form.options == [{"value": "First Aid at School", "goToAction": "SUBMIT_FORM"}, {"value": CO_TEACHING}]
    assert world.known().facts[f"option:{form.id}:first-aid"] == "First Aid at School", "for links that fill it in"
    world.forms.submit("ben@lakeview.example", FIRST_AID)
    world.forms.submit("cleo@lakeview.example", "First Aid at School")
    world.run_to_rest()
    assert {request.achievement for request in world.known().requests.values()} == {"first-aid"}
    for attempt in ("1-1", "2-1", "3-1"):
        world.sheet.decide(attempt, "Approve")
    world.run_to_rest()
    assert len(world.backend.issued) == 3


@pytest.mark.parametrize(
    ("trouble", "blocks"),
    [
        (TryLater("The form “Request” changed."), False),
        (InDoubt("Google answered 503."), False),
        (Refused("The bridge may not."), True),
        (RuntimeError("a mistake of ours"), True),
    ],
)
def test_when_the_form_can_not_be_written_all_else_is_done(trouble: BridgeError, blocks: bool) -> None:
    told = {"forms": 0}

    def moody(name: str, when: str) -> None:
        if name == "forms.offer" and when == "before":
            told["forms"] += 1
            raise trouble

    world = town({"value": FIRST_AID}, moody=moody)
    world.forms.submit("ana@lakeview.example", FIRST_AID)
    world.run_once()
    world.sheet.decide("1-1", "Approve")
    report = world.run_once()
    assert report.done[Kind.ISSUE] == report.done[Kind.TELL_ISSUED] == 1
    assert world.status("1-1") == "Issued 2026-11-22, and mailed."
    (problem,) = report.problems
    assert (problem.where, problem.blocking, report.failed) == ("form", blocks, blocks)
    assert (report.lists_written, told["forms"]) == (0, 2)
    world.moody = lambda name, when: None
    world.run_once()
    assert offered(world) == [FIRST_AID, CO_TEACHING]


def test_a_lost_lease_is_no_matter_of_the_form() -> None:
    def moody(name: str, when: str) -> None:
        if name == "forms.offer":
            raise LeaseLost("Another bridge took over.")

    with pytest.raises(LeaseLost):
        town(OLD[0], moody=moody).run_once()


def test_the_form_is_written_when_all_else_is_done() -> None:
    """Google Forms may take its time: nobody waits for it."""
    world = town(OLD[0])
    world.forms.submit("ana@lakeview.example", FIRST_AID)
    world.run_once()
    steps = world.doom.log
    assert steps.index("before forms.offer") > max(
        place for place, step in enumerate(steps) if "sheet.write" in step or "mailer" in step or "shown" in step
    )


def test_a_death_around_the_write_is_made_good_by_the_next_cycle() -> None:
    whole = town(*OLD)
    whole.run_once()
    steps = [number for number, step in enumerate(whole.doom.log, start=1) if "forms" in step]
    assert len(steps) == 4
    for death in steps:
        world = town(*OLD)
        world.doom = Doom(dies_at=death)
        world.run_to_rest()
        assert offered(world) == [FIRST_AID, CO_TEACHING, "Bowling"]
        assert world.run_once().lists_written == 0
