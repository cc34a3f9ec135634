"""A badge of unknown origin names addresses; nothing inside of this network is asked for them."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bridge.site.foreign import LARGEST, is_public, web_fetch


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/",
        "file:///etc/hostname",
        "ftp://8.8.8.8/",
        "https://127.0.0.1/issuer.json",
        "https://127.1.2.3:8443/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://localhost/",
        "https://user:password@8.8.8.8/",
        "https://",
    ],
)
def test_no_address_inside_of_a_network_is_asked(url: str) -> None:
    assert not is_public(url)
    assert web_fetch(url) is None


@pytest.mark.parametrize("url", ["https://8.8.8.8/", "https://8.8.8.8:8443/did.json", "https://[2606:4700::1111]/x"])
def test_the_open_internet_may_be_asked(url: str) -> None:
    assert is_public(url)


class Host(BaseHTTPRequestHandler):
    """Redirects /to/…, sends a bomb at /bomb, else what it was asked with."""

    asked: list[str] = []  # noqa: RUF012  # one list for the one server of a test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        body = gzip.compress(bytes(LARGEST * 16)) if self.path == "/bomb" else self.headers.as_bytes()
        self.send_response(200)
        if self.path == "/bomb":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def host() -> Iterator[str]:
    Host.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), Host)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_redirect_into_the_network_is_not_followed() -> None:
    with host() as url:
        assert web_fetch(f"{url}/to//secret", lambda asked: "/to/" in asked) is None
        assert Host.asked == ["/to//secret"]
        assert web_fetch(f"{url}/to//plain", lambda asked: True) is not None
        assert web_fetch(f"{url}" + "/to/" * 9, lambda asked: True) is None


def test_what_is_packed_to_burst_is_not_read_to_its_end() -> None:
    with host() as url:
        assert web_fetch(f"{url}/bomb", lambda asked: True) is None


def test_nobody_gets_the_passwords_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with host() as url:
        told = web_fetch(url, lambda asked: True) or b""
    assert b"User-Agent" in told
    assert b"Authorization" not in told
