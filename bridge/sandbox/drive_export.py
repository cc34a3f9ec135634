"""What Docs and Slides become when they are exported: the Markdown they are kept as, in other clothes.

https://developers.google.com/workspace/drive/api/guides/ref-export-formats
"""

from __future__ import annotations

import html
import io
import re
import textwrap
import zipfile
from collections.abc import Callable, Iterable

from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import DOCUMENT, PRESENTATION, SPREADSHEET, File

EXPORT_LIMIT = 10 * 1024 * 1024  # bytes, of what comes out

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LINES_ON_A_PAGE = 46
_LETTERS_IN_A_LINE = 88


def exports(mime_type: str) -> dict[str, str]:
    """Return the formats this kind of file can be exported to, with the short name that links use."""
    return {mime: short for mime, (short, _) in _FORMATS.get(mime_type, {}).items()}


def export(file: File, mime_type: str) -> bytes:
    """Return the file in another format.

    Raises ApiError 403 fileNotExportable for binary files, 400 for a format Google has not for it, 403
    exportSizeLimitExceeded beyond 10 MB.
    """
    if file.mime_type == SPREADSHEET:
        raise ApiError(501, "notImplemented", "The sandbox exports Docs and Slides, no spreadsheets.")
    formats = _FORMATS.get(file.mime_type)
    if formats is None:
        raise ApiError(403, "fileNotExportable", "Export only supports Docs Editors files.")
    if mime_type not in formats:
        raise ApiError(400, "badRequest", "The requested conversion is not supported.")
    data = formats[mime_type][1](file.data.decode())
    if len(data) > EXPORT_LIMIT:
        raise ApiError(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
    return data


def plain(markdown: str) -> str:
    """The words without their marks, lists with a star as Google writes them."""
    text = re.sub(r"(?m)^#{1,6} +", "", markdown)
    text = re.sub(r"(?m)^[-*] +", "* ", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"\*\*(.+?)\*\*|_(.+?)_", lambda found: found[1] or found[2], text)


def web_page(markdown: str) -> str:
    """A small HTML page: headings, lists, paragraphs, bold words and links."""
    blocks = "".join(_block(block) for block in re.split(r"\n\s*\n", markdown.strip()) if block)
    head = '<head><meta content="text/html; charset=UTF-8" http-equiv="content-type"></head>'
    return f"<html>{head}<body>{blocks}</body></html>"


def _block(block: str) -> str:
    lines = block.splitlines()
    if heading := re.match(r"(#{1,6}) +(.*)", lines[0]):
        level = len(heading[1])
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return f"<h{level}>{_inline(heading[2])}</h{level}>{rest}"
    if all(re.match(r"[-*] ", line) for line in lines):
        return "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    text = html.escape(text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)


def tiny_pdf(text: str) -> bytes:
    """A real PDF 1.4 of the text in Helvetica, as many pages as it takes; other letters than Latin-1 become "?"."""
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, _LETTERS_IN_A_LINE) or [""]]
    pages = [lines[at : at + _LINES_ON_A_PAGE] for at in range(0, len(lines), _LINES_ON_A_PAGE)] or [[]]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects += _pdf_page(page, content=5 + 2 * number)
    return _pdf_file(objects)


def _pdf_page(lines: list[str], *, content: int) -> list[bytes]:
    shown = b"".join(
        b"(%s) Tj T*\n" % re.sub(rb"([\\()])", rb"\\\1", line.encode("cp1252", "replace")) for line in lines
    )
    stream = b"BT /F1 11 Tf 15 TL 60 760 Td\n" + shown + b"ET"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
    return [
        f"{page}/Contents {content} 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]


def _pdf_file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))


def tiny_docx(paragraphs: Iterable[str]) -> bytes:
    """A Word document that Word opens; the same paragraphs give the same bytes."""
    body = "".join(f"<w:p><w:r><w:t>{html.escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    packages = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{packages}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{packages}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{head}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


_Writer = Callable[[str], bytes]
_SHARED: dict[str, tuple[str, _Writer]] = {
    "application/pdf": ("pdf", lambda text: tiny_pdf(plain(text))),
    "text/plain": ("txt", lambda text: ("\ufeff" + plain(text)).encode()),
}
_FORMATS: dict[str, dict[str, tuple[str, _Writer]]] = {
    DOCUMENT: _SHARED
    | {
        "text/markdown": ("markdown", str.encode),
        "text/html": ("html", lambda text: web_page(text).encode()),
        _DOCX: ("docx", lambda text: tiny_docx(plain(text).splitlines())),
    },
    PRESENTATION: _SHARED,
}
