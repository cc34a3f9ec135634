"""Drive in memory: files, and whether the bridge sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bridge.drive import DOCUMENT, PICTURES, from_doc, to_artwork
from bridge.links import parse_link
from bridge.model import Artwork, Criteria, Evidence, FileAccess, FileFacts
from bridge.openbadges.errors import BadArtwork


@dataclass
class FakeFile:
    id: str
    name: str
    data: bytes = b"content"
    mime_type: str = "image/jpeg"
    shared: bool = True
    trashed: bool = False
    revision: int = 1
    shortcut_to: str = ""
    answers: bool = True  # False: Google has no answer for this one


class FakeDrive:
    """`ports.EvidenceSource`. *delegated*: the bridge acts for an account of the domain."""

    def __init__(self, *, delegated: bool = True) -> None:
        self.delegated = delegated
        self.files: dict[str, FakeFile] = {}
        self.described: list[str] = []  # file ids asked for, in order
        self.fetched: list[str] = []  # links asked for
        self.exported: list[str] = []

    def add(
        self,
        name: str,
        data: bytes = b"content",
        mime_type: str = "image/jpeg",
        *,
        shared: bool = True,
        file_id: str = "",
    ) -> str:
        file_id = file_id or f"1Fake{len(self.files) + 1:028}"
        self.files[file_id] = FakeFile(file_id, name, data, mime_type, shared)
        return file_id

    def shortcut(self, name: str, target: str) -> str:
        file_id = self.add(name, b"", "application/vnd.google-apps.shortcut")
        self.files[file_id].shortcut_to = target
        return file_id

    def share(self, file_id: str) -> None:
        self.files[file_id].shared = True

    def unshare(self, file_id: str) -> None:
        self.files[file_id].shared = False

    def trash(self, file_id: str) -> None:
        self.files[file_id].trashed = True

    def edit(self, file_id: str, data: bytes) -> None:
        self.files[file_id].data = data
        self.files[file_id].revision += 1

    def silence(self, file_id: str) -> None:
        """Google stumbles over this file again and again."""
        self.files[file_id].answers = False

    def describe(self, items: Collection[Evidence]) -> Sequence[FileFacts]:
        ids = list(dict.fromkeys(item.file_id for item in items if item.file_id))
        self.described += ids
        return [self._facts(file_id) for file_id in ids]

    def fetch(self, links: Collection[str]) -> Sequence[Artwork]:
        self.fetched += links
        return [self._artwork(link) for link in dict.fromkeys(links)]

    def export(self, known: Collection[Criteria]) -> Sequence[Criteria]:
        self.exported += [one.link for one in known]
        return [new for one in known if (new := self._criteria(one)) is not None]

    def _criteria(self, known: Criteria) -> Criteria | None:
        file = self.files.get(parse_link(known.link).file_id)
        if file is None or not file.shared or file.trashed or file.mime_type != DOCUMENT:
            return Criteria(known.link, problem="The Doc is not there, not shared, or no Doc.")
        if not file.answers or known.revision == str(file.revision):
            return None
        return Criteria(known.link, from_doc(file.data), str(file.revision))

    def _facts(self, file_id: str) -> FileFacts:
        file = self.files.get(file_id)
        if file is not None and file.shared and file.shortcut_to and not file.trashed:
            file = self.files.get(file.shortcut_to)
        if file is not None and not file.answers:
            return FileFacts(file_id, FileAccess.UNKNOWN)
        if file is None or not file.shared:
            return FileFacts(file_id, FileAccess.MISSING if self.delegated else FileAccess.UNKNOWN)
        access = FileAccess.TRASHED if file.trashed else FileAccess.OPENS
        url = f"https://drive.google.com/file/d/{file.id}/view"
        sha256 = hashlib.sha256(file.data).hexdigest()
        return FileFacts(file_id, access, file.name, file.mime_type, url, f"revision-{file.revision}", sha256)

    def _artwork(self, link: str) -> Artwork:
        file = self.files.get(parse_link(link).file_id)
        if file is None or not file.shared or file.trashed or file.mime_type not in PICTURES:
            return Artwork(link, problem="The picture is not there, not shared, or neither PNG nor SVG.")
        try:
            return to_artwork(link, file.data)
        except BadArtwork as error:
            return Artwork(link, problem=str(error))
