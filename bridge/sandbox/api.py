"""What a handler of the sandbox sees and says: the seam between the HTTP server and the services.

A service registers a function under Google's own method id::

    @on("drive.files.get")
    def get_file(call: Call) -> Answer: ...

and a person's act, for which Google has no API, under a path below ``/_sandbox/``::

    @act("POST", "sheets/{spreadsheet_id}/type", "Type into cells, as a person would.")
    def type_into(act: Act) -> Json: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge.sandbox.state import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom Google believes to be calling: the person acted for, or the service account itself."""

    email: str
    service_account: str  # the account whose key signed, also when it acts for a person; quotas are counted by it
    scopes: frozenset[str]

    @property
    def delegated(self) -> bool:
        return self.email != self.service_account


@dataclass(frozen=True, slots=True)
class Call:
    """One API call that has passed authentication, quota and the discovery document."""

    world: World
    caller: Caller
    method: str  # Google's method id, such as "sheets.spreadsheets.values.get"
    params: Mapping[str, Any]  # path and query, typed by the document; repeated ones are lists
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    media: Media | None = None  # what was uploaded, by any of Google's upload protocols


@dataclass(frozen=True, slots=True)
class Media:
    """What is not JSON: an upload, or an answer that is a download or an export."""

    content_type: str
    data: bytes


Answer = Json | Media
Handler = Callable[[Call], Answer]

#: Google's method id → the function that answers it.
HANDLERS: dict[str, Handler] = {}


def on(method: str) -> Callable[[Handler], Handler]:
    """Register a handler under Google's method id; the server refuses to start if the documents have no such id."""

    def register(handler: Handler) -> Handler:
        if method in HANDLERS:
            raise ValueError(f"{method} has two handlers")
        HANDLERS[method] = handler
        return handler

    return register


class ApiError(Exception):
    """Google's refusal: HTTP *status*, the machine-readable *reason* and a *message*.

    *reason* is Drive's and Gmail's word ("notFound", "storageQuotaExceeded") or, for Forms and Sheets, the status
    name ("NOT_FOUND", "PERMISSION_DENIED"); the server puts it into the shape of the service that answers.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        retry_after: int | None = None,
        location: str = "",
        details: Sequence[Json] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.location = location  # older shape: the parameter, such as "fileId", or the header that is to blame
        self.details = list(details)  # newer shape: google.rpc details


@dataclass(frozen=True, slots=True)
class Act:
    """A person's act under /_sandbox/: path parameters, query and JSON body are merged in `args`."""

    world: World
    args: Json
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Route:
    verb: str
    path: str
    says: str  # one line for GET /_sandbox/
    do: Callable[[Act], Json | Media]


ACTS: list[Route] = []


def act(verb: str, path: str, says: str) -> Callable[[Callable[[Act], Json | Media]], Callable[[Act], Json | Media]]:
    """Register what a person may do; *path* is below /_sandbox/ and may hold {parameters}.

    Raise `ApiError` for what a person can't do; a missing argument (KeyError) becomes a 400 that names it.
    """

    def register(do: Callable[[Act], Json | Media]) -> Callable[[Act], Json | Media]:
        ACTS.append(Route(verb, path, says, do))
        return do

    return register
