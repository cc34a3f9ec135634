"""What needs no token: public documents and pictures, and the files behind them."""

from __future__ import annotations

from typing import Any

from tests.peers.badgr import shapes
from tests.peers.badgr.awards import Broken
from tests.peers.badgr.pictures import baked
from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.records import Assertion
from tests.peers.badgr.web import Request

FRONT_END = "http://127.0.0.1:4200"  # where the recorded server's user interface was


def assertion(request: Request) -> Answer:
    world, book = request.world, request.world.book
    found = world.public_assertion(request.names["assertion"])
    if found is None:
        return book.answer("public_assertion_unknown")
    if "text/html" in request.headers.get("Accept", "") and not request.names.get("json"):
        return book.answer("public_assertion_html", Location=f"{FRONT_END}{request.path}")
    version = request.param("v")
    if world.fork and version != "2_0":
        document = shapes.public_assertion_3_0(world, found)
    elif version == "1_1" and not found.revoked:
        document = shapes.public_assertion_1_1(world, found)
    else:
        document = shapes.public_assertion(world, found)
    return typed(request, expanded(request, found, document))


def expanded(request: Request, found: Assertion, document: dict[str, Any]) -> dict[str, Any]:
    wanted = request.params("expand")
    if "badge" not in wanted or found.revoked:
        return document
    badge = shapes.public_badge(request.world, found.badge)
    if "badge.issuer" in wanted:
        badge["issuer"] = shapes.public_issuer(request.world, found.badge.issuer)
    return document | {"badge": badge}


def typed(request: Request, document: dict[str, Any]) -> Answer:
    """JSON under the type that was asked for; who does not mind gets JSON-LD."""
    plain = request.names.get("json") or "application/json" in request.headers.get("Accept", "")
    name = "public_assertion_json" if plain else "public_assertion_star"
    return request.world.book.answer(name, document)


def badge(request: Request) -> Answer:
    found = next((one for one in request.world.badges if one.id == request.names["badge"]), None)
    if found is None:
        return request.world.book.answer("public_assertion_unknown")
    return typed(request, shapes.public_badge(request.world, found))


def issuer(request: Request) -> Answer:
    found = next((one for one in request.world.issuers if one.id == request.names["issuer"]), None)
    if found is None:
        return request.world.book.answer("public_assertion_unknown")
    return typed(request, shapes.public_issuer(request.world, found))


def image(request: Request) -> Answer:
    """The address that lasts: it leads to wherever the file is now."""
    world = request.world
    found = world.public_assertion(request.names["assertion"])
    if found is None or not found.image_file:
        return world.book.answer("public_image_revoked")
    file = found.image_file
    if request.param("fmt") == "wide" and request.param("type") == "png":
        file = f"uploads/badges/converted2/assertion-{found.id}-wide.png"  # a copy with nothing baked into it
    return world.book.answer("public_assertion_image", Location=f"{world.storage}/media/{file}")


def baked_image(request: Request) -> Answer:
    world, version = request.world, request.param("v") or "2_0"
    found = world.public_assertion(request.names["assertion"])
    if found is None:
        return world.book.answer("public_image_revoked")
    if found.revoked or (world.fork and version == "2_0"):
        raise Broken
    if version not in (("3_0",) if world.fork else ("1_1", "2_0")):
        return world.book.answer("public_assertion_baked_bad")
    name = "public_assertion_baked_v3" if world.fork else "public_assertion_baked_v2"
    file = found.image_file if version != "1_1" else f"baked/1_1/assertion-{found.id}-1_1.{found.badge.ending}"
    return world.book.answer(name, Location=f"{world.storage}/media/{file}")


def media(request: Request) -> Answer:
    """A file, if it is still there."""
    world, file = request.world, request.path.removeprefix("/media/")
    for badge in world.badges:
        if badge.picture_file == file:
            return picture(request, badge.picture, badge.ending)
    for one in list(world.assertions):
        if one.image_file == file and one.baked:
            return picture(request, baked(world, one), one.badge.ending)
        if one.image_file and file == f"uploads/badges/converted2/assertion-{one.id}-wide.png":
            return picture(request, one.badge.picture, "png")
    return world.book.answer("revoke_long_reason_aftermath")


def picture(request: Request, content: bytes, ending: str) -> Answer:
    name = "media_image" if request.world.fork else "media_assertion_image"
    answer = request.world.book.answer(name, content)
    if ending == "svg":
        answer.headers["Content-Type"] = "image/svg+xml"  # as the same server's front would; not recorded
    return answer


def health(request: Request) -> Answer:
    return request.world.book.answer("health")
