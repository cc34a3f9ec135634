"""Bitstring Status Lists (W3C Bitstring Status List v1.0): one bit a credential, set when it was revoked.

A list is made and written whole. The caller allots the indices by chance, so that they tell nothing about anyone.
"""

import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .addresses import web_address
from .canonical import CREDENTIALS_V2
from .documents import Issuer
from .errors import CannotTell
from .proof import timestamp

#: The smallest list that the standard allows, so that one entry hides among many (16 KiB).
SMALLEST = 131_072
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

    def encoded(self) -> str:
        """Return the list as `encodedList`: gzip, base64url without padding, multibase prefix "u"."""
        return "u" + urlsafe_b64encode(gzip.compress(self.bits, mtime=0)).decode().rstrip("=")


def status_list(revoked: Iterable[int] = (), length: int = SMALLEST) -> StatusList:
    """Return a list of at least *length* entries, never fewer than 131,072, with the indices *revoked* set."""
    return StatusList(bytes((max(length, SMALLEST) + 7) // 8)).set(*revoked)


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
    if not unpacker.eof or len(bits) * 8 < SMALLEST:
        raise CannotTell("The issuer's status list is shorter than the standard allows.")
    return StatusList(bits)


def credential(list_url: str, issuer: Issuer, bits: StatusList, valid_from: datetime) -> dict[str, Any]:
    """Return the unsigned BitstringStatusListCredential to be signed and published at *list_url*."""
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
