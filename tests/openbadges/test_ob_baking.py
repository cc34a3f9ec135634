import io
import time
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ob_samples import artwork
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures import baking
from bridge.openbadges.pictures.baking import Baked, bake, unbake

PNG = artwork()


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """Return *png* with a chunk more, right before its end."""
    return png[:-12] + chunk(kind, data) + png[-12:]


@given(st.none() | st.text(), st.none() | st.text())
@example(None, None)
def test_what_was_baked_in_comes_out(credential: str | None, assertion: str | None) -> None:
    assert unbake(bake(PNG, credential=credential, assertion=assertion)) == Baked(credential, assertion)


def test_the_picture_is_left_alone() -> None:
    baked = bake(PNG, credential="{}", assertion="[]")
    with Image.open(io.BytesIO(PNG)) as before, Image.open(io.BytesIO(baked)) as after:
        assert before.tobytes() == after.tobytes()
    assert bake(baked) == PNG


def test_badges_are_right_behind_the_header_and_not_packed() -> None:
    baked = bake(PNG, credential='{"a":"é"}')
    start = 8 + 25
    assert baked[start + 4 : start + 8] == b"iTXt"
    assert baked[start + 8 :].startswith(b"openbadgecredential\0\0\0\0\0" + '{"a":"é"}'.encode())


@pytest.mark.parametrize("png", [PNG, bake(PNG, credential="old", assertion="old"), artwork(dpi=(72, 72))])
def test_a_frame_serves_many_awards(png: bytes) -> None:
    held = baking.frame(png)
    for number in range(3):
        award = {"credential": f'{{"n":{number}}}', "assertion": None if number else "[]"}
        assert held.bake(**award) == bake(png, **award)
        assert unbake(held.bake(**award)) == Baked(**award)
    assert held.bake() == bake(png)


def test_a_damaged_picture_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(BadArtwork, match="damaged"):
            bake(PNG[:-50] + b"\xff" + PNG[-49:])


def test_baking_again_gives_the_same_bytes() -> None:
    baked = bake(PNG, credential="{}", assertion="[]")
    assert bake(baked, credential="{}", assertion="[]") == baked


@pytest.mark.parametrize("kind", ["iTXt", "packed iTXt", "tEXt", "zTXt"])
def test_an_older_badge_in_the_artwork_is_replaced(kind: str) -> None:
    text = PngInfo()
    if kind.endswith("iTXt"):
        text.add_itxt("openbadges", "old", zip=kind.startswith("packed"))
        text.add_itxt("openbadgecredential", "old", zip=kind.startswith("packed"))
    else:
        text.add_text("openbadges", "old", zip=kind == "zTXt")
    text.add_text("Comment", "stays")
    old = artwork(pnginfo=text)
    assert unbake(old).assertion == "old"
    new = bake(old, credential="new")
    assert unbake(new) == Baked("new", None)
    assert b"old" not in new
    with Image.open(io.BytesIO(new)) as picture:
        picture.load()
        assert picture.info["Comment"] == "stays"


def test_a_keyword_that_only_begins_alike_is_no_badge() -> None:
    text = PngInfo()
    text.add_itxt("openbadges2", "mine")
    assert unbake(artwork(pnginfo=text)) == Baked(None, None)


BODY = b"openbadges\0\0\0\0\0"


@pytest.mark.parametrize(
    ("png", "sentence"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0 jpeg", "a JPEG, not a PNG"),
        (b"  <svg xmlns", "an SVG, not a PNG"),
        (b"hello", "something else, not a PNG"),
        (PNG[:8], "cut off"),
        (PNG[:-1], "cut off"),
        (PNG[:-12], "cut off"),
        (PNG[:500], "cut off"),
        (PNG + b"more", "4 bytes follow"),
        (PNG[:20] + b"\xff" + PNG[21:], "damaged in its part IHDR"),
        (PNG[:-50] + b"\xff" + PNG[-49:], "damaged in its part IDAT"),
        (PNG[:37] + b"\0DAT" + PNG[41:], "damaged at byte 33"),
        (PNG[:8] + PNG[33:], "does not begin as a PNG"),
        (PNG[:33] + PNG[-12:], "no pixels"),
        (with_chunk(with_chunk(PNG, b"iTXt", BODY + b"{}"), b"iTXt", BODY + b"{}"), "two badges"),
        (with_chunk(with_chunk(PNG, b"tEXt", b"openbadges\0{}"), b"iTXt", BODY + b"{}"), "two badges"),
        (with_chunk(PNG, b"iTXt", b"openbadges\0\0\0en"), "cut off"),
        (with_chunk(PNG, b"iTXt", BODY + b"\xff\xfe"), "not readable text"),
        (with_chunk(PNG, b"iTXt", BODY + b"x" * (1024 * 1024 + 1)), "larger than a megabyte"),
        (with_chunk(PNG, b"zTXt", b"openbadges\0\0" + zlib.compress(bytes(50_000_000))), "larger than a megabyte"),
        (with_chunk(PNG, b"zTXt", b"openbadges\0\0" + zlib.compress(b"{}" * 99)[:-6]), "cut off"),
        (with_chunk(PNG, b"zTXt", b"openbadges\0\0nonsense"), "damaged"),
        (PNG + bytes(16 * 1024 * 1024), "larger than 16 MB"),
    ],
    ids=range(23),
)
def test_a_bad_picture_is_told(png: bytes, sentence: str) -> None:
    with pytest.raises(BadArtwork, match=sentence):
        unbake(png)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_badge(data: bytes) -> None:
    for junk in (data, baking.SIGNATURE + data, PNG[:33] + data):
        with pytest.raises(BadArtwork):
            unbake(junk)


BAKED = bake(PNG, credential="{}", assertion="[]")


@settings(deadline=20_000)
@given(st.lists(st.tuples(st.integers(0, len(BAKED) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_mutated_badge_is_read_as_it_was_or_refused(mutations: list[tuple[int, int]]) -> None:
    data = bytearray(BAKED)
    for place, value in mutations:
        data[place] = value
    if data == BAKED:
        assert unbake(bytes(data)) == Baked("{}", "[]")
    else:
        with pytest.raises(BadArtwork):
            unbake(bytes(data))


def test_many_chunks_take_little_time() -> None:
    many = PNG[:33] + chunk(b"tEXt", b"a\0b") * 100_001 + PNG[33:]
    start = time.monotonic()
    with pytest.raises(BadArtwork, match="pieces"):
        unbake(many)
    assert time.monotonic() - start < 5
