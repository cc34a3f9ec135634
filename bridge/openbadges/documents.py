"""What a badge says, as values: the issuer, what can be earned, who earned it, and with which evidence.

`open_badges_3` and `open_badges_2` make the standards' documents of them: values in, plain JSON out; the same values
give the same document. All text is cleaned there (`text.clean`), the recipient's address appears as a salted hash
only, and evidence is what the caller passes: pass only what the earner made public.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from .addresses import did_web


@dataclass(frozen=True, slots=True)
class Issuer:
    """The organisation that vouches. *url* is the address of its site of badges, https, without a final "/"."""

    url: str
    name: str
    email: str
    description: str | None = None
    image: str | None = None

    @property
    def did(self) -> str:
        return did_web(self.url)

    @property
    def profile_url(self) -> str:
        """Where the Open Badges 2.0 profile is published."""
        return f"{self.url}/issuer.json"


@dataclass(frozen=True, slots=True)
class Alignment:
    """A node of an educational framework that an achievement fits: *name* and web address are what it needs.

    *code* is the framework's own name for the node, *kind* one of `vocabulary.TARGET_TYPES` or "ext:…".
    """

    name: str
    url: str
    code: str | None = None
    framework: str | None = None
    description: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class RubricLevel:
    """One level of a rubric's criterion. *key* is a short word (a–z, 0–9, "-"), its own within the criterion."""

    key: str
    name: str
    description: str | None = None
    level: str | None = None
    points: str | None = None


@dataclass(frozen=True, slots=True)
class ResultDescription:
    """A result that awards of an achievement may have, such as a rubric's criterion.

    *key* is a short word (a–z, 0–9, "-"), its own within the achievement; *kind* one of `vocabulary.RESULT_TYPES` or
    "ext:…". *allowed_values* and *levels* go from low to high; *required_level* is the key of one of *levels*.
    """

    key: str
    name: str
    kind: str
    levels: tuple[RubricLevel, ...] = ()
    required_level: str | None = None
    allowed_values: tuple[str, ...] = ()
    required_value: str | None = None
    lowest: str | None = None
    highest: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one earner reached. *of* is the key of the ResultDescription, *level* the key of one of its levels.

    *status* is one of `vocabulary.RESULT_STATUSES`.
    """

    of: str
    value: str | None = None
    level: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Achievement:
    """One frozen version of what can be earned.

    *id* is the https address of its public page, *badge_class_url* that of its Open Badges 2.0 BadgeClass, *criteria*
    Markdown, *image_url* the artwork without a credential in it, *hours* the work it takes, *achievement_type* one of
    `vocabulary.ACHIEVEMENT_TYPES` or "ext:…".
    """

    id: str
    badge_class_url: str
    name: str
    description: str
    criteria: str
    image_url: str
    tags: tuple[str, ...] = ()
    hours: float | None = None
    version: str | None = None
    achievement_type: str = "Badge"
    alignments: tuple[Alignment, ...] = ()
    result_descriptions: tuple[ResultDescription, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A piece of evidence that the earner made public. *narrative* is Markdown; *genre* e.g. "Document"."""

    name: str | None = None
    url: str | None = None
    description: str | None = None
    narrative: str | None = None
    genre: str | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """All that one credential will say, fixed when it was decided on.

    *credential_id* is a urn:uuid, *recipient* a plain address (only its salted hash leaves this module), *name* the
    earner's name if there is consent to publish it, *narrative* public Markdown. The addresses are those of the public
    page, the 2.0 assertion, the signed 3.0 credential, the baked badge, and the status list with the index in it.
    """

    credential_id: str
    recipient: str
    salt: str
    issued_on: datetime
    achievement: Achievement
    page_url: str
    assertion_url: str
    credential_url: str
    image_url: str
    status_list_url: str
    status_index: int
    name: str | None = None
    expires: datetime | None = None
    evidence: tuple[EvidenceItem, ...] = ()
    narrative: str | None = None
    results: tuple[Result, ...] = ()


def identity_hash(recipient: str, salt: str) -> str:
    """Return the `sha256$…` by which a recipient can be recognised but not read.

    The address is lower-cased before: neither standard folds case, and people type their address in capitals.
    """
    return "sha256$" + sha256((recipient.strip().lower() + salt).encode()).hexdigest()
