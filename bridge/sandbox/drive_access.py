"""The door to a file: who gets in, and in which words Drive refuses.

https://developers.google.com/workspace/drive/api/guides/handle-errors and …/resource-keys
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.sandbox.api import ApiError, Call
from bridge.sandbox.drive_state import ROLES, File, role_of

KEYS_HEADER = "x-goog-drive-resource-keys"


def not_found(file_id: str) -> ApiError:
    """What Drive says of a file that is not there, and of one that the caller may not see: the same."""
    return ApiError(404, "notFound", f"File not found: {file_id}.", location="fileId")


def no_permission() -> ApiError:
    return ApiError(403, "insufficientFilePermissions", "The user does not have sufficient permissions for this file.")


def at_least(role: str, wanted: str) -> bool:
    return ROLES.index(role) >= ROLES.index(wanted)


def resource_keys(headers: Mapping[str, str]) -> dict[str, str]:
    """Read X-Goog-Drive-Resource-Keys: `fileId/key`, several joined by commas."""
    pairs = (pair.strip().partition("/") for pair in headers.get(KEYS_HEADER, "").split(","))
    return {file_id: key for file_id, _, key in pairs if key}


def all_drives(call: Call) -> bool:
    """Say whether the caller told Google to look into shared drives; without it their files are absent."""
    return bool(call.params.get("supportsAllDrives") or call.params.get("supportsTeamDrives"))


def enter(call: Call, file_id: str, wanted: str = "reader", *, any_drive: bool = False) -> tuple[File, str]:
    """Return the file and the caller's role on it.

    Raises ApiError 404 for what the caller can't see (also: in a shared drive without supportsAllDrives, unless
    *any_drive*, for the methods that lack that parameter) and 403 if the role is weaker than *wanted*.
    """
    file = call.world.drive.files.get(file_id)
    key = resource_keys(call.headers).get(file_id, "")
    role = role_of(call.world, call.caller.email, file_id, resource_key=key)
    if file is None or role is None or (file.drive_id and not any_drive and not all_drives(call)):
        raise not_found(file_id)
    if not at_least(role, wanted):
        raise no_permission()
    return file, role


def make_room(call: Call, parents: list[str]) -> None:
    """Check that the caller may put a file into these folders (none: the root of its own My Drive).

    Raises ApiError 404 for a folder it can't see, 403 for one it can't write, and 403 storageQuotaExceeded for a
    service account outside a shared drive: it has no storage, whoever owns the folder.
    """
    folders = [enter(call, parent, "writer")[0] for parent in parents]
    if not call.caller.delegated and not any(folder.drive_id for folder in folders):
        raise ApiError(
            403,
            "storageQuotaExceeded",
            "Service Accounts do not have storage quota. Leverage shared drives "
            "(https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation "
            "(http://support.google.com/a/answer/7281227) instead.",
        )
