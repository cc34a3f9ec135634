"""What every site keeps: in memory, as files, and served over HTTP as the public opens it."""

from __future__ import annotations

import functools
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge.backends.local import LocalIssuer
from bridge.model import Achievement, Credential, Known, Order
from bridge.ports import Backend, Site
from bridge.site import Check, SiteFiles, StaticSite
from tests.contract.backends import artwork, local
from tests.fakes import story
from tests.fakes.backend import FakeBackend
from tests.fakes.site import FakeSite

LATER = story.NOON + timedelta(days=30)

#: Copies the folder to where the public sees it, as a district's own command would.
COPY = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)"


@dataclass
class Place:
    """A site and the backend that fills it."""

    site: Site
    backend: Backend
    known: Known

    def issue(self, order: Order | None = None) -> Credential:
        order = order or replace(story.order(), attempt_id="41-1")
        credential = self.backend.issue(order, story.achievement())
        self.known.orders[order.attempt_id] = order
        self.known.credentials[order.attempt_id] = credential
        return credential

    def revoke(self, credential: Credential) -> Credential:
        self.backend.revoke(self.known.orders[credential.attempt_id], credential, "A mix-up.", LATER)
        revoked = replace(credential, revoked_at=LATER, revoked_why="A mix-up.")
        self.known.credentials[credential.attempt_id] = revoked
        return revoked


@contextmanager
def in_memory(folder: Path) -> Iterator[Place]:
    del folder
    backend = FakeBackend()
    yield Place(FakeSite(backend.pages), backend, story.known(issued=False))


@contextmanager
def as_files(folder: Path) -> Iterator[Place]:
    """No publish command, nothing serves the pages: what lies in the folder is public."""
    site = StaticSite(folder, story.issuer(), story.signing_key(), artwork, check=Check.FILE)
    yield Place(site, local(folder), story.known(issued=False))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve *folder* on loopback; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class OwnKey(LocalIssuer):
    """A local issuer at another address: it signs each order with the key of that address."""

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        return LocalIssuer.issue(self, replace(order, key_id=self.key.key_id), achievement)


@contextmanager
def over_http(folder: Path) -> Iterator[Place]:
    """A publish command copies the folder to where a web server shows it."""
    public = folder / "public"
    public.mkdir()
    with serving(public) as url:
        issuer = story.issuer(url)
        key = replace(story.signing_key(), key_id=f"{issuer.did}#key-1")
        command = (sys.executable, "-c", COPY, str(folder / "site"), str(public))
        site = StaticSite(folder / "site", issuer, key, artwork, publish_command=command)
        backend = OwnKey(issuer, key, SiteFiles(folder / "site"), artwork)
        yield Place(site, backend, story.known(issued=False))


PLACES = {"memory": in_memory, "files": as_files, "http": over_http}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with PLACES[request.param](tmp_path) as open_place:
        yield open_place


def test_refreshing_again_changes_nothing(place: Place) -> None:
    place.issue()
    assert place.site.refresh(place.known) is True
    place.site.publish()
    assert place.site.refresh(place.known) is False


def test_a_site_without_any_badge_can_be_written(place: Place) -> None:
    assert place.site.refresh(Known()) is True
    assert place.site.refresh(Known()) is True, "it was not published yet"
    place.site.publish()
    assert place.site.refresh(Known()) is False


def test_a_page_is_public_after_publishing(place: Place) -> None:
    credential = place.issue()
    place.site.refresh(place.known)
    place.site.publish()
    assert place.site.is_public(credential) is True


def test_a_page_that_was_never_written_is_not_public(place: Place) -> None:
    place.site.refresh(place.known)
    place.site.publish()
    assert place.site.is_public(story.credential()) is False


def test_a_withdrawal_is_public_only_once_the_page_says_so(place: Place) -> None:
    credential = place.issue()
    place.site.refresh(place.known)
    place.site.publish()
    revoked = place.revoke(credential)
    assert place.site.refresh(place.known) is True
    place.site.publish()
    assert place.site.is_public(revoked) is True
    assert place.site.is_public(credential) is False
    assert place.site.refresh(place.known) is False


def test_one_award_says_nothing_of_another(place: Place) -> None:
    other = replace(story.order(story.OTHER_AWARD), attempt_id="43-1", status_index=7)
    first, second = place.issue(), place.issue(other)
    revoked = place.revoke(first)
    place.site.refresh(place.known)
    place.site.publish()
    assert place.site.is_public(second) is True
    assert place.site.is_public(revoked) is True


def test_publishing_again_changes_nothing(place: Place) -> None:
    credential = place.issue()
    place.site.refresh(place.known)
    place.site.publish()
    place.site.publish()
    assert place.site.is_public(credential) is True
    assert place.site.refresh(place.known) is False


def test_over_http_nothing_is_public_before_it_is_published(tmp_path: Path) -> None:
    with over_http(tmp_path) as place:
        credential = place.issue()
        place.site.refresh(place.known)
        assert place.site.is_public(credential) is False
        place.site.publish()
        assert place.site.is_public(credential) is True
        shutil.rmtree(tmp_path / "public" / "awards")
        assert place.site.is_public(credential) is False
