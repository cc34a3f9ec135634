"""What pages say of a badge's kind and time, in words."""

from __future__ import annotations

import pytest

from bridge.openbadges.vocabulary import ACHIEVEMENT_TYPES
from bridge.wording import say_kind, say_months


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Course", "Course"),
        ("LearningProgram", "Learning program"),
        ("CertificateOfCompletion", "Certificate of completion"),
        ("MicroCredential", "Micro-credential"),
        ("CoCurricular", "Co-curricular"),
        ("ext:GoldStar", "Gold star"),
    ],
)
def test_a_kind_is_told_in_words(kind: str, words: str) -> None:
    assert say_kind(kind) == words


def test_every_kind_of_the_standard_has_words_of_its_own() -> None:
    words = [say_kind(kind) for kind in ACHIEVEMENT_TYPES]
    assert len(set(words)) == len(words)
    assert [word for word in words if not word[0].isupper() or not word[1:].islower()] == []


@pytest.mark.parametrize(
    ("months", "words"), [(1, "1 month"), (12, "1 year"), (18, "18 months"), (24, "2 years"), (1200, "100 years")]
)
def test_months_are_told_in_years_where_they_are_years(months: int, words: str) -> None:
    assert say_months(months) == words
