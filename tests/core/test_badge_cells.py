"""The cells of the Badges tab that say more: type, tags, alignment, for how long a badge counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Alignment, Lesson
from bridge.openbadges.vocabulary import ACHIEVEMENT_TYPES
from bridge.plan import Policy, Vendor
from bridge.plan.badge_cells import to_alignment, to_backend, to_hours, to_kind, to_months, to_tags
from bridge.plan.catalogue import ALIGNMENT, BACKEND, OPTIONAL, TAGS, TITLES, TYPE, VALID_FOR
from bridge.review import fold
from tests.core import desk

STATUS = TITLES.index("Status")
FULL = {
    TYPE: "micro-credential",
    TAGS: "health; safety, first aid",
    ALIGNMENT: "Educator: Learner | https://standards.example/2.1 | 2.1 | Standards for Educators\nCare | https://x.example",
    VALID_FOR: "2 years",
}


def desk_with(cells: dict[str, str]) -> desk.Desk:
    """A desk whose Badges tab has the columns of *cells*, filled in for First Aid."""
    table = desk.Desk()
    assert table.badges is not None
    table.badges = [list(row) + [""] * len(cells) for row in table.badges]
    for place, (title, text) in enumerate(cells.items(), len(TITLES)):
        table.badges[0][place] = title
        table.badges[1][place] = text
    return table


# ── cells ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "hours"),
    [("", None), (" ", None), ("12", 12), ("1.5", 1.5), ("1,5", 1.5), (" 0.25 ", 0.25), ("0", 0), ("10.1", 10.1)],
)
def test_hours_are_read_with_either_decimal_sign(text: str, hours: float | None) -> None:
    assert to_hours(text) == hours


@pytest.mark.parametrize("text", ["01.05", "01.05.2026", "1.5.2026", "10.05", "1/5", "2026-05-01", "05/01/2026", "1-2"])
def test_a_day_is_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match=r"and this cell holds a date .* write it with the decimal sign"):
        to_hours(text)


@pytest.mark.parametrize("text", ["-3", "two", "1.234", "12345", "1.5 h", "1.", "½"])
def test_what_is_no_number_is_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Hours must be a number, such as 12 or 1\.5\.$"):
        to_hours(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "Badge"),
        (" badge ", "Badge"),
        ("learning program", "LearningProgram"),
        ("Micro-credential", "MicroCredential"),
        ("certificate  of\ncompletion", "CertificateOfCompletion"),
        ("CO-CURRICULAR", "CoCurricular"),
        *((word, word) for word in ACHIEVEMENT_TYPES),
    ],
)
def test_a_type_is_read_in_any_spelling(text: str, kind: str) -> None:
    assert to_kind(text) == kind


def test_tags_are_words_each_once() -> None:
    assert to_tags("Health, safety;Safety ,\n first   aid, \u200b,HEALTH") == ("Health", "safety", "first aid")
    assert to_tags(" ;, ") == ()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters=",;\n"), max_size=50), max_size=20))
def test_whatever_tags_are_written_each_is_there_once_and_readable(words: list[str]) -> None:
    tags = to_tags(";".join(words))
    assert len({fold(tag) for tag in tags}) == len(tags)
    assert to_tags("; ".join(tags)) == tags


def test_an_alignment_is_a_line() -> None:
    assert to_alignment(FULL[ALIGNMENT]) == (
        Alignment("Educator: Learner", "https://standards.example/2.1", "2.1", "Standards for Educators"),
        Alignment("Care", "https://x.example"),
    )
    assert to_alignment("a|https://é.example/ü ||Frame\n\n a | https://é.example/ü | | Frame") == (
        Alignment("a", "https://xn--9ca.example/%C3%BC", "", "Frame"),
    )


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("", None),
        (" ", None),
        ("24", 24),
        ("18 months", 18),
        ("1 Month", 1),
        ("2 years", 24),
        ("1 year", 12),
        ("3Y", 36),
        ("1 year 6 months", 18),
        ("1 year and 6 months", 18),
        ("100 years", 1200),
    ],
)
def test_a_time_is_read_in_months(text: str, months: int | None) -> None:
    assert to_months(text) == months


# ── the tab ──────────────────────────────────────────────────────────────────


def test_the_four_columns_say_more_about_a_badge() -> None:
    table = desk_with(FULL)
    table.look()
    told = table.known.achievements["first-aid"]
    assert (told.kind, told.tags, told.valid_months) == ("MicroCredential", ("health", "safety", "first aid"), 24)
    assert [target.url for target in told.alignment] == ["https://standards.example/2.1", "https://x.example"]
    assert table.badges is not None
    assert [row[STATUS] for row in table.badges[1:]] == ["In use; valid for 2 years", "In use"]


def test_a_number_alone_is_told_as_the_months_that_it_means() -> None:
    table = desk_with({VALID_FOR: "2"})
    table.look()
    assert table.badges is not None
    assert table.badges[1][STATUS] == "In use; valid for 2 months"


@pytest.mark.parametrize("columns", [(), OPTIONAL, (TAGS,)])
def test_a_badge_that_uses_none_of_them_keeps_the_version_that_old_ledgers_know(columns: tuple[str, ...]) -> None:
    table = desk_with(dict.fromkeys(columns, ""))
    table.look()
    versions = {key: achievement.version for key, achievement in table.known.achievements.items()}
    assert versions == {"first-aid": "c19ddf0ba59a", "co-teaching": "8d2ae5fd10bd"}


@pytest.mark.parametrize("title", FULL)
def test_what_any_of_them_says_makes_a_new_version(title: str) -> None:
    table = desk_with({title: ""})
    table.look()
    before = table.known.achievements["first-aid"]
    assert table.badges is not None
    table.badges[1][len(TITLES)] = FULL[title]
    table.look()
    after = table.known.achievements["first-aid"]
    assert after.version != before.version
    assert table.known.versions["first-aid", before.version] == before
    assert table.known.achievements["co-teaching"].version == "8d2ae5fd10bd"


@pytest.mark.parametrize(
    ("title", "cell", "sentence"),
    [
        (TYPE, "gold star", "Type “gold star” is none of those that Open Badges has"),
        (TYPE, "ext:GoldStar", "is none of those"),
        (TAGS, "x" * 51, "is longer than 50 characters"),
        (TAGS, ",".join(map(str, range(21))), "Tags: there are 21; 20 are the most."),
        (ALIGNMENT, "https://standards.example", "does not read Name | https://address"),
        (ALIGNMENT, "a | https://x.example | b | c | d", "does not read Name | https://address"),
        (ALIGNMENT, " | https://x.example", "does not read Name"),
        (ALIGNMENT, "Care | standards.example", "Alignment: “Care” needs an address that begins with https://."),
        (ALIGNMENT, "Care | javascript:alert(1)", "needs an address"),
        (ALIGNMENT, "Care | https://user:word@x.example", "needs an address"),
        (ALIGNMENT, f"Care | https://{'é' * 80}.example", "needs an address"),
        (ALIGNMENT, f"Care | https://x.example | {'x' * 201}", "has a part longer than 200 characters"),
        (ALIGNMENT, "Care | https://x.example\n" * 11, "Alignment: there are 11 lines; 10 are the most."),
        (VALID_FOR, "for ever", "Valid for must be a time such as 2 years"),
        (VALID_FOR, "0", "Valid for must be a time"),
        (VALID_FOR, "1201", "Valid for must be a time"),
        (VALID_FOR, "-1 year", "Valid for must be a time"),
        (VALID_FOR, "1.5 years", "Valid for must be a time"),
    ],
)
def test_a_wrong_cell_is_told_and_the_last_good_version_stays(title: str, cell: str, sentence: str) -> None:
    table = desk_with(FULL)
    table.look()
    assert_told_and_what_was_right_stays(table, title, cell, sentence)


def assert_told_and_what_was_right_stays(table: desk.Desk, title: str, cell: str, sentence: str) -> None:
    """Write *cell* into the first badge, of which all was right: its Status says what is wrong, and nothing changes."""
    before = table.known.achievements["first-aid"]
    assert table.badges is not None
    table.badges[1][table.badges[0].index(title)] = cell
    table.look()
    assert sentence in table.badges[1][STATUS]
    assert table.badges[1][STATUS].endswith("The last good version stays in force.")
    assert table.known.achievements["first-aid"] == before


def test_what_might_be_better_in_a_picture_stands_behind() -> None:
    table = desk_with({VALID_FOR: "2 years"})
    table.artworks = tuple(replace(one, remark="It is pale.") for one in table.artworks)
    table.look()
    assert table.badges is not None
    assert [row[STATUS] for row in table.badges[1:]] == [
        "In use; valid for 2 years. It is pale.",
        "In use. It is pale.",
    ]
    assert table.learnt.lesson.problems == ()


def test_a_column_that_is_there_twice_is_told() -> None:
    table = desk_with({TAGS: "a", "tags ": "b"})
    learnt = table.look()
    assert any("“Tags” is there 2 times" in problem.sentence for problem in learnt.lesson.problems)


# ── who makes it ─────────────────────────────────────────────────────────────

VENDORS = {
    "local": None,
    "badgr": Vendor("Badgr", frozenset({"first-aid"})),
    "credly": Vendor("Credly", frozenset({"co-teaching"}), wants_names=True),
}
HERE = replace(desk.POLICY, backends=VENDORS)
AT_BADGR = replace(HERE, backend="badgr")


@pytest.mark.parametrize(
    ("text", "policy", "backend"),
    [
        ("", HERE, ""),
        (" \n", HERE, ""),
        ("local", HERE, "local"),
        (" Badgr ", HERE, "badgr"),
        ("BADGR", AT_BADGR, "badgr"),
        ("", AT_BADGR, ""),
        ("local", AT_BADGR, "local"),
    ],
)
def test_a_backend_is_read_in_any_spelling(text: str, policy: Policy, backend: str) -> None:
    assert to_backend(text, "first-aid", policy) == backend


@pytest.mark.parametrize(
    ("text", "policy", "sentence"),
    [
        ("accredible", HERE, "Backend “accredible” is not set up. Choose one of: badgr, credly, local; or leave"),
        ("credly", HERE, "The settings don't say which badge of Credly it is. Make it there, if it is not there yet; "),
        ("credly", AT_BADGR, r'to \[credly.badges\]: first-aid = "its id"'),
        ("badgr", replace(HERE, backends={"local": None}), "“badgr” is not set up. Choose one of: local;"),
    ],
)
def test_a_backend_that_can_not_make_the_badge_is_told(text: str, policy: Policy, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        to_backend(text, "first-aid", policy)


def test_the_programmes_own_choice_must_know_the_badge_too() -> None:
    with pytest.raises(ValueError, match=r'to \[badgr.badges\]: co-teaching = "its id"'):
        to_backend("", "co-teaching", AT_BADGR)


def test_another_backend_is_no_other_version_and_counts_from_the_next_approval_on() -> None:
    table = desk_with({BACKEND: ""})
    table.policy = HERE
    for n in (1, 2):
        table.submit(desk.submission(f"r{n}", who=f"teacher{n}"))
    table.look()
    version = table.known.achievements["first-aid"].version
    table.choose("1-1", "Approve")
    table.look()
    assert table.badges is not None
    table.badges[1][len(TITLES)] = "Badgr"
    table.look()
    table.choose("2-1", "Approve")
    table.look()
    assert table.known.achievements["first-aid"].version == version
    assert [table.known.orders[key].backend for key in ("1-1", "2-1")] == ["local", "badgr"]
    assert table.badges[1][STATUS] == "In use; made at Badgr"


def test_a_vendor_taken_out_of_the_settings_is_told_in_the_row() -> None:
    table = desk_with({BACKEND: "badgr"})
    table.policy = HERE
    table.look()
    table.policy = replace(HERE, backends={"local": None})
    learnt = table.look()
    assert table.badges is not None
    assert table.badges[1][STATUS] == (
        "Backend “badgr” is not set up. Choose one of: local; or leave it empty. The last good version stays in force."
    )
    assert table.known.achievements["first-aid"].backend == "badgr"
    assert [problem.where for problem in learnt.lesson.problems] == ["badge first-aid"]
    assert replace(learnt.lesson, problems=()) == Lesson()
