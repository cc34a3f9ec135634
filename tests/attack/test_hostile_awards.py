"""Awards that say the worst there is, made by the embedded issuer and checked from the site's folder by a stranger."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import Refused
from bridge.model import Achievement, Alignment, Evidence, EvidenceKind, Order
from bridge.openbadges.verifying.verify import Report, Verdict, site_fetcher, verify
from bridge.site import StaticSite
from tests.contract.backends import artwork, local
from tests.fakes import story
from tests.openbadges.ob_hostile import BAD_LINKS, GOOD_LINKS, MAILBOXES, TEXTS, texts

ODD_LINKS = [link for link in BAD_LINKS if link.startswith("http")]


def award_of(text: str, link: str = "https://x.example/1") -> tuple[Order, Achievement]:
    said = f"x{text}"
    target = Alignment(said[:200], "https://standards.example/1", said[:200], said[:200])
    achievement = replace(
        story.achievement(),
        name=said[:200],
        description=said[:2000],
        criteria=said[:5000],
        tags=(said[:50], said[:50], "\uffe5", "\U0001f600"),
        alignment=(target, target),
    )
    evidence = (
        Evidence(1, EvidenceKind.WEB, link, name=said, note=said),
        Evidence(2, EvidenceKind.DRIVE, "https://docs.google.com/document/d/1abcDEFghij/edit", "f1", name=said),
        Evidence(3, EvidenceKind.ODD, "", name=said, note=said),
    )
    return replace(story.order(), name=said[:200], narrative=said, evidence=evidence), achievement


def checked(folder: Path, order: Order, achievement: Achievement, recipient: str) -> Report:
    """Issue, publish, and check the badge that lies in the folder."""
    issuer, known = local(folder), story.known()
    badge = issuer.badge(issuer.issue(order, achievement))
    known.orders["41-1"] = order
    known.versions[achievement.key, achievement.version] = achievement
    StaticSite(folder, story.issuer(), story.signing_key(), artwork).refresh(known)
    return verify(badge, site_fetcher(folder, story.SITE), story.NOON, recipient)


@pytest.mark.parametrize("name", TEXTS)
def test_whatever_people_write_the_award_is_made_and_valid(name: str, tmp_path: Path) -> None:
    order, achievement = award_of(TEXTS[name])
    report = checked(tmp_path, order, achievement, order.recipient.upper())
    assert report.verdict is Verdict.VALID, report.findings


@pytest.mark.parametrize("link", [*GOOD_LINKS, story.PAGE, f"{story.SITE}/achievements/feedback-that-moves/v1.html"])
def test_whatever_is_linked_the_award_is_made_and_valid(link: str, tmp_path: Path) -> None:
    order, achievement = award_of("x", link)
    assert checked(tmp_path, order, achievement, order.recipient).verdict is Verdict.VALID


@pytest.mark.parametrize("link", ODD_LINKS)
def test_a_link_that_names_nothing_costs_nobody_the_badge(link: str, tmp_path: Path) -> None:
    """Such a link is told when the answer comes in; one that got further is left out."""
    order, achievement = award_of("x", link)
    assert checked(tmp_path, order, achievement, order.recipient).verdict is Verdict.VALID


@pytest.mark.parametrize("mailbox", MAILBOXES)
def test_whoever_it_is_the_badge_is_theirs(mailbox: str, tmp_path: Path) -> None:
    order, achievement = award_of("x")
    report = checked(tmp_path, replace(order, recipient=mailbox), achievement, MAILBOXES[mailbox])
    assert report.verdict is Verdict.VALID


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts.map(lambda text: text[:3000]), min_size=1, max_size=4))
def test_awards_of_any_words_are_made(tmp_path: Path, words: list[str]) -> None:
    for text in words:
        order, achievement = award_of(text)
        issuer = local(tmp_path)
        told = issuer.files.read(f"credentials/{issuer.issue(order, achievement).award}.json")
        assert json.loads(told or b"")["id"] == f"urn:uuid:{order.award}"


def test_an_award_too_large_to_be_signed_is_told_and_stops_no_other(tmp_path: Path) -> None:
    links = tuple(Evidence(n, EvidenceKind.WEB, f"https://x.example/{n}/{'ü' * 1900}") for n in range(30))
    order, achievement = award_of("x")
    with pytest.raises(Refused, match=r"can't be made for 41-1\. This can't be signed\. The document is too large"):
        local(tmp_path).issue(replace(order, evidence=links), achievement)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert checked(tmp_path, order, achievement, order.recipient).verdict is Verdict.VALID
