"""Pages of badges that a vendor's server made, and of those that were made anew: what a reader sees there."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bridge.errors import Refused
from bridge.model import Acceptance, Credential, Move, Order
from bridge.openbadges.pictures import picture
from bridge.site import Check, StaticSite
from tests.contract.backends import artwork, local
from tests.contract.test_static_site import Links
from tests.fakes import story

LATER = story.NOON + timedelta(days=30)
TITLES = {"badgr": "Parchment <Digital> Badges"}
AT = "https://api.badgr.example/public/assertions/Abc-123"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


def site(folder: Path, **more: object) -> StaticSite:
    made = StaticSite(folder, story.issuer(), story.signing_key(), artwork, check=Check.FILE, vendors=TITLES)
    return replace(made, **more)  # type: ignore[arg-type]


def vendors(**changes: object) -> tuple[Order, Credential]:
    order = replace(story.order(), backend="badgr")
    credential = replace(story.credential(), backend="badgr", vendor_url=AT)
    return order, replace(credential, **changes)  # type: ignore[arg-type]


def shown(folder: Path, data: bytes = b"", **changes: object) -> Path:
    """The page of a vendor's badge, in a site that is whole."""
    order, credential = vendors(**changes)
    known = story.known(issued=False)
    known.orders["41-1"] = order
    site(folder).refresh(known)
    site(folder, publish_reasons=True).show(order, story.achievement(), credential, lambda: data or story.artwork())
    return folder / f"awards/{order.award}.html"


def no_picture() -> bytes:
    raise AssertionError("the picture lies there already")


class Text(HTMLParser):
    def __init__(self, page: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(page.read_text())

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text(page: Path) -> str:
    return " ".join(" ".join(Text(page).words).split())


def near(page: Path) -> Iterator[str]:
    """What the page links to on this site."""
    return (link for link in Links(page).found if "://" not in link)


# ── a vendor's badge ─────────────────────────────────────────────────────────────


def test_a_vendors_page_says_who_made_it_and_where_it_is_proven(tmp_path: Path) -> None:
    page = shown(tmp_path)
    told = text(page)
    assert "Issued through Parchment <Digital> Badges, valid until November 22, 2029" in told
    assert "The badge was made by Parchment <Digital> Badges for Lakeview Schools ." in told
    assert "Whether it is genuine, and still stands, is told there." in told
    assert "Genuine" not in told
    assert "Maria Gómez" in told
    assert "https://class.example/blog" in told, "some servers leave the evidence out of the picture"
    assert story.TEACHER not in page.read_text()
    assert AT in Links(page).found


def test_every_link_of_a_vendors_page_leads_to_a_file(tmp_path: Path) -> None:
    page = shown(tmp_path)
    links = list(near(page))
    assert f"../badges/{story.AWARD}.png" in links
    assert [link for link in links if not (page.parent / link.partition("#")[0]).is_file()] == []
    assert "Open Badges 3.0" not in text(page), "what the vendor signs does not lie here"


def test_a_vendors_drawing_is_shown_as_one(tmp_path: Path) -> None:
    page = shown(tmp_path, picture.bake(SVG, assertion='{"id": "https://x.example/1"}'))
    assert f"../badges/{story.AWARD}.svg" in list(near(page))
    assert site(tmp_path).picture(vendors()[1]) is not None


def test_a_vendor_without_a_page_of_its_own_has_one_here(tmp_path: Path) -> None:
    page = shown(tmp_path, vendor_url="")
    told = text(page)
    assert "Issued through Parchment <Digital> Badges, valid until" in told
    assert "Genuine" not in told
    assert "is told there" not in told
    assert [link for link in near(page) if not (page.parent / link).is_file()] == []


@pytest.mark.parametrize("said", [Acceptance.WAITING, Acceptance.REJECTED])
def test_a_badge_that_its_holder_has_not_taken_says_so_and_keeps_the_holders_link_to_itself(
    tmp_path: Path, said: Acceptance
) -> None:
    page = shown(tmp_path, vendor_url="", accept_url=f"{AT}/accept", acceptance=said)
    told = text(page)
    assert "The holder has not taken it into an account there yet." in told
    assert "is told there" not in told
    assert "accept" not in page.read_text().replace("badge-bridge", "")
    assert [link for link in Links(page).found if "badgr.example" in link] == []
    order, credential = vendors(accept_url=f"{AT}/accept", acceptance=Acceptance.ACCEPTED)
    site(tmp_path).show(order, story.achievement(), credential, no_picture)
    assert "Whether it is genuine, and still stands, is told there." in text(page)
    assert "not taken" not in text(page)
    assert [link for link in Links(page).found if "badgr.example" in link] == [AT]


def test_a_badge_that_was_revoked_before_its_holder_took_it_leads_nowhere(tmp_path: Path) -> None:
    page = shown(tmp_path, vendor_url="", accept_url=f"{AT}/accept", acceptance=Acceptance.WAITING, revoked_at=LATER)
    assert "not taken" not in text(page)
    assert [link for link in Links(page).found if "badgr.example" in link] == []


def test_a_revoked_page_says_since_when_and_shows_the_artwork_where_the_picture_is_gone(tmp_path: Path) -> None:
    page = shown(tmp_path, revoked_at=LATER, revoked_why="A <b>mix-up</b>.")
    told = text(page)
    assert "Withdrawn" in told
    assert "December 22, 2026" in told
    assert "The issuer’s reason: A <b>mix-up</b>." in told
    assert "Issued through" not in told
    assert "still stands" not in told
    assert "../achievements/feedback-that-moves/v1.png" in list(near(page))
    assert not (tmp_path / f"badges/{story.AWARD}.png").exists()


def test_a_reason_is_told_only_where_the_district_wants_it(tmp_path: Path) -> None:
    order, credential = vendors(revoked_at=LATER, revoked_why="A mix-up.")
    site(tmp_path).show(order, story.achievement(), credential, story.artwork)
    assert "mix-up" not in (tmp_path / f"awards/{story.AWARD}.html").read_text()


def test_a_vendor_that_the_settings_know_no_more_goes_by_its_name(tmp_path: Path) -> None:
    order, credential = vendors()
    site(tmp_path, vendors={}).show(order, story.achievement(), credential, story.artwork)
    assert "Issued through Badgr, valid until" in text(tmp_path / f"awards/{story.AWARD}.html")


def test_the_list_of_badges_says_what_is_true_of_a_vendors_badges(tmp_path: Path) -> None:
    known = story.known()
    site(tmp_path).refresh(known)
    assert "Each badge that we issue is signed and has its own page here" in text(tmp_path / "index.html")
    known.orders["41-1"] = vendors()[0]
    site(tmp_path).refresh(known)
    told = text(tmp_path / "index.html")
    assert "Each badge that we issue has its own page here, which says whether we have withdrawn it." in told
    assert "made through Parchment <Digital> Badges is proven there" in told.replace("  ", " ")
    assert "Each badge that we issue is signed" not in told


# ── hostile vendors ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://badgr.example/1",
        "https://user:word@badgr.example/1",
        'https://badgr.example/"><script>',
        "//badgr.example/1",
        "https://badgr.example/\u202eabc",
        "badgr.example/1",
        "https://" + "x" * 3000,
    ],
)
def test_an_address_that_can_not_be_a_link_is_refused(tmp_path: Path, url: str) -> None:
    order, credential = vendors(vendor_url=url)
    for act in (
        lambda: site(tmp_path).show(order, story.achievement(), credential, story.artwork),
        lambda: site(tmp_path).supersede(order, story.achievement(), credential, story.credential(story.OTHER_AWARD)),
    ):
        with pytest.raises(
            Refused, match=r"The vendor says that the badge of 41-1 is shown at “.*”, which is no web addr"
        ):
            act()
    assert not list(tmp_path.rglob("*.html"))
    assert not list(tmp_path.rglob("*.png"))


def png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and is short."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b"\0" * 100), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "neither a PNG nor an SVG. Look at it there: https://api.badgr.example"),
        (b"<html>Log in</html>", "neither a PNG nor an SVG"),
        (b"GIF89a", "neither a PNG nor an SVG"),
        (png(5000, 5000), "more than 16 million pixels"),
        (png(100_000, 100_000), "is not shown"),
        (png(40, 40), "is not shown"),
        (b"\x89PNG\r\n\x1a\n", "is not shown"),
        (SVG.replace(b"<rect", b"<script>alert(1)</script><rect"), "is not shown"),
        (SVG.replace(b"<rect", b'<rect onload="a()"'), "is not shown"),
        (SVG.replace(b"<rect", b'<image href="https://spy.example/p.png"/><rect'), "is not shown"),
    ],
)
def test_a_picture_that_is_none_or_does_harm_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    order, credential = vendors()
    with pytest.raises(Refused, match=sentence):
        site(tmp_path).show(order, story.achievement(), credential, lambda: data)
    assert site(tmp_path).picture(credential) is None
    assert not list(tmp_path.rglob("*.html")), "a page never links to what is not there"


# ── made anew ────────────────────────────────────────────────────────────────────


def moved(folder: Path, by: Credential, change: Callable[[Credential], Credential] = lambda made: made) -> Path:
    """The page of a badge of our own whose place *by* took."""
    made = local(folder).issue(story.order(), story.achievement())
    replaced = change(made)
    if replaced.revoked_at is not None:
        local(folder).revoke(story.order(), made, replaced.revoked_why, replaced.revoked_at)
    site(folder).refresh(story.known())
    site(folder).supersede(story.order(), story.achievement(), replaced, by)
    return folder / f"awards/{story.AWARD}.html"


def test_a_replaced_badge_leads_to_its_successor_and_stays_genuine(tmp_path: Path) -> None:
    successor = story.credential(story.OTHER_AWARD)
    page = moved(tmp_path, successor)
    told = text(page)
    assert "Genuine, valid until" in told
    assert "This award was issued anew: its newer badge is here . This one stays genuine." in told
    assert successor.url in Links(page).found
    assert [link for link in near(page) if not (page.parent / link.partition("#")[0]).is_file()] == []


def test_a_replaced_badge_that_was_withdrawn_leads_to_its_successor_and_is_genuine_no_more(tmp_path: Path) -> None:
    page = moved(
        tmp_path,
        story.credential(story.OTHER_AWARD),
        lambda made: replace(made, revoked_at=LATER, revoked_why="It was replaced."),
    )
    told = text(page)
    assert "Replaced Feedback that moves" in told
    assert "This award was issued anew: its newer badge is here . This earlier copy no longer counts." in told
    assert "Withdrawn" not in told
    assert "enuine." not in told


def test_of_a_replaced_badge_at_a_vendors_this_page_does_not_say_whether_it_is_genuine(tmp_path: Path) -> None:
    page = shown(tmp_path)
    order, credential = vendors()
    site(tmp_path).supersede(order, story.achievement(), credential, story.credential(story.OTHER_AWARD))
    assert "This award was issued anew: its newer badge is here ." in text(page)
    assert "enuine." not in text(page)
    assert AT in Links(page).found


def test_pages_lead_no_more_to_a_vendor_that_is_gone(tmp_path: Path) -> None:
    """Those that lie there already are laid anew, once; one that was replaced goes on to lead to its successor."""
    page = shown(tmp_path)
    order, credential = vendors()
    known = story.known(issued=False)
    known.orders["41-1"], known.credentials["41-1"] = order, credential
    here = site(tmp_path, gone=("badgr",))
    here.publish()
    assert here.refresh(known)
    assert AT not in page.read_text()
    assert "Nobody can look it up there any more." in text(page)
    assert "is told there" not in text(page)
    assert "Each badge that we issue is signed" in text(tmp_path / "index.html")
    here.publish()
    assert not here.refresh(known)
    site(tmp_path).show(order, story.achievement(), credential, no_picture)
    assert AT in page.read_text()
    new, successor = story.order(story.OTHER_AWARD), story.credential(story.OTHER_AWARD)
    known.moves["41-1"] = (Move("41-1", 1, order, new, story.NOON, credential),)
    known.orders["41-1"], known.credentials["41-1"] = new, successor
    assert here.refresh(known)
    assert AT not in page.read_text()
    assert successor.url in Links(page).found


def test_when_the_successor_was_revoked_nothing_leads_to_it(tmp_path: Path) -> None:
    page = moved(tmp_path, replace(story.credential(story.OTHER_AWARD), revoked_at=LATER))
    assert "issued anew" not in text(page)


def test_a_replaced_badge_whose_award_a_coach_revoked_says_so_and_why(tmp_path: Path) -> None:
    order, credential = vendors(revoked_at=LATER, revoked_why="Replaced by https://badges.example/awards/x.html")
    by = replace(story.credential(story.OTHER_AWARD), revoked_at=LATER, revoked_why="A mix-up.")
    site(tmp_path, publish_reasons=True).supersede(order, story.achievement(), credential, by)
    told = text(tmp_path / f"awards/{story.AWARD}.html")
    assert "Withdrawn" in told
    assert "This badge no longer counts. The issuer’s reason: A mix-up." in told
    assert "Replaced" not in told


def test_what_comes_back_has_the_page_that_it_had(tmp_path: Path) -> None:
    credential = local(tmp_path).issue(story.order(), story.achievement())
    page = tmp_path / f"awards/{story.AWARD}.html"
    before = page.read_bytes()
    site(tmp_path).supersede(story.order(), story.achievement(), credential, story.credential(story.OTHER_AWARD))
    assert page.read_bytes() != before
    site(tmp_path).show(story.order(), story.achievement(), credential, story.artwork)
    assert page.read_bytes() == before


# ── on the way to the public ─────────────────────────────────────────────────────


def test_a_page_is_noted_as_unpublished_before_it_is_written(tmp_path: Path) -> None:
    """A crash between the two costs one publishing, and no page stays old for ever."""
    order, credential = vendors()
    folder = tmp_path / "site"
    site(folder).refresh(story.known())
    site(folder).publish()
    folder.joinpath("badges").write_text("a file, no folder")
    with pytest.raises(Refused, match="can't be written"):
        site(folder).show(order, story.achievement(), credential, story.artwork)
    assert site(folder).unpublished.exists()
    folder.joinpath("badges").unlink()
    site(folder).show(order, story.achievement(), credential, story.artwork)
    site(folder).publish()
    for _ in range(2):
        site(folder).show(order, story.achievement(), credential, story.artwork)
        assert not site(folder).unpublished.exists()
