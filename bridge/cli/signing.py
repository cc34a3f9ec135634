"""Commands about the keys that sign badges: new, list, rotate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import Refused

from .main import Exit
from .memory import settings_of
from .screen import say, say_json

if TYPE_CHECKING:
    from bridge.config import Settings
    from bridge.config.signing import Found
    from bridge.openbadges.signing.keys import JwtKey, Kind, SigningKey

COPY = "Keep a copy in a safe place, apart from this machine"
WHY = ": without it no badge can be signed or revoked"


def keys_new(config: Path, wanted: str, *, keyring: bool) -> int:
    from bridge.config import PASSPHRASE_ENV
    from bridge.config.passphrases import from_environment, new_in_keyring
    from bridge.openbadges.errors import BadKey
    from bridge.openbadges.signing import keys

    settings, kind = settings_of(config), keys.Kind(wanted)
    path = file_for(settings, kind)
    if path.exists():
        raise Refused(f"{path} exists already; a signing key is never overwritten. For a new one: {rotation(kind)}")
    if keyring and from_environment():
        raise Refused(f"{PASSPHRASE_ENV} is set, and goes before the keyring. Unset it, or leave out --keyring.")
    passphrase = new_in_keyring(path) if keyring else from_environment()
    try:
        keys.save(path, keys.new_private(kind), passphrase)
    except BadKey as error:
        raise Refused(str(error)) from error
    lock = "a passphrase that the system's keyring holds" if keyring else "your passphrase"
    say(f"The signing key is in {path}" + (f", locked with {lock}." if passphrase else "."))
    say(f"{COPY}{WHY if kind is keys.Kind.ED25519 else ''}.")
    if keyring:
        say("Keep a copy of the passphrase as well; it is shown by: " + show_passphrase(path))
    if not passphrase:
        say(f"To lock it with a passphrase, set {PASSPHRASE_ENV} before you make it, or use --keyring.")
    return Exit.DONE


def show_passphrase(path: Path) -> str:
    return f'keyring get badge-bridge "{path}"'


def rotation(kind: Kind) -> str:
    """The command that replaces a key of this kind."""
    from bridge.openbadges.signing.keys import Kind

    return "badge-bridge keys rotate" + ("" if kind is Kind.ED25519 else f" --kind {kind}")


def file_for(settings: Settings, kind: Kind) -> Path:
    """Return the file where the settings want a key of this kind; raise Refused where they name none."""
    from bridge.openbadges.signing.keys import Kind

    if kind is Kind.ED25519:
        return settings.issuer.key
    if settings.issuer.jwt_key is None:
        raise Refused(
            f"No file is named for a key of the kind {kind}. Write under [issuer] in the settings: "
            'jwt_key = "issuer-jwt.key", then run this again.'
        )
    return settings.issuer.jwt_key


def keys_rotate(config: Path, wanted: str) -> int:
    """Put a new key in the place of the one that signs; the old one stays beside it. Safe to be killed and repeated."""
    from bridge.config.passphrases import from_environment
    from bridge.config.signing import jwt_keys, private_key, signing_keys
    from bridge.openbadges.errors import BadKey
    from bridge.openbadges.signing import keys
    from bridge.openbadges.signing.rotation import rotate

    settings, kind = settings_of(config), keys.Kind(wanted)
    path = file_for(settings, kind)
    (signing_keys if kind is keys.Kind.ED25519 else jwt_keys)(settings)  # each opens: else say so before all else
    try:
        opened = private_key(path, path)
        passphrase = opened.passphrase or from_environment()
        kept = rotate(path, keys.new_private(kind), passphrase, datetime.now(UTC))
    except BadKey as error:
        raise Refused(str(error)) from error
    lock = ", locked as the old one was" if opened.lock else ", locked with your passphrase" if passphrase else ""
    say(f"A new key signs from the next cycle on: {path}{lock}.")
    say(f"The old one is kept, since what it signed stays genuine: {kept}")
    say(
        "Keep copies of both. The next cycle publishes did.json with both keys; a running `serve` takes up the new one."
    )
    return Exit.DONE


def keys_list(config: Path, *, as_json: bool) -> int:
    from bridge.config.signing import jwt_keys, signing_keys

    settings = settings_of(config)
    found: list[Found[SigningKey] | Found[JwtKey]] = [
        *reversed(signing_keys(settings)),
        *reversed(jwt_keys(settings)),
    ]
    if as_json:
        say_json({"keys": [{**told(key), "leaked": key.key.key_id in settings.issuer.leaked} for key in found]})
        return Exit.DONE
    for key in found:
        say(f"{key.key.key_id}")
        leaked = ", leaked" if key.key.key_id in settings.issuer.leaked else ""
        say(f"  {key.kind}, {standing(key)}{leaked}, {key.lock or 'not locked'}")
        say(f"  in {key.path}")
    return Exit.DONE


def standing(found: Found[SigningKey] | Found[JwtKey]) -> str:
    """Say since when a key signs, or until when it did."""
    since = f" since {found.since:%Y-%m-%d}" if found.since else ""
    if found.signs:
        return f"signs{since}"
    return f"retired on {found.retired:%Y-%m-%d}" if found.retired else "retired"


def told(found: Found[SigningKey] | Found[JwtKey]) -> dict[str, object]:
    """Return a key as JSON: its public half, and what is known of it."""
    from bridge.openbadges.signing.keys import SigningKey

    key = found.key
    public: dict[str, object] = (
        {"publicKeyMultibase": key.public.multibase}
        if isinstance(key, SigningKey)
        else {"publicKeyJwk": dict(key.public.jwk)}
    )
    return {
        "id": key.key_id,
        "kind": found.kind,
        "signs": found.signs,
        "since": found.since and found.since.isoformat(),
        "retired": found.retired and found.retired.isoformat(),
        "lock": found.lock or None,
        "file": str(found.path),
        **public,
    }
