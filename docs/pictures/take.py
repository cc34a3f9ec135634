"""Photograph the tabs of the demo's spreadsheet for docs/sheet.md, and the way of one badge for the README.

    python docs/pictures/take.py [CHROMIUM]

plays the demo and takes a picture of each tab that it leaves with a headless Chromium (the program of that name,
unless another is named). Look at what comes out before you commit it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import journey
from PIL import Image, ImageChops

from bridge.demo.leaving import TABS

HERE = Path(__file__).parent
#: Pixels that the browser shows, as wide as the tab or its first columns; what is empty below is cut off.
SIZES = {
    "review": (3230, 900),
    "badges": (3480, 1260),
    "progress": (2420, 1400),
    "hours": (1010, 640),
    "log": (1600, 1000),
    "catalogue": (1570, 560),
    "help": (1060, 860),
    "journey": journey.SIZE,
}
USUAL = (1700, 1000)
WIDEST = 2000  # of a picture that is kept
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def main(chromium: str) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        demo = [Path(sys.executable).with_name("badge-bridge"), "demo", "--no-browser", "--out", out]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        journey.compose(out, out / "journey.html")
        for tab in (*map(str.lower, TABS), "journey"):
            taken = Path(folder) / f"{tab}.png"
            width, height = SIZES.get(tab, USUAL)
            what = [f"--window-size={width},{height}", f"--screenshot={taken}", (out / f"{tab}.html").as_uri()]
            words = [chromium, *QUIET, f"--user-data-dir={folder}/chromium", *what]
            subprocess.run(words, check=True, capture_output=True)
            keep(Image.open(taken).convert("RGB"), HERE / f"{tab}.png")


def keep(picture: Image.Image, path: Path) -> None:
    """Write *picture* without what is empty at its right and below, at most `WIDEST` wide, in 256 colours."""
    empty = Image.new("RGB", picture.size, picture.getpixel((picture.width - 1, picture.height - 1)))
    bounds = ImageChops.difference(picture, empty).getbbox() or (0, 0, *picture.size)
    picture = picture.crop((0, 0, min(bounds[2] + 20, picture.width), min(bounds[3] + 20, picture.height)))
    picture.thumbnail((WIDEST, picture.height))
    picture.quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["chromium"])
