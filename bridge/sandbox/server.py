"""The sandbox as a program: one server on loopback that plays five of Google's hosts.

Layout: ``http://127.0.0.1:PORT/<google host>/<path>``, people under ``/_sandbox/``. Calls are answered one after the
other on the server's own thread, so a call sees the world between other calls, never within one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bridge.sandbox import people, services
from bridge.sandbox.api import HANDLERS
from bridge.sandbox.dispatch import Workspace
from bridge.sandbox.documents import load
from bridge.sandbox.oauth import HOST as OAUTH_HOST
from bridge.sandbox.saving import Saver, read_world
from bridge.sandbox.state import World
from bridge.sandbox.wire import Incoming, Outgoing, json_answer

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
SAVE_EVERY = 2.0  # seconds


class _Line(H11Protocol):
    """A connection that lets the application hang up without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "hang_up": transport.close}
        super().connection_made(transport)


class Front:
    """The ASGI application below the root: finds out whose door it is, and reads and writes HTTP."""

    def __init__(self, workspace: Workspace, lock: threading.Lock, save: Callable[[], None]) -> None:
        self.workspace = workspace
        self._lock = lock
        self._people = people.Desk(workspace, save)
        self._hosts = load().hosts() | {OAUTH_HOST}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        raw = scope.get("raw_path") or scope["path"].encode()
        outgoing = self._answer(request, raw.decode("latin-1"), body)
        if outgoing.wait:
            await asyncio.sleep(outgoing.wait)
        if outgoing.hang_up:
            request.state.hang_up()
            await asyncio.sleep(0.01)  # lets the server notice, so that it does not answer in our place
            return
        await _write(send, outgoing, head_only=request.method == "HEAD")

    def _answer(self, request: Request, raw_path: str, body: bytes) -> Outgoing:
        host, _, path = raw_path.lstrip("/").partition("/")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
        root = f"http://{headers.get('host', LOOPBACK)}/{host}"
        query = request.scope["query_string"].decode("latin-1")
        incoming = Incoming(request.method, host, f"/{path}", query, headers, body, root)
        with self._lock:
            if host in self._hosts:
                return self.workspace.answer(incoming)
            if host in ("_sandbox", ""):
                return self._people.answer(incoming)
        return json_answer(404, {"error": f"The sandbox plays {', '.join(sorted(self._hosts))}, not {host!r}."})


async def _write(send: Send, outgoing: Outgoing, *, head_only: bool) -> None:
    headers = {"Content-Type": outgoing.content_type, "Content-Length": str(len(outgoing.body)), **outgoing.headers}
    if outgoing.status == 204:
        headers.pop("Content-Length")
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": outgoing.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head_only else outgoing.body})


def create_app(world: World, *, state_dir: Path | None = None, lock: threading.Lock | None = None) -> Starlette:
    """Build the application over *world*; `app.state.workspace` is its machinery.

    Raise LookupError when a handler stands under a method id that Google's documents do not have.
    """
    if invented := HANDLERS.keys() - load().methods.keys():
        raise LookupError(f"No such method in Google's documents: {', '.join(sorted(invented))}")
    log.debug("%d methods answered, by %d modules", len(HANDLERS), len(services.SERVICES))
    workspace = Workspace(world)
    saver = Saver(state_dir, workspace) if state_dir else None
    save = saver.save if saver else _nowhere_to_save
    lock = lock or threading.Lock()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        keeper = asyncio.create_task(_keep_saving(saver, lock)) if saver else None
        yield
        if keeper and saver:
            keeper.cancel()
            _save(saver.save, lock)

    app = Starlette(routes=[Mount("/", app=Front(workspace, lock, save))], lifespan=lifespan)
    app.state.workspace = workspace
    return app


async def _keep_saving(saver: Saver, lock: threading.Lock) -> None:
    while True:
        await asyncio.sleep(SAVE_EVERY)
        _save(saver.save_changes, lock)


def _save(save: Callable[[], None], lock: threading.Lock) -> None:
    with lock:
        try:
            save()
        except OSError:
            log.exception("The sandbox's state can't be saved.")


def _nowhere_to_save() -> None:
    raise people.nothing_to_save_to()


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Line,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )


def _listen(port: int) -> socket.socket:
    """Bind to loopback, and to nothing else; raise OSError when the port is taken."""
    # Naming the protocol makes asyncio switch Nagle's algorithm off: without it each answer takes 40 ms.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((LOOPBACK, port))
        door.listen(128)  # from here on whoever knocks waits, and is not refused
    except OSError:
        door.close()
        raise
    return door


class Sandbox:
    """A running sandbox on a thread of its own::

        with Sandbox() as sandbox:
            requests.get(f"{sandbox.url}/_sandbox/calls")

    *world* may be looked at and changed from outside under `sandbox.lock`, or while nobody calls.
    """

    def __init__(self, world: World | None = None, port: int = 0, state_dir: Path | None = None) -> None:
        saved = read_world(state_dir) if state_dir else None
        self.world: World = world or saved or World()
        self.lock = threading.Lock()
        self._app = create_app(self.world, state_dir=state_dir, lock=self.lock)
        self._door = _listen(port)
        self._server = uvicorn.Server(_config(self._app))
        self._thread = threading.Thread(target=self._server.run, args=([self._door],), name="sandbox", daemon=True)
        self.url = f"http://{LOOPBACK}:{self._door.getsockname()[1]}"

    @property
    def workspace(self) -> Workspace:
        workspace: Workspace = self._app.state.workspace
        return workspace

    @property
    def broken(self) -> list[str]:
        """Answers of the sandbox that broke Google's contract: a test should find none."""
        return self.workspace.broken

    @property
    def warnings(self) -> list[str]:
        """What Drive let pass though its document does not know it."""
        return self.workspace.warnings

    def counts(self) -> dict[str, int]:
        """Return HTTP requests by method id, a batch as one."""
        with self.lock:
            return self.workspace.calls.counts()

    def fault(self, method: str, kind: str, **more: Any) -> None:
        """Plan a misfortune, as POST /_sandbox/faults does."""
        with self.lock:
            self.workspace.faults.add({"method": method, "kind": kind, **more}, people.plannable())

    def start(self) -> Self:
        """Start, and return when calls are answered."""
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("The sandbox did not start; its log says why.")
            self._thread.join(0.005)
        return self

    def stop(self) -> None:
        """Stop cleanly, saving what is to be saved; cut lines that hang."""
        self._server.should_exit = True
        self._thread.join(10)
        self._door.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run(
    port: int, state_dir: Path | None = None, world: World | None = None, ready: Callable[[str], None] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM, then stop cleanly; *ready* is told the address. From the main thread only.

    Raise OSError when the port is taken, StateUnreadable when the saved state is damaged.
    """
    saved = read_world(state_dir) if state_dir else None
    app = create_app(world or saved or World(), state_dir=state_dir)
    door = _listen(port)
    if ready:
        ready(f"http://{LOOPBACK}:{door.getsockname()[1]}")
    try:
        with _ends_well():
            uvicorn.Server(_config(app)).run([door])
    finally:
        door.close()


@contextlib.contextmanager
def _ends_well() -> Iterator[None]:
    """Let a signal stop the server and no more: uvicorn raises it a second time once it has stopped."""
    before = {number: signal.signal(number, _heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard(number: int, frame: FrameType | None) -> None:
    log.debug("stopped by signal %d", number)
