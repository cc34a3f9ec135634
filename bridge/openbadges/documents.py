"""What a badge says: Open Badges 3.0 credentials, 2.0 assertions, and the issuer's did:web document.

Values in, plain JSON out; the same values give the same document. All text is cleaned (`text.clean`), the recipient's
address appears as a salted hash only, and evidence is what the caller passes: pass only what the earner made public.
Rules: Open Badges 3.0 (1EdTech), Open Badges 2.0 (1EdTech), Verifiable Credentials Data Model 2.0 (W3C),
DID Core 1.0, did:web method. Only terms in the oldest published content of context-3.0.3.json are used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from .addresses import did_url as did_url
from .addresses import did_web as did_web
from .addresses import web_address as web_address
from .canonical import CREDENTIALS_V2, DID_V1, MULTIKEY_V1, OPEN_BADGES, OPEN_BADGES_EXTENSIONS
from .errors import BadDocument
from .keys import PublicKey
from .proof import timestamp, utf16
from .text import clean

Document = dict[str, Any]

OPEN_BADGES_2 = "https://w3id.org/openbadges/v2"
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}


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
class Achievement:
    """One frozen version of what can be earned.

    *id* is the https address of its public page, *badge_class_url* that of its Open Badges 2.0 BadgeClass, *criteria*
    Markdown, *image_url* the artwork without a credential in it, *hours* the work it takes.
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


def identity_hash(recipient: str, salt: str) -> str:
    """Return the `sha256$…` by which a recipient can be recognised but not read.

    The address is lower-cased before: neither standard folds case, and people type their address in capitals.
    """
    return "sha256$" + sha256((recipient.strip().lower() + salt).encode()).hexdigest()


def credential(award: Award, issuer: Issuer) -> Document:
    """Return the unsigned Open Badges 3.0 AchievementCredential of *award*."""
    achievement = award.achievement
    return without_gaps(
        {
            "@context": [CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS],
            "id": award.credential_id,
            "type": ["VerifiableCredential", "AchievementCredential"],
            "name": text(achievement.name),
            "description": text(achievement.description),
            "issuer": issuer_object(issuer),
            "validFrom": timestamp(award.issued_on),
            "validUntil": timestamp(award.expires) if award.expires else None,
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": identifiers(award),
                "creditsEarned": number(achievement.hours),
                "narrative": text(award.narrative),
                "achievement": achievement_object(achievement),
            },
            "evidence": evidence(award.evidence),
            "credentialSchema": [SCHEMA],
            "credentialStatus": status_entry(award),
        }
    )


def issuer_object(issuer: Issuer) -> Document:
    return {
        "id": issuer.did,
        "type": ["Profile"],
        "name": text(issuer.name),
        "url": web_address(issuer.url),
        "email": text(issuer.email),
        "description": text(issuer.description),
        "image": image(issuer.image),
        "otherIdentifier": [other_identifier(issuer.profile_url, "ext:OpenBadges2Profile")],
    }


def achievement_object(achievement: Achievement) -> Document:
    return {
        "id": web_address(achievement.id),
        "type": ["Achievement"],
        "achievementType": achievement.achievement_type,
        "name": text(achievement.name),
        "description": text(achievement.description),
        "criteria": {"id": criteria_url(achievement), "narrative": text(achievement.criteria)},
        "image": image(achievement.image_url),
        "creditsAvailable": number(achievement.hours),
        "tag": tags(achievement.tags),
        "version": text(achievement.version),
        "otherIdentifier": [other_identifier(achievement.badge_class_url, "ext:OpenBadges2BadgeClass")],
    }


def other_identifier(url: str, kind: str) -> Document:
    return {"type": "IdentifierEntry", "identifier": web_address(url), "identifierType": kind}


def identifiers(award: Award) -> list[Document]:
    """Return how the recipient can be recognised: the hashed address, and the name if it may be told."""
    address = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(award.recipient, award.salt),
        "identityType": "emailAddress",
        "salt": award.salt,
    }
    name = text(award.name)
    if not name:
        return [address]
    return [address, {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}]


def status_entry(award: Award) -> Document:
    """Return where to look whether the credential was revoked (W3C Bitstring Status List v1.0, 2.1)."""
    return {
        "id": f"{web_address(award.status_list_url)}#{award.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(award.status_index),
        "statusListCredential": web_address(award.status_list_url),
    }


def evidence(items: Iterable[EvidenceItem]) -> list[Document]:
    """Return the evidence objects; an address is told once, since two objects of one id would flow together in RDF."""
    told: set[str] = set()
    objects: list[Document] = []
    for item in items:
        address = web_address(item.url) if item.url else None
        objects.append(
            {
                "id": address if address not in told else None,
                "type": ["Evidence"],
                "name": text(item.name),
                "description": text(item.description),
                "narrative": text(item.narrative),
                "genre": text(item.genre),
            }
        )
        told |= {address} if address else set()
    return objects


def assertion(award: Award, issuer: Issuer, revoked: str | None = None) -> Document:
    """Return the Open Badges 2.0 hosted Assertion of *award*; *revoked* is the reason once it was withdrawn."""
    del issuer  # the assertion names its issuer through the BadgeClass; the signature matches that of `credential`
    return without_gaps(
        {
            "@context": OPEN_BADGES_2,
            "id": web_address(award.assertion_url),
            "type": "Assertion",
            "recipient": {
                "type": "email",
                "hashed": True,
                "salt": award.salt,
                "identity": identity_hash(award.recipient, award.salt),
            },
            "badge": web_address(award.achievement.badge_class_url),
            "verification": {"type": "HostedBadge"},
            "issuedOn": timestamp(award.issued_on),
            "expires": timestamp(award.expires) if award.expires else None,
            "image": web_address(award.image_url),
            "narrative": text(award.narrative),
            "evidence": [{**item, "type": "Evidence"} for item in evidence(award.evidence)],
            "related": [web_address(award.credential_url)],
            "revoked": True if revoked is not None else None,
            "revocationReason": text(revoked),
        }
    )


def badge_class(achievement: Achievement, issuer: Issuer) -> Document:
    """Return the Open Badges 2.0 BadgeClass of *achievement*."""
    return without_gaps(
        {
            "@context": OPEN_BADGES_2,
            "id": web_address(achievement.badge_class_url),
            "type": "BadgeClass",
            "name": text(achievement.name),
            "description": text(achievement.description),
            "image": web_address(achievement.image_url),
            "criteria": {
                "type": "Criteria",
                "id": criteria_url(achievement),
                "narrative": text(achievement.criteria),
            },
            "issuer": web_address(issuer.profile_url),
            "tags": [text(tag) for tag in achievement.tags],
            "version": text(achievement.version),
            "related": [web_address(achievement.id)],
        }
    )


def issuer_profile(issuer: Issuer) -> Document:
    """Return the Open Badges 2.0 Issuer profile, to be published at `issuer.profile_url`."""
    return without_gaps(
        {
            "@context": OPEN_BADGES_2,
            "id": web_address(issuer.profile_url),
            "type": "Issuer",
            "name": text(issuer.name),
            "url": web_address(issuer.url),
            "email": text(issuer.email),
            "description": text(issuer.description),
            "image": web_address(issuer.image) if issuer.image else None,
        }
    )


def did_document(issuer: Issuer, keys: Sequence[PublicKey]) -> Document:
    """Return the issuer's did:web document, to be published at `did_url(issuer.did)`.

    *keys* are all keys that ever signed, the retired ones too: what they signed stays genuine. Raises BadDocument for
    a key whose id is not below the issuer's DID.
    """
    for key in keys:
        if not key.key_id.startswith(f"{issuer.did}#"):
            raise BadDocument(f"The key {key.key_id!r} does not belong to the issuer {issuer.did}.")
    methods = [
        {"id": key.key_id, "type": "Multikey", "controller": issuer.did, "publicKeyMultibase": key.multibase}
        for key in keys
    ]
    return {
        "@context": [DID_V1, MULTIKEY_V1],
        "id": issuer.did,
        "alsoKnownAs": [web_address(issuer.profile_url)],
        "verificationMethod": methods,
        "assertionMethod": [key.key_id for key in keys],
    }


def criteria_url(achievement: Achievement) -> str:
    """Return the address of the criteria: a part of the achievement's page, so that it is not the achievement."""
    return f"{web_address(achievement.id)}#criteria"


def image(url: str | None) -> Document | None:
    return {"id": web_address(url), "type": "Image"} if url else None


def text(value: str | None) -> str | None:
    """Return *value* cleaned, or nothing for nothing."""
    return clean(value) or None if value else None


def number(value: float | None) -> float | None:
    """Return *value* as an int when it is whole: JSON's 3.0 and 3 are one number, but not in every language."""
    return int(value) if value is not None and float(value).is_integer() else value


def tags(words: Iterable[str]) -> list[str]:
    """Return the tags, each once; as one text if verifiers would disagree on their order (rdf-canonize issue 52)."""
    each = list(dict.fromkeys(cleaned for word in words if (cleaned := text(word))))
    return each if sorted(each) == sorted(each, key=utf16) else [", ".join(each)]


def without_gaps(document: Document) -> Document:
    """Return *document* without members that are None or empty lists, at any depth."""
    return {name: filled(part) for name, part in document.items() if part is not None and part != []}


def filled(value: Any) -> Any:
    if isinstance(value, dict):
        return without_gaps(value)
    if isinstance(value, list):
        return [filled(item) for item in value]
    return value
