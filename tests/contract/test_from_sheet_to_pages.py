"""What stands in the Badges tab reaches the public pages; what was issued keeps its words, whatever comes later."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bridge.model import Artwork, Kind
from bridge.openbadges.findings import Verdict
from bridge.openbadges.verifying.verify import site_fetcher, verify
from bridge.plan.catalogue import ALIGNMENT, OPTIONAL, TAGS, TITLES, TYPE, VALID_FOR
from bridge.site import StaticSite
from tests.contract.backends import artwork, local
from tests.core import desk
from tests.core.test_badge_cells import FULL
from tests.fakes import story

CRITERIA = TITLES.index("Criteria")
LATER = timedelta(days=30)


class Town:
    """A desk whose badges are really made, and the folder that the public sees."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        key = story.signing_key()
        self.desk = desk.Desk(replace(desk.POLICY, issuer_url=story.SITE, key_id=key.key_id))
        digest = sha256(story.artwork()).hexdigest()
        self.desk.artworks = tuple(Artwork(row[4], digest) for row in desk.BADGES[1:])
        assert self.desk.badges is not None
        self.desk.badges = [list(row) + [""] * len(OPTIONAL) for row in self.desk.badges]
        self.desk.badges[0][len(TITLES) :] = OPTIONAL
        self.issuer = local(folder)
        self.site = StaticSite(folder, story.issuer(), key, artwork)

    def write(self, title: str, text: str) -> None:
        assert self.desk.badges is not None
        self.desk.badges[1][self.desk.badges[0].index(title)] = text

    def give(self, response: str, who: str) -> str:
        """Request, approve and issue a badge; return its award."""
        self.desk.submit(desk.submission(response, who=who))
        self.desk.look()
        (attempt,) = (a.id for a in self.desk.known.attempts.values() if a.submission.response_id == response)
        self.desk.choose(attempt, "Approve")
        self.desk.look()
        order = self.desk.known.orders[attempt]
        achievement = self.desk.known.versions[order.achievement, order.version]
        credential = self.issuer.issue(order, achievement)
        self.desk.finish(f"{Kind.ISSUE}:{attempt}")
        self.desk.known.credentials[attempt] = credential
        self.site.refresh(self.desk.known)
        return order.award

    def page(self, award: str) -> str:
        return (self.folder / f"awards/{award}.html").read_text("utf-8")

    def told(self, award: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / f"credentials/{award}.json").read_bytes())
        return found

    def at(self, url: str) -> str:
        """What is public at an address of the site."""
        return (self.folder / url.removeprefix(f"{story.SITE}/")).read_text("utf-8")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def filled(town: Town) -> Town:
    for title, text in FULL.items():
        town.write(title, text)
    return town


def test_changed_criteria_are_for_those_who_come_later(town: Town) -> None:
    first = town.give("r1", "ana")
    town.write("Criteria", "Shows it twice")
    second = town.give("r2", "ben")
    old, new = (town.told(award)["credentialSubject"]["achievement"] for award in (first, second))
    assert (old["criteria"]["narrative"], new["criteria"]["narrative"]) == ("Shows it", "Shows it twice")
    assert old["id"] != new["id"]
    assert "Shows it twice" not in town.page(first) + town.at(old["id"])
    assert "Shows it twice" in town.page(second)
    assert "Shows it twice" in town.at(new["id"])
    for award, achievement in ((first, old), (second, new)):
        assertion = json.loads((town.folder / f"assertions/{award}.json").read_bytes())
        assert json.loads(town.at(assertion["badge"]))["criteria"]["narrative"] == achievement["criteria"]["narrative"]
        assert achievement["otherIdentifier"][0]["identifier"] == assertion["badge"]
        badge = (town.folder / f"badges/{award}.png").read_bytes()
        report = verify(badge, site_fetcher(town.folder, story.SITE), story.NOON + LATER)
        assert report.verdict is Verdict.VALID


def test_all_that_the_tab_says_of_a_badge_is_in_its_credential(town: Town) -> None:
    told = town.told(filled(town).give("r1", "ana"))
    achievement = told["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "MicroCredential"
    assert achievement["tag"] == ["health", "safety", "first aid"]
    assert [target["targetUrl"] for target in achievement["alignment"]] == [
        "https://standards.example/2.1",
        "https://x.example",
    ]
    assert told["validUntil"] == "2028-11-22T23:59:59Z"
    older = json.loads(town.at(achievement["otherIdentifier"][0]["identifier"]))
    assert older["tags"] == achievement["tag"]
    assert older["alignment"][0]["targetFramework"] == "Standards for Educators"


def test_all_that_the_tab_says_of_a_badge_is_on_its_pages(town: Town) -> None:
    award = filled(town).give("r1", "ana")
    about = town.at(town.told(award)["credentialSubject"]["achievement"]["id"])
    for page in (town.page(award), about):
        assert '<a href="https://standards.example/2.1" rel="nofollow noopener">' in page
        assert "Standards for Educators · 2.1" in page
        assert all(f"<bdi>{tag}</bdi>" in page for tag in ("health", "safety", "first aid"))
        assert "<dd>Micro-credential</dd>" in page
    assert "<dd>November 22, 2028</dd>" in town.page(award)
    assert "<dd>2 years</dd>" in about


def test_a_badge_that_says_nothing_more_has_pages_without_gaps(town: Town) -> None:
    award = town.give("r1", "ana")
    about = town.at(town.told(award)["credentialSubject"]["achievement"]["id"])
    for page in (town.page(award), about):
        assert not re.search(r"Standards|class=\"tags\"|<dt>(Kind|Counts for)</dt>", page)
    assert town.told(award)["credentialSubject"]["achievement"]["achievementType"] == "Badge"


def test_a_withdrawn_badge_still_says_what_was_issued(town: Town) -> None:
    award = filled(town).give("r1", "ana")
    for title in (TYPE, TAGS, ALIGNMENT, VALID_FOR):
        town.write(title, "")
    town.desk.look()
    order, credential = town.desk.known.orders["1-1"], town.desk.known.credentials["1-1"]
    town.issuer.revoke(order, credential, "A mix-up.", desk.NOON)
    page = town.page(award)
    assert "Withdrawn" in page
    assert '<a href="https://standards.example/2.1" rel="nofollow noopener">' in page
    assert "Standards for Educators · 2.1" in page
    assert "<bdi>first aid</bdi>" in page
    assert "<dd>Micro-credential</dd>" in page


def test_hostile_cells_stay_words_on_the_pages(town: Town) -> None:
    evil = "<script>alert(1)</script>"
    town.write(TAGS, evil)
    town.write(ALIGNMENT, f"{evil} | https://x.example/?'onclick=alert(1) | {evil} | {evil}")
    award = town.give("r1", "ana")
    achievement = town.told(award)["credentialSubject"]["achievement"]
    assert (achievement["tag"], achievement["alignment"][0]["targetName"]) == ([evil], evil)
    for page in (town.page(award), town.at(achievement["id"])):
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4
        assert "<script>alert" not in page
        assert "'onclick" not in page
