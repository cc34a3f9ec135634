"""Planned misfortunes: refusals, cut lines, silence."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
import requests
from cast import BADGES, TEACHER

from bridge.sandbox.server import Sandbox


def test_the_nth_call_fails_and_the_next_does_not(sandbox: Sandbox, form: str, session: Callable[..., Any]) -> None:
    sandbox.fault("forms.forms.get", "429", nth=2, retry_after=7)
    http, url = session(), f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}"
    answers = [http.get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].headers["retry-after"] == "7"
    assert answers[1].json()["error"]["status"] == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize(
    ("kind", "reason"), [("403-rate", "userRateLimitExceeded"), ("403-storage", "storageQuotaExceeded")]
)
def test_both_kinds_of_403(sandbox: Sandbox, photo: str, session: Callable[..., Any], kind: str, reason: str) -> None:
    sandbox.fault("drive.files.get", kind)
    answer = session().get(f"{sandbox.url}/www.googleapis.com/drive/v3/files/{photo}")
    [one] = answer.json()["error"]["errors"]
    assert (answer.status_code, one["domain"], one["reason"]) == (403, "usageLimits", reason)


@pytest.mark.parametrize(
    ("kind", "made"), [("close-before", 0), ("close-after", 1), ("hang-after", 1), ("503-after", 1)]
)
def test_an_ambiguous_end(sandbox: Sandbox, session: Callable[..., Any], kind: str, made: int) -> None:
    http = session(BADGES)
    http.get(f"{sandbox.url}/gmail.googleapis.com/gmail/v1/users/me/profile").raise_for_status()
    sandbox.fault("gmail.users.drafts.create", kind, nth=1, seconds=0.2)
    url = f"{sandbox.url}/gmail.googleapis.com/gmail/v1/users/me/drafts"
    body = {"message": {"raw": "VG86IGFAYi5jCgpoaQ=="}}
    if kind == "503-after":
        assert http.post(url, json=body).status_code == 503
    else:
        with pytest.raises(requests.ConnectionError):
            http.post(url, json=body)
    assert len(sandbox.world.gmail.mailbox(BADGES).drafts) == made
    assert sandbox.workspace.calls.calls[-1].status == (503 if kind == "503-after" else 0)


def test_googles_client_sends_a_post_again_by_itself(sandbox: Sandbox, client: Callable[..., Any]) -> None:
    """Why mail never goes through httplib2: a cut line makes it send twice, even with retries off."""
    api = client("gmail", "v1", BADGES).users()
    api.getProfile(userId="me").execute()
    sandbox.fault("gmail.users.messages.send", "close-after", nth=1)
    raw = "VG86IHRvbUBkaXN0cmljdC5leGFtcGxlCgpoaQ=="
    api.messages().send(userId="me", body={"raw": raw}).execute(num_retries=0)
    assert len(sandbox.world.gmail.mailbox(TEACHER).messages) == 2


def test_a_hanging_call_does_not_block_others(sandbox: Sandbox, form: str, session: Callable[..., Any]) -> None:
    http, url = session(), f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}"
    http.get(url).raise_for_status()
    sandbox.fault("forms.forms.get", "hang", nth=1, seconds=30)
    ends: list[type[BaseException]] = []

    def wait() -> None:
        with pytest.raises(requests.ReadTimeout) as caught:
            http.get(url, timeout=3)
        ends.append(caught.type)

    hanging = Thread(target=wait)
    hanging.start()
    time.sleep(0.1)
    begun = time.monotonic()
    assert requests.get(f"{sandbox.url}/_sandbox/clock", timeout=5).ok
    assert time.monotonic() - begun < 2  # before the other one gives up
    hanging.join()
    assert ends == [requests.ReadTimeout]


def test_the_token_endpoint_can_fail_too(sandbox: Sandbox, form: str, session: Callable[..., Any]) -> None:
    requests.post(f"{sandbox.url}/_sandbox/faults", json={"method": "oauth2.token", "kind": "503", "nth": 1}, timeout=5)
    answer = session().get(f"{sandbox.url}/forms.googleapis.com/v1/forms/{form}")
    assert answer.status_code == 200  # google-auth tries again
    assert sandbox.counts()["oauth2.token"] == 2


def test_a_fault_for_no_method_is_refused(sandbox: Sandbox) -> None:
    for entry in ({"method": "drive.files.juggle", "kind": "429"}, {"method": "drive.files.get", "kind": "boom"}):
        answer = requests.post(f"{sandbox.url}/_sandbox/faults", json=entry, timeout=5)
        assert answer.status_code == 400
    missing = requests.post(f"{sandbox.url}/_sandbox/faults", json={"kind": "429"}, timeout=5)
    assert missing.json()["error"]["message"] == "Missing: method"
