"""A Badges tab filled in by a hostile or clumsy hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.forms import Form, FormSettings, to_submission
from bridge.openbadges import open_badges_2, open_badges_3
from bridge.openbadges.signing import proof
from bridge.openbadges.text import clean
from bridge.plan.badge_cells import to_alignment, to_kind, to_tags
from bridge.plan.catalogue import TITLES
from bridge.plan.standing import Standing
from bridge.review import fold
from bridge.site import pages, places
from tests.core import desk
from tests.fakes import story

NAME, DESCRIPTION, CRITERIA, STATUS = (TITLES.index(t) for t in ("Name", "Description", "Criteria", "Status"))


@pytest.mark.parametrize("place", range(len(TITLES) - 1))
@pytest.mark.parametrize("cell", ["", "\u200b", "=1+1", "x" * 50_000, "\u202e", "a\nb", "../../etc", "💩" * 9000])
def test_one_bad_cell_is_told_in_its_row_and_spoils_no_other_badge(place: int, cell: str) -> None:
    table = desk.Desk()
    assert table.badges is not None
    table.badges[1][place] = cell
    table.submit(desk.submission(badge="Co-Teaching"))
    learnt = table.look()
    table.choose("1-1", "Approve")
    table.look()
    assert table.standing("1-1") is Standing.APPROVED
    assert table.badges[2][STATUS] == "In use"
    assert table.badges[1][STATUS]
    assert all(len(problem.where) < 80 and len(problem.sentence) < 500 for problem in learnt.lesson.problems)


@pytest.mark.parametrize(("place", "length"), [(NAME, 201), (DESCRIPTION, 2_001), (CRITERIA, 10_001)])
def test_words_that_no_verifier_would_take_are_told_before_anybody_earns_the_badge(place: int, length: int) -> None:
    table = desk.Desk()
    assert table.badges is not None
    table.badges[1][place] = "é" * length
    table.look()
    assert f"{TITLES[place]} is longer than" in table.badges[1][STATUS]


@pytest.mark.parametrize(
    "other", ["First\u200b Aid", "\u202eFirst Aid", "FIRST\u00a0AID", "First\u00ad Aid", "  first   aid "]
)
def test_two_badges_can_not_look_alike(other: str) -> None:
    table = desk.Desk()
    assert table.badges is not None
    table.badges[2][NAME] = other
    table.look()
    assert "already belongs to the badge" in table.badges[2][STATUS]


def test_an_accent_in_one_character_or_two_is_the_same_badge() -> None:
    assert fold("Cafe\u0301 skills") == fold("Caf\u00e9 Skills") == fold("Caf\u00e9\u200b skills")
    assert fold("First Aid") != fold("F\u0456rst Aid")  # another alphabet is another name


_words = st.text(st.characters(exclude_categories=()), max_size=60)
_addresses = st.sampled_from(
    [
        "https://x.example/",
        "HTTPS://É.example:444/ü?q=ü'#ü",
        "https://x.example/a b",
        "https://[",
        "https://x.example/?a=%20'\"#<b>",
    ]
)
_lines = st.tuples(_words, _words | _addresses, _words, _words).map(" | ".join)


def accepted(kind: str, tags: str, alignment: str) -> dict[str, Any] | str:
    """What the cells say of a badge, or the sentence that refuses them."""
    try:
        return {"kind": to_kind(kind), "tags": to_tags(tags), "alignment": to_alignment(alignment)}
    except ValueError as sentence:
        return str(sentence)


@settings(max_examples=25, deadline=None)
@given(_words, st.lists(_words).map(", ".join), st.lists(_lines, max_size=4).map("\n".join))
def test_what_the_optional_cells_say_is_refused_in_the_row_or_fits_every_badge(
    kind: str, tags: str, alignment: str
) -> None:
    issuer, key = story.issuer(), story.signing_key()
    for cells in ((kind, "", ""), ("", tags, ""), ("", "", alignment)):
        said = accepted(*map(clean, cells))
        if isinstance(said, str):
            assert len(said) < 200
            continue
        achievement = replace(story.achievement(), **said)
        award = places.award_document(story.order(), achievement, issuer)
        signed = proof.sign(open_badges_3.credential(award, issuer), key, story.NOON)
        proof.check(signed, lambda _: key.public)
        told = open_badges_2.badge_class(award.achievement, issuer)
        assert len(told.get("alignment", [])) == len(achievement.alignment)
        assert pages.achievement_page(achievement, issuer, pages.PLAIN).endswith(b"</html>")


def test_a_name_can_not_turn_the_text_around_it() -> None:
    form = Form("f", "Requests", "VERIFIED", {"q1": "Badge", "q2": "Name"})
    answers = {"q1": "First\u200b Aid", "q2": "\u202eAna\u2066 \ufeffSmith\u200b"}
    response = {
        "responseId": "r1",
        "lastSubmittedTime": "2026-11-20T08:00:00Z",
        "respondentEmail": "ana@district.example",
        "answers": {id_: {"textAnswers": {"answers": [{"value": text}]}} for id_, text in answers.items()},
    }
    submission = to_submission(response, form, FormSettings("f"), {"badge": "q1", "name": "q2"})
    assert (submission.label, submission.name) == ("First Aid", "Ana Smith")
