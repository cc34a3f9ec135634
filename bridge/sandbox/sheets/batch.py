"""spreadsheets.batchUpdate: all requests, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.sandbox.api import ApiError, Call, on
from bridge.sandbox.sheets import a1
from bridge.sandbox.sheets.access import Edit, changing
from bridge.sandbox.sheets.describing import described
from bridge.sandbox.sheets.errors import Invalid
from bridge.sandbox.sheets_state import Json

#: Does one request on the copy and returns its reply's content; None if Google's reply to this kind is empty.
Do = Callable[[Edit, Json], Json | None]

REQUESTS: dict[str, Do] = {}


def request(kind: str) -> Callable[[Do], Do]:
    """Register what does a kind of request, such as "updateCells"."""

    def register(do: Do) -> Do:
        REQUESTS[kind] = do
        return do

    return register


@on("sheets.spreadsheets.batchUpdate")
def batch_update(call: Call) -> Json:
    body = call.body
    with changing(call.world, call.caller.email, call.params["spreadsheetId"]) as edit:
        if not body.get("requests"):
            raise Invalid("Must specify at least one request.")
        replies = [_done(edit, number, one) for number, one in enumerate(body["requests"])]
    answer: Json = {"spreadsheetId": edit.book.id, "replies": replies}
    if body.get("includeSpreadsheetInResponse"):
        areas = [a1.parse(edit.book, text) for text in body.get("responseRanges", ())]
        cut = [(sheet, a1.clipped(sheet, box)) for sheet, box in areas] or None
        cells = bool(body.get("responseIncludeGridData"))
        answer["updatedSpreadsheet"] = described(call.world, call.caller.email, edit.book, cut, cells=cells)
    return answer


def _done(edit: Edit, number: int, one: Json) -> Json:
    if len(one) != 1:
        raise Invalid(f"Invalid requests[{number}]: exactly one kind of request must be set, not {len(one)}.")
    ((kind, content),) = one.items()
    if kind not in REQUESTS:
        raise ApiError(501, "UNIMPLEMENTED", f"The sandbox does not do requests[{number}].{kind}.")
    try:
        reply = REQUESTS[kind](edit, given(content))
    except Invalid as error:
        raise Invalid(f"Invalid requests[{number}].{kind}: {error.message}") from error
    return {} if reply is None else {kind: reply}


def given(content: Any) -> Any:
    """The request without its nulls: null means "not given". Rows of cells are left alone; they may be many."""
    if isinstance(content, dict):
        return {name: part if name == "rows" else given(part) for name, part in content.items() if part is not None}
    return [given(part) for part in content] if isinstance(content, list) else content
