"""Google's own discovery documents, as they ship inside google-api-python-client: which methods there are, and where.

Nothing here is invented: a method, parameter, scope or schema that the documents do not hold does not exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import googleapiclient

Json = dict[str, Any]

SERVICES = ("forms.v1", "drive.v3", "sheets.v4", "gmail.v1")

_FOLDER = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"


@dataclass(frozen=True, slots=True)
class Document:
    """One API: its name ("forms"), host, where its HTTP batches go, and its schemas by name."""

    name: str
    host: str
    base: str  # path in front of each method, such as "/drive/v3/"
    batch_path: str
    revision: str
    schemas: dict[str, Json]
    common: dict[str, Json]  # parameters that every method takes, such as "fields"


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one API, as the document describes it."""

    id: str  # Google's, such as "drive.files.get"
    document: Document
    verb: str
    path: str  # template below the host, with a leading slash
    params: dict[str, Json]
    request: str | None  # name of the body's schema
    response: str | None
    scopes: frozenset[str]
    media_download: bool = False
    upload_paths: tuple[str, ...] = ()
    upload_accepts: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        return self.document.name


@dataclass(frozen=True, slots=True)
class Match:
    """A method found for an address, its path parameters decoded, and whether it came by an upload path."""

    method: Method
    params: dict[str, str]
    upload: bool = False


@dataclass(frozen=True, slots=True)
class _Template:
    pattern: re.Pattern[str]
    rank: tuple[int, int]  # fewest parameters first, then the most literal text
    method: Method
    upload: bool


@dataclass(slots=True)
class Documents:
    """All methods of all services, and the way from an address to one of them."""

    by_name: dict[str, Document]
    methods: dict[str, Method] = field(default_factory=dict)
    _templates: dict[tuple[str, str, int], list[_Template]] = field(default_factory=dict)

    def match(self, verb: str, host: str, raw_path: str) -> Match | None:
        """Find the method for *verb* and the percent-encoded *raw_path* (with leading slash) at *host*.

        A literal segment beats a parameter, so ``values:batchGet`` is never read as a sheet's name.
        """
        for template in self._templates.get((verb, host, raw_path.count("/")), ()):
            if found := template.pattern.fullmatch(raw_path):
                params = {name: unquote(value) for name, value in found.groupdict().items()}
                return Match(template.method, params, template.upload)
        return None

    def add(self, method: Method) -> None:
        self.methods[method.id] = method
        for path, upload in [(method.path, False), *((path, True) for path in method.upload_paths)]:
            names = re.findall(r"\{\+?(\w+)\}", path)
            literal = len(re.sub(r"\{\+?\w+\}", "", path))
            template = _Template(_pattern(path), (len(names), -literal), method, upload)
            verbs = {method.verb, "PUT"} if upload else {method.verb}  # a resumable upload goes on with PUT
            for verb in verbs:
                bucket = self._templates.setdefault((verb, method.document.host, path.count("/")), [])
                bucket.append(template)
                bucket.sort(key=lambda one: one.rank)

    def hosts(self) -> frozenset[str]:
        return frozenset(document.host for document in self.by_name.values())


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{\+?(\w+)\}", path)
    return re.compile(
        "".join(re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)" for index, part in enumerate(parts))
    )


def _methods(document: Document, resource: Json) -> Iterator[Method]:
    for found in resource.get("methods", {}).values():
        yield _method(document, found)
    for below in resource.get("resources", {}).values():
        yield from _methods(document, below)


def _method(document: Document, found: Json) -> Method:
    upload = found.get("mediaUpload", {})
    return Method(
        id=found["id"],
        document=document,
        verb=found["httpMethod"],
        path=document.base + str(found.get("flatPath") or found["path"]),
        params=document.common | found.get("parameters", {}),
        request=found.get("request", {}).get("$ref"),
        response=found.get("response", {}).get("$ref"),
        scopes=frozenset(found.get("scopes", ())),
        media_download=found.get("supportsMediaDownload", False),
        upload_paths=tuple(protocol["path"] for protocol in upload.get("protocols", {}).values()),
        upload_accepts=tuple(upload.get("accept", ())),
    )


@cache
def load() -> Documents:
    """Read the documents, once for the whole process."""
    raw = [json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in SERVICES]
    documents = Documents({found["name"]: _document(found) for found in raw})
    for found in raw:
        for method in _methods(documents.by_name[found["name"]], found):
            documents.add(method)
    return documents


def _document(found: Json) -> Document:
    return Document(
        name=found["name"],
        host=urlsplit(found["rootUrl"]).hostname or "",
        base="/" + found["servicePath"],
        batch_path="/" + found["batchPath"],
        revision=found["revision"],
        schemas=found["schemas"],
        common=found["parameters"],
    )
