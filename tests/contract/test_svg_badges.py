"""A badge whose artwork is an SVG: what lies in the site's folder, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openbadges_bakery
import pytest

from bridge.backends.local import LocalIssuer
from bridge.openbadges.pictures import picture, svg
from bridge.openbadges.verifying.verify import site_fetcher, verify
from bridge.site import StaticSite
from bridge.site.files import SiteFiles
from tests.contract.backends import local
from tests.fakes import story

STAR = b"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600">
  <path fill="#d9982f" d="M300 20l80 180 200 20-150 130 45 190-175-100-175 100 45-190L20 220l200-20z"/>
</svg>
"""
NAME = picture.name(STAR)
ACHIEVEMENT = replace(story.achievement(), artwork=NAME)
BADGE = f"badges/{story.AWARD}.svg"
LATER = story.NOON + timedelta(days=30)


def artwork(name: str) -> bytes:
    return {NAME: STAR}[name]


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    return LocalIssuer(story.issuer(), story.signing_key(), SiteFiles(tmp_path), artwork)


def refresh(folder: Path, *, revoked: bool = False) -> None:
    known = story.known()
    known.achievements = {ACHIEVEMENT.key: ACHIEVEMENT}
    known.versions = {(ACHIEVEMENT.key, "v1"): ACHIEVEMENT}
    if revoked:
        known.credentials["41-1"] = replace(known.credentials["41-1"], revoked_at=LATER)
    StaticSite(folder, story.issuer(), story.signing_key(), artwork).refresh(known)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.suffix in (".png", ".svg")}


def test_the_badge_is_an_svg_under_its_own_address(tmp_path: Path, issuer: LocalIssuer) -> None:
    credential = issuer.issue(story.order(), ACHIEVEMENT)
    refresh(tmp_path)
    assert files(tmp_path) == {BADGE, "achievements/feedback-that-moves/v1.svg"}
    assert (tmp_path / "achievements/feedback-that-moves/v1.svg").read_bytes() == STAR
    assert credential.image == f"{story.SITE}/{BADGE}"
    assert issuer.badge(credential) == (tmp_path / BADGE).read_bytes()
    assert issuer.find(story.order()) == credential


def test_the_badge_is_the_artwork_and_the_two_credentials(tmp_path: Path, issuer: LocalIssuer) -> None:
    badge = issuer.badge(issuer.issue(story.order(), ACHIEVEMENT))
    refresh(tmp_path)
    assert svg.bake(badge) == STAR
    told = svg.unbake(badge)
    assert f'"{story.SITE}/achievements/feedback-that-moves/v1.svg"' in (told.credential or "")
    assert f'"{story.SITE}/{BADGE}"' in (told.assertion or "")
    assert openbadges_bakery.unbake(BytesIO(badge)) == f"{story.SITE}/assertions/{story.AWARD}.json"
    published = (tmp_path / "achievements/feedback-that-moves/v1.json").read_text()
    assert f'"{story.SITE}/achievements/feedback-that-moves/v1.svg"' in published


def test_the_pages_show_it(tmp_path: Path, issuer: LocalIssuer) -> None:
    issuer.issue(story.order(), ACHIEVEMENT)
    refresh(tmp_path)
    page = (tmp_path / f"awards/{story.AWARD}.html").read_text()
    assert f'<img class="badge" src="../{BADGE}"' in page
    assert f'href="../{BADGE}" download>Badge <small>SVG</small>' in page
    assert "og:image" not in page  # no social network shows an SVG
    assert 'src="achievements/feedback-that-moves/v1.svg"' in (tmp_path / "index.html").read_text()
    assert 'src="v1.svg"' in (tmp_path / "achievements/feedback-that-moves/v1.html").read_text()


def test_opened_by_itself_it_runs_nothing(tmp_path: Path) -> None:
    refresh(tmp_path)
    rules = (tmp_path / "_headers").read_text()
    assert "/badges/*\n  Content-Security-Policy: script-src 'none'" in rules
    assert "/achievements/*\n  Content-Security-Policy: script-src 'none'" in rules


@pytest.mark.parametrize("damage", ["cut", "gone", "another's", "no badge", "entities"])
def test_a_damaged_badge_is_not_found_and_can_be_made_again(tmp_path: Path, issuer: LocalIssuer, damage: str) -> None:
    credential = issuer.issue(story.order(), ACHIEVEMENT)
    badge = tmp_path / BADGE
    whole = badge.read_bytes()
    other = svg.bake(STAR, credential=f'{{"id":"urn:uuid:{story.OTHER_AWARD}"}}')
    bomb = whole.replace(b"?>", b'?><!DOCTYPE svg [<!ENTITY a "a">]>', 1)
    badge.write_bytes({"cut": whole[:-9], "gone": b"", "another's": other, "no badge": STAR, "entities": bomb}[damage])
    assert issuer.find(story.order()) is None
    assert issuer.issue(story.order(), ACHIEVEMENT) == credential
    assert badge.read_bytes() == whole


def test_a_withdrawn_badge_keeps_its_picture(tmp_path: Path, issuer: LocalIssuer) -> None:
    credential = issuer.issue(story.order(), ACHIEVEMENT)
    badge = issuer.badge(credential)
    issuer.revoke(story.order(), credential, "A mix-up.", LATER)
    refresh(tmp_path, revoked=True)
    assert (tmp_path / BADGE).read_bytes() == badge
    page = (tmp_path / f"awards/{story.AWARD}.html").read_text()
    assert f'src="../{BADGE}"' in page
    assert "Withdrawn" in page
    told = svg.unbake(badge).credential or ""
    report = verify(told.encode(), site_fetcher(tmp_path, story.SITE), LATER, story.TEACHER)
    said = {finding.kind: finding.ok for finding in report.findings}
    assert (said["proof"], said["status"]) == (True, False)


def test_a_badge_left_by_an_order_that_was_changed_is_not_mailed(tmp_path: Path, issuer: LocalIssuer) -> None:
    """The first try ended after its PNG; then the coach approved anew, and the artwork was an SVG by now."""
    local(tmp_path / "before").issue(story.order(), story.achievement())
    left = tmp_path / f"badges/{story.AWARD}.png"
    left.parent.mkdir(parents=True)
    left.write_bytes((tmp_path / "before" / "badges" / left.name).read_bytes())
    credential = issuer.issue(story.order(), ACHIEVEMENT)
    assert svg.bake(issuer.badge(credential)) == STAR
    found = issuer.find(story.order())
    assert found is not None
    assert found.image == f"{story.SITE}/{BADGE}"
