"""A picture that is nearly a badge's is made one, in the same way each time; one that is stays as it is."""

import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ob_samples import artwork
from PIL import ExifTags, Image, ImageDraw

from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures.artwork import fit, inspect

NAVY, GOLD, NOTHING = (0, 0, 128, 255), (255, 215, 0, 255), (0, 0, 0, 0)


def png(width: int, height: int, mode: str = "RGBA", ground: object = NOTHING, **options: object) -> bytes:
    """A picture with a golden block in its middle and a red one in the upper left of that."""
    made = Image.new("RGBA", (width, height), ground)  # type: ignore[arg-type]
    draw = ImageDraw.Draw(made)
    draw.rectangle((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=GOLD)
    draw.rectangle((width // 4, height // 4, width // 3, height // 3), fill=(255, 0, 0, 255))
    out = io.BytesIO()
    made.convert(mode).save(out, "PNG", **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def turned(way: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = way
    return exif


def noise(width: int, height: int) -> bytes:
    out = io.BytesIO()
    pixels = Random(7).randbytes(width * height * 3)  # noqa: S311 only noise
    Image.frombytes("RGB", (width, height), pixels).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [artwork(400), png(600, 600), png(2000, 2000), png(500, 500, "P"), png(500, 500, exif=turned(1)), noise(400, 400)],
    ids=range(6),
)
def test_a_square_that_is_not_too_large_stays_byte_for_byte(data: bytes) -> None:
    inspect(data)
    assert fit(data) == (data, "")


@pytest.mark.parametrize(
    ("data", "side", "corner", "sentence"),
    [
        (png(600, 400), 600, NOTHING, "The picture is not square (600 × 400): padded to 600 × 600."),
        (png(400, 600, "RGB", NAVY), 600, NAVY[:3], "The picture is not square (400 × 600): padded to 600 × 600."),
        (png(600, 599, "P", NAVY), 600, NAVY[:3], "The picture is not square (600 × 599): padded to 600 × 600."),
        (png(800, 400, "L", "black"), 800, (0, 0, 0), "The picture is not square (800 × 400): padded to 800 × 800."),
        (noise(500, 250), 500, NOTHING, "The picture is not square (500 × 250): padded to 500 × 500."),
        (
            png(1800, 1200),
            1000,
            NOTHING,
            "The picture is not square (1800 × 1200): scaled down and padded to 1000 × 1000.",
        ),
        (
            png(2400, 2400, "RGB", NAVY),
            1000,
            NAVY[:3],
            "The picture is larger than is of use (2400 × 2400): scaled down to 1000 × 1000.",
        ),
    ],
    ids=range(7),
)
def test_what_is_nearly_a_badge_becomes_one(data: bytes, side: int, corner: object, sentence: str) -> None:
    inspect(data)
    made, told = fit(data)
    assert told == sentence
    assert fit(data) == (made, told), "the same picture gives the same bytes"
    inspect(made)
    assert fit(made) == (made, "")
    picture = opened(made)
    assert picture.size == (side, side)
    assert picture.getpixel((0, 0)) == corner
    assert picture.getpixel((side // 2, side - 1)) == corner


def test_it_stands_in_the_middle_and_keeps_its_shape() -> None:
    picture = opened(fit(png(600, 400))[0])
    assert picture.crop((150, 200, 451, 401)).getextrema()[3] == (255, 255), "the block, where it was, 100 lower"
    assert picture.getbbox() == (150, 200, 451, 401)
    assert picture.getpixel((300, 300)) == GOLD


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    out = io.BytesIO()
    Image.new("I;16", (600, 400), 40_000).save(out, "PNG")
    inspect(out.getvalue())
    assert opened(fit(out.getvalue())[0]).getpixel((300, 300)) == (156, 156, 156)


@pytest.mark.parametrize(("way", "place"), [(3, (2, 2)), (6, (2, 0)), (8, (0, 2))])
def test_a_camera_s_note_on_which_side_is_up_is_followed(way: int, place: tuple[int, int]) -> None:
    data = png(600, 600, exif=turned(way))
    made, told = fit(data)
    assert told == "The picture lay on its side or head: turned upright."
    red = [(column, row) for column in range(3) for row in range(3) if is_red(made, column, row)]
    assert red == [place]
    assert fit(made) == (made, "")


def is_red(data: bytes, column: int, row: int) -> bool:
    """Whether the block's corner or side in this third of it is red."""
    places = (160, 300, 440)
    return opened(data).convert("RGB").getpixel((places[column], places[row])) == (255, 0, 0)


def test_a_colour_profile_is_kept() -> None:
    assert opened(fit(png(600, 400, icc_profile=b"a profile"))[0]).info["icc_profile"] == b"a profile"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png(801, 400), "801 × 400 pixels, more than twice as long one way as the other. A badge is square: crop it."),
        (png(390, 390), "at least 400 × 400"),
        (png(390, 200), "at least 400 × 400"),
    ],
)
def test_what_is_too_far_from_one_is_told(data: bytes, sentence: str) -> None:
    with pytest.raises(BadArtwork, match=sentence):
        inspect(data)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}>\n<path d="M0 0h9v9z"/></svg>'


@pytest.mark.parametrize(
    ("root", "tag", "sentence"),
    [
        ('viewBox="0 0 600 400"', 'viewBox="0 -100 600 600"', "is not square (600 × 400): padded to 600 × 600."),
        ("viewBox = '-1.5,2 1 2'", 'viewBox="-2 2 2 2"', "The picture is not square (1 × 2): padded to 2 × 2."),
        ('width="600" height="400px"', 'viewBox="0 -100 600 600"', "(600 × 400): padded to 600 × 600."),
        ('width="1in" height="72px"', 'viewBox="0 -12 96 96"', "(96 × 72): padded to 96 × 96."),
        (
            'viewBox="0 0 6 6" width="6cm" height="4cm"',
            'viewBox="0 0 6 6"',
            "The picture's width and height are not those of its page: padded to 6 × 6.",
        ),
        (
            'data-x="> viewBox=" height="4" viewBox="0 0 6 4" width="6" preserveAspectRatio="xMinYMin meet"',
            'viewBox="0 -1 6 6"',
            "(6 × 4): padded to 6 × 6.",
        ),
    ],
    ids=range(6),
)  # fmt: skip
def test_the_page_of_a_drawing_is_extended_and_nothing_else_changes(root: str, tag: str, sentence: str) -> None:
    data = b"<?xml version='1.0'?>\n" + SVG.format(root).encode()
    inspect(data)
    made, told = fit(data)
    assert told.endswith(sentence)
    inspect(made)
    assert fit(made) == (made, "")
    first, rest = made.split(b">\n<path", 1)
    assert tag.encode() in first
    assert made.count(b"viewBox=") - made.count(b'> viewBox="') == 1
    assert b"width=" not in first
    assert b"height=" not in first
    assert rest == data.split(b">\n<path", 1)[1]
    assert ('data-x="> viewBox="' in root) == (b'data-x="> viewBox="' in made)


def test_a_square_drawing_stays_byte_for_byte() -> None:
    data = SVG.format('viewBox="0 0 283.46 283.47" width="10cm" height="10cm"').encode()
    assert fit(data) == (data, "")


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        ('viewBox="0 0 900 400"', "900 × 400, more than twice"),
        ('viewBox="0 0 600 400" preserveAspectRatio="none"', "600 × 400. A badge must be square"),
        (
            'viewBox="0 0 6 6" width="6" height="4" preserveAspectRatio="xMidYMid slice"',
            "6 × 4. A badge must be square",
        ),
        ('viewBox="a b 600 400"', "600 × 400. A badge must be square"),
        ('width="6em" height="4em"', "6 × 4. A badge must be square"),
    ],
    ids=range(5),
)
def test_a_drawing_whose_page_can_t_be_extended_is_told(root: str, sentence: str) -> None:
    with pytest.raises(BadArtwork, match=sentence):
        inspect(SVG.format(root).encode())


NUMBERS = st.sampled_from(["0", "6", "4.5", "-3", "1e2", "+7", "600", "1e9", "nan", "", " 6 ", "50%", "6cm", "0x9"])
BOXES = st.lists(NUMBERS, min_size=3, max_size=5).map(" ".join)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["viewBox", "width", "height", "preserveAspectRatio", "x", "data-viewBox"]),
    BOXES | NUMBERS | st.sampled_from(["none", "xMidYMid slice", "xMinYMax meet", "a &gt; b", "'"]),
)


@given(ATTRIBUTES, st.sampled_from(["\n", " ", "\t "]))
def test_whatever_its_first_tag_says_a_drawing_is_refused_or_becomes_square(said: dict[str, str], gap: str) -> None:
    root = gap.join(f'{name}{gap}={gap}"{value}"' for name, value in said.items())
    data = SVG.format(root).encode()
    try:
        inspect(data)
    except BadArtwork:
        return
    made, _ = fit(data)
    inspect(made)
    assert fit(made) == (made, "")
    assert made.endswith(b'>\n<path d="M0 0h9v9z"/></svg>')
