"""Badges with rubrics over whole nights: coaches rate in the sandbox's Google Sheets, as Google lets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bridge.cycle import run_sync
from bridge.openbadges.findings import Verdict
from bridge.openbadges.verifying.verify import site_fetcher, verify
from bridge.plan.catalogue import RUBRIC
from bridge.plan.scrambles import RERATED
from bridge.report import Report
from bridge.review import DECISION
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.wiring import open_world
from tests.night.district import District, district
from tests.night.test_calls import READS, WRITE

FIRST = "Planning: not yet | meets* | exceeds\nStyle: plain | rich"
OTHER = "Planning: 1 | 2 | 3* | 4"
COLUMN = chr(ord("A") + len(CATALOGUE_TITLES))


@pytest.fixture
def rated(tmp_path: Path) -> Iterator[District]:
    """A district of which the first two badges have rubrics, with a request for each, shown to the coaches."""
    with district(tmp_path) as town:
        town.act("sheet/type", tab=BADGES_TAB, range=f"{COLUMN}1:{COLUMN}1", value=RUBRIC)
        rubric(town, FIRST)
        rubric(town, OTHER, badge=1)
        town.submit()
        town.night()
        town.submit()
        town.night()
        yield town


def rubric(town: District, cell: str, badge: int = 0) -> None:
    key = town.programme.badges[badge].key
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": key}, set={RUBRIC: cell})


def type_in(town: District, attempt_id: str, **cells: str) -> None:
    coach = town.programme.coaches[0].email
    town.people.in_sheet("type-in-row", coach, where={"ID": attempt_id}, set={"Reviewer": coach, **cells})


def status(town: District, attempt_id: str) -> str:
    return next(row["Status"] for row in town.rows() if row["ID"] == attempt_id)


def ids(town: District, badge: int) -> list[str]:
    """The IDs of the rows for a badge of the programme, counted from 0."""
    name = town.programme.badges[badge].name
    return sorted((row["ID"] for row in town.rows() if row["Badge"] == name), key=lambda one: int(one.split("-")[0]))


def sheet_calls(town: District) -> Counter[str]:
    return Counter({name: n for name, n in town.calls().items() if name.startswith("sheets.")})


def night(town: District, looks: int = 1) -> Report:
    """One night; each look at the sheet takes two reads, and there is one write at the most."""
    town.calls()
    report = town.night()
    reads = Counter({name: looks * n for name, n in READS.items()})
    assert sheet_calls(town) in (reads, reads + Counter(WRITE))
    return report


def at_rest(town: District) -> None:
    town.calls()
    assert town.night().changed_nothing
    assert sheet_calls(town) == Counter(READS)


def test_from_the_column_rubric_to_the_badge(rated: District) -> None:
    at_rest(rated)
    header = list(rated.rows()[0])
    assert header[header.index(DECISION) - 2 : header.index(DECISION)] == ["Planning", "Style"]

    type_in(rated, "1-1", Decision="Approve")
    type_in(rated, "2-1", Planning="4", Decision="Approve")
    with pytest.raises(RuntimeError, match="400"):
        type_in(rated, "2-1", Planning="meets")  # a level of the other badge
    night(rated)
    assert status(rated, "1-1") == "“Approve” needs Planning at meets or above (not rated yet)."
    assert status(rated, "2-1").startswith("Issued")

    type_in(rated, "1-1", Planning="not yet")
    night(rated)
    assert status(rated, "1-1") == "“Approve” needs Planning at meets or above (now not yet)."
    type_in(rated, "1-1", Planning="exceeds")
    rated.wait_a_day()
    night(rated)
    rated.assert_each_has_one_badge()
    rated.wait_a_day()
    rated.nights()
    fetch = site_fetcher(rated.folder / "site", rated.settings.issuer.url)
    for badge in sorted((rated.folder / "site" / "badges").glob("*.png")):
        assert verify(badge.read_bytes(), fetch, rated.sandbox.world.clock.now()).verdict is Verdict.VALID
    pages = [page.read_text("utf-8") for page in (rated.folder / "site" / "awards").glob("*.html")]
    assert all("How it is judged" in page for page in pages)
    assert not any("reached" in page for page in pages)


@pytest.mark.slow
def test_a_return_takes_its_levels_along(rated: District) -> None:
    type_in(rated, "1-1", Planning="not yet", Style="rich", Decision="Return", Feedback="Please add a plan.")
    night(rated)
    assert status(rated, "1-1") == "Returned; the teacher was told."
    with rated.sandbox.lock:
        box = rated.sandbox.world.gmail.mailboxes[rated.teachers[0]]
        (mail,) = [raw for message in box.messages.values() if b"Not yet:" in (raw := message.raw)]
    text = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert text is not None
    assert "* Planning: not yet (needed: meets)\n* Style: rich" in text.get_content().replace("\r\n", "\n")


@pytest.mark.slow
def test_levels_that_change_while_a_request_waits(rated: District) -> None:
    type_in(rated, "1-1", Planning="meets", Decision="Approve")
    rubric(rated, "Planning: not yet | nearly | meets* | exceeds")
    night(rated, looks=2)  # where Badge leads has changed, too
    assert status(rated, "1-1").startswith("Please rate “Planning” anew")
    at_rest(rated)
    type_in(rated, "1-1", Planning="nearly")  # the new level can be chosen
    night(rated)
    assert status(rated, "1-1") == "“Approve” needs Planning at meets or above (now nearly)."
    type_in(rated, "1-1", Planning="meets")
    night(rated)
    assert status(rated, "1-1").startswith("Issued")
    assert rated.pages() == 1


@pytest.mark.slow
def test_sorted_rows_and_new_ones_have_the_levels_of_their_own_badge(rated: District) -> None:
    coach = rated.programme.coaches[0].email
    rated.people.in_sheet("sort", coach, by="ID", descending=True)
    night(rated)
    at_rest(rated)
    rated.submit(7)  # of all six badges, the first one again
    night(rated)
    at_rest(rated)
    firsts, others, (third, *_) = ids(rated, 0), ids(rated, 1), ids(rated, 2)
    for attempt_id, right, wrong in (
        *((one, "meets", "4") for one in firsts),
        *((one, "4", "meets") for one in others),
    ):
        type_in(rated, attempt_id, Planning=right)
        with pytest.raises(RuntimeError, match="400"):
            type_in(rated, attempt_id, Planning=wrong)
    type_in(rated, third, Planning="anything")  # its badge has no rubric


@pytest.mark.slow
def test_a_column_of_ratings_that_was_sorted_alone_decides_nothing(rated: District) -> None:
    rated.submit(11)
    night(rated)
    (one, two, three), (four, five) = ids(rated, 0), ids(rated, 1)
    for attempt_id, word in ((one, "meets"), (four, "3"), (two, "exceeds"), (five, "4")):
        type_in(rated, attempt_id, Planning=word, Decision="Approve")
    night(rated)
    assert rated.pages() == 4
    type_in(rated, three, Planning="exceeds", Decision="Approve")
    rated.people.in_sheet("sort-column", rated.programme.coaches[0].email, column="Planning", descending=True)
    report = night(rated)
    assert RERATED in [problem.sentence for problem in report.problems]
    assert rated.pages() == 4


@pytest.mark.slow
def test_a_criterion_that_is_gone_leaves_its_column_to_people(rated: District) -> None:
    type_in(rated, "1-1", Style="rich")
    rubric(rated, "Planning: not yet | meets* | exceeds")
    night(rated, looks=2)  # where Badge leads has changed, too
    at_rest(rated)
    assert rated.rows()[0]["Style"] == "rich"
    type_in(rated, "1-1", Style="as I like it")  # no drop-down any more
    at_rest(rated)
    assert rated.rows()[0]["Style"] == "as I like it"


@pytest.mark.slow
def test_a_badge_may_tell_the_levels_where_the_programme_says_so(rated: District) -> None:
    rated.set("[issuer]\n", "[issuer]\npublish_levels = true\n")
    type_in(rated, "1-1", Planning="exceeds", Style="plain", Decision="Approve")
    night(rated)
    (page,) = (rated.folder / "site" / "awards").glob("*.html")
    assert '<li class="reached"><bdi>exceeds</bdi> <small>reached</small></li>' in page.read_text("utf-8")


@pytest.mark.slow
def test_sheet_sync_makes_the_columns(rated: District) -> None:
    rubric(rated, f"{FIRST}\nPace: slow | brisk")
    with open_world(rated.settings) as (world, ours):
        assert run_sync(world, ours).did == ()  # the rubric is learnt in a cycle
    rated.act("sheet/delete-column", tab="Review", column="Style")
    with open_world(rated.settings) as (world, ours):
        assert run_sync(world, ours).did == ("put in order in Review: the column “Style”",)
        assert run_sync(world, ours).did == ()
