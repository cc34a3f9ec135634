"""Open Badges 2.0 (1EdTech): hosted assertion, BadgeClass and issuer profile."""

from .addresses import web_address
from .documents import Achievement, Award, Issuer, identity_hash
from .members import Document, alignment_members, alignments, criteria_url, each_once, evidence, text, without_gaps
from .signing.proof import timestamp

OPEN_BADGES_2 = "https://w3id.org/openbadges/v2"


def assertion(award: Award, issuer: Issuer, revoked: str | None = None) -> Document:
    """Return the Open Badges 2.0 hosted Assertion of *award*; *revoked* is the reason once it was withdrawn.

    Then it says nothing else ("only revoked and id are required", Open Badges 2.0, Assertion): the verifiers there are
    do not look at `revoked`, but they refuse an assertion that lacks its recipient and badge.
    """
    del issuer  # the assertion names its issuer through the BadgeClass; the signature matches that of `credential`
    if revoked is not None:
        return revocation_notice(award, revoked)
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
            "narrative": text(narrative(award)),
            "evidence": [{**item, "type": "Evidence"} for item in evidence(award.evidence)],
            "related": [web_address(award.credential_url)],
        }
    )


def narrative(award: Award) -> str | None:
    """Return the narrative, and below it the levels reached: 2.0 has no results."""
    described = {one.key: one for one in award.achievement.result_descriptions}
    lines = []
    for result in award.results:
        levels = {level.key: level.name for level in described[result.of].levels}
        if result.level in levels:
            lines.append(f"* {described[result.of].name}: {levels[result.level]}")
    return with_list(award.narrative, lines)


def criteria(achievement: Achievement) -> str:
    """Return what is to be done for it, and below that the levels by which it is judged: 2.0 has no rubrics."""
    lines = []
    for one in achievement.result_descriptions:
        needed = (f"{level.name} (needed)" if level.key == one.required_level else level.name for level in one.levels)
        if one.levels:
            lines.append(f"* {one.name}: {', '.join(needed)}")
    return with_list(achievement.criteria, lines) or ""


def with_list(words: str | None, lines: list[str]) -> str | None:
    """Return Markdown with a list below it."""
    return "\n\n".join(filter(None, (words, "\n".join(lines)))) or None


def revocation_notice(award: Award, reason: str) -> Document:
    """Return what is published in place of the Assertion of *award* once it was withdrawn."""
    return without_gaps(
        {
            "@context": OPEN_BADGES_2,
            "id": web_address(award.assertion_url),
            "type": "Assertion",
            "verification": {"type": "HostedBadge"},
            "revoked": True,
            "revocationReason": text(reason),
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
                "narrative": text(criteria(achievement)),
            },
            "issuer": web_address(issuer.profile_url),
            "tags": each_once(achievement.tags),
            "alignment": [
                {"type": "AlignmentObject", **alignment_members(target)} for target in alignments(achievement)
            ],
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
