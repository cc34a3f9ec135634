"""A badge's picture, PNG or SVG: baking and unbaking whichever it is."""

from hashlib import sha256

from . import baking, svg
from .baking import SIGNATURE, Baked
from .svg import is_svg


def bake(picture: bytes, *, credential: str | None = None, assertion: str | None = None) -> bytes:
    """Return *picture* with the given texts baked in, as `baking.bake` and `svg.bake` do."""
    if is_drawing(picture):
        return svg.bake(picture, credential=credential, assertion=assertion)
    return baking.bake(picture, credential=credential, assertion=assertion)


def unbake(picture: bytes) -> Baked:
    """Return what was baked into *picture*, as `baking.unbake` and `svg.unbake` do; raise BadArtwork as they do."""
    return svg.unbake(picture) if is_drawing(picture) else baking.unbake(picture)


def is_drawing(picture: bytes) -> bool:
    """Return whether *picture* is an SVG; what is neither that nor a PNG is left to the PNG's reader to tell of."""
    return not picture.startswith(SIGNATURE) and is_svg(picture)


def media_type(picture: bytes) -> str:
    """Return the media type of *picture* (IANA)."""
    return "image/svg+xml" if is_drawing(picture) else "image/png"


def name(picture: bytes) -> str:
    """Return what *picture* is called by its content: its SHA-256 in hexadecimal, and ".svg" behind it for an SVG."""
    return sha256(picture).hexdigest() + (".svg" if is_drawing(picture) else "")
