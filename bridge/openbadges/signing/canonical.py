"""From a JSON-LD document to the bytes that are signed: RDF, canonical by RDFC-1.0, as N-Quads.

`canonical` is the one seam between documents and proofs. PyLD does the work; contexts come from package data,
and a context that is not there is refused, so nothing is ever fetched.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from pyld import jsonld
from pyld.canon import URDNA2015

from bridge.openbadges.errors import CannotTell, OpenBadgesError, ProofInvalid
from bridge.openbadges.text import is_clean

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
DID_V1 = "https://www.w3.org/ns/did/v1"
MULTIKEY_V1 = "https://w3id.org/security/multikey/v1"

#: Every context that can be used, and its file. See contexts/README.md for sources and licences.
CONTEXTS: Mapping[str, str] = {
    CREDENTIALS_V2: "credentials-v2.json",
    OPEN_BADGES: "ob-v3p0-context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "ob-v3p0-context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": "ob-v3p0-context-3.0.1.json",
    OPEN_BADGES_EXTENSIONS: "ob-v3p0-extensions.json",
    DID_V1: "did-v1.json",
    MULTIKEY_V1: "security-multikey-v1.json",
    "https://w3id.org/security/data-integrity/v2": "security-data-integrity-v2.json",
}

#: Limits for documents of unknown origin; our own stay far below.
MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_VALUES = 3000  # objects, names and values
MAX_ITEMS = 500  # of one list and those right in it, which are one to PyLD; it compares each with each
MAX_TYPES = 1000  # of all objects; each may bring contexts of its own (JSON-LD 1.1, 4.1.8)
MAX_ROUNDS = 5000
MAX_TWINS = 6

#: What is no such address, PyLD leaves out without a word, and all statements about it: they would not be signed.
_ABSOLUTE = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]*""")

_LOCK = Lock()


@cache
def context(url: str) -> dict[str, Any]:
    """Return the context published at *url*; raise CannotTell for one that is not package data."""
    if url not in CONTEXTS:
        raise CannotTell(f"The document uses the context {url}, which is not known here.")
    loaded: dict[str, Any] = json.loads(files("bridge.openbadges").joinpath("contexts", CONTEXTS[url]).read_bytes())
    return loaded


def load(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
    """Answer PyLD's document loader from package data alone, which PyLD need not read twice ("static")."""
    answer = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context(url)}
    return answer | {"tag": "static"}


def canonical(document: Mapping[str, Any]) -> str:
    """Return *document* as canonical N-Quads (RDFC-1.0), one statement a line, sorted.

    Raises ProofInvalid when the document says something that the N-Quads would not hold (an undefined term, a relative
    address): a signature would not cover it. Raises CannotTell when the document is too large or too entangled, uses a
    context that is not package data, or holds control characters on which implementations disagree.
    """
    screen(document)
    with one_at_a_time():
        statements = to_rdf(document)
        quads: str = _Bounded().main(statements, {"format": "application/n-quads"})  # type: ignore[no-untyped-call]
    return quads


def rdf(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the statements of *document* by graph, in PyLD's form; raise as `canonical` does."""
    screen(document)
    with one_at_a_time():
        return to_rdf(document)


def to_rdf(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Let PyLD do the work of `rdf`; only within `one_at_a_time`."""
    dropped: list[str | None] = []
    options: Any = {"documentLoader": load, "base": None}  # no base: what is relative stays so, and is refused
    expanded = jsonld.expand(document, options, on_property_dropped=dropped.append)
    refuse_uncovered(expanded, dropped)
    statements: dict[str, list[dict[str, Any]]] = jsonld.to_rdf(expanded, options)
    return statements


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep other threads out of PyLD, whose cache of contexts they must not share, and tell its errors in our words."""
    with _LOCK:
        try:
            yield
        except jsonld.JsonLdError as error:
            raise_known(error)
            raise ProofInvalid(f"The document is not good JSON-LD: {error.args[0] if error.args else error}") from error
        except OpenBadgesError:
            raise
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise CannotTell("The document is written in a way that can't be read here.") from error


def raise_known(error: BaseException) -> None:
    """Raise our own error again if PyLD wrapped one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CannotTell | ProofInvalid):
            raise cause
        cause = getattr(cause, "cause", None) or cause.__cause__


def refuse_uncovered(expanded: Any, dropped: list[str | None]) -> None:
    """Raise ProofInvalid if the RDF of *expanded* would lack anything that the document says."""
    if dropped:
        raise ProofInvalid(f"The document uses a word that its contexts do not define: {str(dropped[0])[:200]!r}.")
    for iri in addresses(expanded):
        if iri.startswith("_:"):
            raise CannotTell("The document names blank nodes, which is not supported here.")
        if iri == "@json":
            raise CannotTell("The document holds a value that is JSON itself, which is not supported here.")
        if not _ABSOLUTE.fullmatch(iri):
            raise ProofInvalid(f"The document uses {iri[:99]!r} where a complete address or a defined word must stand.")


def addresses(expanded: Any) -> Iterator[str]:
    """Yield every @id and @type in an expanded document."""
    if isinstance(expanded, list):
        for item in expanded:
            yield from addresses(item)
    elif isinstance(expanded, dict):
        for key, value in expanded.items():
            if key in ("@id", "@type"):
                yield from value if isinstance(value, list) else [value or ""]
            else:
                yield from addresses(value)


def screen(document: Mapping[str, Any]) -> None:
    """Raise CannotTell for a document that is too large, too deep, or written so that implementations disagree."""
    refuse_large(document)
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            screen_text(value)
        elif isinstance(value, Mapping):
            waiting += (part for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting += value


def refuse_large(document: Mapping[str, Any]) -> None:
    """Raise CannotTell for a document on which any implementation might work for long."""
    values = types = longest = 0
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if depth > MAX_DEPTH:
            raise CannotTell("The document is nested too deeply to be checked.")
        if isinstance(value, Mapping):
            types += len(value["type"]) if isinstance(value.get("type"), list) else 1
            waiting += ((part, depth + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            longest = max(longest, length(value))
            waiting += ((item, depth + 1) for item in value)
    if values > MAX_VALUES or types > MAX_TYPES or longest > MAX_ITEMS or len(json.dumps(document)) > MAX_BYTES:
        raise CannotTell("The document is too large to be checked.")


def length(value: Any) -> int:
    """Return how many items a list has once those in it are taken apart, as JSON-LD does; 1 for anything else."""
    return sum(map(length, value)) if isinstance(value, list) else 1


def screen_text(text: str) -> None:
    """Raise CannotTell for text that can't be signed so that every verifier agrees."""
    if not is_clean(text):
        raise CannotTell("The document holds control characters, on which verifiers disagree.")


class _Bounded(URDNA2015):
    """RDFC-1.0 that gives up on graphs built to take for ever (RDFC-1.0, Dataset Poisoning).

    PyLD has no type hints here; the names overridden are those of the algorithm's steps.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.rounds = 0

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        self.rounds += 1
        if self.rounds > MAX_ROUNDS:
            raise CannotTell("The document is too entangled to be checked.")
        return super().hash_n_degree_quads(id_, issuer)  # type: ignore[no-untyped-call]

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        related = super().create_hash_to_related(id_, issuer)  # type: ignore[no-untyped-call]
        labelled = self.canonical_issuer.existing
        unknown = (sum(node not in labelled for node in group) for group in related.values())
        if max(unknown, default=0) > MAX_TWINS:
            raise CannotTell("The document is too entangled to be checked.")
        return related
