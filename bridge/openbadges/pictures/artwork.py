"""Is a coordinator's picture fit to become a badge? Asked once, when the achievement is set up."""

from typing import Literal

from . import raster, svg_artwork
from .raster import MAX_BYTES
from .svg import is_svg

__all__ = ["MAX_BYTES", "inspect"]


def inspect(data: bytes) -> Literal["png", "svg"]:
    """Return what kind of picture *data* is, if it can carry a badge; raise BadArtwork with the cure if not.

    A picture that holds a badge already is fit too: the new one takes its place.
    """
    if is_svg(data):
        svg_artwork.inspect(data)
        return "svg"
    raster.inspect(data)
    return "png"
