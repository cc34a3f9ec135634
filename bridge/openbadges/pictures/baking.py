"""Baking: a credential into a PNG and out again, chunk by chunk, without touching the picture.

Open Badges 3.0, 5.3 and Open Badges 2.0 Baking: one uncompressed iTXt chunk each, keyword `openbadgecredential` or
`openbadges`. They go right after IHDR, where every reader finds them, old ones that stop at the pixels included.
PNG (Third Edition), 5 and 11.3.3, gives the shapes.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bridge.openbadges.errors import BadArtwork

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CREDENTIAL = b"openbadgecredential"
ASSERTION = b"openbadges"
TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")

MAX_PNG = 16 * 1024 * 1024
MAX_TEXT = 1024 * 1024
MAX_CHUNKS = 100_000


@dataclass(frozen=True, slots=True)
class Baked:
    """What was in a badge: the text of an Open Badges 3.0 credential, of a 2.0 assertion, either or both."""

    credential: str | None
    assertion: str | None


class Chunk(NamedTuple):
    """A chunk of a PNG: its type, and where its data begins and ends."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole, undamaged PNG without a badge, in two pieces: *head* is signature and IHDR, *rest* all that follows."""

    head: bytes
    rest: bytes | memoryview

    def bake(self, *, credential: str | None = None, assertion: str | None = None) -> bytes:
        """Return the PNG with the given texts baked in; the pixels are copied once, and not looked at."""
        texts = ((CREDENTIAL, credential), (ASSERTION, assertion))
        return b"".join([self.head, *(text_chunk(word, text) for word, text in texts if text is not None), self.rest])


def bake(png: bytes, *, credential: str | None = None, assertion: str | None = None) -> bytes:
    """Return *png* with the given texts baked in, and without any badge that was in it before.

    All other bytes stay as they were. Raises BadArtwork if *png* is not a whole, undamaged PNG.
    """
    return frame(png).bake(credential=credential, assertion=assertion)


@lru_cache(maxsize=16)
def frame(png: bytes) -> Frame:
    """Return *png*, checked in full, as what badges are baked into; raise BadArtwork as `bake` does.

    The same artwork is asked about for each award: given the same object again, this takes no time.
    """
    view = memoryview(png)
    found = list(chunks(png))
    kept = [chunk for chunk in found if not is_badge(png, chunk)]
    start = kept[0].end + 4
    rest = view[start:] if kept == found else b"".join(view[chunk.start - 8 : chunk.end + 4] for chunk in kept[1:])
    return Frame(png[:start], rest)


def unbake(png: bytes) -> Baked:
    """Return what was baked into *png*.

    Raises BadArtwork if *png* is not a whole, undamaged PNG, if a badge is in it twice, or can't be read as text, or
    would unpack to more than a megabyte.
    """
    found: dict[bytes, str] = {}
    for chunk in chunks(png):
        if not is_badge(png, chunk):
            continue
        keyword, text = read_text(png, chunk)
        if keyword in found:
            raise BadArtwork(f"The picture holds two badges of one kind ({keyword.decode()}); only one is allowed.")
        found[keyword] = text
    return Baked(found.get(CREDENTIAL), found.get(ASSERTION))


def chunks(png: bytes) -> Iterator[Chunk]:
    """Yield the chunks of *png*, each checked; raise BadArtwork at the first thing that is wrong.

    Checked are the signature, IHDR first, IDAT there, IEND last with nothing behind it, every length and every CRC.
    """
    if not png.startswith(SIGNATURE):
        raise BadArtwork(not_a_png(png))
    if len(png) > MAX_PNG:
        raise BadArtwork(f"The picture is larger than {MAX_PNG >> 20} MB. Export it smaller, for example 600 × 600.")
    place, pixels = len(SIGNATURE), False
    for count in range(MAX_CHUNKS):
        chunk = chunk_at(png, place)
        if count == 0:
            check_header(chunk)
        yield chunk
        place = chunk.end + 4
        pixels |= chunk.kind == b"IDAT"
        if chunk.kind == b"IEND":
            break
    else:
        raise BadArtwork(f"The picture is made of more than {MAX_CHUNKS} pieces. Export it again as PNG.")
    if not pixels:
        raise BadArtwork("The picture has no pixels in it. Export it again as PNG.")
    if place != len(png):
        raise BadArtwork(f"{len(png) - place} bytes follow the end of the picture. Export it again as PNG.")


def chunk_at(png: bytes, place: int) -> Chunk:
    """Return the chunk that begins at *place*, its length and CRC checked."""
    length = int.from_bytes(png[place : place + 4])
    kind, start, end = png[place + 4 : place + 8], place + 8, place + 8 + length
    if len(png) < end + 4:
        raise BadArtwork("The picture is cut off: its end is missing. Download or export it again.")
    if not (kind.isascii() and kind.isalpha()):
        raise BadArtwork(f"The picture is damaged at byte {place}. Download or export it again.")
    if zlib.crc32(memoryview(png)[place + 4 : end]) != int.from_bytes(png[end : end + 4]):
        raise BadArtwork(f"The picture is damaged in its part {kind.decode()}. Download or export it again.")
    return Chunk(kind, start, end)


def check_header(chunk: Chunk) -> None:
    """Raise BadArtwork unless *chunk* can be the first of a PNG."""
    if chunk.kind != b"IHDR" or chunk.end - chunk.start != 13:
        raise BadArtwork("The picture does not begin as a PNG must. Export it again as PNG.")


def not_a_png(data: bytes) -> str:
    """Return the sentence for a file that is no PNG, naming what it seems to be."""
    kinds = {
        b"\xff\xd8\xff": "a JPEG",
        b"GIF8": "a GIF",
        b"RIFF": "a WebP",
        b"<svg": "an SVG",
        b"<?xml": "an SVG",
        b"%PDF": "a PDF",
        b"PK\x03\x04": "a document or an archive",
    }
    guess = next((name for start, name in kinds.items() if data.lstrip()[:5].startswith(start)), "something else")
    if not data:
        return "The picture is empty. Upload it again as PNG."
    return f"The picture is {guess}, not a PNG. Export it as PNG, square, at least 400 × 400."


def text_chunk(keyword: bytes, text: str) -> bytes:
    """Return an uncompressed iTXt chunk, without language tag and translated keyword."""
    body = b"iTXt" + keyword + b"\0\0\0\0\0" + text.encode()
    return (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)


def is_badge(png: bytes, chunk: Chunk) -> bool:
    """Return whether *chunk* is text under one of the two keywords, in whichever of the three forms."""
    start = chunk.start
    return chunk.kind in TEXT_CHUNKS and any(
        png.startswith(keyword + b"\0", start, chunk.end) for keyword in (CREDENTIAL, ASSERTION)
    )


def read_text(png: bytes, chunk: Chunk) -> tuple[bytes, str]:
    """Return keyword and text of a text chunk; raise BadArtwork if it is malformed or too large."""
    keyword, _, rest = png[chunk.start : chunk.end].partition(b"\0")
    packed = chunk.kind == b"zTXt"
    if chunk.kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        _, language_ends, rest = rest.partition(b"\0")
        _, translation_ends, rest = rest.partition(b"\0")
        if not (language_ends and translation_ends):
            raise BadArtwork("The badge in the picture is cut off.")
    elif packed:
        rest = rest[1:]
    data = unpack(rest) if packed else rest
    if len(data) > MAX_TEXT:
        raise BadArtwork("The badge in the picture is larger than a megabyte, so it was not read.")
    try:
        return keyword, data.decode("latin-1" if chunk.kind != b"iTXt" and not is_utf8(data) else "utf-8")
    except UnicodeDecodeError as error:
        raise BadArtwork("The badge in the picture is not readable text.") from error


def is_utf8(data: bytes) -> bool:
    """Return whether *data* is UTF-8: old bakers wrote it into tEXt, whose own encoding is Latin-1."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def unpack(data: bytes) -> bytes:
    """Return zlib *data* unpacked, never more than one byte beyond the limit."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(data, MAX_TEXT + 1)
    except zlib.error as error:
        raise BadArtwork("The packed badge in the picture is damaged.") from error
    if len(unpacked) <= MAX_TEXT and not unpacker.eof:
        raise BadArtwork("The packed badge in the picture is cut off.")
    return unpacked
