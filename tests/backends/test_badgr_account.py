"""Badgr: the account, its tokens, and servers that are not what [badgr] says."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bridge.backends.badgr import Badgr
from bridge.errors import BadgeClosed, InDoubt, LedgerBusy, Refused, TryLater
from bridge.model import Token
from tests.backends.badgr_town import account, backend, made, order
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.quota import FakeQuota
from tests.fakes.tls import certified
from tests.fakes.web_server import LOOPBACK, running, serving
from tests.peers.badgr_server import BadgrServer

BADGR = story.achievement()


def kept(tokens: Tokens) -> Token:
    assert tokens.kept is not None
    return tokens.kept


# ── tokens ───────────────────────────────────────────────────────────────────


def test_one_log_in_serves_every_process(server: BadgrServer) -> None:
    tokens = Tokens()
    for n in range(3):
        made(server, backend(server, tokens), order(n))
    assert len(server.calls("token")) == 1
    assert kept(tokens).expires_at == server.clock.now() + timedelta(days=1)


def test_a_token_is_renewed_by_whoever_meets_its_end_and_the_others_take_the_new_one(server: BadgrServer) -> None:
    tokens = Tokens()
    one, other = backend(server, tokens), backend(server, tokens)
    one.find(order())
    first = kept(tokens)
    server.expire_tokens()
    for badgr in (one, other, one):
        badgr.find(order())
    assert len(server.calls("token")) == 2
    assert {first.access, first.refresh}.isdisjoint((kept(tokens).access, kept(tokens).refresh))


class Late(Tokens):
    """A store whose next reader comes a moment before another process has written *meanwhile* into it."""

    meanwhile: Token | None = None

    def token(self, backend: str) -> Token | None:
        found, self.kept = self.kept, self.meanwhile or self.kept
        self.meanwhile = None
        return found


def test_a_token_that_another_process_has_renewed_meanwhile_is_taken(server: BadgrServer) -> None:
    tokens, late = Tokens(), Late()
    backend(server, tokens).find(order())
    old = kept(tokens)
    server.expire_tokens()
    backend(server, tokens).find(order())
    late.kept, late.meanwhile = old, kept(tokens)
    made(server, backend(server, late), order())
    assert len(server.calls("token")) == 2
    assert late.kept == kept(tokens)


class Slow(FakeClock):
    """A clock on which something happens while somebody sleeps."""

    happens: Any = None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.happens:
            self.happens()


def test_whoever_comes_too_late_with_a_refresh_token_waits_for_the_pair_of_who_was_first() -> None:
    clock = Slow(story.NOON + timedelta(hours=1))
    with BadgrServer(clock) as server:
        first, second = Tokens(), Tokens()
        backend(server, first).find(order())
        second.kept = replace(kept(first))
        server.expire_tokens()
        backend(server, first).find(order())  # has the new pair, and has not written it down yet
        clock.happens = lambda: second.keep_token("badgr", kept(first))
        made(server, backend(server, second, username="", password="", refresh_token="given"), order())
        assert second.kept == kept(first)
        assert second.kept.blocked_until is None


def test_without_a_refresh_token_the_password_is_used_again(server: BadgrServer) -> None:
    server.refresh_tokens = False
    tokens = Tokens()
    badgr = backend(server, tokens)
    badgr.find(order())
    assert kept(tokens).refresh == ""
    server.expire_tokens()
    made(server, badgr, order())
    assert len(server.calls("token")) == 2


def test_the_new_pair_is_kept_before_it_is_used(server: BadgrServer) -> None:
    used: list[bool] = []

    class Watched(Tokens):
        def keep_token(self, backend: str, token: Token) -> None:
            used.append(any(token.access in call.headers.get("Authorization", "") for call in server.requests))
            super().keep_token(backend, token)

    badgr = backend(server, Watched())
    badgr.find(order())
    server.expire_tokens()
    badgr.find(order())
    assert used == [False, False]


def test_a_refresh_token_that_was_given_is_used_once_and_its_successor_kept(server: BadgrServer) -> None:
    giver = Tokens()
    backend(server, giver).find(order())
    tokens = Tokens()
    told = {"username": "", "password": "", "refresh_token": kept(giver).refresh}
    made(server, backend(server, tokens, **told), order())
    server.expire_tokens()
    made(server, backend(server, tokens, **told), order(2))
    assert len(server.calls("token")) == 3
    assert kept(tokens).refresh != kept(giver).refresh


def test_another_account_begins_afresh(server: BadgrServer) -> None:
    one = account(server)
    keys = {one.token_key("badgr"), replace(one, url="https://other.example").token_key("badgr")}
    keys |= {replace(one, username="other").token_key("badgr"), replace(one, refresh_token="x").token_key("badgr")}
    assert len(keys) == 4
    assert replace(one, password="new", url=f"{one.url}/").token_key("badgr") in keys
    assert all(one.username not in key and key.startswith("badgr ") for key in keys)


def test_the_fork_s_cookies_are_not_kept() -> None:
    with BadgrServer(FakeClock(), fork=True) as server:
        tokens = Tokens()
        badgr = backend(server, tokens)
        badgr.find(order())
        server.expire_tokens()
        made(server, badgr, order(narrative="Well done 🎉"))
        assert all("Cookie" not in call.headers for call in server.requests)
        refresh, password = server.calls("token")[-2:]
        assert (refresh.status, password.status) == (401, 200)
        assert kept(tokens).blocked_until is None


# ── log-ins that fail ────────────────────────────────────────────────────────


def test_a_wrong_password_is_tried_once_and_then_as_seldom_as_the_server_wants(server: BadgrServer) -> None:
    tokens = Tokens()
    badgr = backend(server, tokens, password="wrong")
    waits = []
    for _ in range(5):
        for _ in range(4):
            with pytest.raises(TryLater, match="BADGE_BRIDGE_BADGR_PASSWORD") as error:
                badgr.issue(order(), BADGR)
            assert error.value.wait is not None
        waits.append(error.value.wait.total_seconds())
        server.clock.sleep(error.value.wait.total_seconds())  # type: ignore[attr-defined]
    assert waits == [2, 4, 8, 16, 32]
    assert [call.status for call in server.calls("token")] == [400] * 5
    assert len(server.requests) == 5
    mended = Badgr(replace(badgr.account, password=server.password), story.SITE, server.clock, tokens, FakeQuota())
    made(server, mended, order())
    assert kept(tokens).failures == 0


def test_a_server_that_is_blocked_already_is_left_alone_as_long_as_it_says(server: BadgrServer) -> None:
    with pytest.raises(TryLater):
        backend(server, Tokens(), password="wrong").find(order())
    with pytest.raises(TryLater, match="Too many login attempts") as error:
        backend(server, Tokens()).find(order())
    assert error.value.wait == timedelta(seconds=2)


def test_a_clock_that_was_wrong_once_blocks_no_log_in_for_years(server: BadgrServer) -> None:
    now = server.clock.now()
    with pytest.raises(TryLater, match="before"):
        backend(server, Tokens(Token(blocked_until=now + timedelta(hours=1)))).find(order())
    made(server, backend(server, Tokens(Token(blocked_until=now + timedelta(days=400)))), order())


def test_a_refresh_token_that_is_dead_is_not_tried_for_each_award(server: BadgrServer) -> None:
    badgr = backend(server, Tokens(), password="", refresh_token="dead")
    for _ in range(3):
        with pytest.raises(TryLater):
            badgr.issue(order(), BADGR)
    assert len(server.requests) == 1


def test_there_is_nothing_to_log_in_with(server: BadgrServer) -> None:
    with pytest.raises(TryLater, match=r"Fill in \[badgr\] username"):
        backend(server, username="", password="").find(order())
    assert server.requests == []


def test_a_ledger_that_is_busy_is_no_matter_of_one_award(server: BadgrServer) -> None:
    class Busy(Tokens):
        def token(self, backend: str) -> Token | None:
            raise LedgerBusy("busy")

    badgr = backend(server, Busy(), batch=5)
    for call in (lambda: badgr.issue(order(), BADGR), lambda: badgr.issue_all([order()], BADGR)):
        with pytest.raises(LedgerBusy):
            call()


def test_an_account_that_may_not_issue(server: BadgrServer) -> None:
    badgr = backend(server, username=server.stranger.email, password=server.stranger.password)
    with pytest.raises(BadgeClosed, match="may not award it, or both are in different regions"):
        badgr.issue(order(), BADGR)
    assert badgr.survey().badges == ()
    with pytest.raises(TryLater, match="no such issuer"):
        badgr.acceptance([replace(story.credential(), backend_ref="x")])


def test_a_server_in_another_region(server: BadgrServer) -> None:
    with BadgrServer(server.clock) as elsewhere:
        badgr = backend(server, url=elsewhere.url, password=elsewhere.password)
        with pytest.raises(BadgeClosed, match="regions"):
            badgr.issue(order(), BADGR)
        assert badgr.survey().badges == ()
        assert elsewhere.assertions == []


# ── what is no Badgr server ──────────────────────────────────────────────────


def test_the_address_of_a_web_site(server: BadgrServer, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Welcome</h1>")
    with serving(tmp_path) as url:  # answers a POST with 501
        with pytest.raises(TryLater, match="501"):
            backend(server, url=url).find(order())
        kept = Tokens(Token("access"))
        with pytest.raises(TryLater, match=r"Correct \[badgr\] url"):
            backend(server, kept, url=url).find(order())


@pytest.mark.parametrize("operation", ["token", "assertion_list"])
def test_a_page_instead_of_an_answer(server: BadgrServer, operation: str) -> None:
    server.faults.next(operation, "html_200")
    with pytest.raises(TryLater, match=r"Correct \[badgr\] url") as error:
        backend(server).find(order())
    assert "Sign in" not in str(error.value)


def test_an_answer_without_an_end(server: BadgrServer) -> None:
    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.end_headers()
            piece = b" " * 65536
            for _ in range(200):
                self.wfile.write(piece)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

    with running(ThreadingHTTPServer(LOOPBACK, Endless)) as url:
        badgr = backend(server, Tokens(Token("access")), url=url)
        with pytest.raises(TryLater, match="more than 5 MB came"):
            badgr.find(order())
        with pytest.raises(InDoubt, match="more than 5 MB came"):
            badgr.issue(order(), BADGR)


def test_a_password_is_not_sent_in_clear(server: BadgrServer) -> None:
    for url in ("http://badgr.example", "ftp://127.0.0.1", "badgr.example", ""):
        with pytest.raises(TryLater, match="must start with https"):
            backend(server, url=url).find(order())


def test_a_name_that_nobody_knows(server: BadgrServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*place: object, **how: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    badgr = backend(server, Tokens(Token("access")), url="https://badgr.example")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TryLater, match="nobody knows this name"):
        badgr.issue(order(), BADGR)


def test_an_unknown_certificate_is_told_as_such_and_nothing_was_sent(
    tmp_path: Path, server: BadgrServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certified(tmp_path, monkeypatch)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    secure = ThreadingHTTPServer(LOOPBACK, BaseHTTPRequestHandler)
    secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
    with running(secure, "https") as url:
        for badgr in (backend(server, url=url), backend(server, Tokens(Token("access")), url=url)):
            with pytest.raises(TryLater, match="its certificate does not count"):
                badgr.issue(order(), BADGR)


def test_a_server_that_speaks_no_tls(server: BadgrServer) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(TryLater, match="no encryption could be agreed on"):
        backend(server, Tokens(Token("access")), url=url).issue(order(), BADGR)


def test_no_proxy_leads_to_this_machine(server: BadgrServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    made(server, backend(server), order())


def test_a_proxy_that_is_down_has_passed_nothing_on(server: BadgrServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(TryLater, match="can't be reached"):
        backend(server, Tokens(Token("access")), url="https://badgr.example").issue(order(), BADGR)


# ── secrets ──────────────────────────────────────────────────────────────────


def test_nothing_secret_is_shown(server: BadgrServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bridge")
    tokens = Tokens()
    badgr = backend(server, tokens)
    found = badgr.issue(order(), BADGR)
    said = [repr(badgr), repr(tokens.kept)]
    stranger = replace(order(), award=story.AWARD, recipient="Teacher1@lakeview.example")
    server.faults.next("revoke", "500")
    for call in (
        lambda: badgr.issue(stranger, BADGR),
        lambda: badgr.issue(order(2, recipient="no-address@"), BADGR),
        lambda: badgr.revoke(order(), found, "", story.NOON),
        lambda: backend(server, url=server.url, password="geheim").find(order()),
        lambda: backend(server, tokens, issuer="nothere").find(order()),
    ):
        with pytest.raises(Exception, match="Badgr server") as error:
            call()
        said.append(str(error.value))
    said += [record.getMessage() for record in caplog.records]
    assert len(said) >= 10
    everything = "\n".join(said).lower()
    for secret in (server.password, "geheim", kept(tokens).access, kept(tokens).refresh, "teacher1"):
        assert secret not in everything


class Narrow(BaseHTTPRequestHandler):
    """Lets everybody in, and says of any award that it is too large."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        token = b'{"access_token": "a", "scope": "rw:issuer"}'
        status, kind, body = (200, "application/json", token) if self.path == "/o/token" else (413, *TOO_LARGE)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: object) -> None:
        """Nothing is logged."""


TOO_LARGE = ("application/json", b'{"status": {"success": false, "description": "Request Entity Too Large"}}')


def test_what_is_larger_than_the_server_takes_waits_for_a_person() -> None:
    with running(ThreadingHTTPServer(LOOPBACK, Narrow)) as url, BadgrServer(FakeClock(story.NOON)) as elsewhere:
        narrow = backend(elsewhere, url=url)
        with pytest.raises(Refused, match="refused the badge of 1-1: the award is too large"):
            narrow.issue(order(), story.achievement())
