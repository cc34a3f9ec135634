"""Google Drive: does each piece of evidence open, and what stands behind it; artwork for badges."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count, islice
from typing import Any

from googleapiclient.errors import HttpError

from bridge.errors import Refused, TryLater
from bridge.google import Errand, Google, answer_of
from bridge.links import is_file_id, parse_link
from bridge.model import Artwork, Criteria, Evidence, FileAccess, FileFacts
from bridge.openbadges.errors import BadArtwork
from bridge.openbadges.pictures import picture
from bridge.openbadges.pictures.artwork import MAX_BYTES, fit, inspect, is_faint, without_badge
from bridge.openbadges.text import clean
from bridge.wording import visible

Json = Mapping[str, Any]

BATCH = 100  # Drive refuses more
GET_UNITS, DOWNLOAD_UNITS = 5, 200
SHORTCUT = "application/vnd.google-apps.shortcut"
DOCUMENT, MARKDOWN = "application/vnd.google-apps.document", "text/markdown"
PICTURES = ("image/png", "image/svg+xml")
LONGEST_NAME, LONGEST_WORD = 200, 500
#: More than a badge may say, so that a Doc that is too long is told as such.
LONGEST_DOC, LONGEST_LINE = 20_000, 15_000
#: One file that Google stumbles over again and again must not hold up the night.
PART_TRIES = 6

_FIELDS = (
    "id,name,mimeType,size,trashed,webViewLink,headRevisionId,version,sha256Checksum,"
    "shortcutDetails(targetId,targetResourceKey)"
)
#: What Drive answers about one file; everything else of these statuses concerns the account, and all files.
_NOT_FOR_US = frozenset(
    {"notFound", "insufficientFilePermissions", "appNotAuthorizedToFile", "forbidden", "badRequest"}
)
#: Google writes the pictures of a Doc at its end: `[image1]: <data:image/png;base64,…>`, and `![][image1]` before.
_PICTURE_DATA = re.compile(r"\[[^\]]{1,200}\]: *<?data:")
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\](?:\[[^\]\n]{0,300}\]|\([^)\n]{0,2000}\))")
OLD_BADGE = "The picture holds a badge that somebody got; it is left out."
FAINT = "The picture can hardly be made out where it is small (90 pixels): let light and dark differ more."
#: In place of an answer that never came.
_SILENCE: Json = {}


class DriveEvidence:
    """An `EvidenceSource`. Files are looked at as the account that the bridge acts for, or as the service account."""

    def __init__(self, google: Google) -> None:
        self._google = google
        self._files = google.leaf("drive", "v3", "files")

    def describe(self, items: Collection[Evidence]) -> Sequence[FileFacts]:
        """One fact per distinct file id, in the order of *items*; a shortcut tells of what it leads to.

        Without delegation a file that Google does not show is UNKNOWN: somebody in the domain may well open it. So is
        one for which Google had no answer. Raises TryLater when Google answers for none, Refused for the account.
        """
        keys = _keys(items)
        found = self._metadata(keys)
        targets = {id_: target for id_, answer in found.items() if (target := _target(answer))}
        behind = self._metadata({id_: key for id_, key in targets.values() if id_ not in found})
        known = found | behind
        hidden = FileAccess.MISSING if self._google.identity.delegated else FileAccess.UNKNOWN
        return [to_facts(id_, known.get(targets[id_][0] if id_ in targets else id_, _SILENCE), hidden) for id_ in keys]

    def fetch(self, links: Collection[str]) -> Sequence[Artwork]:
        """One Artwork per link, in order: a PNG (at most 10 MB) or SVG (1 MB) that can become a badge, or a problem.

        A picture for which Google had no answer is left out: it is asked for again in the next cycle.
        """
        wanted = {link: parse_link(link.strip()) for link in dict.fromkeys(links)}
        found = self._metadata(_keys(wanted.values()))
        pictures = (self._artwork(link, item, found.get(item.file_id, _SILENCE)) for link, item in wanted.items())
        return [artwork for artwork in pictures if artwork is not None]

    def export(self, known: Collection[Criteria]) -> Sequence[Criteria]:
        """One Criteria for each Google Doc whose revision is another one than is known, as Markdown, or a problem.

        All are looked at in a batch; one for which Google had no answer is left as it is known.
        """
        wanted = {one: parse_link(one.link) for one in known}
        found = self._metadata(_keys(wanted.values()))
        read = (self._criteria(one, item, found.get(item.file_id, _SILENCE)) for one, item in wanted.items())
        return [criteria for criteria in read if criteria is not None]

    def _criteria(self, known: Criteria, item: Evidence, answer: Json | None) -> Criteria | None:
        if problem := _no_doc(item, answer, self._google.identity.who):
            return Criteria(known.link, problem=problem)
        revision = _word(answer or {}, "version")
        if not answer or (revision and revision == known.revision):
            return None
        request = self._files.export(fileId=item.file_id, mimeType=MARKDOWN)
        try:
            data = self._download(item, request.uri, "read the Doc in Criteria")
        except TryLater:
            return None
        except Refused as error:
            return Criteria(known.link, problem=str(error))
        return Criteria(known.link, from_doc(data), revision)

    def _metadata(self, keys: Mapping[str, str]) -> dict[str, Json | None]:
        """File id → files.get, None for what Google does not show us; an id without an answer is left out."""
        found: dict[str, Json | None] = {}
        waiting = iter(keys.items())
        while chunk := dict(islice(waiting, BATCH)):
            found |= self._batch(chunk)
        return found

    def _batch(self, keys: Mapping[str, str]) -> dict[str, Json | None]:
        found: dict[str, Json | None] = {}
        tries = count(1)

        def ask() -> None:
            """Ask for those still open; fail like one of them if any is to be asked for again."""
            failures = self._ask({id_: key for id_, key in keys.items() if id_ not in found}, found)
            if failures and (next(tries) < PART_TRIES or not found):
                raise failures[0]

        errand = Errand("look at the files on Drive", "https://drive.google.com", "Viewer")
        try:
            self._google.call(errand, ask, idempotent=True, bucket="drive", units=GET_UNITS * len(keys))
        except TryLater:
            if not found:
                raise
        return found

    def _ask(self, keys: Mapping[str, str], found: dict[str, Json | None]) -> list[HttpError]:
        """Send one batch; answers go into *found*, failures come back."""
        failures: list[HttpError] = []

        def answered(request_id: str, response: Json | None, exception: HttpError | None) -> None:
            if exception is None:
                found[request_id] = response
            elif self._is_hidden(exception):
                found[request_id] = None
            else:
                failures.append(exception)

        batch = self._google.service("drive", "v3").new_batch_http_request(callback=answered)
        for file_id, resource_key in keys.items():
            request = self._files.get(fileId=file_id, fields=_FIELDS, supportsAllDrives=True)
            request.headers |= _key_header(file_id, resource_key)
            batch.add(request, request_id=file_id)
        batch.execute()
        return failures

    def _is_hidden(self, error: HttpError) -> bool:
        answer = answer_of(error, self._google.retry.clock.now())
        return answer.status in (400, 403, 404) and answer.reason in _NOT_FOR_US

    def _artwork(self, link: str, item: Evidence, answer: Json | None) -> Artwork | None:
        try:
            if problem := _unusable(item, answer, self._google.identity.who):
                return Artwork(link, problem=problem)
            if answer is _SILENCE:
                return None
            request = self._files.get_media(fileId=item.file_id, supportsAllDrives=True)
            return to_artwork(link, self._download(item, request.uri, "fetch the picture"))
        except TryLater:
            return None
        except (BadArtwork, Refused) as error:
            return Artwork(link, problem=str(error))

    def _download(self, item: Evidence, uri: str, errand: str) -> bytes:
        return self._google.download(
            uri,
            MAX_BYTES,
            what=Errand(errand, item.url, "Viewer"),
            bucket="drive",
            units=DOWNLOAD_UNITS,
            headers=_key_header(item.file_id, item.resource_key),
        )


def to_artwork(link: str, data: bytes) -> Artwork:
    """Return the picture as it can become a badge, with remarks; raise BadArtwork if it can't."""
    inspect(data)
    bare, old = without_badge(data)
    square, fitted = fit(bare)
    remarks = (OLD_BADGE if old else "", fitted, FAINT if is_faint(square) else "")
    return Artwork(link, picture.name(square), square, remark=" ".join(filter(None, remarks)))


def _unusable(item: Evidence, answer: Json | None, who: str) -> str:
    """Why a link is no artwork, as a sentence for the coordinator, before a byte is fetched; "" if nothing speaks
    against it."""
    if not item.file_id:
        return item.note or "This is no link to a file on Drive. In Drive choose Share, then Copy link."
    if answer is None:
        return f"The picture is not there, or not shared with {who}. Share it with {who} as Viewer."
    if answer.get("trashed"):
        return "The picture lies in the trash. Take it out, or link another one."
    if answer and answer.get("mimeType") not in PICTURES:
        return f"The link leads to {_word(answer, 'mimeType')}, not to a PNG or SVG picture. Export it as PNG."
    size = _word(answer, "size")
    if size.isdecimal() and int(size) > MAX_BYTES:
        return f"The picture has {int(size) / 1e6:.1f} MB. Export it smaller: at most 10 MB, best under 1 MB."
    return ""


def _no_doc(item: Evidence, answer: Json | None, who: str) -> str:
    """Why there are no criteria behind a link, as a sentence for the coordinator; "" if nothing speaks against it."""
    if not item.file_id:
        return item.note
    if answer is None:
        return f"The Doc in Criteria is not there, or not shared with {who}. Share it with {who} as Viewer."
    if answer.get("trashed"):
        return "The Doc in Criteria lies in the trash. Take it out, or link another one."
    if answer and answer.get("mimeType") != DOCUMENT:
        return f"The link in Criteria leads to {_word(answer, 'mimeType')}, not to a Google Doc."
    return ""


def from_doc(data: bytes) -> str:
    """Read the Markdown that a Google Doc was exported as: without pictures, control characters and spare lines."""
    lines = clean(data.decode("utf-8-sig", "replace").replace("\r\n", "\n")).split("\n")
    text = "\n".join(line[:LONGEST_LINE] for line in lines if not _PICTURE_DATA.match(line))
    text = _PICTURE.sub("", text[:LONGEST_DOC])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def _word(answer: Json, name: str) -> str:
    """One of Google's own words about a file, on one line; "" where it is missing."""
    value = answer.get(name)
    return "" if value is None else " ".join(clean(visible(str(value))).split())[:LONGEST_WORD]


def _keys(items: Iterable[Evidence]) -> dict[str, str]:
    """File id → resource key, each once."""
    keys: dict[str, str] = {}
    for item in items:
        if item.file_id:
            keys[item.file_id] = keys.get(item.file_id) or item.resource_key
    return keys


def _key_header(file_id: str, resource_key: str) -> dict[str, str]:
    """Source: developers.google.com/drive/api/guides/resource-keys."""
    return {"X-Goog-Drive-Resource-Keys": f"{file_id}/{resource_key}"} if resource_key else {}


def _target(answer: Json | None) -> tuple[str, str] | None:
    """What a shortcut leads to: file id and resource key."""
    if not answer or answer.get("mimeType") != SHORTCUT or answer.get("trashed"):
        return None
    details = answer.get("shortcutDetails")
    if not isinstance(details, Mapping):
        return None
    target = _word(details, "targetId")
    return (target, _word(details, "targetResourceKey")) if is_file_id(target) else None


def to_facts(file_id: str, answer: Json | None, hidden: FileAccess) -> FileFacts:
    """Read files.get; None is a file that Google does not show, and *hidden* what that means.

    The facts bear the id that was asked for, also when it was a shortcut's.
    """
    if answer is _SILENCE:
        return FileFacts(file_id, FileAccess.UNKNOWN)
    if answer is None:
        return FileFacts(file_id, hidden)
    access = FileAccess.TRASHED if answer.get("trashed") else FileAccess.OPENS
    return FileFacts(
        file_id=file_id,
        access=access,
        name=_word(answer, "name")[:LONGEST_NAME],
        mime_type=_word(answer, "mimeType"),
        url=_word(answer, "webViewLink"),
        revision=_word(answer, "headRevisionId") or _word(answer, "version"),
        sha256=_word(answer, "sha256Checksum"),
    )
