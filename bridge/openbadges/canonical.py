"""From a JSON-LD document to the bytes that are signed: RDF, canonical by RDFC-1.0, as N-Quads.

`canonical` is the one seam between documents and proofs. PyLD does the work; contexts come from package data,
and a context that is not there is refused, so nothing is ever fetched.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from pyld import jsonld
from pyld.canon import URDNA2015

from .errors import CannotTell, OpenBadgesError, ProofInvalid
from .text import is_clean

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
MAX_VALUES = 3000  # objects, names and values; PyLD takes time by the square of them
MAX_ROUNDS = 5000
MAX_TWINS = 6

_ONE_AT_A_TIME = Lock()  # PyLD keeps processed contexts in a cache that threads must not share


@cache
def context(url: str) -> dict[str, Any]:
    """Return the context published at *url*; raise CannotTell for one that is not package data."""
    if url not in CONTEXTS:
        raise CannotTell(f"The document uses the context {url}, which is not known here.")
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("contexts", CONTEXTS[url]).read_bytes())
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
    dropped: list[str | None] = []
    options: Any = {"documentLoader": load, "base": None}  # no base: what is relative stays so, and is refused
    with _ONE_AT_A_TIME:
        try:
            expanded = jsonld.expand(document, options, on_property_dropped=dropped.append)
            refuse_uncovered(expanded, dropped)
            dataset = jsonld.to_rdf(expanded, options)
            quads: str = _Bounded().main(dataset, {"format": "application/n-quads"})  # type: ignore[no-untyped-call]
        except jsonld.JsonLdError as error:
            raise_known(error)
            raise ProofInvalid(f"The document is not good JSON-LD: {error.args[0] if error.args else error}") from error
        except OpenBadgesError:
            raise
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise CannotTell(f"The document is written in a way that can't be read here ({error}).") from error
    return quads


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
        if ":" not in iri or any(character in iri for character in ' <>"{}|\\^`\n\r\t'):
            raise ProofInvalid(f"The document uses {iri[:99]!r} where a complete address or a defined word must stand.")


def addresses(expanded: Any) -> Iterator[str]:
    """Yield every @id and @type in an expanded document."""
    if isinstance(expanded, list):
        for item in expanded:
            yield from addresses(item)
    elif isinstance(expanded, dict):
        for key, value in expanded.items():
            if key in ("@id", "@type"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from addresses(value)


def screen(document: Mapping[str, Any]) -> None:
    """Raise CannotTell for a document that is too large, too deep, or written so that implementations disagree."""
    values = 0
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if depth > MAX_DEPTH:
            raise CannotTell("The document is nested too deeply to be checked.")
        if isinstance(value, str):
            screen_text(value)
        elif isinstance(value, Mapping):
            waiting += ((part, depth + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting += ((item, depth + 1) for item in value)
    if values > MAX_VALUES or len(json.dumps(document)) > MAX_BYTES:
        raise CannotTell("The document is too large to be checked.")


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
