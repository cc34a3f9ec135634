"""Bitstring Status Lists (W3C Bitstring Status List v1.0): one bit a credential, set when it was revoked.

A list is made and written whole, and never changes its size: when there are more credentials, there are more lists.
The caller allots the places by chance, so that they tell nothing about anyone (2.1, statusListIndex).
"""

import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .addresses import web_address
from .documents import Issuer
from .errors import CannotTell
from .signing.canonical import CREDENTIALS_V2
from .signing.proof import timestamp

#: How many entries each list has: the fewest that the standard allows, so that one hides among many (16 KiB; 2.2).
ENTRIES = 131_072
MAX_BYTES = 2 * 1024 * 1024
PURPOSE = "revocation"


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits of one list; the first bit is the leftmost of the first byte."""

    bits: bytes

    @property
    def length(self) -> int:
        """How many credentials the list has room for."""
        return len(self.bits) * 8

    def is_set(self, index: int) -> bool:
        """Return whether the credential at *index* was revoked; raise IndexError outside of the list."""
        if not 0 <= index < self.length:
            raise IndexError(f"The status list has {self.length} entries; {index} is not one of them.")
        return bool(self.bits[index // 8] & (0x80 >> index % 8))

    def set(self, *indices: int) -> "StatusList":
        """Return the list with *indices* revoked as well; raise IndexError outside of the list."""
        bits = bytearray(self.bits)
        for index in indices:
            self.is_set(index)
            bits[index // 8] |= 0x80 >> index % 8
        return StatusList(bytes(bits))

    def __or__(self, other: "StatusList") -> "StatusList":
        """Return the list in which is set what is set in either; raise ValueError if one is longer."""
        return StatusList(bytes(one | two for one, two in zip(self.bits, other.bits, strict=True)))

    def encoded(self) -> str:
        """Return the list as `encodedList`: gzip, base64url without padding, multibase prefix "u" (2.2)."""
        return "u" + urlsafe_b64encode(gzip.compress(self.bits, mtime=0)).decode().rstrip("=")


def status_list(revoked: Iterable[int] = ()) -> StatusList:
    """Return a list with the indices *revoked* set; raise IndexError for one outside of it."""
    return StatusList(bytes(ENTRIES // 8)).set(*revoked)


def place(number: int) -> tuple[int, int]:
    """Return where the entry *number*, from 0 across all lists, stands: which list, from 1, and the index in it."""
    return number // ENTRIES + 1, number % ENTRIES


def entry(list_number: int, index: int) -> int:
    """Return the entry that stands at *index* in the list *list_number*: the reverse of `place`."""
    return (list_number - 1) * ENTRIES + index


def decode(encoded: str) -> StatusList:
    """Return the list in an `encodedList`; raise CannotTell when it is malformed, too short, or beyond 2 MiB."""
    text = encoded.removeprefix("u")
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(packed, MAX_BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise CannotTell("The issuer's status list can't be read.") from error
    if len(bits) > MAX_BYTES:
        raise CannotTell("The issuer's status list is too large to be read.")
    if not unpacker.eof or len(bits) * 8 < ENTRIES:
        raise CannotTell("The issuer's status list is shorter than the standard allows.")
    return StatusList(bits)


def credential(list_url: str, issuer: Issuer, bits: StatusList, valid_from: datetime) -> dict[str, Any]:
    """Return the unsigned BitstringStatusListCredential to be signed and published at *list_url*.

    It has no `validUntil`: a site that nobody writes to for a while must not make its badges doubtful. Without a `ttl`
    a verifier keeps it for five minutes at most (2.2).
    """
    address = web_address(list_url)
    return {
        "@context": [CREDENTIALS_V2],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": timestamp(valid_from),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSE,
            "encodedList": bits.encoded(),
        },
    }
