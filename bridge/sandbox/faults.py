"""Planned misfortunes: which call of which method goes wrong, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bridge.sandbox.api import ApiError
from bridge.sandbox.errors import OLDER
from bridge.sandbox.quota import rate_refusal

Json = dict[str, Any]

#: Kind → what happens.
KINDS = {
    "429": "refused before acting: too many requests",
    "403-rate": "refused before acting: 403 with reason userRateLimitExceeded",
    "403-storage": "refused before acting: 403 with reason storageQuotaExceeded, which never goes away by itself",
    "500": "answered 500 before acting",
    "503": "answered 503 before acting",
    "503-after": "acts, then answers 503",
    "close-before": "the connection is closed without an answer, nothing done",
    "close-after": "acts, then the connection is closed without an answer",
    "hang": "nothing is done, and for `seconds` nothing is said; then the connection is closed",
    "hang-after": "acts, and for `seconds` nothing is said; then the connection is closed",
    "slow": "acts and answers, `seconds` late",
}

AFTER_ACTING = frozenset({"503-after", "close-after", "hang-after", "slow"})


@dataclass(slots=True)
class Fault:
    """One planned misfortune; with neither *nth* nor *every* it strikes each call."""

    method: str  # Google's method id, "oauth2.token", or "*"
    kind: str  # one of KINDS
    nth: int | None = None  # counted from when the plan was made, starting at 1
    every: int | None = None
    retry_after: int | None = None  # seconds, sent as a header
    seconds: float = 3600.0
    seen: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        """Count one call, and say whether it is the one."""
        self.seen += 1
        hit = self.nth == self.seen if self.nth else self.seen % (self.every or 1) == 0
        self.struck += hit
        return hit

    def error(self, service: str) -> ApiError | None:
        """Return the refusal that *service* answers with, or None when the fault is about the connection."""
        match self.kind:
            case "429":
                return _too_many(service, self.retry_after)
            case "403-rate":
                return ApiError(403, "userRateLimitExceeded", "User rate limit exceeded.", retry_after=self.retry_after)
            case "403-storage":
                return ApiError(403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.")
            case "500":
                return ApiError(500, "INTERNAL", "Internal error encountered.")
            case "503" | "503-after":
                message = "The service is currently unavailable."
                return ApiError(503, "UNAVAILABLE", message, retry_after=self.retry_after)
        return None


def _too_many(service: str, retry_after: int | None) -> ApiError:
    if service in OLDER:
        return ApiError(429, "rateLimitExceeded", "Rate Limit Exceeded", retry_after=retry_after)
    return rate_refusal(service, "Read requests", retry_after=retry_after)


@dataclass(slots=True)
class FaultPlan:
    """All planned misfortunes, asked once per call."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, entry: Json, known: frozenset[str]) -> Fault:
        """Plan one misfortune; raise ApiError for a method or kind that does not exist."""
        if entry["method"] not in known:
            raise ApiError(400, "INVALID_ARGUMENT", f"No method {entry['method']!r} in Google's documents.")
        if entry["kind"] not in KINDS:
            raise ApiError(400, "INVALID_ARGUMENT", f"No fault {entry['kind']!r}; there are: {', '.join(KINDS)}.")
        try:
            fault = Fault(**entry)
        except TypeError as error:
            raise ApiError(400, "INVALID_ARGUMENT", f"A fault has method, kind, nth, every …: {error}") from error
        self.faults.append(fault)
        return fault

    def next(self, method: str) -> Fault | None:
        """Count one call of *method* and return the first fault that strikes it."""
        hits = [fault for fault in self.faults if fault.method in (method, "*") and fault.strikes()]
        return hits[0] if hits else None

    def tell(self) -> list[Json]:
        return [asdict(fault) for fault in self.faults]
