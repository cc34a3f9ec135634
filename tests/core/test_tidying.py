"""What `sheet sync` would write: tabs that are missing, looks that differ, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import LedgerUnusable, Refused
from bridge.model import Known
from bridge.plan import tidy
from bridge.plan.learning import REBUILD
from bridge.plan.tidying import Tidying, in_words
from bridge.ports import Change, Own, Tab
from tests.core.desk import Desk, asked, issued


def tidied(desk: Desk, own: dict[Own, Tab] | None = None, lacking: tuple[str, ...] = ()) -> Tidying:
    tabs = {one: Tab(9, one, (("x",),)) for one in Own} if own is None else own
    reading = replace(desk.reading(), own=tabs, lacking=lacking)
    return tidy(desk.known, reading, (), desk.now, desk.policy)


def test_where_nothing_is_missing_nothing_is_written() -> None:
    desk = asked()
    desk.choose("1-1", "Approve")  # a cycle would take it, and set Status; this does not
    found = tidied(desk)
    assert (found.change, found.versions, found.problems) == (Change(), {}, ())


def test_tabs_that_are_missing_are_made_and_others_left_as_they_are() -> None:
    desk = asked()
    found = tidied(desk, {one: Tab(9, one, (("x",),)) for one in Own if one is not Own.HELP}, ("the column “Due”",))
    assert [(change.own, change.make) for change in found.change.own] == [(Own.HELP, True)]
    assert found.change.mend_review
    assert (found.change.review, found.change.added, found.change.catalogue) == ((), (), ())
    assert list(in_words(found.change, replace(desk.reading(), lacking=("the column “Due”",)))) == [
        "put in order in Review: the column “Due”",
        "the tab Help was made",
    ]


def test_the_review_tab_is_made_before_the_first_request() -> None:
    found = tidied(Desk())
    assert (found.change.make_review, found.change.added, found.problems) == (True, (), ())


def test_the_tab_of_badges_is_made_where_there_never_was_one() -> None:
    desk = Desk()
    desk.badges = None
    found = tidied(desk)
    assert found.change.make_catalogue
    told = "the tab Badges was made, for you to write a row for each badge"
    assert told in in_words(found.change, desk.reading())
    lost = issued()
    lost.badges = None
    assert not tidied(lost).change.make_catalogue


def test_a_lost_review_tab_is_made_only_if_somebody_said_so() -> None:
    desk = issued()
    desk.review = None
    found = tidied(desk)
    assert not found.change.make_review
    assert "badge-bridge sheet rebuild" in found.problems[0].sentence
    desk.known.facts[REBUILD] = "yes"
    again = tidied(desk)
    assert (again.change.make_review, [row[0] for row in again.change.added]) == (True, ["1-1"])
    assert (again.versions, again.problems) == ({"1-1": 1}, ())


def test_a_header_that_lacks_a_title_is_told() -> None:
    desk = asked()
    assert desk.review is not None
    desk.review[0][desk.review[0].index("Decision")] = "Verdict"
    (problem,) = tidied(desk).problems
    assert problem.blocking
    assert "“Decision” is missing" in problem.sentence


def test_what_stops_a_cycle_stops_this() -> None:
    desk = issued()
    with pytest.raises(LedgerUnusable):
        tidy(Known(), desk.reading(), (), desk.now, desk.policy)
    with pytest.raises(Refused, match="now says"):
        tidied(replace(desk, policy=replace(desk.policy, issuer_url="https://o.example", key_id="did:web:o.example#k")))
