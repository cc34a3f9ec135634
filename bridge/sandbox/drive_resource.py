"""Files, permissions and people in the shape that Drive v3 shows them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from bridge.sandbox.api import Json
from bridge.sandbox.drive_access import at_least
from bridge.sandbox.drive_export import exports
from bridge.sandbox.drive_state import (
    DOCUMENT,
    FOLDER,
    FORM,
    PRESENTATION,
    ROLES,
    SHORTCUT,
    SPREADSHEET,
    File,
    Permission,
    ancestors,
    in_trash,
    permission_id,
    role_of,
)

if TYPE_CHECKING:
    from bridge.sandbox.state import World

_EDITORS = {DOCUMENT: "document", SPREADSHEET: "spreadsheets", PRESENTATION: "presentation", FORM: "forms"}


def web_link(file: File) -> str:
    """The address in a browser's bar when a person opens the file."""
    if file.mime_type in _EDITORS:
        link = f"https://docs.google.com/{_EDITORS[file.mime_type]}/d/{file.id}/edit?usp=drivesdk"
    elif file.mime_type == FOLDER:
        link = f"https://drive.google.com/drive/folders/{file.id}"
    else:
        link = f"https://drive.google.com/file/d/{file.id}/view?usp=drivesdk"
    if file.resource_key:
        link += f"{'&' if '?' in link else '?'}resourcekey={file.resource_key}"
    return link


def user_resource(world: World, email: str, me: str) -> Json:
    person = world.people.get(email.lower())
    return {
        "kind": "drive#user",
        "displayName": person.name if person else email.partition("@")[0],
        "emailAddress": email,
        "me": email.lower() == me.lower(),
        "permissionId": permission_id(email),
    }


def effective_permissions(world: World, file: File) -> list[Permission]:
    """All that open the file: the owner's, its own and those of the folders above, the strongest for each holder."""
    found: dict[tuple[str, str], Permission] = {}
    for place in (file, *ancestors(world, file)):
        for permission in place.permissions:
            key = (permission.id, permission.view)
            if key not in found or at_least(permission.role, found[key].role):
                found[key] = permission
    if file.owner:
        owner = Permission(id=permission_id(file.owner), type="user", role="owner", email=file.owner)
        found[(owner.id, "")] = owner
    return sorted(found.values(), key=lambda permission: -ROLES.index(permission.role))


def permission_resource(world: World, permission: Permission) -> Json:
    shown: Json = {
        "kind": "drive#permission",
        "id": permission.id,
        "type": permission.type,
        "role": permission.role,
        "deleted": False,
        "pendingOwner": False,
    }
    if permission.view:
        shown["view"] = permission.view
    if permission.type in ("user", "group"):
        person = world.people.get(permission.email)
        shown["emailAddress"] = permission.email
        shown["displayName"] = person.name if person else permission.email.partition("@")[0]
    else:
        shown["allowFileDiscovery"] = permission.discoverable
    if permission.type == "domain":
        shown["domain"] = shown["displayName"] = permission.domain
    return shown


def file_resource(world: World, email: str, file: File, role: str) -> Json:
    """The whole file as *email* sees it, whose role is *role*; the server cuts it down to `fields`."""
    shown: Json = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "starred": False,
        "trashed": in_trash(world, file),
        "explicitlyTrashed": file.trashed,
        "parents": [parent for parent in file.parents if role_of(world, email, parent) is not None],
        "spaces": ["drive"],
        "version": str(file.version),
        "webViewLink": web_link(file),
        "createdTime": file.created,
        "modifiedTime": file.modified,
        "modifiedByMe": file.last_modified_by == email.lower(),
        "viewersCanCopyContent": file.viewers_may_download,
        "copyRequiresWriterPermission": not file.viewers_may_download,
        "writersCanShare": True,
        "permissionIds": [permission.id for permission in effective_permissions(world, file)],
        "capabilities": capabilities(file, role),
    }
    if file.last_modified_by:
        shown["lastModifyingUser"] = user_resource(world, file.last_modified_by, email)
    if file.resource_key:
        shown["resourceKey"] = file.resource_key
    return shown | _belonging(world, email, file, role) | _content(world, file)


def _belonging(world: World, email: str, file: File, role: str) -> Json:
    """Whose the file is: in a shared drive nobody's, and its permissions are not told."""
    if file.drive_id:
        return {
            "driveId": file.drive_id,
            "teamDriveId": file.drive_id,
            "hasAugmentedPermissions": bool(file.permissions),
        }
    permissions = effective_permissions(world, file)
    shown: Json = {
        "owners": [user_resource(world, file.owner, email)],
        "ownedByMe": file.owner == email.lower(),
        "shared": len(permissions) > 1,
    }
    if at_least(role, "writer"):
        shown["permissions"] = [permission_resource(world, permission) for permission in permissions]
    return shown


def _content(world: World, file: File) -> Json:
    """What the bytes tell; Docs editors files have no checksum and no revision here."""
    if file.mime_type == SHORTCUT:
        target = world.drive.files.get(file.shortcut_to)
        details = {"targetId": file.shortcut_to, "targetMimeType": target.mime_type if target else ""}
        if target and target.resource_key:
            details["targetResourceKey"] = target.resource_key
        return {"shortcutDetails": details}
    if not file.binary:
        links = {
            mime: f"https://docs.google.com/feeds/download/documents/export/Export?id={file.id}&exportFormat={kind}"
            for mime, kind in exports(file.mime_type).items()
        }
        return {"exportLinks": links, "size": str(max(1024, len(file.data)))} if links else {}
    md5, sha1, sha256 = _checksums(file.data)
    extension = file.name.rpartition(".")[2] if "." in file.name else ""
    return {
        "size": str(len(file.data)),
        "quotaBytesUsed": str(len(file.data)),
        "md5Checksum": md5,
        "sha1Checksum": sha1,
        "sha256Checksum": sha256,
        "headRevisionId": file.revision,
        "originalFilename": file.name,
        "fileExtension": extension,
        "fullFileExtension": extension,
        "webContentLink": f"https://drive.google.com/uc?id={file.id}&export=download",
    }


@lru_cache(maxsize=8192)
def _checksums(data: bytes) -> tuple[str, str, str]:
    md5, sha1 = hashlib.md5(data, usedforsecurity=False), hashlib.sha1(data, usedforsecurity=False)
    return md5.hexdigest(), sha1.hexdigest(), hashlib.sha256(data).hexdigest()


def may_download(file: File, role: str) -> bool:
    return file.mime_type not in (FOLDER, FORM, SHORTCUT) and (file.viewers_may_download or at_least(role, "writer"))


def capabilities(file: File, role: str) -> Json:
    """What the holder of *role* may do; the list is Google's, cut to what a client may ask about evidence."""
    writes, manages = at_least(role, "writer"), at_least(role, "fileOrganizer")
    folder = file.mime_type == FOLDER
    return {
        "canAddChildren": folder and writes,
        "canComment": at_least(role, "commenter"),
        "canCopy": not folder and (file.viewers_may_download or writes),
        "canDelete": role == "owner" or (bool(file.drive_id) and at_least(role, "organizer")),
        "canDownload": may_download(file, role),
        "canEdit": writes,
        "canListChildren": folder,
        "canModifyContent": writes,
        "canReadRevisions": writes and not folder,
        "canRename": writes,
        "canShare": writes,
        "canTrash": manages,
        "canUntrash": manages,
    }
