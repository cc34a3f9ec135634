"""The list of badges in a form beside the badges that are active."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import BadgeQuestion, Choice, FormReading, Known, Option
from bridge.plan import FormList, Seen, form_lists
from bridge.plan.catalogue import TITLES
from bridge.plan.form_list import MOST_TOLD, Comparison, compare, words_for
from bridge.ports import SheetReading, Tab
from bridge.review import fold
from tests.core.test_catalogue_tab import CHESS, FIRST_AID, known, tab

NAMES = {"first-aid": "First Aid", "chess": "Chess", "robots": "Robotics"}
#: Every name that a badge had; bowling is not active any more.
LABELS = {
    "first aid": "first-aid",
    "first help": "first-aid",
    "chess": "chess",
    "robotics": "robots",
    "bowling": "bowling",
}
OTHER = Option("", other=True)


def offered(*texts: str | Option) -> tuple[Option, ...]:
    return tuple(text if isinstance(text, Option) else Option(text) for text in texts)


def after(options: Sequence[Option], found: Comparison) -> tuple[Option, ...]:
    """What the form offers once the choices were sent."""
    if not found.choices:
        return tuple(options)
    return tuple(Option(one.text, one.was is not None and options[one.was].other) for one in found.choices)


def texts(found: Comparison) -> list[str]:
    return [choice.text for choice in found.choices]


# ── one question ─────────────────────────────────────────────────────────────


def test_a_list_that_is_in_step_is_left_alone() -> None:
    assert compare(offered("First Aid", "Chess", "Robotics", OTHER), NAMES, LABELS) == Comparison()


@pytest.mark.parametrize(
    ("options", "choices", "differences"),
    [
        (
            offered("First Aid", "Robotics"),
            [Choice("First Aid", 0), Choice("Chess"), Choice("Robotics", 1)],
            ["“Chess” is missing"],
        ),
        (
            offered("First Help", "Chess", "Robotics"),
            [Choice("First Aid", 0), Choice("Chess", 1), Choice("Robotics", 2)],
            ["“First Help” is now called “First Aid”"],
        ),
        (
            offered("First Aid", "Bowling", "Chess", "Robotics"),
            [Choice("First Aid", 0), Choice("Chess", 2), Choice("Robotics", 3)],
            ["“Bowling” is switched off"],
        ),
        (
            offered("Chess", "First Aid", "Robotics"),
            [Choice("First Aid", 1), Choice("Chess", 0), Choice("Robotics", 2)],
            ["the order is not that of the tab Badges"],
        ),
        (  # under its old name and its new one
            offered("First Help", "First Aid", "Chess", "Robotics"),
            [Choice("First Aid", 1), Choice("Chess", 2), Choice("Robotics", 3)],
            ["“First Help” names a badge that is there already"],
        ),
        (  # people copied it
            offered("First Aid", " first  aid", "Chess", "Robotics"),
            [Choice("First Aid", 0), Choice("Chess", 2), Choice("Robotics", 3)],
            ["“first aid” names a badge that is there already"],
        ),
        (
            offered("first aid", "Chess", "Robotics"),
            [Choice("First Aid", 0), Choice("Chess", 1), Choice("Robotics", 2)],
            ["“first aid” is now called “First Aid”"],
        ),
    ],
)
def test_options_follow_the_badges(options: tuple[Option, ...], choices: list[Choice], differences: list[str]) -> None:
    found = compare(options, NAMES, LABELS)
    assert list(found.choices) == choices
    assert list(found.differences) == differences
    assert found.strangers == ()
    assert compare(after(options, found), NAMES, LABELS) == Comparison()


def test_what_people_offer_besides_stays_where_it_is_and_is_told() -> None:
    """A heading stays above what it stands above, and what stands at the end stays there."""
    options = offered("— Health —", "First Aid", "— Games —", "Bowling", "Chess", "I am not sure", OTHER)
    found = compare(options, NAMES, LABELS)
    assert texts(found) == ["— Health —", "First Aid", "— Games —", "Chess", "Robotics", "I am not sure", ""]
    assert found.strangers == ("— Health —", "— Games —", "I am not sure")
    assert list(found.differences) == ["“Robotics” is missing", "“Bowling” is switched off"]


def test_strangers_alone_are_no_reason_to_write() -> None:
    found = compare(offered("First Aid", "Chess", "", "Robotics"), NAMES, LABELS)
    assert found == Comparison(strangers=("",))


def test_how_a_letter_is_encoded_is_no_difference() -> None:
    """Google may give back another encoding than it was sent: that must not be written every night."""
    names, labels = {"cafe": "Café"}, {fold("Café"): "cafe"}
    assert compare(offered("Cafe\u0301"), names, labels) == Comparison()


def test_a_list_that_is_all_wrong_is_told_in_short() -> None:
    names = {f"badge-{n}": f"Badge {n} \u202e" + "x" * 200 for n in range(40)}
    labels = {fold(name): key for key, name in names.items()} | {f"old {n}": f"badge-{n}" for n in range(20)}
    found = compare(offered(*(f"Old {n}" for n in range(20))), names, labels)
    assert f"and {20 - MOST_TOLD} more are missing" in found.differences[0]
    assert found.differences[-1] == f"{20 - MOST_TOLD} more are called otherwise now"
    assert all(len(one) < 500 and "\u202e" not in one for one in found.differences)


PLACES = st.lists(
    st.sampled_from(["First Aid", "FIRST AID", "First Help", "Chess", "Robotics", "Bowling", "— a —", "— b —", OTHER]),
    max_size=12,
)


@given(PLACES, st.permutations(list(NAMES)), st.integers(1, 3))
def test_once_sent_it_is_in_step(there: list[str | Option], order: list[str], count: int) -> None:
    """Whatever people offer: each active badge once, in order; all of theirs stays; and then there is nothing more."""
    options, names = offered(*there), {key: NAMES[key] for key in order[:count]}
    found = compare(options, names, LABELS)
    result = after(options, found)
    assert [one.text for one in result if one.text in NAMES.values()] == list(names.values())
    theirs = Counter(one for one in options if one.other or one.text.startswith("—"))
    assert Counter(result) == theirs + Counter(offered(*names.values()))
    assert len({choice.was for choice in found.choices if choice.was is not None}) == sum(
        choice.was is not None for choice in found.choices
    )
    again = compare(result, names, LABELS)
    assert (again.choices, again.differences) == ((), ())


# ── all forms ────────────────────────────────────────────────────────────────


def seen(*options: str, catalogue: Tab | None, keep: bool = True, words: bool = False) -> Seen:
    question = BadgeQuestion("Which badge?", None if words else offered(*options), "as fetched")
    form = FormReading("form", "Badges", verified=True, badge=question, keep_list=keep)
    return Seen(forms=[form], sheet=SheetReading("https://sheet", None, catalogue))


def memory() -> Known:
    found = known(FIRST_AID, CHESS, replace(CHESS, key="bowling", name="Bowling", active=False))
    found.labels |= LABELS
    return found


BOTH = tab("chess", "first-aid", "bowling")


def sentences(lists: Sequence[FormList]) -> list[str]:
    return [problem.sentence for one in lists for problem in one.problems]


def test_the_order_is_that_of_the_tab_badges() -> None:
    (one,) = form_lists(seen("Bowling", "First Aid", catalogue=BOTH), memory())
    assert one.choices == (Choice("Chess"), Choice("First Aid", 1))
    assert one.problems == ()


@pytest.mark.parametrize(
    "unread",
    [None, Tab(2, "Badges", (("Name",), ("Chess",)))],
    ids=["no tab", "a title is missing"],
)
def test_while_the_catalogue_can_not_be_read_no_list_is_touched(unread: Tab | None) -> None:
    assert form_lists(seen("Bowling", catalogue=unread), memory()) == []
    assert form_lists(Seen(forms=seen("Bowling", catalogue=BOTH).forms), memory()) == []


def test_a_list_that_is_not_to_be_kept_is_not_looked_at() -> None:
    assert form_lists(seen("Bowling", catalogue=BOTH, keep=False), memory()) == []


def test_a_row_that_is_gone_takes_no_badge_from_the_form() -> None:
    (one,) = form_lists(seen("Chess", "First Aid", catalogue=tab("chess")), memory())
    assert one.choices == ()


def test_without_an_active_badge_the_list_stays() -> None:
    gone = Known(achievements={"chess": replace(CHESS, active=False)}, labels=dict(LABELS))
    lists = form_lists(seen("Chess", catalogue=Tab(2, "Badges", (TITLES,))), gone)
    assert [one.choices for one in lists] == [()]
    assert ["No badge is active" in sentence for sentence in sentences(lists)] == [True]


def test_a_question_in_words_is_told_with_the_cure() -> None:
    lists = form_lists(seen(catalogue=BOTH, words=True), memory())
    assert [one.choices for one in lists] == [()]
    assert ["Make it a drop-down" in sentence for sentence in sentences(lists)] == [True]


def test_options_that_no_badge_knows_are_told_and_kept() -> None:
    (one,) = form_lists(seen("Chess", "First Aid", "Archery", catalogue=BOTH), memory())
    assert one.choices == ()
    assert sentences([one]) == [
        "The form “Badges” offers “Archery”, which no badge is called: such a request can't be approved. Take it out "
        "of the question, or give the badge that name in the tab Badges."
    ]
    assert not one.problems[0].blocking


# ── what a link fills in ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (True, {"first-aid": "First Aid", "chess": "Cafe\u0301"}),  # as the list will be; what says so already stays
        (False, {"first-aid": "First Help", "chess": "Cafe\u0301"}),
    ],
)
def test_an_option_is_chosen_by_the_words_that_it_bears(keep: bool, words: dict[str, str]) -> None:
    memory = memory_with_cafe()
    (form,) = seen("First Help", "Archery", "Cafe\u0301", "Bowling", catalogue=BOTH, keep=keep).forms
    assert words_for(form, memory) == words


def memory_with_cafe() -> Known:
    found = memory()
    found.achievements["chess"] = replace(CHESS, name="Café")
    found.labels[fold("Café")] = "chess"
    return found


def test_a_badge_that_the_list_will_get_can_be_chosen_already() -> None:
    (kept,) = seen("Chess", catalogue=BOTH).forms
    (left,) = seen("Chess", catalogue=BOTH, keep=False).forms
    (in_words,) = seen(catalogue=BOTH, words=True).forms
    assert words_for(kept, memory()) == {"first-aid": "First Aid", "chess": "Chess"}
    assert words_for(left, memory()) == {"chess": "Chess"}
    assert words_for(in_words, memory()) == {}
