"""One identity's way to Google: the same session for every library, moved as a whole when there is a sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httplib2
import requests
from google.auth.transport.requests import AuthorizedSession, Request
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document
from gspread.http_client import HTTPClient

from bridge.errors import Refused
from bridge.google.answers import HttpFailure
from bridge.google.credentials import load_credentials
from bridge.google.explain import Errand, Identity
from bridge.google.quota import MinuteBuckets
from bridge.google.retry import DICE, Retry
from bridge.ports import Clock, Quota

T = TypeVar("T")
Json = dict[str, Any]

_AUTH = "https://www.googleapis.com/auth/"
FORMS = (_AUTH + "forms.body.readonly", _AUTH + "forms.responses.readonly")
#: Asked for only to keep lists of badges in step, and only by the connection that writes them.
EDIT_FORMS = (_AUTH + "forms.body",)
#: Least scopes for looking and showing. GMAIL is asked for only where mail goes by Gmail: it needs act_as.
READ_SCOPES = (*FORMS, _AUTH + "drive.readonly", _AUTH + "spreadsheets")
GMAIL = (_AUTH + "gmail.compose",)

#: Seconds to connect, and between two packets of an answer. Google itself gives up on a spreadsheet after 180.
TIMEOUT = (10.0, 60.0)
SHEETS_TIMEOUT = (10.0, 180.0)


def connect(
    credentials_file: Path,
    act_as: str | None,
    endpoint: str | None,
    scopes: Sequence[str],
    *,
    clock: Clock,
    quota: Quota | None = None,
    dice: Callable[[], float] = DICE,
    patience: float = 300.0,
) -> Google:
    """Load the credentials and make ready; nothing is sent yet. Raise Refused for a file that can't be used.

    *endpoint* is empty for Google, or a sandbox's root on loopback: "http://127.0.0.1:8700". Tokens are signed with
    real time, whatever *clock* says.
    """
    credentials, identity = load_credentials(credentials_file, act_as or "", endpoint or "", scopes)
    for_tokens = requests.Session()
    session: requests.Session = AuthorizedSession(  # type: ignore[no-untyped-call]
        credentials, refresh_timeout=30, auth_request=Request(for_tokens)
    )
    if endpoint:  # a proxy of this computer leads out into the world
        for_tokens.trust_env = session.trust_env = False
    retry = Retry(clock, quota or MinuteBuckets(clock), identity, dice, patience)
    return Google(identity, session, retry, (endpoint or "").rstrip("/"))


@dataclass
class Google:
    """Sends; every verb sends at most once per try, and tries as `Retry` says."""

    identity: Identity
    session: requests.Session  # an AuthorizedSession
    retry: Retry
    endpoint: str = ""
    _services: dict[tuple[str, str], Any] = field(default_factory=dict)
    _leaves: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def call(self, errand: Errand, fn: Callable[[], T], *, idempotent: bool, bucket: str, units: int = 1) -> T:
        """See `Retry.call`."""
        return self.retry.call(errand, fn, idempotent=idempotent, bucket=bucket, units=units)

    def moved(self, url: str) -> str:
        """Google's address, or the same in the sandbox: http://127.0.0.1:8700/sheets.googleapis.com/v4/…"""
        return url.replace("https://", f"{self.endpoint}/", 1) if self.endpoint else url

    def service(self, api: str, version: str) -> Any:
        """A googleapiclient service from the discovery document that ships with it; no network."""
        if (api, version) not in self._services:
            document = json.loads(discovery_cache.get_static_doc(api, version))  # type: ignore[no-untyped-call]
            if self.endpoint:
                document["rootUrl"] = self.moved(document["rootUrl"])  # moves /batch and downloads too
            self._services[api, version] = build_from_document(document, http=_SessionHttp(self.session))
        return self._services[api, version]

    def leaf(self, api: str, version: str, *path: str) -> Any:
        """A resource such as ("drive", "v3", "files"), built once: each building costs milliseconds."""
        key = (api, version, *path)
        if key not in self._leaves:
            resource = self.service(api, version)
            for name in path:
                resource = getattr(resource, name)()
            self._leaves[key] = resource
        return self._leaves[key]

    @cached_property
    def gspread(self) -> HTTPClient:
        """gspread's client without its hidden reads and retries."""
        return _MovedClient(self.session, self.moved)

    def request(
        self,
        verb: str,
        url: str,
        *,
        what: Errand,
        idempotent: bool,
        bucket: str,
        units: int = 1,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Json:
        """Send JSON to Google's *url* (https://gmail.googleapis.com/…) and return the JSON that comes back.

        An empty answer is {}. Raises what `call` raises.
        """

        def send() -> Json:
            response = self.session.request(verb, self.moved(url), json=json, params=params, timeout=TIMEOUT)
            if not response.ok:
                raise HttpFailure(response)
            answer: Json = response.json() if response.content else {}
            return answer

        return self.call(what, send, idempotent=idempotent, bucket=bucket, units=units)

    def download(
        self,
        url: str,
        most: int,
        *,
        what: Errand,
        bucket: str,
        units: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the bytes behind Google's *url*; raise Refused when there are more than *most*."""

        told = dict(headers or {})

        def receive() -> bytes:
            with self.session.request("GET", self.moved(url), headers=told, stream=True, timeout=TIMEOUT) as response:
                if not response.ok:
                    raise HttpFailure(response)
                received = bytearray()
                for piece in response.iter_content(65_536):
                    received += piece
                    if len(received) > most:
                        raise Refused(f"The bridge could not {what.doing}: it is larger than {most / 1e6:g} MB.")
                return bytes(received)

        return self.call(what, receive, idempotent=True, bucket=bucket, units=units)

    def close(self) -> None:
        self.session.close()


class _SessionHttp:
    """What googleapiclient asks of httplib2.Http, done by our session.

    httplib2 sends again by itself when a connection breaks, and mixes up answers when two threads share it.
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(
        self, uri: str, method: str = "GET", body: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[httplib2.Response, bytes]:
        data = body.encode() if isinstance(body, str) else body
        answer = self._session.request(method, uri, data=data, headers=dict(headers or {}), timeout=TIMEOUT)
        told = {name.lower(): value for name, value in answer.headers.items()}
        response = httplib2.Response({**told, "status": str(answer.status_code)})  # type: ignore[no-untyped-call]
        return response, answer.content

    def close(self) -> None:
        """The session is closed by whoever made it."""


class _MovedClient(HTTPClient):
    def __init__(self, session: requests.Session, move: Callable[[str], str]) -> None:
        super().__init__(auth=None, session=session)  # type: ignore[arg-type] # as its docstring says
        self.set_timeout(SHEETS_TIMEOUT)
        self._move = move

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
        response: requests.Response = super().request(method, self._move(endpoint), *args, **kwargs)
        return response
