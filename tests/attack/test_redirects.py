"""Redirects with something behind them: what `requests` reads of an answer by itself, we do not ask it to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bridge.backends import badgr, credly
from bridge.backends.badgr.explain import Errand
from bridge.backends.badgr.wire import Wire as BadgrWire
from bridge.backends.credly.wire import Wire as CredlyWire
from bridge.backends.pictures import fetch_picture
from bridge.errors import BridgeError
from bridge.openbadges.errors import OutOfReach
from bridge.site.foreign import web
from bridge.site.public import get_page
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.quota import FakeQuota
from tests.fakes.web_server import LOOPBACK, running

PIECE, PIECES = bytes(1 << 20), 64
MOST = 12  # pieces: two answers of at most 5 MB, and what fills the pipes

ODD = (
    "http://[",
    "http://a:b:c/",
    f"http://{'a' * 70}.example/",
    "\xff\xfe",
    "http://exa mple/",
    "https://\xad.example",
)


class Redirect(BaseHTTPRequestHandler):
    """Leads somewhere, with a long body."""

    protocol_version = "HTTP/1.1"
    to, pieces = "/elsewhere", PIECES
    sent: list[int]

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(302)
        self.send_header("Location", self.to)
        self.send_header("Content-Length", str(len(PIECE) * self.pieces))
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(self.pieces):
                self.wfile.write(PIECE)
                self.sent.append(1)
        except OSError:  # they hung up
            return

    do_POST = do_GET

    def log_message(self, *told: object) -> None:
        """Nothing is logged."""


@contextmanager
def leading(to: str, pieces: int = PIECES) -> Iterator[tuple[str, list[int]]]:
    """A server whose every answer leads *to* somewhere; yield its address, and a list that grows as it sends."""
    sent: list[int] = []
    handler = type("Leading", (Redirect,), {"to": to, "pieces": pieces, "sent": sent})
    with running(ThreadingHTTPServer(LOOPBACK, handler)) as url:
        yield url, sent


def at_badgr(url: str) -> object:
    wire = BadgrWire(badgr.Account(url, "issuer", {}), FakeClock(story.NOON), FakeQuota())
    return wire.send(Errand("issue it", write=True), "POST", "/v2/x", token="t", json={}).status


def at_credly(url: str) -> object:
    return CredlyWire(credly.Account(url, "org", {}, token="t"), FakeQuota()).ask("POST", "x", body={}).status


WAYS: dict[str, Callable[[str], object]] = {
    "a check": lambda url: web(allow_private=True)(f"{url}/badge.json"),
    "a picture": lambda url: fetch_picture(f"{url}/badge.png", url),
    "our page": lambda url: get_page(f"{url}/page.html", url),
    "Badgr": at_badgr,
    "Credly": at_credly,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_stands_behind_a_redirect_is_not_read(way: str) -> None:
    with leading("/elsewhere") as (url, sent):
        with pytest.raises((BridgeError, OutOfReach)):
            WAYS[way](url)
        asked = {"Badgr": 1, "Credly": 1}.get(way, 6)
        assert len(sent) <= MOST * asked


@pytest.mark.parametrize("to", ODD)
@pytest.mark.parametrize("way", ["Badgr", "Credly"])
def test_where_an_answer_leads_is_nobody_s_matter(way: str, to: str) -> None:
    with leading(to, pieces=0) as (url, _):
        assert WAYS[way](url) == 302
