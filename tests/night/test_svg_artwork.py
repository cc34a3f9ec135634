"""A coordinator links an SVG picture: the badge is an SVG from Drive to the mailbox. A program in it is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from bridge.openbadges.pictures import svg
from bridge.sandbox.seed import BADGES_TAB, COORDINATOR
from tests.night.district import District, told

STAR = b"""<?xml version="1.0" encoding="utf-8"?>
<svg version="1.1" xmlns="http://www.w3.org/2000/svg" x="0px" y="0px" viewBox="0 0 600 600">
<style type="text/css">.st0{fill:#D9982F;}</style>
<path class="st0" d="M300 20l80 180 200 20-150 130 45 190-175-100-175 100 45-190L20 220l200-20z"/>
</svg>
"""


@pytest.fixture
def starred(town: District) -> District:
    """The first badge of the catalogue has the star."""
    link_artwork(town, STAR)
    return town


def link_artwork(town: District, data: bytes) -> None:
    """Upload a picture into the programme's folder, and link it as the artwork of the first badge."""
    file = town.people.ask(
        "POST",
        "drive/files",
        owner=COORDINATOR.email,
        name="star.svg",
        mime="image/svg+xml",
        base64=b64encode(data).decode(),
        parent=town.programme.folder_id,
    )
    link = f"https://drive.google.com/file/d/{file['id']}/view"
    where = {"Key": town.programme.badges[0].key}
    town.act("sheet/type-in-row", tab=BADGES_TAB, where=where, set={"Artwork": link})


def badges_by_mail(town: District) -> list[EmailMessage]:
    """Every mail with a badge."""
    boxes = town.sandbox.world.gmail.mailboxes.values()
    mails = [message_from_bytes(m.raw, policy=policy.default) for b in boxes for m in b.messages.values()]
    return [mail for mail in mails if isinstance(mail, EmailMessage) and any(mail.iter_attachments())]


def test_an_svg_badge_arrives(starred: District) -> None:
    town = starred
    town.submit()
    town.night()
    town.approve_all()
    assert town.nights().problems == []
    town.assert_each_has_one_badge()
    badge = next(mail for mail in badges_by_mail(town) if mail["To"] == town.teachers[0])
    (attached,) = badge.iter_attachments()
    assert attached.get_content_type() == "image/svg+xml"
    assert attached.get_filename() == f"{town.programme.badges[0].key}-badge.svg"
    picture = attached.get_content()
    assert svg.bake(picture) == STAR
    (published,) = (town.folder / "site" / "badges").iterdir()
    assert published.read_bytes() == picture
    credential = json.loads(svg.unbake(picture).credential or "")
    assert credential["id"] == f"urn:uuid:{published.stem}"
    assert credential["credentialSubject"]["achievement"]["image"]["id"].endswith(".svg")
    page = (town.folder / "site" / "awards" / f"{published.stem}.html").read_text()
    assert f'src="../badges/{published.name}"' in page


def test_a_badge_that_gets_a_new_picture_keeps_the_old_one_where_it_was_awarded(town: District) -> None:
    town.submit()
    town.night()
    town.approve_all()
    town.nights()
    (older,) = (town.folder / "site" / "badges").iterdir()
    before = older.read_bytes()
    link_artwork(town, STAR)
    town.night()
    count = len(town.programme.badges)
    town.submit(count)  # until somebody asks for the first badge again
    town.night()
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()
    badges = list((town.folder / "site" / "badges").iterdir())
    assert sorted(path.suffix for path in badges) == [".png"] * count + [".svg"]
    assert older.read_bytes() == before
    artworks = town.folder / "site" / "achievements" / town.programme.badges[0].key
    assert sorted(path.suffix for path in artworks.iterdir() if path.suffix in (".png", ".svg")) == [".png", ".svg"]


def test_an_svg_badge_can_be_withdrawn(starred: District) -> None:
    town = starred
    town.submit()
    town.night()
    town.approve_all()
    town.nights()
    town.people.in_sheet(
        "type-in-row",
        town.programme.coaches[0].email,
        where={"ID": "1-1"},
        set={"Decision": "Revoke", "Feedback": "A mix-up."},
    )
    assert town.nights().problems == []
    (badge,) = (town.folder / "site" / "badges").iterdir()
    assert badge.suffix == ".svg"
    page = (town.folder / "site" / "awards" / f"{badge.stem}.html").read_text()
    assert "Withdrawn" in page
    assert f'src="../badges/{badge.name}"' in page


def test_a_picture_with_a_program_in_it_is_told_to_the_coordinator(town: District) -> None:
    link_artwork(town, STAR.replace(b"</svg>", b"<script>alert(1)</script></svg>"))
    report = town.night()
    assert "The picture holds a program. Export it without scripts." in told(report)
    link_artwork(town, STAR)
    assert town.nights().problems == []
