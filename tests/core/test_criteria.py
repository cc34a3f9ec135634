"""Criteria that stand in a Google Doc: a link in the cell, read anew when the Doc changed, versioned like the text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.drive import from_doc
from bridge.links import parse_doc
from bridge.model import Criteria, Lesson
from bridge.plan import learn, wanted_criteria
from bridge.plan.catalogue import CRITERIA, TITLES
from tests.core import desk
from tests.core.desk import Desk

DOC = "https://docs.google.com/document/d/1CriteriaCriteria/edit"
STATUS = TITLES.index("Status")


def doc_desk(*found: Criteria) -> Desk:
    """A desk where First Aid has its criteria in a Doc, after a look that found these."""
    table = Desk()
    assert table.badges is not None
    table.badges[1][TITLES.index(CRITERIA)] = f" {DOC}\n"
    read(table, *found)
    return table


def read(table: Desk, *found: Criteria) -> str:
    """A look that brings these Docs home; what Status says then."""
    seen = replace(table.seen(), criteria=found)
    table.learnt = learn(seen, table.known, table.now, table.policy, desk.ENTROPY)
    table.known.learn(table.learnt.lesson)
    table.show(table.reading())
    assert table.badges is not None
    return table.badges[1][STATUS]


@pytest.mark.parametrize(
    "text",
    [
        DOC,
        f" {DOC}\n",
        f"{DOC}?tab=t.0#heading=h.1",
        DOC.replace("/d/", "/u/1/d/"),
        DOC.replace("document", "a/x.y/document"),
    ],
)
def test_a_cell_that_is_the_address_of_a_doc(text: str) -> None:
    found = parse_doc(text)
    assert found is not None
    assert found.file_id == "1CriteriaCriteria"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "Shows it",
            f"See {DOC}",
            f"{DOC} {DOC}",
            DOC.replace("https:", "http:"),
            "docs.google.com/document/d/1C",
        ),
        "https://docs.google.com/document/d/e/2PACX-1vTCriteria/pub",
        "https://docs.google.com/spreadsheets/d/1CriteriaCriteria/edit",
        "https://drive.google.com/file/d/1CriteriaCriteria/view",
        "https://docs.google.com/document/d/short",
        "https://docs.google.com.evil.example/document/d/1CriteriaCriteria/edit",
    ],
)
def test_everything_else_is_text(text: str) -> None:
    assert parse_doc(text) is None


def test_what_the_doc_says_is_the_criteria_and_makes_the_version() -> None:
    table, plain = doc_desk(Criteria(DOC, "Shows it", "7")), Desk()
    plain.look()
    told = table.known.achievements["first-aid"]
    assert told.criteria == "Shows it"
    assert told.version == plain.known.achievements["first-aid"].version, "as if it stood in the cell"
    assert read(table, Criteria(DOC, "Shows it twice", "8")) == "In use"
    after = table.known.achievements["first-aid"]
    assert (after.criteria, after.version != told.version) == ("Shows it twice", True)
    assert table.known.versions["first-aid", told.version].criteria == "Shows it"
    assert replace(table.look().lesson, problems=()) == Lesson(), "what is known needs no second look"


def test_a_doc_that_was_not_read_yet_is_told() -> None:
    table = Desk()
    assert table.badges is not None
    table.badges[1][TITLES.index(CRITERIA)] = DOC
    assert read(table) == "The Doc in Criteria could not be read yet; the next cycle tries again."
    assert "first-aid" not in table.known.achievements


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Criteria(DOC, problem="The Doc lies in the trash."), "The Doc lies in the trash."),
        (Criteria(DOC, "", "8"), "Criteria is empty."),
        (Criteria(DOC, "\u200b", "8"), "Criteria is empty."),
        (Criteria(DOC, "x" * 10_001, "8"), "Criteria is longer than 10,000 characters."),
    ],
)
def test_a_doc_that_can_not_be_used_leaves_the_last_good_version(found: Criteria, sentence: str) -> None:
    table = doc_desk(Criteria(DOC, "Shows it", "7"))
    before = table.known.achievements["first-aid"]
    assert read(table, found) == f"{sentence} The last good version stays in force."
    assert table.known.achievements["first-aid"] == before
    assert read(table, Criteria(DOC, "Shows it", "9")) == "In use"


def test_each_doc_is_asked_about_with_the_revision_that_is_known() -> None:
    table = doc_desk(Criteria(DOC, "Shows it", "7"))
    assert wanted_criteria(table.reading().catalogue, table.known) == [Criteria(DOC, "Shows it", "7")]
    read(table, Criteria(DOC, problem="Not shared."))
    assert wanted_criteria(table.reading().catalogue, table.known) == [Criteria(DOC)], "what went wrong is tried again"
    assert wanted_criteria(None, table.known) == []
    assert wanted_criteria(Desk().reading().catalogue, table.known) == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbf# **Title**  \r\n\r\n\r\n\r\n* one\r\n", "# **Title**\n\n* one"),
        (
            b"See ![][image1] and ![a b](https://x.example/y.png).\n\n[image1]: <data:image/png;base64,AAAA>",
            "See  and .",
        ),
        (b"a\x0bb\x00c \xff", "a\nbc \ufffd"),
        (b"  \n\n", ""),
        (b"![" * 200_000, "![" * 7_500),
        (b"[x]: <data:" + b"A" * 1_000_000 + b">\nwords", "words"),
    ],
)
def test_a_doc_is_cleaned(data: bytes, text: str) -> None:
    assert from_doc(data) == text
