"""A tab of badges that is made again from the ledger says what the one that was lost said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Achievement, Alignment, Artwork, Criteria, Criterion, Known, Lesson, Prerequisites
from bridge.openbadges.vocabulary import ACHIEVEMENT_TYPES
from bridge.plan import Policy
from bridge.plan.catalogue import OPTIONAL, TITLES, learn_catalogue, version_of
from bridge.plan.catalogue_rows import badges_to_make, rows_of
from bridge.plan.draft import Draft
from bridge.plan.learning import REBUILD
from bridge.ports import SheetReading, Tab
from bridge.review import fold
from tests.core.desk import NOON, POLICY

COACHES = tuple(f"coach{n}@district.example" for n in range(4))
PROGRAMME = replace(POLICY, coaches=COACHES, coordinator="office@district.example")
LINK = "https://drive.google.com/file/d/{}/view"
DOC = "https://docs.google.com/document/d/{}/edit"
LETTERS = st.characters(categories=["Lu", "Ll", "Nd"])


def words(longest: int) -> st.SearchStrategy[str]:
    return st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=3).map(lambda parts: " ".join(parts))


#: Of these, the last may be left out; one without a code has an empty part.
standards = st.builds(
    Alignment, words(9), st.sampled_from(("https://a.example/1", "https://b.example")), words(5), words(5)
) | st.sampled_from((Alignment("Care", "https://c.example/x"), Alignment("Law", "https://d.example/", "", "State")))


@st.composite
def rubrics(draw: st.DrawFn) -> tuple[Criterion, ...]:
    titles = draw(st.lists(st.text(LETTERS, min_size=1, max_size=9), unique_by=fold, max_size=3))
    scales = st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=2, max_size=4, unique=True)
    made = []
    for title in titles:
        levels = tuple(draw(scales))
        made.append(Criterion(f"Skill {title}", levels, draw(st.sampled_from(("", *levels)))))
    return tuple(made)


@st.composite
def catalogues(draw: st.DrawFn) -> Known:
    """Up to five badges with anything that their rows can say."""
    known, keys = Known(), [f"badge-{n}" for n in range(draw(st.integers(1, 5)))]
    for place, key in enumerate(keys):
        doc = draw(st.booleans())
        criteria = f"Criteria {place} {draw(words(20))}"
        if doc:
            known.learn(Lesson(criteria=(Criteria(DOC.format(key * 4), text=f"{criteria}\n"),)))
        earlier = tuple(draw(st.lists(st.sampled_from(keys[:place]), unique=True, max_size=3))) if place else ()
        before = Prerequisites(draw(st.integers(1, len(earlier))), earlier) if earlier else None
        by_itself = before is not None and draw(st.booleans())
        known.learn(Lesson(artworks=(Artwork(LINK.format(key), f"{place}" * 64),)))
        one = Achievement(
            key=key,
            version="",
            name=f"Name {place} {draw(words(9))}",
            description=draw(words(40)),
            criteria=criteria,
            artwork=f"{place}" * 64,
            hours=draw(st.none() | st.integers(0, 9999 * 4).map(lambda n: n / 4)),
            active=draw(st.booleans()),
            artwork_link=LINK.format(key),
            kind=draw(st.sampled_from(sorted(ACHIEVEMENT_TYPES))),
            tags=tuple(draw(st.lists(words(9), unique_by=fold, max_size=3))),
            alignment=tuple(draw(st.lists(standards, unique=True, max_size=3))),
            valid_months=draw(st.none() | st.integers(1, 1200)),
            reviewers=tuple(draw(st.lists(st.sampled_from(COACHES), unique=True, min_size=2) | st.just([]))),
            review_days=draw(st.none() | st.integers(1, 366)),
            most_attempts=draw(st.none() | st.integers(1, 99)),
            prerequisites=before,
            by_itself=by_itself,
            second_look="" if by_itself else draw(st.sampled_from(("", "coach", "coordinator"))),
            rubric=() if by_itself else draw(rubrics()),
        )
        known.learn(Lesson(achievements=(replace(one, version=version_of(one)),), labels={fold(one.name): key}))
    return known


def read_again(known: Known, policy: Policy) -> tuple[Known, list[str], list[str]]:
    """What a cycle knows after it has read the tab that was made; each row's Status, and what was wrong."""
    titles = (*TITLES, *OPTIONAL)
    rows = [[row.get(title, "") for title in titles] for row in rows_of(known)]
    draft = Draft(known, NOON)
    says = learn_catalogue(draft, Tab(1, "Badges", tuple(map(tuple, (titles, *rows)))), policy)
    return draft.known, list(says.values()), [problem.sentence for problem in draft.problems]


@given(catalogues())
def test_the_rows_say_every_badge_as_it_is(known: Known) -> None:
    found, says, problems = read_again(known, PROGRAMME)
    assert not problems
    assert found.achievements == known.achievements
    assert len(says) == len(known.achievements)
    assert all(said.startswith(("In use", "Switched off")) for said in says)


def test_criteria_lead_to_the_doc_again() -> None:
    known = Known()
    one = Achievement("care", "", "Care", "Cares", "Shows it", "1" * 64, artwork_link=LINK.format("care"))
    known.learn(Lesson(achievements=(one,), criteria=(Criteria(DOC.format("care"), text="Shows it\n"),)))
    (row,) = rows_of(known)
    assert row["Criteria"] == DOC.format("care")
    assert row["Active"] == "yes"
    assert "Rubric" not in row


@pytest.mark.parametrize("wanted", [False, True])
def test_a_tab_that_is_missed_is_made_again_once_a_person_wants_it(wanted: bool) -> None:
    nothing, known = SheetReading("", None, None), Known()
    assert badges_to_make(known, nothing) == ()
    known.learn(Lesson(achievements=(Achievement("care", "1", "Care", "Cares", "Shows it", "1" * 64),)))
    if wanted:
        known.learn(Lesson(facts={REBUILD: "yes"}))
    made = badges_to_make(known, nothing)
    assert (made and [row["Key"] for row in made]) == (["care"] if wanted else None)
    assert badges_to_make(known, replace(nothing, catalogue=Tab(1, "Badges", ()))) is None
