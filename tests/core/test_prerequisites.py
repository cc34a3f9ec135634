"""The cell Prerequisites: as people write it, and what is wrong with it, in one row or over several."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Achievement, Artwork, Known, Lesson, Prerequisites
from bridge.plan.catalogue import MILESTONE, PREREQUISITES, TITLES
from bridge.plan.prerequisites import say, to_prerequisites, with_prerequisites
from tests.core import desk

STATUS = TITLES.index("Status")
NAMES = {"a": "a", "b": "b", "c": "c", "d": "d", "first-aid": "first-aid", "first aid": "first-aid", "all of us": "d"}
STAYS = "The last good version stays in force."


def tab(**cells: str) -> desk.Desk:
    """A desk with badges of these keys (a_b is a-b), and what each has in Prerequisites, perhaps "… | by itself"."""
    rows = [[*TITLES, PREREQUISITES, MILESTONE]]
    for key, text in cells.items():
        key = key.replace("_", "-")
        name = key.replace("-", " ").title()
        before, _, milestone = text.partition(" | ")
        rows.append([key, name, "Says", "Does", f"https://art/{key}", "", "", "", before, milestone])
    pictures = tuple(Artwork(row[4], str(n) * 64) for n, row in enumerate(rows[1:], 1))
    return desk.Desk(badges=rows, artworks=pictures)


def look(table: desk.Desk) -> dict[str, str]:
    """What Status says of each row after a look."""
    table.look()
    assert table.badges is not None
    return {row[0]: row[STATUS] for row in table.badges[1:]}


def write(table: desk.Desk, key: str, text: str) -> None:
    assert table.badges is not None
    (row,) = [row for row in table.badges if row[0] == key]
    row[len(TITLES)] = text


@pytest.mark.parametrize(
    ("text", "number", "keys"),
    [
        ("first-aid", 1, "first-aid"),
        ("First  Aid, B", 2, "first-aid b"),
        ("a, b and c", 3, "a b c"),
        ("a, b, and c.", 3, "a b c"),
        ("a; b\nc", 3, "a b c"),
        ("a b a", 2, "a b"),
        ("any 3 of a b c d first-aid", 3, "a b c d first-aid"),
        ("Any 2: a, First Aid, c", 2, "a first-aid c"),
        ("any 2 a b c", 2, "a b c"),
        ("any of a b", 1, "a b"),
        ("all of a b", 2, "a b"),
        ("2 of a, b, c", 2, "a b c"),
        ("All of Us", 1, "d"),
        ("all of us, a", 2, "d a"),
    ],
)
def test_prerequisites_are_read_as_people_write_them(text: str, number: int, keys: str) -> None:
    assert to_prerequisites(text, NAMES) == Prerequisites(number, tuple(keys.split()))


@pytest.mark.parametrize("text", ["", " ", " ,;\n."])
def test_an_empty_cell_asks_for_nothing(text: str) -> None:
    assert to_prerequisites(text, NAMES) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a, chess", "there is no badge “chess” in the tab Badges. Write keys or names, separated by commas."),
        ("first aid b", "there is no badge “first aid b”"),
        ("any 2 of a b chess", "there is no badge “chess”"),
        ("any 3 of a b", "3 of 2 can't be had"),
        ("0 of a, b", "0 of 2 can't be had"),
        ("any 5 of", "there is no badge “of”"),
        ("x" * 200, "…” in the tab Badges"),
        (" ".join(f"k{n}" for n in range(51)), "there are 51; 50 are the most."),
    ],
)
def test_what_can_not_be_had_is_told(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        to_prerequisites(text, NAMES | {f"k{n}": f"k{n}" for n in range(51)})


@given(st.text(st.sampled_from("ab 0129of,anyl;\n.:"), max_size=40))
def test_whatever_is_written_it_is_read_or_told(text: str) -> None:
    found = to_prerequisites("a", NAMES)
    with suppress(ValueError):
        found = to_prerequisites(text, NAMES)
    assert found is None or (1 <= found.number <= len(found.of) and set(found.of) <= set(NAMES.values()))
    assert found is None or to_prerequisites(say(found), NAMES) == found


def test_status_tells_how_it_was_understood() -> None:
    table = tab(
        first_aid="", chess="First Aid", leader="any 2 of first-aid, chess, go | By itself", go="first-aid, chess"
    )
    assert look(table) == {
        "first-aid": "In use",
        "chess": "In use; comes after first-aid",
        "leader": "In use; issued by itself after any 2 of first-aid, chess, go",
        "go": "In use; comes after first-aid and chess",
    }
    leader = table.known.achievements["leader"]
    assert (leader.prerequisites, leader.by_itself) == (Prerequisites(2, ("first-aid", "chess", "go")), True)
    assert table.look().lesson == Lesson()


def test_they_make_no_new_version() -> None:
    plain, table = tab(a="", b=""), tab(a="", b="a | by itself")
    look(plain)
    look(table)
    assert table.known.achievements["b"].version == plain.known.achievements["b"].version
    assert table.known.versions == plain.known.versions


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("chess", "Prerequisites: there is no badge “chess” in the tab Badges."),
        ("b", "Prerequisites: the badge names itself."),
        ("2 of a", "Prerequisites: 2 of 1 can't be had."),
        (" | by itself", "Milestone says by itself, but Prerequisites is empty: everybody would get it."),
        ("a | soon", "Milestone “soon” must be asked or by itself; empty is asked."),
    ],
)
def test_a_wrong_cell_is_told_and_what_was_right_stays(cell: str, sentence: str) -> None:
    table = tab(a="", b="a | asked")
    look(table)
    before = dict(table.known.achievements)
    assert table.badges is not None
    table.badges[2][len(TITLES) :] = [*cell.partition(" | ")[::2]]
    said = look(table)
    assert said["b"].startswith(sentence)
    assert said["b"].endswith(STAYS)
    assert said["a"] == "In use"
    assert table.known.achievements == before


def test_a_badge_that_is_wrong_itself_can_come_before_no_other() -> None:
    said = look(tab(a="", b="a, c", c="chess"))
    assert (
        said["b"] == "Prerequisites: there is no badge “c” in the tab Badges. Write keys or names, separated by commas."
    )
    assert "“chess”" in said["c"]


def test_a_badge_whose_row_is_gone_still_comes_before_others() -> None:
    table = tab(a="", b="a")
    look(table)
    assert table.badges is not None
    del table.badges[1]
    assert look(table) == {"b": "In use; comes after a"}


def test_each_row_of_a_circle_says_so_with_the_way_round() -> None:
    table = tab(a="c", b="a", c="b, d", d="", e="a")
    said = look(table)
    assert said["a"].startswith("Prerequisites go round in a circle: a after c after b after a. Take one of them out.")
    assert said["b"].startswith("Prerequisites go round in a circle: b after a after c after b.")
    assert said["c"].startswith("Prerequisites go round in a circle: c after b after a after c.")
    assert said["d"] == "In use"
    assert "no badge “a”" in said["e"]
    write(table, "c", "d")
    assert set(look(table)) == {"a", "b", "c", "d", "e"}
    assert look(table)["a"] == "In use; comes after c"


def test_a_circle_leaves_the_last_good_version_in_force() -> None:
    table = tab(a="", b="a", c="b")
    look(table)
    before = dict(table.known.achievements)
    write(table, "a", "c")
    said = look(table)
    assert [said[key].endswith(STAYS) for key in "abc"] == [True, True, True]
    assert table.known.achievements == before
    assert [problem.where for problem in table.learnt.lesson.problems] == ["badge a", "badge b", "badge c"]
    write(table, "a", "")
    assert look(table)["c"] == "In use; comes after b"


def test_what_stays_in_force_may_close_a_circle_with_what_is_new() -> None:
    """a and b go round, so a stays as it was, after c; then c may not come after a."""
    table = tab(a="c", b="", c="")
    look(table)
    for key, text in (("a", "b"), ("b", "a"), ("c", "a")):
        write(table, key, text)
    said = look(table)
    assert [said[key].endswith(STAYS) for key in "abc"] == [True, True, True]
    assert said["c"].startswith("Prerequisites go round in a circle: c after a after c.")


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=3), min_size=4, max_size=4))
def test_whatever_stands_there_nothing_in_force_goes_round(cells: list[list[str]]) -> None:
    known = Known(achievements={key: badge(key, ()) for key in "abcd"})
    for shift in range(2):
        read = {key: (badge(key, ()), ", ".join(cells[(n + shift) % 4])) for n, key in enumerate("abcd")}
        for key, one in with_prerequisites(read, known).items():
            if isinstance(one, Achievement):
                known.achievements[key] = one
        order: list[str] = []
        for _round in range(4):
            order += [
                key
                for key, one in known.achievements.items()
                if key not in order and set(one.prerequisites.of if one.prerequisites else ()) <= set(order)
            ]
        assert sorted(order) == list("abcd"), "one comes after itself"


def badge(key: str, before: tuple[str, ...]) -> Achievement:
    plain = Achievement(key, "v", key, "", "", "")
    return replace(plain, prerequisites=Prerequisites(len(before), before)) if before else plain
