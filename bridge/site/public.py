"""Open a page of the site as the public would."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import requests

from bridge.errors import TryLater
from bridge.site.door import Straight

LARGEST = 2 * 1024 * 1024
MOST_REDIRECTS = 5
TIMEOUT = (5, 15)  # seconds to connect, seconds of silence


def get_page(url: str, base: str) -> bytes | None:
    """Return the page at *url*, or None when the server says that it is not there.

    Only addresses below *base* are opened, redirected or not. Raises TryLater when the server can't say.
    """
    visitor = session(is_loopback(urlsplit(base).hostname or ""))
    for _ in range(MOST_REDIRECTS):
        if not is_below(url, base):
            raise TryLater(f"The site sends visitors of its pages elsewhere: {url[:200]} is not below {base}.")
        try:
            with visitor.get(
                url, timeout=TIMEOUT, stream=True, allow_redirects=False, headers={"Cache-Control": "no-cache"}
            ) as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers["Location"])
                    continue
                return content(answer, url)
        except requests.RequestException as error:
            raise TryLater(f"The site can't be reached at {url}: {type(error).__name__}.") from error
    raise TryLater(f"The site sends visitors of {url[:200]} in a circle.")


@lru_cache(maxsize=2)
def session(here: bool) -> requests.Session:
    """Return a session that keeps its connections; *here*: to this machine, past any proxy."""
    made = Straight()
    made.trust_env = not here
    return made


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def content(answer: requests.Response, url: str) -> bytes | None:
    """Return what the server sent, None for "not there" (401, 403, 404, 410), or raise TryLater."""
    if answer.status_code in (401, 403, 404, 410):
        return None
    if answer.status_code != 200:
        raise TryLater(f"The site answers {answer.status_code} at {url}.")
    page = b""
    for piece in answer.iter_content(64 * 1024):
        page += piece
        if len(page) > LARGEST:
            raise TryLater(f"The page at {url} is larger than {LARGEST >> 20} MB; it can't be one of ours.")
    return page


def is_below(url: str, base: str) -> bool:
    """Return whether *url* is an address at or below *base*: same scheme, host and port."""
    there, ours = urlsplit(url), urlsplit(base)
    path = ours.path.rstrip("/") + "/"
    return (there.scheme, there.netloc) == (ours.scheme, ours.netloc) and f"{there.path}/".startswith(path)
