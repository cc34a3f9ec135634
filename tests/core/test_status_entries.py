"""Which entries of the status lists new badges get."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Known, Order
from bridge.openbadges.status import ENTRIES, place
from bridge.plan import learn
from bridge.plan.enact import FreeIndexes

from .desk import ENTROPY, NOON, POLICY, asked

ORDER = Order("award", "1-1", "first-aid", "v", "a@b.example", "s", "", NOON, 0, "key")


def known(entries: range) -> Known:
    return Known(orders={f"{n}-1": replace(ORDER, status_index=n) for n in entries})


def drawn(free: FreeIndexes, count: int) -> list[int]:
    return [free.draw() for _ in range(count)]


@given(st.binary(min_size=32, max_size=32))
def test_a_young_programme_has_one_list_and_fills_it_anywhere(entropy: bytes) -> None:
    entries = drawn(FreeIndexes(Known(), entropy), 200)
    assert len(set(entries)) == 200
    assert all(0 <= entry < ENTRIES for entry in entries)
    assert max(entries) - min(entries) > ENTRIES // 2
    assert entries != sorted(entries)


def test_a_second_list_is_opened_when_the_first_is_half_full() -> None:
    half = ENTRIES // 2
    assert FreeIndexes(known(range(half - 1)), ENTROPY).lists == 1
    free = FreeIndexes(known(range(half)), ENTROPY)
    assert free.lists == 2
    assert {place(entry)[0] for entry in drawn(free, 200)} == {1, 2}


def test_a_night_of_many_opens_it_in_between() -> None:
    free = FreeIndexes(known(range(ENTRIES // 2 - 50)), ENTROPY)
    entries = drawn(free, 500)
    assert {place(entry)[0] for entry in entries[:50]} == {1}
    assert {place(entry)[0] for entry in entries[50:]} == {1, 2}


def test_no_entry_is_given_twice() -> None:
    free = FreeIndexes(known(range(ENTRIES)), ENTROPY)
    entries = drawn(free, 1000)
    assert len(set(entries)) == 1000
    assert not set(entries) & set(range(ENTRIES))


def test_entries_of_badges_that_the_ledger_forgot_are_not_given_again() -> None:
    forgotten = range(0, ENTRIES, 2)
    entries = drawn(FreeIndexes(Known(), ENTROPY, forgotten), 1000)
    assert not [entry for entry in entries if entry in forgotten]
    assert {place(entry)[0] for entry in entries} == {1, 2}


def test_what_the_site_knows_reaches_the_order() -> None:
    """The same cycle twice, with the same dice: the entry that it drew is taken the second time."""
    desk = asked()
    desk.choose("1-1", "Approve")
    (first,) = learn(desk.seen(), desk.known, desk.now, POLICY, ENTROPY).lesson.orders
    seen = replace(desk.seen(), taken={first.status_index})
    (again,) = learn(seen, desk.known, desk.now, POLICY, ENTROPY).lesson.orders
    assert again.status_index != first.status_index
    assert again.award == first.award
