"""A running sandbox for a test, and Google's own clients that talk to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import google.auth.transport.requests
import googleapiclient
import googleapiclient.discovery
import googleapiclient.http
import pytest
from cast import BADGES, OWNER, ROBOT, SCOPES, TEACHER
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp

from bridge.sandbox import forms
from bridge.sandbox.drive_state import new_file, share
from bridge.sandbox.oauth import new_service_account
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import Person, World

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"


class LocalCredentials(service_account.Credentials):
    """google-auth looks up a trust boundary at Google in the background; for the sandbox it must not."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that looks up any name but this machine's."""
    asked: list[object] = []
    real = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", None):
            asked.append(host)
            raise socket.gaierror(f"tests stay on loopback: {host}")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    yield
    assert asked == []


@pytest.fixture
def world() -> World:
    world = World()
    people = {BADGES: "Badge Desk", OWNER: "Olga Owner", TEACHER: "Tom Teacher"}
    world.people = {email: Person(email, name) for email, name in people.items()}
    return world


@pytest.fixture
def sandbox(world: World) -> Iterator[Sandbox]:
    """A running sandbox; no answer of it may break Google's contract."""
    with Sandbox(world) as running:
        yield running
        assert running.broken == []


@pytest.fixture
def key(sandbox: Sandbox) -> dict[str, Any]:
    """The key file of the robot, which may act for members of the domain."""
    return new_service_account(sandbox.world, ROBOT, sandbox.url, delegated_scopes=SCOPES)


Signed = Callable[..., LocalCredentials]


@pytest.fixture
def signed(key: dict[str, Any]) -> Signed:
    """Credentials of the robot, or of the member it acts for: ``signed("tom@district.example")``."""

    def make(subject: str | None = None, scopes: tuple[str, ...] = SCOPES) -> LocalCredentials:
        made = LocalCredentials.from_service_account_info(key, scopes=scopes, subject=subject)
        assert isinstance(made, LocalCredentials)
        return made

    return make


@pytest.fixture
def session(signed: Signed) -> Callable[..., google.auth.transport.requests.AuthorizedSession]:
    """A requests session that signs its calls."""

    def make(subject: str | None = None, **kwargs: Any) -> google.auth.transport.requests.AuthorizedSession:
        return google.auth.transport.requests.AuthorizedSession(signed(subject, **kwargs))

    return make


@pytest.fixture
def client(sandbox: Sandbox, signed: Signed) -> Callable[..., Any]:
    """Google's own client: ``client("forms", "v1").forms()``, built from the packaged document."""

    def build(name: str, version: str, subject: str | None = None, **kwargs: Any) -> Any:
        document = json.loads((DOCUMENTS / f"{name}.{version}.json").read_text(encoding="utf-8"))
        for field in ("rootUrl", "baseUrl"):
            document[field] = document[field].replace("https://", f"{sandbox.url}/", 1)
        http = AuthorizedHttp(signed(subject, **kwargs), http=googleapiclient.http.build_http())
        return googleapiclient.discovery.build_from_document(document, http=http)

    return build


@pytest.fixture
def form(world: World) -> str:
    form_id = forms.new_form(world, owner=OWNER, title="Badge request", items=[forms.text("Why?")])
    share(world, form_id, ROBOT, "writer")
    return form_id


@pytest.fixture
def photo(world: World) -> str:
    file = new_file(world, OWNER, "photo.txt", "text/plain", b"hello world")
    share(world, file.id, ROBOT)
    return file.id
