"""The path of one call: who calls, which method, may he, is it lawful, do it, is the answer lawful."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape

from bridge.sandbox import errors
from bridge.sandbox.api import HANDLERS, Answer, ApiError, Call, Caller, Json, Media
from bridge.sandbox.assumptions import missing
from bridge.sandbox.batch import answer_batch
from bridge.sandbox.calls import CallLog
from bridge.sandbox.contract import Problem, Problems, Query, check_query, check_request, check_response
from bridge.sandbox.documents import Match, Method, load
from bridge.sandbox.drive import DEFAULT_FIELDS
from bridge.sandbox.faults import AFTER_ACTING, Fault, FaultPlan
from bridge.sandbox.masks import parse_mask, project
from bridge.sandbox.oauth import HOST as OAUTH_HOST
from bridge.sandbox.oauth import METHOD as OAUTH_METHOD
from bridge.sandbox.oauth import TokenRefused, Tokens, exchange
from bridge.sandbox.quota import Quotas
from bridge.sandbox.state import World
from bridge.sandbox.uploads import Uploads, parse_json
from bridge.sandbox.wire import Incoming, Outgoing, json_answer

#: Of the body of a call to Sheets.
MOST_BYTES = 10 * 1024 * 1024

log = logging.getLogger(__name__)

Refusal = Callable[[str, Problem], ApiError]

#: What a call without `fields` is answered with, where that is not everything.
_USUAL = {method: parse_mask(fields) for method, fields in DEFAULT_FIELDS.items()}


@dataclass(slots=True)
class Workspace:
    """A `World` and the machinery around it, which is not saved: tokens, quotas, faults, the call log."""

    world: World
    tokens: Tokens = field(default_factory=Tokens)
    quotas: Quotas = field(default_factory=Quotas)
    faults: FaultPlan = field(default_factory=FaultPlan)
    calls: CallLog = field(default_factory=CallLog)
    uploads: Uploads = field(default_factory=Uploads)
    broken: list[str] = field(default_factory=list)  # answers of ours that broke the contract, or fell over
    warnings: list[str] = field(default_factory=list)  # what Google lets pass but our own code should not send
    changes: int = 0  # counts whatever may have changed the world

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one HTTP request to one of Google's hosts."""
        incoming = incoming.meant()
        if incoming.host == OAUTH_HOST and incoming.path == "/token":
            return self._token(incoming)
        for document in load().by_name.values():
            if (incoming.host, incoming.path) == (document.host, document.batch_path) and incoming.verb == "POST":
                return self._batch(f"{document.name}.batch", document.name, incoming)
        return self._call(incoming)

    def _log(self, method: str, outgoing: Outgoing, caller: str, fault: Fault | None, *, inner: bool = False) -> None:
        now, kind = self.world.clock.now(), fault.kind if fault else ""
        self.calls.add(method, outgoing.logged_status, caller, now, inner=inner, fault=kind)

    def _token(self, incoming: Incoming) -> Outgoing:
        fault = self.faults.next(OAUTH_METHOD)
        who = ""
        if fault and fault.kind not in AFTER_ACTING:
            outgoing = instead(fault, "oauth2")
        else:
            try:
                caller = exchange(self.world, incoming.body)
                who = caller.email
                outgoing = json_answer(200, self.tokens.give(caller))
            except TokenRefused as refused:
                outgoing = json_answer(refused.status, refused.body())
            outgoing = afterwards(fault, outgoing, "oauth2")
        self._log(OAUTH_METHOD, outgoing, who, fault)
        return outgoing

    def _batch(self, method: str, service: str, incoming: Incoming) -> Outgoing:
        fault = self.faults.next(method)
        if fault and fault.kind not in AFTER_ACTING:
            outgoing = instead(fault, service)
        else:
            dice = random.Random(f"{self.world.seed}/batch/{self.calls.n}")  # noqa: S311 - shuffling, not a secret
            try:
                outgoing = answer_batch(incoming, lambda one: self._call(one, inner=True), dice)
            except ApiError as error:
                outgoing = refuse(service, error)
            outgoing = afterwards(fault, outgoing, service)
        caller = self.tokens.caller(incoming.headers.get("authorization", ""))
        self._log(method, outgoing, caller.email if caller else "", fault)
        return outgoing

    def _call(self, incoming: Incoming, *, inner: bool = False) -> Outgoing:
        match = load().match(incoming.verb, incoming.host, incoming.path)
        if match is None:
            return _no_such_page(incoming)
        method, service = match.method, match.method.service
        caller = self.tokens.caller(incoming.headers.get("authorization", ""))
        fault = self.faults.next(method.id)
        if fault and fault.kind not in AFTER_ACTING:
            outgoing = instead(fault, service)
        else:
            try:
                outgoing = self._act(match, caller, incoming)
            except ApiError as error:
                outgoing = refuse(service, error)
            except Exception as error:
                log.exception("%s fell over", method.id)
                outgoing = self._break(method, f"{type(error).__name__}: {error}")
            outgoing = afterwards(fault, outgoing, service)
        self._log(method.id, outgoing, caller.email if caller else "", fault, inner=inner)
        return outgoing

    def _act(self, match: Match, caller: Caller | None, incoming: Incoming) -> Outgoing:
        method = match.method
        if caller is None:
            raise errors.no_credentials(method.service)
        if not method.scopes & caller.scopes:
            raise errors.no_scope(method.service, method.id)
        handler = HANDLERS.get(method.id)
        if handler is None:
            raise errors.not_handled(method.id)
        query = self._query(method, incoming)
        # Asking for content costs more than asking about it.
        download = query.params["alt"] == "media"
        self.quotas.spend(method.id, caller, self.world.clock.now(), download=download)
        received = self._receive(match, incoming)
        if isinstance(received, Outgoing):
            return received
        body, media = received
        self._judge(method, check_request(method, body, upload=media is not None), errors.bad_body)
        if (problem := missing(method.id, query.params, body)) is not None:
            raise errors.bad_body(method.service, problem)
        if incoming.verb != "GET":
            self.changes += 1
        params = query.params | match.params
        answer = handler(Call(self.world, caller, method.id, params, body, incoming.headers, media))
        return self._pack(method, query, answer, incoming)

    def _receive(self, match: Match, incoming: Incoming) -> tuple[Json, Media | None] | Outgoing:
        """Return body and upload, or the answer to a step of an upload that is not complete."""
        if match.upload:
            return self.uploads.receive(match.method, incoming)
        if match.method.service == "sheets" and len(incoming.body) > MOST_BYTES:
            raise ApiError(400, "INVALID_ARGUMENT", f"Request payload size exceeds the limit: {MOST_BYTES} bytes.")
        return parse_json(incoming.body), None

    def _query(self, method: Method, incoming: Incoming) -> Query:
        pairs = [(name, value) for name, value in incoming.pairs() if name != "upload_id"]
        query = check_query(method, pairs)
        self._judge(method, query.problems, errors.bad_query)
        if query.params["alt"] == "media" and not method.media_download:
            raise ApiError(400, "INVALID_ARGUMENT", f"{method.id} has no alt=media.")
        return query

    def _judge(self, method: Method, problems: Problems, refusal: Refusal) -> None:
        """Raise the first problem as the service would; Drive lets unknown names pass, and we write them down."""
        for problem in problems:
            if not (problem.unknown and method.service == "drive"):
                raise refusal(method.service, problem)
            self.warnings.append(f"{method.id}: {problem}")

    def _pack(self, method: Method, query: Query, answer: Answer, incoming: Incoming) -> Outgoing:
        if isinstance(answer, Media):
            return _download(answer, incoming.headers.get("range", ""))
        if problems := check_response(method, answer):
            return self._break(method, "; ".join(str(problem) for problem in problems[:5]))
        if method.response is None and method.service in errors.OLDER:
            return Outgoing(204)
        return json_answer(200, project(answer, query.mask or _USUAL.get(method.id, {})))

    def _break(self, method: Method, what: str) -> Outgoing:
        self.broken.append(f"{method.id}: {what}")
        return refuse(method.service, errors.broken(method.id, what))


def refuse(service: str, error: ApiError) -> Outgoing:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    if service == "oauth2":
        return json_answer(error.status, {"error": "internal_failure", "error_description": error.message}, headers)
    return json_answer(error.status, errors.refusal(service, error), headers)


def instead(fault: Fault, service: str) -> Outgoing:
    """Return what a fault that strikes before acting answers, if it answers."""
    if (error := fault.error(service)) is not None:
        return refuse(service, error)
    return Outgoing(0, hang_up=True, wait=fault.seconds if fault.kind == "hang" else 0.0)


def afterwards(fault: Fault | None, outgoing: Outgoing, service: str) -> Outgoing:
    """Spoil the answer to what was done."""
    if fault is None:
        return outgoing
    if (error := fault.error(service)) is not None:
        return refuse(service, error)
    match fault.kind:
        case "slow":
            return replace(outgoing, wait=fault.seconds)
        case "hang-after":
            return Outgoing(0, hang_up=True, wait=fault.seconds)
    return Outgoing(0, hang_up=True)


def _download(media: Media, wanted: str) -> Outgoing:
    """Answer with content, or with the part of it that a Range header asks for."""
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted.strip())
    size = len(media.data)
    if found is None:
        return Outgoing(200, media.data, media.content_type)
    start, end = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if start >= size:
        return Outgoing(416, headers={"Content-Range": f"bytes */{size}"})
    headers = {"Content-Range": f"bytes {start}-{end}/{size}"}
    return Outgoing(206, media.data[start : end + 1], media.content_type, headers)


def _no_such_page(incoming: Incoming) -> Outgoing:
    page = (
        "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title><p><b>404.</b> That's an error."
        f"<p>The requested URL <code>{escape(incoming.path)}</code> was not found on this server."
    )
    return Outgoing(404, page.encode(), "text/html; charset=UTF-8")
