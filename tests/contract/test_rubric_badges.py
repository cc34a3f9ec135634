"""What badges and pages tell of a rubric, and of the levels that somebody reached by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bridge.model import Kind
from bridge.openbadges.findings import Verdict
from bridge.openbadges.verifying.verify import site_fetcher, verify
from bridge.plan.catalogue import RUBRIC
from tests.contract.test_from_sheet_to_pages import LATER, Town
from tests.core import desk
from tests.core.rated import SCALES, rate
from tests.fakes import story
from tests.verifiers.panel import SCHEMA


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def give(town: Town, *, public: bool, cell: str = SCALES, **words: str) -> str:
    """Rate, approve and issue a badge that has this rubric; return its award."""
    town.write(RUBRIC, cell)
    town.desk.policy = replace(town.desk.policy, publish_levels=public)
    town.desk.submit(desk.submission())
    town.desk.look()
    rate(town.desk, "1-1", **(words or {"planning": "exceeds", "delivery": "good", "style": "plain"}))
    town.desk.choose("1-1", "Approve")
    town.desk.look()
    order = town.desk.known.orders["1-1"]
    town.desk.known.credentials["1-1"] = town.issuer.issue(
        order, town.desk.known.versions[order.achievement, order.version]
    )
    town.desk.finish(f"{Kind.ISSUE}:1-1")
    town.site.refresh(town.desk.known)
    return order.award


def named(told: dict[str, Any]) -> dict[str, str]:
    """The names of the criteria and levels of a credential, by their addresses."""
    described = told["credentialSubject"]["achievement"]["resultDescription"]
    levels = {level["id"]: level["name"] for one in described for level in one["rubricCriterionLevel"]}
    return levels | {one["id"]: one["name"] for one in described}


@pytest.mark.parametrize("public", [True, False])
def test_the_credential_describes_the_rubric_and_is_valid(town: Town, public: bool) -> None:
    award = give(town, public=public)
    told = town.told(award)
    described = told["credentialSubject"]["achievement"]["resultDescription"]
    assert [one["name"] for one in described] == ["Planning", "Delivery", "Style"]
    assert {one["resultType"] for one in described} == {"RubricCriterionLevel"}
    assert [named(told).get(one.get("requiredLevel", "")) for one in described] == ["meets", "good", None]
    assert [level["name"] for level in described[1]["rubricCriterionLevel"]] == ["weak", "fair", "good"]
    jsonschema.Draft201909Validator(json.loads(SCHEMA.read_bytes())).validate(told)
    badge = (town.folder / f"badges/{award}.png").read_bytes()
    report = verify(badge, site_fetcher(town.folder, story.SITE), story.NOON + LATER)
    assert report.verdict is Verdict.VALID


def test_levels_that_are_public_are_in_the_badge_and_on_its_page(town: Town) -> None:
    award = give(town, public=True)
    told = town.told(award)
    assert [
        (named(told)[one["resultDescription"]], named(told)[one["achievedLevel"]])
        for one in told["credentialSubject"]["result"]
    ] == [("Planning", "exceeds"), ("Delivery", "good"), ("Style", "plain")]
    assertion = json.loads((town.folder / f"assertions/{award}.json").read_bytes())
    assert assertion["narrative"] == "* Planning: exceeds\n* Delivery: good\n* Style: plain"
    page = town.page(award)
    assert "What was reached" in page
    assert page.count("<small>reached</small>") == 3
    assert '<li class="reached"><bdi>exceeds</bdi> <small>reached</small></li>' in page


def test_levels_that_are_not_public_are_nowhere_on_the_site(town: Town) -> None:
    award = give(town, public=False)
    assert "result" not in town.told(award)["credentialSubject"]
    assert "reached" not in town.page(award)
    assert "narrative" not in json.loads((town.folder / f"assertions/{award}.json").read_bytes())
    assert "exceeds" in town.page(award)  # as a level that can be reached


def test_the_page_of_the_badge_shows_what_is_needed(town: Town) -> None:
    award = give(town, public=True)
    achievement = town.told(award)["credentialSubject"]["achievement"]
    about = town.at(achievement["id"])
    assert "How it is judged" in about
    assert about.count("<small>needed</small>") == 2
    assert "<small>reached</small>" not in about
    older = json.loads(town.at(achievement["otherIdentifier"][0]["identifier"]))
    assert older["criteria"]["narrative"] == (
        "Shows it\n\n* Planning: not yet, meets (needed), exceeds\n* Delivery: weak, fair, good (needed)\n"
        "* Style: plain, rich"
    )


def test_a_badge_without_a_rubric_says_nothing_of_one(town: Town) -> None:
    award = town.give("r1", "ana")
    told = town.told(award)
    assert "resultDescription" not in told["credentialSubject"]["achievement"]
    for page in (town.page(award), town.at(told["credentialSubject"]["achievement"]["id"])):
        assert "rubric" not in page


def test_a_badge_keeps_the_rubric_by_which_it_was_approved(town: Town) -> None:
    award = give(town, public=True)
    before = town.page(award)
    town.write(RUBRIC, "Pace: slow | brisk*")
    town.desk.look()
    town.site.refresh(town.desk.known)
    assert town.page(award) == before
    order, credential = town.desk.known.orders["1-1"], town.desk.known.credentials["1-1"]
    town.issuer.revoke(order, credential, "A mix-up.", desk.NOON)
    page = town.page(award)
    assert "Withdrawn" in page
    assert page.count("<small>reached</small>") == 3
    assert "brisk" not in page


def test_hostile_criteria_stay_words_in_pages_and_badge(town: Town) -> None:
    evil = "a<script>alert(1)</script>"
    award = give(town, public=True, cell=f"{evil}: no | {evil}*", **{evil: evil})
    told = town.told(award)
    assert sorted(named(told).values()) == sorted([evil, evil, "no"])
    for page in (town.page(award), town.at(told["credentialSubject"]["achievement"]["id"])):
        assert page.count("a&lt;script&gt;alert(1)&lt;/script&gt;") == 2
        assert "<script>alert" not in page
