"""What can be earned, as the catalogue says it: frozen values."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Alignment:
    """A standard of an educational framework that an achievement fits; `url` is where it is explained."""

    name: str
    url: str
    code: str = ""  # the framework's own name for it
    framework: str = ""


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """So many of these badges (keys) must be held before another one can be had."""

    number: int
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric; Approve needs at least the level `needed`, "" where it may be left open."""

    title: str
    levels: tuple[str, ...]  # the lowest first
    needed: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """The level of a criterion that a coach chose, and the criterion as it was then."""

    criterion: Criterion
    level: str


@dataclass(frozen=True, slots=True)
class Achievement:
    """One version of what can be earned; the words never change under the same `version`.

    `version` is a hash of all of it, the artwork's bytes included, but for `artwork_link` and what the programme may
    change at any time: `active`, and what follows `valid_months`.
    """

    key: str
    version: str
    name: str
    description: str
    criteria: str  # Markdown
    artwork: str  # name of the picture: sha256 (hex) of its bytes, ".svg" behind it for an SVG; the ledger keeps it
    hours: float | None = None
    active: bool = True
    artwork_link: str = ""
    kind: str = "Badge"  # the achievementType of Open Badges 3.0
    tags: tuple[str, ...] = ()
    alignment: tuple[Alignment, ...] = ()
    valid_months: int | None = None  # how long an award counts; None: for ever
    backend: str = ""  # who makes its credentials from now on; "": the programme's own choice
    reviewers: tuple[str, ...] = ()  # who may approve and revoke it (lower case); empty: every coach
    review_days: int | None = None  # within which a decision is promised; None: the programme's own
    most_attempts: int | None = None  # that a request may have; None: no limit
    prerequisites: Prerequisites | None = None
    by_itself: bool = False  # issued without being asked for, once the prerequisites are met
    second_look: str = ""  # who must approve it, too: "coach", "coordinator"; "": one Approve is enough
    rubric: tuple[Criterion, ...] = ()  # by which its attempts are rated

    def words(self) -> Achievement:
        """Return what the version says for ever, without what the programme may change at any time."""
        return replace(
            self,
            active=True,
            backend="",
            reviewers=(),
            review_days=None,
            most_attempts=None,
            prerequisites=None,
            by_itself=False,
            second_look="",
        )


@dataclass(frozen=True, slots=True)
class Artwork:
    """A picture as it was found behind *link*; `problem` is set and `sha256` empty when it can't be used.

    For an SVG, ".svg" follows the hash.
    """

    link: str
    sha256: str = ""
    data: bytes = b""
    problem: str = ""
    remark: str = ""  # what might be better, although it can be used


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the Google Doc behind *link* says, as Markdown; `problem` is set and `text` empty when it can't be had."""

    link: str
    text: str = ""
    revision: str = ""  # of the Doc: another one may say something else
    problem: str = ""
