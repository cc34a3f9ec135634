"""Badges of unknown origin, bent at every place: a verdict and short sentences, whatever they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from bridge.openbadges import addresses, did, open_badges_2, status
from bridge.openbadges.findings import Verdict
from bridge.openbadges.signing import proof
from bridge.openbadges.verifying.verify import verify
from bridge.site import places
from bridge.site.award import award_files
from bridge.site.pages import PLAIN
from tests.fakes import story

BENT: tuple[Any, ...] = (
    None,
    0,
    float("inf"),
    "",
    "\ud800",
    "\x1b[31m\x9b31m",
    "did:web:" + "a:" * 50,
    "did:web:..%2f",
    "https://[",
    "https://a:99999/",
    "0001-01-01T00:00:00+14:00",
    "sha256$",
    "٣",
    "-" * 100_000,
    [],
    {},
    {"type": 5},
    json.loads("[" * 400 + "]" * 400),
    json.loads('{"a":' * 60 + "1" + "}" * 60),
)


@cache
def published() -> dict[str, bytes]:
    """What the story's issuer publishes, by address; the credential stands under "credential"."""
    issuer, key, achievement = story.issuer(), story.signing_key(), story.achievement()
    files = award_files(story.order(), achievement, issuer, key, story.artwork(), PLAIN)
    badge_class = open_badges_2.badge_class(places.achievement_document(achievement, issuer), issuer)
    list_url = f"{issuer.url}/{places.status_list(1)}"
    listed = status.credential(list_url, issuer, status.status_list(), story.NOON)
    return {
        "credential": files.credential,
        json.loads(files.assertion)["id"]: files.assertion,
        addresses.did_url(issuer.did): json.dumps(did.did_document(issuer, [key.public])).encode(),
        badge_class["id"]: json.dumps(badge_class).encode(),
        issuer.profile_url: json.dumps(open_badges_2.issuer_profile(issuer)).encode(),
        list_url: json.dumps(proof.sign(listed, key, story.NOON)).encode(),
    }


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, but for the whole of it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield (*path, name)
        yield from places_in(part, (*path, name))


def bent(data: bytes, path: tuple[Any, ...], instead: Any) -> bytes:
    document = json.loads(data)
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = instead
    return json.dumps(document).encode()


@pytest.mark.parametrize("number", range(6))
def test_no_document_makes_the_check_fail_or_chatter(number: int) -> None:
    address, data = list(published().items())[number]
    assertion = list(published().values())[1]
    for turn, path in enumerate(places_in(json.loads(data))):
        for instead in BENT[turn % 6 :: 6]:
            world = {**published(), address: bent(data, path, instead)}
            for badge in (world[address], world["credential"], assertion):
                report = verify(badge, world.get, story.NOON, story.TEACHER)
                assert report.verdict in Verdict
                assert all(len(finding.sentence) < 1000 for finding in report.findings)
                assert all(finding.sentence.isprintable() for finding in report.findings)


@pytest.mark.parametrize(
    "data",
    [b"", b"[", b"[" * 100_000, b'{"type":' * 100_000, b"\xff\xfe", b"1" * 5000, b'{"type":"Assertion","id":[]}'],
)
def test_what_is_no_badge_is_told(data: bytes) -> None:
    report = verify(data, lambda url: None, story.NOON)
    assert report.verdict is not Verdict.VALID
    assert report.findings
