"""`badge-bridge verify` as a stranger uses it: files, addresses, pages and what comes in; with a network or without."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pyld import jsonld

from bridge.openbadges import addresses, did, open_badges_2, status
from bridge.openbadges.signing import proof
from bridge.site import places
from bridge.site.award import award_files
from bridge.site.pages import PLAIN
from tests.fakes import story
from tests.fakes.tls import HERE, certified
from tests.fakes.web_server import running

from .desk import Type

ISSUED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
ORDER = replace(story.order(), issued_on=ISSUED, expires=None)


def published(url: str, revoked: tuple[int, ...] = (), reason: str | None = None) -> dict[str, bytes]:
    """All that an issuer at *url* publishes with one award, by path."""
    issuer, key, achievement = story.issuer(url), story.signing_key(), story.achievement()
    key = replace(key, key_id=f"{issuer.did}#key-1")
    files = award_files(ORDER, achievement, issuer, key, story.artwork(), PLAIN)
    award = places.award_document(ORDER, achievement, issuer)
    listed = status.credential(award.status_list_url, issuer, status.status_list(revoked), ISSUED)
    documents = {
        award.achievement.badge_class_url: open_badges_2.badge_class(award.achievement, issuer),
        award.assertion_url: open_badges_2.assertion(award, issuer, reason),
        addresses.did_url(issuer.did): did.did_document(issuer, [key.public]),
        issuer.profile_url: open_badges_2.issuer_profile(issuer),
        award.status_list_url: proof.sign(listed, key, ISSUED),
    }
    told = {address: json.dumps(document).encode() for address, document in documents.items()}
    told |= {award.page_url: files.page, award.credential_url: files.credential, award.image_url: files.badge}
    return {urlsplit(address).path: data for address, data in told.items()}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        file = folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a published site."""
    return write(tmp_path / "site", published(story.SITE))


@pytest.fixture
def badge(site: Path) -> str:
    return str(next((site / "badges").glob(f"{ORDER.award}.*")))


# ── files ─────────────────────────────────────────────────────────────────────


def test_a_badge_is_checked_from_the_files_of_a_site(site: Path, badge: str, command: Type) -> None:
    told = command("verify", badge, "--site", str(site), "--recipient", story.TEACHER)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"{badge}: valid\n")
    assert told.out.count("Lakeview Schools") == 1
    assert told.out.count("It was issued to") == 1
    assert command("verify", badge, "--site", str(site), "--recipient", "eve@lakeview.example").code == 1


def test_a_revoked_badge_comes_with_its_reason_once(tmp_path: Path, command: Type) -> None:
    site = write(tmp_path, published(story.SITE, (ORDER.status_index,), "Given by mistake."))
    told = command("verify", str(site / "badges" / f"{ORDER.award}.png"), "--site", str(site))
    assert told.code == 1
    assert [line for line in told.out.splitlines() if "revoked by" in line] == [
        "  ✗ It was revoked by its issuer: Given by mistake."
    ]


def test_of_two_badges_in_a_picture_it_is_said_which_is_not_valid(site: Path, badge: str, command: Type) -> None:
    assertion = site / "assertions" / f"{ORDER.award}.json"
    assertion.write_text(assertion.read_text().replace("sha256$", "sha256$0"))
    told = command("verify", badge, "--site", str(site))
    assert told.code == 1
    assert "  The Open Badges 3.0 credential: valid\n" in told.out
    assert "  The Open Badges 2.0 assertion: not valid\n" in told.out
    assert "    ✗ It says something else than the assertion that its issuer publishes." in told.out


def test_several_badges_are_counted(site: Path, badge: str, tmp_path: Path, command: Type) -> None:
    other = tmp_path / "note.txt"
    other.write_text("hello")
    told = command("verify", badge, str(other), badge, "--site", str(site))
    assert told.code == 3
    assert told.out.splitlines()[-1] == "3 badges: 2 valid, 1 could not tell."


def test_what_comes_in_is_checked(site: Path, badge: str, command: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(badge).read_bytes())))
    told = command("verify", "-", "--site", str(site), "--json")
    assert told.code == 0
    assert told.json["files"][0]["verdict"] == "valid"
    assert {finding["document"] for finding in told.json["files"][0]["findings"]} == {"3.0", "2.0"}


def test_a_check_that_asks_nobody_says_what_it_could_not_check(badge: str, command: Type) -> None:
    told = command("verify", badge, "--offline")
    assert told.code == 3
    assert "The issuer's list of keys can't be had." in told.out
    assert "was not asked, because this check is offline." in told.out
    assert command("verify", "https://badges.lakeview.example/x", "--offline").code == 3
    assert command("verify", badge, "--offline", "--allow-private").code == 2


def test_an_address_is_looked_up_in_the_site_s_folder(site: Path, command: Type) -> None:
    for path in (f"awards/{ORDER.award}.html", f"badges/{ORDER.award}.png", f"assertions/{ORDER.award}.json"):
        assert command("verify", f"{story.SITE}/{path}", "--site", str(site)).code == 0
    told = command("verify", f"{story.SITE}/awards/none.html", "--site", str(site))
    assert told.code == 3
    assert "nothing was found at" in told.out


# ── where a script reads the answer ───────────────────────────────────────────

PROGRAM = str(Path(sys.executable).with_name("badge-bridge"))


SLOW = pytest.mark.slow


@pytest.mark.parametrize("encoding", ["cp1252", *(pytest.param(one, marks=SLOW) for one in ("ascii", "utf-8"))])
def test_no_encoding_keeps_the_answer_back(badge: str, site: Path, encoding: str) -> None:
    words = [PROGRAM, "verify", badge, "--site", str(site)]
    env = os.environ | {"PYTHONIOENCODING": encoding}
    told = subprocess.run(words, capture_output=True, check=False, timeout=60, env=env)
    assert (told.returncode, told.stderr) == (0, b"")
    mark = "✓" if encoding == "utf-8" else "+"
    assert f"  {mark} It is genuine: the signature fits" in told.stdout.decode(encoding)
    as_json = subprocess.run([*words, "--json"], capture_output=True, check=False, timeout=60, env=env)
    sentences = [finding["sentence"] for finding in json.loads(as_json.stdout.decode(encoding))["files"][0]["findings"]]
    assert any("“Lakeview Schools”" in sentence for sentence in sentences)


@pytest.mark.slow
def test_other_commands_and_their_errors_fail_for_no_character(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    for words in (["verify", "Prüfung ✓.png"], ["plan", "--config", "Prüfung ✓.toml"], ["--help"]):
        told = subprocess.run([PROGRAM, *words], capture_output=True, check=False, timeout=60, env=env, cwd=tmp_path)
        assert b"Traceback" not in told.stderr
        assert told.returncode == (0 if words == ["--help"] else 2)


def test_what_nobody_foresaw_is_no_verdict(
    badge: str, site: Path, tmp_path: Path, command: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("{}")

    def unforeseen(*_: object, **__: object) -> None:
        raise RuntimeError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr(jsonld, "expand", unforeseen)
        told = command("verify", badge, "--site", str(site))
        assert told.code == 3
        assert "could not tell" in told.out
        assert "not foreseen" in told.out
        assert "nobody foresaw this" in told.err
        several = command("verify", badge, str(note), "--site", str(site))
        assert several.code == 1
        assert several.out.splitlines()[-1] == "2 badges: 1 not valid, 1 could not tell."
    monkeypatch.setattr(json, "dumps", unforeseen)
    assert command("verify", str(note), "--offline", "--json").code == 3


def test_nothing_to_read_is_wrong_use(command: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    told = command("verify", "-")
    assert told.code == 2
    assert "no standard input" in told.err


# ── the web ───────────────────────────────────────────────────────────────────


class Web(ThreadingHTTPServer):
    """A web server on this machine, and what it was asked for."""

    daemon_threads = True
    files: dict[str, bytes] = {}  # noqa: RUF012  # each server gets its own
    asked: list[str] = []  # noqa: RUF012


class Visit(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(path)
        data = self.server.files.get(path)
        self.send_response(404 if data is None else 200)
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Web]]:
    """The address of an issuer's site that is published on this machine, over TLS."""
    server = Web((HERE, 0), Visit)
    server.socket = certified(tmp_path, monkeypatch).wrap_socket(server.socket, server_side=True)
    url = f"https://{HERE}:{server.server_port}"
    server.files, server.asked = published(url), []
    with running(server, "https"):
        yield url, server


def test_a_badge_on_the_web_is_checked_at_its_address(web: tuple[str, Web], command: Type) -> None:
    url, server = web
    for path in (f"awards/{ORDER.award}.html", f"badges/{ORDER.award}.png", f"credentials/{ORDER.award}.json"):
        told = command("verify", f"{url}/{path}", "--allow-private", "--recipient", story.TEACHER)
        assert told.code == 0, told.out
        assert "It was issued to" in told.out
    before = len(server.asked)
    told = command("verify", f"{url}/assertions/{ORDER.award}.json?v=2_0", "--allow-private")
    assert told.code == 0, told.out
    assert server.asked[before:].count("/issuer.json") == 1


def test_nobody_inside_of_the_network_is_asked_unless_told_so(
    web: tuple[str, Web], tmp_path: Path, command: Type
) -> None:
    url, server = web
    file = tmp_path / "badge.png"
    file.write_bytes(server.files[f"/badges/{ORDER.award}.png"])
    for badge in (str(file), f"{url}/badges/{ORDER.award}.png"):
        told = command("verify", badge)
        assert told.code == 3
        assert "leads into a private network, so it was not asked; --allow-private lifts this." in told.out
    assert server.asked == []
    assert command("verify", str(file), "--allow-private").code == 0


def test_a_page_without_a_badge_is_told(web: tuple[str, Web], command: Type) -> None:
    url, server = web
    server.files["/"] = b"<!doctype html><html><head><link rel=stylesheet href=x></head></html>"
    server.files["/loop"] = b'<html><link rel="alternate" type="application/json" href="https://[">'
    assert "is a page that does not say where its badge is" in command("verify", f"{url}/", "--allow-private").out
    assert "leads nowhere" in command("verify", f"{url}/loop", "--allow-private").out
    gone = command("verify", f"{url}/none", "--allow-private")
    assert gone.code == 3
    assert "answered with 404." in gone.out
