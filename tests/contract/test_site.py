"""What every site keeps: in memory, as files, and served over HTTP as the public opens it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.backends.local import LocalIssuer
from bridge.errors import TryLater
from bridge.model import Credential, Known, Lesson, Move, Order
from bridge.ports import Backend, Site
from bridge.site import Check, SiteFiles, StaticSite
from tests.contract.backends import artwork, local
from tests.fakes import story
from tests.fakes.backend import FakeBackend
from tests.fakes.site import FakeSite
from tests.fakes.web_server import serving

LATER = story.NOON + timedelta(days=30)

#: Copies the folder to where the public sees it, as a district's own command would.
COPY = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)"


@dataclass
class Place:
    """A site and the backend that fills it."""

    site: Site
    backend: Backend
    known: Known
    key_id: str = story.signing_key().key_id

    def issue(self, order: Order | None = None) -> Credential:
        order = replace(order or story.order(), key_id=self.key_id)
        credential = self.backend.issue(order, story.achievement())
        self.known.orders[order.attempt_id] = order
        self.known.credentials[order.attempt_id] = credential
        return credential

    def revoke(self, credential: Credential) -> Credential:
        self.backend.revoke(self.known.orders[credential.attempt_id], credential, "A mix-up.", LATER)
        revoked = replace(credential, revoked_at=LATER, revoked_why="A mix-up.")
        self.known.credentials[credential.attempt_id] = revoked
        return revoked

    def bring(self) -> tuple[Order, Credential]:
        """An award that a vendor's server made."""
        order = replace(story.order(story.OTHER_AWARD), attempt_id="43-1", backend="badgr", key_id=self.key_id)
        credential = FakeBackend("badgr").issue(order, story.achievement())
        self.known.orders[order.attempt_id] = order
        self.known.credentials[order.attempt_id] = credential
        return order, credential

    def publish(self) -> bool:
        """As a cycle does; return whether there was news."""
        news = self.site.refresh(self.known)
        self.site.publish()
        return news


def no_picture() -> bytes:
    raise AssertionError("the picture was asked for")


@contextmanager
def in_memory(folder: Path) -> Iterator[Place]:
    del folder
    backend = FakeBackend()
    yield Place(FakeSite(backend.pages, entries=lambda: backend.entries), backend, story.known(issued=False))


@contextmanager
def as_files(folder: Path) -> Iterator[Place]:
    """No publish command, nothing serves the pages: what lies in the folder is public."""
    site = StaticSite(folder, story.issuer(), story.signing_key(), artwork, check=Check.FILE)
    yield Place(site, local(folder), story.known(issued=False))


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
        backend = LocalIssuer(issuer, key, SiteFiles(folder / "site"), artwork)
        yield Place(site, backend, story.known(issued=False), key.key_id)


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


def test_entries_of_awards_that_the_ledger_forgot_are_taken(place: Place) -> None:
    place.issue()
    assert set(place.site.forgotten(place.known)) == set()
    assert set(place.site.forgotten(Known())) == {story.order().status_index}


def test_over_http_nothing_is_public_before_it_is_published(tmp_path: Path) -> None:
    with over_http(tmp_path) as place:
        credential = place.issue()
        place.site.refresh(place.known)
        assert place.site.is_public(credential) is False
        place.site.publish()
        assert place.site.is_public(credential) is True
        shutil.rmtree(tmp_path / "public" / "awards")
        assert place.site.is_public(credential) is False


# ── what vendors made, and what was made anew ────────────────────────────────────


def test_a_vendors_badge_has_its_page_here_once_it_was_shown(place: Place) -> None:
    order, credential = place.bring()
    place.publish()
    assert place.site.is_public(credential) is False
    place.site.show(order, story.achievement(), credential, story.artwork)
    assert place.publish() is True
    assert place.site.is_public(credential) is True
    assert place.publish() is False


def test_a_vendors_picture_is_asked_for_once(place: Place) -> None:
    order, credential = place.bring()
    assert place.site.picture(credential) is None
    place.site.show(order, story.achievement(), credential, story.artwork)
    assert place.site.picture(credential) == story.artwork()
    place.publish()
    place.site.show(order, story.achievement(), credential, no_picture)
    assert place.publish() is False


def test_no_picture_no_page(place: Place) -> None:
    order, credential = place.bring()
    place.publish()

    def later() -> bytes:
        raise TryLater("The vendor asks for a pause.")

    with pytest.raises(TryLater):
        place.site.show(order, story.achievement(), credential, later)
    assert place.site.picture(credential) is None
    assert place.publish() is False
    assert place.site.is_public(credential) is False


@pytest.mark.parametrize("shown", [False, True])
def test_a_vendors_badge_that_was_revoked_says_so_and_needs_no_picture(place: Place, shown: bool) -> None:
    order, credential = place.bring()
    if shown:
        place.site.show(order, story.achievement(), credential, story.artwork)
        place.publish()
    revoked = replace(credential, revoked_at=LATER, revoked_why="A mix-up.")
    place.known.credentials["43-1"] = revoked
    place.site.show(order, story.achievement(), revoked, no_picture)
    assert place.publish() is True
    assert place.site.is_public(revoked) is True
    assert place.site.is_public(credential) is False


def test_what_is_replaced_stays_public_until_it_is_withdrawn(place: Place) -> None:
    first = place.issue()
    place.publish()
    old = place.known.orders["41-1"]
    new = replace(old, award=story.OTHER_AWARD, backend="badgr")
    credential = FakeBackend("badgr").issue(new, story.achievement())
    place.known.learn(Lesson(moves=(Move("41-1", 1, old, new, story.NOON, first),), orders=(new,)))
    place.known.credentials["41-1"] = credential
    place.site.show(new, story.achievement(), credential, story.artwork)
    for news in (True, False):
        place.site.supersede(old, story.achievement(), first, credential)
        assert place.publish() is news
    assert place.site.is_public(first) is True
    place.backend.revoke(old, first, "It was replaced.", LATER)
    withdrawn = replace(first, revoked_at=LATER, revoked_why="It was replaced.")
    place.known.learn(Lesson(moves=(Move("41-1", 1, old, new, story.NOON, withdrawn),)))
    place.site.supersede(old, story.achievement(), withdrawn, credential)
    assert place.publish() is True
    assert place.site.is_public(withdrawn) is True
    assert place.site.is_public(first) is False
    assert place.site.is_public(credential) is True
    assert place.publish() is False


def test_what_comes_back_into_force_has_its_own_page_again(place: Place) -> None:
    first = place.issue()
    order = place.known.orders["41-1"]
    place.publish()
    other, credential = place.bring()
    place.site.show(other, story.achievement(), credential, story.artwork)
    place.site.supersede(order, story.achievement(), first, credential)
    place.publish()
    place.site.show(order, story.achievement(), first, no_picture)
    assert place.publish() is True
    assert place.site.is_public(first) is True
    place.site.show(order, story.achievement(), first, no_picture)
    assert place.publish() is False
