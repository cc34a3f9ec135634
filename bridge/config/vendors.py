"""Settings of the servers that can make badges in place of the embedded issuer."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bridge.backends import BADGR_PASSWORD, BADGR_REFRESH_TOKEN, CREDLY_TOKEN, LARGEST_BATCH

from .addresses import Address, Section, has_login, is_loopback, is_port

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
#: Addresses that serve as examples; Credly's counts unless another one is set.
BADGR, CREDLY = "https://api.badges.parchment.com", "https://api.credly.com"


def server_address(value: str, like: str) -> str:
    """Take the address of an API, without anything behind the host but a path."""
    if has_login(value):
        raise ValueError("must not hold a name or a password; those have settings of their own.")
    wrong = ValueError(f"is {value!r}; it must be the address of the API, such as {like}.")
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise wrong from error
    usable = parts.scheme in ("http", "https") and parts.hostname and is_port(parts)
    if not usable or parts.query or parts.fragment:
        raise wrong
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"is {value!r}; it must start with https:// (plain http only for this machine itself).")
    return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")


def badgr_address(value: str) -> str:
    return server_address(value, BADGR) if value else ""


def credly_address(value: str) -> str:
    if not value:
        raise ValueError(f"is empty. Write {CREDLY}, or leave the line out.")
    return server_address(value, CREDLY)


def variable(value: object) -> object:
    """Take the name of an environment variable. What stands there instead may be a secret, so it is not repeated."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_]\w*", value.strip()):
        raise ValueError(
            "is not the name of an environment variable, such as BADGE_BRIDGE_SECRET. The secret itself goes into "
            "that variable, and never into this file."
        )
    return value


def past_day(value: object) -> object:
    """Take a day, as text or as TOML's own kind of date; "" for none."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) and value.strip():
        try:
            date.fromisoformat(value.strip())
        except ValueError as error:
            raise ValueError(f"is {value!r}; write year, month and day, like 2026-11-27.") from error
    return value


def vendor_id(value: object) -> object:
    if not isinstance(value, str) or not _ID.fullmatch(value.strip()):
        raise ValueError(
            f"is {value!r}; an id holds only letters, digits, - and _. Without this line, badge-bridge doctor lists "
            "those that there are."
        )
    return value


def keyed(badges: dict[str, str]) -> dict[str, str]:
    for key in badges:
        if not _KEY.fullmatch(key):
            raise ValueError(
                f"names {key!r}; left of the = stands the badge's Key in the tab Badges: a short word of a–z, 0–9 "
                "and hyphens."
            )
    return badges


Day = Annotated[str, BeforeValidator(past_day)]
Variable = Annotated[str, BeforeValidator(variable)]
#: Keys of the tab Badges, and what the vendor calls them.
Badges = Annotated[dict[str, Annotated[str, BeforeValidator(vendor_id)]], AfterValidator(keyed)]


class Badgr(Section):
    """A Badgr server: Canvas Credentials, Parchment Digital Badges, or one of your own; in use once it has a url."""

    url: Annotated[str, AfterValidator(badgr_address)] = Field(
        "", description="Write the address of your region's API, or leave it empty."
    )
    title: str = Field("Badgr", min_length=1, description="Write its name, as teachers know it.")
    issuer: str = Field(
        "", pattern=r"^[A-Za-z0-9_-]{0,100}$", description="Write your issuer's id: badge-bridge doctor lists them."
    )
    username: Address = Field("", description="Write the address with which you log in there.")
    password_env: Variable = Field(BADGR_PASSWORD, description="Write the name of a variable.")
    refresh_token_env: Variable = Field(BADGR_REFRESH_TOKEN, description="Write the name of a variable.")
    client_id: str = Field("", description="Write the client id that you were given, or leave it empty.")
    calls_per_minute: int = Field(100, ge=1, le=10_000, description="Write a number of calls.")
    batch: int = Field(0, ge=0, le=LARGEST_BATCH, description=f"Write a number up to {LARGEST_BATCH}; 0 is one by one.")
    plain_text: bool = Field(False, description="Write true or false.")
    badges: Badges = Field(default_factory=dict, description='Write lines such as first-aid = "id of the BadgeClass".')

    @property
    def in_use(self) -> bool:
        return bool(self.url)

    @model_validator(mode="after")
    def _is_begun(self) -> Self:
        if not self.in_use and (self.issuer or self.username or self.badges):
            raise ValueError("is filled in, but for url, so it is not used. Write the address of your region's API.")
        return self


class Credly(Section):
    """An organization at Credly; in use once it has an id."""

    url: Annotated[str, AfterValidator(credly_address)] = Field(
        CREDLY, validate_default=True, description="Write the address of the API."
    )
    title: str = Field("Credly", min_length=1, description="Write its name, as teachers know it.")
    organization: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,100}$", description="Write your organization's id there.")
    token_env: Variable = Field(CREDLY_TOKEN, description="Write the name of a variable.")
    token_made: Day = Field("", description="Write the day on which the token was made.")
    locale: str = Field("", pattern=r"^([a-z]{2}(-[A-Za-z0-9]{2,4})?)?$", description="Write a language, such as en.")
    calls_per_minute: int = Field(60, ge=1, le=10_000, description="Write a number of calls.")
    badges: Badges = Field(default_factory=dict, description='Write lines such as first-aid = "id of the template".')

    @property
    def in_use(self) -> bool:
        return bool(self.organization)

    @model_validator(mode="after")
    def _is_begun(self) -> Self:
        if not self.in_use and (self.token_made or self.badges):
            raise ValueError("is filled in, but for organization, so it is not used. Write your organization's id.")
        return self
