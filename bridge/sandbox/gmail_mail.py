"""Mail as Gmail keeps it: what it changes on the way out, and how a message is shown through the API."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses, parseaddr
from typing import Any

from bridge.sandbox.api import ApiError
from bridge.sandbox.gmail_state import Message
from bridge.sandbox.state import World

Json = dict[str, Any]

_HEADER = re.compile(rb"[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*")


def parse(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=policy.default)
    if not isinstance(parsed, EmailMessage):
        raise TypeError("the default policy makes EmailMessages")
    return parsed


def outgoing(world: World, sender: str, raw: bytes) -> bytes:
    """Return *raw* as Gmail sends it: its own Message-ID, a From that is the mailbox, a Date; the rest as it is."""
    headers, line_end, body = _split(raw)
    number = world.new_id("CA", 52)
    kept = [line for line in headers if _name(line) != "message-id"]
    if parseaddr(_value(headers, "from"))[1].lower() != sender:
        person = world.people.get(sender)
        kept = [line for line in kept if _name(line) != "from"]
        kept.append(b"From: " + formataddr((person.name if person else "", sender)).encode() + line_end)
    if not _value(headers, "date"):
        kept.append(b"Date: " + format_datetime(world.clock.now()).encode() + line_end)
    kept.append(b"Message-ID: <" + number.encode() + b"@mail.gmail.com>" + line_end)
    return b"".join(kept) + line_end + body


def without_bcc(raw: bytes) -> bytes:
    headers, line_end, body = _split(raw)
    return b"".join(line for line in headers if _name(line) != "bcc") + line_end + body


def _split(raw: bytes) -> tuple[list[bytes], bytes, bytes]:
    """Return header fields (each with its folded lines and line end), the line end in use, and the body."""
    line_end = b"\r\n" if b"\r\n" in raw.partition(b"\n")[0] + b"\n" else b"\n"
    head, _, body = raw.partition(line_end * 2)
    return _HEADER.findall(head + line_end), line_end, body


def _name(line: bytes) -> str:
    return line.partition(b":")[0].decode("ascii").strip().lower()


def _value(headers: Iterable[bytes], name: str) -> str:
    found = (line.partition(b":")[2].decode("utf-8", "replace").strip() for line in headers if _name(line) == name)
    return next(found, "")


def recipients(raw: bytes) -> list[str]:
    """Return the addresses in To, Cc and Bcc, lower case, each once; raise ApiError when there are none."""
    headers, line_end, _ = _split(raw)
    parsed = parse(b"".join(headers) + line_end)  # without the pictures, which take their time
    fields = [str(value) for name in ("to", "cc", "bcc") for value in parsed.get_all(name, [])]
    found = [address.lower() for _, address in getaddresses(fields) if "@" in address]
    if not found:
        raise ApiError(400, "invalidArgument", "Recipient address required")
    return list(dict.fromkeys(found))


def decode_raw(text: str) -> bytes:
    """Undo the base64url of a message's `raw`; raise ApiError when there is nothing in it."""
    raw = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))
    if not raw.strip():
        raise ApiError(
            400,
            "invalidArgument",
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required",
        )
    return raw


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def texts(parsed: EmailMessage) -> tuple[str, str]:
    """Return the plain and the HTML text of a message, "" for the one it lacks."""
    plain, page = parsed.get_body(("plain",)), parsed.get_body(("html",))
    return _content(plain), _content(page)


def _content(part: Any) -> str:
    return str(part.get_content()) if part is not None else ""


def attachments(parsed: EmailMessage) -> list[Json]:
    """Return name, type and size in bytes of each attachment."""
    return [
        {
            "name": part.get_filename() or "",
            "type": part.get_content_type(),
            "size": len(part.get_payload(decode=True) or b""),
        }
        for part in parsed.walk()
        if not part.is_multipart() and part.get_filename()
    ]


def message_json(message: Message, shape: str, wanted: Iterable[str] = ()) -> Json:
    """Show a message in *shape* minimal, metadata, full or raw; *wanted* narrows metadata's headers."""
    parsed = parse(message.raw)
    answer: Json = {
        "id": message.id,
        "threadId": message.thread_id,
        "labelIds": list(message.labels),
        "snippet": " ".join(texts(parsed)[0].split())[:200],
        "sizeEstimate": len(message.raw),
        "historyId": str(message.when // 1000),
        "internalDate": str(message.when),
    }
    match shape:
        case "raw":
            answer["raw"] = encode(message.raw)
        case "metadata":
            names = {name.lower() for name in wanted}
            headers = [one for one in _headers(parsed) if not names or one["name"].lower() in names]
            answer["payload"] = {"mimeType": parsed.get_content_type(), "headers": headers}
        case "full":
            answer["payload"] = _part_json(parsed, "")
    return answer


def _headers(part: EmailMessage) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in part.items()]


def _part_json(part: EmailMessage, part_id: str) -> Json:
    answer: Json = {
        "partId": part_id,
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": _headers(part),
    }
    if part.is_multipart():
        inner = enumerate(part.iter_parts())
        joint = f"{part_id}." if part_id else ""
        answer["body"] = {"size": 0}
        answer["parts"] = [_part_json(one, f"{joint}{n}") for n, one in inner if isinstance(one, EmailMessage)]
        return answer
    data = part.get_payload(decode=True) or b""
    content = data if isinstance(data, bytes) else b""
    # Attachments are fetched apart, by their id.
    where = {"attachmentId": f"ANGjdJ-{part_id or '0'}"} if answer["filename"] else {"data": encode(content)}
    answer["body"] = {"size": len(content), **where}
    return answer


def attachment(message: Message, attachment_id: str) -> bytes | None:
    """Return the content that a part's attachmentId stands for."""
    return dict(_contents(parse(message.raw), "")).get(attachment_id)


def _contents(part: EmailMessage, part_id: str) -> Iterator[tuple[str, bytes]]:
    if part.is_multipart():
        joint = f"{part_id}." if part_id else ""
        for n, one in enumerate(part.iter_parts()):
            if isinstance(one, EmailMessage):
                yield from _contents(one, f"{joint}{n}")
    elif part.get_filename():
        data = part.get_payload(decode=True)
        yield f"ANGjdJ-{part_id or '0'}", data if isinstance(data, bytes) else b""
