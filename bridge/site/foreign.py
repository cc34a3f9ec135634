"""Fetch what other issuers publish, by addresses that stand in badges of unknown origin."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from bridge.openbadges.addresses import fully_decoded
from bridge.openbadges.errors import OutOfReach
from bridge.openbadges.findings import LONGEST_ADDRESS, show

from .door import Door, Forbidden, Straight, is_outside

#: Of one answer: a badge on the web may be a large picture. Documents are measured again when they are read.
LARGEST = 16 * 1024 * 1024
MOST_REDIRECTS = 5
TIMEOUT = (5, 15)  # seconds to connect, seconds of silence
PATIENCE = 60  # seconds for all of it
PIECE = 16 * 1024
MOST_KEPT = 64 * 1024 * 1024  # bytes of answers that are remembered in one run

HEADERS = {
    # Some issuers send the badge's JSON or its page from one address, as the visitor prefers.
    "Accept": "application/ld+json, application/json, image/png, image/svg+xml, */*;q=0.5",
    "Accept-Encoding": "identity",  # what is packed may hold a thousand times more
    "User-Agent": "badge-bridge verify",
}
PRIVATE_HINT = "leads into a private network, so it was not asked; --allow-private lifts this"

_VISIBLE = re.compile("[!-~]*")  # all that an address on the way consists of (RFC 3986, 2)
_CONTROLS = re.compile("[\x00-\x1f\x7f]")


class Anonymous(AuthBase):
    """Takes the place of passwords that `requests` would look up in ~/.netrc for whatever host is asked."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Web:
    """What is published, by address. Each address is asked once; its answer, good or bad, holds for the whole run.

    A badge can name any address, so nothing inside of this network is asked, redirected or not: https only, and
    *may_connect* decides about each IP address right before it is connected to. (A proxy named in the environment is
    the exception: there, looking up names and keeping out of networks is the proxy's matter.) An answer may have
    *largest* bytes and take a minute, over at most five redirects. What stands at an address is the word of its host,
    so a redirect to another host is followed only where that host moved (`moved`), or if the caller lets it *wander*.
    """

    def __init__(
        self,
        may_connect: Callable[[str], bool] = is_outside,
        *,
        schemes: tuple[str, ...] = ("https",),
        largest: int = LARGEST,
        patience: float = PATIENCE,
        wander: bool = False,
    ) -> None:
        self.may_connect, self.schemes, self.largest, self.patience = may_connect, schemes, largest, patience
        self.wander = wander
        self._answers: dict[str, bytes | OutOfReach] = {}
        self._room = MOST_KEPT

    def __call__(self, url: str) -> bytes:
        """Return what is published at *url*; raise OutOfReach, with the reason as a sentence, if it can't be had."""
        answer = self._answers.get(url)
        if answer is None:
            answer = self._ask(url)
            self._room -= len(answer) if isinstance(answer, bytes) else len(url)
            if self._room > 0:
                self._answers[url] = answer
        if isinstance(answer, OutOfReach):
            raise OutOfReach(str(answer))
        return answer

    def _ask(self, url: str) -> bytes | OutOfReach:
        until = time.monotonic() + self.patience
        try:
            return self._visit(url, until)
        except OutOfReach as reason:
            return reason
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            if time.monotonic() >= until:
                return too_slow(url)
            return OutOfReach(f"{show(url)} could not be asked: {why(error)}.")

    def _visit(self, url: str, until: float) -> bytes:
        """Return what is published at *url*, or where it leads; raise OutOfReach, or whatever `requests` raises."""
        asked = url
        with Straight() as visitor:
            door = Door(self.may_connect, until)
            visitor.mount("https://", door)
            visitor.mount("http://", door)
            for _ in range(MOST_REDIRECTS + 1):
                self._refuse(url)
                if not (self.wander or moved(asked, url)):
                    raise OutOfReach(f"{show(asked)} leads to another site, {show(url)}, whose word is not its own.")
                try:
                    answer = visitor.get(
                        url, timeout=TIMEOUT, stream=True, allow_redirects=False, auth=Anonymous(), headers=HEADERS
                    )
                except Forbidden as error:
                    raise OutOfReach(f"{show(url)} {PRIVATE_HINT}.") from error
                with answer:
                    if not answer.is_redirect:
                        return self._content(answer, url, until)
                    url = next_address(url, answer.headers["Location"])
        raise OutOfReach(f"{show(url)} leads from one address to the next without an end.")

    def _refuse(self, url: str) -> None:
        """Raise OutOfReach for an address that may not be asked, whoever leads there."""
        if len(url) > LONGEST_ADDRESS:
            raise OutOfReach(f"{show(url)} is longer than a web address can be.")
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host or "@" in parts.netloc or parts.scheme not in ("http", "https") or _CONTROLS.search(url):
            raise OutOfReach(f"{show(url)} is not a web address that may be asked.")
        if parts.scheme not in self.schemes:
            raise OutOfReach(
                f"{show(url)} begins with http, which anybody on the way can change, so it was not asked; "
                "--allow-private lifts this."
            )
        try:
            allowed = self.may_connect(host)
        except ValueError:
            return  # a name: it is looked up and checked right before the connection is made
        if not allowed:
            raise OutOfReach(f"{show(url)} {PRIVATE_HINT}.")

    def _content(self, answer: requests.Response, url: str, until: float) -> bytes:
        """Return what the server sends; 410 is how an issuer of Open Badges 2.0 says that an assertion was revoked."""
        if not answer.ok and answer.status_code != requests.codes.gone:
            raise OutOfReach(f"{show(url)} answered with {answer.status_code}.")
        data = bytearray()
        while piece := answer.raw.read1(PIECE, decode_content=False):
            data += piece
            if len(data) > self.largest:
                raise too_large(url, self.largest)
            if time.monotonic() >= until:
                raise too_slow(url)
        if answer.status_code == requests.codes.gone and b'"revoked"' not in data:
            raise OutOfReach(f"{show(url)} answered that it is gone.")
        return self._unpacked(bytes(data), answer.headers.get("Content-Encoding", "identity").strip().lower(), url)

    def _unpacked(self, data: bytes, packing: str, url: str) -> bytes:
        """Return *data* without the gzip that some servers use unasked, never more than the limit."""
        if packing in ("", "identity"):
            return data
        if packing not in ("gzip", "x-gzip"):
            raise OutOfReach(f"{show(url)} answered in a packing that can't be read here ({show(packing, 40)}).")
        try:
            unpacked = zlib.decompressobj(wbits=31).decompress(data, self.largest + 1)
        except zlib.error as error:
            raise OutOfReach(f"{show(url)} answered with damaged data.") from error
        if len(unpacked) > self.largest:
            raise too_large(url, self.largest)
        return unpacked


def moved(asked: str, found: str) -> bool:
    """Return whether a redirect from *asked* to *found* stays with whoever *asked* belongs to.

    So it is on the same host, with or without www; and on another host for the same JSON document, at the same path or
    the end of it: a site that moved as a whole. A page that leads wherever its visitors say, as many sites have one,
    names the other host in its own address, or has another path. How such a page reads its address is not known, so one
    that is encoded twice, or holds anything unusual, is not a site that moved.
    """
    here, there = urlsplit(asked), urlsplit(found)
    one, other = ((parts.hostname or "").removeprefix("www.") for parts in (here, there))
    if one == other:
        return True
    same = here.query == there.query and here.path.endswith(there.path) and there.path.endswith(".json")
    told = fully_decoded(asked).lower()
    return same and _VISIBLE.fullmatch(told) is not None and other not in told


def next_address(url: str, location: str) -> str:
    """Return where *url* leads; raise OutOfReach for what readers of addresses take differently.

    Some leave tabs and line breaks away, and some read other letters as they like: then the host that is asked is not
    the one that `moved` compared.
    """
    if not _VISIBLE.fullmatch(location):
        raise OutOfReach(f"{show(url)} leads to something that is not a web address.")
    return urljoin(url, location)


def web(*, allow_private: bool = False, largest: int = LARGEST, wander: bool = False) -> Web:
    """Return the web as a check may ask it; *allow_private*: also addresses inside of this network, and http."""
    if allow_private:
        return Web(anywhere, schemes=("https", "http"), largest=largest, wander=wander)
    return Web(largest=largest, wander=wander)


def anywhere(address: str) -> bool:
    """Allow every address."""
    return bool(address)


def offline(url: str) -> bytes:
    """Take the place of the web for a check that asks nobody."""
    raise OutOfReach(f"{show(url)} was not asked, because this check is offline.")


def too_slow(url: str) -> OutOfReach:
    return OutOfReach(f"{show(url)} took too long to answer.")


def too_large(url: str, largest: int) -> OutOfReach:
    return OutOfReach(f"{show(url)} answered with more than {largest >> 20} MB.")


def why(error: Exception) -> str:
    """Return what went wrong between here and a server, in a few words."""
    reasons = {
        "NameResolutionError": "nobody knows this name",
        "gaierror": "nobody knows this name",
        "SSLError": "its certificate does not count",
        "ConnectTimeout": "it does not answer",
        "ReadTimeout": "it stopped answering",
        "TimeoutError": "it does not answer",
    }
    seen: BaseException | None = error
    while seen is not None:
        for cause in (seen, getattr(seen, "reason", None), *getattr(seen, "args", ())):
            if type(cause).__name__ in reasons:
                return reasons[type(cause).__name__]
            if isinstance(reason := getattr(cause, "reason", None), Exception) and type(reason).__name__ in reasons:
                return reasons[type(reason).__name__]
        seen = seen.__cause__ or seen.__context__
    return "the connection failed"
