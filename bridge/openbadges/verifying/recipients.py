"""Is this badge that person's? Recipients stand in badges as salted hashes."""

from collections.abc import Iterable, Mapping
from hashlib import md5, sha256
from typing import Any

from bridge.openbadges.findings import Finding


def recipient_finding(identities: Iterable[Mapping[str, Any]], recipient: str) -> Finding:
    """Return whether one of *identities* is the address *recipient*, tried as typed and in small letters.

    Each of *identities* has `hashed`, `salt`, and the hash or the plain address in `identityHash` (3.0) or `identity`
    (2.0).
    """
    known = list(identities)
    if any(matches(identity, spelling) for identity in known for spelling in spellings(recipient)):
        return Finding("recipient", True, f"It was issued to {recipient}.")
    if not known:
        return Finding("recipient", None, "It does not say in a readable way to whom it was issued.")
    return Finding("recipient", False, f"It was not issued to {recipient}.")


def spellings(recipient: str) -> set[str]:
    """Return the ways to write an address that issuers hash."""
    return {recipient, recipient.strip(), recipient.strip().lower()}


def matches(identity: Mapping[str, Any], recipient: str) -> bool:
    """Return whether *identity* is *recipient*; md5 is recognised because older badges use it."""
    value, salt = identity.get("identityHash", identity.get("identity")), identity.get("salt") or ""
    if not isinstance(value, str) or not isinstance(salt, str):
        return False
    if not identity.get("hashed"):
        return value.removeprefix("mailto:").strip().lower() == recipient.lower()
    method, _, digest = value.partition("$")
    salted = (recipient + salt).encode(errors="replace")
    hashes = {"sha256": sha256, "md5": lambda data: md5(data, usedforsecurity=False)}
    return method in hashes and hashes[method](salted).hexdigest() == digest.lower()
