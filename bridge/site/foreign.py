"""Fetch what other issuers publish, by addresses that stand in badges of unknown origin."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

#: Of one document that an issuer publishes.
LARGEST = 4 * 1024 * 1024
MOST_REDIRECTS = 5
TIMEOUT = (5, 15)  # seconds to connect, seconds of silence
PATIENCE = 60  # seconds for all of it
PIECE = 16 * 1024  # packed, it may hold a thousand times more


class Anonymous(AuthBase):
    """Takes the place of passwords that `requests` would look up in ~/.netrc for whatever host is asked."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def content(answer: requests.Response, until: float) -> bytes | None:
    """Return what the server sends, or None if it is too much or takes longer than *until* (monotonic seconds)."""
    data = bytearray()
    for piece in answer.iter_content(PIECE):
        data += piece
        if len(data) > LARGEST or time.monotonic() > until:
            return None
    return bytes(data)


def is_public(url: str) -> bool:
    """Return whether *url* is an https address on the open internet; where a proxy leads out, names are its matter.

    Raises ValueError for what is no address, and OSError for a name that nobody knows.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        return False
    try:
        return is_outside(host)
    except ValueError:
        if get_environ_proxies(url):
            return True
    found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    return all(is_outside(str(address[0])) for *_, address in found)


def is_outside(address: str) -> bool:
    """Return whether the IP *address* belongs to the open internet; raise ValueError if it is none."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


def web_fetch(url: str, may_ask: Callable[[str], bool] = is_public) -> bytes | None:
    """Return what is published at *url*, or None: https only, at most 4 MiB within a minute, five redirects.

    A badge can name any address, so nothing inside of this network is asked, redirected or not.
    """
    until = time.monotonic() + PATIENCE
    try:
        with requests.Session() as visitor:
            for _ in range(MOST_REDIRECTS + 1):
                if not may_ask(url):
                    return None
                with visitor.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False, auth=Anonymous()) as answer:
                    if not answer.is_redirect:
                        return content(answer, until) if answer.ok else None
                    url = urljoin(url, answer.headers["Location"])
    except (requests.RequestException, OSError, ValueError):
        return None
    return None
