"""A small mail server on loopback, which can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: What a step does instead of its reply.
CUT, HANG = "cut", "hang"


@dataclass(slots=True)
class SmtpDesk:
    """What came in, and what to answer: *moods* maps a verb ("RCPT"), or "." for the mail's end, to a reply."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)  # of each mail
    moods: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


REPLIES = {
    "EHLO": "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS",
    "HELO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "RSET": "250 ok",
    "NOOP": "250 ok",
    "AUTH": "235 come in",
    "STARTTLS": "220 go on",
    "QUIT": "221 bye",
}


async def converse(desk: SmtpDesk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hold one conversation (RFC 5321) until either side has enough."""
    desk.connections += 1
    sender = recipient = ""

    async def say(step: str) -> bool:
        reply = desk.moods.get(step, REPLIES.get(step, "502 what?"))
        if reply == HANG:
            await asyncio.sleep(60)
        if reply in (CUT, HANG):
            return False
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return not reply.startswith("421")

    writer.write(desk.moods.get("GREETING", "220 here").encode() + b"\r\n")
    while line := await reader.readline():
        verb = line.split()[0].decode().upper() if line.split() else ""
        if verb == "MAIL":
            sender = line.decode().split("<")[1].split(">")[0]
        if verb == "RCPT":
            recipient = line.decode().split("<")[1].split(">")[0]
        if verb == "AUTH":
            desk.logins.append(line.decode().strip())
        if not await say(verb):
            break
        if verb == "STARTTLS" and desk.tls is not None:
            await writer.start_tls(desk.tls)
        if verb == "DATA" and "DATA" not in desk.moods:
            content = await reader.readuntil(b"\r\n.\r\n")
            if desk.moods.get(".", "250").startswith(("250", CUT, HANG)):
                desk.mails.append(content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
                desk.envelopes.append((sender, recipient))
                desk.encrypted.append(writer.get_extra_info("ssl_object") is not None)
            if not await say("."):
                break
        if verb == "QUIT":
            break
    writer.close()


@contextmanager
def running(desk: SmtpDesk, *, tls_from_the_start: bool = False) -> Iterator[SmtpDesk]:
    """Serve *desk* on a free port of loopback while the block lasts."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    ended = asyncio.Event()

    async def serve() -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await converse(desk, reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()

        context = desk.tls if tls_from_the_start else None
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context, limit=64 * 1024 * 1024)
        desk.port = server.sockets[0].getsockname()[1]
        started.set()
        await ended.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait(10)
    try:
        yield desk
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()
