"""How fast badges are made: baking against memcpy, an award from its values to the PNG, and other people's libraries.

Times are CPU time of this one process, so they tell what one core does. All ways take turns in many short rounds, each
after some calls that are not counted. Told are the median and, since other programs slow down caches and cores, the
quietest round. Every award has another recipient.

    python -m benchmarks.badges [--rounds 40] [--awards 50]
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

import openbadges_bakery
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openbadgeslib.baking import bake_png, extract_png
from openbadgeslib.ob3.ldp import OB3LdpSigner
from PIL import Image

from bridge.model import Achievement, Evidence, EvidenceKind, Order
from bridge.openbadges import open_badges_2, open_badges_3
from bridge.openbadges.documents import Award, Issuer
from bridge.openbadges.pictures import baking
from bridge.openbadges.signing import proof
from bridge.openbadges.signing.canonical import canonical
from bridge.openbadges.signing.keys import SigningKey
from bridge.openbadges.signing.shapes import Shapes
from bridge.site import places
from bridge.site.award import compact

SPLICE_GOAL = 1.5  # times memcpy, of a picture of 2 MB
AWARDS_GOAL = 5000  # a second, on one core

SITE = "https://badges.district.example"
ISSUER = Issuer(SITE, "Riverside School District", "badges@district.example", "Learning at work", f"{SITE}/logo.png")
KEY = SigningKey(f"{ISSUER.did}#key-1", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
EVENING = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)

Way = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: *rounds*, and *awards* in each of them."""

    rounds: int = 40
    awards: int = 50


class Spent(NamedTuple):
    """CPU seconds of one call: in the median, and in the quietest round."""

    median: float
    best: float


Times = dict[str, Spent]


def picture(size: int, noise: int) -> bytes:
    """Return a PNG of *size* × *size* pixels, *noise* × *noise* of which can't be packed."""
    image = Image.new("RGB", (size, size), (20, 90, 160))
    image.paste(Image.frombytes("RGB", (noise, noise), Random(1).randbytes(noise * noise * 3)))  # noqa: S311 - no secret
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


FIRST_AID = Achievement(
    key="first-aid",
    version="3f2a",
    name="First Aid",
    description="Can help until help comes.",
    criteria="## What it takes\n\n* a course of 8 hours\n* a reflection on “what I did”",
    artwork="ab" * 32,
    hours=8.0,
    tags=("health", "safety"),
)


def award(number: int) -> Award:
    """Return an award to a recipient of its own, as the bridge makes it of an order."""
    link = f"https://drive.google.com/file/d/{number:x}/view"
    order = Order(
        award=str(UUID(int=number + 2**80)),
        attempt_id=f"{number + 1}-1",
        achievement=FIRST_AID.key,
        version=FIRST_AID.version,
        recipient=f"teacher{number}@district.example",
        salt=f"{number * 7919:016x}",
        name=f"Zoë Teacher {number}",
        issued_on=EVENING,
        status_index=number,
        key_id=KEY.key_id,
        evidence=(Evidence(1, EvidenceKind.DRIVE, link, name="Course report", note="Two pages."),),
    )
    return places.award_document(order, FIRST_AID, ISSUER)


def issue(given: Award, artwork: bytes, created: datetime, canonicalise: proof.Canonicalise | None) -> bytes:
    """Return the badge of *given*: both documents, the proof, and the PNG with both in it."""
    signed = proof.sign(open_badges_3.credential(given, ISSUER), KEY, created, canonicalise)
    hosted = open_badges_2.assertion(given, ISSUER)
    return baking.bake(artwork, credential=compact(signed), assertion=compact(hosted))


class OurDocument:
    """What openbadgeslib's signer takes: something that has a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def to_vc(self) -> dict[str, Any]:
        return self.document


def measure(rounds: int, ways: dict[str, tuple[int, Way]]) -> Times:
    """Return what one call of each of *ways* (how often in a round, what) takes."""
    gc.collect()
    gc.freeze()  # what was prepared is nothing that a bridge would hold
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, (times, way) in ways.items():
            numbers = range(turn * times, (turn + 1) * times)
            for number in numbers[: 1 + times // 10]:
                way(number)
            began = time.process_time()
            for number in numbers:
                way(number)
            spent[name].append((time.process_time() - began) / times)
    return {name: Spent(median(each), min(each)) for name, each in spent.items()}


def table(title: str, floor: str, columns: dict[str, Times]) -> Iterator[str]:
    """Yield a table of microseconds, and of how many times that is what *floor* takes (in the median)."""
    yield f"\n{title:<40}" + "".join(f"{column:>12}{'quietest':>12}{'×':>8}" for column in columns)
    for name in next(iter(columns.values())):
        cells = (
            f"{each.median * 1e6:9.1f} µs{each.best * 1e6:9.1f} µs{each.median / times[floor].median:8.1f}"
            for times in columns.values()
            for each in [times[name]]
        )
        yield f"{name:<40}" + "".join(cells)


def splicing(effort: Effort, png: bytes, token: str, assertion: str) -> Times:
    """Measure how long it takes to bake one text, and both, into *png*."""
    times = max(2, effort.awards * 300_000 // len(png))
    frame, view = baking.frame(png), memoryview(png)
    return measure(
        effort.rounds,
        {
            "memcpy of the file": (times, lambda _: bytes(view)),
            "badge-bridge, both badges": (times, lambda _: frame.bake(credential=token, assertion=assertion)),
            "badge-bridge, one badge": (times, lambda _: frame.bake(credential=token)),
            "badge-bridge, the picture is new": (times, lambda _: baking.frame.__wrapped__(png).bake(credential=token)),
            "openbadgeslib": (times, lambda _: bake_png(png, token, keyword=baking.CREDENTIAL)),
            "openbadges_bakery": (times, lambda _: openbadges_bakery.bake(io.BytesIO(png), assertion)),
        },
    )


def reading(effort: Effort, png: bytes, token: str, assertion: str) -> Times:
    """Measure how long it takes to find the badge in *png*; ours alone checks that the whole file is undamaged."""
    times = max(2, effort.awards * 300_000 // len(png))
    baked = baking.bake(png, credential=token, assertion=assertion)
    view = memoryview(baked)
    return measure(
        effort.rounds,
        {
            "memcpy of the file": (times, lambda _: bytes(view)),
            "badge-bridge, both, every CRC checked": (times, lambda _: baking.unbake(baked)),
            "openbadgeslib": (times, lambda _: extract_png(baked, keyword=baking.CREDENTIAL)),
            "openbadges_bakery": (times, lambda _: openbadges_bakery.unbake(io.BytesIO(baked))),
        },
    )


def awarding(effort: Effort, artwork: bytes) -> Times:
    """Measure an award from its values to the bytes of the PNG, and what others need for a part of that."""
    awards = [award(number) for number in range(effort.rounds * effort.awards)]
    few = max(1, effort.awards // 25)
    pem = KEY.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = OB3LdpSigner(pem, KEY.key_id)

    def library(number: int) -> bytes:
        document = open_badges_3.credential(awards[number], ISSUER)
        token = signer.sign_to_json(OurDocument(document), created=EVENING)
        return bake_png(artwork, token, keyword=baking.CREDENTIAL)

    def ours(number: int, moment: Callable[[int], datetime], canonicalise: proof.Canonicalise | None) -> bytes:
        return issue(awards[number], artwork, moment(number), canonicalise)

    for number in range(min(3, len(awards))):  # from the third on they come from the template
        if ours(number, lambda _: EVENING, None) != ours(number, lambda _: EVENING, canonical):
            raise RuntimeError("The fast way does not give the bytes of the slow one.")
    return measure(
        effort.rounds,
        {
            "bare Ed25519 signature": (effort.awards, lambda number: KEY.sign(number.to_bytes(64))),
            "badge-bridge": (effort.awards, partial(ours, moment=lambda _: EVENING, canonicalise=None)),
            "badge-bridge, each at another second": (
                effort.awards,
                partial(ours, moment=later, canonicalise=None),
            ),
            "badge-bridge, PyLD alone": (few, partial(ours, moment=lambda _: EVENING, canonicalise=canonical)),
            "openbadgeslib (OB 3.0 alone)": (few, library),
        },
    )


def later(number: int) -> datetime:
    return EVENING + timedelta(seconds=number)


def parts(effort: Effort, artwork: bytes) -> Times:
    """Measure the steps of an award, one by one."""
    awards = [award(number) for number in range(effort.rounds * effort.awards)]
    documents = [open_badges_3.credential(given, ISSUER) for given in awards]
    signed = [proof.sign(document, KEY, EVENING) for document in documents]
    token, frame = compact(signed[0]), baking.frame(artwork)
    return measure(
        effort.rounds,
        {
            "credential": (effort.awards, lambda number: open_badges_3.credential(awards[number], ISSUER)),
            "assertion": (effort.awards, lambda number: open_badges_2.assertion(awards[number], ISSUER)),
            "canonical N-Quads": (effort.awards, lambda number: proof.SHAPES.encoded(documents[number])),
            "all of the proof": (effort.awards, lambda number: proof.sign(documents[number], KEY, EVENING)),
            "as JSON": (effort.awards, lambda number: compact(signed[number])),
            "splice": (effort.awards, lambda _: frame.bake(credential=token, assertion=token)),
        },
    )


def first_awards() -> list[float]:
    """Return the CPU seconds of the first three awards of a shape that was never seen before."""
    shapes, artwork, spent = Shapes(), picture(400, 4), []
    for number in range(3):
        began = time.process_time()
        issue(award(number), artwork, EVENING, shapes.canonical)
        spent.append(time.process_time() - began)
    return spent


def verdict(name: str, met: bool, how: str) -> str:
    return f"goal {'met   ' if met else 'MISSED'}  {name}: {how}"


def report(effort: Effort) -> Iterator[str]:
    """Yield what was measured, line by line, the goals last."""
    canonical(open_badges_3.credential(award(0), ISSUER))  # PyLD reads the contexts once in a process
    first = first_awards()
    small, large = picture(400, 94), picture(834, 834)
    token = compact(proof.sign(open_badges_3.credential(award(0), ISSUER), KEY, EVENING))
    assertion = compact(open_badges_2.assertion(award(0), ISSUER))
    pictures = {f"{len(png) / 1000:,.0f} kB": png for png in (small, large)}
    spliced = {size: splicing(effort, png, token, assertion) for size, png in pictures.items()}
    read = {size: reading(effort, png, token, assertion) for size, png in pictures.items()}
    awarded = awarding(effort, small)
    yield from table("Baking", "memcpy of the file", spliced)
    yield from table("Reading a badge", "memcpy of the file", read)
    yield from table("An award: documents, proof, PNG", "bare Ed25519 signature", {"each": awarded})
    yield from table("The steps of an award", "all of the proof", {"each": parts(effort, small)})
    yield "\nThe first awards of a new shape: " + ", ".join(f"{seconds * 1000:.1f} ms" for seconds in first)
    yield from others(awarded)
    yield from goals(list(spliced.values())[-1], awarded)


def others(awarded: Times) -> Iterator[str]:
    yield "\nAwards a second on one core"
    for name, seconds in awarded.items():
        ratio = awarded["badge-bridge"].median / seconds.median
        yield f"{name:<40}{1 / seconds.median:9,.0f}{1 / seconds.best:12,.0f} in the quietest round{ratio:9.3f} ×"


def goals(spliced: Times, awarded: Times) -> Iterator[str]:
    ratio = spliced["badge-bridge, both badges"].median / spliced["memcpy of the file"].median
    bare = awarded["bare Ed25519 signature"]
    rate, quiet = 1 / awarded["badge-bridge"].median, 1 / awarded["badge-bridge"].best
    times = awarded["badge-bridge"].median / bare.median
    yield ""
    yield verdict("splice at 2 MB", ratio <= SPLICE_GOAL, f"{ratio:.2f} × memcpy, at most {SPLICE_GOAL}")
    yield verdict(
        "awards on one core",
        rate >= AWARDS_GOAL,
        f"{rate:,.0f} a second ({quiet:,.0f} in the quietest round), at least {AWARDS_GOAL:,}: that is "
        f"{rate / AWARDS_GOAL:.0%}; an award takes {times:.1f} × a bare signature ({bare.median * 1e6:.0f} µs here)",
    )
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2 + 1:
        yield f"Other programs are busy (load {load:.1f} on {cores} cores): measure again in a quiet moment."


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=Effort().rounds)
    parser.add_argument("--awards", type=int, default=Effort().awards)
    asked = parser.parse_args(words)
    for line in report(Effort(asked.rounds, asked.awards)):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
