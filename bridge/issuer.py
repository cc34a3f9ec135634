"""Issue once, revoke once: ask before repeating."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.errors import NotMade, NotThere, Refused
from bridge.model import Achievement, Credential, Order
from bridge.ports import Backend

#: One line per backend; imported only when configured. See docs/adding-a-backend.md.
BACKENDS = {
    "local": "bridge.backends.local:LocalIssuer",
    "badgr": "bridge.backends.badgr:Badgr",
    "credly": "bridge.backends.credly:Credly",
}


def issue_once(order: Order, achievement: Achievement, backend: Backend, *, in_doubt: bool) -> Credential:
    """Return the order's credential; after an interrupted try, look for the one it may have made before making one.

    Raise TryLater, InDoubt or Refused; NotThere where it was looked for, not found, and then refused.
    """
    if not in_doubt:
        return backend.issue(order, achievement)
    if (found := backend.find(order)) is not None:
        return found
    try:
        return backend.issue(order, achievement)
    except NotMade:
        raise
    except Refused as error:
        raise NotThere(error.what, error.cure, for_coach=error.for_coach, retry=error.retry) from error


def revoke_once(order: Order, credential: Credential, reason: str, at: datetime, backend: Backend) -> Credential:
    """Withdraw the credential as of *at*; revoking again says the same."""
    backend.revoke(order, credential, reason, at)
    return replace(credential, revoked_at=at, revoked_why=reason)
