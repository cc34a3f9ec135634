"""Awards that go back to where they were once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model import State
from bridge.plan.moves import is_taken_up
from tests.core.moving import issued, move, moved, withdrawn


@pytest.mark.parametrize("state", [State.PLANNED, State.STUCK])
def test_nothing_goes_back_to_a_vendor_where_its_earlier_badge_is_still_to_be_withdrawn(state: State) -> None:
    """The vendor would call it a duplicate: the one in the way is the award's own."""
    desk = issued()
    move(desk, "local", "badgr")
    moved(desk, 1)
    move(desk, "badgr", "local", revoke=True)
    moved(desk, 2)
    desk.known.effects["withdraw:1-1/2"] = replace(desk.effect("withdraw:1-1/2"), state=state)
    before = dict(desk.known.effects)
    why = "its earlier badge at Badgr is still to be withdrawn; run badge-bridge run first"
    back = move(desk, "local", "badgr")
    assert (back.moves, dict(back.stay)) == ((), {"1-1": why})
    assert desk.known.effects == before
    desk.known.effects["withdraw:1-1/2"] = replace(desk.effect("withdraw:1-1/2"), state=State.PLANNED)
    withdrawn(desk, 2)
    assert [m.n for m in move(desk, "local", "badgr").moves] == [3]


def test_what_still_stands_there_is_taken_up_again() -> None:
    desk = issued()
    (there,) = move(desk, "local", "badgr").moves
    moved(desk, 1)
    (back,) = move(desk, "badgr", "local").moves
    assert (is_taken_up(desk.known, there), is_taken_up(desk.known, back)) == (False, True)
    desk.look()
    assert desk.cell("1-1", "Status").endswith(" To be taken up again by this bridge.")
    moved(desk, 2)
    desk.look()
    assert desk.cell("1-1", "Status").endswith(" Taken up again by this bridge.")
