"""Per-user quotas, counted a minute at a time on the sandbox's clock.

Sources: developers.google.com/workspace/{sheets/api/limits, forms/api/limits, drive/api/guides/limits,
gmail/api/reference/quota}, as of projects made since 2026-05-01. That a minute starts with the first call and that a
refused call costs nothing is assumed (see `assumptions`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from bridge.sandbox.api import ApiError, Caller

MINUTE = 60.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What one user may spend of one kind in *window* seconds."""

    units: int
    window: float
    metric: str  # as Google's message names it


#: Kind → limit. `/_sandbox/quotas` changes the units.
LIMITS = {
    "sheets.read": Limit(60, MINUTE, "Read requests"),
    "sheets.write": Limit(60, MINUTE, "Write requests"),
    "forms.read": Limit(390, MINUTE, "Read requests"),
    "forms.expensive": Limit(180, MINUTE, "Expensive read requests"),
    "forms.write": Limit(150, MINUTE, "Write requests"),
    "drive.units": Limit(325_000, MINUTE, "Quota units"),
    "gmail.units": Limit(6_000, MINUTE, "Quota units"),
    "gmail.day": Limit(2_000, DAY, "Messages sent"),
}

_SHEETS_READS = frozenset(
    {
        "spreadsheets.get",
        "spreadsheets.getByDataFilter",
        "spreadsheets.values.get",
        "spreadsheets.values.batchGet",
        "spreadsheets.values.batchGetByDataFilter",
        "spreadsheets.developerMetadata.get",
        "spreadsheets.developerMetadata.search",
    }
)

_GMAIL_UNITS = {
    "users.getProfile": 1,
    "users.drafts.create": 10,
    "users.drafts.delete": 10,
    "users.drafts.get": 5,
    "users.drafts.list": 5,
    "users.drafts.send": 100,
    "users.drafts.update": 15,
    "users.messages.send": 100,
    "users.messages.get": 5,
    "users.messages.list": 5,
    "users.messages.attachments.get": 5,
}

_GMAIL_SENDS = frozenset({"users.drafts.send", "users.messages.send"})


def costs(method: str, *, download: bool = False) -> dict[str, int]:
    """Return what one call of *method* spends, by kind of limit."""
    service, _, name = method.partition(".")
    match service:
        case "sheets":
            return {"sheets.read" if name in _SHEETS_READS else "sheets.write": 1}
        case "forms":
            return {_forms_kind(name): 1}
        case "drive":
            return {"drive.units": _drive_units(name, download=download)}
        case "gmail":
            sent = {"gmail.day": 1} if name in _GMAIL_SENDS else {}
            return {"gmail.units": _GMAIL_UNITS.get(name, 5), **sent}
    return {}


def _forms_kind(name: str) -> str:
    if name == "forms.responses.list":
        return "forms.expensive"
    return "forms.read" if name.endswith((".get", ".list")) else "forms.write"


def _drive_units(name: str, *, download: bool) -> int:
    if download or name == "files.export":
        return 200
    if name.endswith(".list"):
        return 100
    return 5 if name.endswith((".get", ".generateIds")) else 50


@dataclass(slots=True)
class Quotas:
    """What each user has spent in his current minute (or day), and the limits in force."""

    limits: dict[str, int | None] = field(default_factory=lambda: {kind: limit.units for kind, limit in LIMITS.items()})
    spent: dict[tuple[str, str], tuple[float, int]] = field(
        default_factory=dict
    )  # (who, kind) → (window's start, units)

    def change(self, limits: dict[str, int | None]) -> None:
        """Set some limits; None lifts one. Raise ApiError for a kind that does not exist."""
        for kind in limits:
            if kind not in LIMITS:
                raise ApiError(400, "INVALID_ARGUMENT", f"No quota {kind!r}; there are: {', '.join(LIMITS)}.")
        self.limits |= limits

    def spend(self, method: str, caller: Caller, now: datetime, *, download: bool = False) -> None:
        """Count one call, or raise ApiError in Google's words and count nothing."""
        who = caller.email if method.startswith("gmail.") else caller.service_account
        bill = costs(method, download=download)
        for kind, units in bill.items():
            self._check(kind, units, who, now)
        for kind, units in bill.items():
            start, used = self._window(kind, who, now)
            self.spent[who, kind] = (start, used + units)

    def _check(self, kind: str, units: int, who: str, now: datetime) -> None:
        limit = self.limits[kind]
        start, used = self._window(kind, who, now)
        if limit is not None and used + units > limit:
            raise _exceeded(kind, math.ceil(start + LIMITS[kind].window - now.timestamp()))

    def _window(self, kind: str, who: str, now: datetime) -> tuple[float, int]:
        start, used = self.spent.get((who, kind), (now.timestamp(), 0))
        # A clock set back starts afresh too.
        if not 0 <= now.timestamp() - start < LIMITS[kind].window:
            return now.timestamp(), 0
        return start, used

    def left(self, now: datetime) -> dict[str, dict[str, int | None]]:
        """Return, by user and kind, the units left in the current window."""
        table: dict[str, dict[str, int | None]] = {}
        for who, kind in self.spent:
            limit = self.limits[kind]
            table.setdefault(who, {})[kind] = None if limit is None else limit - self._window(kind, who, now)[1]
        return table


def _exceeded(kind: str, wait: int) -> ApiError:
    service = kind.partition(".")[0]
    if kind == "gmail.day":
        return ApiError(429, "rateLimitExceeded", f"User-rate limit exceeded. Retry after {wait} seconds.")
    return rate_refusal(service, LIMITS[kind].metric)


def rate_refusal(service: str, metric: str, *, retry_after: int | None = None) -> ApiError:
    """Return what *service* says to a user who calls too often."""
    if service in ("drive", "gmail"):
        return ApiError(403, "userRateLimitExceeded", "User rate limit exceeded.", retry_after=retry_after)
    message = (
        f"Quota exceeded for quota metric '{metric}' and limit '{metric} per minute per user' of service "
        f"'{service}.googleapis.com' for consumer 'project_number:100000000001'."
    )
    return ApiError(429, "RESOURCE_EXHAUSTED", message, retry_after=retry_after)
