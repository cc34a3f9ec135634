"""When a call to Google is made again, how long it waits, and what people are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httplib2
import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError
from googleapiclient.errors import HttpError
from gspread.exceptions import APIError
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from bridge.errors import BridgeError, InDoubt, Refused, TryLater
from bridge.google import Errand, Identity, MinuteBuckets, Retry
from bridge.google.answers import HttpFailure
from tests.fakes.quota import FakeQuota

START = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
SHEET = Errand("write to the review sheet", "https://docs.google.com/spreadsheets/d/S/edit", "Editor")
ROBOT = "bridge@project.iam.gserviceaccount.com"


class FakeClock:
    def __init__(self) -> None:
        self.at = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


class Script:
    """Raises one failure after the other, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent = 0

    def __call__(self) -> str:
        self.sent += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


def response(status: int, body: Any = None, headers: dict[str, str] | None = None) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode() if body is not None else b"<html>"
    made.headers.update(headers or {})
    return made


def newer(
    status: int, name: str, message: str = "…", reason: str = "", headers: dict[str, str] | None = None
) -> Exception:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    error = {"code": status, "status": name, "message": message, "details": details}
    return APIError(response(status, {"error": error}, headers))


def older(status: int, reason: str, message: str = "…", headers: dict[str, str] | None = None) -> Exception:
    one = {"domain": "usageLimits", "reason": reason, "message": message}
    body = {"error": {"code": status, "message": message, "errors": [one]}}
    told: Any = httplib2.Response({"status": str(status), **(headers or {})})  # type: ignore[no-untyped-call]
    failure: Exception = HttpError(told, json.dumps(body).encode())
    return failure


def cut() -> Exception:
    return requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))


def refused_connection() -> Exception:
    pool: Any = None
    return requests.ConnectionError(MaxRetryError(pool, "/", NewConnectionError(pool, "Connection refused")))


def token(error: str, description: str, *, retryable: bool = False) -> Exception:
    body = {"error": error, "error_description": description}
    return RefreshError(f"{error}: {description}", body, retryable=retryable)  # type: ignore[no-untyped-call]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def quota() -> FakeQuota:
    return FakeQuota()


@pytest.fixture
def attempt(clock: FakeClock, quota: FakeQuota) -> Callable[..., str]:
    def make(script: Script, *, idempotent: bool = True, act_as: str = "") -> str:
        identity = Identity(ROBOT, act_as, "1047", ("scope-a", "scope-b"))
        retry = Retry(clock, quota, identity, dice=lambda: 0.5, patience=300)
        return retry.call(SHEET, script, idempotent=idempotent, bucket="sheets-write", units=2)

    return make


Attempt = Callable[..., str]

RATES = [
    newer(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED"),
    newer(429, "RESOURCE_EXHAUSTED"),
    newer(403, "PERMISSION_DENIED", reason="RATE_LIMIT_EXCEEDED"),
    older(403, "userRateLimitExceeded"),
    older(403, "rateLimitExceeded"),
    older(429, "rateLimitExceeded"),
]
NEVER_SENT = [
    refused_connection(),
    requests.exceptions.ConnectTimeout("slow"),
    TransportError("no way to the token"),  # type: ignore[no-untyped-call]
    token("internal_failure", "try again", retryable=True),
    newer(409, "ABORTED"),
]
PERHAPS = [
    newer(500, "INTERNAL"),
    older(503, "backendError"),
    HttpFailure(response(502)),
    HttpFailure(response(408)),
    cut(),
    requests.exceptions.ReadTimeout("no answer"),
    requests.exceptions.ChunkedEncodingError("half an answer"),
    requests.exceptions.JSONDecodeError("not JSON", "<html>", 0),
    json.JSONDecodeError("not JSON", "<html>", 0),
]


@pytest.mark.parametrize("failure", [*RATES, *NEVER_SENT], ids=repr)
@pytest.mark.parametrize("idempotent", [True, False])
def test_what_did_not_happen_is_made_again(
    attempt: Attempt, clock: FakeClock, quota: FakeQuota, failure: Exception, idempotent: bool
) -> None:
    script = Script(failure, failure)
    assert attempt(script, idempotent=idempotent) == "answer"
    assert script.sent == 3
    assert clock.slept == [1.5, 2.5]
    assert quota.taken == [("sheets-write", 2)] * 3


@pytest.mark.parametrize("failure", PERHAPS, ids=repr)
def test_what_may_have_happened_is_made_again_only_if_that_changes_nothing(
    attempt: Attempt, failure: Exception
) -> None:
    assert attempt(Script(failure), idempotent=True) == "answer"
    script = Script(failure)
    with pytest.raises(InDoubt, match="could not write to the review sheet") as caught:
        attempt(script, idempotent=False)
    assert script.sent == 1
    assert caught.value.__cause__ is failure


def test_doubt_after_a_refusal_is_doubt(attempt: Attempt) -> None:
    script = Script(RATES[0], cut())
    with pytest.raises(InDoubt):
        attempt(script, idempotent=False)
    assert script.sent == 2


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (older(403, "storageQuotaExceeded"), "storage of .* is full"),
        (older(403, "dailyLimitExceeded"), "day's quota is used up"),
        (older(403, "quotaExceeded"), "day's quota is used up"),
        (older(403, "accessNotConfigured", "Enable it by visiting x"), "not switched on.*Enable it by visiting x"),
        (newer(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED"), "not switched on"),
        (newer(403, "PERMISSION_DENIED", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "lacks a scope"),
        (older(403, "insufficientPermissions"), "lacks a scope"),
        (older(403, "domainPolicy"), "rule of the Workspace domain"),
        (newer(403, "PERMISSION_DENIED"), f"choose Share, add {ROBOT} as Editor"),
        (older(403, "insufficientFilePermissions"), f"choose Share, add {ROBOT} as Editor"),
        (newer(404, "NOT_FOUND"), f"not shared with {ROBOT}.*as Editor, then run: badge-bridge doctor"),
        (newer(401, "UNAUTHENTICATED"), "no longer accepts"),
        (
            newer(400, "INVALID_ARGUMENT", "Invalid requests[0]"),
            r"refused it \(400 INVALID_ARGUMENT\): Invalid requests",
        ),
        (older(400, "failedPrecondition", "Precondition check failed."), "has no mailbox"),
        (newer(501, "UNIMPLEMENTED", "not yet"), "501"),
        (HttpFailure(response(418)), "418"),
        (token("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)"), "clock is wrong"),
        (token("invalid_grant", "Invalid JWT Signature."), f"key of {ROBOT} no longer counts"),
        (token("invalid_grant", "Token has been expired or revoked."), "lasts seven days"),
        (token("invalid_client", "The OAuth client was not found."), "no longer counts"),
        (token("unauthorized_client", "Client is unauthorized"), "does not let"),
    ],
    ids=repr,
)
def test_what_a_person_must_cure_is_told_at_once(
    attempt: Attempt, clock: FakeClock, failure: Exception, said: str
) -> None:
    script = Script(failure)
    with pytest.raises(Refused, match=said) as caught:
        attempt(script)
    assert str(caught.value).startswith("The bridge could not write to the review sheet (https://docs.google.com/")
    assert (script.sent, clock.slept) == (1, [])


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            token("unauthorized_client", "…"),
            "has not allowed .* to act for badges@d.example.*client 1047.*scope-a,scope-b",
        ),
        (token("access_denied", "Requested client not authorized."), "has not allowed"),
        (token("invalid_grant", "Invalid email or User ID"), "no account badges@d.example"),
        (newer(404, "NOT_FOUND"), "not shared with badges@d.example"),
    ],
    ids=repr,
)
def test_with_delegation_people_share_with_the_account_that_is_acted_for(
    attempt: Attempt, failure: Exception, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        attempt(Script(failure), act_as="badges@d.example")


def test_pauses_double_up_to_a_minute_and_end(attempt: Attempt, clock: FakeClock) -> None:
    script = Script(*[older(503, "backendError")] * 50)
    with pytest.raises(TryLater, match="Google answered 503") as caught:
        attempt(script)
    assert clock.slept == [1.5, 2.5, 4.5, 8.5, 16.5, 32.5, 64.5, 64.5, 64.5]
    assert caught.value.wait is None


def test_time_spent_on_slow_answers_counts(attempt: Attempt, clock: FakeClock) -> None:
    class Slow(Script):
        def __call__(self) -> str:
            clock.at += timedelta(seconds=120)
            return super().__call__()

    script = Slow(*[requests.exceptions.ReadTimeout("…")] * 50)
    with pytest.raises(TryLater, match="no answer came in time"):
        attempt(script)
    assert script.sent == 3


@pytest.mark.parametrize(
    ("failure", "pause"),
    [
        (newer(429, "RESOURCE_EXHAUSTED", headers={"Retry-After": "17"}), 17),
        (older(429, "rateLimitExceeded", headers={"retry-after": "17"}), 17),
        (newer(429, "RESOURCE_EXHAUSTED", headers={"Retry-After": "Sun, 22 Nov 2026 02:30:20 GMT"}), 20),
        (older(429, "rateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-11-22T02:31:30.500Z"), 90.5),
        (newer(429, "RESOURCE_EXHAUSTED", headers={"Retry-After": "0"}), 1.5),
        (newer(429, "RESOURCE_EXHAUSTED", headers={"Retry-After": "soon"}), 1.5),
        (newer(503, "UNAVAILABLE", headers={"Retry-After": "8"}), 8),
    ],
    ids=repr,
)
def test_google_names_the_time(attempt: Attempt, clock: FakeClock, failure: Exception, pause: float) -> None:
    attempt(Script(failure))
    assert clock.slept == [pause]


def test_a_longer_time_than_there_is_patience_is_handed_on(attempt: Attempt, clock: FakeClock) -> None:
    with pytest.raises(TryLater, match="asks for a pause") as caught:
        attempt(Script(newer(429, "RESOURCE_EXHAUSTED", headers={"Retry-After": "3600"})))
    assert caught.value.wait == timedelta(hours=1)
    assert clock.slept == []


def test_a_mistake_of_ours_comes_through(attempt: Attempt) -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(Script(ZeroDivisionError()))


def test_every_refusal_is_a_sentence(attempt: Attempt) -> None:
    for failure in (*RATES, *NEVER_SENT, *PERHAPS):
        with pytest.raises(BridgeError) as caught:
            attempt(Script(*[failure] * 60), idempotent=False)
        assert str(caught.value).endswith(("tried again.", "will look."))


class TestMinuteBuckets:
    def test_the_sixty_first_call_waits(self, clock: FakeClock) -> None:
        buckets = MinuteBuckets(clock)
        for _ in range(60):
            buckets.wait("sheets-read")
        assert clock.slept == []
        buckets.wait("sheets-read")
        assert clock.slept == [61]
        buckets.wait("sheets-write")
        assert clock.slept == [61]

    def test_any_minute_holds_no_more_than_its_limit(self, clock: FakeClock) -> None:
        buckets = MinuteBuckets(clock, {"gmail": 100})
        sent: list[datetime] = []
        for number in range(40):
            buckets.wait("gmail", 30)
            sent.append(clock.now())
            clock.at += timedelta(seconds=number % 7)
        for at in sent:
            assert sum(30 for other in sent if at <= other < at + timedelta(seconds=60)) <= 100

    def test_more_than_a_minute_has_waits_for_an_empty_one(self, clock: FakeClock) -> None:
        buckets = MinuteBuckets(clock, {"drive": 10})
        buckets.wait("drive", 50)
        assert clock.slept == []
        buckets.wait("drive", 1)
        assert clock.slept == [61]

    def test_a_clock_that_stands_still_holds_nobody(self) -> None:
        class Frozen(FakeClock):
            def sleep(self, seconds: float) -> None:
                self.slept.append(seconds)

        clock = Frozen()
        buckets = MinuteBuckets(clock, {"drive": 1})
        for _ in range(4):
            buckets.wait("drive")
        assert len(clock.slept) == 3
