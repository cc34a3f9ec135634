"""Fetch the picture of a badge that a vendor made."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from bridge.errors import Refused, TryLater
from bridge.openbadges.findings import show
from bridge.openbadges.pictures import baking, picture
from bridge.site.door import Door, Forbidden, Straight, is_outside
from bridge.site.foreign import Anonymous, why
from bridge.site.public import is_loopback

LARGEST = 20 * 1024 * 1024  # bytes
MOST_REDIRECTS = 3
TIMEOUT = (10, 15)  # seconds to connect, seconds of silence
PATIENCE = 60  # seconds for all of it
PIECE = 16 * 1024

HEADERS = {
    "Accept": "image/png, image/svg+xml, */*;q=0.5",
    "Accept-Encoding": "identity",  # what is packed may hold a thousand times more
    "User-Agent": "badge-bridge",
}


class NoPicture(Refused):
    """There is nothing at the picture's address (404 or 410)."""


def fetch_picture(url: str, api_base: str, *, most: int = LARGEST) -> bytes:
    """Return the PNG or SVG, of at most *most* bytes, to which *url* leads over at most three redirects.

    Nothing that the vendor could know us by is sent to any host: no token, no cookie. The host of *api_base* is the
    district's own choice and may be anywhere; it is always asked as *api_base* says, whatever scheme a redirect to it
    names. Any other host is asked by https only, and not inside of this network, unless *api_base* is on loopback, as
    in tests: then loopback is open, by http as well.

    Raise NoPicture where there is nothing, Refused for what is too large or no PNG or SVG, else TryLater.
    """
    base, until = urlsplit(api_base), time.monotonic() + PATIENCE
    try:
        data = _follow(url, base, until, most)
    except Forbidden as error:
        raise TryLater(
            f"The vendor sends us to {show(url)} for the badge's picture, which leads into a private network, so it "
            "was not fetched. If this goes on, ask the vendor where its pictures are."
        ) from error
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        slow = time.monotonic() >= until
        reason = "it took too long" if slow else why(error)
        raise TryLater(f"The badge's picture could not be fetched from {show(url)}: {reason}.") from error
    if picture.is_drawing(data) or data.startswith(baking.SIGNATURE):
        return data
    if data[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise TryLater(f"At {show(url)}, where the badge's picture should be, a web page answered.")
    raise Refused(f"What lies at {show(url)} is neither a PNG nor an SVG. Give the badge such a picture there.")


def _follow(url: str, base: SplitResult, until: float, most: int) -> bytes:
    """Return what *url* leads to; raise as `fetch_picture` does, or Forbidden, or whatever `requests` raises."""
    asked = url
    for _ in range(MOST_REDIRECTS + 1):
        url, at_home = _placed(url, base)
        with Straight() as visitor:
            door = Door(_doorkeeper(base, at_home=at_home), until)
            visitor.mount("https://", door)
            visitor.mount("http://", door)
            visitor.trust_env = not is_loopback(urlsplit(url).hostname or "")  # no proxy leads to this machine
            with visitor.get(
                url, timeout=TIMEOUT, stream=True, allow_redirects=False, auth=Anonymous(), headers=HEADERS
            ) as answer:
                if not answer.is_redirect:
                    return _content(answer, until, most)
                url = urljoin(url, answer.headers["Location"])
    raise TryLater(f"The badge's picture at {show(asked)} leads from one address to the next without an end.")


def _placed(url: str, base: SplitResult) -> tuple[str, bool]:
    """Return where to ask for *url*, and whether that is the host of *base*; raise TryLater where we don't ask."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise TryLater(f"{show(url)}, where the vendor sends us for the badge's picture, is not a web address.")
    if host == base.hostname and (parts.port is None or parts.netloc == base.netloc):
        return parts._replace(scheme=base.scheme, netloc=base.netloc).geturl(), True
    if parts.scheme == "http" and not (is_loopback(host) and is_loopback(base.hostname or "")):
        raise TryLater(
            f"The vendor sends us to {show(url)} for the badge's picture. It begins with http, which anybody on the "
            "way can change, so it was not fetched. Whoever runs that server must give it https."
        )
    if not _may_be_asked(host, base):
        raise Forbidden(host)
    return url, False


def _may_be_asked(host: str, base: SplitResult) -> bool:
    """Return False for an IP address of this network; a name is looked up and checked when it is connected to."""
    try:
        return _doorkeeper(base, at_home=False)(host)
    except ValueError:
        return True


def _doorkeeper(base: SplitResult, *, at_home: bool) -> Callable[[str], bool]:
    """Return who decides about each IP address right before it is connected to."""
    if at_home:
        return bool
    home = is_loopback(base.hostname or "")
    return lambda address: (home and is_loopback(address)) or is_outside(address)


def _content(answer: requests.Response, until: float, most: int) -> bytes:
    """Return what the server sends, whole."""
    where = show(answer.url)
    if answer.status_code in (requests.codes.not_found, requests.codes.gone):
        raise NoPicture(f"There is no picture of the badge at {where}; the vendor answered {answer.status_code}.")
    if answer.status_code != requests.codes.ok:
        raise TryLater(f"{where}, where the badge's picture should be, answered {answer.status_code}.")
    data = bytearray()
    while piece := answer.raw.read1(PIECE, decode_content=False):
        data += piece
        if len(data) > most:
            raise Refused(
                f"The badge's picture at {where} has more than {most >> 20} MB. Give the badge a smaller one there."
            )
        if time.monotonic() >= until:
            raise TimeoutError("no time left")
    return bytes(data)
