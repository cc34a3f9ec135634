"""Drive v3: files, their content and the search for them (permissions are next door in `drive_permissions`)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from bridge.sandbox import drive_query
from bridge.sandbox.api import Answer, ApiError, Call, Json, Media, on
from bridge.sandbox.drive_access import all_drives, at_least, enter, make_room, no_permission, not_found
from bridge.sandbox.drive_export import export
from bridge.sandbox.drive_resource import file_resource, may_download, user_resource
from bridge.sandbox.drive_state import (
    FOLDER,
    FORM,
    GOOGLE,
    SHORTCUT,
    SPREADSHEET,
    File,
    children,
    new_file,
    role_of,
    touch,
)
from bridge.sandbox.state import World

_FILE = "kind,id,name,mimeType"
_PERMISSION = "kind,id,type,role"

#: What Drive answers to a call without `fields`: Google's method id → mask. Other methods answer with all they have.
DEFAULT_FIELDS: dict[str, str] = {
    "drive.files.get": _FILE,
    "drive.files.copy": _FILE,
    "drive.files.create": _FILE,
    "drive.files.update": _FILE,
    "drive.files.list": f"kind,incompleteSearch,nextPageToken,files({_FILE})",
    "drive.permissions.get": _PERMISSION,
    "drive.permissions.create": _PERMISSION,
    "drive.permissions.update": _PERMISSION,
    "drive.permissions.list": f"kind,nextPageToken,permissions({_PERMISSION})",
    "drive.drives.get": "kind,id,name",
    "drive.drives.list": "kind,nextPageToken,drives(kind,id,name)",
}

#: How the content of a form or a spreadsheet is copied: MIME type → what fills the copy from the original.
COPY_CONTENT: dict[str, Callable[[World, File, File], None]] = {}


@on("drive.files.get")
def get_file(call: Call) -> Answer:
    file, role = enter(call, call.params["fileId"])
    if call.params.get("alt") == "media":
        return _download(file, role)
    return file_resource(call.world, call.caller.email, file, role)


def _download(file: File, role: str) -> Media:
    if not file.binary:
        raise ApiError(
            403,
            "fileNotDownloadable",
            "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
            location="alt",
        )
    if not may_download(file, role):
        raise ApiError(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
    return Media(file.mime_type, file.data)


@on("drive.files.export")
def export_file(call: Call) -> Answer:
    file, role = enter(call, call.params["fileId"], any_drive=True)
    data = export(file, call.params["mimeType"])
    if not may_download(file, role):
        raise ApiError(403, "cannotExportFile", "This file cannot be exported by the user.")
    return Media(call.params["mimeType"], data)


@on("drive.files.list")
def list_files(call: Call) -> Answer:
    """Search. Newest first unless orderBy says otherwise; Google promises no order without it."""
    _check_corpora(call)
    asked = call.params.get("q", "")
    query = drive_query.parse(asked)
    found = [file for file in reversed(call.world.drive.files.values()) if _finds(call, query, file)]
    for key in reversed([key.strip() for key in call.params.get("orderBy", "").split(",") if key.strip()]):
        found = _sorted(found, key)
    start, size = _start(call, asked), int(call.params.get("pageSize", 100))
    page: list[Json] = [
        file_resource(call.world, call.caller.email, file, role_of(call.world, call.caller.email, file.id) or "reader")
        for file in found[start : start + size]
    ]
    answer: Json = {"kind": "drive#fileList", "incompleteSearch": False, "files": page}
    if start + size < len(found):
        answer["nextPageToken"] = _page_token(start + size, asked)
    return answer


def _check_corpora(call: Call) -> None:
    params = call.params
    corpora = params.get("corpora", "user")
    drive_id = params.get("driveId") or params.get("teamDriveId") or ""
    if (corpora == "drive") != bool(drive_id):
        raise ApiError(
            403,
            "teamDriveIdRequiresTeamDriveCorpora",
            "The driveId parameter must be specified if and only if corpora is set to drive.",
        )
    if corpora in ("drive", "allDrives") and not _includes_all_drives(call):
        raise ApiError(
            403,
            "includeTeamDriveItemsRequired",
            "The includeItemsFromAllDrives parameter must be set to true when driveId is specified or corpora contains "
            "drive or allDrives.",
        )
    if _includes_all_drives(call) and not all_drives(call):
        raise ApiError(
            403,
            "teamDrivesNotSupported",
            "The supportsAllDrives parameter must be set to true if includeItemsFromAllDrives is set to true.",
        )
    if drive_id and role_of(call.world, call.caller.email, drive_id) is None:
        raise ApiError(404, "notFound", f"Shared drive not found: {drive_id}", location="driveId")


def _includes_all_drives(call: Call) -> bool:
    return bool(call.params.get("includeItemsFromAllDrives") or call.params.get("includeTeamDriveItems"))


def _finds(call: Call, query: drive_query.Query, file: File) -> bool:
    """Say whether a search may show the file: link sharing counts only inside a folder that the query names."""
    if file.id in call.world.drive.shared_drives or (file.drive_id and not _includes_all_drives(call)):
        return False
    if (drive_id := call.params.get("driveId") or call.params.get("teamDriveId")) and file.drive_id != drive_id:
        return False
    if not query.matches(call.world, call.caller.email, file):
        return False
    by_link = not query.folders.isdisjoint(file.parents)
    return role_of(call.world, call.caller.email, file.id, by_link=by_link) is not None


def _sorted(files: list[File], key: str) -> list[File]:
    name, _, direction = key.partition(" ")
    if name not in _SORT_KEYS or direction not in ("", "desc", "asc"):
        raise ApiError(400, "invalid", "Invalid Value", location="orderBy")
    return sorted(files, key=_SORT_KEYS[name], reverse=direction == "desc")


def _natural(file: File) -> list[Any]:
    """Sort "Lesson 9" before "Lesson 10"."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", file.name.casefold())
    ]


_SORT_KEYS: dict[str, Callable[[File], Any]] = {
    "createdTime": lambda file: file.created,
    "folder": lambda file: file.mime_type != FOLDER,
    "modifiedTime": lambda file: file.modified,
    "name": lambda file: file.name.casefold(),
    "name_natural": _natural,
    "quotaBytesUsed": lambda file: len(file.data),
    "recency": lambda file: file.modified,
}


def _page_token(start: int, asked: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, asked]).encode()).decode()


def _start(call: Call, asked: str) -> int:
    """Where the page begins; a token of another search is refused."""
    if not (token := call.params.get("pageToken")):
        return 0
    try:
        start, q = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise ApiError(400, "invalid", "Invalid Value", location="pageToken") from None
    if q != asked:
        raise ApiError(400, "invalid", "Invalid Value", location="pageToken")
    return int(start)


@on("drive.files.copy")
def copy_file(call: Call) -> Answer:
    source, role = enter(call, call.params["fileId"])
    if source.mime_type == FOLDER or not (source.viewers_may_download or at_least(role, "writer")):
        raise ApiError(403, "cannotCopyFile", "This file cannot be copied by the user.")
    if source.mime_type in (FORM, SPREADSHEET) and source.mime_type not in COPY_CONTENT:
        raise ApiError(501, "notImplemented", f"The sandbox can't copy {source.mime_type}.")
    name = call.body.get("name", f"Copy of {source.name}")
    copy = _put(call, name, source.mime_type, call.body.get("parents", _own_folders(call, source)), source.data)
    if source.mime_type in COPY_CONTENT:
        COPY_CONTENT[source.mime_type](call.world, source, copy)
    return _seen(call, copy)


def _own_folders(call: Call, source: File) -> list[str]:
    """The folders of the original in which the caller may write: there a copy goes if nothing else is said."""
    email = call.caller.email
    return [parent for parent in source.parents if at_least(role_of(call.world, email, parent) or "reader", "writer")]


@on("drive.files.create")
def create_file(call: Call) -> Answer:
    """Make a folder, a Doc, a shortcut, or a file from what was uploaded."""
    sent = call.media or Media("application/octet-stream", b"")
    mime = call.body.get("mimeType", sent.content_type)
    if mime in (FORM, SPREADSHEET):
        raise ApiError(501, "notImplemented", f"The sandbox makes {mime} through its own API only.")
    target = call.body.get("shortcutDetails", {}).get("targetId", "")
    if target:
        enter(call, target, any_drive=True)
    name, parents = call.body.get("name", "Untitled"), call.body.get("parents", [])
    file = _put(call, name, SHORTCUT if target else mime, parents, sent.data)
    file.shortcut_to = target
    return _seen(call, file)


def _put(call: Call, name: str, mime: str, parents: list[str], data: bytes = b"") -> File:
    make_room(call, parents)
    return new_file(call.world, call.caller.email, name, mime, data, parents)


def _seen(call: Call, file: File) -> Json:
    role = role_of(call.world, call.caller.email, file.id)
    if role is None:
        raise not_found(file.id)
    return file_resource(call.world, call.caller.email, file, role)


@on("drive.files.update")
def update_file(call: Call) -> Answer:
    """Rename, throw away, fetch back, move, upload anew."""
    file, role = enter(call, call.params["fileId"], "writer")
    if "trashed" in call.body:
        if not at_least(role, "fileOrganizer"):
            raise no_permission()
        file.trashed = call.body["trashed"]
    file.name = call.body.get("name", file.name)
    file.mime_type = (
        call.body.get("mimeType", file.mime_type) if not file.mime_type.startswith(GOOGLE) else file.mime_type
    )
    gone = _ids(call.params.get("removeParents"))
    added = _ids(call.params.get("addParents"))
    for parent in added:
        enter(call, parent, "writer")
    file.parents = [parent for parent in file.parents if parent not in gone] + added
    touch(call.world, file, call.caller.email, data=call.media.data if call.media else None)
    return _seen(call, file)


def _ids(joined: str | None) -> list[str]:
    return [part for part in (joined or "").split(",") if part]


@on("drive.files.delete")
def delete_file(call: Call) -> Answer:
    file, role = enter(call, call.params["fileId"])
    if not (role == "owner" or (file.drive_id and at_least(role, "organizer"))):
        raise no_permission()
    delete_for_good(call.world, file)
    return {}


def delete_for_good(world: World, file: File) -> None:
    """Remove a file, and with a folder what its owner has in it; what others put there stays, without the folder."""
    for child in children(world, file.id):
        if child.owner == file.owner:
            delete_for_good(world, child)
        else:
            child.parents.remove(file.id)
    world.drive.files.pop(file.id, None)


@on("drive.about.get")
def about(call: Call) -> Answer:
    if not call.params.get("fields"):
        raise ApiError(400, "required", "The 'fields' parameter is required for this method.", location="fields")
    used = sum(len(file.data) for file in call.world.drive.files.values() if file.owner == call.caller.email.lower())
    return {
        "kind": "drive#about",
        "user": user_resource(call.world, call.caller.email, call.caller.email),
        "storageQuota": {"usage": str(used), "usageInDrive": str(used), "usageInDriveTrash": "0"}
        | ({} if call.caller.delegated else {"limit": "0"}),
        "canCreateDrives": call.world.is_member(call.caller.email),
    }


@on("drive.drives.get")
def get_drive(call: Call) -> Answer:
    drive_id = call.params["driveId"]
    role = role_of(call.world, call.caller.email, drive_id)
    if drive_id not in call.world.drive.shared_drives or role is None:
        raise ApiError(404, "notFound", f"Shared drive not found: {drive_id}", location="driveId")
    return {"kind": "drive#drive", "id": drive_id, "name": call.world.drive.shared_drives[drive_id], "hidden": False}


@on("drive.drives.list")
def list_drives(call: Call) -> Answer:
    mine = {
        drive_id: name
        for drive_id, name in call.world.drive.shared_drives.items()
        if role_of(call.world, call.caller.email, drive_id) is not None
    }
    shown = [{"kind": "drive#drive", "id": drive_id, "name": name, "hidden": False} for drive_id, name in mine.items()]
    return {"kind": "drive#driveList", "drives": shown}
