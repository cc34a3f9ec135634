"""The edges, as shapes. A Protocol needs no base class: whoever has these verbs is one.

Every verb raises `TryLater`, `InDoubt` or `Refused` and nothing else of its own; a mere look never raises `InDoubt`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

from bridge.errors import BridgeError
from bridge.model import (
    Achievement,
    AnswerReading,
    Artwork,
    Choice,
    Credential,
    Criteria,
    Digest,
    Effect,
    Event,
    Evidence,
    FileFacts,
    FormReading,
    Known,
    Lesson,
    Line,
    Move,
    Order,
    Token,
    Uptake,
)
from bridge.review import Scales


class Clock(Protocol):
    """Time comes from here and nowhere else."""

    def now(self) -> datetime:
        """Aware UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait. Long waits are cut into slices between which the lease is renewed."""


class FormSource(Protocol):
    def read(self, facts: Facts) -> Sequence[FormReading]:
        """Read every form of the programme whole: one forms.get and one responses.list per 5,000 responses each.

        *facts* are `Known.facts`: a question once found by its title is found again by its id.
        """

    def offer(self, reading: FormReading, choices: Sequence[Choice]) -> None:
        """Give the question for the badge these options, in one call; nothing else of the form changes.

        Only where the form is as *reading* saw it: raise TryLater if somebody changed it since.
        """


class EvidenceSource(Protocol):
    def describe(self, items: Collection[Evidence]) -> Sequence[FileFacts]:
        """Say of each item with a file id whether it opens, in batches of 100; once per file id."""

    def fetch(self, links: Collection[str]) -> Sequence[Artwork]:
        """Fetch the pictures behind *links* (Drive links); one that can't be had or used comes back with a problem."""

    def export(self, known: Collection[Criteria]) -> Sequence[Criteria]:
        """Read the Google Docs behind these links anew, where their revision is another one than the one that is known.
        One that can't be had or used comes back with a problem."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the spreadsheet as it is. `values[0]` is the header row; all cells as text, ragged rows.

    Where people inserted rows above the titles, `values` has the titles first already: a write begins with that.
    """

    sheet_id: int
    title: str
    values: tuple[tuple[str, ...], ...] = ()
    columns: int = 0  # of the grid; 0: not looked at
    marked: Mapping[str, int] = field(default_factory=dict)  # where columns stand that the bridge knows by its own mark
    rated: str = ""  # what the bridge noted of the drop-downs in the columns of criteria (`Scales.mark`)
    titles_at: int = 0  # in which row the titles stand, counted from 0
    choices: Sequence[Mapping[int, tuple[str, ...]]] | None = None  # what each row offers, by column; None: not asked


Value: TypeAlias = str | int | float  # what a cell holds: a text, or a number that a chart can be drawn of
Rows: TypeAlias = tuple[tuple[Value, ...], ...]  # cells of a tab, row by row, the titles first


class Own(StrEnum):
    """A tab that is the bridge's alone: nobody else writes there."""

    PROGRESS = "progress"
    LOG = "log"
    HOURS = "hours"
    CATALOGUE = "catalogue"
    ARCHIVE = "archive"  # rows that were in Review: never read, for it only grows
    HELP = "help"


@dataclass(frozen=True, slots=True)
class SheetReading:
    url: str
    review: Tab | None  # None: there is no such tab
    catalogue: Tab | None
    own: Mapping[Own, Tab] = field(default_factory=dict)  # those that are there
    titles: frozenset[str] = frozenset()  # of all tabs, people's own too
    charts: frozenset[int] = frozenset()  # ids of all charts
    undrawn: frozenset[Own] = frozenset()  # those of the bridge's own on which a chart is missing
    #: Those of the bridge's own into which others could write, each with its structure, for whoever locks it.
    unlocked: Mapping[Own, Mapping[str, Any]] = field(default_factory=dict)
    badges_lacking: tuple[str, ...] = ()  # the same as *lacking*, of the tab of badges
    lacking: tuple[str, ...] = ()  # what of the review tab's looks is missing or changed, in words: the column “Due”
    uses: Mapping[str, str] = field(default_factory=dict)  # which tabs the spreadsheet notes as used, for the same
    structure: Mapping[str, Any] = field(default_factory=dict)  # of the review tab, for whoever writes it
    views: tuple[tuple[str, str], ...] = ()  # the bridge's filter views there: title, and the link that opens it
    badges: Mapping[str, Any] = field(default_factory=dict)  # the same of the tab of badges
    coaches: Mapping[str, SheetReading] = field(default_factory=dict)  # by address: the same of that coach's own tab
    open: bool = False  # of a coach's tab: others than the coach and the file's owner could write there
    file: str = ""  # of a coach's tab: id of the spreadsheet, where it lies in another one
    files: Mapping[str, SheetReading] = field(default_factory=dict)  # the other spreadsheets that were read, by id
    unread: Mapping[str, str] = field(default_factory=dict)  # coaches whose spreadsheet could not be read, and why
    left: tuple[str, ...] = ()  # titles of coaches' tabs that count no more: theirs lie in another spreadsheet


@dataclass(frozen=True, slots=True)
class Patch:
    """Set one cell that the bridge owns. `row` and `column` count from 0, header included."""

    row: int
    column: int
    text: Value


@dataclass(frozen=True, slots=True)
class OwnChange:
    """What one write does to a tab of the bridge's own."""

    own: Own
    make: bool = False  # there is none
    draw: bool = False  # its charts, as far as they are missing
    lock: bool = False  # to all but the spreadsheet's owner
    patches: tuple[Patch, ...] = ()
    added: Rows = ()  # below what is there; all of it, where the tab is made


@dataclass(frozen=True, slots=True)
class Change:
    """What one write to the spreadsheet does, all of it or nothing."""

    make_review: bool = False  # make the tab (where there is none), its header, drop-downs and looks
    mend_review: bool = False  # what of its looks is lacking
    added: Rows = ()  # whole new rows of the review tab, in the order of its columns
    review: tuple[Patch, ...] = ()
    notes: tuple[Patch, ...] = ()  # on cells of the review tab; they come with patches of the same rows
    ratings: Scales | None = None  # columns of criteria and their drop-downs, where they are to be others
    #: Drop-downs that are set anew: those of criteria in these rows, all of the others; None: none are.
    choices: Mapping[int, Mapping[str, tuple[str, ...]]] | None = None
    removed: tuple[int, ...] = ()  # rows of the review tab, by position, that go over to the Archive
    make_catalogue: bool = False  # make the tab of badges
    badges: tuple[Mapping[str, str], ...] = ()  # rows of the tab of badges that is made, text by title
    mend_catalogue: bool = False  # what it lacks
    catalogue: tuple[Patch, ...] = ()
    own: tuple[OwnChange, ...] = ()
    coaches: Mapping[str, Change] = field(default_factory=dict)  # by address: the same, of that coach's own tab

    def __bool__(self) -> bool:
        return self != Change()

    @property
    def is_in_review(self) -> bool:
        """True where it changes something in a review tab that is there."""
        return bool(self.mend_review or self.added or self.review or self.notes or self.ratings or self.removed)

    @property
    def is_in_catalogue(self) -> bool:
        return bool(self.mend_catalogue or self.catalogue)


class ReviewSheet(Protocol):
    def read(self, *, choices: bool = False) -> SheetReading:
        """Read all tabs in two calls: one for the structure, one for all values, so that they are of one moment.

        With *choices* in three: what each row offers, too. So many for each spreadsheet where there are several.
        """

    def write(self, reading: SheetReading, change: Change) -> None:
        """Apply *change* to what *reading* saw, in one atomic call. Text stays text: "=1+1" is no formula.

        Where there are several spreadsheets it is one call for each, and PartlyWritten says which coaches' failed.
        """


class Backend(Protocol):
    """Where credentials come from. See docs/adding-a-backend.md."""

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        """Make the credential. Raise TryLater, InDoubt or Refused; nothing else."""

    def find(self, order: Order) -> Credential | None:
        """Return the credential that an earlier, interrupted issue() made for this order, if it did.

        One that a vendor says was withdrawn there since comes with `revoked_at`, the moment of looking.
        """

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        """Withdraw the credential; revoking twice is not an error."""

    def badge(self, credential: Credential) -> bytes:
        """The baked picture, PNG or SVG: for the badge's page, and to be attached to the mail."""

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        """By award, what the earners did with the badges, in a few calls; {} where there is nothing to accept."""


@runtime_checkable
class Batching(Protocol):
    """A backend that can make several credentials of one badge in one call."""

    batch: int  # how many at the most; below 2: one by one

    def issue_all(self, orders: Sequence[Order], achievement: Achievement) -> Mapping[str, Credential | BridgeError]:
        """Make the credentials of at most *batch* orders; by award, what became of each. Raise nothing of its own."""


class TokenStore(Protocol):
    """What vendors' servers gave us to call them with, so that several processes share it. One row per backend."""

    def token(self, backend: str) -> Token | None: ...

    def keep_token(self, backend: str, token: Token) -> None:
        """Put *token* in the place of the one that is there, in a transaction of its own."""


class Site(Protocol):
    """The public pages, as files."""

    def refresh(self, known: Known) -> bool:
        """Bring what is public about the programme as a whole in step with *known*; True if there is news to publish.

        A change stays news until `publish` has carried it out, whatever failed in between.
        Issuer, achievements, did.json, status lists: each written whole or not at all.
        """

    def keep_badges(self, known: Known) -> None:
        """Raise Refused if what was issued is gone from the site: publishing it now would take it from the public."""

    def forgotten(self, known: Known) -> Collection[int]:
        """The entries of status lists that badges bear of which *known* has no order: an older ledger was put back."""

    def show(
        self, order: Order, achievement: Achievement, credential: Credential, picture: Callable[[], bytes]
    ) -> None:
        """Lay the page of a vendor's credential into the folder, in its present state, with the badge, for which
        *picture* is asked where it is not there yet. Doing it again changes nothing."""

    def supersede(self, order: Order, achievement: Achievement, replaced: Credential, by: Credential) -> None:
        """Let the page of *replaced* say that the award lives on at *by*; it stays genuine."""

    def picture(self, credential: Credential) -> bytes | None:
        """The badge as it lies in the folder; None where none does."""

    def publish(self) -> None:
        """Run the district's publish command, if there is one; at most once per cycle."""

    def is_public(self, credential: Credential) -> bool:
        """True when the credential's page can be opened where the public would open it, in its present state."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, ready to send. `key` is the effect's key; it travels in a header, so that the mail can be found."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    attachments: tuple[tuple[str, str, bytes], ...] = ()  # (file name, media type, content)
    inline: tuple[tuple[str, str, bytes], ...] = ()  # (content id, media type, content)


class Outcome(StrEnum):
    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


class Mailer(Protocol):
    def prepare(self, message: Message, *, again: bool) -> str:
        """Lay the mail ready and return its reference. *again*: look first for one that an interrupted call left."""

    def send(self, ref: str, message: Message) -> None:
        """Send what was laid ready. Raise TryLater, InDoubt or Refused."""

    def outcome(self, ref: str, message: Message) -> Outcome:
        """Say what became of a send that never answered."""

    def discard(self, ref: str) -> None:
        """Throw away what was laid ready and not sent; where it is gone already, all is well."""


class Ledger(TokenStore, Protocol):
    """The bridge's memory. Each verb but `load` is one transaction that renews the lease, or raises `LeaseLost`."""

    def lease(self) -> AbstractContextManager[None]:
        """Hold the programme for the time of the block. Raise `LeaseHeld` (it names the holder) if another does."""

    def renew(self) -> None:
        """Prolong the lease during a long wait."""

    def load(self) -> Known: ...

    def artwork(self, name: str) -> bytes:
        """The picture that the ledger keeps under this name (see `model.Achievement.artwork`)."""

    def learn(self, lesson: Lesson) -> None:
        """Write all of *lesson*, or nothing. Learning the same again changes nothing."""

    def begin(self, effect: Effect) -> Effect:
        """Write down that *effect* is about to be tried: in doubt from here on, `attempts` one more."""

    def prepared(self, effect: Effect, ref: str) -> Effect:
        """Remember what the other side calls it, before it is sent."""

    def postpone(self, effect: Effect, until: datetime, note: str, *, in_doubt: bool) -> Effect: ...

    def stick(self, effect: Effect, note: str, *, in_doubt: bool, for_coach: bool = False) -> Effect:
        """It waits for a person; *for_coach*: for a coach or the teacher, who read *note* in the sheet."""

    def finish(
        self, effect: Effect, note: str = "", credential: Credential | None = None, move: Move | None = None
    ) -> Effect:
        """It is done, beyond doubt. *credential* (new, or revoked) is written with it, and so is *move*;
        where both are given, the order that the move names as new comes into force."""

    def shown(self, versions: Mapping[str, int]) -> None:
        """Remember which version of each attempt the review tab now shows."""

    def allow(self, awards: int) -> None:
        """Let one cycle issue up to *awards* at once; 0 takes it back."""

    def retry(self, request: int) -> Sequence[Effect]:
        """Plan stuck and postponed effects of a request again, at once: doubt stays, `attempts` is 0 again."""

    def history(self, request: int) -> Sequence[Event]: ...

    def log(self) -> Sequence[Line]:
        """The decision log, oldest first: a line for every decision and every effect that was done, each written in
        the transaction of what it tells of, and chained to the one before (see `plan.chain`)."""

    def mails_since(self, moment: datetime) -> int:
        """How many mails were sent since then."""

    def backup(self, folder: Path, keep: int) -> Path | None:
        """Copy the ledger into *folder*, keep the newest *keep*; None where the database has backups of its own."""


class Quota(Protocol):
    def wait(self, bucket: str, units: int = 1) -> None:
        """Take *units* from the bucket ("sheets-read", "gmail" …); wait until the minute allows it."""


#: `Known.facts`.
Facts: TypeAlias = Mapping[str, str]

#: Told about every step of a long run: what is done, out of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class World:
    """All edges of one programme; `wiring` builds the real one, tests build theirs."""

    clock: Clock
    forms: FormSource
    drive: EvidenceSource
    sheet: ReviewSheet
    backends: Mapping[str, Backend]
    site: Site
    mailer: Mailer
    ledger: Ledger
    compose: Callable[[Effect, Known, bytes | None], Message]  # the mail for an effect, and the badge to attach
    remind: Callable[[Effect, Digest], Message]  # the mail for a digest
    dice: Callable[[], bytes]  # 32 fresh random bytes
    progress: Progress = lambda what, done, total: None
    gone: Collection[str] = ()  # backends that exist no more, by a person's word
    remarks: Callable[[datetime], Sequence[str]] = lambda now: ()  # what a nightly report tells besides
    answers: Callable[[Facts], AnswerReading | None] = lambda facts: None  # to the decision form
