"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from bridge.errors import BridgeError, ConfigProblems


class Mark(Enum):
    GOOD = "✓"
    WARN = "!"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in a sentence, with the cure where there is something to cure."""

    mark: Mark
    what: str
    sentence: str
    cure: str = ""

    def as_json(self) -> dict[str, str]:
        return {"mark": self.mark.name.lower(), "what": self.what, "sentence": self.sentence, "cure": self.cure}


Findings = Iterator[Finding]


def good(what: str, sentence: str) -> Finding:
    return Finding(Mark.GOOD, what, sentence)


def warn(what: str, sentence: str, cure: str = "") -> Finding:
    return Finding(Mark.WARN, what, sentence, cure)


def bad(what: str, sentence: str, cure: str = "") -> Finding:
    return Finding(Mark.BAD, what, sentence, cure)


def looked(what: str, look: Callable[[], Findings]) -> Findings:
    """Yield what *look* finds; an error that it ends with is a finding too, and brings its own cure."""
    try:
        yield from look()
    except ConfigProblems as error:
        yield from (bad(what, problem) for problem in error.problems)
    except BridgeError as error:
        yield bad(what, str(error))
