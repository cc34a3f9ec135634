"""The server's records in the shapes that were recorded."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tests.peers.badgr.recordings import fill, stock
from tests.peers.badgr.records import Assertion, BadgeClass, Issuer, User
from tests.peers.badgr.web import Request, written
from tests.peers.badgr.world import World

KEPT_USER = ("entityType", "entityId", "firstName", "lastName", "emails", "url", "telephone", "badgrDomain")


def user(world: World, who: User) -> dict[str, Any]:
    template = world.book.template("users_self")
    emails = [fill(template["emails"][0], email=who.email)]
    return fill(
        template,
        entityId=who.id,
        firstName=who.first,
        lastName=who.last,
        emails=emails,
        recipient=fill(template["recipient"], identity=who.email),
    )


def issuer(request: Request, this: Issuer) -> dict[str, Any]:
    world = request.world
    template = world.book.template("issuer_list")
    profile = {name: value for name, value in user(world, this.owner).items() if name in KEPT_USER}
    picture = f"{request.origin}/media/{this.picture_file}" if this.picture else None
    return fill(
        template,
        entityId=this.id,
        openBadgeId=f"{world.url}/public/issuers/{this.id}",
        createdAt=written(this.created_at),
        createdBy=this.owner.id,
        name=this.name,
        image=f"{request.origin}/public/issuers/{this.id}/image" if world.fork else picture,
        email=this.email,
        description=this.description,
        url=this.url,
        staff=[fill(template["staff"][0], userProfile=profile, user=this.owner.id)],
    )


def badge(request: Request, this: BadgeClass) -> dict[str, Any]:
    """`archived` is what the hosted service's documents name; no recorded server has it, so it is there only if so."""
    world = request.world
    template = world.book.template("badgeclass_create_no_tags" if world.fork else "badgeclass_create")
    members: dict[str, Any] = {} if world.fork else {"expires": this.expires}
    image = f"/public/badges/{this.id}/image" if world.fork else f"/media/{this.picture_file}"
    shape = fill(
        template,
        entityId=this.id,
        openBadgeId=f"{world.url}/public/badges/{this.id}",
        createdAt=written(this.created_at),
        createdBy=this.issuer.owner.id,
        issuer=this.issuer.id,
        issuerOpenBadgeId=f"{world.url}/public/issuers/{this.issuer.id}",
        name=this.name,
        image=f"{request.origin}{image}",
        description=this.description,
        criteriaUrl=this.criteria_url,
        criteriaNarrative=this.criteria_narrative,
        alignments=this.alignments,
        tags=this.tags,
        **members,
    )
    return shape | ({"archived": True} if this.archived else {})


def assertion(request: Request, this: Assertion) -> dict[str, Any]:
    world = request.world
    template = world.book.template("assertion_create_min")
    members: dict[str, Any] = {"course_url": this.course_url} if world.fork else {}
    return fill(
        template,
        entityId=this.id,
        openBadgeId=f"{world.url}/public/assertions/{this.id}",
        createdAt=written(this.created_at),
        createdBy=this.creator.id,
        badgeclass=this.badge.id,
        badgeclassOpenBadgeId=f"{world.url}/public/badges/{this.badge.id}",
        issuer=this.badge.issuer.id,
        issuerOpenBadgeId=f"{world.url}/public/issuers/{this.badge.issuer.id}",
        image=picture(request, this),
        recipient=recipient(this),
        issuedOn=written(this.issued_on),
        narrative=this.narrative,
        evidence=this.evidence,
        revoked=this.revoked,
        revocationReason=this.reason,
        acceptance=this.acceptance,
        expires=written(this.expires),
        extensions=this.extensions,
        **members,
    )


def picture(request: Request, this: Assertion) -> str | None:
    """Where the API says that the picture is: in storage, where it moves; the fork names the lasting address."""
    if request.world.fork:
        return f"{request.origin}/public/assertions/{this.id}/image"
    return f"{request.origin}/media/{this.image_file}" if this.image_file else None


def recipient(this: Assertion) -> dict[str, Any]:
    """Who it is for, as the API tells: in clear beside the hash."""
    whole = {"identity": identity(this), "hashed": this.hashed, "type": this.recipient_type}
    salted = {"salt": this.salt} if this.hashed else {}
    return whole | {"plaintextIdentity": this.recipient} | salted


def identity(this: Assertion) -> str:
    return "sha256$" + sha256((this.recipient + this.salt).encode()).hexdigest() if this.hashed else this.recipient


# ── what the public sees ─────────────────────────────────────────────────────


def public_recipient(this: Assertion) -> dict[str, Any]:
    salted = {"salt": this.salt} if this.hashed else {}
    return {"hashed": this.hashed, "type": this.recipient_type, "identity": identity(this)} | salted


def public_evidence(this: Assertion) -> list[dict[str, Any]]:
    return [
        {"type": "Evidence"}
        | ({"id": item["url"]} if item["url"] else {})
        | ({"narrative": item["narrative"]} if item["narrative"] else {})
        for item in this.evidence
    ]


def public_assertion(world: World, this: Assertion, *, evidence: bool = True) -> dict[str, Any]:
    """Open Badges 2.0. Without *evidence* and extensions: what is baked when the award is made."""
    template = world.book.json("public_assertion_dotjson_v2" if world.fork else "public_assertion_json")
    version = "?v=2_0" if world.fork else ""
    url = f"{world.url}/public/assertions/{this.id}"
    if this.revoked:
        return fill(stock("public_assertion_revoked"), id=url, revocationReason=this.reason)
    members: dict[str, Any] = {
        "id": url + version,
        "badge": f"{world.url}/public/badges/{this.badge.id}{version}",
        "image": f"{url}/image",
        "evidence": public_evidence(this) if evidence else [],
        "narrative": this.narrative,
        "issuedOn": this.issued_on.isoformat(),
        "expires": this.expires.isoformat() if this.expires else None,
        "recipient": public_recipient(this),
    }
    if world.fork:
        members["slug"] = this.id
    optional = ("evidence", "narrative", "expires")
    shape = {name: value for name, value in fill(template, **members).items() if value or name not in optional}
    return shape | (this.extensions if evidence else {})


def public_assertion_1_1(world: World, this: Assertion) -> dict[str, Any]:
    """Open Badges 1.1, where the evidence is one address."""
    template = world.book.json("public_assertion_v1_1")
    url, version = f"{world.url}/public/assertions/{this.id}", "?v=1_1"
    shape = fill(
        template,
        id=url + version,
        badge=f"{world.url}/public/badges/{this.badge.id}{version}",
        image=f"{url}/image",
        uid=this.id,
        verify=fill(template["verify"], url=url + version),
        evidence=one_address(this, url),
        issuedOn=this.issued_on.isoformat(),
        expires=this.expires.isoformat() if this.expires else None,
        recipient=public_recipient(this),
    )
    return {name: value for name, value in shape.items() if value or name not in ("evidence", "expires")}


def one_address(this: Assertion, url: str) -> str:
    if not this.evidence:
        return ""
    return str(this.evidence[0]["url"]) if len(this.evidence) == 1 and this.evidence[0]["url"] else url


def public_assertion_3_0(world: World, this: Assertion) -> dict[str, Any]:
    """The fork's Open Badges 3.0. The proof's value is the recorded one, so it proves nothing here."""
    shape = world.book.json("public_assertion_json")
    url = f"{world.url}/public/assertions/{this.id}"
    issuer, achievement = shape["issuer"], shape["credentialSubject"]["achievement"]
    issuer |= {"id": f"{world.url}/public/issuers/{this.badge.issuer.id}?v=3_0"}
    issuer |= {name: getattr(this.badge.issuer, name) for name in ("name", "url", "email")}
    achievement |= {
        "id": f"{world.url}/public/badges/{this.badge.id}?v=3_0",
        "name": this.badge.name,
        "description": this.badge.description,
        "criteria": {"narrative": this.narrative or ""},
        "image": fill(achievement["image"], id=f"{url}/image"),
    }
    who = shape["credentialSubject"]["identifier"][0]
    who |= {"identityHash": identity(this), "hashed": this.hashed, "salt": this.salt}
    proof = fill(
        shape["proof"][0],
        created=this.issued_on.isoformat(),
        verificationMethod=f"{world.url}/public/issuers/{this.badge.issuer.id}?v=3_0#key-0",
    )
    shape |= {
        "id": f"{url}?v=3_0",
        "name": this.badge.name,
        "evidence": [item | {"type": ["Evidence"]} for item in public_evidence(this)],
        "validFrom": this.issued_on.isoformat(),
        "validUntil": this.expires.isoformat() if this.expires else None,
        "credentialStatus": fill(shape["credentialStatus"], id=f"{url}/revocations"),
        "proof": [proof],
    }
    return {name: value for name, value in shape.items() if value is not None}


def public_badge(world: World, this: BadgeClass) -> dict[str, Any]:
    template = world.book.json("public_badgeclass")
    url = f"{world.url}/public/badges/{this.id}"
    criteria = {"id": this.criteria_url, "narrative": this.criteria_narrative}
    members: dict[str, Any] = {
        "id": url,
        "name": this.name,
        "description": this.description,
        "issuer": f"{world.url}/public/issuers/{this.issuer.id}",
        "image": f"{url}/image",
        "criteria": {name: value for name, value in criteria.items() if value} or {"narrative": None},
        "alignment": [{name: value for name, value in item.items() if value} for item in this.alignments],
        "tags": this.tags,
    }
    if world.fork:
        members |= {"slug": this.id, "created_at": written(this.created_at), "criteria": {"narrative": None}}
        members |= {"related": [template["related"][0] | {"id": f"{url}?v=3_0"}]}
        return fill(template, **members)
    return {name: value for name, value in fill(template, **members).items() if value}


def public_issuer(world: World, this: Issuer) -> dict[str, Any]:
    template = world.book.json("public_issuer_v2" if world.fork else "public_issuer")
    url = f"{world.url}/public/issuers/{this.id}"
    image = f"{url}/image" if this.picture else None
    members: dict[str, Any] = {"id": url, "name": this.name, "url": this.url, "email": this.email}
    members |= {"description": this.description, "image": image}
    if world.fork:
        members |= {"slug": this.id, "related": [template["related"][0] | {"id": f"{url}?v=3_0"}]}
    return {name: value for name, value in fill(template, **members).items() if value}
