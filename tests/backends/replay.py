"""A server that says what a Badgr server once said, word for word; and a client that asks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bridge.backends.badgr import Account, Badgr, Survey
from bridge.errors import BridgeError
from bridge.model import Credential, Evidence, EvidenceKind, Order, Token
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.quota import FakeQuota
from tests.fakes.web_server import LOOPBACK, running

DATA = Path(__file__).parents[1] / "data/badgr"
ISSUER = "wNEAMlnuQKKYcwLe11Kfeg"
BADGE = "NuarRMI_SKGL8GHMs28kLw"
KEPT_HEADERS = ("date", "content-type", "link", "location", "set-cookie", "retry-after")
CUT = "cut"  # in the place of a recording: the connection ends without an answer


@cache
def recording(name: str) -> Any:
    """Return the recording whose file begins with *name*: "071", or "fork 022" for the fork."""
    number = name.removeprefix("fork ")
    folder = DATA / ("recordings_ob3_fork" if name.startswith("fork ") else "recordings")
    (path,) = folder.glob(f"{number}_*.json")
    return json.loads(path.read_text("utf-8"))


def names() -> list[str]:
    stock = sorted(path.name[:3] for path in (DATA / "recordings").glob("*.json"))
    return stock + [f"fork {path.name[:3]}" for path in sorted((DATA / "recordings_ob3_fork").glob("*.json"))]


@dataclass(frozen=True)
class Asked:
    """One request, as the server heard it."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Replay:
    """Answers the n-th request with the n-th of *script*; what was asked is in *asked*."""

    script: list[Any]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def replaying(*script: Any) -> Iterator[Replay]:
    """Run a server that gives these answers, one each: recordings by name, or recordings that were changed."""
    replay = Replay([one if isinstance(one, Mapping) or one == CUT else recording(one) for one in script])

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {name.lower(): value for name, value in self.headers.items()}
            replay.asked.append(Asked(self.command, self.path, told, body))
            if len(replay.asked) > len(replay.script):
                self.send_error(599, "nobody expected this request")
                return
            self.say(replay.script[len(replay.asked) - 1])

        def say(self, recorded: Any) -> None:
            if recorded == CUT or "exception" in recorded["response"]:
                self.close_connection = True
                return
            response = recorded["response"]
            content = content_of(response)
            self.send_response_only(response["status"])
            for name, value in response["headers"].items():
                if name.lower() in KEPT_HEADERS:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with running(ThreadingHTTPServer(LOOPBACK, Handler)) as url:
        replay.url = url
        yield replay


def content_of(response: Mapping[str, Any]) -> bytes:
    """Return what was sent; pictures were not recorded, so ours takes their place."""
    if "json" in response:
        return json.dumps(response["json"]).encode()
    if response["headers"].get("Content-Type", "").startswith("image/"):
        return story.artwork()
    return str(response.get("text", "")).encode()


def changed(name: str, *, mark: str = "", bearer: str = "", **members: Any) -> Any:
    """Return a recording in which the assertion *bearer* has *mark* in its evidence, and *members* in its answer."""
    recorded = json.loads(json.dumps(recording(name)))
    recorded["response"] |= members
    if mark:
        (one,) = (one for one in recorded["response"]["json"]["result"] if one["entityId"] == bearer)
        one["evidence"] = [*one["evidence"], {"url": mark, "narrative": "The page of this award."}]
    return recorded


@dataclass
class Tokens:
    """`ports.TokenStore` in memory. Whatever the name is: there is one account."""

    kept: Token | None = None

    def token(self, backend: str) -> Token | None:
        return self.kept

    def keep_token(self, backend: str, token: Token) -> None:
        self.kept = token


LOGGED_IN = Token("<ACCESS_TOKEN:issuer>", "<REFRESH_TOKEN:issuer>")


def client(url: str, tokens: Tokens | None = None, *, clock: FakeClock | None = None, **account: Any) -> Badgr:
    """Return a backend for the server at *url*, logged in unless *tokens* says otherwise."""
    told = {
        "issuer": ISSUER,
        "badges": {"feedback-that-moves": BADGE},
        "username": "issuer@example.org",
        "password": "<PASSWORD:issuer>",
        "timeout": (2.0, 2.0),
    }
    return Badgr(
        Account(url, **{**told, **account}),
        story.SITE,
        clock or FakeClock(),
        tokens or Tokens(LOGGED_IN),
        FakeQuota(),
        publish_reasons=True,
    )


def order_of(told: Mapping[str, Any]) -> Order:
    """Return the order that a recorded request would have been, had it been ours."""
    recipient = told.get("recipient")
    address = recipient.get("identity", "") if isinstance(recipient, Mapping) else ""
    evidence = told.get("evidence", [])
    return replace(
        story.order(),
        recipient=address or story.TEACHER,
        narrative=told.get("narrative", ""),
        issued_on=moment(told.get("issuedOn")) or datetime.fromisoformat("2026-11-22T03:00:00Z"),
        expires=moment(told.get("expires")),
        evidence=tuple(
            Evidence(n, EvidenceKind.WEB, one.get("url", ""), name=one.get("narrative", ""))
            for n, one in enumerate(evidence if isinstance(evidence, list) else [], start=1)
        ),
    )


def moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else datetime.fromisoformat(f"{text}+00:00")


#: What a call may return, by its word in the tables.
RETURNS: dict[str, Callable[[object], bool]] = {
    "made": lambda found: isinstance(found, Credential),
    "none": lambda found: found is None,
    "in": lambda found: found is None,
    "done": lambda found: found is None,
    "picture": lambda found: found == story.artwork(),
    "listed": lambda found: isinstance(found, Survey | dict),
}


def conclusion(call: Callable[[], object]) -> tuple[object, str]:
    """Return what *call* returns, or how it ended in a word; and its sentence."""
    try:
        return call(), ""
    except BridgeError as error:
        return type(error).__name__, str(error)


def concludes(call: Callable[[], object], expected: str) -> object:
    """Assert that *call* ends as the table says; return what it returns."""
    ending, _, words = expected.partition(" ")
    found, sentence = conclusion(call)
    if not sentence:
        assert ending in RETURNS, f"{found!r} came, and not: {expected}"
        assert RETURNS[ending](found)
        return found
    assert found == ending, sentence
    assert words in sentence
    assert "@" not in sentence
    assert "<" not in sentence, "a web page, or a secret, in a sentence"
    return found


def row(name: str, *more: Any) -> tuple[list[Any], str]:
    """Return the answers of a row of a table: its name's recording, and what comes after it."""
    return [name, *more], name
