"""Google's token endpoint: who may have a token, for whom, for what."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from cast import BADGES, ROBOT, SCOPES, TEACHER
from google.auth import crypt, jwt
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request

from bridge.sandbox.oauth import AUDIENCE, GRANT, new_service_account
from bridge.sandbox.server import Sandbox

NARROW = "https://www.googleapis.com/auth/drive.readonly"


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"iss": ROBOT, "scope": NARROW, "aud": AUDIENCE, "iat": now, "exp": now + 3600} | changed
    return {name: value for name, value in whole.items() if value is not None}


@pytest.fixture
def ask(sandbox: Sandbox, key: dict[str, Any]) -> Callable[..., requests.Response]:
    """Ask for a token with an assertion of one's own making."""

    def post(assertion: bytes | None = None, grant: str = GRANT, **changed: Any) -> requests.Response:
        signed = assertion or jwt.encode(crypt.RSASigner.from_service_account_info(key), claims(**changed))
        form = {"grant_type": grant, "assertion": signed.decode()}
        return requests.post(f"{sandbox.url}/oauth2.googleapis.com/token", data=form, timeout=5)

    return post


def test_a_good_assertion_gets_a_token_for_an_hour(ask: Callable[..., requests.Response]) -> None:
    answer = ask()
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "expires_in", "token_type"}
    assert answer.json()["expires_in"] == 3599


@pytest.mark.parametrize(
    ("changed", "status", "error", "word"),
    [
        ({"iss": "nobody@sandbox.iam.gserviceaccount.com"}, 400, "invalid_grant", "account not found"),
        ({"aud": "http://127.0.0.1/token"}, 400, "invalid_grant", "audience"),
        ({"exp": 0}, 400, "invalid_grant", "short-lived"),
        (
            {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
            400,
            "invalid_grant",
            "reasonable timeframe",
        ),
        ({"exp": int(time.time()) + 86_400}, 400, "invalid_grant", "60 minutes"),
        ({"iat": None}, 400, "invalid_grant", "iat"),
        ({"scope": None}, 400, "invalid_scope", "scope"),
        ({"sub": "gone@district.example"}, 400, "invalid_grant", "Invalid email"),
        ({"sub": "someone@elsewhere.example"}, 401, "unauthorized_client", "not authorized"),
        ({"sub": TEACHER, "scope": "https://mail.google.com/"}, 401, "unauthorized_client", "not authorized"),
        ({"sub": TEACHER, "scope": f"{NARROW} {SCOPES[0]}"}, 401, "unauthorized_client", "not authorized"),
        ({"grant": "password"}, 400, "unsupported_grant_type", "password"),
    ],
)
def test_a_refusal(
    ask: Callable[..., requests.Response], changed: dict[str, Any], status: int, error: str, word: str
) -> None:
    answer = ask(**changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert word in answer.json()["error_description"]


def test_a_stranger_can_not_sign_for_the_robot(ask: Callable[..., requests.Response], sandbox: Sandbox) -> None:
    stranger = new_service_account(sandbox.world, "stranger@sandbox.iam.gserviceaccount.com", sandbox.url)
    signer = crypt.RSASigner.from_service_account_info(stranger)
    assert "Signature" in ask(jwt.encode(signer, claims(), key_id="x")).json()["error_description"]
    own_words = jwt.encode(crypt.RSASigner.from_string(stranger["private_key"]), claims())
    assert "Signature" in ask(own_words).json()["error_description"]


@pytest.mark.parametrize("assertion", [b"nonsense", b"a.b.c", b"e30.e30.e30"])
def test_what_is_no_assertion(ask: Callable[..., requests.Response], assertion: bytes) -> None:
    assert ask(assertion).json()["error"] == "invalid_grant"


def test_an_unsigned_assertion_is_refused(ask: Callable[..., requests.Response]) -> None:
    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    unsigned = b".".join([part({"alg": "none"}), part(claims()), b""])
    assert "Signature" in ask(unsigned).json()["error_description"]


def test_google_auth_acts_for_a_member(sandbox: Sandbox, signed: Callable[..., Any]) -> None:
    credentials = signed(BADGES)
    credentials.refresh(Request())
    caller = sandbox.workspace.tokens.caller(f"Bearer {credentials.token}")
    assert caller is not None
    assert (caller.email, caller.service_account, caller.delegated) == (BADGES, ROBOT, True)
    with pytest.raises(RefreshError, match="unauthorized_client"):
        signed("someone@elsewhere.example").refresh(Request())


def test_a_token_that_was_made_invalid_is_asked_for_anew(sandbox: Sandbox, session: Callable[..., Any]) -> None:
    http = session(BADGES)
    url = f"{sandbox.url}/gmail.googleapis.com/gmail/v1/users/me/profile"
    http.get(url).raise_for_status()
    requests.delete(f"{sandbox.url}/_sandbox/tokens", timeout=5).raise_for_status()
    assert http.get(url).status_code == 200
    assert sandbox.counts() == {"oauth2.token": 2, "gmail.users.getProfile": 3}  # one of them a 401


def test_tokens_end_on_real_time(sandbox: Sandbox, session: Callable[..., Any]) -> None:
    http = session(BADGES)
    url = f"{sandbox.url}/gmail.googleapis.com/gmail/v1/users/me/profile"
    http.get(url).raise_for_status()
    requests.post(f"{sandbox.url}/_sandbox/clock", json={"move": 365 * 86_400}, timeout=5)
    assert http.get(url).status_code == 200
    assert sandbox.counts()["oauth2.token"] == 1


def test_the_key_file_has_googles_shape(key: dict[str, Any], sandbox: Sandbox) -> None:
    assert key["type"] == "service_account"
    assert key["token_uri"] == f"{sandbox.url}/oauth2.googleapis.com/token"
    signer = crypt.RSASigner.from_service_account_info(key)
    assert sandbox.world.service_accounts[ROBOT].key_id == key["private_key_id"] == signer.key_id
