"""What a programme has chosen, as far as decisions depend on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from bridge.model import LOCAL, Achievement, Identity


@dataclass(frozen=True, slots=True)
class Vendor:
    """What decisions must know of a vendor's server."""

    title: str  # as people know it: Badgr
    badges: frozenset[str] = frozenset()  # keys of the achievements that are set up there
    wants_names: bool = False  # first and last name, apart


@dataclass(frozen=True, slots=True)
class Policy:
    issuer_url: str  # base address of the public site, without a slash at the end
    key_id: str  # DID URL of the key that signs new credentials
    former: frozenset[str] = frozenset()  # DIDs under which badges were issued before the site's address changed
    share_with: str = ""  # the address that evidence must be shared with, as teachers are told
    tz: tzinfo = UTC
    year_starts: tuple[int, int] = (7, 1)  # month and day on which a school year begins
    publish_levels: bool = False  # badges tell which levels of their rubric were reached
    settle: timedelta = timedelta(0)  # how long a decision must have stood before it acts
    due_days: int = 10
    archive_after: timedelta | None = None  # how long a row stays in Review after the last event; None: for ever
    coaches: frozenset[str] = frozenset()  # who may stand in Reviewer (lower case); empty: anyone
    identity: Identity = Identity.COLUMN  # where words count, and so how it is known who decided
    schools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # school (folded) → who looks after it
    decision_form: str = ""  # id of the form in which coaches decide; "": there is none
    coordinator: str = ""  # who looks after the programme (lower case)
    digests: bool = False  # coaches get a mail a day on what waits for them
    digest_hour: int = 0  # not before this hour of the day
    escalate_days: int = 0  # after so many days past its due day the coordinator is told of a request; 0: never
    new_awards: int = 50  # more than this, and than three times the usual, wait for `badge-bridge allow`
    mails_per_day: int = 1500
    smtp_repeat: bool = False  # repeat once a mail whose fate can't be known
    criteria_page: Callable[[Achievement], str] = lambda achievement: ""  # where it stands what a badge takes
    backend: str = LOCAL  # who makes the badges of which the catalogue says nothing else
    backends: Mapping[str, Vendor | None] = field(default_factory=lambda: {LOCAL: None})  # all that may be chosen

    def wants_names(self, backend: str) -> bool:
        vendor = self.backends.get(backend)
        return vendor is not None and vendor.wants_names

    def title(self, backend: str) -> str:
        """A backend as people call it; by its name in the settings where they know it no more."""
        if backend == LOCAL:
            return "this bridge"
        vendor = self.backends.get(backend)
        return vendor.title if vendor else backend

    def day(self, moment: datetime) -> str:
        """The day as people of the programme write it in the sheet: 2026-11-22."""
        return moment.astimezone(self.tz).strftime("%Y-%m-%d")

    def minute(self, moment: datetime) -> str:
        return moment.astimezone(self.tz).strftime("%Y-%m-%d %H:%M")
