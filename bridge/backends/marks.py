"""The mark by which an award is known at a vendor's: the address of its page on our site, as evidence. Pure.

A site may move (docs/operating.md), and its marks at vendors' stay: so an award goes by the end of the address, which
holds its own name, a UUID made of the old address and a salt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bridge.model import REPLACED_BY, Order
from bridge.site import places

_MARK = re.compile(r"https?://\S+/awards/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.html")


def mark(site_url: str, order: Order) -> str:
    """Return the address of the award's page on the site at *site_url*."""
    return f"{site_url.rstrip('/')}/{places.page(order.award)}"


def is_mark(url: str) -> bool:
    """Return whether *url* would be taken for a mark, of whichever award."""
    return _MARK.fullmatch(url) is not None


def bears(urls: Iterable[str], order: Order) -> bool:
    """Return whether the mark of *order* is among *urls*, made under whichever address of the site."""
    return any(is_mark(url) and url.endswith(f"/{places.page(order.award)}") for url in urls)


def public_reason(reason: str, *, publish: bool) -> str:
    """Return why a badge ended as anybody may know it: a coach's words only where *publish* says so."""
    return reason if publish or (reason.startswith(REPLACED_BY) and is_mark(reason.removeprefix(REPLACED_BY))) else ""


def as_evidence(url: str) -> str:
    """Return *url*, which the earner shows as evidence, so that it is not taken for a mark: it leads into the page."""
    return f"{url}#evidence" if is_mark(url) else url
