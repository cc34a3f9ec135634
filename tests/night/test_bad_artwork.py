"""A picture that can't become a badge: the badge's own row says why, the others are in use, and it can be mended."""

from __future__ import annotations

import io
import zlib
from base64 import b64encode
from collections.abc import Callable

import pytest
from PIL import Image

from bridge.sandbox.seed import BADGES_TAB
from bridge.sandbox.seed_artwork import badge_png
from tests.night.district import District, told


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def png(width: int, height: int) -> bytes:
    """A PNG that claims this size, whatever its pixels say."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 6, 0, 0, 0))
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(_: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (500, 500)).save(out, "JPEG")
    return out.getvalue()


def crc_error(good: bytes) -> bytes:
    place = good.index(b"IDAT") + 20
    return good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :]


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a photograph": (jpeg, "PNG"),
    "a text": (lambda _: b"Not a picture at all", "PNG"),
    "nothing": (lambda _: b"", "PNG"),
    "cut off": (lambda good: good[: len(good) // 2], "again"),
    "a damaged bit": (crc_error, "again"),
    "made to burst": (lambda _: png(60_000, 60_000), "60000 × 60000 pixels, which is too large"),
    "long": (lambda _: png(900, 400), "A badge is square: crop it"),
    "too small": (lambda _: png(64, 64), "It must be at least 400 × 400"),
    "too many bytes": (lambda good: good + bytes(10_500_000), "at most 10 MB"),
}
#: As many at once as leave one badge of the district's that is good.
TOGETHER = [tuple(BAD)[start : start + 4] for start in range(0, len(BAD), 4)]


@pytest.mark.parametrize("what", TOGETHER, ids=", ".join)
def test_a_picture_that_can_t_become_a_badge(town: District, what: tuple[str, ...]) -> None:
    bad = dict(zip((badge.key for badge in town.programme.badges), what, strict=False))
    for key, spoilt in bad.items():
        edit(town, key, BAD[spoilt][0](badge_png(key)))
    town.submit(len(town.programme.badges))  # each asks for another badge
    report = town.night()
    sentences = {p.where.removeprefix("badge "): p.sentence for p in report.problems if p.where.startswith("badge ")}
    assert sentences.keys() == bad.keys()
    assert {spoilt: BAD[spoilt][1] in sentences[key] for key, spoilt in bad.items()} == dict.fromkeys(what, True)
    assert not report.failed
    good = {badge.key: "In use" for badge in town.programme.badges if badge.key not in bad}
    assert good
    assert catalogue_says(town) == sentences | good
    town.approve_all()
    town.nights()
    assert town.pages() == len(good)

    for key in bad:
        edit(town, key, badge_png(key))
    town.nights()
    town.assert_each_has_one_badge()
    assert set(catalogue_says(town).values()) == {"In use"}


def edit(town: District, key: str, picture: bytes) -> None:
    town.act(f"{town.programme.artwork[key]}/edit", base64=b64encode(picture).decode())


def test_a_picture_that_is_not_square_is_padded_and_its_row_says_so(town: District) -> None:
    badge, out = town.programme.badges[0], io.BytesIO()
    Image.open(io.BytesIO(badge_png(badge.key))).resize((600, 400)).save(out, "PNG")
    town.act(f"{town.programme.artwork[badge.key]}/edit", base64=b64encode(out.getvalue()).decode())
    town.submit()
    assert town.night().problems == []
    says = "In use. The picture is not square (600 × 400): padded to 600 × 600."
    assert catalogue_says(town) == {badge.key: says} | {b.key: "In use" for b in town.programme.badges[1:]}
    town.approve_all()
    assert town.nights().problems == []
    town.assert_each_has_one_badge()
    (published,) = (town.folder / "site" / "badges").iterdir()
    assert Image.open(published).size == (600, 600)
    assert catalogue_says(town)[badge.key] == says


def test_a_picture_that_is_not_shared_or_in_the_bin(town: District) -> None:
    lost, binned = town.programme.badges[:2]
    town.act(f"{town.programme.artwork[lost.key]}/move")
    town.act(f"{town.programme.artwork[binned.key]}/trash")
    report = town.night()
    assert f"Share it with {town.programme.mailbox} as Viewer" in told(report)
    assert "The picture lies in the trash. Take it out" in told(report)
    town.act(f"{town.programme.artwork[lost.key]}/move", parent=town.programme.folder_id)
    town.act(f"{town.programme.artwork[binned.key]}/untrash")
    assert town.nights().problems == []
    assert set(catalogue_says(town).values()) == {"In use"}


def test_a_picture_replaced_by_a_bad_one_leaves_the_good_one_in_force(town: District) -> None:
    """Another link is another picture: the last good version stays until it can be used."""
    badge = town.programme.badges[0]
    town.submit()
    town.night()
    link = "https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/view"
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": badge.key}, set={"Artwork": link})
    town.approve_all()
    report = town.night()
    assert "The last good version stays in force." in told(report)
    town.nights()
    town.assert_each_has_one_badge()


def catalogue_says(town: District) -> dict[str, str]:
    """The Status of each badge in the Badges tab, without how long it counts."""
    header, *rows = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{BADGES_TAB}")["rows"]
    return {row[header.index("Key")]: row[header.index("Status")].partition("; valid")[0] for row in rows}
