"""A key is replaced without a moment in which none signs, however often the machine dies meanwhile."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.openbadges.errors import BadKey
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.keys import Kind, Private
from bridge.openbadges.signing.rotation import retired_files, rotate

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


class Died(BaseException):
    """The machine stops here."""


class Fate:
    """Counts what is done to the files of a folder, and dies before the n-th step."""

    def __init__(self) -> None:
        self.folder, self.left = "", 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder and event in STEPS and str(arguments[0]).startswith(self.folder):
            self.left -= 1
            if self.left < 0:
                raise Died(event)

    @contextmanager
    def dies_before(self, step: int, folder: Path) -> Iterator[None]:
        self.folder, self.left = str(folder), step
        try:
            yield
        finally:
            self.folder = ""


STEPS = {"open", "os.link", "os.rename", "os.remove"}
FATE = Fate()
sys.addaudithook(FATE)


def key_in(path: Path, passphrase: str | None = None) -> str:
    return keys.named(keys.parse(keys.read(path), passphrase, path), "did:web:x").key_id


def new_file(folder: Path, private: Private | None = None, passphrase: str | None = None) -> Path:
    keys.save(folder / "issuer.key", private or keys.new_key(), passphrase)
    return folder / "issuer.key"


def test_the_old_key_lies_beside_the_new_one(tmp_path: Path) -> None:
    path = new_file(tmp_path)
    before, pem = key_in(path), path.read_bytes()
    kept = rotate(path, keys.new_key(), None, AT)
    assert key_in(path) != before
    assert kept.name == f"issuer.retired-20261122T083000Z-{before[-8:]}.key"
    assert kept.read_bytes() == pem
    assert [(file.path, file.at) for file in retired_files(path)] == [(kept, AT)]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["issuer.key", kept.name]
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_retired_keys_come_oldest_first(tmp_path: Path) -> None:
    path = new_file(tmp_path)
    signed = []
    for year in range(3):
        signed.append(key_in(path))
        rotate(path, keys.new_key(), None, AT + timedelta(days=365 * year))
    assert [key_in(file.path) for file in retired_files(path)] == signed


def test_only_the_keys_of_one_name_are_its_retired_ones(tmp_path: Path) -> None:
    (tmp_path / "issuer[1].key").touch()
    names = [
        "issuer.retired-x.pem",
        "issuer-jwt.retired-20261122T083000Z-abc.key",
        "issuer.key.retired",
        "issuerXretired-1.key",
    ]
    for name in [
        *names,
        "issuer.retired-2025.key",
        "issuer.retired-99999999T999999Z-abc.key",
        "issuer[1].retired-1.key",
    ]:
        (tmp_path / name).touch()
    assert [(file.path.name, file.at) for file in retired_files(tmp_path / "issuer.key")] == [
        ("issuer.retired-2025.key", None),
        ("issuer.retired-99999999T999999Z-abc.key", None),
    ]
    assert [file.path.name for file in retired_files(tmp_path / "issuer[1].key")] == ["issuer[1].retired-1.key"]
    assert retired_files(tmp_path / "none" / "issuer.key") == []


def test_a_name_without_an_ending_has_its_own_retired_keys(tmp_path: Path) -> None:
    for name in ("issuer", "issuer.jwt"):
        keys.save(tmp_path / name, keys.new_key())
    kept = {name: rotate(tmp_path / name, keys.new_key(), None, AT) for name in ("issuer", "issuer.jwt")}
    assert {name: [key.path for key in retired_files(tmp_path / name)] for name in kept} == {
        name: [path] for name, path in kept.items()
    }


@pytest.mark.parametrize("kind", [Kind.ED25519, Kind.ES256])
@pytest.mark.parametrize("links", [True, False], ids=["with links", "without links"])
def test_it_may_die_at_any_moment(tmp_path: Path, kind: Kind, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each step on a file: a whole key signs, the old one is not lost, and a second try finishes."""
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    deaths = 0
    while True:
        folder = tmp_path / str(deaths)
        folder.mkdir()
        path = new_file(folder, keys.new_private(kind))
        old, fresh = key_in(path), keys.new_private(kind)
        if not died(lambda path=path, fresh=fresh: rotate(path, fresh, None, AT), deaths, folder):  # type: ignore[misc]
            break
        deaths += 1
        assert key_in(path) in (old, keys.named(fresh, "did:web:x").key_id)
        assert old in {key_in(path), *(key_in(file.path) for file in retired_files(path))}
        rotate(path, keys.new_private(kind), None, AT + timedelta(days=1))
        assert key_in(path) != old
        assert [key_in(file.path) for file in retired_files(path)].count(old) == 1
        assert not [file.name for file in folder.iterdir() if ".new" in file.name]
    assert deaths >= 6


def no_links(*_: object) -> None:
    raise OSError(95, "Operation not supported")


def died(act: Callable[[], object], step: int, folder: Path) -> bool:
    with FATE.dies_before(step, folder):
        try:
            act()
        except Died:
            return True
    return False


def test_a_half_written_new_key_is_forgotten(tmp_path: Path) -> None:
    path = new_file(tmp_path)
    (tmp_path / ".issuer.key.new").write_bytes(b"-----BEGIN PRIV")
    old = key_in(path)
    rotate(path, keys.new_key(), None, AT)
    assert [key_in(file.path) for file in retired_files(path)] == [old]
    assert not (tmp_path / ".issuer.key.new").exists()


def test_a_key_that_somebody_prepared_by_hand_is_left_alone(tmp_path: Path) -> None:
    path, prepared = new_file(tmp_path), tmp_path / "issuer.new.key"
    keys.save(prepared, keys.new_key())
    pem = prepared.read_bytes()
    rotate(path, keys.new_key(), None, AT)
    assert prepared.read_bytes() == pem


def test_a_locked_key_is_followed_by_one_with_the_same_lock(tmp_path: Path) -> None:
    path = new_file(tmp_path, passphrase="secret")
    old = key_in(path, "secret")
    with pytest.raises(BadKey, match="does not open"):
        rotate(path, keys.new_key(), "wrong", AT)
    assert key_in(path, "secret") == old
    kept = rotate(path, keys.new_key(), "secret", AT)
    assert key_in(kept, "secret") == old
    assert keys.is_locked(path.read_bytes())


def test_without_a_key_there_is_nothing_to_replace(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="There is no key file"):
        rotate(tmp_path / "issuer.key", keys.new_key(), None, AT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    path = new_file(tmp_path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(BadKey, match=r"can't be replaced: Permission denied\. Let the bridge write to"):
            rotate(path, keys.new_key(), None, AT)
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_leaves_the_old_key_signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new_file(tmp_path)
    old = key_in(path)
    monkeypatch.setattr(os, "replace", no_room)
    monkeypatch.setattr(Path, "replace", no_room)
    with pytest.raises(BadKey, match="Until then the old key signs"):
        rotate(path, keys.new_key(), None, AT)
    assert key_in(path) == old


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")
