"""What was said in the decision form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bridge.model.words import Problem


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to the decision form as it is now; cleaned, bounded, and hostile all the same."""

    response_id: str
    at: datetime  # of the latest edit, as Google tells it
    reviewer: str  # whose answer it is: the address that Google collected, lower case; "" if none
    row: str  # which request: "41-2", or "41-2.3" for the third version of what the teacher wrote
    verdict: str
    feedback: str = ""
    ratings: str = ""  # a line for each criterion: "Planning: meets"


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """The decision form as it is now. *counts*: who answered is verified, and the questions are there."""

    form_id: str
    title: str
    counts: bool
    answers: tuple[Answer, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)  # role → question id, to be remembered as facts
    problems: tuple[Problem, ...] = ()
    link: str = ""  # where people fill it in (responderUri); "": Google did not say
