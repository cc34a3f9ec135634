"""Mails about badges that a vendor's server made, and about those that were made anew elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.mail import compose
from bridge.mail.compose import PICTURE
from bridge.model import Acceptance, Effect, Kind, Known, Move, State, Verdict
from bridge.openbadges.pictures import picture
from bridge.ports import Message
from tests.core.test_mail_compose import VOICE, Page
from tests.fakes import story

AT = "https://api.badgr.example/public/assertions/Abc-123"
PARCHMENT = replace(VOICE, vendors={"badgr": "Parchment Digital Badges"})
BAKED = picture.bake(story.artwork(), assertion='{"id": "https://api.badgr.example/1"}')


def at_badgr(url: str = AT) -> Known:
    known = story.known(story.decision(Verdict.APPROVE, "The second video shows it."))
    known.orders["41-1"] = replace(story.order(), backend="badgr")
    known.credentials["41-1"] = replace(story.credential(), backend="badgr", vendor_url=url)
    return known


def moved(known: Known) -> Known:
    old = replace(story.order(story.OTHER_AWARD), backend="badgr")
    replaced = replace(story.credential(story.OTHER_AWARD), backend="badgr", vendor_url=AT)
    known.moves["41-1"] = (Move("41-1", 1, old, known.orders["41-1"], story.NOON, replaced),)
    return known


Tell = Callable[..., Message]


def issued(known: Known, badge: bytes | None = BAKED) -> Message:
    return compose(Effect(Kind.TELL_ISSUED, "41-1"), known, PARCHMENT, badge)


def reissued(known: Known, badge: bytes | None = BAKED) -> Message:
    return compose(Effect(Kind.TELL_REISSUED, "41-1/1"), moved(known), PARCHMENT, badge)


def words(message: Message) -> tuple[str, str]:
    """Text and HTML as they are read: words between single spaces, without marks of direction."""
    read = (message.text, Page(message.html).text)
    text, html = (" ".join(part.replace("\u2068", "").replace("\u2069", "").split()) for part in read)
    return text, html


@pytest.mark.parametrize("tell", [issued, reissued])
def test_a_vendors_badge_is_shown_where_it_can_be_taken(tell: Tell) -> None:
    message = tell(at_badgr())
    assert {AT, story.PAGE} <= set(Page(message.html).links)
    assert AT in message.text
    assert story.PAGE in message.text
    for read in words(message):
        assert "Parchment Digital Badges" in read
    name = "feedback-that-moves-badge-2.png" if tell is reissued else "feedback-that-moves-badge.png"
    assert message.attachments == ((name, "image/png", BAKED),), "the new file does not take the name of the old one"
    assert all(name in read for read in words(message))
    assert message.inline == ((PICTURE, "image/png", BAKED),)


@pytest.mark.parametrize("tell", [issued, reissued])
def test_both_forms_of_the_mail_bring_what_goes_into_a_signature(tell: Tell) -> None:
    text, html = words(tell(at_badgr()))
    assert f"For your e-mail signature: Feedback that moves learning · Lakeview Micro-credentials {story.PAGE}" in text
    assert "Show it in your e-mail signature" in html


@pytest.mark.parametrize("tell", [issued, reissued])
def test_the_picture_in_a_signature_is_on_our_own_site(tell: Tell) -> None:
    """It is there as long as the site is, whatever becomes of the contract."""
    known = at_badgr()
    known.credentials["41-1"] = replace(known.credentials["41-1"], image=f"{AT}/image")
    message = tell(known)
    assert f"{PARCHMENT.site_url}/badges/{story.AWARD}.png" in message.html
    assert f"{AT}/image" not in message.html + message.text
    assert story.credential().image in tell(story.known()).html


@pytest.mark.parametrize("tell", [issued, reissued])
def test_a_picture_without_the_badge_in_it_is_not_called_the_proof(tell: Tell) -> None:
    for read in words(tell(at_badgr(), story.artwork())):
        assert "what proves it is its page at Parchment Digital Badges" in read
        assert "proof is inside" not in read
    for read in words(tell(at_badgr())):
        assert "proof is inside" in read
        assert "what proves it" not in read


@pytest.mark.parametrize("tell", [issued, reissued])
def test_a_badge_that_waits_at_the_vendors_comes_with_the_holders_own_link(tell: Tell) -> None:
    known = at_badgr("")
    waiting = replace(known.credentials["41-1"], accept_url=f"{AT}/accept", acceptance=Acceptance.WAITING)
    known.credentials["41-1"] = waiting
    message = tell(known, story.artwork())
    assert f"{AT}/accept" in Page(message.html).links
    assert f"{AT}/accept" in message.text
    for read in words(message):
        assert "This link is yours alone, so please do not pass it on" in read
        assert "its page at Parchment Digital Badges, once you have accepted it there." in read
        assert "It is there, too" not in read
    known.credentials["41-1"] = replace(waiting, vendor_url=AT, acceptance=Acceptance.ACCEPTED)
    message = tell(known, story.artwork())
    assert AT in Page(message.html).links
    for read in (*words(message), message.html, message.text):
        assert f"{AT}/accept" not in read
        assert "yours alone" not in read


def test_a_badge_of_our_own_says_nothing_of_vendors() -> None:
    for message in (issued(story.known()), reissued(story.known())):
        for read in words(message):
            assert "Parchment" not in read
            assert "It is there, too" not in read
        assert AT not in message.html + message.text


@pytest.mark.parametrize(("known", "where"), [(story.known(), ""), (at_badgr(), " at Parchment Digital Badges")])
def test_a_badge_that_moved_stays_yours(known: Known, where: str) -> None:
    message = reissued(known)
    assert message.subject == "Your badge has a new home: Feedback that moves learning"
    assert message.key == "tell-reissued:41-1/1"
    for read in words(message):
        assert f"stays yours: Lakeview Micro-credentials has issued it anew{where}." in read
        assert "You need to do nothing for it to count." in read
        assert "put the new one in its place" in read
        assert "Congratulations" not in read
        assert "The second video shows it." not in read, "the coach has said nothing new"
    linkedin = next(link for link in Page(message.html).links if "linkedin.com" in link)
    assert f"certId={story.AWARD}" in linkedin


def test_a_badge_that_moved_says_whether_the_earlier_one_ends() -> None:
    ends = "The earlier one is withdrawn and no longer counts; its page leads to the new one."
    withdraw = Effect(Kind.WITHDRAW, "41-1/1")
    for effect, told in ((None, False), (withdraw, True), (replace(withdraw, state=State.CANCELLED), False)):
        known = at_badgr()
        known.effects |= {effect.key: effect} if effect else {}
        assert [ends in read for read in words(reissued(known))] == [told, told]


def test_the_coachs_said_beforeare_those_of_the_approval_whatever_the_number_of_the_move() -> None:
    known = moved(at_badgr())
    known.decisions["41-1"] = (
        story.decision(Verdict.RETURN, "Not yet.", 1),
        story.decision(Verdict.APPROVE, "Yes!", 2),
    )
    message = compose(Effect(Kind.TELL_REISSUED, "41-1/1"), known, PARCHMENT, BAKED)
    assert "Not yet." not in message.text + message.html


@pytest.mark.parametrize("url", ["javascript:alert(1)", 'https://x.example/"><script>alert(1)</script>', "foo"])
def test_an_odd_address_of_a_vendor_never_becomes_a_link(url: str) -> None:
    page = Page(issued(at_badgr(url)).html)
    assert page.active == []
    assert all(link.startswith(("https://", "mailto:tran@lakeview.example")) for link in page.links)
    assert "alert(1)" not in page.text


def test_a_vendor_without_a_title_goes_by_its_name() -> None:
    message = compose(Effect(Kind.TELL_ISSUED, "41-1"), at_badgr(), VOICE, BAKED)
    assert "It is at badgr, too" in words(message)[0]


def test_a_badge_that_was_revoked_says_so_once_for_all_places() -> None:
    known = moved(at_badgr())
    known.credentials["41-1"] = replace(known.credentials["41-1"], revoked_at=story.NOON, revoked_why="A mix-up.")
    message = compose(Effect(Kind.TELL_REVOKED, "41-1"), known, PARCHMENT, None)
    assert "> A mix-up." in message.text
    assert story.PAGE in message.text
    assert message.attachments == ()
