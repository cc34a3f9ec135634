"""What an account finds at a vendor's, for `badge-bridge doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """An issuer, a BadgeClass or a badge template. *archived*: nothing can be issued of it now; a *draft*: not yet."""

    id: str
    name: str
    archived: bool
    draft: bool = False
