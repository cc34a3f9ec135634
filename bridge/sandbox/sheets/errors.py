"""How Sheets refuses: `Invalid` for a request that makes no sense here, and the two kinds of "not for you"."""

from __future__ import annotations

from bridge.sandbox.api import ApiError


class Invalid(ApiError):
    """400 INVALID_ARGUMENT; a batch puts "Invalid requests[3].updateCells: " before the message."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "INVALID_ARGUMENT", message)


class NotAllowed(ApiError):
    """403: the file is there, but not for this caller (Sheets, unlike Drive, says so)."""

    def __init__(self) -> None:
        super().__init__(403, "PERMISSION_DENIED", "The caller does not have permission")


class NotFound(ApiError):
    def __init__(self) -> None:
        super().__init__(404, "NOT_FOUND", "Requested entity was not found.")


class Protected(Invalid):
    """A protected range is in the way."""

    def __init__(self) -> None:
        super().__init__(
            "You are trying to edit a protected cell or object. "
            "Please contact the spreadsheet owner to remove protection if you need to edit."
        )
