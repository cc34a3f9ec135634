"""Other people's words without anybody's e-mail address."""

from __future__ import annotations

import time

import pytest

from bridge.wording import discreet


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("No address here.", "No address here."),
        ("Maria@Lakeview.example is no address", "(an address) is no address"),
        ("Two: <a@b.example>,c@d.example;\ne", "Two: <(an address)>,(an address); e"),
        ('{"email":"ana@b.example"}', '{"email":"(an address)"}'),
        ("At @home, 5 @ 3", "At @home, 5 @ 3"),
    ],
)
def test_addresses_are_left_out(text: str, told: str) -> None:
    assert discreet(text) == told


@pytest.mark.parametrize("limit", range(13, 60))
def test_nothing_is_left_of_an_address_in_the_middle_of_which_the_text_ends(limit: int) -> None:
    told = discreet("The server says of ana.maria@lakeview.example that it is no address of hers", limit)
    assert len(told) <= limit
    assert not any(part in told for part in ("ana", "lake", "@"))


def test_a_long_text_takes_no_long_time() -> None:
    began = time.perf_counter()
    assert discreet("a" * 1_000_000) == "a" * 299 + "…"
    assert discreet("a" * 500_000 + "@" + "b" * 500_000) == "(an address)"
    assert time.perf_counter() - began < 2
