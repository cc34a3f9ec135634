"""The words of the trade as values: frozen, slotted, and impossible to get half right.

Times are aware UTC datetimes. Addresses are lower case. Text from people was cleaned at intake and is hostile all
the same. The one value that grows is `Known`, the memory of one cycle; the ledger keeps it between cycles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a coach may choose in the Decision column."""

    APPROVE = "Approve"
    RETURN = "Return"
    DECLINE = "Decline"
    HOLD = "Hold"
    REVOKE = "Revoke"


class EvidenceKind(StrEnum):
    UPLOAD = "upload"  # uploaded with the form: a file on Drive
    DRIVE = "drive"  # a pasted link to a file on Drive
    FOLDER = "folder"  # a pasted link to a folder on Drive
    WEB = "web"  # any other https address
    ODD = "odd"  # not an address at all; `note` says why


class FileAccess(StrEnum):
    OPENS = "opens"
    MISSING = "missing"  # not shared or not there: Google doesn't say which
    TRASHED = "trashed"
    UNKNOWN = "unknown"  # can't be known without delegation, or Google did not answer


class State(StrEnum):
    """Of an effect. Doubt is no state but a flag of its own."""

    PLANNED = "planned"
    DONE = "done"
    STUCK = "stuck"  # waits for a person: `badge-bridge retry`
    CANCELLED = "cancelled"  # taken back before it began


class Kind(StrEnum):
    """Of an effect: one thing in the world that must happen once."""

    TELL_RECEIVED = "tell-received"
    TELL_DUPLICATE = "tell-duplicate"
    TELL_LATE_EDIT = "tell-late-edit"
    ISSUE = "issue"
    PUBLISH = "publish"
    TELL_ISSUED = "tell-issued"
    TELL_RETURNED = "tell-returned"
    TELL_DECLINED = "tell-declined"
    REVOKE = "revoke"
    PUBLISH_REVOKED = "publish-revoked"
    TELL_REVOKED = "tell-revoked"

    @property
    def is_mail(self) -> bool:
        return self.value.startswith("tell-")


@dataclass(frozen=True, slots=True)
class Achievement:
    """One version of what can be earned; the words never change under the same `version`.

    `version` is a hash of name, description, criteria, hours and the artwork's bytes. `active` and `artwork_link` are
    not part of it.
    """

    key: str
    version: str
    name: str
    description: str
    criteria: str  # Markdown
    artwork: str  # sha256 (hex) of the PNG; the ledger keeps the bytes
    hours: float | None = None
    active: bool = True
    artwork_link: str = ""


@dataclass(frozen=True, slots=True)
class Artwork:
    """A picture as it was found behind *link*; `problem` is set and `sha256` empty when it can't be used."""

    link: str
    sha256: str = ""
    data: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item that the teacher attached or linked; what is known of the file behind it is in `Known.files`."""

    item: int  # 1, 2, …
    kind: EvidenceKind
    url: str
    file_id: str = ""
    resource_key: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileFacts:
    file_id: str
    access: FileAccess
    name: str = ""
    mime_type: str = ""
    url: str = ""
    revision: str = ""  # headRevisionId, or the version number of a Docs editors file
    sha256: str = ""  # binary files only


@dataclass(frozen=True, slots=True)
class Submission:
    """One form response as it is now. `stamp` is Google's lastSubmittedTime: a new stamp is an edited answer."""

    form_id: str
    response_id: str
    stamp: str
    submitted_at: datetime
    recipient: str  # lower case
    verified: bool  # the address was collected by Google, not typed
    name: str
    label: str  # the badge's name, as the form offered it
    evidence: tuple[Evidence, ...] = ()
    reflection: str = ""
    consent: bool | None = None  # "no student can be identified"; None: the form does not ask
    show_name: bool = False
    show_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants what. `number` is what people see: 41. `achievement` is empty while the label is unknown."""

    number: int
    recipient: str
    label: str
    achievement: str
    created_at: datetime
    duplicate_of: int | None = None  # an earlier request that already stands for the same badge


class Superseded(StrEnum):
    """Why an attempt gave way to a later one."""

    RESUBMITTED = "resubmitted"  # the teacher sent the form again
    CHANGED = "changed"  # the answer was edited after the coach looked
    OTHER_BADGE = "other badge"  # the answer was edited to ask for another badge


@dataclass(frozen=True, slots=True)
class Attempt:
    """The n-th try of a request: one row in the review tab. `version` grows when the answer is edited."""

    request: int
    n: int
    submission: Submission
    version: int = 1
    superseded_by: str = ""  # id of the later attempt
    superseded_why: Superseded | None = None
    late_stamp: str = ""  # stamp of an edit that came after the order was fixed, and was not taken

    @property
    def id(self) -> str:
        return f"{self.request}-{self.n}"


@dataclass(frozen=True, slots=True)
class Decision:
    """A coach's word about what was shown, trusted. `verdict` None: taken back. `n` counts per attempt, from 1."""

    attempt_id: str
    n: int
    version: int  # of the attempt that the coach saw
    verdict: Verdict | None
    reviewer: str
    feedback: str
    seen_at: datetime
    enacted: bool = False  # settled, and its effects planned: no longer the coach's alone


@dataclass(frozen=True, slots=True)
class Order:
    """All that a credential will say, fixed at approval: issuing it again says the same."""

    award: str  # uuid (RFC 4122 text form): names the credential, its page and its files
    attempt_id: str
    achievement: str  # key
    version: str  # of the achievement
    recipient: str
    salt: str
    name: str  # "" without consent to be named
    issued_on: datetime
    status_index: int
    key_id: str  # DID URL of the signing key
    backend: str = "local"
    expires: datetime | None = None
    evidence: tuple[Evidence, ...] = ()  # only what the earner made public
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """What came of an order."""

    award: str
    attempt_id: str
    url: str  # the page that anyone may open
    image: str  # where the baked badge lies: an address
    backend: str
    backend_ref: str = ""
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_why: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that must happen once. `key` is kind:subject, subject an attempt id, or attempt id/decision number."""

    kind: Kind
    subject: str
    after: str = ""  # key of the effect that must be done first
    state: State = State.PLANNED
    in_doubt: bool = False
    attempts: int = 0
    not_before: datetime | None = None
    ref: str = ""  # what the other side calls it, such as a Gmail draft id
    note: str = ""  # the last sentence about it, for people

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}"

    @property
    def attempt_id(self) -> str:
        return self.subject.partition("/")[0]

    @property
    def request(self) -> int:
        return int(self.subject.partition("-")[0])


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a request's history, for `badge-bridge explain`."""

    at: datetime
    attempt_id: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence for the person who can cure it. `where` says what it is about: "form", "sheet", "badge first-aid"."""

    where: str
    sentence: str
    blocking: bool = False  # part of the work was left undone: the command ends with exit code 1


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one look taught, to be written in one transaction. Values with a known identity replace the older ones."""

    achievements: tuple[Achievement, ...] = ()  # becomes the current version of its key
    artworks: tuple[Artwork, ...] = ()  # by link
    labels: Mapping[str, str] = field(default_factory=dict)  # label → key; a known label is never moved
    requests: tuple[Request, ...] = ()  # by number
    attempts: tuple[Attempt, ...] = ()  # by id
    files: tuple[FileFacts, ...] = ()  # by file id
    decisions: tuple[Decision, ...] = ()  # by (attempt id, n)
    orders: tuple[Order, ...] = ()  # by attempt id
    effects: tuple[Effect, ...] = ()  # new, or planned again after having been cancelled
    cancelled: tuple[str, ...] = ()  # keys of planned or stuck effects that never began
    facts: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()  # for the report; not kept

    def __bool__(self) -> bool:
        """True when there is anything to write."""
        return replace(self, problems=()) != Lesson()


@dataclass(slots=True)
class Known:
    """The bridge's memory of one programme, as loaded from the ledger; `learn` keeps it in step within a cycle."""

    achievements: dict[str, Achievement] = field(default_factory=dict)  # key → current version
    versions: dict[tuple[str, str], Achievement] = field(default_factory=dict)  # (key, version)
    artworks: dict[str, Artwork] = field(default_factory=dict)  # by link, without the bytes
    labels: dict[str, str] = field(default_factory=dict)
    requests: dict[int, Request] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    files: dict[str, FileFacts] = field(default_factory=dict)
    decisions: dict[str, tuple[Decision, ...]] = field(default_factory=dict)  # by attempt id, in order of n
    orders: dict[str, Order] = field(default_factory=dict)  # by attempt id
    credentials: dict[str, Credential] = field(default_factory=dict)  # by attempt id
    effects: dict[str, Effect] = field(default_factory=dict)  # by key
    shown: dict[str, int] = field(default_factory=dict)  # attempt id → version that the review tab last showed
    facts: dict[str, str] = field(default_factory=dict)
    allowance: int = 0  # `badge-bridge allow N`, not used yet

    def learn(self, lesson: Lesson) -> None:
        """Take *lesson* in; the ledger's `load` after its `learn` gives the same."""
        for achievement in lesson.achievements:
            self.achievements[achievement.key] = achievement
            self.versions.setdefault((achievement.key, achievement.version), replace(achievement, active=True))
        for artwork in lesson.artworks:
            self.artworks[artwork.link] = replace(artwork, data=b"")
        for label, key in lesson.labels.items():
            self.labels.setdefault(label, key)
        self.requests.update((request.number, request) for request in lesson.requests)
        self.attempts.update((attempt.id, attempt) for attempt in lesson.attempts)
        self.files.update((file.file_id, file) for file in lesson.files)
        for decision in lesson.decisions:
            older = (d for d in self.decisions.get(decision.attempt_id, ()) if d.n != decision.n)
            self.decisions[decision.attempt_id] = tuple(sorted((*older, decision), key=lambda d: d.n))
        self.orders.update((order.attempt_id, order) for order in lesson.orders)
        for effect in lesson.effects:
            known = self.effects.get(effect.key)
            if known is None or known.state is State.CANCELLED:
                self.effects[effect.key] = effect
        for key in lesson.cancelled:
            known = self.effects.get(key)
            if known is not None and known.state in (State.PLANNED, State.STUCK) and not known.in_doubt:
                self.effects[key] = replace(known, state=State.CANCELLED)
        self.facts.update(lesson.facts)

    def decision(self, attempt_id: str) -> Decision | None:
        """The coach's word in force, or None: never decided, or taken back."""
        latest = self.decisions.get(attempt_id, ())
        return latest[-1] if latest and latest[-1].verdict is not None else None

    def achievement_of(self, attempt_id: str) -> Achievement | None:
        """The achievement as frozen in the order, else as the catalogue has it now, else None."""
        order = self.orders.get(attempt_id)
        if order is not None:
            return self.versions.get((order.achievement, order.version))
        attempt = self.attempts[attempt_id]
        return self.achievements.get(self.requests[attempt.request].achievement)
