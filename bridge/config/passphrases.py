"""Where passphrases of signing keys come from: a variable of the environment, or the system's keyring.

The keyring is asked only for a key that is locked, and only where the variable is unset. It knows a passphrase by the
service "badge-bridge" and the absolute path of the key that signs; retired keys open with the same one.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from types import ModuleType

from bridge.errors import ConfigProblems

from .secrets import PASSPHRASE_ENV, secret

SERVICE = "badge-bridge"
INSTALL = "pip install 'badge-bridge[keyring]'"


def from_environment() -> str | None:
    return secret(PASSPHRASE_ENV)


def from_keyring(owner: Path) -> str:
    """Return the passphrase that the keyring holds for the key at *owner*; raise ConfigProblems with the cure."""
    locked = f"The key file {owner} is locked with a passphrase, and none was given."
    keyring = keyring_for(locked)
    try:
        found: str | None = keyring.get_password(SERVICE, str(owner))
    except keyring.errors.KeyringError as error:
        raise ConfigProblems([_refused(keyring, locked, error)]) from error
    if not found:
        raise ConfigProblems(
            [
                f"{locked} The system's keyring has none for it either. Set the variable {PASSPHRASE_ENV}, or "
                f'put it there: keyring set {SERVICE} "{owner}"'
            ]
        )
    return found


def new_in_keyring(owner: Path) -> str:
    """Return the passphrase that the keyring holds for the key at *owner*, a new one if it holds none.

    An older one is kept, since retired keys open with it. Raises ConfigProblems with the cure.
    """
    asked = f"The key file {owner} was not made."
    keyring = keyring_for(asked)
    try:
        found: str | None = keyring.get_password(SERVICE, str(owner))
        if not found:
            found = secrets.token_urlsafe(32)
            keyring.set_password(SERVICE, str(owner), found)
    except keyring.errors.KeyringError as error:
        raise ConfigProblems([_refused(keyring, asked, error)]) from error
    return found


def keyring_for(what: str) -> ModuleType:
    """Return the package keyring; raise ConfigProblems with the cure, after the sentence *what*, if it is missing."""
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise ConfigProblems(
            [
                f"{what} Set the variable {PASSPHRASE_ENV}. To keep it in the system's keyring instead, the "
                f"package keyring is needed: {INSTALL}"
            ]
        ) from error
    return keyring


def _refused(keyring: ModuleType, what: str, error: Exception) -> str:
    """Say why the keyring did not serve, after the sentence *what*."""
    cure = f"Set the variable {PASSPHRASE_ENV} instead."
    if isinstance(error, keyring.errors.NoKeyringError):
        return f"{what} This machine has no keyring that could hold its passphrase. {cure}"
    if isinstance(error, keyring.errors.KeyringLocked):
        return f"{what} The system's keyring is locked. Unlock it, then try again."
    return f"{what} The system's keyring did not serve its passphrase ({error}). {cure}"
