"""One request as handlers see it, and the small things that all of them need."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.records import AccessToken, User
from tests.peers.badgr.world import World

DENIED = "assertion_create_foreign"  # 404: unknown, somebody else's, or not within the token's scope


@dataclass
class Request:
    world: World
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Message
    body: bytes
    address: str
    operation: str = ""
    names: dict[str, str] = field(default_factory=dict)  # what the route's pattern caught
    token: AccessToken | None = None

    @property
    def user(self) -> User | None:
        return self.token.user if self.token else None

    @property
    def kind(self) -> str:
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()

    @property
    def origin(self) -> str:
        """This server's address as the request has it: what lists and pictures are linked by."""
        scheme = self.headers.get("X-Forwarded-Proto", "http")
        return f"{scheme}://{self.world.link_host or self.headers.get('Host', '')}"

    def param(self, name: str) -> str:
        return dict(self.query).get(name, "")

    def params(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]

    def form(self) -> dict[str, str]:
        if self.kind != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def denied(self) -> Answer:
        return self.world.book.answer(DENIED)


class Refusal(Exception):
    """Stops a handler with the answer that it holds."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def read_json(request: Request) -> Any:
    """The body as JSON, or as its form; what is neither is refused in the recorded words."""
    book = request.world.book
    if not request.body:
        return {}
    if request.kind == "application/x-www-form-urlencoded":
        return request.form()
    if request.kind not in ("application/json", "application/ld+json"):
        body = book.json("issuer_create_bad_type")
        body["fieldErrors"] = body["fieldErrors"].replace("text/plain", request.kind)
        raise Refusal(book.answer("issuer_create_bad_type", body))
    try:
        return json.loads(request.body)
    except ValueError as error:
        body = book.json("issuer_create_bad_json")
        body["validationErrors"] = [f"JSON parse error - {error}"]
        raise Refusal(book.answer("issuer_create_bad_json", body)) from None


def moment(text: object) -> datetime | None:
    """*text* as the server reads dates: with a time; without a zone it is UTC. None: it can't be read."""
    if not isinstance(text, str) or "T" not in text.upper():
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def written(at: datetime | None) -> str | None:
    """As the API writes dates."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def is_true(value: object) -> bool:
    return str(value).lower() in ("true", "1", "yes", "on", "t", "y")
