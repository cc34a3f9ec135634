"""Calls to a vendor's API, as far as all vendors are alike: how they are sent and read, and what it means if they fail.

No cookies, no redirects, no proxy on the way to this machine; an answer has a size and a time.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError

from bridge.site.door import Straight
from bridge.site.public import is_loopback

CONNECTIONS = 2
LARGEST = 5 * 1024 * 1024  # bytes of one answer
PIECE = 64 * 1024
LONGEST_WAIT = timedelta(days=1)
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # what is packed may hold a thousand times more
    "User-Agent": "badge-bridge",
}

#: What a call may fail with. (ValueError: addresses and headers that can't be.)
FAILURES = (requests.RequestException, HTTPError, OSError, ValueError)
#: Errors that are sure to come before the server has heard anything.
_NEVER_SENT = (
    ConnectTimeoutError,
    NewConnectionError,
    ProxyError,
    ssl.SSLCertVerificationError,
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
)
#: Only the shaking of hands fails with these (OpenSSL's reasons): nothing was sent yet.
_HANDSHAKE = (
    "WRONG_VERSION_NUMBER",
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS",
    "HANDSHAKE",
    "PROTOCOL_VERSION",
    "ALERT_PROTOCOL",
)


class TooMuch(OSError):
    """The answer was longer, or took longer, than anybody needs."""


def session(base: str) -> requests.Session:
    """Return a session for the API at *base*, with at most two connections."""
    made = Straight()
    # Some servers set cookies that count for more than the Authorization header.
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS, pool_block=True)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.headers.update(HEADERS)
    made.trust_env = not is_loopback(urlsplit(base).hostname or "")  # no proxy leads to this machine
    return made


def body(response: requests.Response, until: float) -> bytes:
    """Return the whole body; raise TooMuch for one that is too large, or comes later than *until* (monotonic)."""
    data = bytearray()
    for piece in response.iter_content(PIECE):
        data += piece
        if len(data) > LARGEST:
            raise TooMuch(f"more than {LARGEST >> 20} MB came")
        if time.monotonic() >= until:
            raise TooMuch("it took too long")
    return bytes(data)


def json_object(data: bytes) -> Mapping[str, object] | None:
    """Return the JSON object in *data*; None where there is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def http_date(text: str) -> datetime | None:
    """Return an HTTP date as aware UTC; None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def pause(told: str, now: datetime) -> timedelta | None:
    """Return how long a Retry-After asks to wait, in seconds or until a date (RFC 9110, 10.2.3), a day at the most."""
    if told.strip().isdecimal():
        return min(timedelta(seconds=int(told.strip()[:6])), LONGEST_WAIT)
    moment = http_date(told)
    return None if moment is None else max(timedelta(0), min(moment - now, LONGEST_WAIT))


def never_sent(error: BaseException) -> bool:
    """Return whether *error* is sure to have come before the server heard anything."""
    return any(isinstance(cause, _NEVER_SENT) or _in_handshake(cause) for cause in causes(error))


def tls_error(error: BaseException) -> ssl.SSLError | None:
    """Return what was wrong with the certificate or the encryption; None if neither was."""
    return next((cause for cause in causes(error) if isinstance(cause, ssl.SSLError)), None)


def _in_handshake(cause: BaseException) -> bool:
    return isinstance(cause, ssl.SSLError) and any(
        word in f"{cause.reason or ''} {cause}".upper() for word in _HANDSHAKE
    )


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and all that it wraps, by whichever way libraries wrap errors."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        waiting += [one for one in inner if isinstance(one, BaseException)]
