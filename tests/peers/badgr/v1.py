"""The older batch of version 1, and the earner's side: the backpack."""

from __future__ import annotations

from typing import Any

from tests.peers.badgr import shapes
from tests.peers.badgr.awards import insert, item_errors, mail, refused
from tests.peers.badgr.recordings import Answer, fill
from tests.peers.badgr.records import Assertion
from tests.peers.badgr.web import Request, read_json, written


def batch(request: Request) -> Answer:
    """Other names, a bare list in the answer, and `create_notification` counts."""
    world = request.world
    badge = world.badge_of(request.names["badge"], request.user)
    if badge is None:
        return request.denied()
    body = read_json(request)
    items = [newer(item, body) for item in body["assertions"]]
    if world.fork:
        for item in items:
            insert(request, badge, item).course_url = ""
        return world.book.answer("batch_v1")
    if any(errors := [older_errors(item_errors(world, badge, item)) for item in items]):
        return refused(world, errors)
    made = [insert(request, badge, item) for item in items]
    for one, item in zip(made, items, strict=True):
        mail(world, one, item)
    return world.book.answer("batch_v1", [older(request, one) for one in made])


def unrecorded(request: Request) -> Answer:
    raise LookupError(f"No recording shows what {request.path} answers to a good token.")


def newer(item: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    evidence = [
        {"url": one.get("evidence_url"), "narrative": one.get("narrative")} for one in item.get("evidence_items") or []
    ]
    return {
        "recipient": {"identity": item["recipient_identifier"]},
        "narrative": item.get("narrative"),
        "evidence": evidence,
        "notify": body.get("create_notification", False),
    }


def older_errors(errors: dict[str, Any]) -> dict[str, Any]:
    """Version 1 has no recipient to hang the words on."""
    nested = errors.get("recipient")
    return dict(nested) if isinstance(nested, dict) else errors


def older(request: Request, this: Assertion) -> dict[str, Any]:
    world = request.world
    template = world.book.json("batch_v1")[0]
    url = f"{world.url}/public/assertions/{this.id}"
    document = shapes.public_assertion_1_1(world, this)
    document["verify"]["url"] = url
    return fill(
        template,
        created_at=written(this.created_at),
        created_by=this.creator.email,
        slug=this.id,
        image=shapes.picture(request, this),
        recipient_identifier=this.recipient,
        recipient_type=this.recipient_type,
        narrative=this.narrative,
        evidence_items=[{"evidence_url": one["url"], "narrative": one["narrative"]} for one in this.evidence],
        expires=written(this.expires),
        json=document,
        issuer=f"{world.url}/public/issuers/{this.badge.issuer.id}",
        badge_class=f"{world.url}/public/badges/{this.badge.id}",
        public_url=url,
    )


# ── the backpack ─────────────────────────────────────────────────────────────


def backpack(request: Request) -> Answer:
    mine = [packed(request, one) for one in held(request) if one.acceptance != "Rejected" and not one.revoked]
    return request.world.book.results("backpack_list", mine)


def accept(request: Request) -> Answer:
    found = next((one for one in held(request) if one.id == request.names["assertion"]), None)
    if found is None:
        return request.denied()
    found.acceptance = str(read_json(request).get("acceptance", found.acceptance))
    return request.world.book.results("backpack_accept", [packed(request, found)])


def reject(request: Request) -> Answer:
    found = next((one for one in held(request) if one.id == request.names["assertion"]), None)
    if found is None:
        return request.denied()
    found.acceptance = "Rejected"
    return request.world.book.answer("backpack_delete")


def held(request: Request) -> list[Assertion]:
    who = request.user.email if request.user else ""
    return [one for one in request.world.assertions if one.recipient == who]


def packed(request: Request, this: Assertion) -> dict[str, Any]:
    """An award as its earner sees it: fewer members, in another order."""
    template = request.world.book.template("backpack_list")
    whole = shapes.assertion(request, this) | {"name": this.badge.name, "pending": False}
    if request.world.fork:
        whole["image"] = f"{request.origin}/media/{this.image_file}"
    return {name: whole[name] for name in template}
