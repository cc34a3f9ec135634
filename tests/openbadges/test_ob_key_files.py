"""A key's file is whole or not there, whatever the disk does meanwhile."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.openbadges.errors import BadKey
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.rotation import rotate
from tests.openbadges.test_ob_rotation import AT, key_in, no_links


@contextmanager
def full_disk() -> Iterator[None]:
    """No byte fits into any file."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


@pytest.fixture(params=["with links", "without links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without links":
        monkeypatch.setattr(os, "link", no_links)


def files(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.mark.usefixtures("file_system")
def test_on_a_full_disk_there_is_no_key_and_no_dead_end(tmp_path: Path) -> None:
    path = tmp_path / "issuer.key"
    sentence = r"File too large\. No key was made\. See that .* the disk has room; then try again\."
    with full_disk(), pytest.raises(BadKey, match=sentence):
        keys.save(path, keys.new_key())
    assert files(tmp_path) == []
    keys.save(path, keys.new_key())
    assert files(tmp_path) == ["issuer.key"]
    assert (path.stat().st_mode & 0o777, path.stat().st_nlink) == (0o600, 1)
    assert key_in(path)


def test_without_links_what_was_begun_in_the_keys_own_place_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def second_fails(handle: int) -> None:
        written.append(handle)
        if len(written) > 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(BadKey, match="No space left on device"):
        keys.save(tmp_path / "issuer.key", keys.new_key())
    assert files(tmp_path) == []


@pytest.mark.usefixtures("file_system")
def test_a_key_is_never_overwritten_even_if_it_came_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "issuer.key"
    path.write_bytes(b"another's")
    with pytest.raises(BadKey, match="never overwritten"):
        keys.save(path, keys.new_key())
    assert path.read_bytes() == b"another's"
    assert files(tmp_path) == ["issuer.key"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match=r"No such file or directory\. No key was made\. See that .*none is there"):
        keys.save(tmp_path / "none" / "issuer.key", keys.new_key())


def test_a_folder_whose_names_can_not_be_synced_holds_a_key_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def files_only(handle: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(22, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", files_only)
    keys.save(tmp_path / "issuer.key", keys.new_key())
    assert key_in(tmp_path / "issuer.key")


def test_a_full_disk_leaves_the_old_key_signing_and_no_half_new_one(tmp_path: Path) -> None:
    path = tmp_path / "issuer.key"
    keys.save(path, keys.new_key())
    old = key_in(path)
    with full_disk(), pytest.raises(BadKey, match=r"File too large.*Until then the old key signs"):
        rotate(path, keys.new_key(), None, AT)
    assert (key_in(path), files(tmp_path)) == (old, ["issuer.key"])
