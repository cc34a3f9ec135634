import gzip
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ob_samples import ISSUED, ISSUER, KEY, URL

from bridge.openbadges import status
from bridge.openbadges.errors import CannotTell
from bridge.openbadges.signing.proof import check, sign

indices = st.sets(st.integers(0, status.ENTRIES - 1), max_size=20)


def packed(bits: bytes) -> str:
    return "u" + urlsafe_b64encode(gzip.compress(bits, mtime=0)).decode().rstrip("=")


@given(indices)
def test_what_was_set_is_set_after_the_way_there_and_back(revoked: set[int]) -> None:
    found = status.decode(status.status_list(revoked).encoded())
    assert {index for index in revoked | {0, 1, 131_071} if found.is_set(index)} == revoked
    assert found.bits.count(0) >= len(found.bits) - len(revoked)


def test_the_first_entry_is_the_leftmost_bit() -> None:
    assert status.status_list([0]).bits[0] == 0b1000_0000
    assert status.status_list([15]).bits[1] == 0b0000_0001


def test_a_list_is_as_long_as_the_standard_asks() -> None:
    assert status.status_list().length == 131_072


@given(st.integers(0, 10 * status.ENTRIES))
def test_an_entry_has_one_place_in_one_list(entry: int) -> None:
    number, index = status.place(entry)
    assert status.entry(number, index) == entry
    assert number >= 1
    assert not status.status_list([index]).is_set((index + 1) % status.ENTRIES)


def test_the_second_list_begins_where_the_first_ends() -> None:
    assert [status.place(entry) for entry in (0, 131_071, 131_072)] == [(1, 0), (1, 131_071), (2, 0)]


@given(indices, indices)
def test_two_lists_together_say_what_either_says(one: set[int], two: set[int]) -> None:
    assert status.status_list(one) | status.status_list(two) == status.status_list(one | two)


def test_the_empty_list_of_the_standard_is_read() -> None:
    # the encodedList of an example in W3C Bitstring Status List v1.0
    example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert status.decode(example) == status.status_list()


@pytest.mark.parametrize("index", [-1, 131_072])
def test_an_index_outside_of_the_list_is_refused(index: int) -> None:
    with pytest.raises(IndexError, match="131072 entries"):
        status.status_list([index])


@pytest.mark.parametrize(
    ("encoded", "sentence"),
    [
        ("", "can't be read|shorter"),
        ("u!!!", "can't be read|shorter"),
        ("uAAAA", "can't be read"),
        (packed(bytes(100)), "shorter"),
        (packed(bytes(16 * 1024))[:31], "can't be read|shorter"),
        (packed(bytes(3 * 1024 * 1024)), "too large"),
    ],
)
def test_a_bad_list_is_told(encoded: str, sentence: str) -> None:
    with pytest.raises(CannotTell, match=sentence):
        status.decode(encoded)


@given(st.text(max_size=50))
def test_any_text_is_read_or_refused(encoded: str) -> None:
    with pytest.raises(CannotTell):
        status.decode(encoded)


def test_the_list_is_a_credential_that_can_be_signed() -> None:
    document = sign(status.credential(f"{URL}/status/1.json", ISSUER, status.status_list([7]), ISSUED), KEY, ISSUED)
    check(document, lambda _: KEY.public)
    assert document["id"] == f"{URL}/status/1.json"
    assert status.decode(document["credentialSubject"]["encodedList"]).is_set(7)
