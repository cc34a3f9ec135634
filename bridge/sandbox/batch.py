"""Google's batch: several calls in one multipart/mixed POST, and their answers in another. Pure functions.

https://developers.google.com/workspace/drive/api/guides/performance
"""

from __future__ import annotations

import email.parser
import email.policy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from bridge.sandbox.api import ApiError

MOST_CALLS = 100
LONGEST_URL = 8000  # letters
BOUNDARY = "batch_aX3xT9mQpZw_AAnE0f1yq7c"


@dataclass(frozen=True, slots=True)
class Inner:
    """One call inside a batch; `target` is the path with its query as sent, header names are in lower case."""

    content_id: str  # "" if the part has none
    verb: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one inner call."""

    content_id: str  # the call's own
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] | None = None


def parse_batch(content_type: str, body: bytes) -> list[Inner]:
    """Read a batch's calls in the order sent.

    Raises ApiError 400 for what is not such a batch, and 403 for more than 100 calls. Google refuses those inside the
    batch, call by call (googleapis/google-api-python-client#2201); here the batch as a whole is refused, so that
    nothing of it has happened.
    """
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if message.get_content_type() != "multipart/mixed" or message.defects or not message.is_multipart():
        raise ApiError(
            400, "badRequest", "Failed to parse batch request, error: Missing end boundary in multipart body."
        )
    parts = list(message.iter_parts())
    if len(parts) > MOST_CALLS:
        raise ApiError(403, "forbidden", "Exceeds allowed inner batch requests soft limit. Please retry.")
    return [_inner(part.get("Content-ID", ""), part.get_payload(decode=True)) for part in parts]


def _inner(content_id: str, payload: object) -> Inner:
    """Read one part: a request line, headers, an empty line, a body."""
    if not isinstance(payload, bytes):
        raise ApiError(400, "badRequest", "Failed to parse batch request, error: a part is no application/http.")
    head, _, rest = payload.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
    line, *header_lines = head.decode("latin-1").split("\n")
    words = line.split(" ")
    if len(words) not in (2, 3) or len(words[1]) > LONGEST_URL:
        raise ApiError(400, "badRequest", f"Failed to parse batch request, error: bad request line {line[:80]!r}.")
    pairs = (text.partition(":") for text in header_lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Inner(str(content_id).strip(), words[0].upper(), words[1], headers, rest)


def write_batch(answers: Sequence[Answered]) -> tuple[str, bytes]:
    """Return the content type and the body that carry these answers; `<x>` is answered as `<response-x>`."""
    out = bytearray()
    for answer in answers:
        out += f"--{BOUNDARY}\r\nContent-Type: application/http\r\n".encode()
        if answer.content_id:
            out += f"Content-ID: {_response_id(answer.content_id)}\r\n".encode()
        out += f"\r\nHTTP/1.1 {answer.status} {_phrase(answer.status)}\r\n".encode()
        fields = {
            "Content-Type": answer.content_type,
            **(answer.headers or {}),
            "Content-Length": str(len(answer.body)),
        }
        out += "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode("latin-1")
        out += b"\r\n" + answer.body + b"\r\n"
    return f"multipart/mixed; boundary={BOUNDARY}", bytes(out + f"--{BOUNDARY}--".encode())


def _response_id(content_id: str) -> str:
    return f"<response-{content_id[1:]}" if content_id.startswith("<") else f"response-{content_id}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
