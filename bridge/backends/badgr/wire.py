"""The way to a Badgr server: one call, one try."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from bridge.backends import calls
from bridge.errors import TryLater
from bridge.ports import Clock, Quota
from bridge.site.foreign import Anonymous
from bridge.site.public import is_loopback
from bridge.wording import discreet

from .account import Account
from .answers import FIRST_WORDS, Answer, read
from .explain import Errand, silence

log = logging.getLogger(__name__)

BUCKET = "badgr"  # of the quota
#: A Date header is cut to whole seconds, and the server compares by microseconds.
MARGIN = timedelta(seconds=2)


@dataclass
class Wire:
    """Sends calls to the account's server, and nowhere else."""

    account: Account
    clock: Clock
    quota: Quota
    session: requests.Session = field(init=False, repr=False)
    _ahead: timedelta = field(default=timedelta(0), init=False)  # the server's clock, before ours

    def __post_init__(self) -> None:
        self.session = calls.session(self.account.base)

    def now(self) -> datetime:
        """Return a moment that has surely passed by the server's clock, if it has ever told it; else by ours."""
        return self.clock.now() + self._ahead - MARGIN

    def send(
        self,
        errand: Errand,
        verb: str,
        path: str,
        *,
        token: str = "",
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the server's answer, whatever it says. Raise TryLater, or InDoubt for a write, if none came whole."""
        self._guard()
        self.quota.wait(BUCKET)
        until = time.monotonic() + 2 * sum(self.account.timeout)
        try:
            with self.session.request(
                verb,
                f"{self.account.base}{path}",
                json=json,
                data=form,
                auth=_Bearer(token) if token else Anonymous(),
                timeout=self.account.timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                data = calls.body(response, until)
                answer = read(response.status_code, response.headers, data, self.clock.now())
        except calls.FAILURES as error:
            raise silence(error, errand, self.account) from error
        self._remember(answer)
        if answer.status >= 400 and form is None:
            log.debug("%s %s: %s %s", verb, path.partition("?")[0], answer.status, discreet(answer.start, FIRST_WORDS))
        return answer

    def _guard(self) -> None:
        """Raise TryLater rather than send a password in clear."""
        parts = urlsplit(self.account.base)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise TryLater("[badgr] url must start with https://, so nothing was sent. Correct it.")

    def _remember(self, answer: Answer) -> None:
        if answer.date is not None:
            self._ahead = answer.date - self.clock.now().astimezone(UTC)

    def close(self) -> None:
        self.session.close()


class _Bearer(AuthBase):
    """Sends the token, and keeps `requests` from looking a password up in ~/.netrc instead."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
