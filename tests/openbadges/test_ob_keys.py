import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from bridge.openbadges.errors import BadKey
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.jwk import thumbprint
from bridge.openbadges.signing.keys import Kind

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


def test_a_passphrase_may_have_as_many_bytes_as_fit_and_no_more(tmp_path: Path) -> None:
    path, longest = tmp_path / "key.pem", "é" * 511 + "e"
    with pytest.raises(BadKey, match=r"too long \(at most 1,023 bytes\)\. To lock a new key, choose a shorter one"):
        keys.save(path, keys.new_key(), longest + "x")
    assert not path.exists()
    keys.save(path, keys.new_key(), longest)
    assert keys.load(path, longest, ID)
    with pytest.raises(BadKey, match=r"too long .*; to open a key, give the one that it was locked with\."):
        keys.load(path, longest + "x", ID)


def test_a_passphrase_that_is_no_utf8_is_taken_as_it_is(tmp_path: Path) -> None:
    given_passphrase = b"caf\xe9".decode(errors="surrogateescape")  # as the environment gives it
    keys.save(tmp_path / "key.pem", keys.new_key(), given_passphrase)
    assert keys.load(tmp_path / "key.pem", given_passphrase, ID)


def test_a_passphrase_for_an_unlocked_key_does_no_harm(tmp_path: Path) -> None:
    keys.save(tmp_path / "key.pem", keys.new_key())
    assert keys.load(tmp_path / "key.pem", "not needed", ID).key_id == ID


def test_other_files_and_other_kinds_of_keys_are_refused(tmp_path: Path) -> None:
    keys.save(tmp_path / "p256", keys.new_private(Kind.ES256))
    for private in (ec.generate_private_key(ec.SECP384R1()), short_key(), dsa_key()):
        (tmp_path / "other").unlink(missing_ok=True)
        keys.save(tmp_path / "other", private)  # type: ignore[arg-type]
        with pytest.raises(BadKey, match="another kind of key; badges are signed with Ed25519, P-256 or RSA from 2048"):
            keys.load(tmp_path / "other", None, ID)
    with pytest.raises(BadKey, match="badges are signed with Ed25519"):
        keys.load(tmp_path / "p256", None, ID)
    (tmp_path / "text").write_bytes(b"hello")
    (tmp_path / "text").chmod(0o600)
    with pytest.raises(BadKey, match="not a private key"):
        keys.load(tmp_path / "text", None, ID)
    with pytest.raises(BadKey, match="can't be read"):
        keys.load(tmp_path, None, ID)


def short_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is refused


def dsa_key() -> dsa.DSAPrivateKey:
    return dsa.generate_private_key(1024)  # noqa: S505 - it is refused


@pytest.mark.parametrize("kind", Kind)
def test_keys_of_each_kind_come_back_and_are_named_by_their_public_half(tmp_path: Path, kind: Kind) -> None:
    private = keys.new_private(kind)
    keys.save(tmp_path / "key.pem", private, "a long secret")
    loaded = keys.parse(keys.read(tmp_path / "key.pem"), "a long secret", tmp_path / "key.pem")
    key = keys.named(loaded, "did:web:badges.example")
    assert keys.kind_of(loaded) is kind
    assert key == keys.named(private, "did:web:badges.example")
    name = key.key_id.removeprefix("did:web:badges.example#")
    assert name == (key.public.multibase if isinstance(key, keys.SigningKey) else thumbprint(key.public.jwk))
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600


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
