"""A PNG that is nearly a badge's picture becomes one: upright, square, and not larger than is of use.

What is so already stays byte for byte, for a badge's version hangs on the bytes of its picture.
"""

import io

from PIL import ExifTags, Image, ImageOps

from bridge.openbadges.errors import BadArtwork

from .raster import DAMAGED

#: A square of at most so many pixels a side stays as it is; what is redrawn gets at most the second.
LARGEST, REDRAWN = 2000, 1000
#: By how much (of 255) the pixels around a picture may differ, and still are one colour.
ONE_COLOUR = 8
#: A colour profile longer than this is left out.
LONGEST_PROFILE = 100_000


def fit(data: bytes) -> tuple[bytes, str]:
    """Return the PNG *data*, which `raster.inspect` found fit, as a square, and a sentence that says what was done.

    The sentence is "" and the bytes are the same where nothing had to be. Else the picture is turned as its camera
    noted, scaled down to 1000 pixels, and laid in the middle of a square: of the colour that is all around it, or of
    nothing. The same picture gives the same bytes. Raises BadArtwork if its pixels can't be unpacked.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as whole:
            turned = is_turned(whole)
            if not turned and whole.width == whole.height <= LARGEST:
                return data, ""
            return redrawn(whole, turned=turned)
    except DAMAGED as error:
        raise BadArtwork("The pixels of the picture can't be unpacked. Download or export it again.") from error


def is_turned(picture: Image.Image) -> bool:
    """Return whether a camera noted that *picture* lies on its side, on its head, or is seen in a mirror."""
    try:
        return picture.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9)
    except DAMAGED:
        return False


def redrawn(whole: Image.Image, *, turned: bool) -> tuple[bytes, str]:
    """Return *whole* as a square PNG, and what was done to it."""
    upright = ImageOps.exif_transpose(whole) if turned else whole
    profile = whole.info.get("icc_profile") if whole.mode in ("P", "RGB", "RGBA") else None
    width, height = upright.size
    if upright.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut to white
        upright = upright.point(lambda value: value * (1 / 256)).convert("L")
    side = max(width, height)
    small = min(side, REDRAWN)
    scale = small / side
    picture = upright.convert("RGBA").resize((max(round(width * scale), 1), max(round(height * scale), 1)))
    around = border(picture)
    square = Image.new("RGBA", (small, small), around)
    square.paste(picture, ((small - picture.width) // 2, (small - picture.height) // 2))
    made = square.convert("RGB") if around[3] else square
    out = io.BytesIO()
    options = {"icc_profile": profile} if profile and len(profile) <= LONGEST_PROFILE else {}
    made.save(out, "PNG", compress_level=9, **options)
    return out.getvalue(), told(width, height, small, turned=turned)


def border(picture: Image.Image) -> tuple[int, int, int, int]:
    """Return the colour all around the opaque RGBA *picture*; nothing, which is transparent, where there is none."""
    width, height = picture.size
    strips = ((0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height), (width - 1, 0, width, height))
    edges = [picture.crop(strip).split() for strip in strips]
    spans = [[edge[channel].tobytes() for edge in edges] for channel in range(4)]
    uniform = all(max(map(max, span)) - min(map(min, span)) <= ONE_COLOUR for span in spans)
    if not uniform or min(picture.getchannel("A").tobytes()) < 255:
        return 0, 0, 0, 0
    red, green, blue, alpha = picture.crop((0, 0, 1, 1)).tobytes()
    return red, green, blue, alpha


def told(width: int, height: int, small: int, *, turned: bool) -> str:
    """What was done to a picture of *width* × *height* pixels that is now *small* × *small*."""
    size, now = f"{width} × {height}", f"{small} × {small}"
    scaled = small < max(width, height)
    said = ["The picture lay on its side or head: turned upright."] if turned else []
    if width != height:
        said.append(f"The picture is not square ({size}): {'scaled down and ' if scaled else ''}padded to {now}.")
    elif scaled:
        said.append(f"The picture is larger than is of use ({size}): scaled down to {now}.")
    return " ".join(said)
