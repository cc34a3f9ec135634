"""The words of the trade as values: frozen, slotted, and impossible to get half right.

Times are aware UTC datetimes. Addresses are lower case. Text from people was cleaned at intake and is hostile all
the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bridge.model.badges import Rating

#: The embedded issuer among the backends.
LOCAL = "local"

#: In the place of a form's response, for a badge that nobody asked for: so its name begins.
BY_ITSELF = "milestone:"

#: Why a credential ends whose place another one took: so the reason begins, and the page of the new one follows.
REPLACED_BY = "Replaced by "


class Verdict(StrEnum):
    """What a coach may choose in the Decision column."""

    APPROVE = "Approve"
    RETURN = "Return"
    DECLINE = "Decline"
    HOLD = "Hold"
    REVOKE = "Revoke"


class Identity(StrEnum):
    """How it is known who decided."""

    COLUMN = "column"  # claimed: the address that stands in Reviewer
    FORM = "form"  # verified: an answer to the decision form, with the address that Google collected
    TABS = "tabs"  # verified: typed into a tab that is one coach's alone


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
    PUBLISH_ACCEPTED = "publish-accepted"  # a vendor shows it to all from now on; subject: attempt id/award
    TELL_RETURNED = "tell-returned"
    TELL_DECLINED = "tell-declined"
    REVOKE = "revoke"
    PUBLISH_REVOKED = "publish-revoked"
    TELL_REVOKED = "tell-revoked"
    REISSUE = "reissue"  # to another backend; subject: attempt id/number of the move
    PUBLISH_REISSUED = "publish-reissued"
    WITHDRAW = "withdraw"  # the credential that a reissued one replaces
    TELL_REISSUED = "tell-reissued"
    TELL_DIGEST = "tell-digest"  # to a coach, of what waits; subject: digest/day/number of the coach

    @property
    def is_mail(self) -> bool:
        return self.value.startswith("tell-")


class Acceptance(StrEnum):
    """What the earner did with a badge at a vendor's."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Uptake:
    """What a vendor told of a badge lately; *vendor_url* is "" where the address that is known still holds."""

    acceptance: Acceptance
    vendor_url: str = ""


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
    given_name: str = ""  # both "" where the form asks for one name only
    family_name: str = ""
    school: str = ""

    @property
    def by_itself(self) -> bool:
        """True where nobody asked: the badge came once its prerequisites were met."""
        return self.response_id.startswith(BY_ITSELF)


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
    ratings: tuple[Rating, ...] = ()  # in the order of the badge's rubric, without what was left open
    identity: Identity = Identity.COLUMN
    said_at: datetime | None = None  # when it was said, where that is known: in the decision form

    @property
    def verified(self) -> bool:
        """True where it is proven whose word it is."""
        return self.identity is not Identity.COLUMN

    @property
    def by_whom(self) -> str:
        """Who decided, and whether that is proven: "by cleo@district.example, verified"; "" if nobody is named."""
        return f"by {self.reviewer}{', verified' if self.verified else ''}" if self.reviewer else ""


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
    given_name: str = ""  # for a backend that must name the earner (Credly); our own pages and badges never show it
    family_name: str = ""
    results: tuple[Rating, ...] = ()  # only what the programme makes public

    @property
    def at_vendor(self) -> bool:
        """True where somebody else than the embedded issuer makes the credential."""
        return self.backend != LOCAL


@dataclass(frozen=True, slots=True)
class Credential:
    """What came of an order."""

    award: str
    attempt_id: str
    url: str  # the page on our site that anyone may open
    image: str  # where the baked badge lies: an address
    backend: str
    backend_ref: str = ""  # what the backend calls it
    vendor_url: str = ""  # where a vendor shows it to all; "": nowhere but here, or not yet
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_why: str = ""
    acceptance: Acceptance | None = None  # None: there is nothing to accept, or nobody has looked yet
    accept_url: str = ""  # the earner's alone: where it is taken, at a vendor that shows it to nobody before

    @property
    def untaken(self) -> bool:
        """True while the vendor shows it to nobody, since the earner has not taken it."""
        return not self.vendor_url and self.acceptance in (Acceptance.WAITING, Acceptance.REJECTED)


@dataclass(frozen=True, slots=True)
class Move:
    """The n-th time that an award was made anew, at another backend: which order took the place of which.

    `replaced` is the older credential, as it was when the new one took its place; None until then.
    """

    attempt_id: str
    n: int  # 1, 2, …
    old: Order
    new: Order
    at: datetime
    replaced: Credential | None = None

    @property
    def subject(self) -> str:
        """What the effects of the move are about."""
        return f"{self.attempt_id}/{self.n}"

    def key(self, kind: Kind) -> str:
        """The key of the move's effect of *kind*."""
        return f"{kind}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Token:
    """What a vendor's server gave us to call it with; a secret. *expires_at* is the server's word, not a promise.

    After a failed log-in nothing is tried before *blocked_until*; *failures* counts them, since the last success.
    """

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: datetime | None = None
    blocked_until: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that must happen once. `key` is kind:subject, subject an attempt id, or attempt id/decision number,
    or attempt id/number of a move, or attempt id/award."""

    kind: Kind
    subject: str
    after: str = ""  # key of the effect that must be done first
    state: State = State.PLANNED
    in_doubt: bool = False
    attempts: int = 0
    not_before: datetime | None = None
    ref: str = ""  # what the other side calls it, such as a Gmail draft id
    note: str = ""  # the last sentence about it, for people
    for_coach: bool = False  # a coach or the teacher can mend what *note* says, so the sheet shows it

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}"

    @property
    def attempt_id(self) -> str:
        return self.subject.partition("/")[0]

    @property
    def request(self) -> int:
        """0 for a digest, which is about many."""
        return 0 if self.kind is Kind.TELL_DIGEST else int(self.subject.partition("-")[0])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the decision log: what was decided or done, without a name, chained to the line before.

    `by` and `person` are pseudonyms: whoever holds the ledger's key can tell whether one is a given address's.
    """

    n: int  # 1, 2, …
    at: datetime
    attempt_id: str
    what: str  # "decided: Approve", "badge issued"
    badge: str  # key; "" while the label is unknown
    by: str  # who decided; "" where nobody was named, or the bridge did it
    person: str  # whose request it is
    hash: str  # sha256 (hex) of this line and the hash of the one before


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
