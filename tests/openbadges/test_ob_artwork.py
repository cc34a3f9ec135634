import io
import tracemalloc
import zlib

import pytest
from ob_samples import artwork
from PIL import Image, ImageDraw

from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures.artwork import inspect, is_faint, without_badge
from bridge.openbadges.pictures.baking import bake


def saved(width: int, height: int, kind: str = "PNG", **options: object) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (width, height)).save(picture, kind, **options)
    return picture.getvalue()


def claiming(width: int, height: int, pixels: bytes = b"") -> bytes:
    """Return a PNG whose header claims a size, whatever pixels are in it."""
    png = artwork(400)
    body = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + png[24:29]
    data = b"IDAT" + zlib.compress(pixels)
    return (
        png[:12]
        + body
        + zlib.crc32(body).to_bytes(4)
        + (len(data) - 4).to_bytes(4)
        + data
        + zlib.crc32(data).to_bytes(4)
        + png[-12:]
    )


@pytest.mark.parametrize(
    "png", [artwork(400), saved(600, 600), artwork(400, interlace=1), bake(artwork(), assertion="x")]
)
def test_good_artwork_is_good(png: bytes) -> None:
    assert inspect(png) == "png"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (saved(400, 400, "JPEG"), "a JPEG, not a PNG"),
        (saved(400, 400, "WEBP"), "a WebP, not a PNG"),
        (saved(399, 399), "at least 400"),
        (saved(400, 801), "more than twice as long"),
        (artwork(500)[:-40], "cut off"),
        (claiming(4001, 4001), "too large"),
        (claiming(2**31 - 1, 2**31 - 1), "too large"),
        (claiming(0, 0), "0 × 0"),
        (claiming(400, 400), "can't be unpacked"),
        (claiming(400, 400, b"\x07" * 900_000), "can't be unpacked"),
        (bytes(10 * 1024 * 1024 + 1), "10.5 MB"),
    ],
    ids=range(11),
)
def test_bad_artwork_is_told(data: bytes, sentence: str) -> None:
    with pytest.raises(BadArtwork, match=sentence):
        inspect(data)


def test_animated_artwork_is_told() -> None:
    frames = [Image.new("RGB", (400, 400), colour) for colour in ("red", "blue")]
    picture = io.BytesIO()
    frames[0].save(picture, "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(BadArtwork, match="animated"):
        inspect(picture.getvalue())


def test_a_picture_made_to_burst_is_not_unpacked() -> None:
    bomb = claiming(60_000, 60_000, bytes(40_000_000))
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(BadArtwork, match="too large"):
        inspect(bomb)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def picture(colour: object, mode: str = "RGBA", line: object = None, width: int = 1) -> bytes:
    """A square of one colour, perhaps with a line across it."""
    made, out = Image.new(mode, (600, 600), colour), io.BytesIO()  # type: ignore[arg-type]
    if line is not None:
        ImageDraw.Draw(made).line((0, 300, 600, 300), fill=line, width=width)  # type: ignore[arg-type]
    made.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("png", "faint"),
    [
        (picture((0, 0, 0, 0)), True),
        (picture("white", line="black"), True),
        (picture("#ffffee", "RGB"), True),
        (picture(200, "L"), True),
        (picture("white", line="black", width=60), False),
        (picture((0, 0, 0, 0), line="navy", width=60), False),
        (picture(40_000, "I;16"), False),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', False),
    ],
)
def test_whether_a_picture_can_be_made_out_where_it_is_small(png: bytes, faint: bool) -> None:
    assert is_faint(png) is faint


def test_an_older_badge_is_taken_out_and_nothing_else_is_changed() -> None:
    plain = artwork(400)
    assert without_badge(plain) == (plain, False)
    assert without_badge(bake(plain, assertion="x", credential="{}")) == (plain, True)
    once = bake(plain, assertion="x")
    chunk = once[33 : 33 + len(once) - len(plain)]
    assert without_badge(once[:33] + chunk + once[33:]) == (plain, True), "two of one kind"
