"""Drive v3: who sees what, what a search finds, what a file becomes. Every answer is held against Google's document."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from bridge.sandbox import drive, drive_permissions
from bridge.sandbox.api import HANDLERS, ApiError, Call, Caller, Media
from bridge.sandbox.contract import check_response
from bridge.sandbox.documents import load
from bridge.sandbox.drive_export import exports
from bridge.sandbox.drive_state import (
    DOCUMENT,
    FOLDER,
    SHORTCUT,
    File,
    new_file,
    new_shared_drive,
    share,
    touch,
    unshare,
)
from bridge.sandbox.state import Person, World

ROBOT = "badges@project.iam.gserviceaccount.com"
ANN, COACH, OUTSIDER = "ann@district.example", "coach@district.example", "outsider@elsewhere.example"


@pytest.fixture
def world() -> World:
    world = World()
    world.people = {email: Person(email, email.partition("@")[0].title()) for email in (ANN, COACH)}
    return world


def call(
    world: World,
    method: str,
    *,
    who: str = ANN,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    media: Media | None = None,
    **params: Any,
) -> Any:
    """Call a handler as the server would, and check its answer as the server does."""
    caller = Caller(who, ROBOT, frozenset())
    answer = HANDLERS[method](Call(world, caller, method, params, body or {}, headers or {}, media))
    if not isinstance(answer, Media):
        assert check_response(load().methods[method], answer) == []
    return answer


def refusal(world: World, method: str, **args: Any) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        call(world, method, **args)
    return caught.value.status, caught.value.reason


def photo(world: World, **args: Any) -> File:
    return new_file(world, ANN, "photo.jpg", "image/jpeg", b"\xff\xd8pixels", **args)


def names(world: World, q: str = "", /, **params: Any) -> list[str]:
    return [file["name"] for file in call(world, "drive.files.list", q=q, **params)["files"]]


def test_every_default_projection_belongs_to_a_handler() -> None:
    assert drive_permissions.__name__
    assert set(drive.DEFAULT_FIELDS) <= set(HANDLERS)


class TestWhoSeesWhat:
    def test_what_is_not_shared_is_as_absent_as_what_never_was(self, world: World) -> None:
        file = photo(world)
        for file_id in (file.id, "1no-such-file"):
            with pytest.raises(ApiError, match=f"File not found: {file_id}\\.") as caught:
                call(world, "drive.files.get", who=COACH, fileId=file_id)
            assert (caught.value.status, caught.value.reason) == (404, "notFound")
        share(world, file.id, COACH.upper(), "reader")
        assert call(world, "drive.files.get", who=COACH, fileId=file.id)["name"] == "photo.jpg"
        assert unshare(world, file.id, COACH)
        assert refusal(world, "drive.files.get", who=COACH, fileId=file.id) == (404, "notFound")

    def test_a_domain_link_opens_for_members_and_not_for_the_robot(self, world: World) -> None:
        file = photo(world)
        share(world, file.id, world.domain)
        assert call(world, "drive.files.get", who=COACH, fileId=file.id)["shared"]
        assert refusal(world, "drive.files.get", who=ROBOT, fileId=file.id) == (404, "notFound")
        share(world, file.id, "anyone")
        assert call(world, "drive.files.get", who=ROBOT, fileId=file.id)["id"] == file.id

    def test_a_link_with_a_resource_key_opens_only_with_it(self, world: World) -> None:
        file = photo(world)
        file.resource_key = "0-abc"
        share(world, file.id, "anyone")
        assert refusal(world, "drive.files.get", who=ROBOT, fileId=file.id) == (404, "notFound")
        keys = {"x-goog-drive-resource-keys": f"1other/0-x, {file.id}/0-abc"}
        assert call(world, "drive.files.get", who=ROBOT, fileId=file.id, headers=keys)["resourceKey"] == "0-abc"

    def test_a_shared_drive_is_hidden_from_clients_that_do_not_ask(self, world: World) -> None:
        root = new_shared_drive(world, "Evidence", [ANN, ROBOT])
        file = photo(world, parents=[root.id])
        assert refusal(world, "drive.files.get", who=ROBOT, fileId=file.id) == (404, "notFound")
        seen = call(world, "drive.files.get", who=ROBOT, fileId=file.id, supportsAllDrives=True)
        assert seen["driveId"] == root.id
        assert "owners" not in seen
        assert "permissions" not in seen
        assert names(world) == []
        assert names(world, includeItemsFromAllDrives=True, supportsAllDrives=True) == ["photo.jpg"]
        assert call(world, "drive.drives.list", who=ROBOT)["drives"][0]["name"] == "Evidence"

    def test_a_folder_opens_what_is_in_it(self, world: World) -> None:
        folder = new_file(world, COACH, "Uploads", FOLDER)
        file = photo(world, parents=[folder.id])
        seen = call(world, "drive.files.get", who=COACH, fileId=file.id)
        assert seen["capabilities"]["canEdit"]
        assert not seen["ownedByMe"]
        assert seen["parents"] == [folder.id]
        assert "parents" in call(world, "drive.files.get", who=ANN, fileId=file.id)
        assert call(world, "drive.files.get", who=ANN, fileId=file.id)["parents"] == []  # not her folder

    def test_permissions_are_told_to_those_who_may_share(self, world: World) -> None:
        file = photo(world)
        share(world, file.id, COACH, "reader")
        assert "permissions" not in call(world, "drive.files.get", who=COACH, fileId=file.id)
        assert [one["role"] for one in call(world, "drive.files.get", fileId=file.id)["permissions"]] == [
            "owner",
            "reader",
        ]


class TestWhatAFileTells:
    def test_only_binary_content_has_checksums_and_a_revision(self, world: World) -> None:
        file, doc = photo(world), new_file(world, ANN, "Reflection", DOCUMENT, b"# What changed")
        told = call(world, "drive.files.get", fileId=file.id)
        assert told["md5Checksum"] == hashlib.md5(file.data, usedforsecurity=False).hexdigest()
        assert told["sha256Checksum"] == hashlib.sha256(file.data).hexdigest()
        assert told["size"] == str(len(file.data))
        assert not {"md5Checksum", "sha256Checksum", "headRevisionId"} & set(
            call(world, "drive.files.get", fileId=doc.id)
        )
        touch(world, file, COACH, data=b"other pixels")
        later = call(world, "drive.files.get", fileId=file.id)
        assert later["headRevisionId"] != told["headRevisionId"]
        assert int(later["version"]) > int(told["version"])
        assert later["lastModifyingUser"]["emailAddress"] == COACH

    def test_the_trash_of_a_folder_is_the_trash_of_its_files(self, world: World) -> None:
        folder = new_file(world, ANN, "Old", FOLDER)
        file = photo(world, parents=[folder.id])
        folder.trashed = True
        seen = call(world, "drive.files.get", fileId=file.id)
        assert (seen["trashed"], seen["explicitlyTrashed"]) == (True, False)

    def test_a_shortcut_names_its_target(self, world: World) -> None:
        file, shortcut = photo(world), new_file(world, ANN, "short", SHORTCUT)
        shortcut.shortcut_to, file.resource_key = file.id, "0-key"
        details = call(world, "drive.files.get", fileId=shortcut.id)["shortcutDetails"]
        assert details == {"targetId": file.id, "targetMimeType": "image/jpeg", "targetResourceKey": "0-key"}

    @pytest.mark.parametrize(
        ("mime", "start"),
        [
            (DOCUMENT, "https://docs.google.com/document/d/ID/edit"),
            ("application/vnd.google-apps.presentation", "https://docs.google.com/presentation/d/ID/edit"),
            ("application/vnd.google-apps.form", "https://docs.google.com/forms/d/ID/edit"),
            (FOLDER, "https://drive.google.com/drive/folders/ID"),
            ("video/mp4", "https://drive.google.com/file/d/ID/view"),
        ],
    )
    def test_the_link_suits_the_kind(self, world: World, mime: str, start: str) -> None:
        new_file(world, ANN, "x", mime, file_id="ID")
        assert call(world, "drive.files.get", fileId="ID")["webViewLink"].startswith(start)


class TestContent:
    def test_download(self, world: World) -> None:
        file, doc = photo(world), new_file(world, ANN, "Doc", DOCUMENT, b"text")
        answer = call(world, "drive.files.get", fileId=file.id, alt="media")
        assert (answer.content_type, answer.data) == ("image/jpeg", file.data)
        assert refusal(world, "drive.files.get", fileId=doc.id, alt="media") == (403, "fileNotDownloadable")
        share(world, file.id, COACH, "reader")
        file.viewers_may_download = False
        assert refusal(world, "drive.files.get", who=COACH, fileId=file.id, alt="media") == (403, "cannotDownloadFile")

    def test_export(self, world: World) -> None:
        doc = new_file(world, ANN, "Doc", DOCUMENT, "# Größe\n\nI **changed** (it)\\.\n\n- one\n- two".encode())
        exported = {mime: self.export(world, doc, mime) for mime in exports(DOCUMENT)}
        assert exported["text/markdown"] == doc.data
        assert exported["text/plain"].decode("utf-8-sig").startswith("Größe\n\nI changed")
        assert b"<h1>Gr\xc3\xb6\xc3\x9fe</h1><p>I <b>changed</b>" in exported["text/html"]
        assert b"<ul><li>one</li><li>two</li></ul>" in exported["text/html"]
        assert exported["application/pdf"].startswith(b"%PDF-1.4")
        assert b"(I changed \\(it\\)\\\\.) Tj" in exported["application/pdf"]

    def export(self, world: World, doc: File, mime: str) -> bytes:
        answer = call(world, "drive.files.export", fileId=doc.id, mimeType=mime)
        assert answer.content_type == mime
        assert isinstance(answer.data, bytes)
        return answer.data

    def test_what_can_not_be_exported(self, world: World) -> None:
        doc = new_file(world, ANN, "Doc", DOCUMENT, b"x" * (10 * 1024 * 1024 + 1))
        pdf = "application/pdf"
        assert refusal(world, "drive.files.export", fileId=photo(world).id, mimeType=pdf) == (403, "fileNotExportable")
        assert refusal(world, "drive.files.export", fileId=doc.id, mimeType="image/png") == (400, "badRequest")
        assert refusal(world, "drive.files.export", fileId=doc.id, mimeType="text/markdown") == (
            403,
            "exportSizeLimitExceeded",
        )


class TestSearch:
    def test_pages(self, world: World) -> None:
        for number in range(5):
            new_file(world, ANN, f"lesson {number}", "text/plain")
        first = call(world, "drive.files.list", q="trashed = false", pageSize=3, orderBy="name")
        token = first["nextPageToken"]
        second = call(world, "drive.files.list", q="trashed = false", pageSize=3, orderBy="name", pageToken=token)
        assert [file["name"][-1] for file in first["files"] + second["files"]] == list("01234")
        assert "nextPageToken" not in second
        assert refusal(world, "drive.files.list", q="", pageToken=token) == (400, "invalid")
        assert refusal(world, "drive.files.list", pageToken="rubbish") == (400, "invalid")

    def test_order(self, world: World) -> None:
        for name in ("Lesson 10", "lesson 9", "Aims"):
            new_file(world, ANN, name, "text/plain")
        assert names(world, orderBy="name_natural") == ["Aims", "lesson 9", "Lesson 10"]
        assert names(world, orderBy="name desc") == ["lesson 9", "Lesson 10", "Aims"]
        assert refusal(world, "drive.files.list", orderBy="colour") == (400, "invalid")

    def test_link_sharing_is_found_only_in_a_folder_that_is_named(self, world: World) -> None:
        folder = new_file(world, COACH, "Open", FOLDER)
        new_file(world, COACH, "inside", "text/plain", parents=[folder.id])
        share(world, folder.id, world.domain)
        assert names(world) == []
        assert names(world, f"'{folder.id}' in parents") == ["inside"]

    def test_a_shared_drive_wants_all_its_parameters(self, world: World) -> None:
        root = new_shared_drive(world, "Evidence", [ANN])
        photo(world, parents=[root.id])
        photo(world)
        flags: dict[str, Any] = {"includeItemsFromAllDrives": True, "supportsAllDrives": True}
        assert len(names(world, corpora="drive", driveId=root.id, **flags)) == 1
        assert len(names(world, corpora="allDrives", **flags)) == 2
        for wrong in (
            {"corpora": "drive", **flags},
            {"driveId": root.id, **flags},
            {"corpora": "allDrives"},
            {"includeItemsFromAllDrives": True},
        ):
            assert refusal(world, "drive.files.list", **wrong)[0] == 403


class TestChanges:
    def test_a_service_account_has_no_storage(self, world: World) -> None:
        file = photo(world)
        share(world, file.id, ROBOT, "reader")
        mine = new_file(world, ANN, "Shared with the robot", FOLDER)
        share(world, mine.id, ROBOT, "writer")
        root = new_shared_drive(world, "Evidence", [ROBOT])
        bodies: list[dict[str, Any]] = [{}, {"parents": [mine.id]}]
        for body in bodies:
            assert refusal(world, "drive.files.copy", who=ROBOT, fileId=file.id, body=body) == (
                403,
                "storageQuotaExceeded",
            )
        assert refusal(world, "drive.files.create", who=ROBOT, body={"name": "x"})[1] == "storageQuotaExceeded"
        body = {"parents": [root.id], "name": "frozen"}
        copy = call(world, "drive.files.copy", who=ROBOT, fileId=file.id, body=body, supportsAllDrives=True)
        assert (copy["name"], copy["driveId"], copy["size"]) == ("frozen", root.id, str(len(file.data)))
        assert copy["id"] != file.id

    def test_a_person_copies_into_their_own_drive(self, world: World) -> None:
        file = photo(world)
        share(world, file.id, COACH)
        copy = call(world, "drive.files.copy", who=COACH, fileId=file.id)
        assert (copy["name"], copy["owners"][0]["emailAddress"]) == ("Copy of photo.jpg", COACH)
        file.viewers_may_download = False
        assert refusal(world, "drive.files.copy", who=COACH, fileId=file.id) == (403, "cannotCopyFile")

    def test_create_update_and_delete(self, world: World) -> None:
        folder = call(world, "drive.files.create", body={"name": "F", "mimeType": FOLDER})["id"]
        made = call(world, "drive.files.create", body={"name": "a.txt"}, media=Media("text/plain", b"one"))
        moved = call(
            world,
            "drive.files.update",
            fileId=made["id"],
            addParents=folder,
            body={"name": "b.txt", "trashed": True},
            media=Media("text/plain", b"two"),
        )
        assert (moved["name"], moved["parents"], moved["trashed"]) == ("b.txt", [folder], True)
        assert moved["md5Checksum"] != made["md5Checksum"]
        share(world, made["id"], COACH, "writer")
        assert refusal(world, "drive.files.delete", who=COACH, fileId=made["id"])[1] == "insufficientFilePermissions"
        call(world, "drive.files.delete", fileId=folder)
        assert world.drive.files == {}

    def test_about_wants_its_fields(self, world: World) -> None:
        assert refusal(world, "drive.about.get") == (400, "required")
        told = call(world, "drive.about.get", fields="user")
        assert told["user"]["emailAddress"] == ANN
        assert call(world, "drive.about.get", who=ROBOT, fields="*")["storageQuota"]["limit"] == "0"


class TestPermissions:
    def test_sharing_tells_people_unless_told_not_to(self, world: World) -> None:
        file = photo(world)
        body = {"type": "user", "role": "reader", "emailAddress": COACH}
        made = call(world, "drive.permissions.create", fileId=file.id, body=body)
        assert made["emailAddress"] == COACH
        assert [notice.to for notice in world.drive.notices] == [COACH]
        call(world, "drive.permissions.create", fileId=file.id, body=body, sendNotificationEmail=False)
        assert len(world.drive.notices) == 1
        assert len(call(world, "drive.permissions.list", fileId=file.id)["permissions"]) == 2
        same = call(world, "drive.permissions.get", fileId=file.id, permissionId=made["id"])
        assert same == made
        outside = body | {"emailAddress": OUTSIDER}
        assert refusal(
            world, "drive.permissions.create", fileId=file.id, body=outside, sendNotificationEmail=False
        ) == (400, "invalidSharingRequest")

    def test_readers_neither_see_nor_give(self, world: World) -> None:
        file = photo(world)
        share(world, file.id, COACH, "reader")
        share(world, file.id, "anyone")
        assert refusal(world, "drive.permissions.list", who=COACH, fileId=file.id)[0] == 403
        body = {"type": "anyone", "role": "reader"}
        assert refusal(world, "drive.permissions.create", who=COACH, fileId=file.id, body=body)[0] == 403
        assert refusal(world, "drive.permissions.delete", who=COACH, fileId=file.id, permissionId="anyoneWithLink") == (
            403,
            "insufficientFilePermissions",
        )

    def test_update_and_delete(self, world: World) -> None:
        file = photo(world)
        known = share(world, file.id, COACH).id
        changed = call(world, "drive.permissions.update", fileId=file.id, permissionId=known, body={"role": "writer"})
        assert changed["role"] == "writer"
        call(world, "drive.permissions.delete", fileId=file.id, permissionId=known)
        assert refusal(world, "drive.files.get", who=COACH, fileId=file.id) == (404, "notFound")
        assert refusal(world, "drive.permissions.delete", fileId=file.id, permissionId=known) == (404, "notFound")

    def test_ownership_changes_hands_only_on_purpose(self, world: World) -> None:
        file = photo(world)
        body = {"type": "user", "role": "owner", "emailAddress": COACH}
        assert refusal(world, "drive.permissions.create", fileId=file.id, body=body) == (403, "forbidden")
        call(world, "drive.permissions.create", fileId=file.id, body=body, transferOwnership=True)
        seen = call(world, "drive.files.get", who=COACH, fileId=file.id)
        assert seen["ownedByMe"]
        assert {one["emailAddress"]: one["role"] for one in seen["permissions"]} == {COACH: "owner", ANN: "writer"}

    @pytest.mark.parametrize(
        "body",
        [
            {"role": "reader"},
            {"type": "user", "emailAddress": COACH},
            {"type": "user", "role": "reader"},
            {"type": "user", "role": "king", "emailAddress": COACH},
        ],
    )
    def test_half_a_permission_is_refused(self, world: World, body: dict[str, str]) -> None:
        assert refusal(world, "drive.permissions.create", fileId=photo(world).id, body=body)[0] == 400

    def test_in_a_shared_drive_it_says_where_a_role_comes_from(self, world: World) -> None:
        root = new_shared_drive(world, "Evidence", [ANN])
        file = photo(world, parents=[root.id])
        share(world, file.id, COACH, "reader")
        shown = call(world, "drive.permissions.list", fileId=file.id, supportsAllDrives=True)["permissions"]
        details = {one["emailAddress"]: one["permissionDetails"][0] for one in shown}
        assert details[ANN]["inheritedFrom"] == root.id
        assert not details[COACH]["inherited"]
