"""Titles in the Badges tab that look as if one of the bridge's was meant. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from bridge.review import fold
from bridge.wording import shorten

#: Two words are alike from here on: "Reviewer" and "Reviewers" are, "Rubric" and "Public" are not.
ALIKE = 0.8

#: What else people call a column.
ALSO = {
    "Reviewers": ("approvers",),
    "Most attempts": ("attempts", "maximum attempts"),
    "Valid for": ("expiry", "expires after", "validity"),
    "Prerequisites": ("required badges",),
    "Alignment": ("standards",),
    "Type": ("achievement type",),
}


def meant(header: Sequence[str], missing: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each title of *header* that seems to mean one that is *missing*."""
    words = {fold(title): title for title in missing}
    words |= {fold(word): title for title in missing for word in ALSO.get(title, ())}
    for text in dict.fromkeys(filter(None, header)):
        for word in get_close_matches(fold(text)[:60], words, 1, ALIKE):
            yield f"The column “{shorten(text, 40)}” is not read. Is “{words[word]}” meant? Then write that word there."
