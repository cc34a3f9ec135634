"""A badge that is valid for a time: before and after its end, on its page, in its files, and for a stranger."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.backends.local import LocalIssuer
from bridge.model import Order
from bridge.site import Check, Look, SiteFiles, StaticSite
from tests.contract.backends import artwork
from tests.fakes import story

from .desk import Type

LOOK = Look("en-US", "America/Los_Angeles")
LONG_AGO = datetime(2020, 5, 4, 12, 0, tzinfo=UTC)
OVER = datetime(2023, 5, 4, 6, 30, tzinfo=UTC)  # still May 3 in Los Angeles


def publish(folder: Path, order: Order) -> LocalIssuer:
    """A site with one badge in it."""
    issuer = LocalIssuer(story.issuer(), story.signing_key(), SiteFiles(folder), artwork, LOOK)
    known = story.known()
    known.orders["41-1"] = order
    known.credentials["41-1"] = issuer.issue(order, story.achievement())
    StaticSite(folder, story.issuer(), story.signing_key(), artwork, check=Check.FILE, look=LOOK).refresh(known)
    return issuer


def page(folder: Path) -> str:
    return (folder / f"awards/{story.AWARD}.html").read_text()


def seal(folder: Path) -> str:
    """What stands on the page's seal for a reader without JavaScript."""
    found = re.search(r'<p class="seal [^>]*>([^<]*)</p>', page(folder))
    assert found
    return found[1]


def test_page_and_files_tell_until_when_it_is_valid(tmp_path: Path) -> None:
    publish(tmp_path, replace(story.order(), issued_on=LONG_AGO, expires=OVER))
    assert seal(tmp_path) == "Genuine, valid until May 3, 2023"
    assert "<dt>Valid until</dt><dd>May 3, 2023</dd>" in page(tmp_path)
    assert 'data-until="2023-05-04T06:30:00+00:00" data-after="Genuine, but expired on May 3, 2023"' in page(tmp_path)
    credential = json.loads((tmp_path / f"credentials/{story.AWARD}.json").read_bytes())
    assertion = json.loads((tmp_path / f"assertions/{story.AWARD}.json").read_bytes())
    assert credential["validUntil"] == assertion["expires"] == "2023-05-04T06:30:00Z"


def test_a_badge_without_an_end_says_so_and_needs_no_script(tmp_path: Path) -> None:
    publish(tmp_path, replace(story.order(), expires=None))
    assert seal(tmp_path) == "Genuine"
    assert "<dt>Expires</dt><dd>never</dd>" in page(tmp_path)
    assert "<script>" not in page(tmp_path)
    assert "validUntil" not in (tmp_path / f"credentials/{story.AWARD}.json").read_text()
    assert "expires" not in (tmp_path / f"assertions/{story.AWARD}.json").read_text()


def test_a_withdrawn_badge_no_longer_says_until_when_it_was_valid(tmp_path: Path) -> None:
    order = replace(story.order(), issued_on=LONG_AGO, expires=OVER)
    issuer = publish(tmp_path, order)
    issuer.revoke(order, issuer.credential(order, "badge.png"), "A mix-up.", OVER - timedelta(days=9))
    assert seal(tmp_path) == "Withdrawn"
    assert "Valid until" not in page(tmp_path)
    assert "<script>" not in page(tmp_path)


@pytest.mark.parametrize("kind", ["badges/{}.png", "credentials/{}.json", "assertions/{}.json"])
def test_after_its_end_a_stranger_is_told_that_it_expired(tmp_path: Path, command: Type, kind: str) -> None:
    file = tmp_path / kind.format(story.AWARD)
    publish(tmp_path, replace(story.order(), issued_on=LONG_AGO, expires=OVER))
    told = command("verify", str(file), "--site", str(tmp_path))
    assert told.code == 1
    assert "✗ It expired on 2023-05-04 06:30 UTC." in told.out
    publish(tmp_path, replace(story.order(), issued_on=LONG_AGO, expires=datetime.now(UTC) + timedelta(hours=1)))
    told = command("verify", str(file), "--site", str(tmp_path))
    assert told.code == 0, told.out
    assert "and is valid until" in told.out
