"""The picture of a vendor's badge is fetched from wherever the vendor says, and from nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bridge.backends.pictures import NoPicture, fetch_picture
from bridge.errors import Refused, TryLater
from tests.fakes import story
from tests.fakes.web_server import LOOPBACK, running

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
ELSEWHERE = "https://api.credly.com"


@dataclass
class Gallery:
    """A server whose every path answers as it was told."""

    url: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def hang(self, path: str, content: bytes, status: int = 200, **headers: str) -> str:
        self.answers[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
        return self.url + path

    def lead(self, path: str, to: str) -> str:
        return self.hang(path, b"", 302, Location=to, Set_Cookie="known=yes")


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    told = Gallery()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(dict(self.headers.items()))
            status, headers, content = told.answers[self.path]
            self.send_response_only(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with running(ThreadingHTTPServer(LOOPBACK, Door)) as told.url:
        yield told


@pytest.mark.parametrize("picture", [story.artwork(), SVG, b'<?xml version="1.0"?>\n' + SVG])
def test_a_png_or_svg_comes_back_as_it_is(gallery: Gallery, picture: bytes) -> None:
    assert fetch_picture(gallery.hang("/a", picture), gallery.url) == picture


def test_up_to_three_redirects_are_followed_and_no_cookie_goes_along(gallery: Gallery) -> None:
    gallery.hang("/4", SVG)
    for number in (3, 2, 1):
        gallery.lead(f"/{number}", f"/{number + 1}")
    assert fetch_picture(f"{gallery.url}/1", gallery.url) == SVG
    assert len(gallery.asked) == 4
    assert not any({"Cookie", "Authorization"} & set(headers) for headers in gallery.asked)
    gallery.lead("/0", "/1")
    with pytest.raises(TryLater, match="without an end"):
        fetch_picture(f"{gallery.url}/0", gallery.url)


def test_the_servers_own_host_is_asked_as_the_settings_say(gallery: Gallery) -> None:
    """A server behind a proxy often believes that it is another port, or scheme, than it is."""
    gallery.hang("/media/a.png", SVG)
    first = gallery.lead("/a", "https://127.0.0.1/media/a.png")
    assert fetch_picture(first, gallery.url) == SVG


@pytest.mark.parametrize("status", [404, 410])
def test_nothing_there_is_a_refusal_of_its_own(gallery: Gallery, status: int) -> None:
    with pytest.raises(NoPicture, match=str(status)):
        fetch_picture(gallery.hang("/a", b"", status), gallery.url)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"\xff\xd8\xff\xe0 a JPEG", Refused, "neither a PNG nor an SVG"),
        (b"", Refused, "neither a PNG nor an SVG"),
        (b"\n<!DOCTYPE html><p>Sign in", TryLater, "a web page answered"),
    ],
)
def test_what_is_no_picture_is_not_taken(gallery: Gallery, content: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        fetch_picture(gallery.hang("/a", content), gallery.url)
    assert type(caught.value) is error


def test_a_picture_has_a_largest_size(gallery: Gallery) -> None:
    url = gallery.hang("/a", story.artwork())
    assert fetch_picture(url, gallery.url, most=len(story.artwork())) == story.artwork()
    with pytest.raises(Refused, match="more than"):
        fetch_picture(url, gallery.url, most=len(story.artwork()) - 1)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_server_in_trouble_is_asked_again_later(gallery: Gallery, status: int) -> None:
    with pytest.raises(TryLater, match=f"answered {status}"):
        fetch_picture(gallery.hang("/a", b"", status), gallery.url)


def test_half_a_picture_is_none(gallery: Gallery) -> None:
    url = gallery.hang("/a", story.artwork(), Content_Length=str(len(story.artwork()) + 1))
    with pytest.raises(TryLater, match="could not be fetched"):
        fetch_picture(url, gallery.url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1:1/a.png", "private network"),
        ("https://10.0.0.1/a.png", "private network"),
        ("https://[::1]/a.png", "private network"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
        ("https://localhost/a.png", "private network"),
        ("http://images.example/a.png", "begins with http"),
        ("http://127.0.0.1/a.png", "begins with http"),
        ("file:///etc/passwd", "not a web address"),
        ("https://who@images.example/a.png", "not a web address"),
        ("https:///a.png", "not a web address"),
        ("https://[/a.png", "could not be fetched"),
    ],
)
def test_a_vendor_can_lead_nobody_into_this_network(url: str, words: str) -> None:
    with pytest.raises(TryLater, match=words):
        fetch_picture(url, ELSEWHERE)


def test_only_a_server_on_loopback_may_lead_to_loopback(gallery: Gallery) -> None:
    picture = gallery.hang("/a", SVG)
    assert fetch_picture(picture, "http://127.0.0.1:1") == SVG
    with pytest.raises(TryLater, match="private network"):
        fetch_picture(gallery.lead("/b", "https://10.0.0.1/a.png"), gallery.url)
