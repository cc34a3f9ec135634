"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022 (W3C Data Integrity EdDSA Cryptosuites v1.0, 3.2)."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from .canonical import CONTEXTS, canonical
from .errors import BadDocument, CannotTell, ProofInvalid
from .keys import PublicKey, SigningKey, base58, from_base58

Document = dict[str, Any]

SUITE = "eddsa-rdfc-2022"


def sign(document: Mapping[str, Any], key: SigningKey, created: datetime) -> Document:
    """Return *document* with a proof by *key*; the same input gives the same bytes.

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
        message = digest(document, options, portable=True)
    except (ProofInvalid, CannotTell) as error:
        raise BadDocument(f"This can't be signed. {error}") from error
    return {**document, "proof": {**options, "proofValue": "z" + base58(key.sign(message))}}


def check(document: Mapping[str, Any], resolve_key: Callable[[str], PublicKey]) -> None:
    """Check the proof of *document*; return nothing if it is good.

    *resolve_key* gets the proof's verificationMethod and returns the key, after its own check that this key may speak
    for the issuer. Raises ProofInvalid when the proof is not this document's, CannotTell when it can't be checked
    here (another suite, an unknown context, a document beyond the limits), and whatever *resolve_key* raises.
    """
    proof = find_proof(document)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    refuse_other_contexts(unsecured)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    key = resolve_key(proof["verificationMethod"])
    message = digest(unsecured, options)
    if not key.verifies(signature(proof["proofValue"]), message):
        raise ProofInvalid("The signature does not fit: the document was changed after it was signed.")


def digest(document: Mapping[str, Any], options: Mapping[str, Any], *, portable: bool = False) -> bytes:
    """Return the 64 bytes to sign: the hash of the canonical proof options, then that of the document."""
    quads = canonical(document)
    if portable:
        refuse_unportable(quads)
    config = hash_of(json.dumps({"@context": document["@context"], **options}))
    return config + sha256(quads.encode()).digest()


@lru_cache(maxsize=16)
def hash_of(options: str) -> bytes:
    """Return the hash of proof options given as JSON; all badges of one night have the same."""
    return sha256(canonical(json.loads(options)).encode()).digest()


def refuse_unportable(quads: str) -> None:
    """Raise CannotTell if JavaScript, which sorts by UTF-16 units, would put the statements in another order."""
    lines = quads.split("\n")[:-1]
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
    """Raise CannotTell unless the document's words mean what the published contexts say, and nothing else.

    A signature covers meanings, not spellings: with a context of its own, or with full addresses as names of members,
    a forger could keep the meaning and change what readers of the JSON see.
    """
    contexts = document.get("@context")
    for url in contexts if isinstance(contexts, list) else [contexts]:
        if not isinstance(url, str) or url not in CONTEXTS:
            raise CannotTell(f"The document uses the context {str(url)[:200]!r}, which is not known here.")
    for place, node in enumerate(nodes({name: value for name, value in document.items() if name != "@context"})):
        for name in node:
            if name.startswith("@") or ":" in name:
                raise CannotTell(f"The document has a member {name[:80]!r}, which is not supported here.")
        if place and node.get("id", "") == document.get("id"):
            raise CannotTell("The document speaks of itself in more than one place, which is not supported here.")


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


def timestamp(moment: datetime) -> str:
    """Return an aware *moment* as XML Schema dateTimeStamp in UTC, to the second."""
    if moment.tzinfo is None:
        raise BadDocument(f"The time {moment} does not say in which time zone it is.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
