"""Settings → the vendors' servers. A vendor's module is loaded only where it is in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bridge.acting.unset import Unset
from bridge.config import Settings, secret
from bridge.errors import ConfigProblems
from bridge.google.quota import MinuteBuckets
from bridge.issuer import BACKENDS
from bridge.plan import Vendor
from bridge.ports import Backend, Clock, TokenStore

if TYPE_CHECKING:
    from bridge.backends.badgr import Badgr
    from bridge.backends.credly import Credly


def titles_of(settings: Settings) -> Mapping[str, str]:
    """How people know the vendors, those that are not in use any more as well."""
    return {"badgr": settings.badgr.title, "credly": settings.credly.title}


def opened(make: Callable[[], Badgr | Credly], stack: ExitStack) -> Backend:
    """Return a vendor's backend, until *stack* ends; one that waits where its secret is missing."""
    try:
        return stack.enter_context(closing(make()))
    except ConfigProblems as error:
        return Unset(str(error))


def made(backend: str) -> Callable[..., Any]:
    """Return what makes the backend of this name."""
    module, _, name = BACKENDS[backend].partition(":")
    make: Callable[..., Any] = getattr(import_module(module), name)
    return make


def badgr_of(settings: Settings, tokens: TokenStore, clock: Clock) -> Badgr:
    """Raise ConfigProblems when there is neither a password nor a refresh token in the variables that are named."""
    from bridge.backends.badgr import Account

    badgr = settings.badgr
    password, refresh = secret(badgr.password_env) or "", secret(badgr.refresh_token_env) or ""
    told = badgr.model_dump(exclude={"title", "calls_per_minute"})
    account = Account(**told, password=password, refresh_token=refresh)
    if not refresh and not (badgr.username and password):
        raise ConfigProblems([f"Nothing to log in at {badgr.title} with. {account.log_in}"])
    quota = MinuteBuckets(clock, {"badgr": badgr.calls_per_minute})
    found: Badgr = made("badgr")(
        account, settings.issuer.url, clock, tokens, quota, publish_reasons=settings.issuer.publish_reasons
    )
    return found


def credly_of(settings: Settings, clock: Clock) -> Credly:
    """Raise ConfigProblems when there is no token in the variable that the settings name."""
    from bridge.backends.credly import Account

    credly = settings.credly
    token = secret(credly.token_env) or ""
    if not token:
        raise ConfigProblems(
            [f"{credly.title}'s token is missing. Put it into the environment variable {credly.token_env}."]
        )
    account = Account(
        **credly.model_dump(include={"url", "organization", "badges", "locale", "token_env"}), token=token
    )
    quota = MinuteBuckets(clock, {"credly": credly.calls_per_minute})
    found: Credly = made("credly")(
        account, settings.issuer.url, clock, quota, publish_reasons=settings.issuer.publish_reasons
    )
    return found


def remarks(settings: Settings, now: datetime) -> list[str]:
    """Return what the nightly report tells besides: the age of a token that will not live for ever."""
    from bridge.backends.credly import token_age, token_words

    if not settings.credly.token_made:
        return []
    made_on = date.fromisoformat(settings.credly.token_made)
    today = now.astimezone(ZoneInfo(settings.programme.timezone)).date()
    return [token_age(made_on, today, settings.credly.token_env) or token_words(made_on, today)]


def vendors_of(settings: Settings) -> Mapping[str, Vendor]:
    """Return what decisions must know of the vendors that are set up."""
    vendors = {}
    if settings.badgr.in_use:
        vendors["badgr"] = Vendor(settings.badgr.title, frozenset(settings.badgr.badges))
    if settings.credly.in_use:
        vendors["credly"] = Vendor(settings.credly.title, frozenset(settings.credly.badges), wants_names=True)
    return vendors
