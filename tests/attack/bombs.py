"""Badges that are small until they are read; run as a program it checks them all within a bound of memory.

    python -m tests.attack.bombs MEGABYTES

prints verdict, seconds and name of each, and fails if one needs more memory than that beyond what there was before.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import resource
import sys
import time
import zlib
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from bridge.openbadges.findings import MAX_JSON
from bridge.openbadges.signing import jose
from bridge.openbadges.signing.proof import sign
from tests.attack import bending
from tests.openbadges import ob_samples
from tests.openbadges.ob_samples import artwork

Bomb = tuple[bytes, dict[str, bytes]]
SVG = 'xmlns="http://www.w3.org/2000/svg"'
LARGE = 300  # megabytes
TEN = 10 * 1024 * 1024


def zeros(megabytes: int, **options: Any) -> bytes:
    """Return so many megabytes of zeros, packed, without ever having them."""
    packer = zlib.compressobj(9, **options)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(megabytes)), packer.flush()])


def png(kind: bytes, data: bytes, times: int = 1) -> bytes:
    """Return a PNG with a chunk put in after its header, *times* times."""
    chunk = len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
    return artwork()[:33] + chunk * times + artwork()[33:]


def alone(data: bytes | str) -> Bomb:
    return (data.encode() if isinstance(data, str) else data), bending.PUBLISHED


def answering(url: str, data: bytes | str) -> Bomb:
    badge = bending.FORMS["2.0 signed" if url == bending.RSA_URL else "3.0"]
    return badge, {**bending.PUBLISHED, url: data.encode() if isinstance(data, str) else data}


def listing(bits: bytes) -> Bomb:
    """A genuine status list that says *bits*, whose signature is the issuer's own."""
    unsigned = {k: v for k, v in json.loads(bending.PUBLISHED[bending.LIST]).items() if k != "proof"}
    unsigned["credentialSubject"]["encodedList"] = "u" + base64.urlsafe_b64encode(bits).decode().rstrip("=")
    listed = sign(unsigned, ob_samples.KEY, ob_samples.ISSUED)
    return answering(bending.LIST, bending.text(listed))


def filling(opening: str, piece: str, closing: str, size: int = MAX_JSON) -> str:
    return opening + piece * ((size - len(opening) - len(closing)) // len(piece)) + closing


def keys(piece: str) -> str:
    """A DID document of the issuer's with as many *piece* as there is room for."""
    start = f'{{"id":"{bending.ISSUER.did}","assertionMethod":["{ob_samples.KEY.key_id}"],"verificationMethod":['
    return filling(start, piece + ",", "0]}")


BOMBS: dict[str, Callable[[], Bomb]] = {
    "png: zTXt": lambda: alone(png(b"zTXt", b"openbadges\0\0" + zeros(LARGE))),
    "png: packed iTXt": lambda: alone(png(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zeros(LARGE))),
    "png: profile": lambda: alone(png(b"iCCP", b"p\0\0" + zeros(LARGE))),
    "png: many chunks": lambda: alone(png(b"tEXt", b"a\0", 99_000)),
    "png: long badge": lambda: alone(png(b"iTXt", b"openbadgecredential\0\0\0\0\0" + b"[" * (1 << 20))),
    "png: large": lambda: alone(png(b"tEXt", b"a\0" + bytes(15 << 20))),
    "svg: entities": lambda: alone(
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
        + f"]><svg {SVG}>&j;</svg>"
    ),
    "svg: deep": lambda: alone(filling(f"<svg {SVG}>", "<g>", "", TEN)),
    "svg: many": lambda: alone(filling(f"<svg {SVG}>", "<g/>", "</svg>", TEN)),
    "svg: attributes": lambda: alone(
        f"<svg {SVG} " + " ".join(f'a{n}=""' for n in range(800_000)) + "/>",
    ),
    "svg: namespaces": lambda: alone(
        f"<svg {SVG}>" + "".join(f'<g xmlns:a{n}="urn:{n}">' for n in range(150)) * 600 + "</svg>"
    ),
    "svg: long attribute": lambda: alone(filling(f'<svg {SVG} a="', "x", '"/>', TEN)),
    "svg: long comment": lambda: alone(filling(f"<svg {SVG}><!--", "x", "--></svg>", TEN)),
    "svg: long badge": lambda: alone(
        filling(f'<svg {SVG}><b:credential xmlns:b="https://purl.imsglobal.org/ob/v3p0">', "[", "</svg>", TEN)
    ),
    "svg: before the root": lambda: alone(filling("", "<!---->", f"<svg {SVG}/>", TEN)),
    "json: lists": lambda: alone(filling('{"type":"VerifiableCredential","a":[', "[],", "0]}")),
    "json: objects": lambda: alone(filling('{"type":"VerifiableCredential","a":[', '{"":0},', "0]}")),
    "json: deep": lambda: alone("[" * MAX_JSON),
    "json: deep objects": lambda: alone(filling("", '{"a":', "")),
    "json: long number": lambda: alone(filling('{"a":', "9", "}")),
    "json: escapes": lambda: alone(filling('{"type":"VerifiableCredential","a":"', "\\u00e9", '"}')),
    "json: names": lambda: alone("{" + ",".join(f'"{n}":0' for n in range(380_000)) + "}"),
    "json: contexts": lambda: alone(
        bending.text({**bending.CREDENTIAL, "@context": bending.CREDENTIAL["@context"] * 900})
    ),
    "json: too large": lambda: alone(b"{" * (15 << 20)),
    "text: one address": lambda: alone(filling("https://x.example/", "x", "", 15 << 20)),
    "text: a token": lambda: alone("eyJhbGciOiJFUzI1NiJ9." + "A" * (15 << 20) + ".AA"),
    "text: dots": lambda: alone("e" + "y." * (7 << 20)),
    "text: spaces": lambda: alone(" " * (15 << 20)),
    "token: deep": lambda: alone(f"eyJhbGciOiJFUzI1NiJ9.{jose.base64url(b'[' * 700_000)}.AA"),
    "token: header": lambda: alone(jose.base64url(b'{"a":' * 150_000) + ".e30.AA"),
    "list: packed zeros": lambda: listing(gzip.compress(b"")[:10] + zeros(150, wbits=-15) + bytes(8)),
    "list: zeros": lambda: listing(zeros(150, wbits=31)),
    "list: packed twice": lambda: listing(gzip.compress(zeros(LARGE, wbits=31))),
    "list: lists": lambda: answering(bending.LIST, filling("{", '"a":[[]],', '"b":0}')),
    "keys: many": lambda: answering(bending.DID, keys('{"id":"#k","publicKeyMultibase":"z"}')),
    "keys: long": lambda: answering(bending.DID, keys(f'{{"id":"#k","publicKeyMultibase":"z{"6" * 9000}"}}')),
    "keys: pem": lambda: answering(bending.RSA_URL, f'{{"publicKeyPem":"{"-" * 4_000_000}"}}'),
}


def mangled(form: str, seed: int) -> Bomb:
    """A badge some bytes of which are others, lost, repeated many times, or another's; lengths in it may lie now."""
    dice = random.Random(f"{form} {seed}")  # noqa: S311 - a schedule, not a secret
    data = bending.FORMS[form]
    for _ in range(dice.randint(1, 3)):
        start = dice.randrange(len(data))
        end = start + min(dice.choice((1, 4, 40, 4000)), len(data) - start)
        other = bending.FORMS[dice.choice(sorted(bending.FORMS))]
        piece = data[start:end]
        ways = (dice.randbytes(len(piece)), b"\xff" * len(piece), b"", piece * dice.choice((2, 3000)), other[start:end])
        data = data[:start] + dice.choice(ways) + data[end:]
    return alone(data)


#: How many badges of each form are mangled.
MANGLED = 40
for _form in bending.FORMS:
    BOMBS |= {f"mangled {_form}, {seed}": partial(mangled, _form, seed) for seed in range(MANGLED)}


def main(megabytes: int, names: Collection[str]) -> None:
    bombs = {name: BOMBS[name]() for name in names or BOMBS}
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (megabytes << 20),) * 2)
    for name, (data, published) in bombs.items():
        start = time.monotonic()
        verdict = bending.ask(data, published).verdict
        print(f"{verdict} | {time.monotonic() - start:.1f} | {name}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
