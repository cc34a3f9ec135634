"""The status lists in the site's folder: what they say, when they are written, and what survives an accident."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from bridge.backends.local import LocalIssuer
from bridge.errors import Refused
from bridge.model import Credential, Known, Order
from bridge.openbadges import status
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.keys import SigningKey
from bridge.openbadges.verifying.verify import Verdict, site_fetcher, verify
from bridge.site import Check, SiteFiles, StaticSite, keep_address
from tests.contract.backends import artwork, local
from tests.fakes import story

LATER = story.NOON + timedelta(days=30)
KEYS = ".well-known/did.json"


def site(folder: Path, key: SigningKey | None = None, **more: Any) -> StaticSite:
    return StaticSite(folder, story.issuer(), key or story.signing_key(), artwork, check=Check.FILE, **more)


def order(n: int, entry: int) -> Order:
    return replace(story.order(str(UUID(int=n))), attempt_id=f"{n}-1", salt=f"salt-{n}", status_index=entry)


def add(known: Known, *orders: Order, revoked: datetime | None = None) -> None:
    """Let the ledger know that these were issued, and revoked if so."""
    for each in orders:
        known.orders[each.attempt_id] = each
        made = replace(story.credential(each.award), attempt_id=each.attempt_id, revoked_at=revoked)
        known.credentials[each.attempt_id] = made


def revoke(known: Known, attempt_id: str, at: datetime = LATER) -> Credential:
    known.credentials[attempt_id] = replace(known.credentials[attempt_id], revoked_at=at, revoked_why="A mix-up.")
    return known.credentials[attempt_id]


def document(folder: Path, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"status/{number}.json").read_bytes())
    return found


def told(folder: Path, number: int = 1) -> set[int]:
    """The places in a list that are set."""
    bits = status.decode(document(folder, number)["credentialSubject"]["encodedList"])
    return {index for index in range(bits.length) if bits.is_set(index)}


def traces(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """What shows that a list was written: its inode, the time, its bytes."""
    files = sorted((folder / "status").iterdir())
    return {file.name: (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def verdict(folder: Path, award: Order) -> Verdict:
    data = (folder / f"badges/{award.award}.png").read_bytes()
    return verify(data, site_fetcher(folder, story.SITE), LATER + timedelta(days=1)).verdict


# ── several lists ────────────────────────────────────────────────────────────


def test_a_badge_names_its_list_and_its_place_there(tmp_path: Path) -> None:
    late = order(1, 2 * status.ENTRIES + 7)
    local(tmp_path).issue(late, story.achievement())
    entry = json.loads((tmp_path / f"credentials/{late.award}.json").read_bytes())["credentialStatus"]
    assert entry["statusListCredential"] == f"{story.SITE}/status/3.json"
    assert entry["statusListIndex"] == "7"
    assert entry["id"] == f"{story.SITE}/status/3.json#7"


def test_each_list_tells_of_its_own_badges_alone(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    orders = [order(n, entry) for n, entry in enumerate((7, status.ENTRIES + 7, status.ENTRIES + 8), start=1)]
    add(known, *orders)
    for each in orders:
        local(tmp_path).issue(each, story.achievement())
    site(tmp_path).refresh(known)
    gone = revoke(known, "2-1")
    local(tmp_path).revoke(orders[1], gone, "A mix-up.", LATER)
    site(tmp_path).refresh(known)
    assert (told(tmp_path, 1), told(tmp_path, 2)) == (set(), {7})
    assert [verdict(tmp_path, each) for each in orders] == [Verdict.VALID, Verdict.NOT_VALID, Verdict.VALID]
    assert not (tmp_path / "status/3.json").exists()


def test_every_list_has_the_size_that_the_standard_asks_for(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, *(order(n + 1, n * status.ENTRIES) for n in range(3)))
    site(tmp_path).refresh(known)
    for number in (1, 2, 3):
        subject = document(tmp_path, number)["credentialSubject"]
        assert status.decode(subject["encodedList"]).length == 131_072
        assert subject["id"] == f"{story.SITE}/status/{number}.json#list"


# ── when they are written ────────────────────────────────────────────────────


def refresh_in_parts(folder: Path, known: Known, orders: Iterable[Order], part: int) -> list[dict[str, Any]]:
    """Let *orders* be issued, with a refresh after each *part* of them; return the lists' traces after each."""
    seen = []
    for n, each in enumerate(orders, start=1):
        add(known, each)
        if n % part == 0:
            site(folder).refresh(known)
            seen.append(traces(folder))
    return seen


@pytest.mark.parametrize("made", [10, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_thousand_new_badges_write_the_list_once(tmp_path: Path, made: int) -> None:
    """All thousand are in the ledger; *made* of them are signed, baked and written as well."""
    known = Known(versions=story.known().versions)
    orders = [order(n, n * 131) for n in range(1, 1001)]
    for each in orders[:made]:
        local(tmp_path).issue(each, story.achievement())
    assert not (tmp_path / "status").exists(), "making a badge touches no list"
    seen = refresh_in_parts(tmp_path, known, orders, 250)
    assert seen == [seen[0]] * 4
    assert list(seen[0]) == ["1.json"]


def test_many_revocations_are_one_writing(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, *(order(n, n) for n in range(1, 101)))
    site(tmp_path).refresh(known)
    before = traces(tmp_path)
    for n in range(1, 51):
        revoke(known, f"{n}-1")
    assert traces(tmp_path) == before
    site(tmp_path).refresh(known)
    assert told(tmp_path) == set(range(1, 51))
    after = traces(tmp_path)
    site(tmp_path).refresh(known)
    assert traces(tmp_path) == after


def test_a_revocation_leaves_the_other_lists_as_they_are(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, order(1, 7), order(2, status.ENTRIES + 7))
    site(tmp_path).refresh(known)
    before = traces(tmp_path)
    revoke(known, "2-1")
    site(tmp_path).refresh(known)
    assert traces(tmp_path)["1.json"] == before["1.json"]
    assert traces(tmp_path)["2.json"] != before["2.json"]


def test_an_earlier_order_that_comes_late_rewrites_nothing(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, order(1, 7))
    site(tmp_path).refresh(known)
    before = traces(tmp_path)
    add(known, replace(order(2, 8), issued_on=story.NOON - timedelta(days=9)))
    site(tmp_path).refresh(known)
    assert traces(tmp_path) == before


def test_whoever_reads_meanwhile_sees_a_whole_list(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, *(order(n, n) for n in range(1, 101)))
    site(tmp_path).refresh(known)
    seen: list[int] = []
    over = Event()

    def watch() -> None:
        while not over.is_set():
            subject = document(tmp_path)["credentialSubject"]
            seen.append(sum(byte.bit_count() for byte in status.decode(subject["encodedList"]).bits))

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        for n in range(1, 16):
            revoke(known, f"{n}-1")
            site(tmp_path).refresh(known)
        over.set()
        watching.result(timeout=30)
    assert seen == sorted(seen)
    assert set(seen) <= set(range(16))
    assert len(set(seen)) > 1


def test_a_list_that_can_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, order(1, 7))
    blocked = tmp_path / "status/1.json"
    blocked.mkdir(parents=True)
    with pytest.raises(Refused, match=r"1.json can't be written"):
        site(tmp_path).refresh(known)
    assert list((tmp_path / "status").iterdir()) == [blocked]
    blocked.rmdir()
    site(tmp_path).refresh(known)
    assert told(tmp_path) == set()


# ── keys ─────────────────────────────────────────────────────────────────────


def test_a_new_key_signs_every_list_anew(tmp_path: Path) -> None:
    """Were the older key taken from did.json one day, newer badges in the same list must not suffer."""
    known = Known(versions=story.known().versions)
    add(known, order(1, 7), order(2, status.ENTRIES + 7))
    revoke(known, "1-1")
    site(tmp_path).refresh(known)
    new, old = story.signing_key(2), story.signing_key().public
    rotated = site(tmp_path, new, retired=(old,))
    assert rotated.refresh(known) is True
    for number in (1, 2):
        assert document(tmp_path, number)["proof"]["verificationMethod"] == new.key_id
    assert (told(tmp_path, 1), told(tmp_path, 2)) == ({7}, set())
    after = traces(tmp_path)
    rotated.refresh(known)
    assert traces(tmp_path) == after


def test_badges_of_the_older_key_are_checked_against_the_list_of_the_newer(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    first, second = order(1, 7), order(2, 8)
    add(known, first, second)
    for each in (first, second):
        local(tmp_path).issue(each, story.achievement())
    revoke(known, "2-1")
    site(tmp_path, story.signing_key(2), retired=(story.signing_key().public,)).refresh(known)
    assert [verdict(tmp_path, each) for each in (first, second)] == [Verdict.VALID, Verdict.NOT_VALID]


# ── accidents ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"proof": 1}', "bits", "proof", "id"])
def test_a_damaged_list_is_written_anew(tmp_path: Path, damage: str) -> None:
    known = Known(versions=story.known().versions)
    add(known, order(1, 7), order(2, 8))
    revoke(known, "1-1")
    site(tmp_path).refresh(known)
    file, good = tmp_path / "status/1.json", document(tmp_path)
    match damage:
        case "bits":
            forged = {**good["credentialSubject"], "encodedList": status.status_list([8]).encoded()}
            file.write_text(json.dumps({**good, "credentialSubject": forged}))
        case "proof" | "id":
            file.write_text(json.dumps({**good, damage: "https://evil.example/1"}))
        case _:
            file.write_text(damage)
    site(tmp_path).refresh(known)
    assert document(tmp_path) == good


def test_a_list_of_another_key_is_not_listened_to(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, order(1, 7), order(2, 8))
    revoked = replace(known, credentials=dict(known.credentials))
    revoke(revoked, "2-1")
    site(tmp_path, story.signing_key(3)).refresh(revoked)
    site(tmp_path).refresh(known)
    assert told(tmp_path) == set()


def test_what_was_withdrawn_stays_so_when_an_older_ledger_is_put_back(tmp_path: Path) -> None:
    known = Known(versions=story.known().versions)
    add(known, order(1, 7), order(2, 8))
    backup = replace(known, credentials=dict(known.credentials))
    revoke(known, "1-1")
    site(tmp_path).refresh(known)
    after = traces(tmp_path)
    site(tmp_path).refresh(backup)
    assert traces(tmp_path) == after
    revoke(backup, "2-1")
    site(tmp_path, story.signing_key(2), retired=(story.signing_key().public,)).refresh(backup)
    assert told(tmp_path) == {7, 8}


def test_what_was_withdrawn_stays_so_when_ledger_and_key_are_lost_together(tmp_path: Path) -> None:
    """The machine died: an older ledger, a new key, and no file of the key that signed the list."""
    private, did = keys.new_key(), story.issuer().did
    lost = SigningKey(f"{did}#{keys.multibase(private.public_key())}", private)
    known = Known(versions=story.known().versions)
    add(known, *(replace(order(n, n), key_id=lost.key_id) for n in (7, 8)))
    backup = replace(known, credentials=dict(known.credentials))
    revoke(known, "8-1")
    site(tmp_path, lost).refresh(known)
    site(tmp_path, story.signing_key(2)).refresh(backup)
    assert told(tmp_path) == {8}
    assert document(tmp_path)["proof"]["verificationMethod"] == story.signing_key(2).key_id


def test_entries_of_badges_that_the_ledger_forgot_are_told(tmp_path: Path) -> None:
    kept, lost, other = order(1, 7), order(2, status.ENTRIES + 8), order(3, 9)
    for each in (kept, lost):
        local(tmp_path).issue(each, story.achievement())
    elsewhere = replace(local(tmp_path), issuer=story.issuer("https://other.example"))
    elsewhere.issue(other, story.achievement())
    (tmp_path / "credentials/notes.json").write_text("not a badge")
    (tmp_path / "credentials/list.json").write_text('{"credentialStatus": [{"statusListIndex": "5"}]}')
    known = Known(versions=story.known().versions)
    add(known, kept)
    assert site(tmp_path).forgotten(known) == {status.ENTRIES + 8}
    assert site(tmp_path / "empty").forgotten(known) == frozenset()


def test_a_domain_in_other_letters_is_the_same_address_everywhere(tmp_path: Path) -> None:
    issuer = story.issuer("https://bücher.example/Abzeichen für alle")
    key = replace(story.signing_key(), key_id=f"{issuer.did}#key-1")
    ours = replace(order(1, 7), key_id=key.key_id)
    LocalIssuer(issuer, key, SiteFiles(tmp_path), artwork).issue(ours, story.achievement())
    known = Known(versions=story.known().versions)
    place = replace(site(tmp_path, key), issuer=issuer)
    assert place.forgotten(known) == {7}
    add(known, ours)
    backup = replace(known, credentials=dict(known.credentials))
    revoke(known, "1-1")
    place.refresh(known)
    before = traces(tmp_path)
    place.refresh(backup)
    assert traces(tmp_path) == before
    keep_address(SiteFiles(tmp_path), issuer)
    with pytest.raises(Refused, match=r"holds badges of https://xn--bcher-kva.example/Abzeichen"):
        keep_address(SiteFiles(tmp_path), story.issuer())
