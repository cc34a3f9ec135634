"""Pictures that were damaged on purpose, chunk by chunk."""

from __future__ import annotations

import struct
import zlib
from random import Random

import pytest

from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures.artwork import inspect
from bridge.openbadges.pictures.baking import chunks
from tests.fakes import story

KINDS = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"eXIf", b"fcTL", b"fdAT", b"zTXt", b"iTXt", b"PLTE")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind: bytes, data: bytes, *, last: bool = False) -> bytes:
    """The story's picture with one more chunk behind its header, or behind its pixels; its CRC is right."""
    png = story.artwork()
    place = len(png) - 12 if last else next(chunks(png)).end + 4
    return png[:place] + chunk(kind, data) + png[place:]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_strange_chunk_is_fine_or_told_and_never_a_surprise(kind: bytes, last: bool) -> None:
    dice = Random(kind)  # noqa: S311  # only noise
    told = []
    for length in (0, 1, 2, 3, 5, 8, 25, 26, 32):
        try:
            inspect(with_chunk(kind, dice.randbytes(length), last=last))
        except BadArtwork as error:
            told.append(str(error))
    assert all("unpacked" in sentence for sentence in told)


def test_words_packed_to_burst_are_told() -> None:
    with pytest.raises(BadArtwork):
        inspect(with_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000))))
