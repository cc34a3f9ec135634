"""A small Credly, over real HTTP on loopback.

BUILT FROM CREDLY'S PUBLIC API DOCUMENTATION, NOT FROM RECORDINGS: nobody here has an account there. Shapes are those of
https://www.credly.com/docs/issued_badges and …/badge_templates (listings with `metadata`, badges with their evidence,
`accept_badge_url` while a badge waits and `badge_url` once it was taken). Of errors only `data.message` under a 422 was
seen; its words for duplicates, archived templates and fields, the other statuses, what a second revocation gets, and a
call for one badge by its id are recalled, not measured.

It has opinions: a filter that is not documented, a date in another format or a missing field is refused.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, RLock, Thread
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from tests.peers.faults import Faults

OPERATIONS = ("issue", "list", "get", "revoke", "image", "templates")
#: `…_before`: it never happens. `…_after`: it happened. `timeout_…`: nobody answers; `cut_…`: the connection ends.
#: `422:field` or `422:field+field`: refused for these fields. `archived`: refused, since the template was archived.
SILENT = ("timeout_before", "timeout_after", "cut_before", "cut_after")
INSTEAD = ("500", "502", "429", "401", "403", "404", "html_200", "html_404", "redirect", "422", "archived")
FAULTS = (*SILENT, *INSTEAD, "commit_then_500", "commit_then_503", "commit_then_nonsense")

REQUIRED = ("recipient_email", "issued_to_first_name", "issued_to_last_name", "badge_template_id", "issued_at")
FILTERS = ("recipient_email", "recipient_email_all", "badge_template_id", "issuer_earner_id", "state", "public")
LOCALES = ("en", "fr", "de", "ko", "ja", "zh-CN", "pt", "es-ES", "es-US", "fr-CA", "pt-BR")
DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}")

JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
LOG_IN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"

Body = dict[str, Any]


class Clock(Protocol):
    def now(self) -> datetime: ...


class Refusal(Exception):
    """Ends a call with a status and `data.message`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Call:
    """One request as it arrived; *body* is None where there was none."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Body | None


class CredlyServer:
    """`with CredlyServer(clock) as server:` runs two servers: the API at `url`, and pictures at another port.

    Settings, for tests to change at any time: *per* badges a page; *tells_evidence* in listings; *serves_single*:
    whether a badge can be asked for by its id; *patience*: seconds of silence before a time-out ends.
    """

    def __init__(self, clock: Clock, *, patience: float = 5.0) -> None:
        self.clock, self.patience = clock, patience
        self.token, self.organization = "token-of-the-peer", str(uuid5(NAMESPACE_URL, "organization"))
        self.per, self.tells_evidence, self.serves_single, self.retry_after = 50, True, True, "7"
        self.badges: list[Body] = []  # as stored; one each commit
        self.templates: dict[str, Body] = {}
        self.requests: list[Call] = []
        self.image_requests: list[Call] = []
        self.mails: list[str] = []  # what Credly would have mailed
        self.picture, self.faults = png(), Faults(OPERATIONS, FAULTS)
        self.lock, self.closing = RLock(), Event()
        self._ids = (str(uuid5(NAMESPACE_URL, f"badge {number}")) for number in count())
        self._servers: list[tuple[ThreadingHTTPServer, Thread]] = []

    def __enter__(self) -> CredlyServer:
        self.url, self.images = self._serve(Api), self._serve(Images)
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for server, thread in self._servers:
            server.shutdown()
            thread.join()
            server.server_close()

    def _serve(self, handler: type[Handler]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (handler,), {"peer": self}))
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        self._servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    # ── what a test does there ───────────────────────────────────────────────────────────────────────────────────

    def template(self, name: str, *, state: str = "active", duplicates: bool = False) -> str:
        """Return the id of the template *name*, which is made unless it is there."""
        id_ = str(uuid5(NAMESPACE_URL, f"template {name}"))
        self.templates.setdefault(id_, {"id": id_, "name": name, "state": state, "allow_duplicate_badges": duplicates})
        return id_

    def archive(self, id_: str) -> None:
        self.templates[id_]["state"] = "archived"

    def accept(self, id_: str, state: str = "accepted") -> None:
        """Let the earner take the badge, or reject it."""
        self.stored(id_)["state"] = state

    def stored(self, id_: str) -> Body:
        found = next((badge for badge in self.badges if badge["id"] == id_), None)
        if found is None:
            raise Refusal(404, "Badge not found")
        return found

    # ── the API ──────────────────────────────────────────────────────────────────────────────────────────────────

    def issue(self, told: Body) -> Body:
        """Commit a badge, or raise Refusal."""
        for name in REQUIRED:
            if not str(told.get(name) or "").strip():
                if name == "badge_template_id":
                    raise Refusal(422, "Invalid or missing Badge Template ID: ")
                raise Refusal(422, f"Validation failed: {human(name)} can't be blank")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", told["recipient_email"]):
            raise Refusal(422, f"Validation failed: Recipient email {told['recipient_email']} is invalid")
        for name in ("issued_at", "expires_at"):
            if told.get(name) and not DATE.fullmatch(told[name]):
                raise Refusal(422, f"Validation failed: {human(name)} is not a date")
        if told.get("locale", "en") not in LOCALES:
            raise Refusal(422, "Validation failed: Locale is not included in the list")
        template = self.templates.get(told["badge_template_id"])
        if template is None:
            raise Refusal(422, f"Invalid or missing Badge Template ID: {told['badge_template_id']}")
        if template["state"] != "active":
            raise Refusal(422, f"Validation failed: Badge template is {template['state']}")
        if not template["allow_duplicate_badges"] and any(self.is_duplicate(told, badge) for badge in self.badges):
            raise Refusal(422, f"Validation failed: {told['recipient_email']} already has this badge (duplicate)")
        badge = self.made(told, template)
        self.badges.append(badge)
        if not told.get("suppress_badge_notification_email"):
            self.mails.append(f"You earned {template['name']}")
        return badge

    def is_duplicate(self, told: Body, badge: Body) -> bool:
        if badge["state"] == "revoked" or badge["badge_template"]["id"] != told["badge_template_id"]:
            return False
        same_key = told.get("issuer_earner_id") and badge["issuer_earner_id"] == told["issuer_earner_id"]
        return bool(same_key) or badge["recipient_email"].lower() == told["recipient_email"].lower()

    def made(self, told: Body, template: Body) -> Body:
        issued = datetime.strptime(told["issued_at"], "%Y-%m-%d %H:%M:%S %z")
        expires = told.get("expires_at")
        return {
            "id": next(self._ids),
            "badge_template": template,
            **{name: told.get(name) for name in ("recipient_email", "issued_to_first_name", "issued_to_last_name")},
            **{name: told.get(name) for name in ("issuer_earner_id", "locale", "suppress_badge_notification_email")},
            "issued_at": f"{issued - (issued.utcoffset() or timedelta()):%Y-%m-%dT%H:%M:%S.000Z}",
            "expires_at": expires or None,
            "state": "pending",
            "revocation_reason": None,
            "replacement_badge_id": None,
            "image_url": f"{self.images}/images/{template['id']}.png",
            "evidence": [{"id": f"evidence-{n}", **item} for n, item in enumerate(told.get("evidence") or ())],
            "created_at": self.clock.now().isoformat(),
        }

    def shown(self, badge: Body, *, listed: bool = False) -> Body:
        """*badge* as the API tells it: with the one address or the other, by its state."""
        told = {name: value for name, value in badge.items() if self.tells_evidence or not listed or name != "evidence"}
        page = f"https://www.credly.com/badges/{badge['id']}"
        links = {"pending": {"accept_badge_url": f"{page}/accept"}, "accepted": {"badge_url": page}}
        return told | links.get(badge["state"], {})

    def listing(self, records: list[Body], query: dict[str, str]) -> Body:
        number = int(query.get("page", "1"))
        pages = max(1, -(-len(records) // self.per))
        shown = records[(number - 1) * self.per : number * self.per]
        after = f"{self.url}/v1/somewhere?page={number + 1}" if number < pages else None
        told = {"count": len(shown), "current_page": number, "total_count": len(records), "total_pages": pages}
        return {"data": shown, "metadata": told | {"per": self.per, "previous_page_url": None, "next_page_url": after}}

    def list_badges(self, query: dict[str, str]) -> Body:
        wanted = [part.split("::", 1) for part in query.get("filter", "").split("|") if part]
        if any(len(pair) != 2 or pair[0] not in FILTERS for pair in wanted):
            raise Refusal(400, f"Invalid filter: {query['filter']}")
        found = [badge for badge in self.badges if all(meets(badge, key, value) for key, value in wanted)]
        return self.listing([self.shown(badge, listed=True) for badge in found], query)

    def revoke(self, id_: str, told: Body) -> Body:
        badge = self.stored(id_)
        if badge["state"] == "revoked":
            raise Refusal(422, "Validation failed: Badge can't be revoked")
        if badge["replacement_badge_id"]:
            raise Refusal(422, "Validation failed: This badge cannot be revoked because it has been replaced.")
        if not told.get("reason"):
            raise Refusal(422, "Validation failed: Revocation reason can't be blank")
        badge.update(state="revoked", revocation_reason=told["reason"])
        if not told.get("suppress_revoke_notification_email"):
            self.mails.append(f"Revoked: {badge['badge_template']['name']}")
        return badge


class Handler(BaseHTTPRequestHandler):
    peer: CredlyServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: two small ones would wait for each other on loopback

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def call(self) -> Call:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return Call(self.command, parts.path, query, dict(self.headers.items()), body)

    def answer(self, status: int, content: bytes, kind: str = JSON, **headers: str) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def tell(self, status: int, body: Body, **headers: str) -> None:
        self.answer(status, json.dumps(body).encode(), **headers)

    def refuse(self, status: int, message: str, **headers: str) -> None:
        self.tell(status, {"data": {"message": message}, "metadata": None}, **headers)

    def vanish(self, fault: str) -> None:
        """End the connection without an answer, at once or after a long silence."""
        if fault.startswith("timeout"):
            self.peer.closing.wait(self.peer.patience)
        self.close_connection = True

    def instead(self, fault: str) -> None:
        """Answer *fault* in the place of the right answer."""
        kind, _, name = fault.partition(":")
        match kind:
            case "429":
                self.refuse(429, "Too many requests", Retry_After=self.peer.retry_after)
            case "401":
                self.refuse(401, "Invalid authorization token")
            case "403":
                self.refuse(403, "You are not authorized to perform this action")
            case "404":
                self.refuse(404, "Resource not found")
            case "422":
                errors = [{"attribute": one, "messages": ["can't be blank"]} for one in name.split("+")]
                self.tell(422, {"data": {"message": "Validation failed", "errors": errors}, "metadata": None})
            case "archived":
                self.refuse(422, "Validation failed: Badge template is archived")
            case "html_200":
                self.answer(200, LOG_IN, HTML)
            case "redirect":
                self.answer(302, b"", HTML, Location=f"{self.peer.images}/elsewhere")
            case "html_404":
                self.answer(404, LOG_IN, HTML)
            case _:
                self.answer(int(kind), b"<html><body>Something went wrong</body></html>", HTML)


class Api(Handler):
    def do_GET(self) -> None:
        call = self.call()
        self.peer.requests.append(call)
        operation, act = self.route(call)
        if not self.is_allowed(call):
            self.refuse(401, "Invalid authorization token")
            return
        fault = self.peer.faults.take(operation)
        if fault.endswith("_before"):
            self.vanish(fault)
            return
        if fault and fault.partition(":")[0] in INSTEAD:
            self.instead(fault)
            return
        try:
            with self.peer.lock:
                status, body = act()
        except Refusal as refusal:
            self.refuse(refusal.status, refusal.message)
            return
        match fault:
            case "":
                self.tell(status, body)
            case "commit_then_nonsense":
                self.tell(status, {"data": None})
            case "commit_then_500" | "commit_then_503":
                self.instead(fault[-3:])
            case _:
                self.vanish(fault)

    do_POST = do_PUT = do_GET

    def is_allowed(self, call: Call) -> bool:
        wanted = base64.b64encode(f"{self.peer.token}:".encode()).decode()
        return call.headers.get("Authorization") == f"Basic {wanted}"

    def route(self, call: Call) -> tuple[str, Callable[[], tuple[int, Body]]]:
        """Return which operation *call* is, and what it does."""
        peer, body = self.peer, call.body or {}
        match [unquote(part) for part in call.path.split("/")[1:]]:
            case ["v1", "organizations", peer.organization, *rest]:
                match call.method, rest:
                    case "POST", ["badges"]:
                        return "issue", lambda: (201, {"data": peer.shown(peer.issue(body)), "metadata": {}})
                    case "GET", ["badges"]:
                        return "list", lambda: (200, peer.list_badges(call.query))
                    case "GET", ["badges", id_] if peer.serves_single:
                        return "get", lambda: (200, {"data": peer.shown(peer.stored(id_)), "metadata": {}})
                    case "PUT", ["badges", id_, "revoke"]:
                        return "revoke", lambda: (200, {"data": peer.shown(peer.revoke(id_, body)), "metadata": {}})
                    case "GET", ["badge_templates"]:
                        return "templates", lambda: (200, peer.listing(list(peer.templates.values()), call.query))
        return "get", self.nothing

    def nothing(self) -> tuple[int, Body]:
        raise Refusal(404, "Resource not found")


class Images(Handler):
    """The other host: pictures for everybody."""

    def do_GET(self) -> None:
        self.peer.image_requests.append(self.call())
        fault = self.peer.faults.take("image")
        if fault in SILENT:
            self.vanish(fault)
        elif fault:
            self.instead(fault)
        else:
            self.answer(200, self.peer.picture, "image/png")


def human(name: str) -> str:
    return name.replace("_", " ").capitalize()


def meets(badge: Body, key: str, value: str) -> bool:
    told = badge["badge_template"]["id"] if key == "badge_template_id" else badge.get(key.removesuffix("_all"))
    return str(told).lower() in value.lower().split(",")


def png() -> bytes:
    """A picture of one red point (PNG, 5: chunks)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    points = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")
