"""Drive through Google's own client, over HTTP."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import googleapiclient.errors
import pytest
from cast import BADGES, OWNER, TEACHER
from googleapiclient.http import MediaIoBaseDownload

from bridge.sandbox.drive_state import DOCUMENT, File, new_file, new_shared_drive, share
from bridge.sandbox.seed import plant
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import World

Client = Callable[..., Any]


@pytest.fixture
def photo(world: World) -> File:
    file = new_file(world, TEACHER, "Übung 1.jpg", "image/jpeg", b"\xff\xd8" + bytes(range(256)) * 40)
    share(world, file.id, BADGES)
    return file


def test_without_fields_drive_says_little(photo: File, client: Client) -> None:
    files = client("drive", "v3", BADGES).files()
    assert set(files.get(fileId=photo.id).execute()) == {"kind", "id", "name", "mimeType"}
    listed = files.list(q="name contains 'übung'").execute()
    assert [set(file) for file in listed["files"]] == [{"kind", "id", "name", "mimeType"}]
    told = files.get(fileId=photo.id, fields="size,owners(emailAddress),capabilities/canDownload").execute()
    assert told == {
        "size": str(len(photo.data)),
        "owners": [{"emailAddress": TEACHER}],
        "capabilities": {"canDownload": True},
    }


def test_download_in_pieces_and_export(world: World, photo: File, client: Client) -> None:
    doc = new_file(world, BADGES, "Criteria", DOCUMENT, b"# Criteria\n\n- One")
    files = client("drive", "v3", BADGES).files()
    out = io.BytesIO()
    download = MediaIoBaseDownload(out, files.get_media(fileId=photo.id), chunksize=4096)
    while not download.next_chunk()[1]:
        pass
    assert out.getvalue() == photo.data
    assert files.export(fileId=doc.id, mimeType="text/markdown").execute() == doc.data
    with pytest.raises(googleapiclient.errors.HttpError, match="Only files with binary content") as caught:
        files.get_media(fileId=doc.id).execute()
    assert caught.value.error_details[0]["reason"] == "fileNotDownloadable"


def test_a_batch_sorts_what_opens_from_what_does_not(world: World, photo: File, client: Client) -> None:
    private = new_file(world, TEACHER, "private.pdf", "application/pdf", b"%PDF")
    keyed = new_file(world, TEACHER, "keyed.pdf", "application/pdf", b"%PDF")
    keyed.resource_key = "0-old"
    share(world, keyed.id, "anyone")
    service = client("drive", "v3", BADGES)
    opened: dict[str, Any] = {}
    refused: dict[str, Any] = {}

    def heard(file_id: str, answer: Any, error: Any) -> None:
        (refused if error else opened)[file_id] = error or answer

    batch = service.new_batch_http_request(callback=heard)
    for file in (photo, private, keyed):
        request = service.files().get(fileId=file.id, fields="id,trashed", supportsAllDrives=True)
        request.headers["X-Goog-Drive-Resource-Keys"] = f"{keyed.id}/0-old"
        batch.add(request, request_id=file.id)
    batch.execute()
    assert opened == {file.id: {"id": file.id, "trashed": False} for file in (photo, keyed)}
    assert refused[private.id].resp.status == 404


def test_sharing_and_taking_away(photo: File, client: Client) -> None:
    teacher, owner = client("drive", "v3", TEACHER), client("drive", "v3", OWNER)
    body = {"type": "user", "role": "reader", "emailAddress": OWNER}
    made = teacher.permissions().create(fileId=photo.id, body=body, sendNotificationEmail=False).execute()
    assert set(made) == {"kind", "id", "type", "role"}
    assert owner.files().get(fileId=photo.id).execute()["name"] == photo.name
    assert teacher.permissions().delete(fileId=photo.id, permissionId=made["id"]).execute() == ""
    with pytest.raises(googleapiclient.errors.HttpError, match="File not found"):
        owner.files().get(fileId=photo.id).execute()


def test_the_robot_freezes_evidence_in_a_shared_drive_only(
    sandbox: Sandbox, photo: File, client: Client, key: dict[str, Any]
) -> None:
    robot = key["client_email"]
    share(sandbox.world, photo.id, robot)
    frozen = new_shared_drive(sandbox.world, "Frozen evidence", [robot])
    files = client("drive", "v3").files()
    with pytest.raises(googleapiclient.errors.HttpError, match="do not have storage quota") as caught:
        files.copy(fileId=photo.id, body={}).execute()
    assert (caught.value.resp.status, caught.value.error_details[0]["domain"]) == (403, "usageLimits")
    copy = files.copy(
        fileId=photo.id, body={"parents": [frozen.id]}, supportsAllDrives=True, fields="md5Checksum,driveId"
    )
    assert copy.execute()["driveId"] == frozen.id


def test_the_seeded_programme_is_read_by_the_mailbox_it_acts_for(client: Client, sandbox: Sandbox) -> None:
    world = sandbox.world
    world.people.clear()
    programme = plant(world)
    sheets, forms, drive = (client(*api, BADGES) for api in (("sheets", "v4"), ("forms", "v1"), ("drive", "v3")))
    rows = (
        sheets.spreadsheets().values().get(spreadsheetId=programme.spreadsheet_id, range="Badges").execute()["values"]
    )
    assert [row[0] for row in rows[1:]] == [badge.key for badge in programme.badges]
    assert forms.forms().get(formId=programme.form_id).execute()["info"]["title"] == "Request a micro-credential"
    found = (
        drive.files().list(q=f"'{programme.folder_id}' in parents and mimeType = 'image/png'", orderBy="name").execute()
    )
    assert {file["id"] for file in found["files"]} == set(programme.artwork.values())
