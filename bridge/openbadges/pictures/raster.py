"""Is a coordinator's PNG fit to become a badge, and how large is an image, before it is unpacked?"""

import io
import struct
import zlib

from PIL import Image

from bridge.openbadges.errors import BadArtwork

from .baking import chunks

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 16_000_000
SMALLEST = 400
#: How many times as long one way as the other it may be: what is longer would be lost in a square.
LONGEST = 2
#: As wide as badges are in signatures and lists, and the least difference of brightness (of 255) that can be made out.
SMALL, FAINT = 90, 50

#: What Pillow raises over pictures that were damaged by accident or on purpose: found by feeding it many.
DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def inspect(data: bytes) -> None:
    """Return nothing if *data* is a PNG that can carry a badge; raise BadArtwork with the cure if not.

    It must be whole and undamaged, at most twice as long one way as the other, at least 400 pixels the longer way, at
    most 16 million pixels and 10 MB. The size in the header is looked at before a single pixel is unpacked, so a
    picture made to burst costs nothing.
    """
    if len(data) > MAX_BYTES:
        raise BadArtwork(
            f"The picture has {len(data) / 1e6:.1f} MB. Export it smaller: at most 10 MB, best under 1 MB."
        )
    header = [chunk for chunk in chunks(data) if chunk.kind in (b"IHDR", b"acTL")]
    if header[1:]:
        raise BadArtwork("The picture is animated. Export a still picture.")
    start = header[0].start
    width, height = int.from_bytes(data[start : start + 4]), int.from_bytes(data[start + 4 : start + 8])
    check_size(width, height)
    decode(data)


def check_size(width: int, height: int) -> None:
    """Raise BadArtwork unless a picture of this size can be a badge."""
    size = f"The picture is {width} × {height} pixels"
    if not width or not height:
        raise BadArtwork(f"{size}. Export it again as PNG.")
    if width * height > MAX_PIXELS:
        raise BadArtwork(f"{size}, which is too large. Export it at most 4000 × 4000, best 600 × 600.")
    if max(width, height) > LONGEST * min(width, height):
        raise BadArtwork(f"{size}, more than twice as long one way as the other. A badge is square: crop it.")
    if max(width, height) < SMALLEST:
        raise BadArtwork(f"{size}. It must be at least {SMALLEST} × {SMALLEST}.")


def decode(data: bytes) -> None:
    """Unpack all pixels of the PNG *data*; raise BadArtwork if that fails."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            picture.load()
    except DAMAGED as error:
        raise BadArtwork("The pixels of the picture can't be unpacked. Download or export it again.") from error


def is_faint(data: bytes) -> bool:
    """Return whether the PNG *data*, on white and as small as in a mail's signature, is nearly of one brightness.

    All but the brightest and the darkest hundredth of it is looked at. Of 16 bits of grey, which Pillow would cut to
    white, nothing is known.
    """
    with Image.open(io.BytesIO(data), formats=["PNG"]) as whole:
        if whole.mode.startswith("I"):
            return False
        small = whole.convert("RGBA").resize((SMALL, SMALL), Image.Resampling.BOX)
    white = Image.new("RGBA", small.size, "white")
    white.alpha_composite(small)
    shades = sorted(white.convert("L").tobytes())
    edge = len(shades) // 100
    return shades[-1 - edge] - shades[edge] < FAINT


def pixels(data: bytes) -> int:
    """Return how many pixels the PNG or JPEG *data* says that it has; raise BadArtwork if it says nothing."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
            return picture.width * picture.height
    except DAMAGED as error:
        raise BadArtwork("An image inside the picture is damaged. Embed it again, or draw it as shapes.") from error
