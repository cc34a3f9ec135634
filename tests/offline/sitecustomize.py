"""No way out: names other than this machine's are not looked up, and nothing connects but to loopback.

Loaded by tests/conftest.py, and by every Python program that a test starts: Python imports a `sitecustomize` that it
finds on its path, and conftest puts this folder there. C libraries with sockets of their own (libpq) are not covered.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

#: Hosts of a live Badgr server that somebody asked to be tested (tests/contract/backends.py), and their addresses.
LIVE = {host for host in (urlsplit(os.environ.get("BADGR_URL", "")).hostname, os.environ.get("BADGR_IMAGES")) if host}

#: What was tried in this process; a test during which it grew fails.
ATTEMPTS: list[str] = []

_ADDRESS_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def is_here(host: object) -> bool:
    """True for no host, this machine's name, and loopback addresses."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in LIVE:
        return True
    if not isinstance(host, str) or host in ("", "localhost", "ip6-localhost", socket.gethostname()):
        return host is None or isinstance(host, str)
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(what: str) -> None:
    ATTEMPTS.append(what)
    sys.stderr.write(f"offline: {what}\n")


def guard_look_ups(name: str) -> None:
    real: Callable[..., Any] = getattr(socket, name)

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_here(host):
            refuse(f"{name}({host!r})")
            raise socket.gaierror(socket.EAI_NONAME, f"tests stay on loopback: {host!r}")
        found = real(host, *args, **kwargs)
        if host in LIVE and name == "getaddrinfo":
            LIVE.update(str(place[0]) for *_, place in found)
        return found

    setattr(socket, name, guarded)


def guard_connections(name: str) -> None:
    real: Callable[..., Any] = getattr(socket.socket, name)

    def guarded(self: socket.socket, address: Any, *args: Any) -> Any:
        if self.family in _ADDRESS_FAMILIES and not is_here(address[0]):
            refuse(f"{name}({address!r})")
            raise OSError(f"tests stay on loopback: {address!r}")
        return real(self, address, *args)

    setattr(socket.socket, name, guarded)


for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    guard_look_ups(_name)
for _name in ("connect", "connect_ex"):
    guard_connections(_name)
