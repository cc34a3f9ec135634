"""Baked pictures, bent at random, by bytes and by parts: no error, no long wait, and never valid when altered."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures import baking, svg
from bridge.openbadges.pictures.baking import SIGNATURE, Baked
from tests.attack.bending import ASSERTION, CREDENTIAL, DRAWING, FORMS, ask, bent, text, unaltered, valid
from tests.attack.test_fuzz_documents import parts, spliced
from tests.openbadges.ob_samples import artwork

PATIENCE = timedelta(seconds=10)
QUICK = settings(max_examples=60, deadline=PATIENCE)
LONG = settings(max_examples=400, deadline=PATIENCE)
PNGS, SVGS = ("PNG", "PNG with tokens"), ("SVG", "SVG with tokens")


def check(data: bytes) -> None:
    """A bent picture is checked; if it is valid, each badge that is in it says what it said before."""
    if valid(ask(data)):
        baked = baking.unbake(data) if data.startswith(SIGNATURE) else svg.unbake(data)
        texts = [told for told in (baked.credential, baked.assertion) if told is not None]
        assert texts
        assert all(says_the_same(told) for told in texts)


def says_the_same(told: str) -> bool:
    if told.startswith("{"):
        return unaltered(json.loads(told))
    if told.startswith("https://"):
        return told.encode() == FORMS["address"]
    known = [parts(FORMS[form])[:2] for form in ("VC-JWT ES256", "2.0 signed")]
    return parts(told.encode())[:2] in known


# ── PNG ───────────────────────────────────────────────────────────────────────

KEYWORDS = (b"openbadgecredential", b"openbadges", b"openbadges2", b"OpenBadges", b"Comment", b"", b"x" * 90)
KINDS = (b"iTXt", b"tEXt", b"zTXt", b"IDAT", b"IHDR", b"IEND", b"PLTE", b"itXt", b"\0\0\0\0", b"\xff\xfe\xfd\xfc")


def pieces(png: bytes) -> list[tuple[bytes, bytes]]:
    return [(chunk.kind, png[chunk.start : chunk.end]) for chunk in baking.chunks(png)]


def joined(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return a PNG of *chunks*, each with its right length and CRC."""
    return SIGNATURE + b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in chunks
    )


@st.composite
def text_chunks(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draw a text chunk that may hold a badge, whole or not, packed or not."""
    keyword, kind = draw(st.sampled_from(KEYWORDS)), draw(st.sampled_from(KINDS[:3]))
    whole = draw(st.sampled_from([FORMS["3.0"], FORMS["2.0"], FORMS["VC-JWT ES256"], FORMS["address"], b"{}", b""]))
    said = draw(st.just(whole) | spliced(whole) | st.binary(max_size=30))
    packed = draw(st.booleans())
    if kind == b"iTXt":
        head = bytes([packed, draw(st.integers(0, 1))]) + draw(st.sampled_from([b"\0\0", b"en\0", b"", b"en\0\xff\0"]))
        return kind, keyword + b"\0" + head + (zlib.compress(said) if packed else said)
    return kind, keyword + b"\0" + (b"\0" + zlib.compress(said) if kind == b"zTXt" else said)


@st.composite
def bent_pngs(draw: st.DrawFn) -> bytes:
    """Draw a baked PNG with chunks lost, doubled, moved, renamed, rewritten or added; all their CRCs are right."""
    chunks = pieces(FORMS[draw(st.sampled_from(PNGS))])
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(chunks) - 1))
        kind, data = chunks[place]
        match draw(st.sampled_from(["lose", "double", "move", "rename", "rewrite", "add"])):
            case "lose" if len(chunks) > 1:
                del chunks[place]
            case "double":
                chunks.insert(draw(st.integers(0, len(chunks))), chunks[place])
            case "move":
                chunks.insert(draw(st.integers(0, len(chunks) - 1)), chunks.pop(place))
            case "rename":
                chunks[place] = draw(st.sampled_from(KINDS)), data
            case "rewrite":
                chunks[place] = kind, draw(spliced(data))
            case _:
                chunks.insert(place, draw(text_chunks()))
    return joined(chunks)


@QUICK
@given(bent_pngs())
def test_a_png_with_bent_chunks_is_not_valid(png: bytes) -> None:
    check(png)


@pytest.mark.slow
@LONG
@given(bent_pngs())
def test_many_pngs_with_bent_chunks_are_not_valid(png: bytes) -> None:
    check(png)


@QUICK
@given(st.sampled_from([*PNGS, *SVGS]).flatmap(lambda form: spliced(FORMS[form])))
def test_a_picture_with_pieces_moved_is_not_valid(data: bytes) -> None:
    check(data)


@pytest.mark.slow
@LONG
@given(st.sampled_from([*PNGS, *SVGS]).flatmap(lambda form: spliced(FORMS[form])))
def test_many_pictures_with_pieces_moved_are_not_valid(data: bytes) -> None:
    check(data)


@settings(QUICK, max_examples=30)
@given(bent(CREDENTIAL), bent(ASSERTION))
def test_a_bent_badge_in_a_good_picture_is_not_valid(credential: object, assertion: object) -> None:
    told = {"credential": json.dumps(credential), "assertion": text(ASSERTION)}
    check(baking.bake(artwork(), **told))
    check(svg.bake(DRAWING, credential=text(CREDENTIAL), assertion=json.dumps(assertion)))


# ── SVG ───────────────────────────────────────────────────────────────────────

WORDS = (
    "<!DOCTYPE svg>",
    '<!DOCTYPE svg [<!ENTITY e "x">]>',
    '<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">',
    "<?xml-stylesheet href='https://evil.example/'?>",
    "<!-- -- -->",
    "<!-- <openbadges:credential/> -->",
    "<![CDATA[",
    "]]>",
    "<g>",
    "</g>",
    "</svg>",
    "<svg>",
    "&amp;",
    "&e;",
    "&#0;",
    "&#xFFFE;",
    '<a:credential xmlns:a="https://purl.imsglobal.org/ob/v3p0">{}</a:credential>',
    '<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="x.y.z"/>',
    '<openbadges:assertion xmlns:openbadges="http://openbadges.org" verify="https://evil.example/a"/>',
    '<openbadges:assertion xmlns:openbadges="http://openbadges.org">',
    "<openbadges:credential>",
    ' xmlns:openbadges="http://openbadges.org"',
    ' verify="https://evil.example/"',
    "".join(f"<g xmlns:n{n}='https://n.example/{n}'>" for n in range(60)),
    "\xa0\ufeff\u2028",
)


@st.composite
def bent_svgs(draw: st.DrawFn) -> bytes:
    """Draw a baked SVG with words of XML put in where tags begin and end, or elsewhere."""
    whole = FORMS[draw(st.sampled_from(SVGS))].decode()
    for _ in range(draw(st.integers(1, 3))):
        word = draw(st.sampled_from(WORDS))
        corners = [place for place, character in enumerate(whole) if character in "<>"]
        corner = draw(st.sampled_from(corners)) + draw(st.sampled_from([0, 0, 1]))
        place = draw(st.just(corner) | st.integers(0, len(whole)))
        whole = whole[:place] + word + whole[place:]
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    return whole.encode(encoding, errors="replace")


@settings(QUICK, max_examples=150)
@given(bent_svgs())
def test_an_svg_with_words_put_in_is_not_valid(picture: bytes) -> None:
    check(picture)


@pytest.mark.slow
@LONG
@given(bent_svgs())
def test_many_svgs_with_words_put_in_are_not_valid(picture: bytes) -> None:
    check(picture)


@QUICK
@given(bent_svgs() | bent_pngs())
def test_what_can_be_baked_again_holds_the_new_badge_and_nothing_of_the_old(picture: bytes) -> None:
    new = {"credential": '{"new": 1}', "assertion": '{"new": 2}'}
    module = baking if picture.startswith(SIGNATURE) else svg
    try:
        again = module.bake(picture, **new)
    except BadArtwork:
        return
    assert module.unbake(again) == Baked(**new)
    assert module.bake(again, **new) == again
