"""What people do on Drive by hand: upload, share, throw away, edit. They act on their own files, so nothing is refused
for a missing role."""

from __future__ import annotations

import base64
import mimetypes

from bridge.sandbox.api import Act, ApiError, Json, Media, act
from bridge.sandbox.drive import delete_for_good
from bridge.sandbox.drive_access import not_found
from bridge.sandbox.drive_resource import effective_permissions, permission_resource, web_link
from bridge.sandbox.drive_state import (
    DOCUMENT,
    FOLDER,
    PRESENTATION,
    ROLES,
    SHORTCUT,
    File,
    in_trash,
    new_file,
    new_shared_drive,
    role_of,
    share,
    touch,
    unshare,
)
from bridge.sandbox.state import World

#: What may stand for a MIME type in an act.
KINDS = {"document": DOCUMENT, "presentation": PRESENTATION, "folder": FOLDER, "shortcut": SHORTCUT}


@act(
    "POST",
    "drive/files",
    "Upload or make a file: {owner, name, mime | kind (document, presentation, folder, shortcut), text | base64, "
    "parent, target (of a shortcut), resource_key, viewers_may_download}.",
)
def upload(act: Act) -> Json:
    args, world = act.args, act.world
    mime = args.get("mime") or KINDS.get(args.get("kind", "")) or mimetypes.guess_type(args["name"])[0]
    for needed in filter(None, (args.get("parent"), args.get("target"))):
        _file(world, needed)
    parents = [args["parent"]] if args.get("parent") else []
    data = _content(act) or b""
    file = new_file(world, args["owner"], args["name"], mime or "application/octet-stream", data, parents)
    file.shortcut_to = args.get("target", "")
    file.resource_key = args.get("resource_key", "")
    file.viewers_may_download = args.get("viewers_may_download", True)
    return told(world, file)


@act("POST", "drive/shared-drives", "Make a shared drive: {name, organizers: [address, …]}.")
def make_shared_drive(act: Act) -> Json:
    return told(act.world, new_shared_drive(act.world, act.args["name"], act.args["organizers"]))


@act("GET", "drive/files", "The files that a person finds: ?person=address.")
def list_for(act: Act) -> Json:
    person, world = act.args["person"], act.world
    roles = {file.id: role_of(world, person, file.id, by_link=False) for file in world.drive.files.values()}
    found = [world.drive.files[file_id] for file_id, role in roles.items() if role is not None]
    return {"files": [told(world, file) | {"role": roles[file.id]} for file in found]}


@act("GET", "drive/files/{file_id}", "One file as it is, with all who may open it.")
def show(act: Act) -> Json:
    return told(act.world, _file(act.world, act.args["file_id"]))


@act("GET", "drive/files/{file_id}/content", "The bytes of a file; of Docs and Slides their Markdown.")
def content(act: Act) -> Media:
    file = _file(act.world, act.args["file_id"])
    return Media(file.mime_type if file.binary else "text/markdown", file.data)


@act("POST", "drive/files/{file_id}/share", 'Share: {with: address | domain | "anyone", role (default reader)}.')
def share_file(act: Act) -> Json:
    file, role = _file(act.world, act.args["file_id"]), act.args.get("role", "reader")
    if role not in ROLES:
        raise ApiError(400, "invalid", f"There is no role {role!r} on Drive, only {', '.join(ROLES)}.")
    share(act.world, file.id, act.args["with"], role)
    return told(act.world, file)


@act("POST", "drive/files/{file_id}/unshare", 'Take the role away again: {with: address | domain | "anyone"}.')
def unshare_file(act: Act) -> Json:
    file = _file(act.world, act.args["file_id"])
    if not unshare(act.world, file.id, act.args["with"]):
        raise ApiError(404, "notFound", f"{file.name} was not shared with {act.args['with']}.")
    return told(act.world, file)


@act("POST", "drive/files/{file_id}/trash", "Throw into the trash.")
def trash(act: Act) -> Json:
    return _changed(act, trashed=True)


@act("POST", "drive/files/{file_id}/untrash", "Take out of the trash.")
def untrash(act: Act) -> Json:
    return _changed(act, trashed=False)


@act("DELETE", "drive/files/{file_id}", "Delete for good, a folder with its owner's files in it.")
def delete(act: Act) -> Json:
    delete_for_good(act.world, _file(act.world, act.args["file_id"]))
    return {}


@act("POST", "drive/files/{file_id}/edit", "Change the content: {text | base64, by (default: the owner)}.")
def edit(act: Act) -> Json:
    file, data = _file(act.world, act.args["file_id"]), _content(act)
    if data is None:
        raise KeyError("text")
    touch(act.world, file, _by(act, file), data=data)
    return told(act.world, file)


@act("POST", "drive/files/{file_id}/rename", "Give another name: {name, by}.")
def rename(act: Act) -> Json:
    file = _file(act.world, act.args["file_id"])
    file.name = act.args["name"]
    touch(act.world, file, _by(act, file))
    return told(act.world, file)


@act("POST", "drive/files/{file_id}/move", "Put into another folder: {parent}, or into none without it.")
def move(act: Act) -> Json:
    file, parent = _file(act.world, act.args["file_id"]), act.args.get("parent", "")
    file.parents = [_file(act.world, parent).id] if parent else []
    touch(act.world, file, _by(act, file))
    return told(act.world, file)


@act("GET", "drive/notices", "The mails in which Drive told people that a file was shared with them.")
def notices(act: Act) -> Json:
    sent = act.world.drive.notices
    return {"notices": [{"to": one.to, "by": one.by, "fileId": one.file_id, "message": one.message} for one in sent]}


def told(world: World, file: File) -> Json:
    """A file in few words, for people and tests."""
    return {
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "link": web_link(file),
        "owner": file.owner,
        "parents": file.parents,
        "driveId": file.drive_id,
        "trashed": in_trash(world, file),
        "version": file.version,
        "modified": file.modified,
        "size": len(file.data),
        "permissions": [permission_resource(world, permission) for permission in effective_permissions(world, file)],
    }


def _file(world: World, file_id: str) -> File:
    if (file := world.drive.files.get(file_id)) is None:
        raise not_found(file_id)
    return file


def _content(act: Act) -> bytes | None:
    if "base64" in act.args:
        try:
            return base64.b64decode(act.args["base64"], validate=True)
        except ValueError as error:
            raise ApiError(400, "invalid", f"base64 can't be read: {error}.") from None
    text = act.args.get("text")
    return text.encode() if isinstance(text, str) else None


def _changed(act: Act, *, trashed: bool) -> Json:
    file = _file(act.world, act.args["file_id"])
    file.trashed = trashed
    file.version += 1
    return told(act.world, file)


def _by(act: Act, file: File) -> str:
    return str(act.args.get("by") or file.owner)
