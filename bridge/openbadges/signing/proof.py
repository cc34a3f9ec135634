"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022 (W3C Data Integrity EdDSA Cryptosuites v1.0, 3.2)."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import Any

from bridge.openbadges.errors import BadDocument, CannotTell, ProofInvalid

from .canonical import CONTEXTS, canonical, refuse_large
from .keys import PublicKey, SigningKey, base58, from_base58
from .shapes import Shapes

Document = dict[str, Any]
Canonicalise = Callable[[Mapping[str, Any]], str]

SUITE = "eddsa-rdfc-2022"
MOST_CONTEXTS = 8  # a badge has three; each is worked through again, however often it was before

#: The first byte, in UTF-8, of characters that are two units in UTF-16.
TWO_UNITS = tuple(byte.to_bytes() for byte in range(0xF0, 0xF5))

#: The shapes of what was signed here lately: they make the next signature faster, and no other.
SHAPES = Shapes()


def sign(
    document: Mapping[str, Any], key: SigningKey, created: datetime, canonicalise: Canonicalise | None = None
) -> Document:
    """Return *document* with a proof by *key*; the same input gives the same bytes, whatever way to *canonicalise*.

    (None is the fastest, with `SHAPES`.)

    Raises BadDocument when the document could not be verified everywhere: a term its contexts do not define, a control
    character, or values whose order differs between implementations (rdf-canonize issue 52).
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": timestamp(created),
        "verificationMethod": key.key_id,
        "proofPurpose": "assertionMethod",
    }
    try:
        quads = encoded(document, canonicalise)
        refuse_unportable(quads)
        message = digest(quads, document, options, canonicalise)
    except (ProofInvalid, CannotTell) as error:
        raise BadDocument(f"This can't be signed. {error}") from error
    return {**document, "proof": {**options, "proofValue": "z" + base58(key.sign(message))}}


def check(document: Mapping[str, Any], resolve_key: Callable[[str], PublicKey]) -> None:
    """Check the proof of *document*; return nothing if it is good.

    *resolve_key* gets the proof's verificationMethod and returns the key, after its own check that this key may speak
    for the issuer. Raises ProofInvalid when the proof is not this document's, CannotTell when it can't be checked
    here (another suite, an unknown context, a document beyond the limits), and whatever *resolve_key* raises.
    """
    refuse_large(document)
    proof = find_proof(document)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    refuse_other_contexts(unsecured)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    refuse_ambiguous(options)  # it is the caller who reads when the proof ends
    key = resolve_key(proof["verificationMethod"])
    message = digest(encoded(unsecured, canonical), unsecured, options, canonical)
    if not key.verifies(signature(proof["proofValue"]), message):
        raise ProofInvalid("The signature does not fit: the document was changed after it was signed.")


def encoded(document: Mapping[str, Any], canonicalise: Canonicalise | None) -> bytes:
    """Return the canonical N-Quads of *document* in UTF-8."""
    return canonicalise(document).encode() if canonicalise else SHAPES.encoded(document)


def digest(
    quads: bytes, document: Mapping[str, Any], options: Mapping[str, Any], canonicalise: Canonicalise | None
) -> bytes:
    """Return the 64 bytes to sign: the hash of the canonical proof options, then that of the document's *quads*."""
    config = hash_of(json.dumps({"@context": document["@context"], **options}), canonicalise)
    return config + sha256(quads).digest()


@lru_cache(maxsize=16)
def hash_of(options: str, canonicalise: Canonicalise | None) -> bytes:
    """Return the hash of proof options given as JSON; badges that were decided on at one time have the same."""
    return sha256(encoded(json.loads(options), canonicalise)).digest()


def refuse_unportable(quads: bytes) -> None:
    """Raise CannotTell if JavaScript, which sorts by UTF-16 units, would put the statements in another order."""
    if not any(map(quads.__contains__, TWO_UNITS)):
        return
    lines = quads.decode().split("\n")[:-1]
    if lines != sorted(lines, key=utf16):
        raise CannotTell("Verifiers would sort two of its values differently (U+E000–FFFF beside emoji).")


def utf16(text: str) -> bytes:
    """Return a key that sorts *text* as JavaScript does."""
    return text.encode("utf-16-be")


def find_proof(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the eddsa-rdfc-2022 proof of *document* with all members that a check needs."""
    proofs = document.get("proof")
    candidates = proofs if isinstance(proofs, list) else [proofs]
    if proofs is None or not candidates:
        raise ProofInvalid("The document bears no proof.")
    if len(candidates) > 1:
        raise CannotTell("The document bears several proofs; only a single one can be checked here.")
    proof = candidates[0]
    if not isinstance(proof, Mapping):
        raise ProofInvalid("The proof is not an object.")
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        kind = proof.get("cryptosuite") or proof.get("type")
        raise CannotTell(f"The proof is of the kind {str(kind)[:80]!r}, which can't be checked here.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofInvalid("The proof was made for another purpose than to vouch for a credential.")
    if not isinstance(proof.get("verificationMethod"), str) or not isinstance(proof.get("proofValue"), str):
        raise ProofInvalid("The proof lacks its key or its value.")
    if "@context" in proof:
        raise CannotTell("The proof brings contexts of its own, which is not supported here.")
    return proof


def refuse_other_contexts(document: Mapping[str, Any]) -> None:
    """Raise CannotTell unless the document's words mean what the published contexts say, and nothing else."""
    told = document.get("@context")
    contexts = told if isinstance(told, list) else [told]
    if len(contexts) > MOST_CONTEXTS:
        raise CannotTell(f"The document names {len(contexts)} contexts, which is not supported here.")
    for url in contexts:
        if not isinstance(url, str) or url not in CONTEXTS:
            raise CannotTell(f"The document uses the context {str(url)[:200]!r}, which is not known here.")
    if any("@context" in node for node in islice(nodes(document), 1, None)):
        raise CannotTell("The document has a part with contexts of its own, which is not supported here.")
    refuse_ambiguous(document)


def refuse_ambiguous(document: Mapping[str, Any]) -> None:
    """Raise CannotTell if whoever holds the document could change what it seems to say, and the signature would hold.

    A signature of RDF covers meanings, not spellings: with words of its own in a context, with full addresses as names
    of members, or with two objects of one id, the JSON that people read can change while its meaning stays. So it is
    with the options of a proof.
    """
    told: dict[str, dict[str, Any]] = {}
    for place, node in enumerate(nodes(document)):
        for name, value in node.items():
            if name == "@context" and all(
                isinstance(url, str) for url in (value if isinstance(value, list) else [value])
            ):
                continue
            if name.startswith("@") or ":" in name:
                raise CannotTell(f"The document has a member {name[:80]!r}, which is not supported here.")
        if place and node.get("id", "") == document.get("id"):
            raise CannotTell("The document speaks of itself in more than one place, which is not supported here.")
        refuse_two_voices(node, told)


def refuse_two_voices(node: Mapping[str, Any], told: dict[str, dict[str, Any]]) -> None:
    """Raise CannotTell if *node* says something else of its id than was *told* by others; add to *told* what it says.

    In RDF they are one thing with both values, so which object says which could be swapped after signing. Types can't
    be swapped: the meaning of the other members hangs on them.
    """
    if not isinstance(node.get("id"), str):
        return
    others = told.setdefault(node["id"], {})
    for name, value in node.items():
        if name not in ("type", "@context") and alone(others.setdefault(name, value)) != alone(value):
            raise CannotTell(f"The document tells two things of {node['id'][:80]!r}, which is not supported here.")


def alone(value: Any) -> Any:
    """Return *value*, or the only item of a list: JSON-LD takes them for the same."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def nodes(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield *document* and every object in it, itself first."""
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def signature(value: str) -> bytes:
    """Return the 64 bytes of a proofValue; raise ProofInvalid if it holds something else."""
    try:
        data = from_base58(value[1:]) if value.startswith("z") else b""
    except ValueError:
        data = b""
    if len(data) != 64:
        raise ProofInvalid("The proof's value is not a signature.")
    return data


@lru_cache(maxsize=64)
def timestamp(moment: datetime) -> str:
    """Return an aware *moment* as XML Schema dateTimeStamp in UTC, to the second."""
    if moment.tzinfo is None:
        raise BadDocument(f"The time {moment} does not say in which time zone it is.")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
