"""Whatever teachers write, and however, no public file of their badge holds their address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Evidence, EvidenceKind, Order
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.jwk import from_base64url
from bridge.openbadges.signing.keys import JwtKey, Kind
from bridge.openbadges.verifying.verify import Verdict
from bridge.site.award import award_files, revoked_files
from bridge.site.pages import PLAIN
from tests.attack.test_hostile_awards import checked
from tests.core.desk import Desk, submission
from tests.fakes import story
from tests.openbadges.ob_hostile import TEXTS

JWT_KEY = keys.named(keys.new_private(Kind.ES256), story.issuer().did)

OWN = [
    "maria@lakeview.example",
    "o'hara+x@d.example",
    "a_b.c*d@d-e.example",
    "r&d=1?x#y@x.example",
    "40m%41e@x.example",
    "r&amp@x.example",
    "kis@x.example",
]


def inside(mark: str) -> Callable[[str], str]:
    return lambda address: mark.join(address)


DISGUISES: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.title,
    lambda address: quote(address, safe=""),
    lambda address: quote(quote(address, safe="")),
    lambda address: "".join(f"%{byte:02x}" for byte in address.encode()),
    lambda address: "".join(f"&#{ord(letter)};" for letter in address),
    lambda address: address.replace("@", "&commat;"),
    lambda address: quote(address.replace("@", "&#64;")),
    lambda address: address.replace("@", "\\@"),
    lambda address: address.replace("@", "**@**"),
    lambda address: address.replace("@", "\uff20"),
    lambda address: address.replace("k", "\u212a").replace("s", "\u017f"),
    lambda address: f"<{address}>",
    lambda address: f"[x](mailto:{address})",
    lambda address: f"<https://x.example/?u={address}>",
    lambda address: address[:4] + address + address[4:],
    lambda address: address[:-1] + address + address[-1:],
    *map(inside, ("\u200b", "\xad", "\u202e", "\0", "\x7f", "\x9b", "\ud800", "\ufffe", "\\", "*")),
]

pieces = st.sampled_from(DISGUISES) | st.sampled_from([text[:200] for text in TEXTS.values()]) | st.text(max_size=5)
writings = st.lists(pieces, max_size=4)
links = st.tuples(
    st.sampled_from(
        ["https://x.example/", "https://x.example/?a=", "https://x.example/?a=1&b=", "https://x.example/#"]
    ),
    writings,
    st.sampled_from(["", "&c=1", "/x", "#top"]),
)


def written(writing: list[Callable[[str], str] | str], address: str) -> str:
    return "".join(piece if isinstance(piece, str) else piece(address) for piece in writing)


def ordered(address: str, name: str, reflection: str, urls: list[str]) -> Order:
    """What is fixed once a coach approved such an answer."""
    kinds = [EvidenceKind.WEB, EvidenceKind.DRIVE, EvidenceKind.UPLOAD, EvidenceKind.ODD]
    evidence = tuple(Evidence(n, kinds[n % 4 - 1], url, name=name, note=name) for n, url in enumerate(urls, 1))
    desk = Desk()
    answer = submission(name=name, reflection=reflection, evidence=evidence, show_name=True, show_evidence=True)
    desk.submit(replace(answer, recipient=address))
    desk.look()
    desk.choose("1-1", "Approve")
    desk.look()
    order = desk.known.orders["1-1"]
    assert order.recipient == address
    made = story.order()
    return replace(order, achievement=made.achievement, version=made.version, key_id=made.key_id, award=made.award)


def public_texts(order: Order) -> Iterator[str]:
    """All that the award publishes, as bytes and as its readers decode it."""
    assert isinstance(JWT_KEY, JwtKey)
    award, issuer = (order, story.achievement()), story.issuer()
    files = award_files(*award, issuer, story.signing_key(), story.artwork(), PLAIN, JWT_KEY)
    withdrawn = revoked_files(*award, issuer, PLAIN, "", story.NOON, token=True)
    for data in (files.badge, files.page, files.credential, files.assertion, *(data for _, data in withdrawn)):
        yield data.decode(errors="replace")
    for data in (files.credential, files.assertion):
        yield json.dumps(json.loads(data), ensure_ascii=False)
    for part in (files.token or b"").decode().split(".")[:2]:
        yield from_base64url(part).decode()
    page = files.page.decode()
    yield re.sub("</?(?:em|strong|code)>", "", page)


def holds(text: str, address: str) -> bool:
    readings = (text, unescape(text), unquote(text), unquote(unescape(text)))
    return any(address in reading.lower() for reading in readings)


@settings(max_examples=150)
@given(st.sampled_from(OWN), writings, writings, st.lists(links, max_size=4))
def test_no_public_file_holds_the_address(
    address: str,
    name: list[Callable[[str], str] | str],
    reflection: list[Callable[[str], str] | str],
    linked: list[tuple[str, list[Callable[[str], str] | str], str]],
) -> None:
    urls = [front + written(middle, address) + back for front, middle, back in linked]
    order = ordered(address, written(name, address), written(reflection, address), urls)
    for text in public_texts(order):
        assert not holds(text, address)


@settings(max_examples=40)
@given(st.sampled_from(OWN), st.sampled_from(DISGUISES))
def test_no_way_of_writing_it_is_overlooked(address: str, disguise: Callable[[str], str]) -> None:
    told = disguise(address)
    order = ordered(
        address, told, f"Ask {told} now.", [f"https://x.example/?b=1&a={told}", f"https://x.example/{told}"]
    )
    for text in public_texts(order):
        assert not holds(text, address)


def test_evidence_that_lost_its_link_and_has_no_name_costs_nobody_the_badge(tmp_path: Path) -> None:
    own = "maria@lakeview.example"
    order = ordered(own, own, f"{own}&#64;", [f"https://x.example/{n}/{own}" for n in range(3)])
    assert [(item.url, item.name) for item in order.evidence] == [("", "")] * 3
    assert checked(tmp_path, order, story.achievement(), own).verdict is Verdict.VALID
    page = (tmp_path / f"awards/{order.award}.html").read_text()
    assert "Evidence 1" in page
