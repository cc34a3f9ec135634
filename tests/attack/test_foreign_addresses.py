"""A badge of unknown origin names addresses; nothing inside of this network is asked for them."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from bridge.openbadges.errors import OutOfReach
from bridge.site.door import is_outside
from bridge.site.foreign import LARGEST, Web, offline, web
from tests.fakes.tls import HERE, certified
from tests.fakes.web_server import running

NEXT_DOOR = "127.0.0.2"


def only_here(address: str) -> bool:
    """Stand in for the open internet: one address of this machine, and no other."""
    return str(ip_address(address)) == HERE


def plain(**options: Any) -> Web:
    return Web(only_here, schemes=("http", "https"), **options)


def reason(ask: Any, url: str) -> str:
    with pytest.raises(OutOfReach) as caught:
        ask(url)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/issuer.json",
        "https://127.1.2.3:8443/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fec0::1]/",
        "https://[fd00::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://localhost/",
    ],
)
def test_no_address_inside_of_a_network_is_asked(url: str) -> None:
    assert "leads into a private network" in reason(Web(), url)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://8.8.8.8/", "begins with http"),
        ("file:///etc/hostname", "not a web address"),
        ("ftp://8.8.8.8/", "not a web address"),
        ("https://user:password@8.8.8.8/", "not a web address"),
        ("https://", "not a web address"),
        ("https://[", "could not be asked"),
        ("https://8.8.8.8:99999/", "could not be asked"),
        ("did:web:x.example", "not a web address"),
    ],
)
def test_only_web_addresses_are_asked(url: str, word: str) -> None:
    assert word in reason(Web(), url)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::"])
def test_the_open_internet_may_be_asked(address: str) -> None:
    assert is_outside(address)


class Host(BaseHTTPRequestHandler):
    """Redirects /to/…, drips at /drip and /slow, sends a bomb at /bomb, else what it was asked with."""

    asked: list[str] = []  # noqa: RUF012  # one list for all servers of a test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answers = {"/bomb": self.bomb, "/drip": self.drip, "/slow": self.slow, "/large": self.large, "/gone": self.gone}
        answers["/over"] = self.over
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", unquote(self.path.removeprefix("/to/"), "latin-1"))
            self.end_headers()
        else:
            answers.get(urlsplit(self.path).path, self.echo)()  # a proxy is asked for whole addresses

    def echo(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers.as_bytes())

    def gone(self) -> None:
        self.send_response(410)
        self.end_headers()
        self.wfile.write(b'{"revoked": true}')

    def over(self) -> None:
        self.send_response(410)
        self.end_headers()
        self.wfile.write(b'{"id": "https://x.example/did.json"}')

    def bomb(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(gzip.compress(bytes(LARGEST + 1)))

    def large(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.send(bytes(64 * 1024) for _ in range(LARGEST))

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.send(b"x" for _ in range(200) if time.sleep(0.05) is None)

    def slow(self) -> None:
        self.send(b"H" for _ in range(200) if time.sleep(0.05) is None)

    def send(self, pieces: Iterator[bytes]) -> None:
        """Send as much as the other side takes."""
        try:
            for piece in pieces:
                self.wfile.write(piece)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def host(address: str = HERE, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    Host.asked.clear()
    server = Server((address, 0), Host)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with running(server, "https" if tls else "http") as url:
        yield url


def test_a_redirect_into_the_network_is_not_followed() -> None:
    with host() as url, host(NEXT_DOOR) as inside:
        assert "leads into a private network" in reason(plain(), f"{url}/to/{inside}/secret")
        assert Host.asked == [f"/to/{inside}/secret"]
        assert b"User-Agent" in plain()(f"{url}/to//plain")
        assert "without an end" in reason(plain(), f"{url}" + "/to/" * 9)


def test_a_redirect_to_another_site_is_followed_only_where_nobody_s_word_hangs_on_it() -> None:
    with host() as url, host(NEXT_DOOR) as other:
        public: dict[str, Any] = {"may_connect": bool, "schemes": ("http",)}
        assert "leads to another site" in reason(Web(**public), f"{url}/to/{other}/a.json")
        assert b"User-Agent" in Web(**public, wander=True)(f"{url}/to/{other}/a.json")
        assert "answered that it is gone" in reason(Web(**public), f"{url}/over")


@pytest.mark.parametrize("hidden", ["%09", "%0b", "%1f", "%20", "%7f", "%c2%ad", "%e3%80%82"])
def test_a_redirect_that_readers_take_for_different_addresses_is_not_followed(hidden: str) -> None:
    """What the page's own address names and what is asked would be two hosts; some leave a tab away, some do not."""
    with host() as url, host(NEXT_DOOR) as other:
        for wander in (False, True):
            ask = Web(bool, schemes=("http",), wander=wander)
            target = other.replace("127.0.0.2", f"127.0{hidden}.0.2")
            assert "is not a web address" in reason(ask, f"{url}/to/{target}/a.json")
        assert all(path.startswith("/to/") for path in Host.asked)
        assert "not a web address" in reason(plain(), f"{url}/a\t.json")


def test_a_redirect_to_http_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with host(tls=certified(tmp_path, monkeypatch)) as safe, host() as url:
        assert "begins with http," in reason(Web(only_here), f"{safe}/to/{url}/plain")
        assert Host.asked == [f"/to/{url}/plain"]


def test_a_name_that_changes_its_meaning_is_asked_at_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: first the name means an allowed address, then one inside."""
    with host() as url, host(NEXT_DOOR):
        port = int(url.rpartition(":")[2])
        meanings = [HERE, NEXT_DOOR, NEXT_DOOR, NEXT_DOOR]

        def look_up(name: str, port: int, *_: Any, **__: Any) -> list[Any]:
            address = meanings.pop(0) if name == "rebind.example" else name
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        address = f"http://rebind.example:{port}/"
        assert b"Host: rebind.example" in plain()(f"{address}1")
        assert "leads into a private network" in reason(plain(), f"{address}2")
        assert Host.asked == ["/1"]


def test_one_inner_address_among_several_is_enough_not_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    with host() as url:
        port = int(url.rpartition(":")[2])
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in (HERE, NEXT_DOOR)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        assert "leads into a private network" in reason(plain(), f"http://both.example:{port}/")
        assert Host.asked == []


def test_what_is_packed_to_burst_is_not_unpacked() -> None:
    with host() as url:
        assert "more than 16 MB" in reason(plain(), f"{url}/bomb")


def test_what_does_not_end_is_not_read_to_its_end() -> None:
    with host() as url:
        assert "more than 16 MB" in reason(plain(), f"{url}/large")


@pytest.mark.parametrize("path", ["/drip", "/slow"])
def test_a_server_that_drips_is_left(path: str) -> None:
    with host() as url:
        begun = time.monotonic()
        assert "took too long" in reason(plain(patience=0.5), url + path)
        assert time.monotonic() - begun < 3


def test_a_server_that_drips_over_tls_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with host(tls=certified(tmp_path, monkeypatch)) as url:
        assert "took too long" in reason(plain(patience=0.5), f"{url}/drip")


def test_nobody_gets_the_passwords_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with host() as url:
        told = plain()(url)
    assert b"User-Agent" in told
    assert b"Authorization" not in told


def test_a_proxy_is_asked_for_names_but_not_for_addresses_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names a proxy wants it to look names up; what is plainly inside is not asked of it either."""
    with host(NEXT_DOOR) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        assert b"Host: badges.example" in plain()("http://badges.example/issuer.json")
        assert "leads into a private network" in reason(plain(), "http://10.0.0.1/")
        assert "took too long" in reason(plain(patience=0.5), "http://badges.example/slow")
        assert Host.asked == ["http://badges.example/issuer.json", "http://badges.example/slow"]


def test_an_address_is_asked_once() -> None:
    with host() as url:
        ask = plain()
        assert ask(url) == ask(url)
        assert reason(ask, f"{url}/to/https://10.0.0.1/") == reason(ask, f"{url}/to/https://10.0.0.1/")
        assert len(Host.asked) == 2


def test_what_can_t_be_had_comes_with_its_reason() -> None:
    with host() as url:
        assert plain()(f"{url}/gone") == b'{"revoked": true}'
    assert "could not be asked" in reason(plain(), url)
    assert "this check is offline" in reason(offline, "https://x.example/")


def test_the_network_is_asked_if_somebody_says_so() -> None:
    with host(NEXT_DOOR) as url:
        assert b"User-Agent" in web(allow_private=True)(url)
        assert "begins with http" in reason(web(), url)


def test_a_certificate_of_nobody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certified(tmp_path, monkeypatch)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with host(tls=context) as url:
        assert "its certificate does not count" in reason(plain(), url)
