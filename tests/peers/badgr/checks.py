"""What the server refuses in an award before it makes it, in the recorded words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.peers.badgr.records import BadgeClass
from tests.peers.badgr.web import is_true, moment
from tests.peers.badgr.world import World

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^\s@.]+(\.[^\s@.]+)+")
WEB = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
KINDS = ("email", "url", "telephone", "id")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
LONGEST_RECIPIENT, LONGEST_REASON = 768, 255

Errors = dict[str, Any]


def stripped(text: object) -> str | None:
    """Tags go without a word."""
    return TAG.sub("", text) if isinstance(text, str) else None


def field_errors(world: World, item: object, *, partial: bool = False) -> Errors:
    """What is wrong with the members of *item*: {} when nothing is. *partial*: a PUT, where none is required."""
    if not isinstance(item, dict):
        return recorded(world, "assertion_create_no_recipient", "recipient")
    found: Errors = {}
    for errors in (recipient_errors(world, item, partial), text_errors(world, item), evidence_errors(world, item)):
        found |= errors
    return found | date_errors(world, item) | extension_errors(world, item)


def recorded(world: World, name: str, field: str) -> Errors:
    return {field: world.book.json(name)["fieldErrors"][field]}


def recipient_errors(world: World, item: dict[str, Any], partial: bool) -> Errors:
    who = item.get("recipient")
    if who is None and partial:
        return {}
    if not isinstance(who, dict) or not who.get("identity"):
        return recorded(world, "assertion_create_no_recipient", "recipient")
    kind = who.get("type", "email")
    if kind not in KINDS:
        errors = recorded(world, "assertion_create_bad_type", "recipient")
        errors["recipient"]["type"] = [errors["recipient"]["type"][0].replace("fax", str(kind))]
        return errors
    # An address beyond the column's length passes this check and breaks the insert, as recorded.
    if kind == "email" and not ADDRESS.fullmatch(str(who["identity"])):
        return recorded(world, "assertion_create_bad_email", "recipient")
    return {}


def text_errors(world: World, item: dict[str, Any]) -> Errors:
    if "![" in str(item.get("narrative") or ""):
        return recorded(world, "assertion_create_md_image", "narrative")
    return {}


def evidence_errors(world: World, item: dict[str, Any]) -> Errors:
    evidence = item.get("evidence")
    if evidence is None:
        return {}
    if not isinstance(evidence, list):
        errors = recorded(world, "assertion_create_evidence_str", "evidence")
        words = errors["evidence"]["non_field_errors"][0].replace('"str"', f'"{type(evidence).__name__}"')
        return {"evidence": {"non_field_errors": [words]}}
    each = [one_evidence(world, one) for one in evidence]
    return {"evidence": each} if any(each) else {}


def one_evidence(world: World, one: object) -> Errors:
    if not isinstance(one, dict) or not (one.get("url") or one.get("narrative")):
        return dict(world.book.json("assertion_create_evidence_empty_item")["fieldErrors"]["evidence"][0])
    if one.get("url") and not WEB.fullmatch(str(one["url"])):
        return dict(world.book.json("assertion_create_evidence_bad_url")["fieldErrors"]["evidence"][0])
    return text_errors(world, one)


def date_errors(world: World, item: dict[str, Any]) -> Errors:
    found: Errors = {}
    for name in ("issuedOn", "expires"):
        if item.get(name) is not None and moment(item[name]) is None:
            found |= recorded(world, "assertion_create_bad_date", name)
    issued = moment(item.get("issuedOn"))
    if issued and issued > world.now():
        found |= recorded(world, "assertion_create_future", "issuedOn")
    return found


def extension_errors(world: World, item: dict[str, Any]) -> Errors:
    """A context that the server can't fetch, and the one property of the known extension that is of another type."""
    for extension in (item.get("extensions") or {}).values():
        if ".invalid/" in str(extension.get("@context")):
            return recorded(world, "assertion_create_extension_unreachable", "extensions")
        if not isinstance(extension.get("exampleProperty", ""), str):
            return recorded(world, "assertion_create_extension_invalid", "extensions")
    return {}


def exists_already(world: World, badge: BadgeClass, item: dict[str, Any]) -> bool:
    """Whether a duplicate is to be refused: as sent, before the address is lower-cased; only if told to look."""
    if is_true(item.get("allowDuplicateAwards", True)):
        return False
    who, now = str(item["recipient"]["identity"]), world.now()
    return any(
        award.badge is badge and not award.revoked and not award.expired(now) and world.same(award.recipient, who)
        for award in list(world.assertions)
    )


def texts(item: object) -> Iterator[str]:
    """Every text in *item*, however deep."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        for value in item.values():
            yield from texts(value)
    elif isinstance(item, list):
        for value in item:
            yield from texts(value)


def breaks_the_insert(world: World, item: dict[str, Any]) -> bool:
    """What no check foresees and the database refuses: a 500, and nothing is made."""
    stored = [item.get(name) for name in ("recipient", "narrative", "evidence")]
    if world.utf8mb3 and not world.fork and any(ASTRAL.search(text) for text in texts(stored)):
        return True
    return len(str(item["recipient"]["identity"])) > LONGEST_RECIPIENT
