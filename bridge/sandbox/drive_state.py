"""Files, folders and who may open them. Forms and spreadsheets are files too: their access is decided here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.sandbox.state import World

GOOGLE = "application/vnd.google-apps."  # what begins so has no bytes of its own
FOLDER = GOOGLE + "folder"
FORM = GOOGLE + "form"
SPREADSHEET = GOOGLE + "spreadsheet"
DOCUMENT = GOOGLE + "document"
PRESENTATION = GOOGLE + "presentation"
SHORTCUT = GOOGLE + "shortcut"

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
    viewers_may_download: bool = True  # False: copyRequiresWriterPermission

    @property
    def binary(self) -> bool:
        return not self.mime_type.startswith(GOOGLE)


@dataclass(slots=True)
class ShareNotice:
    """The mail that Drive sends to somebody who was given a file."""

    to: str
    by: str
    file_id: str
    message: str


@dataclass(slots=True)
class Drive:
    files: dict[str, File] = field(default_factory=dict)
    shared_drives: dict[str, str] = field(default_factory=dict)  # id → name; its root folder is the file of the same id
    notices: list[ShareNotice] = field(default_factory=list)


def new_file(
    world: World,
    owner: str,
    name: str,
    mime: str,
    data: bytes = b"",
    parents: Sequence[str] = (),
    *,
    file_id: str = "",
    made_by: str = "",
) -> File:
    """Put a file on Drive and return it.

    In a shared drive (some parent lies in one) nobody owns it and *owner* counts as its maker. *data* is Markdown for
    Docs and Slides. Raises KeyError for an unknown parent.
    """
    now = world.clock.stamp()
    drive_id = next((world.drive.files[parent].drive_id for parent in parents), "")
    maker = (made_by or owner).lower()
    file = File(
        id=file_id or world.new_id(),
        name=name,
        mime_type=mime,
        owner="" if drive_id else owner.lower(),
        created=now,
        modified=now,
        parents=list(parents),
        data=data,
        drive_id=drive_id,
        last_modified_by=maker,
    )
    if file.binary:
        file.revision = world.new_id("0B", 52)
    world.drive.files[file.id] = file
    return file


def new_shared_drive(world: World, name: str, organizers: Sequence[str]) -> File:
    """Make a shared drive; return its root folder, whose id is the drive's."""
    root = new_file(world, "", name, FOLDER, file_id=world.new_id("0A", 17) + "PVA")
    root.drive_id = root.id
    world.drive.shared_drives[root.id] = name
    for email in organizers:
        share(world, root.id, email, "organizer")
    return root


def share(world: World, file_id: str, whom: str, role: str = "reader", *, view: str = "") -> Permission:
    """Give *whom* (an address, a domain, or "anyone" = with the link) a role; return the permission, new or changed.

    Raises KeyError for an unknown file and ValueError for an unknown role.
    """
    if role not in ROLES:
        raise ValueError(f"no role {role!r} on Drive")
    file = world.drive.files[file_id]
    wanted = _permission(whom.lower(), role, view)
    kept = [had for had in file.permissions if (had.id, had.view) != (wanted.id, wanted.view)]
    file.permissions = [*kept, wanted]
    file.version += 1
    return wanted


def unshare(world: World, file_id: str, whom: str) -> bool:
    """Take every role on this file from *whom* (an address, a domain, "anyone"); say whether there was one."""
    file = world.drive.files[file_id]
    gone = _permission(whom.lower(), "reader", "").id
    before = len(file.permissions)
    file.permissions = [permission for permission in file.permissions if permission.id != gone]
    if len(file.permissions) == before:
        return False
    file.version += 1
    return True


def permission_id(whom: str) -> str:
    """The id that Google gives an address, a domain ("…k") or everybody with the link: the same on every file."""
    if whom == "anyone":
        return "anyoneWithLink"
    digits = str(int.from_bytes(hashlib.sha256(whom.lower().encode()).digest()[:8], "big") % 10**20).zfill(20)
    return digits if "@" in whom else digits + "k"


def _permission(whom: str, role: str, view: str) -> Permission:
    kind = "anyone" if whom == "anyone" else "user" if "@" in whom else "domain"
    return Permission(
        id=permission_id(whom),
        type=kind,
        role=role,
        email=whom if kind == "user" else "",
        domain=whom if kind == "domain" else "",
        view=view,
    )


def touch(world: World, file: File, by: str, *, data: bytes | None = None) -> None:
    """Note a change by *by*: a higher version, a new time and, with new *data*, a new revision of binary content."""
    file.version += 1
    file.modified = world.clock.stamp()
    file.last_modified_by = by.lower()
    if data is not None:
        file.data = data
        if file.binary:
            file.revision = world.new_id("0B", 52)


def in_trash(world: World, file: File) -> bool:
    """Say whether the file or a folder above it was thrown away."""
    return file.trashed or any(above.trashed for above in ancestors(world, file))


def ancestors(world: World, file: File) -> Iterator[File]:
    """Yield the folders above, nearest first, up to the root of a shared drive."""
    for parent_id in file.parents:
        if (parent := world.drive.files.get(parent_id)) is not None:
            yield parent
            yield from ancestors(world, parent)


def children(world: World, file_id: str) -> list[File]:
    return [file for file in world.drive.files.values() if file_id in file.parents]


def role_of(world: World, email: str, file_id: str, *, resource_key: str = "", by_link: bool = True) -> str | None:
    """Return the strongest role that *email* has on the file, or None: then Google says 404.

    Asks the file and its parents. "Anyone in the domain with the link" counts for members of the domain only, so a
    plain service account sees nothing; a file with a resource key opens by link only to who brings it. *by_link*
    False asks for what was given to this person alone: what a search finds.
    """
    file = world.drive.files.get(file_id)
    if file is None:
        return None
    email = email.lower()
    found = {"owner"} if file.owner == email else set()
    has_key = not file.resource_key or resource_key == file.resource_key
    for permission in file.permissions:
        if _admits(world, permission, email, by_link=by_link and has_key):
            found.add(permission.role)
    for parent in file.parents:
        if (inherited := role_of(world, email, parent, by_link=by_link)) is not None:
            found.add("writer" if inherited == "owner" and file.owner != email else inherited)
    return max(found, key=ROLES.index) if found else None


def _admits(world: World, permission: Permission, email: str, *, by_link: bool) -> bool:
    if permission.view:  # may answer a form, not see how it is made
        return False
    by_link = by_link or permission.discoverable
    match permission.type:
        case "user" | "group":
            return permission.email == email
        case "domain":
            return by_link and world.is_member(email) and permission.domain == world.domain
        case "anyone":
            return by_link
    return False
