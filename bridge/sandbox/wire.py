"""HTTP as the sandbox sees it, apart from any server: what came in, what goes out, and multipart bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import PydanticSerializationError, to_json

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One HTTP request to one of Google's hosts."""

    verb: str
    host: str  # Google's, such as "www.googleapis.com"
    path: str  # percent-encoded, with leading slash, below that host
    query: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes = b""
    root: str = ""  # where the host lives here: "http://127.0.0.1:1234/www.googleapis.com"

    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)

    def meant(self) -> Incoming:
        """Undo the override by which clients send a GET that is too long for an address as a POST."""
        verb = self.headers.get("x-http-method-override", "").upper()
        if self.verb != "POST" or not verb:
            return self
        query = self.body.decode("utf-8", "replace") if verb == "GET" else self.query
        return replace(self, verb=verb, query=query, body=b"" if verb == "GET" else self.body)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One HTTP answer, or none: with *hang_up* the connection is closed without a word, after *wait* seconds."""

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    hang_up: bool = False

    @property
    def logged_status(self) -> int:
        return 0 if self.hang_up else self.status


def json_answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Outgoing:
    return Outgoing(status, _json(value), JSON_TYPE, headers or {})


def _json(value: Any) -> bytes:
    try:
        return to_json(value)
    except PydanticSerializationError:
        # People's answers may hold lone surrogates, which have no UTF-8: escaped they pass.
        return json.dumps(value, separators=(",", ":")).encode("ascii")


@dataclass(frozen=True, slots=True)
class Part:
    headers: Mapping[str, str]  # lower-case names
    body: bytes


def split_multipart(content_type: str, body: bytes) -> list[Part]:
    """Take a multipart body apart, byte for byte; raise ValueError when it is none."""
    boundary = boundary_of(content_type).encode()
    opening = re.search(rb"(?:^|\n)--" + re.escape(boundary) + rb"[ \t]*(\r?\n)", body)
    if not boundary or opening is None:
        raise ValueError("the body has no multipart boundary")
    # Python's e-mail package, which Google's client writes with, ends lines with a bare line feed.
    line_end = opening.group(1)
    pieces = (line_end + body[opening.end() :]).split(line_end + b"--" + boundary)
    parts = [piece for piece in pieces if not piece.startswith(b"--") and piece.strip()]
    return [_part(piece, line_end) for piece in parts]


def _part(piece: bytes, line_end: bytes) -> Part:
    piece = piece.removeprefix(line_end)
    if piece.startswith(line_end):
        return Part({}, piece.removeprefix(line_end))
    head, _, body = piece.partition(line_end * 2)
    return Part(parse_headers(head.decode("latin-1")), body)


def parse_headers(text: str) -> dict[str, str]:
    lines = re.sub(r"\r?\n[ \t]+", " ", text).splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def boundary_of(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type
    found = message.get_param("boundary")
    return found if isinstance(found, str) else ""
