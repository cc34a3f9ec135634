import io
import json
import re
import time
from collections.abc import Callable

import openbadges_bakery
import openbadgeslib.baking
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.openbadges.errors import BadArtwork, BadDocument
from bridge.openbadges.pictures.baking import Baked
from bridge.openbadges.pictures.svg import bake, is_svg, unbake

SVG = """<?xml version="1.0" encoding="UTF-8"?>
<!-- a star -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" aria-label="x > y &amp; é">
  <title>Stern – ★</title>
  <rect width="10" height="10" fill='#fc0'/>
</svg>
""".encode()
PLAIN = b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'
JWS = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"
HOSTED = '{"id":"https://example.org/a.json?x=1&y=2","type":"Assertion"}'
SVG_NS = "http://www.w3.org/2000/svg"
V3, V2 = "https://purl.imsglobal.org/ob/v3p0", "http://openbadges.org"

anything = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)
objects = st.dictionaries(st.text(max_size=9), anything, max_size=4)


def inside(element: str, svg: bytes = PLAIN) -> bytes:
    """Return *svg* with *element* before its end."""
    head, _, tail = svg.rpartition(b"</svg>")
    return head + element.encode() + b"</svg>" + tail


def badge(text: str, *, prefix: str = "openbadges", verify: str = "", v: str = V3) -> str:
    tag = "credential" if v == V3 else "assertion"
    attribute = f' verify="{verify}"' if verify else ""
    return f'<{prefix}:{tag} xmlns:{prefix}="{v}"{attribute}>{text}</{prefix}:{tag}>'


@given(objects, objects, st.booleans())
@example({"a": "]]>", "b": "]]]]>>", "c": "\ufffe\uffff\ud800 <![CDATA["}, {"é": "😀\x0b\x00\r\n\t\x85\u2028"}, False)
def test_what_was_baked_in_comes_out(credential: object, assertion: object, ascii_only: bool) -> None:
    said = [json.dumps(one, ensure_ascii=ascii_only) for one in (credential, assertion)]
    out = unbake(bake(SVG, credential=said[0], assertion=said[1]))
    assert [json.loads(out.credential or ""), json.loads(out.assertion or "")] == [credential, assertion]
    if not re.search("]]>|[\ud800-\udfff\ufffe\uffff]", "".join(said)):
        assert out == Baked(*said)


@pytest.mark.parametrize("credential", [None, '{"a":"é"}', JWS])
@pytest.mark.parametrize("assertion", [None, HOSTED, JWS])
def test_each_form_comes_out_and_leaves_no_trace(credential: str | None, assertion: str | None) -> None:
    baked = bake(SVG, credential=credential, assertion=assertion)
    assert unbake(baked) == Baked(credential, assertion)
    assert bake(baked) == SVG
    assert bake(baked, credential=credential, assertion=assertion) == baked


def test_badges_stand_directly_behind_the_start_tag_in_the_words_of_the_standards() -> None:
    start, _, rest = SVG.partition(b"\n  <title>")
    both = (
        f'<openbadges:credential xmlns:openbadges="{V3}"><![CDATA[{{"a":1}}]]></openbadges:credential>'
        f'<openbadges:assertion xmlns:openbadges="{V2}" verify="https://example.org/a.json?x=1&amp;y=2">'
        f"<![CDATA[{HOSTED}]]></openbadges:assertion>"
    )
    assert bake(SVG, credential='{"a":1}', assertion=HOSTED) == start + both.encode() + b"\n  <title>" + rest


def test_a_token_stands_in_the_attribute() -> None:
    assert f'<openbadges:credential xmlns:openbadges="{V3}" verify="{JWS}"/>' in bake(SVG, credential=JWS).decode()
    assert f'<openbadges:assertion xmlns:openbadges="{V2}" verify="{JWS}"/>' in bake(SVG, assertion=JWS).decode()


@pytest.mark.parametrize("text", ["", "hello", "[1]", '{"a":"\x0b"}', "a.b", 'a.b"><script/>.c'])
def test_only_json_and_tokens_are_baked(text: str) -> None:
    with pytest.raises(BadDocument, match="neither a JSON object nor a compact JWS"):
        bake(SVG, credential=text)


def test_an_older_badge_is_replaced_wherever_it_is_and_whatever_its_prefix() -> None:
    old = inside(f"<g><text>{badge('{}', prefix='x')}</text></g>" + badge("old", v=V2) + badge("", prefix="y", v="z"))
    new = bake(old, credential='{"new":1}')
    assert unbake(new) == Baked('{"new":1}', None)
    assert bake(new) == inside("<g><text></text></g>" + badge("", prefix="y", v="z"))


def test_a_picture_without_an_inside_gets_one() -> None:
    svg = b'<s:svg xmlns:s="http://www.w3.org/2000/svg" id="/"/>\n'
    baked = bake(svg, credential=JWS)
    assert unbake(baked) == Baked(JWS, None)
    assert baked.endswith(b"/></s:svg>\n")


@pytest.mark.parametrize("encoding", ["iso-8859-1", "US-ASCII", "utf-8", "utf-8-sig"])
def test_the_encoding_is_kept(encoding: str) -> None:
    declared = "utf-8" if "utf" in encoding else encoding
    word = "é" if encoding != "US-ASCII" else "e"
    svg = f'<?xml version="1.0" encoding="{declared}"?><svg xmlns="{SVG_NS}"><text>{word}</text></svg>'.encode(encoding)
    baked = bake(svg, credential='{"name":"Zoë 😀 ]]>"}')
    assert json.loads(unbake(baked).credential or "") == {"name": "Zoë 😀 ]]>"}
    assert bake(baked) == svg


@pytest.mark.parametrize(
    ("svg", "found"),
    [
        (badge(' \n<![CDATA[\n{"a":\n"]]]]><![CDATA[>"}]]> \n'), Baked('{"a":\n"]]>"}', None)),
        (badge("{&quot;a&quot;:<!-- no -->&#x31;}"), Baked('{"a":1}', None)),
        (badge("{}", prefix="ob"), Baked("{}", None)),
        (f'<credential xmlns="{V3}">{{}}</credential>', Baked("{}", None)),
        (badge(" ", verify="a.b.c"), Baked("a.b.c", None)),
        (badge("{}", verify="https://x.org", v=V2), Baked(None, "{}")),
        (badge(" ", verify="https://x.org", v=V2), Baked(None, "https://x.org")),
        (badge("", verify=" a.b.c\n", v=V2), Baked(None, "a.b.c")),
        (badge("{}", v="urn:other"), Baked(None, None)),
        (badge("{}") + badge("[]", v=V2), Baked("{}", "[]")),
    ],
    ids=range(10),
)
def test_other_forms_are_read(svg: str, found: Baked) -> None:
    assert unbake(inside(svg)) == found


@pytest.mark.parametrize(
    ("svg", "sentence"),
    [
        (b"", "line 1 can't be read"),
        (b"hello", "line 1 can't be read"),
        (SVG[:-8], "not a whole SVG file"),
        (SVG + b"<g/>", "line 7 can't be read"),
        (b"<html><svg/></html>", "no SVG picture"),
        (b"<svg>\xff</svg>", "can't be read"),
        (inside("&nbsp;"), "can't be read"),
        (inside("<ob:credential>{}</ob:credential>"), "can't be read"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "declares entities"),
        (b"<!DOCTYPE svg []><svg/>", "declares entities"),
        (b'<!DOCTYPE svg SYSTEM "a.dtd"><svg>&a;</svg>', "declares entities"),
        (SVG.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "Save it as UTF-8"),
        (SVG.replace(b"UTF-8", b"windows-1252"), "'windows-1252'. Save it as UTF-8"),
        (SVG.replace(b"UTF-8", b"klingon"), "'klingon'. Save it as UTF-8"),
        (inside(badge("{}") + badge("{}", prefix="b")), r"two badges of one kind \(credential\)"),
        (inside(badge("{}", v=V2) + badge("", v=V2, verify="a.b.c")), r"two badges of one kind \(assertion\)"),
        (inside(badge("<g/>{}")), "holds other elements"),
        (inside(badge(badge("{}", v=V2))), "holds other elements"),
        (inside(badge(" \n")), "is empty"),
        (inside(badge("x" * (1024 * 1024 + 1))), "larger than a megabyte"),
        (inside(badge("{}", verify="a.b.c")), "two badges in one place"),
        (inside(badge("", verify="x" * (1024 * 1024 + 1))), "larger than a megabyte"),
        (inside("<g>" * 250 + "</g>" * 250), "too many parts"),
        (inside("<g/>" * 100_001), "too many parts"),
        (inside(" " * (10 * 1024 * 1024)), "larger than 10 MB"),
    ],
    ids=range(25),
)
def test_a_bad_picture_is_told(svg: bytes, sentence: str) -> None:
    with pytest.raises(BadArtwork, match=sentence):
        unbake(svg)
    if "badge" not in sentence and "empty" not in sentence:
        with pytest.raises(BadArtwork, match=sentence):
            bake(svg, credential="{}")


def test_a_doctype_that_declares_nothing_is_read() -> None:
    doctype = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    assert unbake(bake(doctype + PLAIN, credential="{}")) == Baked("{}", None)


def test_a_badge_in_a_million_pieces_takes_little_time() -> None:
    start = time.monotonic()
    with pytest.raises(BadArtwork, match="larger than a megabyte"):
        unbake(inside(badge("a<?b?>" * 1_100_000)))
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("data", "yes"),
    [
        (SVG, True),
        (b"\xef\xbb\xbf" + SVG, True),
        (SVG.decode().encode("utf-16"), True),
        (b"<s:svg/>", True),
        (b"<!DOCTYPE svg [<!ENTITY a '>'>]>\n<svg>", True),
        (b"  <svg xmlns", True),
        (b"", False),
        (b"<html><svg/></html>", False),
        (b"<!DOCTYPE html><html>", False),
        (b"<svgs/>", False),
        (b"\x89PNG<svg/>", False),
        (b'{"a":"<svg/>"}', False),
        (b"<!--" * 100_000, False),
    ],
)
def test_an_svg_is_known_by_its_first_element(data: bytes, yes: bool) -> None:
    assert is_svg(data) is yes


def test_what_others_read_in_our_badge() -> None:
    baked = bake(SVG, credential='{"a":"é ]]>"}', assertion=HOSTED)
    lib = openbadgeslib.baking
    text = lib.extract_svg(baked, element=lib.SVG_ELEMENT_OB3, text_fallback=True)
    assert json.loads(text or "") == {"a": "é ]]>"}
    assert openbadges_bakery.unbake(io.BytesIO(baked)) == "https://example.org/a.json?x=1&y=2"
    tokens = bake(SVG, credential=JWS, assertion=JWS)
    assert lib.extract_svg(tokens, element=lib.SVG_ELEMENT_OB3) == JWS
    assert lib.extract_svg(tokens) == JWS
    assert openbadges_bakery.unbake(io.BytesIO(tokens)) == JWS


@pytest.mark.filterwarnings("ignore:Please use rfc3986:DeprecationWarning")
def test_what_others_baked_is_read() -> None:
    lib = openbadgeslib.baking
    lib3 = {"element": lib.SVG_ELEMENT_OB3, "namespace": lib.SVG_NS_OB3}
    assert unbake(lib.bake_svg(SVG, JWS)) == Baked(None, JWS)
    assert unbake(lib.bake_svg(SVG, JWS, **lib3)) == Baked(JWS, None)
    text = lib.bake_svg(SVG, '{"a":"é <&>\\""}', "a comment", as_text=True, **lib3)
    assert unbake(text) == Baked('{"a":"é <&>\\""}', None)
    for said in (HOSTED, JWS, "https://example.org/a.json"):
        assert unbake(openbadges_bakery.bake(io.BytesIO(SVG), said).read()) == Baked(None, said)


@pytest.mark.filterwarnings("ignore:Please use rfc3986:DeprecationWarning")
def test_what_others_bake_into_ours_leaves_the_other_badge_readable() -> None:
    ours = bake(SVG, credential='{"a":1}')
    assert unbake(openbadges_bakery.bake(io.BytesIO(ours), HOSTED).read()) == Baked('{"a":1}', HOSTED)


def told(act: Callable[[bytes], object], data: bytes) -> str:
    """Return how the sentence ends with which *act* refuses *data*; "" if it takes it."""
    try:
        act(data)
    except BadArtwork as refusal:
        return str(refusal)[-1:]
    return ""


BAKED = bake(SVG, credential='{"a":1}', assertion=HOSTED)
edits = st.lists(
    st.tuples(st.integers(0, len(BAKED)), st.integers(0, 3), st.binary(max_size=4) | st.sampled_from([b"<", b"]]>"])),
    min_size=1,
    max_size=6,
)


@settings(deadline=20_000)
@given(edits)
def test_a_mutated_badge_is_read_or_refused(mutations: list[tuple[int, int, bytes]]) -> None:
    data = BAKED
    for place, gone, new in mutations:
        data = data[:place] + new + data[place + gone :]
    for act in (unbake, bake):
        assert told(act, data) in ("", ".")


@given(st.binary(max_size=200))
def test_random_bytes_are_no_badge(data: bytes) -> None:
    with pytest.raises(BadArtwork):
        unbake(data)
