"""Open Badges 3.0 credentials, yet unsigned.

Rules: Open Badges 3.0 (1EdTech), Verifiable Credentials Data Model 2.0 and Bitstring Status List 1.0 (W3C). Only terms
in the oldest published content of context-3.0.3.json are used.
"""

from functools import lru_cache

from .addresses import web_address
from .documents import Achievement, Alignment, Award, Issuer, identity_hash
from .members import (
    Document,
    alignment_members,
    alignments,
    criteria_url,
    evidence,
    ids,
    number,
    tags,
    text,
    without_gaps,
)
from .results import result_descriptions, results
from .signing.canonical import CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS
from .signing.proof import timestamp
from .vocabulary import ACHIEVEMENT_TYPES, TARGET_TYPES, term

SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}


def credential(award: Award, issuer: Issuer) -> Document:
    """Return the unsigned Open Badges 3.0 AchievementCredential of *award*."""
    achievement, status = award.achievement, status_entry(award)
    subject = {
        "type": ["AchievementSubject"],
        "identifier": identifiers(award),
        "creditsEarned": number(achievement.hours),
        "narrative": text(award.narrative),
        "result": results(award),
    }
    taken = shared_ids(achievement, issuer).union(ids([subject, status])) if award.evidence else ()
    return without_gaps(
        {
            "@context": [CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS],
            "id": award.credential_id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": text(achievement.name),
            "description": text(achievement.description),
            "issuer": issuer_object(issuer),
            "validFrom": timestamp(award.issued_on),
            "validUntil": timestamp(award.expires) if award.expires else None,
            "credentialSubject": {**subject, "achievement": achievement_object(achievement)},
            "evidence": evidence(award.evidence, taken),
            "credentialSchema": [SCHEMA],
            "credentialStatus": status,
        }
    )


@lru_cache(maxsize=64)
def shared_ids(achievement: Achievement, issuer: Issuer) -> frozenset[str]:
    """Return the ids in what all credentials of an achievement have in common."""
    return frozenset(ids([achievement_object(achievement), issuer_object(issuer), SCHEMA]))


@lru_cache(maxsize=16)
def issuer_object(issuer: Issuer) -> Document:
    """Return the issuer, the same object for each award: `credential` copies it."""
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


@lru_cache(maxsize=64)
def achievement_object(achievement: Achievement) -> Document:
    """Return the achievement, the same object for each award: `credential` copies it.

    Raises BadDocument for a type, an alignment or a result that the standard forbids.
    """
    return {
        "id": web_address(achievement.id),
        "type": ["Achievement"],
        "achievementType": term(achievement.achievement_type, ACHIEVEMENT_TYPES, "a type of achievement"),
        "name": text(achievement.name),
        "description": text(achievement.description),
        "criteria": {"id": criteria_url(achievement), "narrative": text(achievement.criteria)},
        "image": image(achievement.image_url),
        "creditsAvailable": number(achievement.hours),
        "tag": tags(achievement.tags),
        "alignment": [alignment_object(target) for target in alignments(achievement)],
        "resultDescription": result_descriptions(achievement),
        "version": text(achievement.version),
        "otherIdentifier": [other_identifier(achievement.badge_class_url, "ext:OpenBadges2BadgeClass")],
    }


def alignment_object(target: Alignment) -> Document:
    kind = term(target.kind, TARGET_TYPES, "a type of alignment") if target.kind else None
    return {"type": ["Alignment"], **alignment_members(target), "targetType": kind}


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


def image(url: str | None) -> Document | None:
    return {"id": web_address(url), "type": "Image"} if url else None
