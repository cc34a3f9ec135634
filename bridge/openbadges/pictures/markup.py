"""Reading an SVG file event by event, within bounds: nothing is fetched, nothing is expanded, nothing grows.

Expat does the reading. Entities can't be declared, since a DOCTYPE that declares anything is refused; depth, number of
elements and size have limits. Names come as Expat gives them with namespaces on: `namespace name`, or `name` alone.
"""

import re
from collections.abc import Mapping
from typing import NoReturn, Protocol
from xml.parsers import expat

from bridge.openbadges.errors import BadArtwork

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
ROOTS = (f"{SVG_NAMESPACE} svg", "svg")

MAX_SVG = 10 * 1024 * 1024
MAX_DEPTH = 200
MAX_ELEMENTS = 100_000
TOO_MANY = "The picture is made of too many parts. Simplify it, or export it as PNG."

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

#: Encodings in which every ASCII character is its own byte, so that a file can be cut and spliced at one.
ENCODINGS = frozenset({"utf-8", "us-ascii", "iso-8859-1"})

#: All of a start tag: a > inside an attribute's quotes does not end it (XML 1.0, 3.1).
_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*"|'[^']*')*+>""")
#: What may stand before the first element (XML 1.0, 2.8), and that element's name.
_OPENING = re.compile(
    rb"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^>\[]|\[[^\]]*\])*+>)*+<(?:[^\s<>/:]+:)?svg[\s/>]", re.DOTALL
)
_LONGEST_OPENING = 64 * 1024


class Visitor(Protocol):
    """Is told of what stands in a file, in its order. Places are bytes from the beginning of the file."""

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None: ...
    def end(self, name: str, place: int) -> None: ...
    def text(self, text: str) -> None: ...
    def instruction(self, target: str) -> None: ...
    def doctype(self) -> None: ...


def is_svg(data: bytes) -> bool:
    """Return whether *data* looks like an SVG file: its first element is called svg. It may still be damaged."""
    head = data[:_LONGEST_OPENING]
    if head.startswith(UTF16_MARKS):
        head = head.decode("utf-16", errors="ignore").encode(errors="ignore")
    return _OPENING.match(head.removeprefix(UTF8_MARK)) is not None


def walk(svg: bytes, visitor: Visitor) -> str:
    """Tell *visitor* all that is in *svg*; return the encoding, one of ENCODINGS.

    Raises BadArtwork for what is no XML, no SVG, larger than 10 MB, too deep, of too many elements, of an encoding
    other than those three, or has a DOCTYPE that declares something. What *visitor* raises comes through.
    """
    if len(svg) > MAX_SVG:
        raise BadArtwork(f"The picture is larger than {MAX_SVG >> 20} MB. Export it smaller.")
    if svg.startswith(UTF16_MARKS):
        refuse_encoding("utf-16")
    reading = _Reading(visitor)
    try:
        reading.parser.Parse(svg, True)
    except expat.ExpatError as error:
        raise BadArtwork(
            f"The picture is not a whole SVG file: line {error.lineno} can't be read "
            f"({expat.ErrorString(error.code)}). Export it again as SVG."
        ) from error
    except LookupError:  # Expat asked Python for an encoding, and there is none of that name
        refuse_encoding("unknown")
    except ValueError as error:
        if isinstance(error, BadArtwork):
            raise
        raise BadArtwork("The picture is written in an encoding that can't be read. Export it as UTF-8.") from error
    return reading.encoding


class _Reading:
    """One walk through one file."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.encoding = "utf-8"
        self.depth = self.elements = 0
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self.declaration
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.entity
        parser.SkippedEntityHandler = self.entity
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = visitor.text
        parser.ProcessingInstructionHandler = self.instruction

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = (encoding or "utf-8").lower()
        if self.encoding not in ENCODINGS:
            refuse_encoding(self.encoding)

    def doctype(self, name: str, system: str | None, public: str | None, declares: int) -> None:
        if declares:
            self.entity()
        self.visitor.doctype()

    def entity(self, *_: object) -> NoReturn:
        raise BadArtwork("The picture declares entities or other rules of its own. Export it as plain SVG.")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.elements and name not in ROOTS:
            raise BadArtwork("The file is XML, but no SVG picture. Export it again as SVG.")
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise BadArtwork(TOO_MANY)
        self.visitor.start(name, attributes, self.parser.CurrentByteIndex)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.visitor.end(name, self.parser.CurrentByteIndex)

    def instruction(self, target: str, data: str) -> None:
        self.visitor.instruction(target)


def refuse_encoding(name: str) -> NoReturn:
    """Raise BadArtwork for a file in the encoding *name*."""
    raise BadArtwork(f"The picture is written in the encoding {name[:40]!r}. Save it as UTF-8.")


def tag_end(svg: bytes, place: int) -> int:
    """Return where the tag that begins at *place* of the well-formed *svg* has ended."""
    tag = _TAG.match(svg, place)
    if tag is None:
        raise BadArtwork("The picture is damaged. Export it again as SVG.")
    return tag.end()
