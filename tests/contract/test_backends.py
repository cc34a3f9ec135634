"""What every backend keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import Refused
from bridge.model import Credential, Evidence, EvidenceKind
from tests.contract.backends import BACKENDS, Shop
from tests.fakes import story

LATER = story.NOON + timedelta(days=30)
PICTURES = (b"\x89PNG", b"<svg", b"<?xml")


@pytest.fixture(params=BACKENDS)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with BACKENDS[request.param](tmp_path / "site") as opened:
        yield opened


def same(found: Credential | None, made: Credential) -> bool:
    """Whether both are one credential. What a vendor tells of it besides may have changed meanwhile."""
    return found is not None and (found.award, found.backend, found.backend_ref, found.url) == (
        made.award,
        made.backend,
        made.backend_ref,
        made.url,
    )


def test_find_returns_what_issue_made(shop: Shop) -> None:
    assert shop.backend.find(shop.order()) is None
    credential = shop.issue()
    assert shop.backend.find(shop.order()) == credential
    assert credential.award == story.AWARD
    assert credential.attempt_id == "41-1"
    assert credential.backend == shop.name
    assert credential.url.startswith("https://")
    assert credential.url.endswith(f"/awards/{story.AWARD}.html")
    assert credential.image.startswith(("https://", "http://127.0.0.1:"))
    assert bool(credential.vendor_url or credential.untaken) == shop.order().at_vendor
    assert credential.revoked_at is None


def test_issuing_again_says_the_same(shop: Shop) -> None:
    first = shop.issue()
    badge = shop.backend.badge(first)
    assert same(shop.issue(), first)
    assert shop.backend.badge(first) == badge


def test_last_years_award_is_not_this_one(shop: Shop) -> None:
    shop.issue()
    this_year = replace(shop.order(), award=story.OTHER_AWARD)  # of the same badge, to the same person
    assert shop.backend.find(this_year) is None


def test_the_page_of_another_award_shown_as_evidence_makes_nobody_that_award(shop: Shop) -> None:
    """Whichever address the site had when that page was copied."""
    pages = [f"{site}/awards/{story.OTHER_AWARD}.html" for site in (story.SITE, "https://old.example")]
    shown = tuple(Evidence(n, EvidenceKind.WEB, page, name="My first badge") for n, page in enumerate(pages, 1))
    shop.orders[story.AWARD] = replace(shop.order(), evidence=shown)
    shop.issue()
    assert shop.backend.find(replace(shop.order(), award=story.OTHER_AWARD)) is None


def test_an_award_is_known_again_after_the_site_has_moved(shop: Shop) -> None:
    credential = shop.issue()
    if not shop.order().at_vendor:
        return  # what lies in our own folder bears its address: see tests/front/test_address.py
    moved = replace(shop.backend, site_url="https://new.example")  # type: ignore[type-var]
    found = moved.find(shop.order())
    assert found is not None
    assert (found.backend_ref, found.url) == (credential.backend_ref, f"https://new.example/awards/{story.AWARD}.html")


def test_the_badge_is_a_picture(shop: Shop) -> None:
    assert shop.backend.badge(shop.issue()).lstrip().startswith(PICTURES)


def test_the_badge_of_an_award_that_was_never_made_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused):
        shop.backend.badge(story.credential())


def test_revoking_twice_is_no_error_and_the_award_is_still_found(shop: Shop) -> None:
    credential = shop.issue()
    for _ in range(2):
        shop.backend.revoke(shop.order(), credential, "A mix-up.", LATER)
    found = shop.backend.find(shop.order())
    assert same(found, credential)
    assert found is not None
    assert (found.revoked_at is not None) == shop.order().at_vendor  # what lies here nobody else can withdraw


def test_revoking_one_leaves_the_others(shop: Shop) -> None:
    first, second = shop.issue(), shop.issue(story.OTHER_AWARD)
    badge = shop.backend.badge(second)
    shop.backend.revoke(shop.order(), first, "A mix-up.", LATER)
    assert shop.backend.find(shop.order(story.OTHER_AWARD)) == second
    assert shop.backend.badge(second) == badge


def test_revoking_what_was_never_made_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused):
        shop.backend.revoke(shop.order(), story.credential(), "A mix-up.", LATER)


def test_another_version_of_the_badge_than_the_order_names_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused, match="another version"):
        shop.backend.issue(shop.order(), replace(story.achievement(), version="v2"))
    assert shop.backend.find(shop.order()) is None


def test_what_earners_did_is_told_of_what_was_asked_for_and_of_nothing_else(shop: Shop) -> None:
    first = shop.issue()
    shop.issue(story.OTHER_AWARD)
    told = shop.backend.acceptance([first])
    assert set(told) == ({first.award} if first.acceptance else set())
    assert shop.backend.acceptance([]) == {}
