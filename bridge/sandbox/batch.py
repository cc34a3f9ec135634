"""Many calls in one HTTP request: multipart/mixed out, multipart/mixed back, each part with its own status.

Source: https://developers.google.com/drive/api/guides/performance#batch-requests . The limit of 100 and its refusal:
googleapis/google-api-python-client#2201. Answers come back shuffled, since Google promises no order.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from http import HTTPStatus

from bridge.sandbox.api import ApiError
from bridge.sandbox.wire import Incoming, Outgoing, Part, parse_headers, split_multipart

LIMIT = 100
URL_LIMIT = 8000

Answerer = Callable[[Incoming], Outgoing]


def answer_batch(incoming: Incoming, answer: Answerer, dice: random.Random) -> Outgoing:
    """Hand each inner call to *answer* and pack the answers; a cut line inside cuts the whole line."""
    parts = _parts(incoming)
    if len(parts) > LIMIT:
        raise ApiError(403, "forbidden", f"The batch request could not be processed. {_TOO_MANY}")
    answers = []
    wait = 0.0
    for part in parts:
        outgoing = answer(_inner(part, incoming))
        if outgoing.hang_up:
            return outgoing
        wait = max(wait, outgoing.wait)
        answers.append(_pack(part, outgoing))
    dice.shuffle(answers)
    boundary = f"batch_{secrets.token_hex(12)}"
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + one for one in answers) + f"--{boundary}--\r\n".encode()
    return Outgoing(200, body, f"multipart/mixed; boundary={boundary}", wait=wait)


_TOO_MANY = "Exceeds allowed inner batch requests soft limit."


def _parts(incoming: Incoming) -> list[Part]:
    try:
        parts = split_multipart(incoming.headers.get("content-type", ""), incoming.body)
    except ValueError as error:
        raise ApiError(400, "badRequest", f"Failed to parse batch request, error: {error}.") from error
    if not parts:
        raise ApiError(400, "badRequest", "Failed to parse batch request, error: 0 items.")
    return parts


def _inner(part: Part, outer: Incoming) -> Incoming:
    """Read one ``application/http`` part; it inherits the outer call's credentials."""
    head, _, body = part.body.replace(b"\r\n", b"\n").partition(b"\n\n")
    request_line, _, header_lines = head.decode("latin-1").partition("\n")
    words = request_line.split()
    if len(words) < 2 or len(words[1]) > URL_LIMIT:
        raise ApiError(400, "badRequest", "Failed to parse batch request, error: bad inner request line.")
    path, _, query = words[1].partition("?")
    headers = {"authorization": outer.headers.get("authorization", "")} | parse_headers(header_lines)
    return Incoming(words[0], outer.host, path.removeprefix(f"/{outer.host}"), query, headers, body, outer.root)


def _pack(part: Part, outgoing: Outgoing) -> bytes:
    content_id = part.headers.get("content-id", "")
    lines = ["Content-Type: application/http"]
    if content_id:
        lines.append(f"Content-ID: <response-{content_id.strip('<>')}>")
    lines += ["", f"HTTP/1.1 {outgoing.status} {HTTPStatus(outgoing.status).phrase}"]
    lines += [
        f"Content-Type: {outgoing.content_type}",
        *(f"{name}: {value}" for name, value in outgoing.headers.items()),
    ]
    lines += [f"Content-Length: {len(outgoing.body)}", "", ""]
    return "\r\n".join(lines).encode() + outgoing.body + b"\r\n"
