"""The door to the web: which IP addresses may be connected to, and how long a server may talk.

`requests` looks a name up when it connects. What was allowed before and what is connected to could be two different
addresses (DNS rebinding), so here the one that was checked is the one that is connected to.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: IPv6 addresses that are IPv4 addresses in another dress: NAT64 (RFC 6052), IPv4-compatible (RFC 4291, 2.5.5.1).
DRESSED = (ip_network("64:ff9b::/96"), ip_network("::/96"))
#: Local-use NAT64 (RFC 8215) and site-local addresses (RFC 3879), which Python 3.11 takes for public ones.
LOCAL = (ip_network("64:ff9b:1::/48"), ip_network("fec0::/10"))
SILENCE = 15  # seconds


class Forbidden(Exception):
    """An address that may not be asked. No OSError: it must not be taken for a failure of the network."""


def is_outside(address: str) -> bool:
    """Return whether the IP *address* belongs to the open internet; raise ValueError if it is none."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if any(ip in network for network in LOCAL):
            return False
        inner = ip.ipv4_mapped or ip.sixtofour
        if any(ip in network for network in DRESSED):
            inner = IPv4Address(int(ip) & 0xFFFF_FFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


class Straight(Session):
    """Looks at no redirect: `requests` would read its body, however long, and its address, however odd.

    Whether an answer is one, `Response.is_redirect` tells.
    """

    def get_redirect_target(self, resp: Response) -> str | None:
        return None


class Door(HTTPAdapter):
    """Lets `requests` connect where *may_connect* allows, and lets no server talk beyond *until* (monotonic seconds).

    Where a proxy is, is not its matter: whoever named one in the environment wants it to be used. What comes through it
    is limited in time as well, unless it is a SOCKS proxy.
    """

    def __init__(self, may_connect: Callable[[str], bool], until: float) -> None:
        self.may_connect, self.until = may_connect, until
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **options)
        self._watch(self.poolmanager, _Plain, _Tls)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if not known and not proxy.lower().startswith("socks"):
            self._watch(manager, _Limited, _LimitedTls)
        return manager

    def _watch(self, manager: PoolManager, plain: type[_Limited], tls: type[_Limited]) -> None:
        """Let *manager* make connections of these kinds. (urllib3 means `_new_pool` to be changed for such things.)"""
        make = manager._new_pool

        def make_watched(scheme: str, *place: Any, **context: Any) -> Any:
            pool: Any = make(scheme, *place, **context)
            pool.ConnectionCls = partial(tls if scheme == "https" else plain, self)
            return pool

        manager._new_pool = make_watched  # type: ignore[method-assign]


class _Limited(HTTPConnection):
    """A connection whose other side may talk as long as the door says."""

    def __init__(self, door: Door, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.door = door

    def connect(self) -> None:
        super().connect()
        self.sock: Any = _Timed(self.sock, self.door.until)


class _Guarded(_Limited):
    """A connection to an address that the door has allowed, and no other."""

    def _new_conn(self) -> socket.socket:
        """Return a socket; raise Forbidden if any of the host's addresses may not be asked."""
        if time.monotonic() >= self.door.until:
            raise TimeoutError("no time left")
        found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(place[0]) for *_, place in found]
        if not all(map(self.door.may_connect, addresses)):
            raise Forbidden(self.host)
        timeout = min(SILENCE, self.timeout if isinstance(self.timeout, int | float) else SILENCE)
        failure: OSError = OSError("it has no address")
        for address in addresses[:3]:
            try:
                sock = socket.create_connection((address, self.port), timeout)
            except OSError as error:
                failure = error
                continue
            if not self.door.may_connect(str(sock.getpeername()[0])):
                sock.close()
                raise Forbidden(self.host)
            return sock
        raise NewConnectionError(self, f"{failure}") from failure


class _Plain(_Guarded):
    """http, which only a check with --allow-private uses."""


class _Tls(_Guarded, HTTPSConnection):
    """https."""


class _LimitedTls(_Limited, HTTPSConnection):
    """https through a proxy."""


class _Timed:
    """A socket whose answer must be read before *until*, however slowly it drips."""

    def __init__(self, sock: Any, until: float) -> None:
        self._sock, self._until = sock, until

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._until))


class _Reader(io.RawIOBase):
    """Reads from a socket; raises TimeoutError after 15 seconds of silence, or when the time is up."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server took too long")
        self._sock.settimeout(min(SILENCE, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
