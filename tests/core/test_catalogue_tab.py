"""The tab Catalogue: what is on offer, for anybody to read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bridge.model import Achievement, Credential, Known, Order
from bridge.plan.catalogue import TITLES, on_offer
from bridge.plan.catalogue_tab import CATALOGUE_TITLES, catalogue_rows
from bridge.ports import Rows, Tab
from tests.core.desk import POLICY

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST_AID = Achievement("first-aid", "v1", "First Aid", "Knows what to do.", "Shows it.", "", 12)
CHESS = Achievement("chess", "v2", "Chess", "Plays.", "Wins.", "", 1.5, valid_months=36)


def known(*achievements: Achievement) -> Known:
    return Known(achievements={one.key: one for one in achievements})


def tab(*keys: str) -> Tab:
    return Tab(2, "Badges", (TITLES, *((key, *[""] * 7) for key in keys)))


def cells(rows: Rows, title: str) -> list[object]:
    assert rows[0] == CATALOGUE_TITLES
    return [row[CATALOGUE_TITLES.index(title)] for row in rows[1:]]


def held(memory: Known, *people: str, key: str = "first-aid", revoked: bool = False, lapsed: bool = False) -> None:
    """So many awards are made; whoever is named twice earned the badge twice."""
    for who in people:
        attempt = f"{len(memory.orders) + 1}-1"
        memory.orders[attempt] = Order(
            f"award {attempt}", attempt, key, "v1", f"{who}@district.example", "", who, NOON, 1, "key"
        )
        if lapsed:
            memory.orders[attempt] = replace(memory.orders[attempt], expires=NOON - timedelta(days=1))
        memory.credentials[attempt] = Credential(
            f"award {attempt}", attempt, "u", "i", "local", issued_at=NOON, revoked_at=NOON if revoked else None
        )


def test_it_tells_what_a_badge_is() -> None:
    assert catalogue_rows(known(FIRST_AID, CHESS), tab("chess", "first-aid"), NOON, POLICY)[1:] == (
        (
            *("Chess", "Plays.", 1.5, "3 years", "10 days", 0),
            "https://badges.district.example/achievements/chess/v2.html",
        ),
        (
            *("First Aid", "Knows what to do.", 12, "unlimited", "10 days", 0),
            "https://badges.district.example/achievements/first-aid/v1.html",
        ),
    )


def test_by_when_is_told_as_each_badge_has_it() -> None:
    """A badge that comes by itself is not decided about."""
    memory = known(
        FIRST_AID, replace(CHESS, review_days=1), replace(CHESS, key="all", name="All of it", by_itself=True)
    )
    rows = catalogue_rows(memory, tab("first-aid", "chess", "all"), NOON, POLICY)
    assert cells(rows, "Decided within") == ["10 days", "1 day", "comes by itself"]


def test_only_what_can_be_asked_for_is_told() -> None:
    memory = known(FIRST_AID, replace(CHESS, active=False))
    assert cells(catalogue_rows(memory, tab("chess", "first-aid"), NOON, POLICY), "Badge") == ["First Aid"]


def test_without_a_badge_there_are_the_titles() -> None:
    assert catalogue_rows(known(), None, NOON, POLICY) == (CATALOGUE_TITLES,)


def test_the_order_is_that_of_the_tab_badges() -> None:
    """A key that stands there twice counts where it stands first; badges that have no row come last, by name."""
    memory = known(FIRST_AID, CHESS, replace(CHESS, key="z", name="archery"), replace(CHESS, key="y", name="Bowling"))
    order = [one.key for one in on_offer(memory, tab("first-aid", "", "chess", "first-aid"))]
    assert order == ["first-aid", "chess", "z", "y"]
    assert [one.key for one in on_offer(memory, None)] == ["z", "y", "chess", "first-aid"]
    assert [one.key for one in on_offer(memory, Tab(2, "Badges", (("Name",), ("First Aid",))))][:1] == ["z"]


def test_people_are_counted_once_and_only_while_they_hold_it() -> None:
    memory = known(FIRST_AID, CHESS)
    held(memory, "ana", "ana", "ben")
    held(memory, "cleo", revoked=True)
    held(memory, "dan", lapsed=True)
    held(memory, "eve", key="chess")
    assert cells(catalogue_rows(memory, tab("first-aid", "chess"), NOON, POLICY), "Holders") == [2, 1]


def test_nobody_is_named_whatever_the_coordinator_wrote() -> None:
    words = "Ask\n maria@lakeview.example  for\u202e help."
    memory = known(replace(FIRST_AID, description=words))
    held(memory, "ana")
    rows = catalogue_rows(memory, tab("first-aid"), NOON, POLICY)
    assert cells(rows, "What it stands for") == ["Ask (an address) for help."]
    assert "@" not in str(rows)


def test_words_stay_within_what_a_cell_takes() -> None:
    rows = catalogue_rows(known(replace(FIRST_AID, description="x" * 60_000)), tab(), NOON, POLICY)
    assert all(len(str(cell)) <= 2_000 for cell in rows[1])
