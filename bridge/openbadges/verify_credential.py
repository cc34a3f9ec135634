"""Check an Open Badges 3.0 credential as a stranger would: proof, issuer's key, time, status, recipient."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from . import status
from .addresses import did_url
from .errors import BadDocument, BadKey, CannotTell, ProofInvalid
from .findings import Fetch, Finding, as_list, fetch_object, identifier, period, show, texts
from .keys import PublicKey
from .proof import check
from .recipients import recipient_finding

Document = Mapping[str, Any]


def is_credential(document: Document) -> bool:
    """Return whether *document* means to be a verifiable credential."""
    return "VerifiableCredential" in texts(document.get("type")) or "credentialSubject" in document


def credential_findings(document: Document, fetch: Fetch, now: datetime, recipient: str | None) -> Iterator[Finding]:
    """Yield what is to be said about an Open Badges 3.0 credential; a forged one gets no further than its proof."""
    issuer = document.get("issuer")
    issuer_id = identifier(issuer)
    if not issuer_id:
        yield Finding("proof", False, "The credential does not say who issued it.")
        return
    genuine = proof_finding(document, issuer_id, fetch)
    yield genuine
    if genuine.ok is False:
        return
    yield about(document, issuer, issuer_id)
    yield period(document.get("validFrom"), document.get("validUntil"), now)
    yield from status_findings(document, issuer_id, fetch, now)
    if recipient is not None:
        yield recipient_finding(identities(document), recipient)


def proof_finding(document: Document, issuer_id: str, fetch: Fetch) -> Finding:
    """Return whether the proof is good and by a key with which the issuer vouches."""
    try:
        check(document, lambda key_id: resolve_key(key_id, issuer_id, fetch))
    except (ProofInvalid, BadKey) as error:
        return Finding("proof", False, str(error))
    except (CannotTell, BadDocument) as error:
        return Finding("proof", None, str(error))
    return Finding("proof", True, "It is genuine: the signature fits, and nothing was changed since.")


def resolve_key(key_id: str, issuer_id: str, fetch: Fetch) -> PublicKey:
    """Return the key *key_id* if *issuer_id* lists it among those that vouch for credentials (DID Core, 5.3.2).

    Raises ProofInvalid if it is another's or not listed, CannotTell if the issuer's document can't be had.
    """
    if not key_id.startswith(f"{issuer_id}#"):
        raise ProofInvalid(f"It was signed with the key {show(key_id)}, which is not the issuer's, {show(issuer_id)}.")
    if issuer_id.startswith("did:key:"):
        return PublicKey(key_id, issuer_id.removeprefix("did:key:"))
    if not issuer_id.startswith("did:web:"):
        raise CannotTell(f"The issuer {show(issuer_id)} is named in a way whose keys can't be looked up here.")
    document = fetch_object(fetch, did_url(issuer_id), "The issuer's list of keys")
    if document.get("id") != issuer_id:
        raise ProofInvalid(f"The list of keys at {show(did_url(issuer_id))} belongs to someone else.")
    return listed_key(document, key_id, issuer_id)


def listed_key(document: Document, key_id: str, issuer_id: str) -> PublicKey:
    """Return the method *key_id* of a DID document, if it may be used to assert."""
    vouching = as_list(document.get("assertionMethod"))
    methods = [*as_list(document.get("verificationMethod")), *vouching]
    if key_id not in map(identifier, vouching):
        raise ProofInvalid(f"The issuer does not list the key {show(key_id)} as one that vouches for credentials.")
    for method in methods:
        if isinstance(method, Mapping) and method.get("id") == key_id and method.get("controller") == issuer_id:
            if isinstance(multibase := method.get("publicKeyMultibase"), str):
                return PublicKey(key_id, multibase)
            raise CannotTell(f"The key {show(key_id)} is published in a form that can't be read here.")
    raise ProofInvalid(f"The issuer names the key {show(key_id)} but does not publish it.")


def about(document: Document, issuer: object, issuer_id: str) -> Finding:
    """Return what the credential is and who vouches for it."""
    name = issuer.get("name") if isinstance(issuer, Mapping) else None
    subject = next((item for item in as_list(document.get("credentialSubject")) if isinstance(item, Mapping)), {})
    achievement = subject.get("achievement")
    title = achievement.get("name") if isinstance(achievement, Mapping) else document.get("name")
    by = f"{show(name)} ({show(issuer_id)})" if name else show(issuer_id)
    return Finding("issuer", True, f"“{show(title or 'A badge without a name')}”, issued by {by}.")


def status_findings(document: Document, issuer_id: str, fetch: Fetch, now: datetime) -> Iterator[Finding]:
    """Yield whether the credential was revoked, as each of its status entries tells."""
    entries = as_list(document.get("credentialStatus"))
    if not entries:
        yield Finding("status", True, "The issuer does not publish whether it was revoked.")
    for entry in entries:
        try:
            revoked = is_revoked(entry, issuer_id, fetch, now)
        except (CannotTell, BadDocument) as error:
            yield Finding("status", None, f"Whether it was revoked can't be told. {error}")
        except (ProofInvalid, BadKey) as error:
            yield Finding(
                "status", None, f"Whether it was revoked can't be told: its status list is not genuine. {error}"
            )
        else:
            sentence = "It was revoked by its issuer." if revoked else "It was not revoked."
            yield Finding("status", not revoked, sentence)


def is_revoked(entry: object, issuer_id: str, fetch: Fetch, now: datetime) -> bool:
    """Return whether the status list says that the credential was revoked (Bitstring Status List v1.0, 3.2)."""
    if not isinstance(entry, Mapping) or entry.get("type") != "BitstringStatusListEntry":
        raise CannotTell("Its status is published in a way that can't be read here.")
    if entry.get("statusPurpose") != status.PURPOSE:
        raise CannotTell(f"Its status list is for {show(entry.get('statusPurpose'), 40)!r}, not for revocation.")
    if entry.get("statusSize", 1) != 1:
        raise CannotTell("Its status is told in more than one bit, which can't be read here.")
    url, index = entry.get("statusListCredential"), entry.get("statusListIndex")
    if not isinstance(url, str) or not isinstance(index, str) or not (index.isdecimal() and len(index) < 12):
        raise CannotTell("Its status entry lacks a list or an index.")
    listed = fetch_object(fetch, url, "The issuer's status list")
    bits = status.decode(genuine_list(listed, url, issuer_id, fetch, now))
    try:
        return bits.is_set(int(index))
    except IndexError as error:
        raise CannotTell(str(error)) from error


def genuine_list(listed: Document, url: str, issuer_id: str, fetch: Fetch, now: datetime) -> str:
    """Return the `encodedList` of a status list credential, after checking that it is the issuer's own."""
    subject = listed.get("credentialSubject")
    if listed.get("id") != url or identifier(listed.get("issuer")) != issuer_id or not isinstance(subject, Mapping):
        raise ProofInvalid(f"What is published at {show(url)} is not this issuer's status list.")
    check(listed, lambda key_id: resolve_key(key_id, issuer_id, fetch))
    if subject.get("type") != "BitstringStatusList" or subject.get("statusPurpose") != status.PURPOSE:
        raise CannotTell("The issuer's status list is not one of revocations.")
    if period(listed.get("validFrom"), listed.get("validUntil"), now).ok is False:
        raise CannotTell("The issuer's status list is out of date.")
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise CannotTell("The issuer's status list is empty.")
    return encoded


def identities(document: Document) -> Iterator[Mapping[str, Any]]:
    """Yield the e-mail identities of a credential's recipient."""
    for subject in as_list(document.get("credentialSubject")):
        if not isinstance(subject, Mapping):
            continue
        if identifier(subject).startswith("mailto:"):
            yield {"hashed": False, "identity": identifier(subject)}
        for item in as_list(subject.get("identifier")):
            if isinstance(item, Mapping) and item.get("identityType") == "emailAddress":
                yield item
