"""The commands about keys, as a person types them; what became of old badges is asked of `verify`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringError, KeyringLocked

from bridge.config import load
from bridge.config.signing import key_stamp
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.rotation import retired_files
from bridge.service import KeptOpen
from bridge.wiring import open_world

from .desk import Desk, Said, Type

KEY, JWT_KEY = "issuer.key", "issuer-jwt.key"


class Held(KeyringBackend):
    """A keyring in memory. *trouble* is what it says to every question."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, trouble: KeyringError | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.trouble = trouble

    def get_password(self, service: str, username: str) -> str | None:
        if self.trouble:
            raise self.trouble
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture
def ring() -> Iterator[Held]:
    before = keyring.get_keyring()
    ring = Held()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def without_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BADGE_BRIDGE_KEY_PASSPHRASE", raising=False)


def listed(command: Type) -> list[dict[str, object]]:
    told = command("keys", "list", "--json")
    assert told.code == 0, told.err
    found: list[dict[str, object]] = told.json["keys"]
    return found


def spoil(desk: Desk, old: str, new: str) -> None:
    desk.config.write_text(desk.config.read_text().replace(old, new))


# ── new ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["es256", "rs256"])
def test_a_key_for_vc_jwt_is_made_where_the_settings_want_it(desk: Desk, command: Type, kind: str) -> None:
    (desk.folder / JWT_KEY).unlink()
    told = command("doctor")
    assert "badge-bridge keys new --kind es256" in told.out
    assert command("keys", "new", "--kind", kind).code == 0
    assert (desk.folder / JWT_KEY).stat().st_mode & 0o777 == 0o600
    signs, tokens = listed(command)
    assert (signs["kind"], tokens["kind"], tokens["signs"]) == ("ed25519", kind, True)
    assert str(tokens["id"]).startswith("did:web:badges.district.example#")


def test_without_a_place_for_it_none_is_made(desk: Desk, command: Type) -> None:
    spoil(desk, 'jwt_key = "issuer-jwt.key"\n', "")
    before = sorted(os.listdir(desk.folder))
    told = command("keys", "new", "--kind", "es256")
    assert told.code == 1
    assert 'jwt_key = "issuer-jwt.key"' in told.err
    assert sorted(os.listdir(desk.folder)) == before
    assert len(listed(command)) == 1


@pytest.mark.parametrize(("kind", "cure"), [("ed25519", "keys rotate"), ("es256", "keys rotate --kind es256")])
def test_a_key_is_never_overwritten_but_can_be_rotated(desk: Desk, command: Type, kind: str, cure: str) -> None:
    told = command("keys", "new", "--kind", kind)
    assert told.code == 1
    assert told.err.strip().endswith(cure)


def test_an_empty_jwt_key_is_none_and_the_signing_key_is_no_jwt_key(desk: Desk, command: Type) -> None:
    spoil(desk, 'jwt_key = "issuer-jwt.key"', 'jwt_key = ""')
    assert load(desk.config).issuer.jwt_key is None
    spoil(desk, 'jwt_key = ""', 'jwt_key = "issuer.key"')
    told = command("plan")
    assert (told.code, "A VC-JWT needs a key of its own" in told.err) == (2, True)


@pytest.mark.parametrize(("one", "other", "wanted"), [(KEY, JWT_KEY, "Ed25519"), (JWT_KEY, KEY, "P-256")])
def test_keys_in_each_others_place_are_told(desk: Desk, command: Type, one: str, other: str, wanted: str) -> None:
    (desk.folder / one).unlink()
    (desk.folder / one).write_bytes((desk.folder / other).read_bytes())
    (desk.folder / one).chmod(0o600)
    told = command("keys", "list")
    assert told.code == 2
    assert f"must be {wanted}" in told.err


# ── passphrases ──────────────────────────────────────────────────────────────


def test_the_keyring_holds_the_passphrase_of_a_locked_key(desk: Desk, command: Type, ring: Held) -> None:
    path = desk.folder / KEY
    path.unlink()
    assert command("keys", "new", "--keyring").code == 0
    assert keys.is_locked(path.read_bytes())
    assert set(ring.held) == {("badge-bridge", str(path))}
    (key, *_) = listed(command)
    assert key["lock"] == "passphrase from the keyring"
    assert command("keys", "rotate").code == 0
    assert [key["lock"] for key in listed(command)][:2] == ["passphrase from the keyring"] * 2
    assert len(ring.held) == 1


def test_a_passphrase_that_older_keys_need_is_not_replaced(desk: Desk, command: Type, ring: Held) -> None:
    path = desk.folder / KEY
    path.unlink()
    command("keys", "new", "--keyring")
    path.rename(desk.folder / "issuer.retired-2026.key")
    assert command("keys", "new", "--keyring").code == 0
    assert [key["signs"] for key in listed(command)] == [True, False, True]


def test_the_variable_goes_before_the_keyring(
    desk: Desk, command: Type, ring: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / KEY).unlink()
    command("keys", "new", "--keyring")
    monkeypatch.setenv("BADGE_BRIDGE_KEY_PASSPHRASE", "another one")
    told = command("keys", "list")
    assert told.code == 2
    assert "What was tried is the passphrase from BADGE_BRIDGE_KEY_PASSPHRASE" in told.err


def test_a_passphrase_that_is_too_long_makes_no_key(desk: Desk, command: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.folder / KEY).unlink()
    monkeypatch.setenv("BADGE_BRIDGE_KEY_PASSPHRASE", "x" * 1024)
    told = command("keys", "new")
    assert (told.code, "too long (at most 1,023 bytes)" in told.err) == (1, True)
    assert not (desk.folder / KEY).exists()


def test_a_variable_that_would_hide_the_keyring_is_told(
    desk: Desk, command: Type, ring: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / KEY).unlink()
    monkeypatch.setenv("BADGE_BRIDGE_KEY_PASSPHRASE", "correct horse")
    told = command("keys", "new", "--keyring")
    assert (told.code, "goes before the keyring" in told.err) == (1, True)
    assert not ring.held
    assert not (desk.folder / KEY).exists()


def test_the_keyring_is_not_asked_for_a_key_without_a_lock(desk: Desk, command: Type, ring: Held) -> None:
    ring.trouble = KeyringError("asked")
    assert [key["lock"] for key in listed(command)] == [None, None]


@pytest.fixture
def locked(desk: Desk, command: Type, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk whose signing key is locked with a passphrase that nobody gives."""
    (desk.folder / KEY).unlink()
    monkeypatch.setenv("BADGE_BRIDGE_KEY_PASSPHRASE", "correct horse")
    command("keys", "new")
    monkeypatch.delenv("BADGE_BRIDGE_KEY_PASSPHRASE")
    before = keyring.get_keyring()
    yield desk
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        (Held(), "The system's keyring has none for it either"),
        (Held(KeyringLocked("no")), "is locked. Unlock it"),
        (Held(KeyringError("the bus is away")), "did not serve its passphrase"),
        (fail.Keyring(), "This machine has no keyring"),  # type: ignore[no-untyped-call]
    ],
)
def test_a_keyring_that_does_not_serve_is_told_with_the_cure(
    locked: Desk, command: Type, backend: KeyringBackend, sentence: str
) -> None:
    keyring.set_keyring(backend)
    for words in (["keys", "list"], ["keys", "rotate"], ["run"]):
        told = command(*words)
        assert told.code == 2, words
        assert sentence in told.err
        assert f"{locked.folder / KEY} is locked with a passphrase, and none was given" in told.err
        assert "Traceback" not in told.err
    assert not retired_files(locked.folder / KEY)


def test_without_the_package_the_way_to_it_is_told(
    locked: Desk, command: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    told = command("keys", "list")
    assert told.code == 2
    assert "is locked with a passphrase, and none was given" in told.err
    assert "BADGE_BRIDGE_KEY_PASSPHRASE" in told.err
    assert "pip install 'badge-bridge[keyring]'" in told.err


# ── rotate, list ─────────────────────────────────────────────────────────────


def issue(desk: Desk, command: Type, attempt: str) -> None:
    """A teacher asks for a badge and gets it."""
    desk.submit()
    command("run")
    desk.decide(attempt, "Approve")
    assert command("run").code == 0


def verified(desk: Desk, command: Type) -> Said:
    files = [str(file) for file in sorted((desk.folder / "site" / "badges").iterdir())]
    return command("verify", *files, "--site", str(desk.folder / "site"), "--json")


def did_json(desk: Desk) -> list[str]:
    document = json.loads((desk.folder / "site/.well-known/did.json").read_bytes())
    named: list[str] = document["assertionMethod"]
    return named


def test_badges_of_a_retired_key_stay_genuine_even_if_its_file_is_lost(desk: Desk, command: Type) -> None:
    issue(desk, command, "1-1")
    (old, old_jwt) = (key["id"] for key in listed(command))
    assert verified(desk, command).code == 0

    assert command("keys", "rotate").code == 0
    assert command("keys", "rotate", "--kind", "es256").code == 0
    assert command("run").code == 0
    present, _, present_jwt, _ = (key["id"] for key in listed(command))
    assert did_json(desk) == [present, old, present_jwt, old_jwt]
    assert verified(desk, command).code == 0

    (lost,) = retired_files(desk.folder / KEY)
    lost.path.unlink()
    assert command("run").code == 0
    assert old in did_json(desk)
    assert verified(desk, command).code == 0


def test_published_tokens_stay_genuine_when_their_key_is_gone(desk: Desk, command: Type) -> None:
    issue(desk, command, "1-1")
    (token,) = (desk.folder / "site" / "credentials").glob("*.jwt")
    spoil(desk, 'jwt_key = "issuer-jwt.key"', 'jwt_key = ""')
    assert command("run").code == 0
    assert command("verify", str(token), "--site", str(desk.folder / "site")).code == 0
    (desk.folder / JWT_KEY).unlink()
    spoil(desk, 'jwt_key = ""', 'jwt_key = "issuer-jwt.key"')
    assert command("keys", "new", "--kind", "es256").code == 0
    assert command("run").code == 0
    assert command("verify", str(token), "--site", str(desk.folder / "site")).code == 0


def test_the_cycle_that_publishes_a_new_key_says_so(desk: Desk, command: Type) -> None:
    assert command("run").code == 0
    assert command("run").out.endswith("nothing to do\n")
    assert command("keys", "rotate").code == 0
    assert command("run").out == "site: brought up to date\nnothing waits for a coach\n"
    assert command("run").out.endswith("nothing to do\n")


def test_the_list_tells_since_when_and_until_when(desk: Desk, command: Type) -> None:
    (first, _) = listed(command)
    told = command("keys", "rotate")
    assert "Keep copies of both" in told.out
    now, before, tokens = listed(command)
    assert (before["id"], before["signs"], before["since"]) == (first["id"], False, None)
    assert now["since"] == before["retired"]
    assert (now["signs"], now["retired"], tokens["since"]) == (True, None, None)
    assert Path(str(before["file"])).name.startswith("issuer.retired-2")
    said = command("keys", "list").out
    assert "ed25519, signs since 2" in said
    assert "ed25519, retired on 2" in said
    assert "es256, signs, not locked" in said


def test_a_rotation_that_was_interrupted_stops_nothing(desk: Desk, command: Type) -> None:
    path = desk.folder / KEY
    os.link(path, desk.folder / "issuer.retired-20261122T083000Z-abcdefgh.key")
    (desk.folder / ".issuer.key.new").write_bytes(b"-----BEGIN")
    before = listed(command)
    assert [key["signs"] for key in before] == [True, True]
    assert command("run").code == 0
    assert command("keys", "rotate").code == 0
    assert [key["id"] for key in listed(command) if not key["signs"]] == [before[0]["id"]]
    assert not (desk.folder / ".issuer.key.new").exists()


def test_a_kind_may_follow_another_for_tokens(desk: Desk, command: Type) -> None:
    assert command("keys", "rotate", "--kind", "rs256").code == 0
    assert [(key["kind"], key["signs"]) for key in listed(command)] == [
        ("ed25519", True),
        ("rs256", True),
        ("es256", False),
    ]


def test_without_a_key_there_is_nothing_to_rotate(desk: Desk, command: Type) -> None:
    (desk.folder / JWT_KEY).unlink()
    told = command("keys", "rotate", "--kind", "es256")
    assert told.code == 2
    assert "Make one with: badge-bridge keys new --kind es256" in told.err


def test_what_a_leaked_key_signed_counts_no_longer(desk: Desk, command: Type) -> None:
    issue(desk, command, "1-1")
    (old, old_jwt) = (str(key["id"]) for key in listed(command))
    leaked = f"leaked = {json.dumps([old, old_jwt])}"
    spoil(desk, "[issuer]\n", f"[issuer]\n{leaked}\n")
    told = command("run")
    assert told.code == 2
    assert f"{old} is listed in [issuer.leaked], but still signs. Run: badge-bridge keys rotate" in told.err
    command("keys", "rotate")
    assert "keys rotate --kind es256" in command("run").err
    command("keys", "rotate", "--kind", "es256")
    assert command("run").code == 0
    assert [key["leaked"] for key in listed(command)] == [False, True, False, True]
    assert did_json(desk) == [str(key["id"]) for key in listed(command) if not key["leaked"]]
    told = verified(desk, command)
    assert told.code == 1
    assert "does not list the key" in told.out


def test_what_was_ordered_for_a_lost_key_is_approved_anew(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    (desk.folder / "site" / "badges").write_text("")  # nothing can be issued
    desk.decide("1-1", "Approve")
    assert command("run").code == 1
    (desk.folder / "site" / "badges").unlink()
    (desk.folder / KEY).unlink()
    assert command("keys", "new").code == 0
    command("retry", "1")
    told = command("run")
    assert told.code == 1
    assert "was made for the signing key" in told.out + str(desk.people.rows())
    desk.decide("1-1", "")
    command("run")
    desk.decide("1-1", "Approve")
    assert command("run").code == 0
    assert verified(desk, command).code == 0


def test_the_doctor_tells_of_a_leaked_key_that_was_mistyped(desk: Desk, command: Type) -> None:
    present = str(listed(command)[0]["id"])
    spoil(desk, "[issuer]\n", f'[issuer]\nleaked = ["{present[:-1]}"]\n')
    told = [line for line in command("doctor").out.splitlines() if line.startswith("!\tsigning key")]
    assert len(told) == 1
    assert f"[issuer.leaked] names {present[:-1]}, and no key of that name is here." in told[0]


def test_a_retired_key_that_does_not_open_is_told(desk: Desk, command: Type) -> None:
    command("keys", "rotate")
    (kept,) = retired_files(desk.folder / KEY)
    kept.path.chmod(0o644)
    told = command("run")
    assert (told.code, f"chmod 600 {kept.path}" in told.err) == (2, True)


def test_a_running_service_takes_up_the_new_key(desk: Desk, command: Type) -> None:
    settings = load(desk.config)
    with KeptOpen(lambda: open_world(settings), lambda: key_stamp(settings)) as kept:
        world, policy = kept.now()
        assert kept.now()[0] is world
        command("keys", "rotate")
        present = listed(command)[0]["id"]
        assert policy.key_id != present
        assert kept.now()[1].key_id == present
        renewed, _ = kept.now()
        (desk.folder / KEY).rename(desk.folder / "away")  # a key on a stick that was pulled out: it is in memory
        assert kept.now()[0] is renewed
