"""What every backend keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import Refused
from bridge.ports import Backend
from tests.contract.backends import BACKENDS
from tests.fakes import story

LATER = story.NOON + timedelta(days=30)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    return BACKENDS[request.param](tmp_path / "site")


def test_find_returns_what_issue_made(backend: Backend) -> None:
    assert backend.find(story.order()) is None
    credential = backend.issue(story.order(), story.achievement())
    assert backend.find(story.order()) == credential
    assert credential.award == story.AWARD
    assert credential.attempt_id == "41-1"
    assert credential.backend == "local"
    assert credential.url.startswith("https://")
    assert credential.image.startswith("https://")
    assert credential.revoked_at is None


def test_issuing_again_says_the_same(backend: Backend) -> None:
    first = backend.issue(story.order(), story.achievement())
    badge = backend.badge(first)
    assert backend.issue(story.order(), story.achievement()) == first
    assert backend.badge(first) == badge


def test_last_years_award_is_not_this_one(backend: Backend) -> None:
    backend.issue(story.order(), story.achievement())
    assert backend.find(story.order(story.OTHER_AWARD)) is None


def test_the_badge_is_a_picture(backend: Backend) -> None:
    credential = backend.issue(story.order(), story.achievement())
    assert backend.badge(credential).startswith(b"\x89PNG")


def test_the_badge_of_an_award_that_was_never_made_is_refused(backend: Backend) -> None:
    with pytest.raises(Refused):
        backend.badge(story.credential())


def test_revoking_twice_is_no_error_and_the_award_is_still_found(backend: Backend) -> None:
    credential = backend.issue(story.order(), story.achievement())
    for _ in range(2):
        backend.revoke(story.order(), credential, "A mix-up.", LATER)
    assert backend.find(story.order()) == credential


def test_revoking_one_leaves_the_others(backend: Backend) -> None:
    first = backend.issue(story.order(), story.achievement())
    second = backend.issue(story.order(story.OTHER_AWARD), story.achievement())
    badge = backend.badge(second)
    backend.revoke(story.order(), first, "A mix-up.", LATER)
    assert backend.find(story.order(story.OTHER_AWARD)) == second
    assert backend.badge(second) == badge


def test_revoking_what_was_never_made_is_refused(backend: Backend) -> None:
    with pytest.raises(Refused):
        backend.revoke(story.order(), story.credential(), "A mix-up.", LATER)


def test_another_version_of_the_badge_than_the_order_names_is_refused(backend: Backend) -> None:
    with pytest.raises(Refused, match="another version"):
        backend.issue(story.order(), replace(story.achievement(), version="v2"))
    assert backend.find(story.order()) is None
