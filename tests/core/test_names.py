"""First and last name, for a backend that must be told which is which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plan import Vendor
from bridge.plan.names import Names, names_of
from tests.core.desk import POLICY, Desk, asked, submission
from tests.core.moving import MANY, granted, move

CREDLY = replace(
    POLICY, backend="credly", backends={"credly": Vendor("Credly", frozenset({"first-aid"}), wants_names=True)}
)


def test_a_holder_of_one_name_is_not_moved_to_where_two_are_wanted() -> None:
    desk = granted(asked(MANY))  # to Ana
    assert move(desk, "local", "credly").stay == (("1-1", "Credly wants first and last name, and there is only one"),)
    assert len(move(desk, "local", "badgr").moves) == 1


@pytest.mark.parametrize(
    ("name", "given_name", "family_name"),
    [
        ("Ana Gómez", "Ana", "Gómez"),
        ("Ana María Gómez", "Ana María", "Gómez"),
        ("Ana", "Ana", ""),
        ("", "", ""),
        ("محمد علي", "محمد", "علي"),
        ("van der Berg", "van der", "Berg"),
    ],
)
def test_one_name_is_cut_before_its_last_word(name: str, given_name: str, family_name: str) -> None:
    assert names_of(submission(name=name)) == Names(given_name, family_name, guessed=True)


def test_two_answers_are_taken_as_they_are() -> None:
    both = submission(name="Ana van der Berg", given_name="Ana", family_name="van der Berg")
    assert names_of(both) == Names("Ana", "van der Berg")


@pytest.mark.parametrize("half", [{"given_name": "Ana"}, {"family_name": "Gómez"}])
def test_half_an_answer_is_no_answer(half: dict[str, str]) -> None:
    assert names_of(submission(name="Ana Gómez", **half)) == Names("Ana", "Gómez", guessed=True)


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1), max_size=5))
def test_no_word_of_a_name_is_lost(words: list[str]) -> None:
    found = names_of(submission(name=" ".join(words)))
    assert f"{found.given} {found.family}".split() == words


# ── on the way to a backend ──────────────────────────────────────────────────────


def issued(**answers: object) -> Desk:
    desk = Desk(CREDLY)
    desk.submit(submission(**answers))
    desk.look()
    desk.choose("1-1", "Approve")
    desk.look()
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:1-1")
    desk.look()
    return desk


def test_a_guess_is_told_in_the_row() -> None:
    desk = issued(name="Ana María Gómez")
    order = desk.known.orders["1-1"]
    assert (order.given_name, order.family_name) == ("Ana María", "Gómez")
    assert desk.cell("1-1", "Status") == (
        "Issued 2026-11-22, and mailed. The name was cut in two by guess: Ana María | Gómez."
    )


def test_of_a_name_of_two_words_nothing_is_said() -> None:
    desk = issued(name="Emily Carter")
    assert (desk.known.orders["1-1"].given_name, desk.known.orders["1-1"].family_name) == ("Emily", "Carter")
    assert desk.cell("1-1", "Status") == "Issued 2026-11-22, and mailed."


def test_a_name_of_one_word_leaves_nothing_for_the_other() -> None:
    desk = issued(name="Ana")
    assert desk.cell("1-1", "Status").endswith("The name was cut in two by guess: Ana | (nothing).")


def test_what_was_asked_for_apart_is_no_guess() -> None:
    desk = issued(name="Ana van der Berg", given_name="Ana", family_name="van der Berg")
    assert desk.known.orders["1-1"].family_name == "van der Berg"
    assert desk.cell("1-1", "Status") == "Issued 2026-11-22, and mailed."


def test_consent_to_be_named_on_the_page_is_another_matter() -> None:
    desk = issued(name="Ana Gómez", show_name=False)
    order = desk.known.orders["1-1"]
    assert order.name == ""
    assert order.given_name == "Ana"
