"""The canonical form of our own documents, fast: by templates, one for each shape of documents.

Nearly all credentials of a site have one of a few shapes: the same members, the same lengths of lists, and other
texts. PyLD takes milliseconds for each; a template (see `templates`) takes microseconds, and gives the same bytes.
Whatever is unusual goes to PyLD, and whatever somebody else wrote always does: this is for signing, not for checking.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

from .canonical import MAX_DEPTH, canonical
from .templates import Template, learn, picker

#: Members whose texts are looked up in the contexts: the RDF does not just hold them, it depends on them.
WORDS = frozenset(("@context", "type", "@type", "proofPurpose"))

Shape = tuple[Any, ...]


class Parts(NamedTuple):
    """A document taken apart: two documents of one *shape* differ in their *texts* alone."""

    shape: Shape
    texts: list[str]


class Family:
    """The template of a shape, and narrower ones for the last few achievements (issuer and achievement are known)."""

    ROOM = 16

    def __init__(self, template: Template, shared: Sequence[int]) -> None:
        self.template = template
        self.shared = shared
        self.own = [place for place in range(template.count) if place not in set(shared)]
        self._key, self._rest = picker(shared), picker(self.own)
        self._narrowed: dict[tuple[str, ...], Template | None] = {}  # None: seen once

    def fill(self, texts: Sequence[str]) -> bytes | None:
        """Return what the shape's template gives, by a narrower one if there is one."""
        key = self._key(texts)
        narrowed = self._narrowed.get(key)
        if narrowed:
            return narrowed.fill(self._rest(texts))
        quads = self.template.fill(texts)
        if quads is not None and self.shared and self.own:
            self._remember(key, texts)
        return quads

    def _remember(self, key: tuple[str, ...], texts: Sequence[str]) -> None:
        if key in self._narrowed:
            self._narrowed[key] = self.template.narrowed(texts, self.shared)
        else:
            room = len(self._narrowed) < self.ROOM
            self._narrowed = {**(self._narrowed if room else {}), key: None}


class Unusual(Exception):
    """The document holds something that our own never do."""


class Shapes:
    """The canonical form of documents, by templates of the last *room* shapes; may be used by many threads.

    A template costs as much as some five documents, so it is made when its shape comes for the second time.
    """

    def __init__(self, room: int = 64) -> None:
        self.room = room
        self._seen: dict[Shape, None] = {}
        self._families: dict[Shape, Family | None] = {}  # None: there can't be one
        self._newest: Family | None = None
        self._lock = Lock()

    def canonical(self, document: Mapping[str, Any]) -> str:
        """Return what `canonical.canonical` returns for *document*, and raise what it raises."""
        return self.encoded(document).decode()

    def encoded(self, document: Mapping[str, Any]) -> bytes:
        """Return the same in UTF-8, as it is signed."""
        parts = take_apart(document)
        quads = self._fill(parts) if parts else None
        if quads is None:
            quads = canonical(document).encode()
            if parts:
                self._remember(document, parts)
        return quads

    def fast(self, document: Mapping[str, Any]) -> str | None:
        """Return the canonical form of *document* by a template that is there already; None without one."""
        parts = take_apart(document)
        quads = self._fill(parts) if parts else None
        return None if quads is None else quads.decode()

    def _fill(self, parts: Parts) -> bytes | None:
        with self._lock:
            family = self._families.get(parts.shape)
            if family and family is not self._newest:
                self._families[parts.shape] = self._families.pop(parts.shape)  # the last one used stands last
                self._newest = family
        return family.fill(parts.texts) if family else None

    def _remember(self, document: Mapping[str, Any], parts: Parts) -> None:
        """Note the shape of a document that PyLD found good, and learn its template if it is not the first such."""
        with self._lock:
            if parts.shape in self._families:
                return
            if parts.shape not in self._seen:
                self._seen[parts.shape] = None
                drop_first(self._seen, self.room)
                return
        template = learn(len(parts.texts), lambda texts: put_together(document, texts))
        with self._lock:
            self._families[parts.shape] = Family(template, shared_places(document)) if template else None
            drop_first(self._families, self.room)


def drop_first(table: dict[Shape, Any], room: int) -> None:
    """Take the oldest entry out of a *table* that holds more than *room*."""
    if len(table) > room:
        del table[next(iter(table))]


def take_apart(document: Mapping[str, Any]) -> Parts | None:
    """Return shape and texts of *document*; None if it is nested deeply or is not all JSON."""
    shape: list[Any] = []
    texts: list[str] = []
    try:
        walk(document, shape, texts, MAX_DEPTH)
    except Unusual:
        return None
    return Parts(tuple(shape), texts)


def walk(value: Any, shape: list[Any], texts: list[str], depth: int) -> None:
    """Add *value* to *shape* and *texts*.

    Different structures give different shapes, read from the start: an object is its names and then its members, a
    list is its length and then its items; a text is "", one of `WORDS` itself, anything else its type and its repr.
    """
    if type(value) is dict and depth:
        shape.append(tuple(value))
        for name, part in value.items():
            if name in WORDS:
                shape.append(words(part))
            elif type(part) is str:
                shape.append("")
                texts.append(part)
            else:
                walk(part, shape, texts, depth - 1)
    elif type(value) is list and depth:
        shape.append(len(value))
        for item in value:
            if type(item) is str:
                shape.append("")
                texts.append(item)
            else:
                walk(item, shape, texts, depth - 1)
    elif value is None or type(value) in (bool, int, float):
        shape.append((type(value), repr(value)))  # True, 1 and 1.0 are equal, but not the same
    else:
        raise Unusual


def words(value: Any) -> str | tuple[str, ...]:
    """Return what one of `WORDS` is, a text or a list of texts."""
    if type(value) is str:
        return value
    if type(value) is list and set(map(type, value)) <= {str}:
        return tuple(value)
    raise Unusual


def shared_places(document: Mapping[str, Any]) -> list[int]:
    """Return the places, among the texts of *document*, of what many credentials say alike: issuer and achievement."""
    parts = take_apart(document)
    numbered = put_together(document, [str(number) for number in range(len(parts.texts))]) if parts else {}
    subject = numbered.get("credentialSubject")
    shared = [numbered.get("issuer"), subject.get("achievement") if isinstance(subject, dict) else None]
    known = [found for part in shared if isinstance(part, dict) and (found := take_apart(part))]
    return sorted(int(text) for found in known for text in found.texts)


def put_together(document: Any, texts: Sequence[str]) -> Any:
    """Return a document of the same shape as *document* that has *texts*, in the order of `take_apart`."""
    remaining = iter(texts)

    def copied(value: Any) -> Any:
        if isinstance(value, str):
            return next(remaining)
        if isinstance(value, list):
            return [copied(item) for item in value]
        if isinstance(value, dict):
            return {name: part if name in WORDS else copied(part) for name, part in value.items()}
        return value

    return copied(document)
