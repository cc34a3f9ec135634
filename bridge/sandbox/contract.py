"""Every request and every answer, held against Google's own documents.

What the documents can't say (required fields, grammar, defaults) stands in `assumptions`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bridge.sandbox.documents import Document, Method, load
from bridge.sandbox.masks import BadMask, Mask, check_mask, parse_mask

Json = dict[str, Any]

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One break of the contract: *where* in the value (``rows[2].name``) and what; *unknown* names a stray field."""

    where: str
    what: str
    unknown: str = ""

    def below(self, place: str) -> Problem:
        joint = "" if not self.where or self.where.startswith("[") else "."
        return Problem(f"{place}{joint}{self.where}", self.what, self.unknown)

    def __str__(self) -> str:
        if self.unknown:
            return f"unknown field {self.unknown!r} at {self.where!r}"
        return f"{self.what} at {self.where!r}"


Problems = list[Problem]
Check = Callable[[Any], Problems | None]


@dataclass(frozen=True, slots=True)
class Query:
    """A checked query: typed values, defaults filled in, the parsed mask, and what was wrong with it."""

    params: Json
    mask: Mask
    problems: Problems


def check_query(method: Method, pairs: Iterable[tuple[str, str]]) -> Query:
    """Type and check the query of *method*; unknown names are problems with `unknown` set."""
    problems: Problems = []
    params: Json = {}
    for name, text in pairs:
        spec = method.params.get(name)
        if spec is None or spec.get("location") == "path":
            problems.append(Problem("", "unknown parameter", name))
        elif name in params and not spec.get("repeated"):
            problems.append(Problem(name, "given more than once"))
        else:
            _take(name, text, spec, params, problems)
    for name, spec in method.params.items():
        if spec.get("location") != "path" and name not in params:
            if spec.get("required"):
                problems.append(Problem(name, "required parameter is missing"))
            elif "default" in spec and not spec.get("repeated"):
                params[name] = _value(spec["default"], spec)
    return Query(params, _mask(method, params, problems), problems)


def _take(name: str, text: str, spec: Json, params: Json, problems: Problems) -> None:
    try:
        value = _value(text, spec)
    except ValueError as error:
        problems.append(Problem(name, f"{error}, not {text!r}"))
        return
    if spec.get("repeated"):
        params.setdefault(name, []).append(value)
    else:
        params[name] = value


def _value(text: str, spec: Json) -> Any:
    match spec["type"]:
        case "integer":
            return _integer(text, spec)
        case "boolean":
            # gspread sends Python's "True" and works in the wild, so capitals can't matter.
            if text.lower() not in ("true", "false"):
                raise ValueError("must be true or false")
            return text.lower() == "true"
        case "number":
            return float(text)
    if "enum" in spec and text not in spec["enum"]:
        raise ValueError(f"must be one of {', '.join(spec['enum'])}")
    if "pattern" in spec and not re.fullmatch(spec["pattern"], text):
        raise ValueError(f"must match {spec['pattern']}")
    return text


def _integer(text: str, spec: Json) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise ValueError("must be a whole number")
    value = int(text)
    low, high = _range(spec)
    if not max(low, int(spec.get("minimum", low))) <= value <= min(high, int(spec.get("maximum", high))):
        raise ValueError(f"must be in {spec.get('minimum', low)}..{spec.get('maximum', high)}")
    return value


def _range(spec: Json) -> tuple[int, int]:
    match spec.get("format"):
        case "uint32":
            return 0, 2**32 - 1
        case "int64":
            return -(2**63), 2**63 - 1
        case "uint64":
            return 0, 2**64 - 1
    return -(2**31), 2**31 - 1


def _mask(method: Method, params: Json, problems: Problems) -> Mask:
    if "fields" not in params:
        return {}
    try:
        mask = parse_mask(params["fields"])
        if method.response and params.get("alt") != "media":
            check_mask(mask, {"$ref": method.response}, method.document.schemas)
    except BadMask as error:
        problems.append(Problem("fields", error.path))
        return {}
    return mask


def check_request(method: Method, body: Any, *, upload: bool = False) -> Problems:
    """Hold a request's body against the document; a method without a body takes none.

    With an *upload* no field is required: the content says it.
    """
    if method.request is None:
        return [] if body in ({}, None) else [Problem("", "this method takes no body")]
    found = _schema_check(method.service, method.request, True)(body) or []
    schema = method.document.schemas[method.request]
    for name, spec in schema.get("properties", {}).items():
        required = method.id in spec.get("annotations", {}).get("required", ())
        if required and not upload and name not in (body or {}):
            found.append(Problem(name, "required field is missing"))
    return found


def check_response(method: Method, body: Any) -> Problems:
    """Hold an answer of ours against the document; a method without an answer gives ``{}``."""
    if method.response is None:
        return [] if body in ({}, None) else [Problem("", "this method answers with nothing")]
    return _schema_check(method.service, method.response, False)(body) or []


@cache
def _schema_check(service: str, name: str, lenient: bool) -> Check:
    document, key = load().by_name[service], (service, name, lenient)
    _UNDER_WAY.add(key)
    try:
        return _compile(document, document.schemas[name], lenient)
    finally:
        _UNDER_WAY.remove(key)


#: Schemas being compiled: one that refers back to them must look them up later.
_UNDER_WAY: set[tuple[str, str, bool]] = set()


def _compile(document: Document, schema: Json, lenient: bool) -> Check:
    """Turn a schema into a function, once: pages of thousands of answers are checked by it.

    *lenient* is for requests: there null means "not given", and int64 may come as a number.
    """
    if "$ref" in schema:
        return _reference(document.name, schema["$ref"], lenient)
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _object(document, schema, lenient)
        case "object":
            return _map(_compile(document, schema.get("additionalProperties", {"type": "any"}), lenient))
        case "array":
            return _array(_compile(document, schema["items"], lenient))
        case "string":
            return _string(schema, lenient)
        case "integer":
            return _number(schema, whole=True)
        case "number":
            return _number(schema, whole=False)
        case "boolean":
            return _boolean
    return _anything


def _reference(service: str, name: str, lenient: bool) -> Check:
    if (service, name, lenient) not in _UNDER_WAY:
        return _schema_check(service, name, lenient)
    return lambda value: _schema_check(service, name, lenient)(value)


def _object(document: Document, schema: Json, lenient: bool) -> Check:
    checks = {name: _compile(document, spec, lenient) for name, spec in schema["properties"].items()}

    def check(value: Any) -> Problems | None:
        if type(value) is not dict:
            return [Problem("", f"must be an object, not {_short(value)}")]
        problems: Problems | None = None
        for name, item in value.items():
            if item is None and lenient:
                continue
            below = checks.get(name)
            found = [Problem("", "unknown", name)] if below is None else below(item)
            if found:
                place = name if below else ""
                problems = (problems or []) + ([one.below(place) for one in found] if place else found)
        return problems

    return check


def _map(below: Check) -> Check:
    def check(value: Any) -> Problems | None:
        if type(value) is not dict:
            return [Problem("", f"must be an object, not {_short(value)}")]
        problems: Problems | None = None
        for name, item in value.items():
            if found := below(item):
                problems = (problems or []) + [one.below(name) for one in found]
        return problems

    return check


def _array(below: Check) -> Check:
    def check(value: Any) -> Problems | None:
        if type(value) is not list:
            return [Problem("", f"must be a list, not {_short(value)}")]
        problems: Problems | None = None
        for index, item in enumerate(value):
            if found := below(item):
                problems = (problems or []) + [one.below(f"[{index}]") for one in found]
        return problems

    return check


def _string(schema: Json, lenient: bool) -> Check:
    if "enum" in schema:
        allowed = frozenset(schema["enum"])
        return lambda value: None if value in allowed else [Problem("", f"unknown value {_short(value)}")]
    fits = _FORMATS.get(schema.get("format", ""))

    def check(value: Any) -> Problems | None:
        if lenient and type(value) is int and schema.get("format") in ("int64", "uint64"):
            return None
        if type(value) is not str or (fits is not None and not fits(value)):
            return [Problem("", f"must be a string{_as(schema)}, not {_short(value)}")]
        return None

    return check


def _number(schema: Json, *, whole: bool) -> Check:
    low, high = _range(schema)

    def check(value: Any) -> Problems | None:
        if type(value) is int and (not whole or low <= value <= high):
            return None
        if type(value) is float and (not whole or value.is_integer()):
            return None
        if not whole and value in ("NaN", "Infinity", "-Infinity"):
            return None
        return [Problem("", f"must be a number{_as(schema)}, not {_short(value)}")]

    return check


def _boolean(value: Any) -> Problems | None:
    return None if type(value) is bool else [Problem("", f"must be true or false, not {_short(value)}")]


def _anything(value: Any) -> Problems | None:
    return None


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except ValueError:  # binascii.Error among them
        return False
    return True


_FORMATS: Mapping[str, Callable[[str], object]] = {
    "int64": re.compile(r"-?\d{1,19}").fullmatch,
    "uint64": re.compile(r"\d{1,20}").fullmatch,
    "google-datetime": RFC3339.fullmatch,
    "date-time": RFC3339.fullmatch,
    "date": re.compile(r"\d{4}-\d\d-\d\d").fullmatch,
    "byte": _is_base64,
}


def _as(schema: Json) -> str:
    return f" ({schema['format']})" if "format" in schema else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
