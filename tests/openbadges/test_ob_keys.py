import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from bridge.openbadges import keys
from bridge.openbadges.errors import BadKey

ID = "did:web:badges.example#key-1"


def test_a_key_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    private = keys.new_key()
    keys.save(tmp_path / "key.pem", private, "a long secret")
    loaded = keys.load(tmp_path / "key.pem", "a long secret", ID)
    assert loaded.public == keys.PublicKey(ID, keys.multibase(private.public_key()))
    assert loaded.public.verifies(loaded.sign(b"words"), b"words")
    assert not loaded.public.verifies(loaded.sign(b"words"), b"other words")


def test_a_key_file_is_private_and_locked(tmp_path: Path) -> None:
    keys.save(tmp_path / "key.pem", keys.new_key(), "a long secret")
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (tmp_path / "key.pem").read_bytes()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    keys.save(tmp_path / "key.pem", keys.new_key())
    before = (tmp_path / "key.pem").read_bytes()
    with pytest.raises(BadKey, match="never overwritten"):
        keys.save(tmp_path / "key.pem", keys.new_key())
    assert (tmp_path / "key.pem").read_bytes() == before


def test_a_missing_key_file_names_its_cure(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="badge-bridge keys new"):
        keys.load(tmp_path / "key.pem", None, ID)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.save(tmp_path / "key.pem", keys.new_key())
    os.chmod(tmp_path / "key.pem", 0o644)
    with pytest.raises(BadKey, match="chmod 600"):
        keys.load(tmp_path / "key.pem", None, ID)


@pytest.mark.parametrize(
    ("given_passphrase", "sentence"), [("wrong", "does not open with this passphrase"), (None, "none was given")]
)
def test_a_wrong_passphrase_is_told(tmp_path: Path, given_passphrase: str | None, sentence: str) -> None:
    keys.save(tmp_path / "key.pem", keys.new_key(), "right")
    with pytest.raises(BadKey, match=sentence):
        keys.load(tmp_path / "key.pem", given_passphrase, ID)


def test_a_passphrase_for_an_unlocked_key_does_no_harm(tmp_path: Path) -> None:
    keys.save(tmp_path / "key.pem", keys.new_key())
    assert keys.load(tmp_path / "key.pem", "not needed", ID).key_id == ID


def test_other_files_and_other_kinds_of_keys_are_refused(tmp_path: Path) -> None:
    other = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, content, sentence in [("rsa", other, "Ed25519"), ("text", b"hello", "not a private key")]:
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
        with pytest.raises(BadKey, match=sentence):
            keys.load(tmp_path / name, None, ID)
    with pytest.raises(BadKey, match="can't be read"):
        keys.load(tmp_path, None, ID)


def test_the_private_key_is_not_shown() -> None:
    assert "private" not in repr(keys.SigningKey(ID, keys.new_key()))


@given(st.binary(max_size=80))
def test_base58_comes_back(data: bytes) -> None:
    assert keys.from_base58(keys.base58(data)) == data


@pytest.mark.parametrize(
    "text", ["", "z", "z0OIl", "z6Mk", "u6Mkp", "z" + "1" * 500, "zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7"]
)
def test_what_is_no_multikey_is_refused(text: str) -> None:
    with pytest.raises(BadKey, match="Multikey"):
        keys.from_multibase(text)
