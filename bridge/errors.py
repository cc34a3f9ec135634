"""Errors are sentences for the person who must act, typed by what the caller must do. See docs/errors.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta


class BridgeError(Exception):
    """What went wrong, where, and what to do next: `str(error)` can be shown to a person as it is."""


class TryLater(BridgeError):
    """It did not happen; the same call may be made again, not before *wait* where the other side named a time."""

    def __init__(self, sentence: str, *, wait: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class InDoubt(BridgeError):
    """It may have happened: a time-out, a cut connection, a 5xx after sending. Ask before repeating.

    After *most* tries that ended so a person is asked: some servers answer the same words with 500 for ever.
    """

    def __init__(self, sentence: str, *, most: int | None = None) -> None:
        super().__init__(sentence)
        self.most = most


class Refused(BridgeError):
    """It did not happen and will not until a person changes something: *cure*, where what to do goes by who asked.

    Unless told otherwise a coordinator mends it, and `badge-bridge retry` follows. *for_coach*: it concerns this one
    award, and a coach or the teacher can mend it, so the sheet shows it. *retry* is False where *cure* says all.
    """

    def __init__(self, what: str, cure: str = "", *, for_coach: bool = False, retry: bool = True) -> None:
        super().__init__(f"{what} {cure}".rstrip())
        self.what = what
        self.cure = cure
        self.for_coach = for_coach
        self.retry = retry


class NotMade(Refused):
    """It did not happen, and whatever was in doubt about it counts for nothing."""


class NotThere(Refused):
    """It did not happen, and an earlier try, which may have made it, has left nothing that could be found."""


class Closed(TryLater):
    """A coordinator must mend something outside first. One sentence for all whom it concerns; others go on.

    It is tried again in each cycle, so that all of it goes on as soon as it is mended.
    """


class BackendClosed(Closed):
    """A backend does nothing for us at present: it refuses the log-in, or the settings lack something."""


class BadgeClosed(Closed):
    """A backend takes no awards of this one badge at present."""


class PartlyWritten(BridgeError):
    """Of several spreadsheets some were not written; *failures*: coach whose tab lies in one of them → why."""

    def __init__(self, failures: Mapping[str, BridgeError]) -> None:
        super().__init__(" ".join(dict.fromkeys(map(str, failures.values()))))
        self.failures = failures


class LeaseHeld(BridgeError):
    """Another bridge is at work on this programme: go home quietly."""


class LeaseLost(BridgeError):
    """Another bridge took over while this one slept; nothing more may be written."""


class LedgerBusy(TryLater):
    """The ledger's database is locked or out of reach; the next cycle loads what is true."""


class LedgerUnusable(BridgeError):
    """The ledger is damaged, newer than this program, or lost; the sentence says how to get it back."""


#: What ends a cycle at once: without the ledger nothing may be tried.
LEDGER_TROUBLE = (LeaseHeld, LeaseLost, LedgerBusy, LedgerUnusable)


class ConfigProblems(BridgeError):
    """Everything wrong with the settings, each with its place and its cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
