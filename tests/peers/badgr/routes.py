"""Which path is what, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.peers.badgr import awards, issuers, lists, public, tokens, v1
from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.web import Request

Handler = Callable[[Request], Answer]
ID = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True)
class Route:
    pattern: re.Pattern[str]
    methods: dict[str, tuple[str, Handler]]  # method → (operation, handler)
    scopes: tuple[str, ...] = ()  # any of these; none: no token is needed


def route(path: str, scopes: str, **methods: tuple[str, Handler]) -> Route:
    """*path* with {names} for ids. The paths take no slash at their end."""
    pattern = re.sub(r"\{(\w+)\}", rf"(?P<\1>{ID})", path)
    return Route(re.compile(pattern), methods, tuple(scopes.split()))


ISSUING = "rw:issuer rw:issuer:*"
PROFILE = "rw:profile r:profile rw:issuer rw:backpack rw:issuer:*"

ROUTES = (
    route("/o/token", "", POST=("token", tokens.token)),
    route("/o/revoke_token/", "", POST=("token_revoke", tokens.revoke_token)),
    route("/health", "", GET=("health", public.health)),
    route("/v2/users/self", PROFILE, GET=("user", issuers.users_self)),
    route(
        "/v2/issuers",
        ISSUING,
        GET=("issuer_list", issuers.list_issuers),
        POST=("issuer_create", issuers.create_issuer),
    ),
    route("/v2/issuers/changed", ISSUING, GET=("changed", lists.changed_issuers)),
    route("/v2/badgeclasses/changed", ISSUING, GET=("changed", lists.changed_badges)),
    route("/v2/assertions/changed", ISSUING, GET=("changed", lists.changed_assertions)),
    route("/v2/assertions/revoke", ISSUING, POST=("revoke_many", awards.revoke_many)),
    route(
        "/v2/issuers/{issuer}",
        ISSUING,
        GET=("issuer_get", issuers.get_issuer),
        PUT=("issuer_create", issuers.put_issuer),
        DELETE=("issuer_create", issuers.delete_issuer),
    ),
    route(
        "/v2/issuers/{issuer}/badgeclasses",
        ISSUING,
        GET=("badge_list", lists.badges_of_issuer),
        POST=("badge_create", issuers.create_badge),
    ),
    route(
        "/v2/issuers/{issuer}/assertions",
        ISSUING,
        GET=("assertion_list", lists.of_issuer),
        POST=("assertion_create", awards.create_for_issuer),
    ),
    route(
        "/v2/badgeclasses",
        ISSUING,
        GET=("badge_list", lists.all_badges),
        POST=("badge_create", issuers.create_badge),
    ),
    route(
        "/v2/badgeclasses/{badge}",
        ISSUING,
        GET=("badge_get", issuers.get_badge),
        DELETE=("badge_delete", issuers.delete_badge),
    ),
    route(
        "/v2/badgeclasses/{badge}/assertions",
        ISSUING,
        GET=("assertion_list", lists.of_badge),
        POST=("assertion_create", awards.create),
    ),
    route("/v2/badgeclasses/{badge}/issue", ISSUING, POST=("batch", awards.batch)),
    route(
        "/v2/assertions/{assertion}",
        ISSUING,
        GET=("assertion_get", awards.get),
        PUT=("assertion_put", awards.put),
        DELETE=("revoke", awards.revoke),
    ),
    route("/v1/user/profile", PROFILE, GET=("user", v1.unrecorded)),
    route("/v1/issuer/issuers", ISSUING, GET=("issuer_list", v1.unrecorded)),
    route("/v1/issuer/issuers/{issuer}/badges/{badge}/batchAssertions", ISSUING, POST=("batch", v1.batch)),
    route("/v2/backpack/assertions", "rw:backpack", GET=("backpack", v1.backpack)),
    route(
        "/v2/backpack/assertions/{assertion}",
        "rw:backpack",
        PUT=("backpack", v1.accept),
        DELETE=("backpack", v1.reject),
    ),
    route("/public/assertions/{assertion}(?P<json>\\.json)?", "", GET=("public", public.assertion)),
    route("/public/badges/{badge}(?P<json>\\.json)?", "", GET=("public", public.badge)),
    route("/public/issuers/{issuer}(?P<json>\\.json)?", "", GET=("public", public.issuer)),
    route("/public/assertions/{assertion}/image", "", GET=("image", public.image)),
    route("/public/assertions/{assertion}/baked", "", GET=("image", public.baked_image)),
    route("/media/(?:.+)", "", GET=("media", public.media)),
)


Found = tuple[Route, "Handler | None"]


def find(request: Request) -> Found | None:
    """The route of the request, and its handler if there is one for its method; sets operation and names."""
    for known in ROUTES:
        if match := known.pattern.fullmatch(request.path):
            request.names = {name: value for name, value in match.groupdict().items() if value is not None}
            method = "GET" if request.method == "HEAD" else request.method
            request.operation, handler = known.methods.get(method, ("", None))
            return known, handler
    return None


def answer(request: Request, handler: Handler | None, known: Route) -> Answer:
    """What the API answers: who asks, whether they may, whether the method exists; then the handler."""
    book = request.world.book
    if known.scopes:
        request.token = tokens.bearer(request)
        if request.token is None:
            return unknown_caller(request)
        if not allowed(request, known.scopes):
            return book.answer("issuers_wrong_scope" if not request.world.fork else "assertion_create_foreign")
    if handler is None:
        body = book.json("method_not_allowed")
        body["fieldErrors"] = body["fieldErrors"].replace("PUT", request.method)
        return book.answer("method_not_allowed", body, Allow=", ".join((*known.methods, "HEAD", "OPTIONS")))
    return handler(request)


def unknown_caller(request: Request) -> Answer:
    if request.path.startswith("/v1/"):
        return request.world.book.answer("v1_profile_bad_token")
    return request.world.book.answer("users_self_bad_token")


def allowed(request: Request, scopes: tuple[str, ...]) -> bool:
    """A token for one issuer only (rw:issuer:<id>) does wherever the whole right would."""
    assert request.token is not None
    own = request.token.scope.startswith("rw:issuer:") and "rw:issuer:*" in scopes
    return own or request.token.has(*scopes)
