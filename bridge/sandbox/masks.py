"""Partial answers: Google's ``fields`` parameter, parsed, held against a schema, and applied.

Grammar: ``a,b/c,d(e,f/g),*`` where ``.`` may stand for ``/``; a field below a list or a map means "in each of them".
Source: https://developers.google.com/drive/api/guides/performance#partial ; ``.`` for ``/`` is what the Sheets guide
calls a field mask.
"""

from __future__ import annotations

import re
from typing import Any

#: Field name → what of it; an empty mask means all of it.
Mask = dict[str, "Mask"]

_TOKEN = re.compile(r"[\w$*-]+|[,/().]")


class BadMask(ValueError):
    """The mask breaks the grammar, or names a field (`path`) that the schema does not have."""

    def __init__(self, path: str) -> None:
        super().__init__(f"cannot find matching fields for path {path!r}")
        self.path = path


def parse_mask(text: str) -> Mask:
    """Turn ``fields`` into a tree; raise BadMask when it is not one."""
    tokens = _TOKEN.findall(text)
    if not tokens or "".join(tokens) != re.sub(r"\s+", "", text):
        raise BadMask(text)
    mask, rest = _fields(tokens, text)
    if rest:
        raise BadMask(text)
    return mask


def _fields(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    """Read ``field(,field)*`` and return it with what is left."""
    mask: Mask = {}
    while True:
        path, tokens = _path(tokens, text)
        below: Mask = {}
        if tokens[:1] == ["("]:
            below, tokens = _fields(tokens[1:], text)
            if tokens[:1] != [")"]:
                raise BadMask(text)
            tokens = tokens[1:]
        for name in reversed(path):
            below = {name: below}
        mask = _union(mask, below) if mask else below
        if tokens[:1] != [","]:
            return mask, tokens
        tokens = tokens[1:]


def _path(tokens: list[str], text: str) -> tuple[list[str], list[str]]:
    path: list[str] = []
    while True:
        if not tokens or tokens[0] in ",/().":
            raise BadMask(text)
        path.append(tokens[0])
        tokens = tokens[1:]
        if tokens[:1] not in (["/"], ["."]):
            return path, tokens
        tokens = tokens[1:]


def _union(one: Mask, other: Mask) -> Mask:
    """Merge two masks; an empty one asks for everything, so it swallows the other."""
    if not one or not other:
        return {}
    return {
        name: _union(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name, {}))
        for name in one | other
    }


def check_mask(mask: Mask, schema: dict[str, Any], schemas: dict[str, dict[str, Any]], where: str = "") -> None:
    """Raise BadMask for the first field of *mask* that *schema* does not have."""
    schema = _resolve(schema, schemas)
    for name, below in mask.items():
        path = f"{where}/{name}" if where else name
        if name == "*":
            candidates = list(schema.get("properties", {}).values())
            if below and not any(_fits(below, found, schemas) for found in candidates):
                raise BadMask(path)
            continue
        found = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        if found is None:
            raise BadMask(path)
        if below:
            check_mask(below, found, schemas, path)


def _fits(mask: Mask, schema: dict[str, Any], schemas: dict[str, dict[str, Any]]) -> bool:
    try:
        check_mask(mask, schema, schemas)
    except BadMask:
        return False
    return True


def _resolve(schema: dict[str, Any], schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Follow references and step into lists, as masks do."""
    while True:
        if "$ref" in schema:
            schema = schemas[schema["$ref"]]
        elif schema.get("type") == "array":
            schema = schema["items"]
        else:
            return schema


def project(value: Any, mask: Mask) -> Any:
    """Keep of *value* what *mask* names."""
    if not mask:
        return value
    if isinstance(value, list):
        return [project(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    star = mask.get("*")
    kept = {}
    for name, item in value.items():
        below = mask.get(name, star)
        if below is not None:
            kept[name] = project(item, below) if below else item
    return kept
