"""What a form asks, and what was answered: to the forms that teachers fill in, and to the decision form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bridge.model.words import Problem, Submission


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question, as people see it; *other*: they write there what they like."""

    text: str
    other: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What an option shall say; *was*: its place among those that are there, None where it is new."""

    text: str
    was: int | None = None


@dataclass(frozen=True, slots=True)
class BadgeQuestion:
    """The question for the badge as it is now; `options` is None where it is no choice among options."""

    title: str
    options: tuple[Option, ...] | None
    fetched: object = None  # what the source wants back with the options that the question shall have


@dataclass(frozen=True, slots=True)
class FormReading:
    """One form as it is now: every response that could be read, and a sentence for each that could not."""

    form_id: str
    title: str
    verified: bool  # addresses are collected by Google (emailCollectionType VERIFIED)
    submissions: tuple[Submission, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)  # role → question id, to be remembered as facts
    problems: tuple[Problem, ...] = ()
    link: str = ""  # where people fill it in (responderUri); "": Google did not say
    badge: BadgeQuestion | None = None  # None: it was not found
    keep_list: bool = False  # its options are to be kept in step with the catalogue


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to the decision form as it is now; cleaned, bounded, and hostile all the same."""

    response_id: str
    at: datetime  # of the latest edit, as Google tells it
    reviewer: str  # whose answer it is: the address that Google collected, lower case; "" if none
    row: str  # which request, as its link says: "41-2 #0a1b2", or "41-2.3 #0a1b2" for the third version of the words
    verdict: str
    feedback: str = ""
    ratings: str = ""  # a line for each criterion: "Planning: meets"


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """The decision form as it is now."""

    form_id: str
    title: str
    verified: bool  # addresses are collected by Google (emailCollectionType VERIFIED)
    counts: bool  # they are, and the questions are there
    answers: tuple[Answer, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)  # role → question id, to be remembered as facts
    problems: tuple[Problem, ...] = ()
    link: str = ""  # where people fill it in (responderUri); "": Google did not say
    remarks: tuple[str, ...] = ()  # what of its questions should be otherwise
