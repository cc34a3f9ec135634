"""What sections of settings are made of."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict


def is_loopback(host: str | None) -> bool:
    """True for localhost, 127.0.0.0/8 and ::1."""
    if host is None or host == "localhost":
        return host is not None
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_port(parts: SplitResult) -> bool:
    """Return whether the port of an address, if it tells one, is there to be had."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def has_login(value: str) -> bool:
    """Return whether a name, and perhaps a password, stands in a web address: then it is not to be repeated."""
    try:
        return "@" in urlsplit(value).netloc
    except ValueError:
        return "@" in value


def address(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
        raise ValueError(f"is {value!r}, which is no e-mail address.")
    return value.lower()


Address = Annotated[str, AfterValidator(address)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
