"""What came back instead of an answer, in one shape: whichever library carried it, whichever of Google's shapes it had.

Google writes errors in two shapes: Forms and Sheets with a status name and details, Drive and Gmail with a list of
reasons; the token endpoint has OAuth's. A decision never rests on the `domain` of an error: "usageLimits" holds both
"wait a little" and "for ever".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from googleapiclient.errors import BatchError, HttpError
from gspread.exceptions import APIError
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError

#: Our own words for what never reached us, beside Google's reasons.
UNREACHABLE, CUT, GARBLED, NO_TOKEN = "unreachable", "cut", "garbled", "no-token"

_RATE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
_RETRY_AT = re.compile(r"Retry after (\d{4}-\d\d-\d\dT[\d:.]+Z)")


class HttpFailure(Exception):
    """An HTTP answer that is no success, from a call that no library wraps."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        self.response = response
        self.content = response.content  # read now: a streamed answer is closed later


#: All that a call to Google may raise; anything else is a mistake of ours.
FAILURES = (
    HttpFailure,
    HttpError,
    BatchError,
    APIError,
    requests.RequestException,
    GoogleAuthError,
    json.JSONDecodeError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal or a silence. `status` is the HTTP status, 0 where there was none."""

    status: int
    reason: str  # Google's word for programs, OAuth's, or one of ours
    message: str = ""  # Google's word for people
    retry_after: float | None = None  # seconds

    @property
    def is_rate(self) -> bool:
        """Too fast: it did not happen, and the same call may be made again after a pause."""
        return self.status == 429 or (self.status == 403 and self.reason in _RATE)

    @property
    def did_not_happen(self) -> bool:
        """It never reached Google's service, or was given up there whole: it may be made again."""
        return self.reason in (UNREACHABLE, NO_TOKEN, "ABORTED")

    @property
    def may_have_happened(self) -> bool:
        return self.reason in (CUT, GARBLED) or (self.status >= 500 and self.status != 501) or self.status == 408


def answer_of(error: Exception, now: datetime) -> Answer:
    """Bring one of `FAILURES` into our shape. *now* turns a named hour into seconds."""
    match error:
        case HttpFailure() | APIError():
            response = error.response
            return _from_http(response.status_code, response.headers, response.content, now)
        case BatchError():
            return Answer(200, GARBLED, str(error))
        case HttpError():
            return _from_http(int(error.resp.status), error.resp, error.content, now)
        case RefreshError():
            return _from_token(error)
        case GoogleAuthError():  # TransportError: the way to the token
            return Answer(0, NO_TOKEN, str(error))
        case requests.RequestException():
            return Answer(0, UNREACHABLE if _never_connected(error) else CUT, _short(str(error)))
    return Answer(200, GARBLED, _short(str(error)))


def _from_http(status: int, headers: Mapping[str, Any], content: bytes | str, now: datetime) -> Answer:
    try:
        error = json.loads(content)["error"]
        message = str(error.get("message", ""))
        reason = _reason(error)
    except (ValueError, KeyError, TypeError, AttributeError):
        reason, message = "", ""
    return Answer(status, reason, _short(message), _retry_after(headers, message, now))


def _reason(error: Mapping[str, Any]) -> str:
    """Google's most telling word: of the older list, of a google.rpc.ErrorInfo, or the status name."""
    for one in [*error.get("errors", ()), *error.get("details", ())]:
        if reason := one.get("reason"):
            if reason in ("forbidden", "badRequest") and error.get("details"):
                continue
            return str(reason)
    return str(error.get("status", "") or next((e["reason"] for e in error.get("errors", ()) if "reason" in e), ""))


def _retry_after(headers: Mapping[str, Any], message: str, now: datetime) -> float | None:
    """Seconds to wait, by the Retry-After header (RFC 9110: seconds or a date) or by Gmail's sentence."""
    named = str(next((value for name, value in headers.items() if name.lower() == "retry-after"), ""))
    if named.isdigit():
        return float(named)
    try:
        if found := _RETRY_AT.search(message):
            at = datetime.fromisoformat(found[1])
        elif named:
            at = parsedate_to_datetime(named)
        else:
            return None
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _from_token(error: RefreshError) -> Answer:
    """A token that was not given: OAuth's error and its description, or something in between that may pass."""
    body = error.args[1] if len(error.args) > 1 else None
    if isinstance(body, Mapping) and "error" in body and not error.retryable:
        return Answer(401, str(body["error"]), _short(str(body.get("error_description") or "")))
    if error.retryable or not isinstance(body, Mapping):
        return Answer(0, NO_TOKEN, _short(str(error.args[0] if error.args else "")))
    return Answer(401, "", _short(str(error.args[0])))


def _never_connected(error: BaseException) -> bool:
    """True when no byte of the call can have left: no name, no route, no door, no trust in the certificate."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    if isinstance(cause, ProxyError):
        cause = cause.original_error
    return isinstance(cause, NewConnectionError | ConnectTimeoutError) or "CERTIFICATE_VERIFY_FAILED" in str(cause)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 400 else text[:399] + "…"
