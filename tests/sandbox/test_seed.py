"""The seeded programme: complete, openable by those who need it, and pleasant to look at."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import urlsplit

import pytest
from PIL import Image

from bridge.sandbox.drive_state import role_of
from bridge.sandbox.forms import form_json
from bridge.sandbox.seed import QUESTIONS, Programme, plant
from bridge.sandbox.seed_artwork import DESIGNS, badge_png
from bridge.sandbox.seed_evidence import evidence_files
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.shown import formatted
from bridge.sandbox.state import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def programme(world: World) -> Programme:
    return plant(world)


def test_the_form_asks_for_all_that_the_programme_needs(world: World, programme: Programme) -> None:
    form = form_json(world.forms.forms[programme.form_id])
    assert form["settings"]["emailCollectionType"] == "VERIFIED"
    assert [item["title"] for item in form["items"]] == list(QUESTIONS.values())
    asked = {item["title"]: item["questionItem"]["question"] for item in form["items"]}
    assert programme.questions == {role: asked[title]["questionId"] for role, title in QUESTIONS.items()}
    options = [option["value"] for option in asked["Which badge?"]["choiceQuestion"]["options"]]
    assert options == [badge.name for badge in programme.badges]
    assert asked["Upload evidence"]["fileUploadQuestion"]["folderId"] == programme.upload_folder_id
    assert asked[QUESTIONS["consent"]]["required"]


def test_the_catalogue_stands_in_the_sheet_and_its_artwork_on_drive(world: World, programme: Programme) -> None:
    book = world.sheets.spreadsheets[programme.spreadsheet_id]
    assert [sheet.title for sheet in book.sheets] == ["Badges"]
    sheet = a1.named(book, "Badges")
    assert sheet is not None
    shown = [[formatted(cell) for cell in row] for row in sheet.rows]
    assert len(shown) == 7
    for row, badge in zip(shown[1:], programme.badges, strict=True):
        key, name, description, criteria, link, hours, active, _, *more = [*row, "", "", "", ""][:12]
        assert (key, name, description, active) == (badge.key, badge.name, badge.description, "TRUE")
        assert criteria.splitlines() == [f"* {one}" for one in badge.criteria]
        assert float(hours) == badge.hours
        assert more == [badge.kind, badge.tags, "\n".join(badge.alignment), badge.valid_for]
        assert urlsplit(link).path.split("/")[3] == programme.artwork[badge.key]


def test_who_needs_to_get_in_gets_in(world: World, programme: Programme) -> None:
    files = (programme.form_id, programme.spreadsheet_id, programme.upload_folder_id, *programme.artwork.values())
    for email in (programme.mailbox, programme.robot):
        assert {role_of(world, email, file_id) for file_id in files} == {"writer"}
    for coach in programme.coaches:
        assert role_of(world, coach.email, programme.spreadsheet_id) == "writer"
        assert role_of(world, coach.email, programme.upload_folder_id) == "reader"
    assert role_of(world, programme.teachers[0].email, programme.spreadsheet_id) is None


def test_people_are_many_and_their_names_are_not_all_plain(world: World, programme: Programme) -> None:
    assert (len(programme.coaches), len(programme.teachers)) == (4, 40)
    assert len(world.people) == 46
    assert all(person.email.isascii() and world.is_member(person.email) for person in programme.teachers)
    names = "".join(person.name for person in programme.teachers)
    assert any("\u0590" < letter < "\u05ff" for letter in names)
    assert any("\u0600" < letter < "\u06ff" for letter in names)
    assert "'" in names


def test_the_key_asks_the_sandbox_for_tokens(world: World, programme: Programme) -> None:
    assert programme.key["token_uri"] == "https://oauth2.googleapis.com/token"
    moved = programme.key_for("http://127.0.0.1:8700/")
    assert moved["token_uri"] == "http://127.0.0.1:8700/oauth2.googleapis.com/token"
    assert world.service_accounts[programme.robot].key_id == moved["private_key_id"]


def test_a_second_programme_finds_no_room(world: World, programme: Programme) -> None:
    assert programme.domain == world.domain
    with pytest.raises(ValueError, match="not empty"):
        plant(world)


def test_the_same_seed_plants_the_same_ids(programme: Programme) -> None:
    again = plant(World())
    assert (again.form_id, again.questions, again.artwork) == (
        programme.form_id,
        programme.questions,
        programme.artwork,
    )


class TestArtwork:
    def test_each_badge_has_its_own(self, programme: Programme) -> None:
        assert {badge.key for badge in programme.badges} == set(DESIGNS)
        assert len({badge_png(key) for key in DESIGNS}) == 6

    @pytest.mark.parametrize("key", DESIGNS)
    def test_it_is_square_clear_at_the_edges_and_full_in_the_middle(self, key: str) -> None:
        with Image.open(io.BytesIO(badge_png(key))) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (600, 600))
            alpha = picture.getchannel("A")
            assert {alpha.getpixel(corner) for corner in ((0, 0), (599, 0), (0, 599), (599, 599))} == {0}
            assert alpha.getpixel((300, 300)) == 255
            left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
            assert right - left > 480
            assert bottom - top > 520

    def test_the_bytes_do_not_change(self) -> None:
        key = next(iter(DESIGNS))
        before = badge_png(key)
        badge_png.cache_clear()
        assert badge_png(key) == before


class TestEvidence:
    def test_every_file_is_what_it_says(self) -> None:
        by_mime = {file.mime: file.data for file in evidence_files()}
        assert len(by_mime) == len(evidence_files()) == 8
        for mime in ("image/jpeg", "image/png"):
            with Image.open(io.BytesIO(by_mime[mime])) as picture:
                assert Image.MIME[picture.format or ""] == mime
        assert by_mime["application/pdf"].rstrip().endswith(b"%%EOF")
        assert by_mime["video/mp4"][4:8] == b"ftyp"
        document = next(data for mime, data in by_mime.items() if "wordprocessing" in mime)
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            assert archive.testzip() is None
            assert b"Observation notes" in archive.read("word/document.xml")

    def test_the_bytes_do_not_change(self) -> None:
        before = evidence_files()
        evidence_files.cache_clear()
        assert evidence_files() == before
