"""Which SVG pictures may become badges. Those that may not are told what to do."""

import base64
import io
import time
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ob_samples import artwork
from PIL import Image

from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures import svg
from bridge.openbadges.pictures.artwork import inspect

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
XHTML = 'xmlns:h="http://www.w3.org/1999/xhtml"'


def drawn(inside: str = "", *, root: str = 'viewBox="0 0 600 600"', before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {root}>{inside}</svg>'.encode()


def embedded(kind: str, size: int = 2) -> str:
    out = io.BytesIO()
    Image.new("1", (size, size)).save(out, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"


INKSCAPE = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="150mm" height="150mm" viewBox="0 0 150 150" version="1.1" id="svg5" sodipodi:docname="star.svg"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
   xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg"
   xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cc="http://creativecommons.org/ns#">
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:current-layer="layer1"/>
  <metadata><rdf:RDF><cc:Work rdf:about=""/></rdf:RDF></metadata>
  <defs id="defs2"><linearGradient id="a"><stop style="stop-color:#fc0" offset="0" id="s"/></linearGradient>
    <linearGradient xlink:href="#a" id="b" gradientUnits="userSpaceOnUse" gradientTransform="translate(-3.5 2)"/></defs>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1">
    <path style="fill:url(#b);-inkscape-font-specification:'Sans, Normal'"
      d="M 10,10 L 20,20 Z" id="p" xml:space="preserve"/>
  </g>
</svg>"""

ILLUSTRATOR = b"""<?xml version="1.0" encoding="utf-8"?>
<svg version="1.1" id="Layer_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" x="0px"
  y="0px" viewBox="0 0 283.46 283.47" style="enable-background:new 0 0 283.46 283.47;" xml:space="preserve">
<style type="text/css">
  .st0{clip-path:url(#SVGID_2_);fill:#E30613;} @media (prefers-color-scheme:dark){.st0:not(.x){fill:rgb(1,2,3)}}
  .st1, g>.st2 { font-family:'ArialMT'; stroke:url("#SVGID_2_") } /* done */
</style>
<defs><circle id="SVGID_1_" cx="141" cy="141" r="100"/></defs>
<clipPath id="SVGID_2_"><use xlink:href="#SVGID_1_"  style="overflow:visible;"/></clipPath>
<rect class="st0" width="283" height="283" data-name="Sky" aria-label="f(x)"/></svg>"""


@pytest.mark.parametrize(
    "picture",
    [
        INKSCAPE,
        ILLUSTRATOR,
        drawn(),
        drawn(root='width="400" height="400px"'),
        drawn(root='width="100%" height="50%" viewBox="0,0,1e2,100"'),
        drawn(
            f'<image href="{embedded("PNG")}" width="9" height="9"/><image {XLINK} xlink:href="{embedded("JPEG")}"/>'
        ),
        drawn(f"<rect style=\"mask-image:url('{embedded('PNG')}')\"/>"),
        drawn('<rect id="a" fill="url(&quot;#b&quot;) rgb(1,2,3)"/><pattern id="b"/>'),
        drawn('<use href="#gone"/><use href=""/>'),
        drawn("<metadata><?xpacket begin='' id='x'?></metadata>"),
        svg.bake(drawn("<g/>"), credential='{"a":1}', assertion='{"id":"https://example.org"}'),
    ],
    ids=range(11),
)
def test_drawings_are_good(picture: bytes) -> None:
    assert inspect(picture) == "svg"


SCRIPT, LINK, MOVES, OUTSIDE = "holds a program", "holds a link", "animated", "outside of it"
UNUSUAL = "unusual way"


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (drawn("<script>alert(1)</script>"), SCRIPT),
        (drawn("<g><script/></g>"), SCRIPT),
        (drawn(f"<h:script {XHTML}>alert(1)</h:script>"), SCRIPT),
        (drawn(f"<metadata><h:script {XHTML}/></metadata>"), SCRIPT),
        (drawn('<e:handler xmlns:e="http://www.w3.org/2001/xml-events"/>'), SCRIPT),
        (drawn(root='viewBox="0 0 6 6" onload="alert(1)"'), SCRIPT),
        (drawn('<g onClick="x"/>'), SCRIPT),
        (drawn('<i:x xmlns:i="http://www.inkscape.org/namespaces/inkscape" onfocus="x"/>'), SCRIPT),
        (drawn('<a href="https://example.org"><g/></a>'), LINK),
        (drawn("<foreignObject><p>hello</p></foreignObject>"), "foreignObject"),
        (drawn(f"<h:iframe {XHTML} src='x'/>"), "“iframe”"),
        (drawn('<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"/>'), "“math”"),
        (drawn("<x/>"), "“x”"),
        (drawn('<x xmlns="urn:x"/>'), "“x”"),
        (drawn('<rect wibble="1"/>'), "“wibble”"),
        (drawn('<rect xml:base="https://example.org/"/>'), "“base”"),
        (drawn('<rect xmlns:e="http://www.w3.org/2001/xml-events" e:event="click"/>'), "“event”"),
        (drawn('<use href="#a"><set attributeName="href" to="javascript:x"/></use>'), MOVES),
        (drawn('<use href="#a"><animate attributeName="href" values="javascript:x"/></use>'), MOVES),
        (drawn("<animateTransform/>"), MOVES),
        (drawn("<style>@keyframes x {}</style>"), MOVES),
        (drawn("<style>@-webkit-keyframes x {}</style>"), MOVES),
        (drawn('<use href="javascript:alert(1)"/>'), OUTSIDE),
        (drawn('<use href="https://example.org/x.svg#a"/>'), OUTSIDE),
        (drawn('<use href="x.svg#a"/>'), OUTSIDE),
        (drawn(f'<image {XLINK} xlink:href="//example.org/x.png"/>'), OUTSIDE),
        (drawn('<image href="data:image/svg+xml;base64,PHN2Zz4="/>'), OUTSIDE),
        (drawn('<image href="data:text/html,x"/>'), OUTSIDE),
        (drawn('<image href="data:image/png,x"/>'), OUTSIDE),
        (drawn('<feImage href="file:///etc/passwd"/>'), OUTSIDE),
        (drawn('<rect fill="url(https://example.org/#a)"/>'), OUTSIDE),
        (drawn('<rect filter="URL( &quot;//example.org&quot; )"/>'), OUTSIDE),
        (drawn('<rect style="fill:red; background:url(&apos;https://example.org&apos;)"/>'), OUTSIDE),
        (drawn('<rect style="fill:url(#a)url(x)"/>'), OUTSIDE),
        (drawn("<style>.a{cursor:url(x.cur)}</style>"), OUTSIDE),
        (drawn("<style>.a{cursor:u<![CDATA[rl(]]>x.cur)}</style>"), OUTSIDE),
        (drawn("<style>@import 'https://example.org/x.css';</style>"), "“@import”"),
        (drawn("<style>@\\69mport 'x';</style>"), "“@”"),
        (drawn("<style>@font-face{src:url(#a)}</style>"), "embeds a font"),
        (drawn("<font-face/>"), "embeds a font"),
        (drawn("<style>.a{background:u\\72l(x)}</style>"), "backslash"),
        (drawn('<rect style="background:image-set(&quot;x.png&quot; 1x)"/>'), r"“image-set\(\)”"),
        (drawn('<rect style="width:expression(alert(1))"/>'), r"“expression\(\)”"),
        (drawn(before='<?xml-stylesheet href="x.css"?>'), "“<.xml-stylesheet.>”"),
        (drawn(before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">'), "DOCTYPE"),
        (drawn("&a;", before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "declares entities"),
        (drawn(root=""), "does not say how large"),
        (drawn(root='width="100%" height="100%"'), "does not say how large"),
        (drawn(root='width="600"'), "does not say how large"),
        (drawn(root='viewBox="0 0 1e400 1e400"'), "does not say how large"),
        (drawn(root='viewBox="0 0 0 0"'), "does not say how large"),
        (drawn(root='viewBox="0 0 900 400"'), "900 × 400, more than twice as long"),
        (drawn(root='width="6em" height="4em"'), "must be square"),
        (drawn("<style><g/>@import 'https://example.org/x.css';</style>"), "“g in style”"),
        (drawn("<style>rect{fill:url(#a)}</style>"), UNUSUAL),
        (drawn("<style>.b:not(.c){fill:url(#a)}</style>"), UNUSUAL),
        (drawn("<style>.b,*{fill:url(#a)}</style>"), UNUSUAL),
        (drawn("<style>.b{content:'} .c{';fill:url(#a)}</style>"), UNUSUAL),
        (drawn("<style>.b{content:'/*';fill:url(#a)} .c{content:'*/'}</style>"), UNUSUAL),
        (drawn("<style>.b{content:'\n;fill:url(#a)}</style>"), UNUSUAL),
        (drawn("<style>.b{fill:url(#a);.c{}}</style>"), UNUSUAL),
        (b'<svg viewBox="0 0 9 9"/>', "does not say that it is SVG"),
        (drawn('<use href="#a" id="a"/>'), "contains itself"),
        (drawn('<style>/**/.b{fill:url(#a)}</style><pattern id="a" class="b"/>'), "contains itself"),
        (drawn('<style>g>#b{fill:url(#a)}</style><g id="a"><g id="b"/></g>'), "contains itself"),
        (drawn('<g id="a"><g id="b"><use href="#a"/></g></g>'), "contains itself"),
        (drawn('<pattern id="a"><rect fill="url(#a)"/></pattern>'), "contains itself"),
        (drawn(f'<image href="{embedded("PNG", 5000)}"/>'), "too large"),
        (drawn('<image href="data:image/png;base64,AAAA"/>'), "damaged"),
        (drawn('<image href="data:image/png;base64,AAA"/>'), "damaged"),
        (drawn(" " * 1_000_000), "1.0 MB"),
        (drawn()[:-3], "not a whole SVG"),
    ],
    ids=range(72),
)
def test_what_is_no_mere_drawing_is_told(picture: bytes, sentence: str) -> None:
    with pytest.raises(BadArtwork, match=sentence):
        inspect(picture)


def test_a_picture_that_would_grow_without_end_is_told_at_once() -> None:
    used = "".join(f'<g id="a{n}">' + f'<use href="#a{n + 1}"/>' * 10 + "</g>" for n in range(40))
    filled = "".join(f'<pattern id="b{n}">' + f'<rect fill="url(#b{n + 1})"/>' * 10 + "</pattern>" for n in range(40))
    sheet = "".join(f".c{n}{{fill:url(#b{n})}}" for n in range(40))
    classed = "".join(f'<pattern id="b{n}">' + f'<rect class="c{n + 1}"/>' * 10 + "</pattern>" for n in range(40))
    long = f'<path id="a" d="{"M0 0" * 100_000}"/>' + '<use href="#a"/>' * 100
    start = time.monotonic()
    for bomb in (used, filled, f"<style>{sheet}</style>{classed}", long):
        with pytest.raises(BadArtwork, match="too many parts"):
            inspect(drawn(bomb))
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    "inside",
    [
        f'<path d="{"A" * 990_000}"/>',
        f'<rect style="{"url(" * 200_000}"/>',
        f"<style>{'@media ' * 140_000}</style>",
        f'<rect style="fill:url(data:image/png;base64,{"A" * 900_000}"/>',
        f"<style>.a{{fill:url(#b)}}{'x' * 900_000}</style>",
        f"<style>.a{{fill:url(#b)}}{'/*' * 450_000}</style>",
        f"<style>.a{{fill:url(#b)}}{'.a,' * 300_000}</style>",
        f"<style>{'.a,' * 150_000}.a{{{'fill:url(#b);' * 30_000}}}</style>",
        f"<style>.a{{{'fill:url(#b);' * 30_000}}}</style>" + "<g class='a'/>" * 30_000,
        "<g id='a'/>" * 80_000,
        "".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(25_000)),
        "<i:x xmlns:i='http://www.inkscape.org/'/>" * 20_000,
    ],
    ids=range(12),
)
def test_a_large_picture_takes_little_time(inside: str) -> None:
    start = time.monotonic()
    assert judged(drawn(inside)) in ("svg", ".")
    assert time.monotonic() - start < 60


def judged(picture: bytes, judge: Callable[[bytes], str] = inspect) -> str:
    """Return what *picture* is, or how the sentence ends that refuses it."""
    try:
        return judge(picture)
    except BadArtwork as refusal:
        return str(refusal)[-1:]


SAMPLE = svg.bake(ILLUSTRATOR, credential='{"a":1}')
words = st.sampled_from([b"<script>", b"onload=", b"&", b"<!--", b"]]>", b"url(", b"\\", b'"', b"href='x'", b"\xff"])
edits = st.lists(
    st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 5), words | st.binary(max_size=4)), min_size=1, max_size=6
)


@settings(deadline=20_000)
@given(edits)
def test_a_mutated_picture_is_a_drawing_or_refused(mutations: list[tuple[int, int, bytes]]) -> None:
    data = SAMPLE
    for place, gone, new in mutations:
        data = data[:place] + new + data[place + gone :]
    verdict = judged(data)
    assert verdict in ("svg", ".")
    if verdict == "svg":
        for element in ElementTree.fromstring(data).iter():  # noqa: S314 entities have been refused
            assert "script" not in str(element.tag)
            assert not [name for name in element.attrib if name.startswith("on")]
            assert element.attrib.get("href", "#").startswith("#")


@given(st.binary(max_size=200))
def test_random_bytes_are_no_artwork(data: bytes) -> None:
    assert judged(data) == "."
    assert judged(b"<svg " + data) == "."


def test_png_artwork_is_known_as_such() -> None:
    assert inspect(artwork()) == "png"
