"""What people do on Drive by hand."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from bridge.sandbox import drive_acts
from bridge.sandbox.api import ACTS, Act, ApiError, Media
from bridge.sandbox.drive_state import DOCUMENT, FOLDER, role_of
from bridge.sandbox.state import Person, World

ANN, COACH = "ann@district.example", "coach@district.example"


@pytest.fixture
def world() -> World:
    world = World()
    world.people = {email: Person(email, email) for email in (ANN, COACH)}
    return world


def do(world: World, verb: str, path: str, **args: Any) -> Any:
    """Find the act by its path, as the server does, and do it."""
    assert drive_acts.KINDS
    for route in ACTS:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)
        if route.verb == verb and (found := re.fullmatch(pattern, path)):
            return route.do(Act(world, args | found.groupdict()))
    raise AssertionError(f"no act {verb} {path}")


def test_a_file_s_life(world: World) -> None:
    folder = do(world, "POST", "drive/files", owner=ANN, name="Mine", kind="folder")
    assert folder["mimeType"] == FOLDER
    data = base64.b64encode(b"\xff\xd8").decode()
    file = do(world, "POST", "drive/files", owner=ANN, name="me.jpg", base64=data, parent=folder["id"])
    assert (file["mimeType"], file["size"], file["parents"]) == ("image/jpeg", 2, [folder["id"]])
    path = f"drive/files/{file['id']}"
    do(world, "POST", f"{path}/share", **{"with": COACH})
    assert role_of(world, COACH, file["id"]) == "reader"
    assert [one["role"] for one in do(world, "GET", "drive/files", person=COACH)["files"]] == ["reader"]
    assert do(world, "POST", f"{path}/trash")["trashed"]
    assert not do(world, "POST", f"{path}/untrash")["trashed"]
    assert do(world, "POST", f"{path}/rename", name="us.jpg")["name"] == "us.jpg"
    assert do(world, "POST", f"{path}/edit", text="new", by=COACH)["version"] > file["version"]
    assert do(world, "GET", f"{path}/content") == Media("image/jpeg", b"new")
    assert do(world, "POST", f"{path}/move")["parents"] == []
    do(world, "POST", f"{path}/unshare", **{"with": COACH})
    assert role_of(world, COACH, file["id"]) is None
    do(world, "DELETE", path)
    with pytest.raises(ApiError, match="File not found"):
        do(world, "GET", path)


def test_docs_slides_shortcuts_and_shared_drives(world: World) -> None:
    doc = do(world, "POST", "drive/files", owner=ANN, name="Reflection", kind="document", text="# Hello")
    assert doc["mimeType"] == DOCUMENT
    assert do(world, "GET", f"drive/files/{doc['id']}/content") == Media("text/markdown", b"# Hello")
    shortcut = do(world, "POST", "drive/files", owner=COACH, name="s", kind="shortcut", target=doc["id"])
    assert world.drive.files[shortcut["id"]].shortcut_to == doc["id"]
    drive = do(world, "POST", "drive/shared-drives", name="Evidence", organizers=[COACH])
    inside = do(world, "POST", "drive/files", owner=COACH, name="a.pdf", text="x", parent=drive["id"])
    assert (inside["driveId"], inside["owner"]) == (drive["id"], "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"name": "x", "owner": ANN, "base64": "§"}, "base64 can't be read"),
        ({"name": "x", "owner": ANN, "parent": "1nowhere"}, "File not found"),
    ],
)
def test_what_can_not_be_uploaded(world: World, args: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError, match=message):
        do(world, "POST", "drive/files", **args)
    assert world.drive.files == {}


def test_a_wrong_role_or_nobody_to_unshare(world: World) -> None:
    file = do(world, "POST", "drive/files", owner=ANN, name="x", text="x")
    with pytest.raises(ApiError, match="no role 'king'"):
        do(world, "POST", f"drive/files/{file['id']}/share", role="king", **{"with": COACH})
    with pytest.raises(ApiError, match="was not shared with coach"):
        do(world, "POST", f"drive/files/{file['id']}/unshare", **{"with": COACH})
    with pytest.raises(KeyError, match="text"):
        do(world, "POST", f"drive/files/{file['id']}/edit")
