"""Tokens of a Badgr server: kept where all processes find them, renewed when the server takes them no longer.

A token's age tells nothing, since each call prolongs its life: only a 401 ends it. A refresh gives a new pair and kills
the old one at once. After a log-in that failed the server answers no other for a while, which doubles each time; for a
refresh it goes by our network address, for a password by the username, so either may work while the other may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from bridge.errors import BackendClosed, TryLater
from bridge.model import Token
from bridge.ports import Clock, TokenStore

from .account import Account
from .answers import Answer, back_off, complaints, pair, say
from .explain import Errand, judge
from .wire import Wire

SCOPE = "rw:profile rw:issuer"
NEEDED = "rw:issuer"
LONGEST_BLOCK = timedelta(hours=1)
#: Seconds that another process gets to write down the pair that it was given.
PATIENCE = 2
LOG_IN = Errand("log the bridge in")


@dataclass
class Login:
    """Gives the token to call with. All raise TryLater when there is none at present; BackendClosed until somebody
    mends what the bridge logs in with."""

    account: Account
    wire: Wire
    store: TokenStore
    clock: Clock
    key: str
    _one_at_a_time: Lock = field(default_factory=Lock, init=False, repr=False)

    def token(self) -> str:
        """Return the access token that is kept; log in if there is none."""
        with self._one_at_a_time:
            return self._kept().access or self._renew("")

    def instead_of(self, refused: str) -> str:
        """Return another access token than *refused*: one that another process has got already, or a new one."""
        with self._one_at_a_time:
            return self._newer(refused) or self._renew(refused)

    def _kept(self) -> Token:
        return self.store.token(self.key) or Token()

    def _newer(self, refused: str) -> str:
        kept = self._kept()
        return kept.access if kept.access != refused else ""

    def _renew(self, refused: str) -> str:
        kept, now = self._kept(), self.clock.now()
        if kept.blocked_until is not None and now < kept.blocked_until <= now + LONGEST_BLOCK:  # else by a wrong clock
            raise self._blocked(kept, kept.blocked_until, now)
        refresh = kept.refresh or self.account.refresh_token
        return (self._refresh(refresh, refused) if refresh else "") or self._by_password(refused, refresh)

    def _blocked(self, kept: Token, until: datetime, now: datetime) -> TryLater:
        if not kept.failures:  # it only asked for a pause
            return TryLater(f"{self.account.server} answers no log-in before {until:%H:%M:%S} UTC.", wait=until - now)
        return BackendClosed(
            f"The bridge's last log-in at the Badgr server {self.account.host} failed, so the server answers none "
            f"before {until:%H:%M:%S} UTC. Look at {self._means}.",
            wait=until - now,
        )

    @property
    def _means(self) -> str:
        """What the bridge logs in with, as a person can look at it."""
        if self.account.username:
            return f"[badgr] username, and at the password in the variable {self.account.password_env}"
        return f"the refresh token in the variable {self.account.refresh_token_env}"

    def _refresh(self, refresh: str, refused: str) -> str:
        """Return a new access token; "" if the password has to be used. Raise TryLater if there is none."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        if self.account.client_id:
            form["client_id"] = self.account.client_id
        answer = self._ask(form)
        if answer.ok:
            return self._keep(answer, refresh)
        if found := self._newer(refused):
            return found
        if self._has_password:
            return ""
        self.clock.sleep(PATIENCE)
        return self._newer(refused) or self._failed(answer, refused, refresh, by_refresh=True)

    @property
    def _has_password(self) -> bool:
        return bool(self.account.username and self.account.password)

    def _by_password(self, refused: str, dead: str) -> str:
        """Return a new access token; *dead* is the refresh token that was tried in vain. Raise TryLater for none."""
        if not self._has_password:
            raise BackendClosed(
                f"The bridge has nothing to log in with at the Badgr server {self.account.host}. {self.account.log_in}"
            )
        form = {"username": self.account.username, "password": self.account.password}
        if self.account.client_id:
            # Without its scope a client that is named gets a token that may read the profile, and nothing else.
            form |= {"grant_type": "password", "client_id": self.account.client_id, "scope": SCOPE}
        answer = self._ask(form)
        return self._keep(answer, "") if answer.ok else self._failed(answer, refused, dead, by_refresh=False)

    def _ask(self, form: Mapping[str, str]) -> Answer:
        """Return the token endpoint's answer: a success, or that it will not. Raise TryLater for any other trouble."""
        answer = self.wire.send(LOG_IN, "POST", "/o/token", form=form)
        trouble = judge(answer, LOG_IN, self.account)
        if trouble is not None and answer.status != 429:
            raise trouble
        return answer

    def _keep(self, answer: Answer, refresh: str) -> str:
        """Write the new pair down before it is used: the old one is dead already."""
        found = pair(answer.told)
        if found is None:
            raise TryLater(
                f"{self.account.host} let the bridge log in, but gave it no token. Look whether [badgr] url is the "
                "address of a Badgr server's API."
            )
        if found.scope and not any(f"{scope}:".startswith(f"{NEEDED}:") for scope in found.scope.split()):
            raise BackendClosed(
                f"{self.account.server} gives the bridge a token that may not issue badges. Choose a "
                f"client_id of [badgr] that may have the scope {NEEDED}, or leave it empty."
            )
        expires = None if found.lives is None else self.clock.now() + found.lives
        self.store.keep_token(self.key, Token(found.access, found.refresh or refresh, expires))
        return found.access

    def _failed(self, answer: Answer, refused: str, refresh: str, *, by_refresh: bool) -> str:
        """Write down until when the server answers no log-in, forget what it no longer takes, and raise TryLater."""
        kept, now = self._kept(), self.clock.now()
        failures = kept.failures + (answer.status != 429)
        wait = back_off(answer.told) or answer.retry_after or timedelta(seconds=2 ** min(max(failures, 1), 12))
        until = now + min(wait, LONGEST_BLOCK)
        kept = replace(kept, blocked_until=until, failures=failures)
        if kept.access == refused:
            kept = replace(kept, access="", expires_at=None)
        if kept.refresh == refresh and answer.status != 429:
            kept = replace(kept, refresh="")
        self.store.keep_token(self.key, kept)
        raise self._explain(answer, until, now, by_refresh=by_refresh)

    def _explain(self, answer: Answer, until: datetime, now: datetime, *, by_refresh: bool) -> TryLater:
        words = say(complaints(answer.told)) or str(answer.status)
        if answer.status == 429:
            return TryLater(
                f"{self.account.server} asks for a pause before the next log-in ({words}). If this goes on, look "
                "whether another program logs in with the same account.",
                wait=until - now,
            )
        if by_refresh:
            what = "its refresh token"
            cure = (
                f"Have a new one made and put it into the variable {self.account.refresh_token_env}, or log in by "
                "username and password instead."
            )
        else:
            what = "its username and password"
            cure = (
                f"Correct [badgr] username, the password in the variable {self.account.password_env}, and client_id if "
                "there is one. The account needs a password of its own, not only a single sign-on, and it is known in "
                "one region only: look at [badgr] url, too."
            )
        return BackendClosed(
            f"{self.account.server} does not let the bridge in by {what} ({words}). {cure}", wait=until - now
        )
