"""Issuers and their badges: what `doctor` looks at, and the little that a test needs to make them."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from hashlib import sha256
from typing import Any

from tests.peers.badgr import shapes
from tests.peers.badgr.pictures import drawing
from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.records import BadgeClass, Issuer
from tests.peers.badgr.web import Refusal, Request, read_json
from tests.peers.badgr.world import World

SCOPE = ("rw:issuer",)
REQUIRED = {"issuer_create_empty": ("name", "email", "url"), "badgeclass_create_empty": ("name", "description")}


def users_self(request: Request) -> Answer:
    if request.user is None or (request.token and request.token.scope.startswith("rw:issuer:")):
        return request.world.book.answer("scoped_users_self")
    return request.world.book.results("users_self", [shapes.user(request.world, request.user)])


def list_issuers(request: Request) -> Answer:
    """Always whole: `num` has no effect."""
    mine = [one for one in request.world.issuers if one.owner is request.user]
    return request.world.book.results("issuer_list", [shapes.issuer(request, one) for one in mine])


def get_issuer(request: Request) -> Answer:
    found = request.world.issuer_of(request.names["issuer"], request.user)
    return request.world.book.results("issuer_get", [shapes.issuer(request, found)]) if found else request.denied()


def create_issuer(request: Request) -> Answer:
    world, body = request.world, read_json(request)
    if errors := missing(world, "issuer_create_empty", body):
        return refused(world, "issuer_create_empty", errors)
    if request.user is None or body["email"] != request.user.email:
        return world.book.answer("issuer_create_unverified_email")
    picture = picture_of(request, body.get("image"), "issuer_create")
    made = new_issuer(world, request.user.email, body | {"picture": picture})
    return world.book.results("issuer_create", [shapes.issuer(request, made)])


def put_issuer(request: Request) -> Answer:
    world = request.world
    found = world.issuer_of(request.names["issuer"], request.user)
    if found is None:
        return request.denied()
    body = read_json(request)
    if errors := missing(world, "issuer_create_empty", body):
        return refused(world, "issuer_create_empty", errors)
    found.name, found.email, found.url = body["name"], body["email"], body["url"]
    found.description, found.updated_at = body.get("description"), world.stamp()
    return world.book.results("issuer_put", [shapes.issuer(request, found)])


def delete_issuer(request: Request) -> Answer:
    world = request.world
    found = world.issuer_of(request.names["issuer"], request.user)
    if found is None:
        return request.denied()
    if any(badge.issuer is found for badge in world.badges):
        return world.book.answer("issuer_delete_with_badges")
    world.issuers.remove(found)
    return world.book.answer("badgeclass_delete_all_revoked")


def get_badge(request: Request) -> Answer:
    found = request.world.badge_of(request.names["badge"], request.user)
    return request.world.book.results("badgeclass_get", [shapes.badge(request, found)]) if found else request.denied()


def create_badge(request: Request) -> Answer:
    world = request.world
    body = read_json(request) if request.names.get("issuer") is None else None
    issuer = world.issuer_of(request.names.get("issuer") or str((body or {}).get("issuer")), request.user)
    if issuer is None:
        return request.denied()
    body = read_json(request) if body is None else body
    if errors := badge_errors(world, body):
        return refused(world, "badgeclass_create_empty", errors)
    picture = picture_of(request, body.get("image"), "badgeclass_create")
    made = new_badge(world, issuer, body | {"picture": picture})
    return world.book.results(
        "badgeclass_create_no_tags" if world.fork else "badgeclass_create", [shapes.badge(request, made)]
    )


def badge_errors(world: World, body: dict[str, Any]) -> dict[str, Any]:
    if errors := missing(world, "badgeclass_create_empty", body):
        return errors
    found: dict[str, Any] = {}
    if "![" in str(body.get("criteriaNarrative")):
        found |= world.book.json("badgeclass_create_md_image")["fieldErrors"]
    span = body.get("expires") or {}
    if span and (span.get("amount", 0) < 1 or span.get("duration") not in ("days", "weeks", "months", "years")):
        found |= world.book.json("badgeclass_create_bad_expires")["fieldErrors"]
    if not found and not body.get("image"):
        found |= world.book.json("badgeclass_create_no_image")["fieldErrors"]
    return found


def delete_badge(request: Request) -> Answer:
    """Possible once all its awards are revoked; their public notices go with it."""
    world = request.world
    found = world.badge_of(request.names["badge"], request.user)
    if found is None:
        return request.denied()
    if any(one.badge is found and not one.revoked for one in world.assertions):
        return world.book.answer("badgeclass_delete_with_assertions")
    with world.lock:
        world.badges.remove(found)
        world.assertions[:] = [one for one in world.assertions if one.badge is not found]
    return world.book.answer("badgeclass_delete_all_revoked")


def missing(world: World, name: str, body: dict[str, Any]) -> dict[str, Any]:
    words = world.book.json(name)["fieldErrors"]
    return {field: words[field] for field in REQUIRED[name] if not body.get(field)}


def refused(world: World, name: str, errors: dict[str, Any]) -> Answer:
    return world.book.answer(name, world.book.json(name) | {"fieldErrors": errors})


def picture_of(request: Request, image: object, name: str) -> bytes:
    """What a data URI holds: PNG or SVG. JPEG and rubbish are refused."""
    if not image:
        return b""
    head, _, data = str(image).partition(",")
    try:
        content = b64decode(data, validate=True)
    except Error:
        content = b""
    if content.startswith(b"\x89PNG") or ("svg" in head and b"<svg" in content):
        return content
    bad = f"{name}_jpeg" if content.startswith(b"\xff\xd8") else "issuer_create_bad_image"
    raise Refusal(request.world.book.answer(bad))


def new_issuer(world: World, owner: str, body: dict[str, Any]) -> Issuer:
    at = world.stamp()
    picture = body.get("picture", b"")
    made = Issuer(
        id=world.new_id(),
        owner=world.users[owner],
        created_at=at,
        updated_at=at,
        name=body["name"],
        email=body["email"],
        url=body["url"],
        description=body.get("description"),
        picture=picture,
        picture_file=f"uploads/issuers/issuer_logo_{file_name(world)}.png" if picture else "",
    )
    world.issuers.append(made)
    return made


def new_badge(world: World, issuer: Issuer, body: dict[str, Any]) -> BadgeClass:
    at = world.stamp()
    made = BadgeClass(
        id=world.new_id(),
        issuer=issuer,
        created_at=at,
        updated_at=at,
        name=body["name"],
        description=body["description"],
        picture=body.get("picture") or drawing(body["name"]),
        picture_file="",
        criteria_url=body.get("criteriaUrl"),
        criteria_narrative=body.get("criteriaNarrative"),
        alignments=[alignment(world, one) for one in body.get("alignments") or []],
        tags=list(body.get("tags") or []),
        expires=body.get("expires") or {"amount": None, "duration": None},
    )
    made.picture_file = f"uploads/badges/{file_name(world)}.{made.ending}"
    world.badges.append(made)
    return made


def alignment(world: World, one: dict[str, Any]) -> dict[str, Any]:
    members = ("targetName", "targetUrl", "targetDescription", "targetFramework", "targetCode")
    return {name: one.get(name) for name in members}


def file_name(world: World) -> str:
    digits = sha256(world.new_id().encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
