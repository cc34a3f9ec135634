from hypothesis import given
from hypothesis import strategies as st

from bridge.openbadges.text import clean, is_clean


def test_soft_line_breaks_become_line_breaks() -> None:
    assert clean("First\x0bAid\x0cnow") == "First\nAid\nnow"


def test_other_controls_vanish_and_lone_surrogates_are_replaced() -> None:
    assert clean("a\x00b\x08c\x1bd\x7fe\ud800") == "abcde\ufffd"


def test_what_is_no_character_and_is_not_escaped_alike_everywhere_is_replaced() -> None:
    assert clean("a\ufffeb\uffffc\ufdd0") == "a\ufffdb\ufffdc\ufdd0"


def test_what_people_write_stays() -> None:
    text = "Zoë\tשלום\r\n👩🏽‍🏫 \u0085 e\u0301"
    assert clean(text) == text


@given(st.text(st.characters(exclude_categories=())))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert is_clean(clean(text))
    clean(text).encode()
