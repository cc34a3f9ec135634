"""What the tabs Log and Help must say, and what is put right in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from bridge.model import Identity, Known, Line
from bridge.plan import Policy, pages
from bridge.plan.catalogue_tab import CATALOGUE_TITLES
from bridge.plan.chain import Entry, continued, first_break
from bridge.plan.help_page import help_rows
from bridge.plan.hours import HOURS_TITLES
from bridge.plan.log_tab import SHOWN, TITLES, compare, log_rows
from bridge.plan.pages import MOST_CELLS, Pages, as_text
from bridge.plan.progress import progress_rows
from bridge.ports import Own, OwnChange, Patch, Rows, SheetReading, Tab
from bridge.review import Linked
from tests.core.desk import POLICY

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHAT = TITLES.index("What")


def log(count: int = 3) -> list[Line]:
    entries = [
        Entry(
            NOON + timedelta(minutes=n), f"{n}-1", "decided: Approve", "first-aid", "cora@x.example", f"{n}@x.example"
        )
        for n in range(1, count + 1)
    ]
    return list(continued(None, entries, b"key"))


def reading(log_tab: Rows | None, help_tab: Rows | None = None) -> SheetReading:
    helped = help_rows(POLICY) if help_tab is None else help_tab
    progress = tuple(tuple(map(as_text, row)) for row in progress_rows(known(), NOON, POLICY))
    empty = {Own.HOURS: (HOURS_TITLES,), Own.CATALOGUE: (CATALOGUE_TITLES,)}
    given = {Own.PROGRESS: progress, Own.LOG: log_tab, **empty, Own.HELP: helped}
    own = {own: Tab(number, own.title(), rows) for number, (own, rows) in enumerate(given.items()) if rows is not None}
    return SheetReading("https://sheet", None, None, own)


def known(shown: int = 0) -> Known:
    return Known(facts={SHOWN: str(shown)} if shown else {})


def with_cell(rows: Rows, row: int, column: int, text: str) -> Rows:
    cells = [list(line) for line in rows]
    cells[row][column] = text
    return tuple(map(tuple, cells))


def told(found: Pages) -> list[str]:
    return [problem.sentence for problem in found.problems]


def after(tab: Rows, change: OwnChange) -> Rows:
    """The tab once *change* is made, as Google would tell it."""
    cells = [list(row) for row in tab]
    for patch in change.patches:
        cells[patch.row] += [""] * (patch.column + 1 - len(cells[patch.row]))
        cells[patch.row][patch.column] = patch.text
    cells += [list(row) for row in change.added]
    while cells and not any(cells[-1]):
        cells.pop()
    return tuple(map(tuple, cells))


# ── in good order ────────────────────────────────────────────────────────────


def test_tabs_that_are_not_there_are_made_with_all_they_say() -> None:
    found = pages(known(), SheetReading("https://sheet", None, None), log(), NOON, POLICY)
    assert [(change.own, change.make) for change in found.changes] == [
        (own, True) for own in Own if own is not Own.ARCHIVE
    ]
    assert [change.added for change in found.changes] == [
        progress_rows(known(), NOON, POLICY),
        log_rows(log()),
        (HOURS_TITLES,),
        (CATALOGUE_TITLES,),
        help_rows(POLICY),
    ]
    assert found.facts == {SHOWN: "3"}
    assert told(found) == []


def test_tabs_that_say_so_already_are_left_alone() -> None:
    assert pages(known(3), reading(log_rows(log())), log(), NOON, POLICY) == Pages()


def test_new_lines_are_added_below() -> None:
    found = pages(known(2), reading(log_rows(log(2))), log(4), NOON, POLICY)
    assert found.changes == (OwnChange(Own.LOG, added=log_rows(log(4))[3:]),)
    assert found.facts == {SHOWN: "4"}
    assert told(found) == []


def test_a_night_whose_write_failed_tells_of_no_deleted_lines() -> None:
    """The tab is behind the ledger, but not behind what was shown."""
    assert told(pages(known(2), reading(log_rows(log(2))), log(3), NOON, POLICY)) == []


# ── people ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tab", "line"),
    [
        (with_cell(log_rows(log()), 2, WHAT, "decided: Decline"), 2),
        (with_cell(log_rows(log()), 1, 0, ""), 1),
        (log_rows(log())[:2] + log_rows(log())[3:], 2),  # deleted in the middle
        (log_rows(log())[:3], 3),  # deleted at the end
        ((log_rows(log())[0], *reversed(log_rows(log())[1:])), 1),  # sorted
        (log_rows(log())[:1], 1),  # all of them
        ((), 1),  # select all, Delete
    ],
)
def test_what_people_change_is_put_back_and_told(tab: Rows, line: int) -> None:
    found = pages(known(3), reading(tab), log(), NOON, POLICY)
    (change,) = found.changes
    assert after(tab, change) == log_rows(log())
    assert told(found) == [f"From line {line} on somebody changed, sorted or deleted lines. The bridge puts them back."]
    assert not any(problem.blocking for problem in found.problems)
    assert pages(known(3), reading(after(tab, change)), log(), NOON, POLICY) == Pages()


def test_lines_of_somebodys_own_are_taken_out() -> None:
    tab = (*log_rows(log()), ("4", "", "9-9", "decided: Approve", "", "", "", "Ana 555"))
    found = pages(known(3), reading(tab), log(), NOON, POLICY)
    (change,) = found.changes
    assert after(tab, change) == log_rows(log())
    assert told(found) == ["From line 4 on somebody changed, sorted or deleted lines. The bridge puts them back."]


def forged(*what: str) -> list[Line]:
    """Another log that is whole: the classic forgery, or what an older ledger wrote after it was put back."""
    entries = [Entry(NOON, f"{n}-1", words, "first-aid", "", "") for n, words in enumerate(what, 1)]
    return list(continued(None, entries, b"key"))


@pytest.mark.parametrize(
    ("tab", "ledger", "line"),
    [
        (log(3), forged("decided: Decline", "decided: Decline", "decided: Decline"), 1),  # made anew
        (log(5), log(3), 4),  # an older ledger was put back
        (log(5), [*log(3), *continued((3, log(3)[-1].hash), [Entry(NOON, "9-1", "x", "", "", "")] * 2, b"key")], 4),
        (log(2), forged("decided: Approve"), 1),
    ],
)
def test_a_tab_that_is_whole_and_says_something_else_is_evidence(
    tab: list[Line], ledger: list[Line], line: int
) -> None:
    """It is left as it is, and the coordinator hears of it until it is cleared up."""
    found = pages(known(len(tab)), reading(log_rows(tab)), ledger, NOON, POLICY)
    assert found.changes == ()
    assert found.facts == {}
    (problem,) = found.problems
    assert problem.blocking
    assert f"From line {line} on the tab tells another log" in problem.sentence
    assert tab[-1].hash in problem.sentence
    cleared = pages(known(len(tab)), reading(None), ledger, NOON, POLICY)
    assert cleared.changes == (OwnChange(Own.LOG, make=True, added=log_rows(ledger)),)


def test_a_large_log_goes_out_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_CELLS // len(TITLES) >= 5_000
    monkeypatch.setattr(import_module("bridge.plan.pages"), "MOST_CELLS", 24)
    lines, shown, tab = log(7), 0, None
    parts = []
    for _ in range(4):
        found = pages(known(shown), reading(tab), lines, NOON, POLICY)
        changes = [change for change in found.changes if change.own is Own.LOG]
        parts.append(sum(len(change.added) for change in changes))
        assert told(found) == []
        for change in changes:
            tab = after(tab or (), change)
        shown = int(found.facts.get(SHOWN, shown))
    assert parts == [3, 3, 2, 0]
    assert tab == log_rows(lines)
    assert shown == 7


def test_a_large_log_leaves_room_for_the_other_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("bridge.plan.pages"), "MOST_CELLS", 24)
    whole = {change.own: change.added for change in pages(known(0), reading(None), (), NOON, POLICY).changes}
    parts = {change.own: change.added for change in pages(known(0), reading(None), log(7), NOON, POLICY).changes}
    assert len(parts.pop(Own.LOG)) == 3
    assert parts == {own: rows for own, rows in whole.items() if own is not Own.LOG}


def test_a_large_tab_that_was_sorted_is_mended_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("bridge.plan.pages"), "MOST_CELLS", 24)
    lines = log(7)
    tab: Rows = (TITLES, *reversed(log_rows(lines)[1:]))
    for _ in range(6):
        for change in pages(known(7), reading(tab), lines, NOON, POLICY).changes:
            assert len(change.patches) <= 24
            if change.own is Own.LOG:
                tab = after(tab, change)
    assert tab == log_rows(lines)


def test_notes_to_the_right_and_below_are_nobodys_business() -> None:
    tab = (*((*row, "a note") for row in log_rows(log())), (*[""] * len(TITLES), "below", "FALSE"))
    assert pages(known(3), reading(tab), log(), NOON, POLICY) == Pages()


def test_a_deleted_tab_is_made_again_and_told() -> None:
    found = pages(known(3), reading(None), log(), NOON, POLICY)
    assert found.changes == (OwnChange(Own.LOG, make=True, added=log_rows(log())),)
    assert told(found) == ["The tab with the decision log was deleted. The bridge makes it again, with all 3 lines."]


def test_a_ledger_that_somebody_changed_stops_at_the_coordinator() -> None:
    harmed = log()
    harmed[1] = replace(harmed[1], what="decided: Decline")
    found = pages(known(3), reading(log_rows(log())), harmed, NOON, POLICY)
    assert [own.own for own in found.changes] == []  # the tab is the witness
    assert all(problem.blocking for problem in found.problems)
    assert "broken at line 2" in told(found)[0]


def test_the_help_follows_the_settings() -> None:
    policy = replace(
        POLICY,
        settle=timedelta(minutes=10),
        coaches=frozenset({"cora@x.example"}),
        share_with="bridge@x.example",
        digests=True,
    )
    often, nightly = (dict(row for row in help_rows(one)) for one in (policy, POLICY))
    assert "10 minutes" in often["change your mind"]
    assert "10 minutes" not in nightly["change your mind"]
    assert "know what waits for you" in often.keys() - nightly.keys()
    assert "named as a coach" in often["know who may decide"]
    assert "bridge@x.example" in often["open evidence that has a ✗ or a ?"]
    (change,) = pages(known(3), reading(log_rows(log()), help_rows(POLICY)), log(), NOON, policy).changes
    assert after(help_rows(POLICY), change) == help_rows(policy)


def test_the_help_sends_coaches_to_their_own_tabs_where_they_have_some() -> None:
    told_so = dict(row for row in help_rows(replace(POLICY, identity=Identity.TABS)))
    assert str(told_so["decide about a request"]).startswith("Go to the tab that bears your name")
    assert "give a row to somebody else" in told_so.keys() - dict(row for row in help_rows(POLICY)).keys()


def test_no_cell_of_the_help_tells_a_coachs_address() -> None:
    policy = Policy("https://x.example", "did:web:x.example#key", coaches=frozenset({"cora@x.example"}))
    assert "cora" not in str(help_rows(policy))


# ── the chain ────────────────────────────────────────────────────────────────


def test_a_chain_breaks_where_it_was_touched() -> None:
    whole = log(5)
    assert first_break(whole) is None
    assert first_break([]) is None
    assert first_break(whole[1:]) == 1
    assert first_break([*whole[:2], *whole[3:]]) == 3
    assert first_break([*whole, replace(whole[-1], n=6)]) == 6
    assert first_break([whole[0], replace(whole[1], person="someone"), *whole[2:]]) == 2


def test_lines_that_were_made_anew_from_one_place_on_have_other_hashes() -> None:
    """The classic forgery: change one, and compute all that follow. Only an earlier head can tell."""
    whole = log(4)
    forged = [whole[0], *continued((1, whole[0].hash), [Entry(NOON, "2-1", "decided: Decline", "", "", "")], b"key")]
    assert first_break(forged) is None
    assert forged[-1].hash not in {line.hash for line in whole}


@pytest.mark.parametrize(
    ("tab", "lines", "shown", "first"),
    [(3, 3, 3, None), (2, 3, 2, None), (2, 3, 3, 3), (3, 2, 2, 3), (0, 0, 0, None), (0, 2, 0, None), (0, 2, 2, 1)],
)
def test_the_first_difference_may_lie_behind_the_end_of_either(
    tab: int, lines: int, shown: int, first: int | None
) -> None:
    assert compare(Tab(1, "Log", log_rows(log(tab))), log(lines), shown).first == first


def test_a_patch_is_made_only_where_something_differs() -> None:
    tab = with_cell(log_rows(log()), 2, WHAT, "x")
    (change,) = pages(known(3), reading(tab), log(), NOON, POLICY).changes
    assert change.patches == (Patch(2, WHAT, "decided: Approve"),)


def test_a_missing_chart_is_drawn_again() -> None:
    undrawn = replace(reading(log_rows(log())), undrawn=frozenset({Own.PROGRESS}))
    assert pages(known(3), undrawn, log(), NOON, POLICY).changes == (OwnChange(Own.PROGRESS, draw=True),)


VIEWS = (("Waiting", "https://sheet/edit#gid=1&fvid=7"), ("Mine – ana", "https://sheet/edit#gid=1&fvid=8"))


def test_help_begins_with_links_to_the_filter_views() -> None:
    first = help_rows(POLICY, VIEWS)[1][1]
    assert isinstance(first, Linked)
    assert [(first[start:end], link) for start, end, link in first.links] == list(VIEWS)
    assert (help_rows(POLICY, VIEWS)[0], help_rows(POLICY, VIEWS)[2:]) == (help_rows(POLICY)[0], help_rows(POLICY)[1:])


def test_the_links_are_written_again_only_where_they_lead_elsewhere() -> None:
    seen, here = known(3), replace(reading(log_rows(log()), help_rows(POLICY, VIEWS)), views=VIEWS)
    found = pages(seen, here, log(), NOON, POLICY)
    assert [change.patches for change in found.changes] == [(Patch(1, 1, help_rows(POLICY, VIEWS)[1][1]),)]
    seen.facts.update(found.facts)
    assert pages(seen, here, log(), NOON, POLICY) == Pages()
    moved = pages(
        seen, replace(here, views=(VIEWS[0], (VIEWS[1][0], "https://sheet/edit#gid=1&fvid=9"))), log(), NOON, POLICY
    )
    assert [len(change.patches) for change in moved.changes] == [1]
