"""Members that documents of both versions have: text, numbers, tags, alignments, evidence. Pure."""

from collections.abc import Collection, Iterable
from typing import Any

from .addresses import web_address
from .documents import Achievement, Alignment, EvidenceItem
from .errors import BadDocument
from .signing.proof import utf16
from .text import clean

Document = dict[str, Any]
CONTAINERS = (dict, list)


def criteria_url(achievement: Achievement) -> str:
    """Return the address of the criteria: a part of the achievement's page, so that it is not the achievement."""
    return f"{web_address(achievement.id)}#criteria"


def evidence(items: Iterable[EvidenceItem], taken: Collection[str] = ()) -> list[Document]:
    """Return the evidence objects, equal ones once.

    An address is told once too, and none of the ids *taken* by other objects: two objects of one id flow together in
    RDF, and whoever holds the badge could swap what they say without breaking the signature.
    """
    told = set(taken)
    objects: list[Document] = []
    for item in dict.fromkeys(items):
        address = web_address(item.url) if item.url else None
        found = {
            "id": address if address not in told else None,
            "type": ["Evidence"],
            "name": text(item.name),
            "description": text(item.description),
            "narrative": text(item.narrative),
            "genre": text(item.genre),
        }
        objects += [found] if found not in objects else []
        told |= {address} if address else set()
    return objects


def alignments(achievement: Achievement) -> list[Alignment]:
    """Return the achievement's alignments as they will be told, equal ones once: cleaned, with addresses that travel.

    Raises BadDocument for one without a name or a web address, which both versions ask for.
    """
    return list(dict.fromkeys(cleaned_alignment(target) for target in achievement.alignments))


def cleaned_alignment(target: Alignment) -> Alignment:
    name = text(target.name)
    if not name or not name.strip():
        raise BadDocument(f"The alignment with {target.url[:200]!r} has no name.")
    try:
        address = web_address(target.url)
    except BadDocument as error:
        raise BadDocument(f"The alignment {name[:80]!r} needs an address. {error}") from error
    return Alignment(
        name, address, text(target.code), text(target.framework), text(target.description), text(target.kind)
    )


def alignment_members(target: Alignment) -> Document:
    """Return what both versions say of an alignment; *target* comes from `alignments`."""
    return {
        "targetName": target.name,
        "targetUrl": target.url,
        "targetDescription": target.description,
        "targetFramework": target.framework,
        "targetCode": target.code,
    }


def ids(value: Any) -> set[str]:
    """Return the ids of all objects in *value*, a document or a part of one."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("id"), str):
                found.add(part["id"])
            part = part.values()
        elif not isinstance(part, list):
            continue
        waiting += [each for each in part if type(each) in CONTAINERS]
    return found


def text(value: str | None) -> str | None:
    """Return *value* cleaned, or nothing for nothing."""
    return clean(value) or None if value else None


def number(value: float | None) -> float | None:
    """Return *value* as an int when it is whole: JSON's 3.0 and 3 are one number, but not in every language."""
    return int(value) if value is not None and float(value).is_integer() else value


def each_once(words: Iterable[str]) -> list[str]:
    """Return *words*, cleaned, each once, in their order."""
    return list(dict.fromkeys(cleaned for word in words if (cleaned := text(word))))


def tags(words: Iterable[str]) -> list[str]:
    """Return the tags, each once; as one text if verifiers would disagree on their order (rdf-canonize issue 52)."""
    each = each_once(words)
    return each if sorted(each) == sorted(each, key=utf16) else [", ".join(each)]


def without_gaps(document: Document) -> Document:
    """Return *document*, copied, without members that are None or empty lists, at any depth."""
    return {
        name: part if type(part) is str else filled(part)
        for name, part in document.items()
        if part or (part is not None and part != [])
    }


def filled(value: Any) -> Any:
    if isinstance(value, dict):
        return without_gaps(value)
    if isinstance(value, list):
        return [item if type(item) is str else filled(item) for item in value]
    return value
