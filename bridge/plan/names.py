"""First and last name, which some backends must be told apart. Pure."""

from __future__ import annotations

from typing import NamedTuple

from bridge.model import Submission


class Names(NamedTuple):
    given: str
    family: str
    guessed: bool = False  # nobody said where the one ends and the other begins


def names_of(submission: Submission) -> Names:
    """Return what the form asked for as two names, or else the one name, cut before its last word.

    A name of one word leaves the family name empty: which of the two it is, nobody can guess.
    """
    if submission.given_name and submission.family_name:
        return Names(submission.given_name, submission.family_name)
    given, _, family = submission.name.rpartition(" ")
    return Names(given.strip() or family, family if given.strip() else "", guessed=True)
