"""Whole nights of the real bridge over a town in which everybody types the worst there is."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

import pytest

from bridge.sandbox.forms_acts import answer_form
from bridge.sandbox.seed import CONSENT, SHOW_EVIDENCE, SHOW_NAME
from tests.night.district import District, district

NAMES = (
    '=HYPERLINK("http://evil.example")',
    "x" * 10_000,
    "<script>alert(1)</script>",
    "=?utf-8?q?=0D=0ABcc:_x=40y.example?=",
    "\x00\x1b[31m\x9b31m\ud800",
    "{{7*7}}{% raw %}'\"><img src=x onerror=alert(1)>",
    "a\r\nBcc: nobody",
    "Ana Untold",
)
LINKS = (
    "https://a.example:99999/",
    "javascript:alert(1)",
    "https://x.example/'\"><script>alert(2)</script>",
    "https://ü.example/ü [c](d)",
    "https://x.example/" + "ü" * 1900,
    "\n".join(f"https://x.example/{n}" for n in range(300)),
    "https://drive.google.com/open?id=%0d%0aHost:evil https://drive.google.com/file/d/../../etc/passwd",
    "https://untold.example/",
)
WORDS = (
    "<script>alert(3)</script> [x](javascript:alert(1)) ![](http://t.example/track.png)",
    "\x0b\x0c\x00=1+1",
    "💩" * 12_000,
    "# H\n" * 3000,
    "[" * 9000,
    "|" * 60_000,
    "\u202e&#x202E;<!--",
    "Untold words",
)
ADDRESSES = (
    "o'brien@district.example",
    "a+b@district.example",
    "x" * 64 + "@district.example",
    "x" * 300 + "@district.example",
    '"a b"@district.example',
    ".dot@district.example",
    "\u212a@district.example",
    "untold@district.example",
)
GOOD = 4  # of the addresses above
FEEDBACK = ("=1+1", "<script>alert(9)</script>", "Coach said this in private", "\x1b[2J", "x" * 49_000, "{{7*7}}")
IN_HTML = (b"<script>alert", b'href="javascript', b'href="data', b"<img src=x", b"onerror=alert(1)>", b"49</")


def everybody_asks(town: District) -> None:
    with town.sandbox.lock:
        for n, (name, links, words, address) in enumerate(zip(NAMES, LINKS, WORDS, ADDRESSES, strict=True)):
            for email in (f"plain{n}@district.example", address):
                answers = {
                    "name": name,
                    "badge": town.programme.badges[n % len(town.programme.badges)].name,
                    "links": links,
                    "files": {"files": [{"name": f"{name[:100]}=x.txt", "text": "hi"}]},
                    "reflection": words,
                    "consent": [CONSENT],
                    "show": [] if "Untold" in name else [SHOW_NAME, SHOW_EVIDENCE],
                }
                named = {town.programme.questions[role]: given for role, given in answers.items()}
                answer_form(town.sandbox.world, town.programme.form_id, email, named)


def everybody_is_approved(town: District) -> None:
    coach = town.programme.coaches[0].email
    for n, row in enumerate(town.rows()):
        town.people.decide(row["ID"], "Approve", FEEDBACK[n % len(FEEDBACK)], coach)


def assert_site_is_harmless(site: Path, mailbox: str) -> None:
    files = [file for file in site.rglob("*") if file.is_file()]
    assert len(files) > 50
    for file in files:
        data = file.read_bytes()
        assert set(re.findall(rb"[\w.+'-]+@(?:[\w-]+\.)+example", data)) <= {mailbox.encode()}, file
        assert b"in private" not in data
        assert b"PRIVATE KEY" not in data
        assert b"Untold" not in data
        assert b"untold" not in data
        if file.suffix == ".html":
            page = data.replace(file.stem.encode(), b"")  # an award's number ends as it likes, with 49 too
            assert not [bad for bad in IN_HTML if bad in page], file


def assert_mails_are_harmless(town: District) -> None:
    for box in town.sandbox.world.gmail.mailboxes.values():
        for kept in box.messages.values():
            mail = message_from_bytes(kept.raw, policy=policy.default)
            assert mail["Bcc"] is mail["Cc"] is None
            assert len(mail["To"].addresses) == 1
            body = mail.get_body(("html",))
            assert body is not None
            html = body.get_content().encode()
            assert not [bad for bad in IN_HTML if bad in html]


@pytest.mark.slow
def test_a_hostile_town_gets_its_badges_and_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), district(tmp_path) as town:
        everybody_asks(town)
        reports = [town.night()]
        assert len(town.rows()) == len(NAMES) + GOOD
        assert len(reports[0].problems) == len(ADDRESSES) - GOOD
        everybody_is_approved(town)
        town.wait(timedelta(hours=2))
        reports += [town.night(), town.night()]
        assert all(status.startswith("Issued") and status.endswith("mailed.") for status in town.statuses())
        assert reports[-1].changed_nothing
        assert not reports[-1].stuck
        assert_site_is_harmless(town.folder / "site", town.programme.mailbox)
        assert_mails_are_harmless(town)
        sheet = town.people.bytes_at(f"sheets/{quote(town.programme.spreadsheet_id)}/Review.html")
        assert b"<script>alert" not in sheet
    told = caplog.text + json.dumps([report.as_json() for report in reports]) + "".join(reports[-1].lines())
    assert "@district.example" not in told
    assert "Untold" not in told
    for private in ("bridge.db", "issuer.key", "credentials.json"):
        assert (tmp_path / private).stat().st_mode & 0o077 == 0
