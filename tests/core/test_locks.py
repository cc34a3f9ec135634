"""The bridge's own tabs are closed in the same write that brings them up to date, and without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.plan import tidy
from bridge.plan.learning import REBUILD
from bridge.plan.locks import locked, with_locks, without_locks
from bridge.ports import Change, Own, OwnChange, Patch, Tab
from tests.core.desk import Desk, asked, issued

WORDS = OwnChange(Own.HELP, patches=(Patch(1, 0, "x"),))


def test_a_tab_that_says_what_it_should_is_closed_all_the_same() -> None:
    closed = with_locks([WORDS], {Own.ARCHIVE, Own.HELP})
    assert closed == (replace(WORDS, lock=True), OwnChange(Own.ARCHIVE, lock=True))
    assert locked(Change(own=closed)) == ("Archive", "Help")
    assert without_locks(closed) == (WORDS,)


def test_where_all_are_closed_nothing_is() -> None:
    assert with_locks([WORDS], frozenset()) == (WORDS,)
    assert locked(Change(own=(WORDS,))) == ()


@pytest.mark.parametrize("rebuilt", [False, True])
def test_sync_closes_them_whatever_else_it_does(rebuilt: bool) -> None:
    desk: Desk = issued() if rebuilt else asked()
    if rebuilt:
        desk.review = None
        desk.known.facts[REBUILD] = "yes"
    tabs = {one: Tab(9, one, (("x",),)) for one in Own}
    reading = replace(desk.reading(), own=tabs, unlocked={Own.LOG: {}})
    change = tidy(desk.known, reading, (), desk.now, desk.policy).change
    assert (change.make_review, change.own) == (rebuilt, (OwnChange(Own.LOG, lock=True),))
