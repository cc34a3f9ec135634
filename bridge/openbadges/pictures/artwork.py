"""Is a coordinator's picture fit to become a badge? Asked once, when the achievement is set up."""

from typing import Literal

from bridge.openbadges.errors import BadArtwork

from . import fitting, picture, raster, svg_artwork, svg_page
from .raster import MAX_BYTES
from .svg import is_svg

__all__ = ["MAX_BYTES", "fit", "inspect", "is_faint", "without_badge"]


def inspect(data: bytes) -> Literal["png", "svg"]:
    """Return what kind of picture *data* is, if it can carry a badge; raise BadArtwork with the cure if not.

    A picture that holds a badge already is fit too, once it is taken out; so is one that `fit` makes square.
    """
    if is_svg(data):
        svg_artwork.inspect(data)
        return "svg"
    raster.inspect(data)
    return "png"


def without_badge(data: bytes) -> tuple[bytes, bool]:
    """Return the picture *data*, which `inspect` found fit, without any badge inside, and whether there was one."""
    try:
        found = picture.unbake(data)
    except BadArtwork:  # two of them, or one that nobody can read
        return picture.bake(data), True
    old = found.credential is not None or found.assertion is not None
    return (picture.bake(data) if old else data), old


def fit(data: bytes) -> tuple[bytes, str]:
    """Return the picture *data*, which `inspect` found fit, as a square, and a sentence on what was done to it.

    Where nothing had to be, the bytes are the same and the sentence is "".
    """
    return svg_page.fit(data) if picture.is_drawing(data) else fitting.fit(data)


def is_faint(data: bytes) -> bool:
    """Return whether hardly anything is left of the picture where it is small; of an SVG that is not known."""
    return not picture.is_drawing(data) and raster.is_faint(data)
