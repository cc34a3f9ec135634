"""What every `EvidenceSource` keeps: the one in memory, and the real one on the sandbox."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Protocol

import pytest
from PIL import Image

from bridge.drive import FAINT, OLD_BADGE, DriveEvidence
from bridge.errors import Refused, TryLater
from bridge.links import find_evidence
from bridge.model import Criteria, Evidence, EvidenceKind, FileAccess
from bridge.openbadges.pictures import picture
from bridge.ports import EvidenceSource
from bridge.sandbox.drive_state import DOCUMENT, FOLDER, SHORTCUT, new_file, new_shared_drive, share, touch, unshare
from tests.contract.workspace import Workspace, staged
from tests.fakes.drive import FakeDrive
from tests.fakes.story import artwork

TEACHER = "t@elsewhere.example"


def item(file_id: str, kind: EvidenceKind = EvidenceKind.DRIVE, key: str = "") -> Evidence:
    return Evidence(1, kind, f"https://drive.google.com/file/d/{file_id}/view", file_id, key)


def link(file_id: str) -> str:
    return f"https://drive.google.com/file/d/{file_id}/view?usp=sharing"


def doc(file_id: str) -> str:
    return f"https://docs.google.com/document/d/{file_id}/edit?tab=t.0"


class Stage(Protocol):
    """Files of teachers, and a bridge that sees what is shared with it. Delegated unless told otherwise."""

    def source(self, *, delegated: bool = True) -> EvidenceSource: ...
    def add(self, name: str, data: bytes = b"x", mime_type: str = "image/jpeg", *, shared: bool = True) -> str: ...
    def share(self, file_id: str) -> None: ...
    def unshare(self, file_id: str) -> None: ...
    def trash(self, file_id: str) -> None: ...
    def edit(self, file_id: str, data: bytes) -> None: ...
    def shortcut(self, name: str, target: str) -> str: ...


class FakeStage:
    def __init__(self) -> None:
        self.drive = FakeDrive()
        self.add = self.drive.add
        self.share, self.unshare, self.trash = self.drive.share, self.drive.unshare, self.drive.trash
        self.edit, self.shortcut = self.drive.edit, self.drive.shortcut

    def source(self, *, delegated: bool = True) -> EvidenceSource:
        self.drive.delegated = delegated
        return self.drive


class SandboxStage:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.world = workspace.sandbox.world
        self.see = (workspace.programme.mailbox, workspace.programme.robot)

    def source(self, *, delegated: bool = True) -> DriveEvidence:
        return DriveEvidence(self.workspace.reach(self.see[0] if delegated else ""))

    def add(self, name: str, data: bytes = b"x", mime_type: str = "image/jpeg", *, shared: bool = True) -> str:
        file_id = new_file(self.world, TEACHER, name, mime_type, data).id
        if shared:
            self.share(file_id)
        return file_id

    def share(self, file_id: str) -> None:
        for who in self.see:
            share(self.world, file_id, who)

    def unshare(self, file_id: str) -> None:
        for who in self.see:
            unshare(self.world, file_id, who)

    def trash(self, file_id: str) -> None:
        self.world.drive.files[file_id].trashed = True

    def edit(self, file_id: str, data: bytes) -> None:
        touch(self.world, self.world.drive.files[file_id], TEACHER, data=data)

    def shortcut(self, name: str, target: str) -> str:
        file_id = self.add(name, b"", SHORTCUT)
        self.world.drive.files[file_id].shortcut_to = target
        return file_id


stage = staged(FakeStage, SandboxStage)


class TestEveryEvidenceSource:
    def test_what_opens_is_told_with_its_content(self, stage: Stage) -> None:
        file_id = stage.add("a \x00 lesson.jpg", b"pixels")
        (facts,) = stage.source().describe([item(file_id)])
        assert (facts.file_id, facts.access, facts.mime_type) == (file_id, FileAccess.OPENS, "image/jpeg")
        assert facts.sha256 == hashlib.sha256(b"pixels").hexdigest()
        assert file_id in facts.url
        assert facts.revision

    def test_another_content_is_another_revision(self, stage: Stage) -> None:
        file_id = stage.add("lesson.jpg", b"pixels")
        (before,) = stage.source().describe([item(file_id)])
        assert stage.source().describe([item(file_id)]) == [before]
        stage.edit(file_id, b"other pixels")
        (after,) = stage.source().describe([item(file_id)])
        assert after.revision != before.revision
        assert after.sha256 != before.sha256

    def test_what_is_not_shared_is_missing_for_a_member_of_the_domain(self, stage: Stage) -> None:
        hidden, shown = stage.add("hidden.jpg", shared=False), stage.add("shown.jpg")
        described = stage.source().describe([item(hidden), item(shown), item("1NowhereNowhereNowhere")])
        assert [facts.access for facts in described] == [FileAccess.MISSING, FileAccess.OPENS, FileAccess.MISSING]
        assert [facts.file_id for facts in described] == [hidden, shown, "1NowhereNowhereNowhere"]
        stage.share(hidden)
        stage.unshare(shown)
        described = stage.source().describe([item(hidden), item(shown)])
        assert [facts.access for facts in described] == [FileAccess.OPENS, FileAccess.MISSING]

    def test_what_a_service_account_does_not_see_somebody_else_may(self, stage: Stage) -> None:
        hidden, shown = stage.add("hidden.jpg", shared=False), stage.add("shown.jpg")
        described = stage.source(delegated=False).describe([item(hidden), item(shown)])
        assert [facts.access for facts in described] == [FileAccess.UNKNOWN, FileAccess.OPENS]

    def test_the_trash(self, stage: Stage) -> None:
        file_id = stage.add("old.jpg")
        stage.trash(file_id)
        assert stage.source().describe([item(file_id)])[0].access is FileAccess.TRASHED

    def test_a_shortcut_tells_of_its_target(self, stage: Stage) -> None:
        target = stage.add("lesson.jpg", b"pixels")
        shortcut = stage.shortcut("short", target)
        hidden = stage.shortcut("to nothing", stage.add("hidden.jpg", shared=False))
        first, second, third = stage.source().describe([item(shortcut), item(target), item(hidden)])
        assert (first.file_id, first.name, first.sha256) == (shortcut, "lesson.jpg", second.sha256)
        assert first.access is FileAccess.OPENS
        assert third.access is FileAccess.MISSING

    def test_each_file_is_told_once_and_other_items_are_left_out(self, stage: Stage) -> None:
        file_id = stage.add("lesson.jpg")
        others = find_evidence("https://example.org/x\nmy classroom")
        described = stage.source().describe([item(file_id, EvidenceKind.UPLOAD), *others, item(file_id)])
        assert [facts.file_id for facts in described] == [file_id]
        assert stage.source().describe([]) == []
        assert stage.source().describe(others) == []

    def test_a_picture(self, stage: Stage) -> None:
        data = artwork()
        file_id = stage.add("first-aid.png", data, "image/png")
        (found,) = stage.source().fetch([link(file_id)])
        assert (found.link, found.problem) == (link(file_id), "")
        assert (found.data, found.sha256) == (data, hashlib.sha256(data).hexdigest())

    @pytest.mark.parametrize("kind", ["png", "svg"])
    def test_somebodys_badge_is_taken_out_of_a_picture(self, stage: Stage, kind: str) -> None:
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
        plain, mime = (artwork(), "image/png") if kind == "png" else (svg, "image/svg+xml")
        old = picture.bake(plain, credential='{"name": "Somebody"}', assertion='{"id": "https://x.example/1"}')
        (found,) = stage.source().fetch([link(stage.add(f"old.{kind}", old, mime))])
        assert (found.data, found.sha256) == (plain, picture.name(plain))
        assert (found.remark, found.problem) == (OLD_BADGE, "")

    def test_a_picture_that_is_lost_where_it_is_small_is_remarked_upon(self, stage: Stage) -> None:
        out = BytesIO()
        Image.new("RGB", (400, 400), "#f4f4e8").save(out, "PNG")
        pale, fine = stage.add("pale.png", out.getvalue(), "image/png"), stage.add("a.png", artwork(), "image/png")
        found = stage.source().fetch([link(pale), link(fine)])
        assert [(one.remark, one.problem) for one in found] == [(FAINT, ""), ("", "")]
        assert found[0].data == out.getvalue()

    def test_an_svg_picture_is_told_apart_by_its_name(self, stage: Stage) -> None:
        data = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
        file_id = stage.add("first-aid.svg", data, "image/svg+xml")
        (found,) = stage.source().fetch([link(file_id)])
        assert (found.data, found.problem) == (data, "")
        assert found.sha256 == f"{hashlib.sha256(data).hexdigest()}.svg"

    def test_what_is_no_picture_for_a_badge_is_a_sentence(self, stage: Stage) -> None:
        data = artwork()
        links = [
            "first-aid.png",
            "https://example.org/a.png",
            link(stage.add("hidden.png", data, "image/png", shared=False)),
            link(stage.add("photo.jpg", b"jpeg", "image/jpeg")),
            link(stage.add("cut.png", data[:500], "image/png")),
            link(stage.add("not.png", b"not a PNG", "image/png")),
            link(stage.add("active.svg", b'<svg viewBox="0 0 9 9" onload="x"/>', "image/svg+xml")),
            link(stage.add("page.svg", b"<html><svg/></html>", "image/svg+xml")),
            link(stage.add("trashed.png", data, "image/png")),
        ]
        stage.trash(links[-1].split("/")[5])
        artworks = stage.source().fetch(links)
        assert [found.link for found in artworks] == links
        assert [(found.sha256, found.data) for found in artworks] == [("", b"")] * len(links)
        assert all(found.problem.endswith(".") for found in artworks)

    def test_nothing_to_fetch(self, stage: Stage) -> None:
        assert stage.source().fetch([]) == []
        assert stage.source().export([]) == []

    def test_a_doc_is_read_once_for_each_revision(self, stage: Stage) -> None:
        file_id = stage.add("Criteria", b"* one\n* two", DOCUMENT)
        (first,) = stage.source().export([Criteria(doc(file_id))])
        assert (first.link, first.text, first.problem) == (doc(file_id), "* one\n* two", "")
        assert stage.source().export([first]) == []
        stage.edit(file_id, "\ufeff# **One**\r\n\n\n\n![][image1]\n\n[image1]: <data:image/png;base64,AA=>\n".encode())
        (second,) = stage.source().export([first])
        assert second.text == "# **One**"
        assert second.revision != first.revision

    def test_a_doc_that_can_not_be_had_is_a_sentence(self, stage: Stage) -> None:
        hidden, binned = stage.add("a", b"x", DOCUMENT, shared=False), stage.add("b", b"x", DOCUMENT)
        stage.trash(binned)
        docs = [hidden, binned, stage.add("c.pdf", b"%PDF", "application/pdf"), "1NowhereNowhereNowhere"]
        found = stage.source().export([Criteria(doc(file_id), "old", "7") for file_id in docs])
        assert [(one.link, one.text) for one in found] == [(doc(file_id), "") for file_id in docs]
        assert all(one.problem.endswith(".") for one in found)


class TestDriveEvidence:
    @pytest.fixture
    def stage(self, workspace: Workspace) -> SandboxStage:
        return SandboxStage(workspace)

    def test_batches_of_a_hundred(self, stage: SandboxStage) -> None:
        items = [item(stage.add(f"{n}.jpg")) for n in range(250)]
        assert len(stage.source().describe([*items, *items])) == 250
        assert stage.workspace.counts() == {"drive.batch": 3}

    def test_no_question_no_call(self, stage: SandboxStage) -> None:
        stage.source().describe(find_evidence("https://example.org/x"))
        stage.source().fetch(["https://example.org/a.png", "nonsense"])
        assert stage.workspace.counts() == {}

    def test_calls_for_docs(self, stage: SandboxStage) -> None:
        docs = [Criteria(doc(stage.add(f"{n}", b"* one", DOCUMENT))) for n in range(3)]
        known = stage.source().export(docs)
        assert stage.workspace.counts() == {"drive.batch": 1, "drive.files.export": 3}
        stage.workspace.sandbox.workspace.calls.clear()
        assert stage.source().export(known) == []
        assert stage.workspace.counts() == {"drive.batch": 1}

    def test_a_doc_that_nobody_may_download_is_a_sentence(self, stage: SandboxStage) -> None:
        file_id = stage.add("Criteria", b"x", DOCUMENT)
        stage.world.drive.files[file_id].viewers_may_download = False
        (found,) = stage.source().export([Criteria(doc(file_id))])
        assert (found.text, found.revision) == ("", "")
        assert "read the Doc in Criteria" in found.problem

    def test_calls_for_pictures(self, stage: SandboxStage) -> None:
        data = artwork()
        stage.source().fetch([link(stage.add(f"{n}.png", data, "image/png")) for n in range(3)])
        assert stage.workspace.counts() == {"drive.batch": 1, "drive.files.get": 3}

    def test_a_link_for_the_domain_opens_for_a_member_only(self, stage: SandboxStage) -> None:
        file_id = stage.add("lesson.jpg", shared=False)
        share(stage.world, file_id, stage.world.domain)
        assert stage.source().describe([item(file_id)])[0].access is FileAccess.OPENS
        assert stage.source(delegated=False).describe([item(file_id)])[0].access is FileAccess.UNKNOWN

    def test_a_resource_key_opens(self, stage: SandboxStage) -> None:
        file_id = stage.add("lesson.jpg", shared=False)
        share(stage.world, file_id, "anyone")
        stage.world.drive.files[file_id].resource_key = "0-abc"
        assert stage.source().describe([item(file_id)])[0].access is FileAccess.MISSING
        assert stage.source().describe([item(file_id, key="0-abc")])[0].access is FileAccess.OPENS

    def test_a_picture_behind_a_resource_key(self, stage: SandboxStage) -> None:
        file_id = stage.add("a.png", artwork(), "image/png", shared=False)
        share(stage.world, file_id, "anyone")
        stage.world.drive.files[file_id].resource_key = "0-abc"
        (found,) = stage.source().fetch([link(file_id) + "&resourcekey=0-abc"])
        assert found.sha256

    def test_shared_drives_docs_and_folders(self, stage: SandboxStage) -> None:
        root = new_shared_drive(stage.world, "Evidence", [stage.see[0]])
        doc = new_file(stage.world, TEACHER, "Doc", DOCUMENT, b"text", [root.id])
        folder = new_file(stage.world, TEACHER, "Photos", FOLDER, b"", [root.id])
        told = stage.source().describe([item(doc.id), item(folder.id, EvidenceKind.FOLDER)])
        assert [facts.access for facts in told] == [FileAccess.OPENS, FileAccess.OPENS]
        assert [facts.sha256 for facts in told] == ["", ""]
        assert told[0].revision == str(doc.version)

    def test_failed_parts_alone_are_asked_again(self, stage: SandboxStage) -> None:
        items = [item(stage.add(f"{n}.jpg")) for n in range(10)]
        stage.workspace.sandbox.fault("drive.files.get", "429", nth=3)
        stage.workspace.sandbox.fault("drive.files.get", "503", nth=7)
        described = stage.source().describe(items)
        assert {facts.access for facts in described} == {FileAccess.OPENS}
        with stage.workspace.sandbox.lock:
            told = stage.workspace.sandbox.workspace.calls.tell()
        assert told["counts"]["drive.batch"] == 2
        assert told["inner"] == {"drive.files.get": 12}

    def test_a_file_that_never_answers_is_unknown_and_holds_nobody_up(self, stage: SandboxStage) -> None:
        items = [item(stage.add(f"{n}.jpg")) for n in range(2)]
        stage.workspace.sandbox.fault("drive.files.get", "500", nth=2)
        for nth in range(3, 20):
            stage.workspace.sandbox.fault("drive.files.get", "500", nth=nth)
        accesses = [facts.access for facts in stage.source().describe(items)]
        assert sorted(accesses) == [FileAccess.OPENS, FileAccess.UNKNOWN]
        assert sum(stage.workspace.clock.slept) == 1 + 2 + 4 + 8 + 16

    @pytest.mark.parametrize("kind", ["503", "close-before", "close-after"])
    def test_a_whole_batch_that_stumbles_is_asked_again(self, stage: SandboxStage, kind: str) -> None:
        file_id = stage.add("lesson.jpg")
        stage.workspace.sandbox.fault("drive.files.get", kind, nth=1)
        assert stage.source().describe([item(file_id)])[0].access is FileAccess.OPENS
        assert stage.workspace.clock.slept == [1.0]

    def test_an_outage_ends_in_a_sentence(self, stage: SandboxStage) -> None:
        stage.workspace.sandbox.fault("drive.files.get", "503")
        with pytest.raises(TryLater, match="could not look at the files on Drive"):
            stage.source().describe([item(stage.add("lesson.jpg"))])

    def test_what_concerns_the_account_is_told_once(self, stage: SandboxStage) -> None:
        stage.world.service_accounts[stage.see[1]].delegated_scopes.clear()
        with pytest.raises(Refused, match=f"not allowed the service account to act for {stage.see[0]}"):
            stage.source().describe([item(stage.add("lesson.jpg"))])

    def test_a_picture_larger_than_ten_megabytes_is_not_fetched(self, stage: SandboxStage) -> None:
        file_id = stage.add("huge.png", b"\x89PNG" + bytes(10 * 1024 * 1024), "image/png")
        (found,) = stage.source().fetch([link(file_id)])
        assert "at most 10 MB" in found.problem
        assert stage.workspace.counts() == {"drive.batch": 1}

    def test_a_picture_that_viewers_may_not_download(self, stage: SandboxStage) -> None:
        file_id = stage.add("kept.png", artwork(), "image/png")
        stage.world.drive.files[file_id].viewers_may_download = False
        (found,) = stage.source().fetch([link(file_id)])
        assert "allow viewers to download" in found.problem

    def test_a_picture_without_an_answer_is_left_for_the_next_cycle(self, stage: SandboxStage) -> None:
        good, bad = (stage.add(f"{n}.png", artwork(), "image/png") for n in range(2))
        for nth in range(4, 40):
            stage.workspace.sandbox.fault("drive.files.get", "503", nth=nth)
        artworks = stage.source().fetch([link(good), link(bad)])
        assert [found.link for found in artworks] == [link(good)]
