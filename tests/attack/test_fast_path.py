"""The fast way to the canonical form, attacked with documents that ours never look like: it says what PyLD says."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.openbadges import open_badges_3, status
from bridge.openbadges.errors import OpenBadgesError
from bridge.openbadges.signing.canonical import CONTEXTS, canonical, context
from bridge.openbadges.signing.shapes import Shapes, put_together, take_apart
from tests.attack.bending import AWARD, CREDENTIAL, LIST, anything, bent
from tests.openbadges.ob_hostile import GOOD_LINKS, TEXTS
from tests.openbadges.ob_samples import ISSUED, ISSUER

Document = dict[str, Any]
PATIENCE = timedelta(seconds=20)

UNSIGNED = open_badges_3.credential(AWARD, ISSUER)
LISTED = status.credential(LIST, ISSUER, status.status_list(), ISSUED)
OPTIONS = {"@context": CREDENTIAL["@context"], **{k: v for k, v in CREDENTIAL["proof"].items() if k != "proofValue"}}
SAMPLES = (UNSIGNED, LISTED, OPTIONS)

TRAPS = [*TEXTS.values(), *GOOD_LINKS, ISSUER.did, AWARD.achievement.id, "mailto:a@b.example", "urn:uuid:x", "https:x"]
texts = st.sampled_from(TRAPS) | st.text(st.characters(exclude_categories=()), max_size=30)


def terms() -> list[str]:
    """Return all words of all contexts, wherever in them."""
    waiting, found = [context(url)["@context"] for url in CONTEXTS], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= set(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return sorted(found)


TERMS = terms()


def outcome(ask: Callable[[], str]) -> tuple[object, ...]:
    try:
        return (ask(),)
    except OpenBadgesError as error:
        return type(error), str(error)


def assert_as_pyld_says(document: Document, others: list[list[str]]) -> None:
    """Whichever texts come in the shape of *document*, and however often, the answer is PyLD's.

    The second time a template is learnt, the fourth time a narrower one, for all that have an achievement in common.
    """
    shapes, expected = Shapes(), outcome(lambda: canonical(document))
    for _ in range(6):
        assert outcome(lambda: shapes.canonical(document)) == expected
    parts = take_apart(document)
    for some in others if parts else ():
        chosen = [some[place % len(some)] for place in range(len(parts.texts))] if parts else []
        other = put_together(document, chosen)
        assert outcome(lambda: shapes.canonical(other)) == outcome(lambda: canonical(other))  # noqa: B023  # at once


def mixed(document: Document, new: list[str], places: list[int]) -> list[str]:
    """Return the texts of *document*, a few of them replaced."""
    parts = take_apart(document)
    found = list(parts.texts) if parts else []
    for place, text in zip(places, new, strict=False):
        if found:
            found[place % len(found)] = text
    return found or new


few = st.lists(texts, min_size=1, max_size=5)
numbers = st.lists(st.integers(0, 200), min_size=5, max_size=5)


@st.composite
def strange(draw: st.DrawFn) -> Document:
    """Draw a document of the words of our contexts, put together by chance."""
    value = st.recursive(
        texts | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | anything,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(st.sampled_from(TERMS), inner, min_size=1, max_size=4)
        ),
        max_leaves=8,
    )
    document = draw(st.dictionaries(st.sampled_from(TERMS), value, min_size=1, max_size=5))
    contexts = draw(st.lists(st.sampled_from(sorted(CONTEXTS)), min_size=1, max_size=3))
    return {"@context": contexts, "id": "urn:uuid:1", **deepcopy(document)}


def check(document: Document, new: list[str], places: list[int]) -> None:
    assert_as_pyld_says(document, [mixed(document, new, places), mixed(document, new[:1], places), new])


@settings(max_examples=25, deadline=PATIENCE)
@given(st.sampled_from(SAMPLES).flatmap(bent), few, numbers)
def test_a_bent_document_is_told_as_pyld_tells_it(document: Document, new: list[str], places: list[int]) -> None:
    check(document, new, places)


@settings(max_examples=25, deadline=PATIENCE)
@given(strange(), few, numbers)
def test_a_strange_document_is_told_as_pyld_tells_it(document: Document, new: list[str], places: list[int]) -> None:
    check(document, new, places)


@pytest.mark.slow
@settings(max_examples=200, deadline=PATIENCE)
@given(st.sampled_from(SAMPLES).flatmap(bent) | strange(), few, numbers)
def test_many_documents_are_told_as_pyld_tells_them(document: Document, new: list[str], places: list[int]) -> None:
    check(document, new, places)


@pytest.mark.parametrize("word", TERMS)
def test_a_text_in_any_member_is_told_as_pyld_tells_it(word: str) -> None:
    document = {"@context": CREDENTIAL["@context"], "id": "urn:uuid:1", "type": "VerifiableCredential", word: "x"}
    trees = (
        document,
        {**document, word: {"name": "x", "type": "Evidence"}},
        {**document, word: ["https://x.example", "b"]},
    )
    for tree in trees:
        assert_as_pyld_says(tree, [["https://a.example/"], ["VerifiableCredential", "_:b0"], ["name", "1.0", "@id"]])
