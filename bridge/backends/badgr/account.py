"""What the bridge is told about an account on a Badgr server, and what `doctor` finds there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from bridge.backends import BADGR_PASSWORD, BADGR_REFRESH_TOKEN
from bridge.backends.listed import Listed


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a Badgr server, its issuer, and which BadgeClass stands for which of our badges."""

    url: str  # "https://api.badges.parchment.com": accounts and ids are of one region; http only on loopback
    issuer: str  # entity id
    badges: Mapping[str, str]  # achievement key → entity id of the BadgeClass
    username: str = ""
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)  # to begin with; the server gives a new one with each use
    password_env: str = BADGR_PASSWORD  # the variables that they come from, for sentences
    refresh_token_env: str = BADGR_REFRESH_TOKEN
    client_id: str = ""  # "": the server's own public client
    batch: int = 0  # awards per call; below 2: one by one
    plain_text: bool = False  # leave out characters beyond U+FFFF, on which a server on MySQL's utf8 chokes
    timeout: tuple[float, float] = (10.0, 60.0)  # seconds to connect, seconds of silence

    @property
    def base(self) -> str:
        """The address to which paths are added."""
        return self.url.rstrip("/")

    @property
    def host(self) -> str:
        """The server as sentences name it."""
        return urlsplit(self.url).netloc.rpartition("@")[2] or "(no address)"

    @property
    def server(self) -> str:
        """The server as sentences begin."""
        return f"The Badgr server {self.host}"

    @property
    def log_in(self) -> str:
        """What a person does where there is nothing to log in with."""
        username = "" if self.username else "Fill in [badgr] username, and put"
        return (
            f"{username or 'Put'} the password into the environment variable {self.password_env}; or put a refresh "
            f"token into {self.refresh_token_env}."
        )

    def token_key(self, backend: str) -> str:
        """Return under which name tokens are kept: another server, account or refresh token begins afresh."""
        identity = "\n".join((self.base, self.username, self.client_id, self.refresh_token))
        return f"{backend} {sha256(identity.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Survey:
    """What the account can see: all its issuers, and the BadgeClasses of the one that is configured."""

    issuers: tuple[Listed, ...]
    badges: tuple[Listed, ...]
