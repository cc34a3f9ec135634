"""Links that look like links."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.links import find_evidence
from bridge.model import EvidenceKind
from bridge.openbadges.signing.proof import check
from bridge.site.award import award_files
from bridge.site.pages import PLAIN
from tests.fakes import story

LINKS = [
    "https://a.example:99999/x",
    "https://a.example:x/",
    "https://" + "ü" * 70 + ".example/x",
    "https://a..ü.example/",
    "https://。.example/",
    "https://x.example/[a]",
    "https://x.example/%zz",
    "https://x.example/ü?q=💩",
    "https://x.example/a\u200bb\u202ec",
    "https://[::1]/",
    "https://x.example#a#b",
    "https://x.example:/`{}|'\"><script>",
    "https://xn--a.example/\ufffd\ue000",
    "https://K.example/",
    "javascript:alert(1)//https://x.example/",
    "data:text/html,<script>alert(1)</script>",
    "https://drive.google.com/file/d/../../etc/passwd/view",
    "https://www.google.com/url?q=javascript:alert(1)",
    "https://user:password@x.example/",
]


@pytest.mark.parametrize("link", LINKS)
def test_whatever_is_taken_for_evidence_can_be_issued(link: str) -> None:
    taken = tuple(item for item in find_evidence(link) if item.kind is not EvidenceKind.ODD)
    order = replace(story.order(), evidence=taken, narrative=link)
    files = award_files(order, story.achievement(), story.issuer(), story.signing_key(), story.artwork(), PLAIN)
    credential = json.loads(files.credential)
    check(credential, lambda key_id: story.signing_key().public)
    assert all(item.get("id", "https:").startswith("https:") for item in credential.get("evidence", []))
    assert b"<script>alert" not in files.page
    assert b'href="javascript' not in files.page
    assert b'href="data' not in files.page


@pytest.mark.parametrize("link", LINKS[:5])
def test_an_address_that_no_browser_could_open_is_told_to_the_coach(link: str) -> None:
    (item,) = find_evidence(link)
    assert (item.kind, item.url) == (EvidenceKind.ODD, "")
    assert item.note
