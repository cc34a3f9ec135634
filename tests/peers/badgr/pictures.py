"""Pictures: a badge's own, and baking an award into it with another project's code, or with Pillow for the fork."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

from openbadges_bakery.png_bakery import bake as bake_png
from openbadges_bakery.svg_bakery import bake as bake_svg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.peers.badgr import shapes
from tests.peers.badgr.records import Assertion
from tests.peers.badgr.world import World


@lru_cache
def drawing(name: str) -> bytes:
    """A square PNG whose colour is its name's."""
    colour = tuple(sha256(name.encode()).digest()[:3])
    file = BytesIO()
    Image.new("RGB", (90, 90), (colour[0], colour[1], colour[2])).save(file, "PNG")
    return file.getvalue()


def bake(world: World, this: Assertion, *, evidence: bool) -> None:
    """Fix what the award's picture says from now on. The picture itself is made when somebody looks at it."""
    document = (
        shapes.public_assertion_3_0(world, this)
        if world.fork
        else shapes.public_assertion(world, this, evidence=evidence)
    )
    this.baked = json.dumps(document)


def baked(world: World, this: Assertion) -> bytes:
    """The picture as it lies in storage."""
    source, target = BytesIO(this.badge.picture), BytesIO()
    if world.fork:
        words = PngInfo()
        words.add_itxt("openbadgecredential", this.baked)
        Image.open(source).save(target, "PNG", pnginfo=words)
    elif this.badge.ending == "png":
        bake_png(source, this.baked, target)
    else:
        bake_svg(source, this.baked, target)
    return target.getvalue()
