"""The status lists of a site: what they say, and when one is to be written. See docs/decisions/0015-status-lists.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.model import Known
from bridge.openbadges import status
from bridge.openbadges.addresses import web_address
from bridge.openbadges.documents import Issuer
from bridge.openbadges.errors import OpenBadgesError, ProofInvalid
from bridge.openbadges.findings import parse_object
from bridge.openbadges.signing import proof
from bridge.openbadges.signing.keys import PublicKey, SigningKey
from bridge.openbadges.status import StatusList
from bridge.site import places
from bridge.site.award import pretty
from bridge.site.files import SiteFiles


@dataclass(frozen=True, slots=True)
class Listing:
    """What the ledger knows of one list: its *number*, the places of *revoked* awards in it, *since* when it is so."""

    number: int
    revoked: frozenset[int]
    since: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A list as it lies in the site's folder, genuine."""

    bits: StatusList
    key_id: str


def listings(known: Known, issuer: Issuer) -> Iterator[Listing]:
    """Yield what each list must say to which an order of *issuer* refers, by number.

    *since* follows from the ledger alone: the latest revocation, or else the earliest order.
    """
    ours = f"{issuer.did}#"
    began: dict[int, datetime] = {}
    revoked: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    credentials = {order.award: credential for order, credential in known.all_credentials()}
    for order in known.all_orders():
        if order.at_vendor or not order.key_id.startswith(ours):
            continue
        number, index = status.place(order.status_index)
        began[number] = min(order.issued_on, began.get(number, order.issued_on))
        credential = credentials.get(order.award)
        if credential is not None and credential.revoked_at is not None:
            revoked[number][index] = credential.revoked_at
    for number, earliest in sorted(began.items()):
        yield Listing(number, frozenset(revoked[number]), max(revoked[number].values(), default=earliest))


def list_file(
    files: SiteFiles, listing: Listing, issuer: Issuer, key: SigningKey, retired: Sequence[PublicKey]
) -> bytes | None:
    """Return the list to be written, or None where the folder's own says the same, signed by the present *key*.

    What was revoked stays so (W3C Bitstring Status List v1.0, 2.1: not reversible): a bit that is set in the folder's
    list, by *key* or one of *retired*, is kept, also when an older ledger was put back that does not know why.
    """
    url = web_address(f"{issuer.url}/{places.status_list(listing.number)}")
    bits = status.status_list(listing.revoked)
    there = published(files.read(places.status_list(listing.number)), url, issuer, (key.public, *retired))
    if there is not None:
        bits |= there.bits
        if there == Published(bits, key.key_id):
            return None
    return pretty(proof.sign(status.credential(url, issuer, bits, listing.since), key, listing.since))


def published(data: bytes | None, url: str, issuer: Issuer, keys: Sequence[PublicKey]) -> Published | None:
    """Return the list in *data* if it is whole, the one of *url*, and signed by one of *keys*; else None."""
    try:
        document = parse_object(data or b"")
        proof.check(document, lambda key_id: one_of(keys, key_id))
        bits = status.decode(member(document, "credentialSubject", "encodedList"))
    except (ValueError, OpenBadgesError):
        return None
    if (document.get("id"), document.get("issuer")) != (url, issuer.did) or bits.length != status.ENTRIES:
        return None
    return Published(bits, document["proof"]["verificationMethod"])


def one_of(keys: Sequence[PublicKey], key_id: str) -> PublicKey:
    """Return the key named *key_id*; raise ProofInvalid if it is none of *keys*."""
    for key in keys:
        if key.key_id == key_id:
            return key
    raise ProofInvalid("The list was signed by somebody else.")


def member(document: Mapping[str, Any], *path: str) -> str:
    """Return the text at *path* in *document*, "" where there is none."""
    value: Any = document
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def forgotten(files: SiteFiles, known: Known, issuer: Issuer) -> frozenset[int]:
    """Return the entries that awards in the folder hold of which *known* has no order: an older ledger was put back.

    They are published in those awards, so no other award may have them. Raises Refused if the folder can't be read.
    """
    ordered = {f"{places.CREDENTIALS}/{order.award}.json" for order in known.all_orders()}
    return frozenset(
        number
        for name in files.names(places.CREDENTIALS)
        if name.endswith(".json") and name not in ordered and (number := entry(files.read(name), issuer)) is not None
    )


def entry(data: bytes | None, issuer: Issuer) -> int | None:
    """Return the entry, from 0 across all lists, that a credential of *issuer* in *data* holds; None without one."""
    try:
        document = parse_object(data or b"")
    except ValueError:
        return None
    url = member(document, "credentialStatus", "statusListCredential")
    index = member(document, "credentialStatus", "statusListIndex")
    site = f"{web_address(issuer.url)}/"
    number = places.status_list_number(url.removeprefix(site)) if url.startswith(site) else None
    if number is None or not (index.isdecimal() and len(index) <= len(str(status.ENTRIES))):
        return None
    return status.entry(number, int(index))
