"""Sends the recorded requests to the peer, in their order, and lays recorded and present answers side by side.

Ids, addresses, tokens and moments differ from run to run: what the peer says in the place of a recorded id is learned
from its answers, used in later requests, and turned back before the comparison. Moments and hashes are masked.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from tests.peers.badgr.recordings import load
from tests.peers.badgr.tokens import new_token
from tests.peers.badgr_server import BadgrServer

COMPARED = ("Content-Type", "Location", "Link", "WWW-Authenticate", "Cache-Control", "Retry-After")
ENTITY = re.compile(r"(?<![\w$-])[\w-]{22}(?![\w-])")
FILE = re.compile(r"assertion-[0-9a-f]{32}")
CURSOR = re.compile(r"(?<=cursor=)[\w%=-]+")
PORT = ":<port>"
PORTS = {":8800": PORT, ":8801": PORT, ":8810": PORT}
MASKS = (
    (re.compile(r"20(26-11-2[23]|30-01-01|126-07-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(?=Z|\+00:00)"), "<moment>"),
    (re.compile(r"sha256\$[0-9a-f]{64}"), "<hash>"),
    (re.compile(r'(?<="salt": ")[0-9a-f]{32}'), "<salt>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r'(?<="proofValue": ")\w+'), "<proof>"),
)


class SetClock:
    """Stands where the recording's Date header says."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Told:
    """What of an answer is compared."""

    status: int
    headers: dict[str, str]
    body: Any

    def turned(self, names: Mapping[str, str]) -> Told:
        """The same with every name of *names* replaced, and with all masks on."""
        text = json.dumps([self.headers, self.body], ensure_ascii=False)
        for name, other in names.items():
            text = text.replace(name, other)
        for pattern, mask in MASKS:
            text = pattern.sub(mask, text)
        text = CURSOR.sub(direction, text)
        return Told(self.status, *json.loads(text))


@dataclass
class Replay:
    """One pass through *folder*. `told` holds for each recording: (as recorded, as the peer told it)."""

    server: BadgrServer
    clock: SetClock
    folder: Path
    prepare: Mapping[str, Callable[[Replay], None]]
    skip: Mapping[str, str]
    first_only: frozenset[str] = frozenset()  # lists that began before the recording did: only their first is compared
    known: dict[str, str] = field(default_factory=dict)  # recorded → here
    timeout: float = 10.0
    cursors: dict[str, str] = field(default_factory=dict)  # likewise, but never turned back
    extra: dict[str, str] = field(default_factory=dict)  # headers of the next request that the recording does not show
    told: dict[str, tuple[Told, Told]] = field(default_factory=dict)

    def run(self) -> dict[str, tuple[Told, Told]]:
        for stem, recording in load(self.folder).items():
            if date := recording["response"].get("headers", {}).get("Date"):
                self.clock.at = max(self.clock.at, parsedate_to_datetime(date))
            if stem[:3] in self.prepare:
                self.prepare[stem[:3]](self)
            if stem not in self.skip:
                self.told[stem] = self.compare(stem, recording)
            self.extra = {}
        return self.told

    def compare(self, stem: str, recording: dict[str, Any]) -> tuple[Told, Told]:
        response = recording["response"]
        if "exception" in response:
            return Told(0, {}, response["exception"]), self.without_answer(recording["request"])
        answer, body = self.send(recording["request"])
        recorded_headers, headers = compared(response["headers"]), compared(dict(answer.getheaders()))
        if "json" in response:
            recorded: Any = response["json"]
            present = json.loads(body)
            if stem in self.first_only:
                recorded, present = first(recorded), first(present)
            self.learn(recorded, present)
            self.learn(recorded_headers, headers)
        else:
            recorded = response.get("text", "png" if "bytes_len" in response else "")
            present = "png" if body.startswith(b"\x89PNG") else body.decode()
        return (
            Told(response["status"], recorded_headers, recorded).turned(PORTS),
            Told(answer.status, headers, present).turned(self.backwards()),
        )

    def without_answer(self, request: dict[str, Any]) -> Told:
        """Wait for less long than the server takes."""
        usual, self.timeout = self.timeout, self.server.patience / 2
        try:
            answer, body = self.send(request)
        except TimeoutError:
            self.server.settle()
            return Told(0, {}, "ReadTimeout")
        finally:
            self.timeout = usual
        return Told(answer.status, {}, body.decode())

    def send(self, request: dict[str, Any]) -> tuple[HTTPResponse, bytes]:
        headers = {name: self.filled(value) for name, value in request["headers"].items()} | self.extra
        body: str | None = request.get("body")
        if "json" in request:
            body = self.filled(json.dumps(request["json"]))
            headers.setdefault("Content-Type", "application/json")
        elif "form" in request:
            body = urlencode({name: self.filled(value) for name, value in request["form"].items()})
        connection = HTTPConnection(self.server.url.removeprefix("http://"), timeout=self.timeout)
        try:
            connection.request(request["method"], self.filled(request["path"]), body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def filled(self, text: str) -> str:
        for recorded, here in (self.known | self.cursors).items():
            text = text.replace(recorded, here)
        for port in PORTS:
            text = text.replace(f"http://127.0.0.1{port}", self.server.url)
        return text

    def backwards(self) -> dict[str, str]:
        port = self.server.url.rpartition(":")[2]
        return {here: recorded for recorded, here in self.known.items()} | {f":{port}": PORT}

    def learn(self, recorded: Any, here: Any) -> None:
        """Take every id, token, file and cursor of *here* for the one that stands at the same place in *recorded*."""
        for one, other in pairs(recorded, here):
            if one.startswith("<") and one.endswith(">"):
                self.known[one] = other
            for pattern, names in ((ENTITY, self.known), (FILE, self.known), (CURSOR, self.cursors)):
                old, new = pattern.findall(one), pattern.findall(other)
                if len(old) == len(new):
                    for before, now in zip(old, new, strict=True):
                        names.setdefault(before, now)

    def secret(self, placeholder: str, value: str) -> None:
        self.known[f"<{placeholder}>"] = value

    def log_in(self, placeholder: str, email: str, **form: str) -> None:
        """Let *placeholder* stand for a fresh token of *email*'s."""
        app = self.server.applications[form.get("client_id", "public")]
        token = new_token(self.server, app, self.server.users.get(email), form.get("scope", app.default_scope))
        self.secret(f"ACCESS_TOKEN:{placeholder}", token.access)
        self.secret(f"REFRESH_TOKEN:{placeholder}", token.refresh)


def direction(cursor: re.Match[str]) -> str:
    """What a cursor holds but for the moment: whether it leads on or back."""
    names = dict(parse_qsl(b64decode(unquote(cursor[0])).decode()))
    return f"<{' '.join(names)}>"


def compared(headers: dict[str, str]) -> dict[str, str]:
    kept = {name: headers[name] for name in COMPARED if name in headers}
    return kept | ({"Set-Cookie": "access_token"} if "access_token" in headers.get("Set-Cookie", "") else {})


def first(body: Any) -> Any:
    return body | {"result": body["result"][:1]}


def pairs(one: Any, other: Any) -> Iterator[tuple[str, str]]:
    """The texts that stand at the same places of two structures."""
    if isinstance(one, str) and isinstance(other, str):
        yield one, other
    elif isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() & other.keys():
            yield from pairs(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list):
        for left, right in zip(one, other, strict=False):
            yield from pairs(left, right)
