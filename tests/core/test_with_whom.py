"""The column With of Review: who is asked, in one voice with the mails that remind them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model import Identity
from bridge.plan.catalogue import SECOND_LOOK
from bridge.plan.digests import waiting
from bridge.review import WITH, in_dots
from tests.core.desk import Desk, submission
from tests.core.second import ANN, BEA, LISTED
from tests.core.test_badge_cells import desk_with


def asked(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Whom the mails ask, by attempt."""
    return {row.attempt_id: row.asked for row in waiting(desk.known, desk.now, desk.policy)}


def of_two() -> Desk:
    bare = desk_with({SECOND_LOOK: "coach"})
    desk = Desk(LISTED, badges=bare.badges, artworks=bare.artworks)
    desk.submit(submission())
    desk.look()
    return desk


def test_with_names_whom_the_mails_ask_as_long_as_it_waits() -> None:
    desk = of_two()
    assert desk.cell("1-1", WITH) == in_dots(asked(desk)["1-1"]) == in_dots([ANN, BEA]), "not who asked"
    desk.choose("1-1", "Approve", reviewer=ANN)
    desk.look()
    assert desk.cell("1-1", WITH) == in_dots(asked(desk)["1-1"])
    assert ANN not in desk.cell("1-1", WITH)
    assert BEA in desk.cell("1-1", WITH)
    desk.choose("1-1", "Decline", "Not this year.", reviewer=BEA)
    desk.look()
    assert desk.cell("1-1", WITH) == ""
    assert asked(desk) == {}


@pytest.mark.parametrize("identity", [Identity.COLUMN, Identity.FORM])
def test_there_is_no_such_column_where_nobody_is_named(identity: Identity) -> None:
    desk = Desk(replace(LISTED, identity=identity, coaches=frozenset()))
    desk.submit(submission())
    desk.look()
    assert desk.review is not None
    assert WITH not in desk.review[0]


def test_one_address_in_another_is_not_taken_for_it() -> None:
    assert in_dots(["diana@x.example"]) == "· diana@x.example ·"
    assert in_dots(["ana@x.example"]) not in in_dots(["diana@x.example", "bo@x.example"])
    assert in_dots(["bo@x.example"]) in in_dots(["diana@x.example", "bo@x.example"])
    assert in_dots([]) == ""
