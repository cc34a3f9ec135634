"""Was it revoked? Bitstring Status Lists, as signed JSON or as VC-JWT, and 1EdTech revocation lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.openbadges import status
from bridge.openbadges.errors import BadDocument, BadJson, BadKey, CannotTell, OutOfReach, ProofInvalid
from bridge.openbadges.findings import (
    Finding,
    Inquiry,
    as_list,
    decoded,
    fetch_bytes,
    fetch_object,
    identifier,
    parse_object,
    period,
    show,
    texts,
)
from bridge.openbadges.signing.jose import is_token, parse_token

from .verify_proof import claimed, embedded, external, with_claims

Document = Mapping[str, Any]

MOST_ENTRIES = 10
LONG_AGO = "1970-01-01T00:00:00Z"

#: Purpose of a status list → what a bit that is set means, and one that is not (Bitstring Status List v1.0, 2.1).
MEANINGS = {
    "revocation": ("It was revoked by its issuer.", "It was not revoked."),
    "suspension": ("It is suspended by its issuer, which may be taken back.", "It is not suspended."),
}


def status_findings(document: Document, issuer_id: str, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield whether the credential was revoked or suspended, as each of its status entries tells."""
    entries = as_list(document.get("credentialStatus"))
    if not entries:
        yield Finding("status", True, "The issuer does not publish whether it was revoked.")
    if len(entries) > MOST_ENTRIES:
        yield Finding("status", None, f"It has {len(entries)} entries about its status, more than are looked up.")
        return
    for entry in entries:
        yield status_finding(entry, document, issuer_id, inquiry)


def status_finding(entry: Any, document: Document, issuer_id: str, inquiry: Inquiry) -> Finding:
    """Return what one entry of `credentialStatus` tells."""
    try:
        return looked_up(entry, document, issuer_id, inquiry)
    except OutOfReach as error:
        return Finding("status", None, f"Whether it was revoked can't be told. {error}")
    except (CannotTell, BadDocument) as error:
        if not isinstance(entry, Mapping) or entry.get("statusPurpose") not in (*MEANINGS, None):
            # For other purposes, of which nobody knows what they mean, openbadgeslib takes either bit for a good one.
            return Finding("status", None, f"Whether it was revoked can't be told. {error}")
        return second(document, inquiry, f"Whether it was revoked can't be told. {error}")
    except (ProofInvalid, BadKey) as error:
        return Finding("status", None, f"Whether it was revoked can't be told: its status list is not genuine. {error}")


def looked_up(entry: Any, document: Document, issuer_id: str, inquiry: Inquiry) -> Finding:
    """Return what the list says that *entry* names; raise CannotTell if it is of another kind."""
    kinds = texts(entry.get("type")) if isinstance(entry, Mapping) else []
    if "1EdTechRevocationList" in kinds:
        return listed_by_name(entry, document, issuer_id, inquiry)
    if "BitstringStatusListEntry" in kinds:
        return listed_by_bit(entry, issuer_id, inquiry)
    raise CannotTell("Its status is published in a way that can't be read here.")


def second(document: Document, inquiry: Inquiry, sentence: str) -> Finding:
    """Return the finding for a status that can't be judged here, after a second opinion if one is wanted."""
    if not inquiry.second_opinion:
        return Finding("status", None, sentence)
    from .second_opinion import on_status

    return on_status(document, inquiry.fetch, sentence)


# ── Bitstring Status List ─────────────────────────────────────────────────────


def listed_by_bit(entry: Document, issuer_id: str, inquiry: Inquiry) -> Finding:
    """Return what the credential's bit in a status list says (Bitstring Status List v1.0, 3.2)."""
    purpose = entry.get("statusPurpose")
    if purpose in ("message", "refresh"):
        return Finding("status", True, f"Its status list for “{purpose}” says nothing about whether it is valid.")
    if not isinstance(purpose, str) or purpose not in MEANINGS:
        raise CannotTell(f"Its status list is for {show(purpose, 40)!r}, not for revocation.")
    if entry.get("statusSize", 1) not in (1, "1"):
        raise CannotTell("Its status is told in more than one bit, which can't be read here.")
    url, index = entry.get("statusListCredential"), entry.get("statusListIndex")
    place = str(index) if isinstance(index, str | int) and not isinstance(index, bool) else ""
    if not isinstance(url, str) or not (place.isascii() and place.isdecimal() and len(place) < 12):
        raise CannotTell("Its status entry lacks a list or an index.")
    bits = status.decode(genuine_list(url, purpose, issuer_id, inquiry))
    try:
        revoked = bits.is_set(int(place))
    except IndexError as error:
        raise CannotTell(str(error)) from error
    return Finding("status", not revoked, MEANINGS[purpose][0 if revoked else 1])


def genuine_list(url: str, purpose: str, issuer_id: str, inquiry: Inquiry) -> str:
    """Return the `encodedList` of the status list at *url*, after checking that it is the issuer's own and current."""
    listed, doubt = signed_list(url, issuer_id, inquiry)
    subject = listed.get("credentialSubject")
    if doubt:
        raise CannotTell(doubt)
    if not isinstance(subject, Mapping) or "BitstringStatusList" not in texts(subject.get("type")):
        raise CannotTell("What the issuer publishes there is not a status list.")
    if purpose not in texts(subject.get("statusPurpose")):
        raise CannotTell("The issuer's status list is for another purpose.")
    if subject.get("statusSize", 1) not in (1, "1"):
        raise CannotTell("The issuer's status list has more than one bit for each credential.")
    in_force = period(listed.get("validFrom", LONG_AGO), listed.get("validUntil"), inquiry.now)
    if in_force.ok is not True:
        raise CannotTell(f"The issuer's status list does not count today. {in_force.sentence}")
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise CannotTell("The issuer's status list is empty.")
    return encoded


def signed_list(url: str, issuer_id: str, inquiry: Inquiry) -> tuple[Document, str]:
    """Return the credential at *url*, and a doubt about its key or ""; raise ProofInvalid if it is another issuer's."""
    data = fetch_bytes(inquiry.fetch, url, "The issuer's status list")
    text = decoded(data)
    if not is_token(text):
        try:
            listed = parse_object(data)
        except BadJson as error:
            raise CannotTell(f"The issuer's status list at {show(url)} is not readable. {error}") from error
        refuse_other_list(listed, url, issuer_id)
        return listed, embedded(listed, issuer_id, inquiry)
    token = parse_token(text)
    claims, claimed_list = claimed(token)
    refuse_other_list(claimed_list, url, issuer_id)
    return with_claims(claimed_list, claims), external(token, claims, claimed_list, issuer_id, inquiry)


def refuse_other_list(listed: Document, url: str, issuer_id: str) -> None:
    """Raise ProofInvalid if the list is not the one that was asked for, or another issuer's."""
    if identifier(listed) != url or identifier(listed.get("issuer")) != issuer_id:
        raise ProofInvalid(f"What is published at {show(url)} is not this issuer's status list.")


# ── 1EdTech Revocation List Status Method ─────────────────────────────────────


def listed_by_name(entry: Document, document: Document, issuer_id: str, inquiry: Inquiry) -> Finding:
    """Return whether the credential's id stands in a 1EdTech revocation list (1EdTech VCRL v1.0).

    The list bears no signature; that it is the issuer's own is known from the credential, which names its address and
    is signed. The standard's text calls the member `revokedCredential`, some issuers add an s.
    """
    url, credential_id = identifier(entry), identifier(document)
    if not url or not credential_id:
        raise CannotTell("Its status entry lacks a list, or the badge an id.")
    listed = fetch_object(inquiry.fetch, url, "The issuer's revocation list")
    if identifier(listed.get("issuer")) not in ("", issuer_id):
        raise CannotTell(f"The revocation list at {show(url)} is another issuer's.")
    if not {"revokedCredential", "revokedCredentials"} & set(listed):
        raise CannotTell(f"What is published at {show(url)} is not a revocation list.")
    for item in (*as_list(listed.get("revokedCredential")), *as_list(listed.get("revokedCredentials"))):
        revoked = not isinstance(item, Mapping) or item.get("revoked", True) is not False
        if identifier(item) == credential_id and revoked:
            return revoked_finding(item.get("revocationReason") if isinstance(item, Mapping) else None)
    return Finding("status", True, MEANINGS["revocation"][1])


def revoked_finding(reason: object) -> Finding:
    """Return the finding for a badge that was revoked, with the issuer's reason if there is one."""
    sentence = MEANINGS["revocation"][0]
    return Finding("status", False, f"{sentence.rstrip('.')}: {show(reason)}" if reason else sentence)
