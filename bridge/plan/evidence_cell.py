"""What the cell Evidence says: each item with a mark whether it opens, and a link that leads there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bridge.model import Evidence, EvidenceKind, FileAccess, Known
from bridge.review import Linked

_MARKS = {
    FileAccess.OPENS: "✓",
    FileAccess.MISSING: "✗ can't be opened:",
    FileAccess.TRASHED: "✗ in the bin:",
    FileAccess.UNKNOWN: "? not checked:",
}


def evidence_words(known: Known, items: Iterable[Evidence], *, ours: bool = False) -> Linked:
    """Each item for the coach: its number, a mark whether it opens, its name, and below the name its address.

    The bridge looks at no page of the web; *ours*: what is linked are pages that it made itself.
    """
    text, links = "", []
    for item in items:
        before, shown, address = _evidence_line(known, item, _MARKS[FileAccess.OPENS if ours else FileAccess.UNKNOWN])
        start = len(text) + bool(text) + len(before)
        text += ("\n" if text else "") + before + shown
        if address:
            links.append((start, len(text), address))
    return Linked(text, *links)


def _evidence_line(known: Known, item: Evidence, of_pages: str) -> tuple[str, str, str]:
    """What stands before the link, what bears it, and where it leads; *of_pages*: the mark of what is no file."""
    if item.kind is EvidenceKind.ODD:
        return f"{item.item}. ✗ ", f"“{(item.name or item.url)[:200]}”: {item.note}", ""
    if item.kind is EvidenceKind.WEB:
        return f"{item.item}. {of_pages} ", f"{item.name}\n{item.url}" if item.name else item.url, item.url
    file = known.files.get(item.file_id)
    mark = _MARKS[file.access if file else FileAccess.UNKNOWN]
    name = (file.name if file else "") or item.name
    link = short_link(item)
    return f"{item.item}. {mark} ", f"{name}\n{link}" if name else link, link


#: An address that leads to a place inside a file: a heading, a slide, a tab but the first, a second of a video.
_INSIDE = re.compile(r"#.|[?&](?:t=\d|tab=t\.(?!0(?!\w)))")


def short_link(item: Evidence) -> str:
    """The shortest address that opens the item's file for the coach, as Google Forms writes it for uploads."""
    if not item.file_id or _INSIDE.search(item.url):
        return item.url
    key = f"&resourcekey={item.resource_key}" if item.resource_key else ""
    return f"https://drive.google.com/open?id={item.file_id}{key}"
