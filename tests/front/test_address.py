"""The address that badges bear: the doctor's warnings, a change that must not happen, and one that must."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bridge.config import load
from bridge.doctor.address import former_addresses, issuer_address
from bridge.doctor.findings import Mark, looked
from bridge.ledger import issued
from bridge.model import Effect, Kind, Lesson
from bridge.wiring import clock_of, ledger_of
from tests.fakes import story
from tests.fakes.web_server import serving

from .desk import Desk, Type
from .settings_file import GOOD, write

OLD, NEW = "https://badges.district.example", "https://badges.new-district.example"


# ── the doctor ───────────────────────────────────────────────────────────────


def told(config: Path) -> list[tuple[Mark, str]]:
    """What the doctor says of the address."""
    found = looked("issuer's address", partial(issuer_address, load(config)))
    return [(finding.mark, f"{finding.sentence} {finding.cure}") for finding in found]


def at(folder: Path, url: str, more: str = "") -> Path:
    return write(folder, GOOD.replace("https://badges.district.example/", url) + more)


def give(config: Path, key_id: str, count: int = 1) -> None:
    """Let the ledger know of *count* badges, signed with *key_id*."""
    settings = load(config)
    ledger = ledger_of(settings, clock_of(settings))
    known = story.known()
    with ledger.lease():
        for n in range(1, count + 1):
            request = replace(known.requests[41], number=n)
            attempt = replace(known.attempts["41-1"], request=n)
            order = replace(story.order(), attempt_id=f"{n}-1", key_id=key_id, status_index=n)
            effect = Effect(Kind.ISSUE, f"{n}-1")
            ledger.learn(Lesson(requests=(request,), attempts=(attempt,), orders=(order,), effects=(effect,)))
            ledger.finish(effect, credential=replace(story.credential(), attempt_id=f"{n}-1"))
    ledger.close()


def test_before_the_first_badge_the_doctor_says_that_it_is_the_last_moment(tmp_path: Path) -> None:
    config = at(tmp_path, "https://badges.lakeview.org")
    ((mark, sentence),) = told(config)
    assert mark is Mark.WARN
    assert "the last moment to choose the address" in sentence
    assert "every badge bears https://badges.lakeview.org for ever" in sentence
    assert not (tmp_path / "bridge.db").exists(), "a look makes no ledger"


def test_afterwards_it_counts_the_badges(tmp_path: Path) -> None:
    config = at(tmp_path, "https://badges.lakeview.org")
    give(config, "did:web:badges.lakeview.org#key-1", 2)
    assert told(config) == [(Mark.GOOD, "https://badges.lakeview.org. 2 badges bear it. ")]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://badges.lakeview.example", "can't be opened by strangers"),
        ("http://127.0.0.1:8000", "can't be opened by strangers"),
        ("https://lakeview.github.io/badges", "belongs to somebody else"),
    ],
)
def test_some_addresses_are_no_good_choice(tmp_path: Path, url: str, words: str) -> None:
    mark, sentence = told(at(tmp_path, url))[0]
    assert mark is Mark.WARN
    assert words in sentence


def test_an_address_that_was_changed_under_its_badges_is_bad(tmp_path: Path) -> None:
    give(at(tmp_path, "https://old.org/badges"), "did:web:old.org:badges#key-1", 3)
    ((mark, sentence),) = told(at(tmp_path, "https://new.org"))
    assert mark is Mark.BAD
    assert "3 badges bear https://old.org/badges, and [issuer.url] says https://new.org." in sentence
    assert "Put the old address back." in sentence


def test_spelling_the_same_address_otherwise_is_no_change(tmp_path: Path) -> None:
    give(at(tmp_path, "https://badges.lakeview.org"), "did:web:badges.lakeview.org#key-1")
    assert [mark for mark, _ in told(at(tmp_path, "https://Badges.Lakeview.ORG/"))] == [Mark.GOOD]


def test_another_programmes_badges_do_not_count(tmp_path: Path) -> None:
    config = at(tmp_path, "https://badges.lakeview.org")
    give(config, "did:web:badges.lakeview.org#key-1")
    assert issued(load(config).ledger.url, "another sheet") == {}


def test_a_former_address_must_go_on_answering(tmp_path: Path) -> None:
    public = tmp_path / "public/.well-known"
    public.mkdir(parents=True)
    with serving(tmp_path / "public") as url:
        did = f"did:web:{url.removeprefix('http://').replace(':', '%3A')}"
        config = write(tmp_path, GOOD.replace('name = "Riverside"', f'name = "Riverside"\nformer_urls = ["{url}"]'))
        former = partial(former_addresses, load(config))
        assert [finding.mark for finding in looked("x", former)] == [Mark.GOOD], "nothing bears it"
        give(config, f"{did}#key-1")
        for keys, mark in (("", Mark.BAD), ('{"id": "did:web:other"}', Mark.BAD), (json.dumps({"id": did}), Mark.GOOD)):
            (public / "did.json").write_text(keys)
            assert [finding.mark for finding in looked("x", former)] == [mark], keys
        (public / "did.json").unlink()
        assert [finding.mark for finding in looked("x", former)] == [Mark.BAD]
    (finding,) = looked("x", former)
    assert (finding.mark, "can't be reached" in finding.sentence) == (Mark.BAD, True)


# ── a change that must not happen ────────────────────────────────────────────


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(desk: Desk, *pairs: tuple[str, str], config: Path | None = None) -> Path:
    """Write the settings with changes to *config*, by default where they were."""
    text = desk.config.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    config = config or desk.config
    config.write_text(text)
    return config


MOVE = (f'url = "{OLD}"', f'url = "{NEW}"')
ELSEWHERE = ('folder = "site"', 'folder = "new-site"')


@pytest.mark.parametrize("moved", [(MOVE,), (MOVE, ELSEWHERE)], ids=["same folder", "new folder"])
def test_no_cycle_runs_after_the_address_was_changed(
    night: Desk, command: Type, moved: tuple[tuple[str, str], ...]
) -> None:
    before = contents(night.folder / "site")
    change(night, *moved)
    for words in ("run", "plan"):
        said = command(words)
        assert said.code == 1
        assert f"and [issuer] url {'says' if len(moved) == 1 else 'now says'} {NEW}. Nothing was done" in said.err
        assert "Put the" in said.err
        assert contents(night.folder / "site") == before
        assert not (night.folder / "new-site").exists()
    change(night, *((new, old) for old, new in moved))
    assert command("run").code == 0
    assert contents(night.folder / "site") == before


def test_before_the_first_badge_the_address_may_be_changed(desk: Desk, command: Type) -> None:
    desk.submit()
    assert command("run").code == 0
    change(desk, MOVE)
    desk.decide("1-1", "Approve")
    assert command("run").code == 0
    (credential,) = (desk.folder / "site/credentials").glob("*.json")
    assert json.loads(credential.read_bytes())["issuer"]["id"] == "did:web:badges.new-district.example"


# ── a change that must ───────────────────────────────────────────────────────


def test_who_must_move_keeps_the_old_site_and_goes_on_under_the_new_address(night: Desk, command: Type) -> None:
    site, new = night.folder / "site", night.folder / "new-site"
    former = change(night, ("[issuer]\n", f'[issuer]\nformer_urls = ["{NEW}"]\n'), config=night.folder / "former.toml")
    change(night, MOVE, ELSEWHERE, ("[issuer]\n", f'[issuer]\nformer_urls = ["{OLD}"]\n'))
    before = contents(site)
    night.submit(badge=night.programme.badges[1].name)
    assert command("run").code == 0
    night.decide("2-1", "Approve")
    assert command("run").code == 0
    assert contents(site) == before, "the old site is left alone"
    (ours,) = (new / "badges").iterdir()
    (theirs,) = (site / "badges").iterdir()
    assert command("verify", str(ours), "--site", str(new)).code == 0
    assert command("verify", str(theirs), "--site", str(site)).code == 0

    night.decide("1-1", "Revoke", "A mix-up.")
    stuck = command("run")
    assert stuck.code == 1
    assert f"bears the address {OLD}" in command("status").out
    assert command("retry", "1").code == 0
    assert command("run", "--config", str(former)).code == 0
    assert command("verify", str(theirs), "--site", str(site)).code == 1
    assert command("verify", str(ours), "--site", str(new)).code == 0
    assert command("run").code == 0


def test_the_old_folder_is_not_written_under_the_new_address(night: Desk, command: Type) -> None:
    before = contents(night.folder / "site")
    change(night, MOVE, ("[issuer]\n", f'[issuer]\nformer_urls = ["{OLD}"]\n'))
    said = command("run")
    assert said.code == 1
    assert f"holds badges of {OLD}" in said.err
    assert "name a new folder in [site] folder" in said.err
    assert contents(night.folder / "site") == before
    assert [line for line in command("doctor").out.splitlines() if line.startswith("✗") and OLD in line]
