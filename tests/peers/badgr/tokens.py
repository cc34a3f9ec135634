"""Log-ins: the token endpoint with its back-off, and the check of what a request brings."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.records import AccessToken, Application, User
from tests.peers.badgr.web import Request
from tests.peers.badgr.world import World

LIFE = timedelta(days=1)
LONGEST = 3600
#: What starts a back-off. A request that lacks something does not: the recorded server answered the next one.
COUNTED = {"token_bad_password", "token_refresh_reuse", "token_refresh", "token_client_bad_secret"}


def token(request: Request) -> Answer:
    world, form = request.world, request.form()
    if request.param("password") or request.param("username"):
        return world.book.answer("token_query_params")
    who = form.get("username") or request.address
    failures, until = world.backoff.get(who, (0, world.now()))
    if failures and world.now() < until:
        body = world.book.json("token_throttled")
        return world.book.answer("token_throttled", body | {"expires": period(failures)})
    outcome = grant(request, form)
    if isinstance(outcome, AccessToken):
        world.backoff.pop(who, None)
        return granted(world, outcome, form.get("grant_type", "password"))
    if outcome in COUNTED:
        world.backoff[who] = (failures + 1, world.now() + timedelta(seconds=period(failures + 1)))
    return world.book.answer(outcome)


def period(failures: int) -> int:
    return int(min(2**failures, LONGEST))


def grant(request: Request, form: dict[str, str]) -> AccessToken | str:
    """A new token, or the name of the recording that says why not."""
    basic = request.headers.get("Authorization", "").removeprefix("Basic ")
    client, _, secret = b64decode(basic).decode().partition(":") if basic else ("", "", "")
    app = request.world.applications.get(form.get("client_id") or client or "public")
    if app is None:
        return "token_unknown_client"
    if app.secret and app.secret != (secret or form.get("client_secret")):
        return "token_client_bad_secret"
    scope = form.get("scope") or (app.default_scope if form.get("grant_type") != "refresh_token" else "")
    if not set(scope.split()) <= {*app.allowed, *issuer_scopes(request.world)}:
        return "token_scope_not_allowed"
    match form.get("grant_type", "password"):
        case "password":
            return by_password(request.world, app, form, scope)
        case "refresh_token":
            return by_refresh(request.world, form)
        case "client_credentials" if app.secret:
            return new_token(request.world, app, request.world.users.get(app.owner), scope)
    return "token_unknown_client"


def issuer_scopes(world: World) -> list[str]:
    return [f"rw:issuer:{issuer.id}" for issuer in world.issuers]


def by_password(world: World, app: Application, form: dict[str, str], scope: str) -> AccessToken | str:
    if not form.get("username"):
        return "token_json_body"
    if not form.get("password"):
        return "token_missing_password"
    user = world.users.get(form["username"])
    if user is None or user.password != form["password"]:
        return "token_bad_password"
    return new_token(world, app, user, scope)


def by_refresh(world: World, form: dict[str, str]) -> AccessToken | str:
    """Rotate: the old pair is dead at once. The fork takes no refresh token from a form, ever."""
    if world.fork:
        return "token_refresh"
    with world.lock:
        old = next((kept for kept in world.tokens if kept.refresh and kept.refresh == form.get("refresh_token")), None)
        if old is None:
            return "token_refresh_reuse"
        world.tokens.remove(old)
        return new_token(world, world.applications[old.client_id], old.user, old.scope)


def new_token(world: World, app: Application, user: User | None, scope: str) -> AccessToken:
    access = f"access-{world.new_id()}"
    refreshable = world.refresh_tokens and app.refresh
    refresh = f"refresh-{world.new_id()}" if refreshable else ""
    made = AccessToken(access, user, scope, world.now() + LIFE, app.client_id, refresh)
    world.tokens.append(made)
    return made


def granted(world: World, made: AccessToken, grant_type: str) -> Answer:
    names = {"refresh_token": "token_refresh", "client_credentials": "token_client_credentials"}
    name = names.get(grant_type, "token_password_min" if made.refresh else "token_no_refresh_app")
    body: dict[str, Any] = world.book.json(name)
    body |= {"access_token": made.access, "scope": made.scope}
    if made.refresh:
        body["refresh_token"] = made.refresh
    else:
        body.pop("refresh_token", None)
    return world.book.answer(name, body, Set_Cookie=cookies(made) if world.fork else "")


def cookies(made: AccessToken) -> str:
    """The fork's cookie, which outranks the Authorization header.

    Recorded as Secure; without that word here, since over plain HTTP no client would ever bring it back.
    """
    return f"access_token={made.access}; HttpOnly; Path=/; SameSite=Lax"


def revoke_token(request: Request) -> Answer:
    world, gone = request.world, request.form().get("token")
    with world.lock:
        world.tokens[:] = [kept for kept in world.tokens if gone not in (kept.access, kept.refresh)]
    return world.book.answer("revoke_token")


def bearer(request: Request) -> AccessToken | None:
    """The token that the request brings, if it lives; its life is prolonged by use in its second half."""
    world, scheme = request.world, request.headers.get("Authorization", "").partition(" ")
    text = scheme[2] if scheme[0] == "Bearer" else request.param("access_token")
    if world.fork and (cookie := SimpleCookie(request.headers.get("Cookie", "")).get("access_token")):
        text = cookie.value
    now = world.now()
    with world.lock:
        found = next((kept for kept in world.tokens if kept.access == text and kept.expires > now), None)
        if found and found.expires - now < LIFE / 2:
            found.expires = now + LIFE
    return found
