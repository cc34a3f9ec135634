"""The grammar of `q` in Drive's files.list: what a search asks, and whether a file answers it.

https://developers.google.com/workspace/drive/api/guides/ref-search-terms (terms and operators). Assumed, since Google
documents neither: `and` and `or` bind alike, left to right; names are compared without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bridge.sandbox.api import ApiError
from bridge.sandbox.drive_state import File, in_trash, role_of

if TYPE_CHECKING:
    from bridge.sandbox.state import World

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:\\.|[^'\\])*')|(?P<sign>!=|<=|>=|=|<|>|\(|\))|(?P<word>[A-Za-z.]+))")

Test = Callable[["World", str, File], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """What a search asks: `matches(world, email of the caller, file)`, and the folders that it names."""

    matches: Test
    folders: frozenset[str]


def parse(q: str) -> Query:
    """Read `q`; an empty one matches everything. Raises ApiError 400 as Google does for what it can't read."""
    reader = _Reader(list(_tokens(q)))
    test: Test = reader.expression() if reader.tokens else lambda world, email, file: True
    if reader.tokens:
        raise _invalid()
    return Query(test, frozenset(reader.folders))


def _invalid() -> ApiError:
    return ApiError(400, "invalid", "Invalid Value", location="q")


def _tokens(q: str) -> Iterator[str]:
    position = 0
    while q[position:].strip():
        found = _TOKEN.match(q, position)
        if found is None:
            raise _invalid()
        position = found.end()
        yield found.group().strip()


class _Reader:
    """Eats tokens from the left; each method returns the test that its part of the query means."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.folders: set[str] = set()

    def expression(self) -> Test:
        test = self.term()
        while self.tokens and self.tokens[0] in ("and", "or"):
            both = self.tokens.pop(0) == "and"
            test = _joined(test, self.term(), both=both)
        return test

    def term(self) -> Test:
        part = self.take()
        if part == "not":
            inner = self.term()
            return lambda world, email, file: not inner(world, email, file)
        if part == "(":
            test = self.expression()
            self.take(")")
            return test
        return self.member(part) if part.startswith("'") else self.comparison(part)

    def member(self, token: str) -> Test:
        """Read the rest of `'x' in parents`."""
        value = _unquoted(token)
        self.take("in")
        collection = self.take()
        if collection == "parents":
            self.folders.add(value)
            return lambda world, email, file: value in file.parents or (value == "root" and _in_root(file, email))
        if collection not in _PEOPLE:
            raise _invalid()
        roles = _PEOPLE[collection]
        return lambda world, email, file: (
            role_of(world, email if value == "me" else value, file.id, by_link=False) in roles
        )

    def comparison(self, field: str) -> Test:
        if field == "sharedWithMe" and (not self.tokens or self.tokens[0] in ("and", "or", ")")):
            return _shared_with_me
        sign, value = self.take(), self.take()
        if field not in _FIELDS or sign not in _SIGNS[field]:
            raise _invalid()
        return _FIELDS[field](sign, value)

    def take(self, wanted: str = "") -> str:
        if not self.tokens or (wanted and self.tokens[0] != wanted):
            raise _invalid()
        return self.tokens.pop(0)


def _joined(left: Test, right: Test, *, both: bool) -> Test:
    if both:
        return lambda world, email, file: left(world, email, file) and right(world, email, file)
    return lambda world, email, file: left(world, email, file) or right(world, email, file)


def _unquoted(token: str) -> str:
    if not token.startswith("'"):
        raise _invalid()
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def _in_root(file: File, email: str) -> bool:
    return not file.parents and file.owner == email.lower()


def _shared_with_me(world: World, email: str, file: File) -> bool:
    return file.owner != email.lower() and any(permission.email == email.lower() for permission in file.permissions)


def _name(sign: str, value: str) -> Test:
    """Compare names; `contains` wants each word to begin some word of the name ("World" is not in "HelloWorld")."""
    wanted = _unquoted(value).casefold()
    if sign == "contains":
        beginnings = re.findall(r"\w+", wanted)
        return lambda world, email, file: _begins(beginnings, re.findall(r"\w+", file.name.casefold()))
    return lambda world, email, file: (file.name.casefold() == wanted) == (sign == "=")


def _begins(beginnings: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)


def _full_text(sign: str, value: str) -> Test:
    """Want every word in the name or the text; a value in double quotes is a phrase."""
    wanted = _unquoted(value).casefold()
    words = [wanted.strip('"')] if wanted.startswith('"') else re.findall(r"\w+", wanted)

    def test(world: World, email: str, file: File) -> bool:
        text = f"{file.name}\n{file.data.decode(errors='ignore')}".casefold()
        return all(re.search(rf"\b{re.escape(word)}\b", text) for word in words)

    return test


def _mime(sign: str, value: str) -> Test:
    wanted = _unquoted(value)
    if sign == "contains":
        return lambda world, email, file: file.mime_type.startswith(wanted)
    return lambda world, email, file: (file.mime_type == wanted) == (sign == "=")


def _trashed(sign: str, value: str) -> Test:
    wanted = _truth(value) == (sign == "=")
    return lambda world, email, file: in_trash(world, file) == wanted


def _starred(sign: str, value: str) -> Test:
    wanted = _truth(value) == (sign == "=")
    return lambda world, email, file: not wanted  # nobody here gives stars


def _with_me(sign: str, value: str) -> Test:
    wanted = _truth(value) == (sign == "=")
    return lambda world, email, file: _shared_with_me(world, email, file) == wanted


def _truth(value: str) -> bool:
    if value not in ("true", "false"):
        raise _invalid()
    return value == "true"


def _created(sign: str, value: str) -> Test:
    limit, compare = _moment(_unquoted(value)), _ORDER[sign]
    return lambda world, email, file: compare(_moment(file.created), limit)


def _modified(sign: str, value: str) -> Test:
    limit, compare = _moment(_unquoted(value)), _ORDER[sign]
    return lambda world, email, file: compare(_moment(file.modified), limit)


def _moment(text: str) -> datetime:
    """Read RFC 3339; without a zone it is UTC, as Google says."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid() from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _target(sign: str, value: str) -> Test:
    wanted = _unquoted(value)
    return lambda world, email, file: (file.shortcut_to == wanted) == (sign == "=")


_ORDER: dict[str, Callable[[datetime, datetime], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_EQUAL = ("=", "!=")
_FIELDS: dict[str, Callable[[str, str], Test]] = {
    "name": _name,
    "fullText": _full_text,
    "mimeType": _mime,
    "trashed": _trashed,
    "starred": _starred,
    "sharedWithMe": _with_me,
    "createdTime": _created,
    "modifiedTime": _modified,
    "shortcutDetails.targetId": _target,
}
_SIGNS: dict[str, tuple[str, ...]] = {
    "name": ("contains", *_EQUAL),
    "fullText": ("contains",),
    "mimeType": ("contains", *_EQUAL),
    "trashed": _EQUAL,
    "starred": _EQUAL,
    "sharedWithMe": _EQUAL,
    "createdTime": tuple(_ORDER),
    "modifiedTime": tuple(_ORDER),
    "shortcutDetails.targetId": _EQUAL,
}
_PEOPLE: dict[str, tuple[str, ...]] = {
    "owners": ("owner",),
    "writers": ("writer", "fileOrganizer", "organizer"),
    "readers": ("reader", "commenter"),
}
