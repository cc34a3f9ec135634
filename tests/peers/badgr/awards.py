"""Making, changing and revoking awards. Each is committed by itself, before any mail about it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from tests.peers.badgr import shapes
from tests.peers.badgr.checks import (
    LONGEST_REASON,
    breaks_the_insert,
    exists_already,
    field_errors,
    stripped,
)
from tests.peers.badgr.pictures import bake
from tests.peers.badgr.recordings import Answer, fill, stock
from tests.peers.badgr.records import Assertion, BadgeClass, Mail, User
from tests.peers.badgr.web import Refusal, Request, is_true, moment, read_json
from tests.peers.badgr.world import World

#: Ways to name a BadgeClass in the body.
NAMES = {"badgeclassName", "badgeclassOpenBadgeId"}


class Broken(Exception):
    """What the server did not foresee: a 500. What was committed stays."""


class Killed(Exception):
    """The worker died: no answer. What was committed stays."""


def create(request: Request) -> Answer:
    if request.user is None:
        raise Broken  # a token of an application without a user
    badge = request.world.badge_of(request.names["badge"], request.user)
    if badge is None or badge.archived:
        return request.denied()
    body = read_json(request)
    if isinstance(body, dict) and NAMES & body.keys():  # the path names one already
        return request.world.book.answer("assertion_create_two_ids")
    return award(request, badge, body)


def create_for_issuer(request: Request) -> Answer:
    """The same below an issuer, where the body names the badge by its address or its name."""
    world = request.world
    issuer = world.issuer_of(request.names["issuer"], request.user)
    if issuer is None:
        return request.denied()
    body = read_json(request)
    if body.keys() >= NAMES:
        return world.book.answer("assertion_create_two_ids")
    name, url = body.get("badgeclassName"), body.get("badgeclassOpenBadgeId")
    wanted = [
        badge
        for badge in world.badges
        if badge.issuer is issuer and (badge.name == name or f"{world.url}/public/badges/{badge.id}" == url)
    ]
    if len(wanted) > 1:
        return world.book.answer("assertion_create_by_ambiguous_name")
    return award(request, wanted[0], body) if wanted else request.denied()


def award(request: Request, badge: BadgeClass, item: Any) -> Answer:
    world = request.world
    if errors := field_errors(world, item):
        return refused(world, errors)
    with world.lock:
        there = exists_already(world, badge, item)
    if there:
        return world.book.answer("assertion_create_dup_refused")
    if world.between_check_and_insert:
        world.between_check_and_insert()
    made = insert(request, badge, item)
    mail(world, made, item)
    return world.book.results("assertion_create_min", [shapes.assertion(request, made)])


def refused(world: World, errors: Any) -> Answer:
    body = world.book.json("assertion_create_no_recipient")
    return world.book.answer("assertion_create_no_recipient", body | {"fieldErrors": errors})


def insert(request: Request, badge: BadgeClass, item: dict[str, Any]) -> Assertion:
    world = request.world
    if request.user is None or breaks_the_insert(world, item):
        raise Broken
    who, at = item["recipient"], world.stamp()
    kind = who.get("type", "email")
    hashed = is_true(who["hashed"]) if "hashed" in who else kind in ("email", "telephone")
    made = Assertion(
        id=world.new_id(),
        badge=badge,
        creator=request.user,
        created_at=at,
        recipient=str(who["identity"]).lower() if kind == "email" else str(who["identity"]),
        recipient_type=kind,
        hashed=hashed,
        salt=world.salt(),
        issued_on=moment(item.get("issuedOn")) or at,
        expires=moment(item.get("expires")),
        narrative=stripped(item.get("narrative")),
        evidence=[kept_evidence(one) for one in item.get("evidence") or []],
        extensions=item.get("extensions") or {},
        updated_at=at,
    )
    made.image_file = f"uploads/badges/assertion-{made.id}.{badge.ending}"
    bake(world, made, evidence=False)  # evidence and extensions are saved after the picture is made
    with world.lock:
        world.assertions.append(made)
    return made


def kept_evidence(one: dict[str, Any]) -> dict[str, Any]:
    return {"url": one.get("url") or None, "narrative": stripped(one.get("narrative"))}


def mail(world: World, made: Assertion, item: dict[str, Any]) -> None:
    """Tell the recipient, after the commit: what fails here is a 500 about an award that exists."""
    first = sum(award.recipient == made.recipient for award in list(world.assertions)) == 1
    wanted = is_true(item.get("notify", False))
    if wanted and world.fork:
        raise Broken  # the fork's mail needs what only its own user interface puts into a BadgeClass
    if wanted or (first and world.gdpr_first_mail and not world.fork):
        if world.mail_down:
            raise Broken
        world.mails.append(Mail(made.recipient, made.id))


# ── several at once ──────────────────────────────────────────────────────────


def batch(request: Request, killed_after: int | None = None) -> Answer:
    """Refuse all or make all, but one by one: whatever stops it leaves those made so far."""
    world = request.world
    badge = world.badge_of(request.names["badge"], request.user)
    if badge is None or badge.archived:
        return request.denied()
    body = read_json(request)
    if isinstance(body, list):
        return world.book.answer("batch_v2_list_body")
    if "assertions" not in body:
        raise Broken
    if world.fork:
        return queued(request, badge, body["assertions"])
    if any(errors := [item_errors(world, badge, item) for item in body["assertions"]]):
        return refused(world, errors)
    if world.between_check_and_insert:
        world.between_check_and_insert()
    made: list[Assertion] = []
    for item in body["assertions"]:
        if killed_after is not None and len(made) == killed_after:
            raise Killed
        made.append(insert(request, badge, item))
        mail(world, made[-1], item)
    if killed_after is not None:
        raise Killed
    return world.book.results("batch_v2", [shapes.assertion(request, one) for one in made])


def item_errors(world: World, badge: BadgeClass, item: dict[str, Any]) -> dict[str, Any]:
    if errors := field_errors(world, item):
        return errors
    if exists_already(world, badge, item):
        return dict(world.book.json("batch_v2_one_dup")["fieldErrors"][1])
    return {}


def queued(request: Request, badge: BadgeClass, items: list[dict[str, Any]]) -> Answer:
    """The fork hands the batch to a worker and says no more. Here the worker is through before the answer."""
    world = request.world
    for item in items if world.batch_works else []:
        if not item_errors(world, badge, item) and not breaks_the_insert(world, item):
            insert(request, badge, item)
    task = str(UUID(bytes=sha256(world.new_id().encode()).digest()[:16]))
    return world.book.answer("batch_v2", world.book.json("batch_v2") | {"task_id": task})


# ── one that exists ──────────────────────────────────────────────────────────


def get(request: Request) -> Answer:
    found = request.world.assertion_of(request.names["assertion"], request.user)
    if found is None:
        return request.denied()
    return request.world.book.results("assertion_get", [shapes.assertion(request, found)])


def put(request: Request) -> Answer:
    """Change what is named and bake anew, with the evidence; the picture gets another address."""
    world = request.world
    found = world.assertion_of(request.names["assertion"], request.user)
    if found is None:
        return request.denied()
    item = read_json(request)
    if errors := field_errors(world, item, partial=True):
        return refused(world, errors)
    with world.lock:
        change(found, item)
        found.updated_at = world.stamp()
        found.image_file = f"assertion-{sha256(world.new_id().encode()).hexdigest()[:32]}.{found.badge.ending}"
        bake(world, found, evidence=True)
    return world.book.results("assertion_put", [shapes.assertion(request, found)])


def change(found: Assertion, item: dict[str, Any]) -> None:
    if "recipient" in item:  # without "hashed" it becomes hashed
        found.hashed = is_true(item["recipient"].get("hashed", True))
    if "narrative" in item:
        found.narrative = stripped(item["narrative"])
    if "evidence" in item:
        found.evidence = [kept_evidence(one) for one in item["evidence"] or []]
    if "expires" in item:
        found.expires = moment(item["expires"])
    found.issued_on = moment(item.get("issuedOn")) or found.issued_on


def revoke(request: Request) -> Answer:
    world = request.world
    found = world.assertion_of(request.names["assertion"], request.user)
    if found is None:
        return request.denied()
    reason = read_json(request).get("revocation_reason")
    if not reason:
        return world.book.answer("revoke_no_reason")
    if found.revoked:
        return world.book.answer("revoke_again")
    withdraw(world, found, reason)
    return world.book.results("revoke_ok", [shapes.assertion(request, found)])


def withdraw(world: World, found: Assertion, reason: str) -> None:
    """The picture's file goes first: a reason that the database refuses loses it, and the award stays as it was."""
    with world.lock:
        found.baked = ""
        if len(reason) > LONGEST_REASON:
            raise Broken
        found.image_file, found.revoked, found.reason = "", True, reason
        found.updated_at = world.stamp()


def revoke_many(request: Request) -> Answer:
    """Always 200: what became of each stands beside it."""
    world = request.world
    items = read_json(request)
    if not isinstance(items, list):
        raise Refusal(refused(world, world.book.json("revoke_no_reason")["fieldErrors"]))
    return world.book.results("revoke_batch", [one_revoked(world, request.user, item) for item in items])


def one_revoked(world: World, user: User | None, item: dict[str, Any]) -> dict[str, Any]:
    done, twice, unknown, silent = stock("revoke_batch")["result"]
    entity, reason = item.get("entityId", ""), item.get("revocationReason")
    if not reason:
        return fill(silent, entityId=entity)
    found = world.assertion_of(entity, user)
    if found is None:
        return fill(unknown, entityId=entity, revocationReason=reason)
    if found.revoked:
        return fill(twice, entityId=entity, revocationReason=reason)
    withdraw(world, found, reason)
    return fill(done, entityId=entity, revocationReason=reason)
