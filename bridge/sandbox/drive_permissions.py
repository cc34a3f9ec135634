"""Drive v3: who may open a file, asked and changed by API."""

from __future__ import annotations

from bridge.sandbox.api import Answer, ApiError, Call, Json, on
from bridge.sandbox.drive_access import at_least, enter, no_permission
from bridge.sandbox.drive_resource import effective_permissions, permission_resource
from bridge.sandbox.drive_state import ROLES, File, Permission, ShareNotice, permission_id, share, touch


@on("drive.permissions.list")
def list_permissions(call: Call) -> Answer:
    """All at once: Google pages only in shared drives, at 100."""
    file, _ = enter(call, call.params["fileId"], "writer")
    return {
        "kind": "drive#permissionList",
        "permissions": [_shown(call, file, permission) for permission in effective_permissions(call.world, file)],
    }


@on("drive.permissions.get")
def get_permission(call: Call) -> Answer:
    file, _ = enter(call, call.params["fileId"], "writer")
    return _shown(call, file, _find(call, file, effective_permissions(call.world, file)))


@on("drive.permissions.create")
def create_permission(call: Call) -> Answer:
    """Share. People are told by mail unless sendNotificationEmail is false, which addresses without a Google account
    do not allow (recalled from Drive's answers; taken for such: all outside the domain but gmail.com)."""
    file, role = enter(call, call.params["fileId"], "writer")
    wanted, whom = _asked(call.body)
    notify = call.params.get("sendNotificationEmail", True)
    if call.body["type"] in ("user", "group") and not notify and not _has_google_account(call, whom):
        raise ApiError(
            400,
            "invalidSharingRequest",
            f'Bad Request. User message: "You are trying to invite {whom}. Since there is no Google account associated '
            'with this email address, you must check the "Notify people" box to invite this recipient."',
        )
    if wanted == "owner":
        return _hand_over(call, file, role, whom)
    permission = share(call.world, file.id, whom, wanted, view=call.body.get("view", ""))
    permission.type = call.body["type"]
    permission.discoverable = call.body.get("allowFileDiscovery", False)
    if permission.email and notify:
        message = call.params.get("emailMessage", "")
        call.world.drive.notices.append(ShareNotice(whom, call.caller.email, file.id, message))
    return _shown(call, file, permission)


def _asked(body: Json) -> tuple[str, str]:
    """Return the role and whom it is for; raises ApiError 400 for a body that says neither."""
    kind, role = body.get("type", ""), body.get("role", "")
    if kind not in ("user", "group", "domain", "anyone"):
        raise ApiError(400, "required" if not kind else "invalid", "The permission type field is required.")
    if role not in ROLES:
        raise ApiError(400, "required" if not role else "invalid", "The permission role field is required.")
    whom = {"anyone": "anyone", "domain": body.get("domain", "")}.get(kind, body.get("emailAddress", ""))
    if not whom or (kind in ("user", "group") and "@" not in whom):
        raise ApiError(
            400, "invalid", "The specified emailAddress is invalid or not applicable for the given permission type."
        )
    return role, whom.lower()


def _has_google_account(call: Call, email: str) -> bool:
    return call.world.is_member(email) or email in call.world.service_accounts or email.endswith("@gmail.com")


def _hand_over(call: Call, file: File, role: str, whom: str) -> Json:
    if not call.params.get("transferOwnership"):
        raise ApiError(
            403, "forbidden", "The transferOwnership parameter must be enabled when the permission role is 'owner'."
        )
    if role != "owner" or file.drive_id:
        raise no_permission()
    former, file.owner = file.owner, whom
    share(call.world, file.id, former, "writer")
    touch(call.world, file, former)
    return _shown(call, file, Permission(id=permission_id(whom), type="user", role="owner", email=whom))


@on("drive.permissions.update")
def update_permission(call: Call) -> Answer:
    file, role = enter(call, call.params["fileId"], "writer")
    permission = _find(call, file, file.permissions)
    wanted = call.body.get("role", permission.role)
    if wanted == "owner":
        return _hand_over(call, file, role, permission.email)
    permission.role = wanted
    file.version += 1
    return _shown(call, file, permission)


@on("drive.permissions.delete")
def delete_permission(call: Call) -> Answer:
    """Take a role away; everybody may take away their own."""
    file, role = enter(call, call.params["fileId"])
    permission = _find(call, file, file.permissions)
    if not at_least(role, "writer") and permission.email != call.caller.email.lower():
        raise no_permission()
    file.permissions.remove(permission)
    file.version += 1
    return {}


def _find(call: Call, file: File, among: list[Permission]) -> Permission:
    wanted = call.params["permissionId"]
    for permission in among:
        if permission.id == wanted:
            return permission
    raise ApiError(404, "notFound", f"Permission not found: {wanted}.", location="permissionId")


def _shown(call: Call, file: File, permission: Permission) -> Json:
    """One permission; in a shared drive also where it comes from."""
    shown = permission_resource(call.world, permission)
    if file.drive_id:
        own = any(permission is mine for mine in file.permissions)
        detail = {
            "permissionType": "member" if not own or file.id == file.drive_id else "file",
            "role": permission.role,
            "inherited": not own,
        }
        shown["permissionDetails"] = [detail if own else detail | {"inheritedFrom": file.drive_id}]
    return shown
