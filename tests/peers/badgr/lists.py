"""Lists, their pages, and the feeds of what changed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qs, parse_qsl, urlencode

from tests.peers.badgr import shapes
from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.records import Assertion
from tests.peers.badgr.web import Refusal, Request, is_true


class Dated(Protocol):
    created_at: datetime
    updated_at: datetime


Thing = TypeVar("Thing", bound=Dated)


@dataclass
class Page(Generic[Thing]):
    things: Sequence[Thing]
    next: str = ""
    previous: str = ""

    @property
    def link(self) -> str:
        both = (("next", self.next), ("prev", self.previous))
        return ", ".join(f'<{url}>; rel="{name}"' for name, url in both if url)


def page(request: Request, things: Sequence[Thing], key: Callable[[Thing], datetime], *, newest: bool) -> Page[Thing]:
    """*things* by *key*, as many as `num` says, from the cursor on; without a number all of them as they come."""
    number = request.param("num")
    if not number.isascii() or not number.isdecimal():
        return Page(things)
    size, (backwards, position) = max(int(number), 1), cursor(request)
    ordered = sorted(things, key=key, reverse=newest != backwards)
    if position:
        later = newest == backwards
        ordered = [one for one in ordered if (key(one) > position if later else key(one) < position)]
    more, shown = len(ordered) > size, ordered[:size]
    if backwards:
        shown = shown[::-1]
    before = bool(position) if not backwards else more
    after = more if not backwards else bool(position)
    return Page(
        shown,
        address(request, {"p": str(key(shown[-1]))}) if after and shown else "",
        address(request, {"r": "1", "p": str(key(shown[0]))}) if before and shown else "",
    )


def cursor(request: Request) -> tuple[bool, datetime | None]:
    """(whether it leads backwards, where it stands)."""
    text = request.param("cursor")
    if not text:
        return False, None
    try:
        fields = dict(parse_qsl(b64decode(text.encode(), validate=True).decode()))
        return "r" in fields, datetime.fromisoformat(fields["p"])
    except (Error, ValueError, KeyError):
        raise Refusal(request.world.book.answer("assertion_list_bad_cursor")) from None


def address(request: Request, fields: dict[str, str]) -> str:
    """The same list at another place: absolute, built from what the request says of its host."""
    opaque = b64encode(urlencode(fields).encode()).decode()
    query = {**parse_qs(urlencode(request.query), keep_blank_values=True), "cursor": [opaque]}
    return f"{request.origin}{request.path}?{urlencode(sorted(query.items()), doseq=True)}"


# ── awards ───────────────────────────────────────────────────────────────────


def of_badge(request: Request) -> Answer:
    badge = request.world.badge_of(request.names["badge"], request.user)
    if badge is None:
        return request.denied()
    return awards(request, [one for one in request.world.assertions if one.badge is badge])


def of_issuer(request: Request) -> Answer:
    issuer = request.world.issuer_of(request.names["issuer"], request.user)
    if issuer is None:
        return request.denied()
    if not request.world.heeds_recipient:
        request.query = [(name, value) for name, value in request.query if name != "recipient"]
    return awards(request, [one for one in request.world.assertions if one.badge.issuer is issuer])


def awards(request: Request, found: list[Assertion]) -> Answer:
    shown = page(request, [one for one in found if wanted(request, one)], lambda one: one.created_at, newest=True)
    name = "assertion_list_page1" if shown.link else "assertion_list_recipient"
    return request.world.book.results(name, [shapes.assertion(request, one) for one in shown.things], Link=shown.link)


def wanted(request: Request, one: Assertion) -> bool:
    world, recipients = request.world, request.params("recipient")
    if one.revoked and not is_true(request.param("include_revoked")):
        return False
    if one.expired(world.now()) and not is_true(request.param("include_expired")):
        return False
    return not recipients or any(world.same(one.recipient, who) for who in recipients)


# ── badges ───────────────────────────────────────────────────────────────────


def badges_of_issuer(request: Request) -> Answer:
    issuer = request.world.issuer_of(request.names["issuer"], request.user)
    if issuer is None:
        return request.denied()
    found = [one for one in request.world.badges if one.issuer is issuer]
    return badges(request, found)


def all_badges(request: Request) -> Answer:
    return badges(request, [one for one in request.world.badges if one.issuer.owner is request.user])


def badges(request: Request, found: Sequence[Any]) -> Answer:
    shown = page(request, found, lambda one: one.created_at, newest=True)
    results = [shapes.badge(request, one) for one in shown.things]
    return request.world.book.results("badgeclass_list_issuer", results, Link=shown.link)


# ── what changed ─────────────────────────────────────────────────────────────


def changed_assertions(request: Request) -> Answer:
    world = request.world
    mine = [one for one in world.assertions if one.badge.issuer.owner is request.user]
    return changed(request, mine, shapes.assertion, "changed_assertions_first")


def changed_badges(request: Request) -> Answer:
    mine = [one for one in request.world.badges if one.issuer.owner is request.user]
    return changed(request, mine, shapes.badge, "changed_badgeclasses")


def changed_issuers(request: Request) -> Answer:
    mine = [one for one in request.world.issuers if one.owner is request.user]
    return changed(request, mine, shapes.issuer, "changed_issuers")


def changed(request: Request, mine: Sequence[Any], shape: Callable[[Request, Any], Any], name: str) -> Answer:
    """Oldest change first, revoked and expired ones too; the pages stand in the body."""
    book = request.world.book
    since = request.param("since")
    try:
        start = datetime.fromisoformat(since) if since else None
    except ValueError:
        return book.answer("changed_assertions_bad_since")
    if start and start.tzinfo is None:
        start = start.replace(tzinfo=request.world.now().tzinfo)
    found = [one for one in mine if start is None or one.updated_at > start]
    shown = page(request, found, lambda one: one.updated_at, newest=False)
    body = book.json(name)
    body["result"] = [shape(request, one) for one in shown.things]
    body["pagination"] = {
        "hasNext": bool(shown.next),
        "nextResults": shown.next or None,
        "hasPrevious": bool(shown.previous),
        "previousResults": shown.previous or None,
    }
    body["timestamp"] = request.world.stamp().isoformat()
    return book.answer(name, body)
