"""Files, folders and who may open them. Forms and spreadsheets are files too: their access is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.sandbox.state import World

FOLDER = "application/vnd.google-apps.folder"
FORM = "application/vnd.google-apps.form"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
DOCUMENT = "application/vnd.google-apps.document"

#: Weak to strong; a role includes those before it.
ROLES = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")


@dataclass(slots=True)
class Permission:
    id: str
    type: str  # user, group, domain, anyone
    role: str  # one of ROLES
    email: str = ""  # for user and group, lower case
    domain: str = ""  # for domain
    discoverable: bool = False  # allowFileDiscovery; False = only with the link
    view: str = ""  # "published" for a form's responders


@dataclass(slots=True)
class File:
    id: str
    name: str
    mime_type: str
    owner: str  # address; "" in a shared drive
    created: str  # RFC 3339
    modified: str
    parents: list[str] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    data: bytes = b""  # binary content, or what a Docs editor file exports as text
    drive_id: str = ""  # of the shared drive that holds it
    trashed: bool = False
    version: int = 1
    revision: str = ""  # headRevisionId, binary files only
    resource_key: str = ""  # set: anyone-with-link opens it only with this key
    shortcut_to: str = ""
    last_modified_by: str = ""


@dataclass(slots=True)
class Drive:
    files: dict[str, File] = field(default_factory=dict)
    shared_drives: dict[str, str] = field(default_factory=dict)  # id → name


def role_of(world: World, email: str, file_id: str, *, resource_key: str = "") -> str | None:
    """Return the strongest role that *email* has on the file, or None: then Google says 404.

    Asks the file and its parents. "Anyone in the domain with the link" counts for members of the domain only, so a
    plain service account sees nothing; a file with a resource key opens by link only to who brings it.
    """
    file = world.drive.files.get(file_id)
    if file is None:
        return None
    email = email.lower()
    found = {"owner"} if file.owner.lower() == email else set()
    for permission in file.permissions:
        if _admits(world, permission, email, by_link=not file.resource_key or resource_key == file.resource_key):
            found.add(permission.role)
    for parent in file.parents:
        if (inherited := role_of(world, email, parent)) is not None:
            found.add("writer" if inherited == "owner" and file.owner.lower() != email else inherited)
    return max(found, key=ROLES.index) if found else None


def _admits(world: World, permission: Permission, email: str, *, by_link: bool) -> bool:
    match permission.type:
        case "user" | "group":
            return permission.email == email
        case "domain":
            return by_link and world.is_member(email) and permission.domain == world.domain
        case "anyone":
            return by_link
    return False
