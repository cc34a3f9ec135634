"""The site of plain files: what lies in it, what a reader sees, and what can go wrong on the way to the public."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge.errors import Refused, TryLater
from bridge.model import Achievement, Known
from bridge.openbadges import status
from bridge.openbadges.documents import Issuer
from bridge.site import Check, StaticSite
from bridge.site.markdown import to_html
from bridge.site.public import get_page
from tests.contract.backends import artwork, local
from tests.fakes import story
from tests.fakes.web_server import LOOPBACK, running

LATER = story.NOON + timedelta(days=30)


def site(folder: Path, issuer: Issuer | None = None) -> StaticSite:
    return StaticSite(folder, issuer or story.issuer(), story.signing_key(), artwork, check=Check.FILE)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def published(folder: Path, known: Known | None = None) -> Known:
    """A site with one award in it."""
    known = known or story.known()
    local(folder).issue(story.order(), story.achievement())
    site(folder).refresh(known)
    return known


class Links(HTMLParser):
    """Every file and address that a page leads to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("a", "img", "script") or (tag == "link" and values.get("rel") != "canonical"):
            self.found += [value for name in ("href", "src") if (value := values.get(name))]


# ── what lies in it ──────────────────────────────────────────────────────────


def test_what_is_public_about_the_programme(tmp_path: Path) -> None:
    published(tmp_path)
    version = "achievements/feedback-that-moves/v1"
    assert names(tmp_path) >= {
        "index.html",
        "style.css",
        "issuer.json",
        ".well-known/did.json",
        ".nojekyll",
        "status/1.json",
        *(f"{version}.{kind}" for kind in ("html", "json", "png")),
    }


def test_every_link_leads_to_a_file_from_disk_too(tmp_path: Path) -> None:
    published(tmp_path)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) == 3
    for page in pages:
        for link in Links(page).found:
            if not link.startswith("https://class.example/"):
                assert (page.parent / link.partition("#")[0]).is_file(), f"{page.name} → {link}"


def test_below_a_path_the_did_document_lies_where_did_web_looks(tmp_path: Path) -> None:
    issuer = story.issuer("https://district.example/badges")
    key = replace(story.signing_key(), key_id=f"{issuer.did}#key-1")
    replace(site(tmp_path, issuer), key=key).refresh(Known())
    assert json.loads((tmp_path / "did.json").read_bytes())["id"] == "did:web:district.example:badges"
    assert ".well-known/did.json" not in names(tmp_path)


def test_retired_keys_stay_in_the_did_document(tmp_path: Path) -> None:
    old = story.signing_key(2).public
    replace(site(tmp_path), retired=(old,)).refresh(Known())
    methods = json.loads((tmp_path / ".well-known/did.json").read_bytes())["assertionMethod"]
    assert methods == [story.signing_key().key_id, old.key_id]


def test_versions_that_nobody_earned_are_public_only_while_they_can_be_earned(tmp_path: Path) -> None:
    known = story.known()
    for version in ("v0", "v2"):
        known.versions["feedback-that-moves", version] = story.achievement(version)
    known.achievements["feedback-that-moves"] = story.achievement("v2")
    known.achievements["sleeping"] = replace(story.achievement(), key="sleeping", active=False)
    site(tmp_path).refresh(known)
    pages = {name for name in names(tmp_path) if name.startswith("achievements/") and name.endswith(".html")}
    assert pages == {f"achievements/feedback-that-moves/{version}.html" for version in ("v1", "v2")}
    assert "v2.html" in (tmp_path / "index.html").read_text()
    assert "sleeping" not in (tmp_path / "index.html").read_text()


def test_the_status_list_changes_only_when_a_badge_is_withdrawn(tmp_path: Path) -> None:
    known = published(tmp_path)
    file = tmp_path / "status/1.json"
    fresh = file.read_bytes()
    late = replace(story.order(story.OTHER_AWARD), attempt_id="44-1", issued_on=LATER, status_index=9)
    known.orders["44-1"] = late
    site(tmp_path).refresh(known)
    assert file.read_bytes() == fresh
    known.credentials["41-1"] = replace(story.credential(), revoked_at=LATER)
    site(tmp_path).refresh(known)
    document = json.loads(file.read_bytes())
    bits = status.decode(document["credentialSubject"]["encodedList"])
    assert [index for index in (4711, 9, 4710, 4712) if bits.is_set(index)] == [4711]
    assert document["validFrom"] == "2026-12-22T18:00:00Z"


def test_the_order_in_which_things_were_learnt_does_not_matter(tmp_path: Path) -> None:
    known = story.known()
    for key in ("b", "a", "c"):
        known.achievements[key] = known.versions[key, "v1"] = replace(story.achievement(), key=key, name="Same name")
    site(tmp_path).refresh(known)
    site(tmp_path).publish()
    turned = replace(known, achievements=dict(reversed(known.achievements.items())))
    assert site(tmp_path).refresh(turned) is False


def test_a_damaged_file_is_put_right(tmp_path: Path) -> None:
    known = published(tmp_path)
    (tmp_path / "issuer.json").write_text("{")
    (tmp_path / "index.html").unlink()
    assert site(tmp_path).refresh(known) is True
    site(tmp_path).publish()
    assert site(tmp_path).refresh(known) is False


def test_a_folder_that_can_not_be_written_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file, no folder")
    with pytest.raises(Refused, match=r"can't be written.*\[site\]"):
        site(tmp_path / "site").refresh(story.known())


# ── what a reader sees ───────────────────────────────────────────────────────


def award(folder: Path) -> str:
    return (folder / f"awards/{story.AWARD}.html").read_text()


def test_an_awards_page_says_who_what_when_and_shows_itself_when_shared(tmp_path: Path) -> None:
    published(tmp_path)
    page = award(tmp_path)
    for words in (
        "Genuine",
        "Lakeview Schools",
        "Maria Gómez",
        "November 22, 2026",
        "12 hours",
        "https://class.example",
    ):
        assert words in page
    for name, value in (
        ("og:title", "Feedback that moves learning"),
        ("og:image", f"{story.SITE}/badges/{story.AWARD}.png"),
        ("og:url", story.PAGE),
    ):
        assert f'<meta property="{name}" content="{value}">' in page
    assert story.TEACHER not in page


def test_without_consent_the_page_names_nobody(tmp_path: Path) -> None:
    local(tmp_path).issue(replace(story.order(), name=""), story.achievement())
    assert "to the holder of this badge." in award(tmp_path)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=a()> \u202e'
    words = replace(
        story.achievement(),
        name=evil,
        description=evil,
        criteria=f"{evil}\n\n[x](javascript:alert(1)) ![y](https://z.example/p.png)",
    )
    order = replace(story.order(), name=evil, narrative=evil)
    local(tmp_path).issue(order, words)
    known = story.known()
    known.achievements[words.key] = known.versions[words.key, words.version] = words
    site(tmp_path).refresh(known)
    for page in tmp_path.rglob("*.html"):
        assert "\u202e" not in page.read_text()
        assert "<script>alert" not in page.read_text()
        assert len(re.findall("<img", page.read_text())) == 1
        assert not [link for link in Links(page).found if "javascript" in link]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# Title", "<h3>Title</h3>"),
        ("* one\n* two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("[a](https://b.example)", '<p><a href="https://b.example" rel="nofollow noopener">a</a></p>'),
        ("[a](ftp://b.example)", "<p>[a](ftp://b.example)</p>"),
        ("[a](//b.example)", "<p>[a](//b.example)</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("![a](https://b.example/c.png)", '<p>!<a href="https://b.example/c.png" rel="nofollow noopener">a</a></p>'),
    ],
)
def test_markdown_becomes_html_that_can_do_no_harm(markdown: str, html: str) -> None:
    assert to_html(markdown).strip() == html


def test_enormous_markdown_is_cut() -> None:
    assert len(to_html("[" * 100_000)) < 25_000
    assert len(to_html("> " * 50_000)) < 25_000


# ── publishing ───────────────────────────────────────────────────────────────


def publishing(folder: Path, script: str, timeout: float = 20) -> StaticSite:
    command = (sys.executable, "-c", script)
    return replace(site(folder), publish_command=command, publish_timeout=timeout)


def test_a_command_that_fails_is_told_in_its_own_last_words_without_secrets(tmp_path: Path) -> None:
    script = (
        "print('one\\ntwo\\nupload to https://me:pw123@host.example\\nAPI_TOKEN=abc123 refused'); raise SystemExit(3)"
    )
    with pytest.raises(TryLater, match=r"exit 3.*two / upload to https://\*\*\*host.example / .*refused") as caught:
        publishing(tmp_path, script).publish()
    assert "pw123" not in str(caught.value)
    assert "abc123" not in str(caught.value)
    assert "one" not in str(caught.value).partition("two")[0].rpartition("(exit")[2]


def test_a_command_that_hangs_is_stopped_with_its_children(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "open('pid', 'w').write(str(child.pid)); time.sleep(60)"
    ).replace("'pid'", repr(str(tmp_path / "pid")))
    with pytest.raises(TryLater, match=r"did not end within 1.5 seconds"):
        publishing(tmp_path, script, 1.5).publish()
    child = int((tmp_path / "pid").read_text())
    assert gone(child)


def gone(pid: int) -> bool:
    """True when the process has ended; a busy machine may take a while to notice."""
    state = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        if not state.exists() or state.read_text().split()[2] in "ZX":
            return True
        time.sleep(0.05)
    return False


def test_a_command_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"can't be started.*Correct \[site\] publish"):
        replace(site(tmp_path), publish_command=("no-such-program-here",)).publish()


def test_a_change_that_could_not_be_published_is_published_next_time(tmp_path: Path) -> None:
    failing = publishing(tmp_path / "site", "raise SystemExit(1)")
    assert failing.refresh(Known())
    with pytest.raises(TryLater):
        failing.publish()
    mended = publishing(tmp_path / "site", "import pathlib; print(*pathlib.Path().iterdir())")
    assert mended.refresh(Known())
    mended.publish()
    assert not mended.refresh(Known())
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_arguments_are_never_read_by_a_shell(tmp_path: Path) -> None:
    script = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"
    command = (sys.executable, "-c", script, str(tmp_path / "out"), "$(id); `id` * ~")
    replace(site(tmp_path), publish_command=command).publish()
    assert (tmp_path / "out").read_text() == "$(id); `id` * ~"


# ── looking at the public page ───────────────────────────────────────────────


@contextmanager
def answering(status: int, body: bytes = b"", **headers: str) -> Iterator[str]:
    """A server on loopback that gives one answer to everything; BASE in a header is its own address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            moved = self.path.endswith("/clean")
            self.send_response(200 if moved else status)
            for name, value in headers.items():
                if not moved:
                    self.send_header(name, value.replace("BASE", f"http://127.0.0.1:{server.server_port}"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(LOOPBACK, Handler)
    with running(server) as url:
        yield url


def test_a_page_that_is_there_is_read_and_one_that_is_not_is_none() -> None:
    with answering(200, b"hello") as base:
        assert get_page(f"{base}/x", base) == b"hello"
    for status_code in (401, 403, 404, 410):
        with answering(status_code) as base:
            assert get_page(f"{base}/x", base) is None


def test_a_host_that_drops_html_from_addresses_is_followed() -> None:
    with answering(308, b"hello", Location="BASE/site/clean") as base:
        assert get_page(f"{base}/site/x.html", f"{base}/site") == b"hello"


@pytest.mark.parametrize(
    "where", ["https://login.example/", "http://127.0.0.1:1/", "BASE/elsewhere", "file:///etc/passwd"]
)
def test_a_redirect_out_of_the_site_is_not_followed(where: str) -> None:
    with answering(302, Location=where) as base, pytest.raises(TryLater, match="sends visitors of its pages elsewhere"):
        get_page(f"{base}/site/x", f"{base}/site")


def test_circles_faults_floods_and_silence_are_later() -> None:
    with answering(302, Location="BASE/site/x") as base, pytest.raises(TryLater, match="in a circle"):
        get_page(f"{base}/site/x", f"{base}/site")
    with answering(503) as base, pytest.raises(TryLater, match="answers 503"):
        get_page(f"{base}/x", base)
    with answering(200, b"x" * 3_000_000) as base, pytest.raises(TryLater, match="larger than 2 MB"):
        get_page(f"{base}/x", base)
    with pytest.raises(TryLater, match="can't be reached"):
        get_page("http://127.0.0.1:1/x", "http://127.0.0.1:1")


def test_another_page_at_the_right_address_is_not_our_page(tmp_path: Path) -> None:
    issuer_page = b"<html>Welcome to nginx</html>"
    with answering(200, issuer_page) as base:
        elsewhere = story.issuer(base)
        checking = replace(site(tmp_path, elsewhere), check=Check.HTTP)
        assert checking.is_public(story.credential()) is False


def test_a_catalogue_of_many_is_written_in_a_fixed_order(tmp_path: Path) -> None:
    known = Known()
    for number in range(20):
        made: Achievement = replace(story.achievement(), key=f"k{number}", name=f"Badge {19 - number:02}")
        known.achievements[made.key] = known.versions[made.key, made.version] = made
    site(tmp_path).refresh(known)
    order = re.findall(r"<bdi>(Badge \d\d)</bdi>", (tmp_path / "index.html").read_text())
    assert order == sorted(order)
    assert len(order) == 20
