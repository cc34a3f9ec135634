"""The grammar of a Drive search."""

from __future__ import annotations

import pytest

from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_query import parse
from bridge.sandbox.drive_state import DOCUMENT, FOLDER, new_file, share
from bridge.sandbox.state import Person, World

ANN, COACH = "ann@district.example", "coach@district.example"


@pytest.fixture
def world() -> World:
    world = World()
    world.people = {email: Person(email, email) for email in (ANN, COACH)}
    folder = new_file(world, ANN, "Folder", FOLDER, file_id="folder")
    mine = new_file(world, ANN, "Valentine's Day plan.pdf", "application/pdf", parents=[folder.id])
    mine.created = mine.modified = "2026-11-01T10:00:00.000Z"
    doc = new_file(world, COACH, "HelloWorld", DOCUMENT, b"group work changed")
    doc.created, doc.modified = "2026-11-02T10:00:00.000Z", "2026-11-03T10:00:00.000Z"
    doc.trashed = True
    share(world, doc.id, ANN, "writer")
    return world


def found(world: World, q: str) -> str:
    """Tell the first letters of the files that match, as a word."""
    query = parse(q)
    return "".join(sorted(file.name[0] for file in world.drive.files.values() if query.matches(world, ANN, file)))


@pytest.mark.parametrize(
    ("q", "letters"),
    [
        ("", "FHV"),
        ("'folder' in parents", "V"),
        ("'root' in parents", "F"),
        (r"name = 'valentine\'s day plan.PDF'", "V"),
        (r"name != 'Valentine\'s Day plan.pdf'", "FH"),
        ("name contains 'Hello'", "H"),
        ("name contains 'World'", ""),
        ("name contains 'day val'", "V"),
        ("fullText contains 'group'", "H"),
        ("fullText contains 'grou'", ""),
        ("fullText contains '\"group work\"'", "H"),
        ("mimeType = 'application/pdf'", "V"),
        (f"mimeType != '{FOLDER}'", "HV"),
        ("mimeType contains 'application/vnd.google-apps.'", "FH"),
        ("trashed = true", "H"),
        ("trashed=false", "FV"),
        ("trashed != true", "FV"),
        ("not trashed = true and mimeType = 'application/pdf'", "V"),
        ("modifiedTime < '2026-11-03T10:00:00' and modifiedTime >= '2026-11-01T11:00:00+01:00'", "V"),
        ("createdTime > '2026-11-01T23:00:00-10:00'", "FH"),
        ("createdTime = '2026-11-02T10:00:00Z'", "H"),
        ("'ANN@district.example' in owners", "FV"),
        ("'me' in owners", "FV"),
        ("'ann@district.example' in writers", "H"),
        ("sharedWithMe", "H"),
        ("sharedWithMe = false", "FV"),
        ("trashed = true or mimeType = 'application/pdf' and name contains 'plan'", "V"),
        ("trashed = true or (mimeType = 'application/pdf' and name contains 'plan')", "HV"),
        ("not (trashed = true or mimeType = 'application/pdf')", "F"),
        ("starred = false", "FHV"),
    ],
)
def test_a_search_finds(world: World, q: str, letters: str) -> None:
    assert found(world, q) == letters


@pytest.mark.parametrize(
    "q",
    [
        "name",
        "name =",
        "name = plan",
        "name > 'a'",
        "title = 'x'",
        "trashed = 'true'",
        "(trashed = true",
        "trashed = true)",
        "trashed = true and",
        "name = 'it's'",
        "modifiedTime > 'yesterday'",
        "'x' in cellar",
        "trashed = true trashed = true",
        'name = "x"',
    ],
)
def test_what_google_could_not_read_is_refused(q: str) -> None:
    with pytest.raises(ApiError, match="Invalid Value") as caught:
        parse(q)
    assert (caught.value.status, caught.value.location) == (400, "q")


def test_the_folders_that_a_search_names() -> None:
    assert parse("'a' in parents or ('b' in parents and trashed = false)").folders == {"a", "b"}
