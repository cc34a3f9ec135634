"""What Google's discovery documents can't say, in one list: fields required in practice, grammar, defaults, order.

"confirmed" means that a page of Google's, or an issue with Google's answer in it, says so; it is named. Everything else
is assumed: remembered, or the strictest reading. Only a run against a real account turns one into the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.sandbox.contract import Problem


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing the documents leave out."""

    where: str  # method id, or area
    rule: str
    source: str = ""  # who says so; "" = assumed
    needs: str = ""  # checked on each call: "query:name" or "body:a[].b"

    @property
    def grade(self) -> str:
        return "confirmed" if self.source else "assumed"


_SHEETS_VALUES = "https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values"
_SHEETS_LIMITS = "https://developers.google.com/workspace/sheets/api/limits"
_FORMS_LIST = "https://developers.google.com/forms/api/reference/rest/v1/forms.responses/list"
_FORMS_BATCH = "https://developers.google.com/workspace/forms/api/reference/rest/v1/forms/batchUpdate"
_SA = "https://developers.google.com/identity/protocols/oauth2/service-account"
_GMAIL_QUOTA = "https://developers.google.com/workspace/gmail/api/reference/quota"
_GMAIL_DRAFTS = "https://developers.google.com/workspace/gmail/api/guides/drafts"
_BATCH = "https://developers.google.com/drive/api/guides/performance#batch-requests"

_DRIVE = "https://developers.google.com/workspace/drive/api/guides/"
_PERMISSIONS = "https://developers.google.com/workspace/drive/api/reference/rest/v3/permissions/create"

RULES: tuple[Rule, ...] = (
    # What must be there in practice
    Rule("sheets.spreadsheets.values.update", "valueInputOption is required", _SHEETS_VALUES, "query:valueInputOption"),
    Rule("sheets.spreadsheets.values.append", "valueInputOption is required", _SHEETS_VALUES, "query:valueInputOption"),
    Rule(
        "sheets.spreadsheets.values.batchUpdate",
        "valueInputOption is required",
        _SHEETS_VALUES,
        "body:valueInputOption",
    ),
    Rule("sheets.spreadsheets.values.batchUpdate", "each range is named", _SHEETS_VALUES, "body:data[].range"),
    Rule(
        "sheets.spreadsheets.values.batchUpdateByDataFilter",
        "valueInputOption is required",
        _SHEETS_VALUES,
        "body:valueInputOption",
    ),
    Rule("sheets.spreadsheets.batchUpdate", "at least one request", "", "body:requests[]"),
    Rule("sheets.spreadsheets.values.batchGetByDataFilter", "at least one filter", "", "body:dataFilters[]"),
    Rule("forms.forms.batchUpdate", "at least one request", "", "body:requests[]"),
    Rule("gmail.users.drafts.send", "the draft's id", _GMAIL_DRAFTS, "body:id"),
    Rule(
        "drive.permissions.create",
        "type is required",
        "https://developers.google.com/drive/api/reference/rest/v3/permissions",
        "body:type",
    ),
    Rule(
        "drive.permissions.create",
        "role is required",
        "https://developers.google.com/drive/api/reference/rest/v3/permissions",
        "body:role",
    ),
    # Tokens
    Rule("oauth2.token", "the assertion's audience is https://oauth2.googleapis.com/token", _SA),
    Rule("oauth2.token", "an assertion lives an hour at most; watches may differ by five minutes", _SA),
    Rule("oauth2.token", "delegation not granted for every scope asked: 401 unauthorized_client", _SA),
    Rule("oauth2.token", "a subject in the domain who is no member: 400 invalid_grant"),
    # Strictness
    Rule("strictness", "Sheets, Forms and Gmail refuse unknown fields and parameters"),
    Rule("strictness", "Drive ignores unknown fields and parameters (gspread 6.2.1 sends such, and works)"),
    Rule("strictness", "true and false may have capitals (gspread 6.2.1 sends such, and works)"),
    Rule("strictness", "null in a body means: not given", "https://protobuf.dev/programming-guides/json/"),
    # Quotas
    Rule("quota", "Gmail 6,000 units a user and minute; send 100, drafts.create 10", _GMAIL_QUOTA),
    Rule("quota", "Gmail 2,000 messages a mailbox and day", "https://support.google.com/a/answer/166852"),
    Rule("quota", "past the day's messages Gmail answers 429 rateLimitExceeded"),
    Rule("quota", "Sheets 60 reads and 60 writes", "https://developers.google.com/workspace/sheets/api/limits"),
    Rule(
        "quota",
        "Forms 390 reads, 180 responses.list, 150 writes",
        "https://developers.google.com/workspace/forms/api/limits",
    ),
    Rule(
        "quota",
        "Drive 325,000 units; read 5, list 100, download 200, edit 50",
        "https://developers.google.com/drive/api/guides/limits",
    ),
    Rule("quota", "a user is the service account, also when it acts for somebody; for Gmail, the mailbox"),
    Rule("quota", "a minute starts with the first call in it; a refused call costs nothing"),
    # Batches
    Rule("batch", "at most 100 calls, else 403", "https://github.com/googleapis/google-api-python-client/issues/2201"),
    Rule("batch", "answers come in any order; n calls cost n calls' quota", _BATCH),
    # Forms
    Rule(
        "forms.forms.responses.list", "filter is `timestamp > N` or `timestamp >= N`, N in RFC 3339 Zulu", _FORMS_LIST
    ),
    Rule("forms.forms.responses.list", "a page token is good for the same form and filter only", _FORMS_LIST),
    Rule("forms.forms.responses.list", "the filter reads lastSubmittedTime"),
    Rule("forms.forms.responses.list", "no order is promised: the sandbox shuffles"),
    Rule("forms.forms.responses.list", "a page size above 5000 is cut to 5000", _FORMS_LIST),
    Rule("forms.forms.responses.list", "unanswered questions are absent, not empty"),
    Rule("forms", "entry.N in a link fills in the question whose questionId is N, hexadecimal there, decimal here"),
    Rule("forms", "a link fills in no uploads and no verified address; what fits no question or option is left out"),
    Rule("forms.forms.batchUpdate", "all requests or none", _FORMS_BATCH),
    Rule("forms.forms.batchUpdate", "a revision that is not the latest: 400, nothing is done", _FORMS_BATCH),
    Rule("forms.forms.batchUpdate", "an item sent back without ids that the mask names gets new ones", _FORMS_BATCH),
    Rule("forms.forms.batchUpdate", "options must be there, with words of one line, no two alike: 400"),
    Rule(
        "forms.forms.batchUpdate", "one isOther, none in a drop-down; goTo leads to sections, none from checkboxes: 400"
    ),
    Rule("forms.forms.batchUpdate", "the picture of an option that is sent back as it was fetched stays"),
    Rule("forms", "an answer keeps the words of the option as they were, whatever becomes of the option"),
    Rule("forms", "who is not an editor of the form: 403 PERMISSION_DENIED"),
    Rule("forms", "uploads lie in the question's folder in the owner's Drive, the uploader's name in theirs"),
    Rule("forms", "an edited response keeps its id and createTime and moves lastSubmittedTime", _FORMS_LIST),
    # Drive
    Rule("drive", "without fields: kind, id, name, mimeType; about.get must have fields", _DRIVE + "fields-parameter"),
    Rule("drive", "what is not shared is absent: 404 notFound", _DRIVE + "handle-errors"),
    Rule("drive", "files in shared drives are absent without supportsAllDrives", _DRIVE + "enable-shareddrives"),
    Rule("drive", "a file shared by link may want its key in X-Goog-Drive-Resource-Keys", _DRIVE + "resource-keys"),
    Rule("drive", "a service account owns nothing: 403 storageQuotaExceeded", _DRIVE + "about-shareddrives"),
    Rule("drive", "md5, sha and headRevisionId for binary content only; no owners or permissions in shared drives"),
    Rule("drive", "parents that the caller can't see are left out"),
    Rule("drive.files.list", "the grammar of q; name contains begins a word", _DRIVE + "ref-search-terms"),
    Rule("drive.files.list", "and and or bind alike, left to right; names are compared without regard to case"),
    Rule("drive.files.list", "files shared by link alone are found only in a folder that q names"),
    Rule("drive.files.export", "10 MB at most: 403 exportSizeLimitExceeded", _DRIVE + "manage-downloads"),
    Rule("drive.files.export", "a format that there is not: 400 badRequest"),
    Rule("drive.permissions.create", "people are told by mail unless sendNotificationEmail is false", _PERMISSIONS),
    Rule("drive.permissions.create", "an address without a Google account must be told by mail"),
    # Sheets
    Rule("sheets", "an absent spreadsheet is 404 NOT_FOUND"),
    Rule(
        "sheets",
        "a spreadsheet that is not shared is 403 PERMISSION_DENIED",
        "https://github.com/googleapis/google-api-ruby-client/issues/461",
    ),
    Rule(
        "sheets",
        "a tab or range that is not there: 400 Unable to parse range",
        "https://github.com/invokable/laravel-google-sheets/issues/13",
    ),
    Rule(
        "sheets",
        "a bare word like TAB1 is read as a cell before it is read as a tab",
        "https://github.com/nithinmurali/pygsheets/issues/416",
    ),
    Rule(
        "sheets",
        "a range that starts outside the grid: 400 exceeds grid limits, for reads and writes",
        "https://github.com/airbytehq/airbyte/issues/1740",
    ),
    Rule("sheets", "a range that ends outside the grid is cut to it when read"),
    Rule(
        "sheets.spreadsheets.values.update",
        "data beyond a range of several cells: 400 Requested writing within range",
        "https://github.com/nithinmurali/pygsheets/issues/132",
    ),
    Rule(
        "sheets.spreadsheets.values.update",
        "values do not make the grid grow: 400 exceeds grid limits",
        "https://github.com/home-assistant/core/issues/104198",
    ),
    Rule(
        "sheets", "trailing empty rows and cells are left out; null skips a cell, empty text clears it", _SHEETS_VALUES
    ),
    Rule(
        "sheets",
        "a body of more than 10 MiB: 400, Request payload size exceeds the limit: 10485760 bytes",
        "https://github.com/googleworkspace/dotnet-samples/issues/23",
    ),
    Rule("sheets", "a cell holds 50,000 characters, a file 10,000,000 cells: 400", _SHEETS_LIMITS),
    Rule("sheets", "typed text is read by locale: day first but for a few; 1-2 is a date, 5% a number"),
    Rule("sheets", "where 1,5 is a number, typed 1.5 is the first of May, and numbers are shown with a comma"),
    Rule("sheets", "a cell that became a date by typing shows the next number, too, as a date"),
    Rule("sheets", "a date whose format has no pattern is shown as the file's locale writes it"),
    Rule("sheets", "this year and TODAY() go by the file's time zone"),
    Rule(
        "sheets.spreadsheets.values.append",
        "rows go below the last block of filled cells in the range, from its first column on",
        "https://developers.google.com/workspace/sheets/api/guides/values#append_values",
    ),
    Rule("sheets", "formulas are not computed: a HYPERLINK shows its label, all else #ERROR! (the sandbox's limit)"),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "all requests or none",
        "https://developers.google.com/workspace/sheets/api/guides/batchupdate",
    ),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "updateCells beyond the grid: 400 Attempting to write row",
        "https://github.com/Thource/dude-wheres-my-stuff/issues/428",
    ),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "an empty field mask: 400 At least one field must be listed",
        "https://github.com/theoephraim/node-google-spreadsheet/issues/308",
    ),
    Rule("sheets.spreadsheets.batchUpdate", "appendCells counts values as data, not format or validation"),
    Rule("sheets.spreadsheets.batchUpdate", "inserted rows and columns take format and validation of their neighbour"),
    Rule("sheets.spreadsheets.batchUpdate", "rows that the grid grows by at its end are bare"),
    Rule("sheets.spreadsheets.batchUpdate", "a hard protection lets pass its editors, who made it, and the owner"),
    Rule("sheets.spreadsheets.batchUpdate", "the owner and whoever changes a hard protection stay among its editors"),
    Rule("sheets.spreadsheets.batchUpdate", "where protections overlap, only whom all of them let pass may write"),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "a protection that only warns names no editors: 400",
        "https://github.com/burnash/gspread/issues/1437",
    ),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "only a protection of a whole tab has unprotected ranges",
        "https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/sheets",
    ),
    Rule("sheets.spreadsheets.batchUpdate", "what is made a mere warning loses its editors"),
    Rule("sheets.spreadsheets.batchUpdate", "a grid can't be made smaller over protected cells"),
    Rule(
        "drive.files.copy",
        "in a copied spreadsheet only who copied it may pass the protections",
        "https://github.com/burnash/gspread/issues/1072",
    ),
    Rule(
        "sheets.spreadsheets.batchUpdate", "a sort or deletion across protected cells is refused, an insertion is not"
    ),
    Rule("sheets.spreadsheets.batchUpdate", "strict validation binds people's typing, not programs' writes"),
    Rule(
        "sheets",
        "developer metadata follows its row or column and dies with it",
        "https://developers.google.com/workspace/sheets/api/guides/metadata",
    ),
    Rule("sheets", "a sort moves cells; metadata of rows stays where it is"),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "a copied tab takes developer metadata along, not protections",
    ),
    Rule("sheets", "the columns of filter criteria and orders count from A, and follow their columns"),
    Rule("sheets", "a filter view takes the place of the basic filter; its order moves no cells"),
    Rule("sheets", "a filter that names a column outside its range: 400; filters by colour: 501 (the sandbox's limit)"),
    Rule("sheets", "conditions know a few functions; one that they don't know gives no colour, and the page names it"),
    Rule("sheets", "in conditions a blank is 0, FALSE or empty text; numbers come before text before TRUE"),
    Rule(
        "sheets",
        "runs lie on typed text alone; a new value wipes them, a link in one has Google's own colour and line",
        "https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/cells",
    ),
    Rule("sheets", "where runs begin is counted in UTF-16; out of order, beyond the text or to no address: 400"),
    Rule("sheets", "a sort leaves out frozen rows: a locked header keeps nobody from sorting the rows below"),
    Rule(
        "sheets",
        "conditions are read in the file's locale: ; between arguments where 1,5 is a number",
    ),
    Rule("sheets", "DATEVALUE reads 2026-11-30 in any language"),
    Rule("sheets", "a fields mask that names only columnMetadata below data brings no cells"),
    # Tables
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "appendCells with a tableId writes below the table's last row, and the table grows",
        "https://github.com/taylorwilsdon/google_workspace_mcp/pull/643",
    ),
    Rule("sheets.spreadsheets.batchUpdate", "where something lies below a growing table, rows are inserted"),
    Rule("sheets.spreadsheets.batchUpdate", "tables overlap nowhere, need a row below the header: 400"),
    Rule("sheets.spreadsheets.batchUpdate", "a table's columns are named after its header, and the other way round"),
    Rule("sheets.spreadsheets.batchUpdate", "deleteTable takes away what stands in the table, too"),
    Rule("sheets.spreadsheets.batchUpdate", "a table on a copied tab is called Name_2"),
    Rule("sheets", "a table's drop-downs are strict for people, not for programs; other column types bind nobody"),
    # Charts
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "a chart's source ranges are one row or one column each: 400",
        "https://github.com/syndesisio/syndesis/issues/4583",
    ),
    Rule(
        "sheets.spreadsheets.batchUpdate",
        "a chart with a sheetId as position makes that tab: 400 if it is there",
        "https://github.com/syndesisio/syndesis/issues/4664",
    ),
    Rule("sheets.spreadsheets.batchUpdate", "how a chart without series, position or kind is refused: 400"),
    Rule("sheets", "a chart loses a source range whose cells or tab are gone, and stays"),
    Rule("sheets", "a chart's own tab is of type OBJECT, has no cells, and goes with the chart"),
    Rule("sheets", "who may not change a tab may not change its charts"),
    Rule("sheets.spreadsheets.batchUpdate", "in a copied tab charts show the copy, under new ids"),
    Rule("sheets", "charts leave out hidden rows and columns unless told otherwise; a first row of words is a header"),
    Rule("sheets", "charts other than columns, bars, lines, areas and pies are 501 (the sandbox's limit)"),
    # Gmail
    Rule("gmail", "a service account without a subject: 400 failedPrecondition"),
    Rule("gmail", "Message-ID is replaced on sending", "https://github.com/gauteh/lieer/issues/198"),
    Rule("gmail", "other headers are kept; From is the mailbox unless it already is; Bcc is not delivered"),
    Rule("gmail.users.drafts.send", "the draft is gone, the message has a new id", _GMAIL_DRAFTS),
    Rule("gmail.users.drafts.send", "sending it again: 404"),
    Rule(
        "gmail.users.messages.list",
        "newest first; q is refused under gmail.metadata",
        "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/list",
    ),
)


def missing(method: str, params: Mapping[str, Any], body: Mapping[str, Any]) -> Problem | None:
    """Return the first thing that *method* needs in practice and did not get."""
    for rule in _NEEDS.get(method, ()):
        place, _, path = rule.needs.partition(":")
        if not all(_present(params if place == "query" else body, path)):
            return Problem(path, f"{rule.rule} (required)")
    return None


def _present(value: Any, path: str) -> Iterator[bool]:
    """Yield, for each place that *path* leads to, whether something is there."""
    name, _, rest = path.partition(".")
    found = value.get(name.removesuffix("[]")) if isinstance(value, Mapping) else None
    if re.search(r"\[\]$", name):
        yield bool(found) or bool(rest)
        if rest:
            for item in found or []:
                yield from _present(item, rest)
    elif rest:
        yield from _present(found, rest)
    else:
        yield found not in (None, "")


_NEEDS: dict[str, list[Rule]] = {}
for _rule in RULES:
    if _rule.needs:
        _NEEDS.setdefault(_rule.where, []).append(_rule)
