"""Who the bridge is towards Google: any credentials file that google-auth can load, for real or for a sandbox."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.auth
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from bridge.errors import Refused
from bridge.google.explain import Identity

_NEW_KEY = "Make one at console.cloud.google.com (IAM, Service accounts, Keys, Add key, JSON); README.md says how."


class SandboxCredentials(service_account.Credentials):
    """A service account of a sandbox: google-auth's background look-up at a real Google host is left out."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def load_credentials(file: Path, act_as: str, endpoint: str, scopes: Sequence[str]) -> tuple[Credentials, Identity]:
    """Load *file* and say who that is. Raise Refused, with the cure, for anything wrong with it.

    A sandbox's key is used with a sandbox only and Google's key with Google only, so that no key is shown to strangers.
    """
    info = _read(file)
    _check_place(file, info, endpoint)
    robot = str(info.get("client_email", ""))
    identity = Identity(robot, act_as, str(info.get("client_id", "")), tuple(scopes))
    try:
        credentials = _load(file, info, endpoint, scopes)
    except (GoogleAuthError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"The key file {file} is damaged ({_first_line(error)}). {_NEW_KEY}") from error
    if act_as:
        if not hasattr(credentials, "with_subject"):
            kind = info.get("type", "unknown")
            raise Refused(
                f"The credentials in {file} are of the type {kind}, which can't act for {act_as}. "
                "Use a service account's key file, or remove [google] act_as."
            )
        credentials = credentials.with_subject(act_as)
    return credentials, identity


def exposed_key(file: Path) -> str:
    """Return a sentence if others on this computer can read the key, else ""."""
    mode = file.stat().st_mode & 0o777
    if not mode & 0o077:
        return ""
    return f"Other users of this computer can read the key file {file}. Run: chmod 600 {file}"


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(file: Path) -> Mapping[str, Any]:
    try:
        info = json.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Refused(f"There is no key file {file}. {_NEW_KEY}") from error
    except OSError as error:
        raise Refused(
            f"The key file {file} can't be read ({error.strerror}). Give the bridge's user the right to read it."
        ) from error
    except ValueError as error:
        raise Refused(f"The key file {file} is not JSON. Download it again, or: {_NEW_KEY}") from error
    if not isinstance(info, dict) or "type" not in info:
        raise Refused(f"The file {file} is no credentials file of Google's: it has no type. {_NEW_KEY}")
    return info


def _check_place(file: Path, info: Mapping[str, Any], endpoint: str) -> None:
    if endpoint and not is_loopback(endpoint):
        raise Refused(f"[google] endpoint is {endpoint}; only a sandbox on this computer is used instead of Google.")
    for_sandbox = is_loopback(str(info.get("token_uri", "")))
    if endpoint and not for_sandbox:
        raise Refused(
            f"[google] endpoint names a sandbox, but the key file {file} is one of Google's. Use the sandbox's."
        )
    if for_sandbox and not endpoint:
        raise Refused(
            f"The key file {file} belongs to a sandbox. Set [google] endpoint to its address, or use a real key."
        )


def _load(file: Path, info: Mapping[str, Any], endpoint: str, scopes: Sequence[str]) -> Credentials:
    if endpoint:
        return SandboxCredentials.from_service_account_info(info, scopes=list(scopes))  # type: ignore[no-any-return, no-untyped-call]
    with warnings.catch_warnings():
        # The warning is for those who take files from strangers; this one is the district's own.
        warnings.simplefilter("ignore", DeprecationWarning)
        loaded: tuple[Credentials, str | None] = google.auth.load_credentials_from_file(  # type: ignore[no-untyped-call]
            str(file), scopes=list(scopes)
        )
    return loaded[0]


def _first_line(error: Exception) -> str:
    said = str(error.args[0]) if error.args else type(error).__name__
    return " ".join(said.split())[:200].rstrip(". ")
