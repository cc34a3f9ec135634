"""The values that this backend takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bridge.backends import CREDLY_TOKEN
from bridge.backends.listed import Listed


@dataclass(frozen=True, slots=True)
class Account:
    """One organization at Credly. *badges* leads from an achievement's key to the id of its badge template."""

    url: str  # https://api.credly.com or https://sandbox-api.credly.com; http only on loopback
    organization: str  # id
    badges: Mapping[str, str]
    token: str = field(default="", repr=False)
    token_env: str = CREDLY_TOKEN  # the variable that it comes from, for sentences
    locale: str = ""  # of Credly's own pages and mails for the earner; "": Credly's choice
    timeout: tuple[float, float] = (10.0, 60.0)  # seconds to connect, seconds of silence

    @property
    def host(self) -> str:
        """What sentences call the server."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class Survey:
    """What the organization has at Credly."""

    templates: tuple[Listed, ...]
