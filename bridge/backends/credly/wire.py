"""Calls to Credly's API, one try each: what came back, or how it failed.

Source: https://www.credly.com/docs/web_service_api (addresses; HTTP Basic, the token as user name and no password).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from requests.auth import HTTPBasicAuth

from bridge.backends import calls
from bridge.errors import BridgeError, InDoubt, TryLater
from bridge.ports import Quota
from bridge.site.foreign import why

from .values import Account

BUCKET = "credly"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Credly answered. *write*: to a call that changes something there."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes
    write: bool

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_web_page(self) -> bool:
        """True for HTML: then it was no API that answered."""
        kind = self.headers.get("Content-Type", "").lower()
        return "html" in kind or self.body[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))


class Wire:
    """Knows the server and the token, and asks the quota before every call."""

    def __init__(self, account: Account, quota: Quota) -> None:
        self._account, self._quota = account, quota
        self._base = account.url.rstrip("/").removesuffix("/v1") + "/v1"
        self._session = calls.session(account.url)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        """Return what the server answers to *path* below /v1, whatever its status.

        Without an answer: TryLater where nothing can have happened, which a mere look (GET) always is, else InDoubt.
        """
        write = method != "GET"
        self._quota.wait(BUCKET)
        until = time.monotonic() + 2 * sum(self._account.timeout)
        try:
            with self._session.request(
                method,
                f"{self._base}/{path}",
                params=query,
                json=body,
                auth=HTTPBasicAuth(self._account.token.encode(), b""),
                timeout=self._account.timeout,
                allow_redirects=False,
                stream=True,
            ) as found:
                return Answer(found.status_code, found.headers, calls.body(found, until), write)
        except calls.FAILURES as error:
            raise no_answer(error, self._account.host, write=write) from error

    def close(self) -> None:
        self._session.close()


def no_answer(error: Exception, host: str, *, write: bool) -> BridgeError:
    """Return what it means that *error* came in the place of an answer."""
    reason = str(error) if isinstance(error, calls.TooMuch) else why(error)  # or we hung up ourselves
    if calls.never_sent(error):
        if calls.tls_error(error) is not None:
            return TryLater(
                f"The certificate of {host} does not count here, so nothing was sent to Credly. Either this machine's "
                "clock or its list of authorities is wrong, or something on the way opens the traffic: ask whoever "
                "runs the network."
            )
        return TryLater(
            f"Credly ({host}) can't be reached: {reason}. If this lasts, check the address and the network."
        )
    if write:
        return InDoubt(f"Credly ({host}) did not answer ({reason}), and may have done it all the same.")
    return TryLater(f"Credly ({host}) did not answer: {reason}.")
