"""A small Badgr: real HTTP on loopback, and every answer derived from what real servers were recorded to say.

    with BadgrServer(clock) as server:
        badge = server.badge_class("First Aid")
        server.faults.next("assertion_create", "timeout_after")
        ...
        assert len(server.assertions) == 1

What it can be told to do wrong is in `badgr/faults.py`, what can be set and looked at in `badgr/world.py`. It knows
nothing of the bridge: it is there to judge it.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.peers.badgr import awards, routes
from tests.peers.badgr.awards import Broken, Killed
from tests.peers.badgr.faults import INSTEAD, instead
from tests.peers.badgr.issuers import new_badge, new_issuer
from tests.peers.badgr.recordings import Answer
from tests.peers.badgr.records import Assertion, BadgeClass, Call, User
from tests.peers.badgr.web import Refusal, Request
from tests.peers.badgr.world import ISSUER, LEARNER, OTHER, SECRET, Clock, World

LONGEST_LINE = 4094


class BadgrServer(World):
    """The server, for the time of a `with` block. Its settings and its memory are `World`'s."""

    def __init__(self, clock: Clock, **settings: Any) -> None:
        super().__init__(clock, **settings)
        self._issuer = ""
        self._http = Listener(("127.0.0.1", 0), Handler)
        self._http.world = self
        self.open(f"http://127.0.0.1:{self._http.server_port}")
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> BadgrServer:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing listens any more, and every connection is cut. Raise what the peer itself did not foresee."""
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        if self.mistakes:
            raise ExceptionGroup("The peer itself broke.", self.mistakes)

    # ── who may log in ───────────────────────────────────────────────────────

    @property
    def username(self) -> str:
        return ISSUER

    @property
    def password(self) -> str:
        return self.users[ISSUER].password

    @property
    def client(self) -> tuple[str, str]:
        """The id and the secret of an application that acts for the issuer (client_credentials)."""
        return "confidential", SECRET

    @property
    def stranger(self) -> User:
        """Somebody whose log-in works and who has no right to the issuer."""
        return self.users[OTHER]

    @property
    def learner(self) -> User:
        return self.users[LEARNER]

    def expire_tokens(self) -> None:
        """Let every token given so far be worth nothing; the refresh tokens live on."""
        with self.lock:
            for token in self.tokens:
                token.expires = self.now() - timedelta(seconds=1)

    # ── what is there ────────────────────────────────────────────────────────

    @property
    def issuer(self) -> str:
        """The entity id of the issuer, "Conf 2026"; made when first asked for."""
        with self.lock:
            if not self._issuer:
                body = {"name": "Conf 2026", "email": ISSUER, "url": "https://conf.example.org"}
                self._issuer = new_issuer(self, ISSUER, body).id
        return self._issuer

    def badge_class(self, name: str, *, archived: bool = False) -> str:
        """The entity id of the issuer's badge of that name; made when there is none."""
        found = self._badge_named(name)
        if found is None:
            issuer = self.issuer_of(self.issuer, self.users[ISSUER])
            assert issuer is not None
            found = new_badge(self, issuer, {"name": name, "description": f"For {name}", "criteriaNarrative": "Do it"})
        found.archived = archived
        return found.id

    def _badge_named(self, name: str) -> BadgeClass | None:
        return next((one for one in self.badges if one.name == name and one.issuer.id == self.issuer), None)

    def drop_badge_class(self, entity_id: str) -> None:
        """Somebody deletes the BadgeClass in the vendor's user interface."""
        with self.lock:
            self.badges[:] = [one for one in self.badges if one.id != entity_id]

    def accept(self, entity_id: str, acceptance: str = "Accepted") -> None:
        """The earner accepts ("Rejected": declines) the award."""
        self.stored(entity_id).acceptance = acceptance

    def stored(self, entity_id: str) -> Assertion:
        found = self.public_assertion(entity_id)
        assert found is not None, f"There is no assertion {entity_id}."
        return found

    def awards_of(self, recipient: str, *, revoked: bool = False) -> list[Assertion]:
        """The awards of *recipient*, those that are not revoked unless told otherwise."""
        return [one for one in list(self.assertions) if one.recipient == recipient and (revoked or not one.revoked)]

    def settle(self, seconds: float = 10.0) -> None:
        """Wait until every request is dealt with, those too that nobody waits for any more."""
        with self.rest:
            if not self.rest.wait_for(lambda: not self.working, seconds):
                raise TimeoutError("The peer is still at work.")

    def calls(self, operation: str) -> list[Call]:
        """The requests so far for *operation*, with everything in them."""
        return [call for call in list(self.requests) if call.operation == operation]

    def race(self, parties: int = 2, seconds: float = 2.0) -> None:
        """Hold every create between its check and its insert until *parties* of them are there, or *seconds* passed."""
        barrier = Barrier(parties)

        def wait() -> None:
            with suppress(BrokenBarrierError):
                barrier.wait(seconds)

        self.between_check_and_insert = wait


class Listener(ThreadingHTTPServer):
    """Remembers its connections, so that closing the server cuts them."""

    daemon_threads = True
    request_queue_size = 64
    world: World

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error; all else is the peer's own mistake, and fails the test."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.world.mistakes.append(error)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self.connections):
            cut(connection)


def cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Cut(Exception):
    """No answer; the connection ends here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        world = self.server.world
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        request = Request(world, self.command, parts.path, query, self.headers, body, self.client_address[0])
        found = routes.find(request)
        call = Call(request.operation, self.command, self.path, dict(self.headers.items()), body)
        with world.lock:
            world.requests.append(call)
        with world.rest:
            world.working += 1
        try:
            if len(self.requestline) > LONGEST_LINE:  # the front server's limit
                answer = world.book.answer("list_too_many_recipients")
            else:
                answer = respond(self, request, found)
            call.status = answer.status
            self.send(answer)
        except Cut:
            self.close_connection = True
            cut(self.connection)
        finally:
            with world.rest:
                world.working -= 1
                world.rest.notify_all()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET

    def send(self, answer: Answer, part: float = 1.0) -> None:
        now = self.server.world.now().astimezone(UTC)
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        headers = {"Date": format_datetime(now, usegmt=True), **answer.headers, "Content-Length": str(len(answer.body))}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        body = b"" if self.command == "HEAD" else answer.body
        with suppress(OSError):  # the client may be gone
            self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body[: int(len(body) * part)])
            self.wfile.flush()


def respond(handler: Handler, request: Request, found: routes.Found | None) -> Answer:
    """The answer, or what the fault for this operation makes of it. Raise Cut where none is to be sent."""
    world = request.world
    if found is None:
        return unrouted(request)
    fault = world.faults.take(request.operation)
    kind, _, number = fault.partition(":")
    if kind in INSTEAD:
        return instead(fault, world.book)
    if kind in ("timeout_before", "timeout_late"):
        world.closing.wait(world.patience)
    if kind in ("timeout_before", "cut_before"):
        raise Cut
    known, handle = found
    if kind == "killed_batch" and handle is awards.batch:
        handle = lambda this: awards.batch(this, killed_after=int(number or 1))  # noqa: E731
    answer = guarded(request, handle, known)
    match kind:
        case "commit_then_500":
            return world.book.broken()
        case "timeout_after":
            world.closing.wait(world.patience)
            raise Cut
        case "cut_answer":
            handler.send(answer, part=0.5)
            raise Cut
        case "cut_after" | "timeout_late":
            raise Cut
    return answer


def guarded(request: Request, handle: routes.Handler | None, known: routes.Route) -> Answer:
    try:
        return routes.answer(request, handle, known)
    except Refusal as refusal:
        return refusal.answer
    except Broken:
        return request.world.book.broken()
    except Killed:
        raise Cut from None


def unrouted(request: Request) -> Answer:
    """No such page; but a POST to /o/revoke_token is sent on to the path with the slash."""
    book = request.world.book
    if request.path == "/o/revoke_token":
        return book.answer("revoke_token_noslash", Location="/o/revoke_token/")
    return book.answer("not_found_route")
