"""What is behind a web address that somebody wants checked: a badge, or a page that says where its badge is."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import urljoin

from bridge.openbadges.errors import OutOfReach
from bridge.openbadges.findings import Fetch, fetch_bytes, show

#: Of a page, how much is looked at. What is meant for programs stands at its top.
HEAD = 64 * 1024
JSON = ("application/ld+json", "application/json", "application/vc+ld+json", "application/vc")
BADGES = (*JSON, "image/png", "image/svg+xml")

_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*(<!--|<!doctype html|<html|<head)", re.IGNORECASE)
_LINK = re.compile(r"<link\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]{1,20})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


def badge_at(url: str, fetch: Fetch) -> bytes:
    """Return the badge that `found_at` finds; raise as it does."""
    return found_at(url, fetch)[0]


def found_at(url: str, fetch: Fetch) -> tuple[bytes, str]:
    """Return the badge at *url*, and where it is: if there is a page, where its first `<link rel="alternate">` leads.

    Raises OutOfReach, with the reason, if there is nothing.
    """
    data = fetch_bytes(fetch, url, "The badge")
    if not _PAGE.match(data[:HEAD]):
        return data, url
    for link in links(data[:HEAD].decode(errors="replace")):
        kind = link.get("type", "").partition(";")[0].strip().lower()
        if "alternate" in link.get("rel", "").lower().split() and kind in BADGES and link.get("href"):
            place = address(url, link["href"])
            return fetch_bytes(fetch, place, "The badge of this page"), place
    raise OutOfReach(
        f"{show(url)} is a page that does not say where its badge is. Download the badge and check the file."
    )


def links(page: str) -> Iterator[Mapping[str, str]]:
    """Yield the attributes of each link in a page's head."""
    for found in _LINK.finditer(page):
        parts = _ATTRIBUTE.findall(found[1])
        yield {name.lower(): unescape(one or two or three) for name, one, two, three in parts}


def address(url: str, target: str) -> str:
    """Return where a link on the page *url* leads; raise OutOfReach if that is no address."""
    try:
        return urljoin(url, target.strip())
    except ValueError as error:
        raise OutOfReach(f"{show(url)} is a page whose link to its badge leads nowhere.") from error
