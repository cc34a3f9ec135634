"""What of the review tab's looks is looked after in every cycle, as requests of spreadsheets.batchUpdate. Pure.

What is the bridge's own is known again: protections and filter views by their ids; conditional formats, which have
none, by what they ask. All else is people's own. What people chose for themselves stays: titles of filter views,
colours, widths, the order of columns.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from gspread.utils import rowcol_to_a1

from bridge.model import Verdict
from bridge.review import DUE, ID, NEEDS_FIX, REVIEWER, STATUS, WAITING, WITH, Column, in_dots, with_criteria
from bridge.sheet_requests import (
    AMBER,
    GREEN,
    GREY,
    LATE,
    RED,
    Colour,
    Json,
    Request,
    free_title,
    to_colour,
)

#: What Google shows of a protection; the second is that of the titles.
FILLED_IN = "badge-bridge fills these columns in"
FOUND_BY = "badge-bridge finds its columns by these titles"

#: How a Status begins → the colour of its cell; none begins another. Amber waits for a decision, or for its time; red
#: asks somebody to put something right, as does NEEDS_FIX wherever it stands, or tells of a badge that was withdrawn.
#: What is closed has none.
STATUS_COLOURS: Mapping[str, Colour] = {
    "Issued": GREEN,
    "Waiting": AMBER,
    "On hold": AMBER,
    "Approved": AMBER,
    **{f"{verdict} {how}": AMBER for verdict in Verdict if verdict is not Verdict.HOLD for how in ("noted", "by")},
    "“": RED,
    "Please": RED,
    "Nobody may": RED,
    "Nobody can": RED,
    "Only the": RED,
    "Others could": RED,
    "Request": RED,
    "Replaced by": RED,
    "Built on": RED,
    "Nothing was issued": RED,
    "The answer changed": RED,
    "The answer by": RED,
    "The badge was revoked": RED,
    "This was": RED,
    "This row is": RED,
    "This row bears": RED,
    "This row did not": RED,
    "The ledger knows no": RED,
    "The ID": RED,
    "Decisions stand": RED,
    "Feedback stands": RED,
    "Ratings stand": RED,
    "IDs, e-mails": RED,
    "Being revoked": RED,
    "Revoked": RED,
}

#: Titles of filter views; the last one goes on with whose it is.
WAITS, LATE_ONES, CLOSED, MINE = "Waiting", "Overdue", "Closed", "Mine – "

Places = Mapping[str, int]  # column of each title
Found = Mapping[str, Any]  # something as Google tells it
Asked = tuple[str, tuple[str, ...]]  # the kind of a condition, and its words


@dataclass(frozen=True, slots=True)
class ReviewLook:
    """How the review tab is made; a column with choices has a drop-down."""

    columns: Sequence[Column]

    @property
    def coaches(self) -> tuple[str, ...]:
        return next((column.choices for column in self.columns if column.title == REVIEWER), ())

    @property
    def required(self) -> tuple[str, ...]:
        """The titles that a tab must have."""
        return tuple(column.title for column in self.columns if not column.later)

    @property
    def mine(self) -> dict[str, str]:
        """The title of each coach's filter view, and the address."""
        if all(column.title != WITH for column in self.columns):
            return {}
        names = [coach.partition("@")[0] for coach in self.coaches]
        pairs = zip(names, self.coaches, strict=True)
        return {f"{MINE}{name if names.count(name) == 1 else coach}": coach for name, coach in pairs}

    def with_criteria(self, titles: Iterable[str]) -> ReviewLook:
        """The same, with a column for each of these criteria."""
        return replace(self, columns=with_criteria(self.columns, titles))

    def runs(self, places: Places, *owners: str) -> list[tuple[int, int]]:
        """Neighbouring columns of these owners, as (start, end)."""
        owned = sorted(places[one.mark] for one in self.columns if one.owner in owners and one.mark in places)
        return spans(owned)


@dataclass(slots=True)
class Mending:
    """Requests that bring the looks in order, and in words what was missing or different."""

    requests: list[Request] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(self, words: str, *requests: Request) -> None:
        self.requests += requests
        if words not in self.said:
            self.said.append(words)


@dataclass(frozen=True, slots=True)
class Sight:
    """The tab as it is: its number, what Google tells of its structure, how many rows hold something, its columns."""

    sheet_id: int
    structure: Found
    rows: int
    places: Places

    def number(self, what: str) -> int:
        """Return the id that the bridge gives a thing of its own on this tab."""
        return zlib.crc32(f"badge-bridge {self.sheet_id} {what}".encode()) & 0x7FFFFFFF or 1

    def all(self, what: str) -> Sequence[Found]:
        found: Sequence[Found] = self.structure.get(what, ())
        return found


def kept(sight: Sight, look: ReviewLook) -> Mending:
    """Compare what is there with what should be."""
    mending = Mending()
    _protections(sight, look, mending)
    _colours(sight, mending)
    _views(sight, look, mending)
    return mending


# ── protections ──────────────────────────────────────────────────────────────


def _protections(sight: Sight, look: ReviewLook, mending: Mending) -> None:
    """Google warns who types into the bridge's columns, and lets nobody but the owner change their titles.

    Rows are locked for nobody: people who may not edit some cells can't sort across them either (assumed).
    """
    wanted = dict(_wanted_protections(sight, look))
    ours = {sight.number(f"{what} {place}") for what in ("columns", "titles") for place in range(len(look.columns))}
    there = {int(one["protectedRangeId"]): one for one in sight.all("protectedRanges")}
    for number, one in there.items():
        is_older = number not in ours and one.get("description") == FILLED_IN  # than these ids
        if number not in wanted and (number in ours or is_older) and may_change(one):
            mending.add("protection", {"deleteProtectedRange": {"protectedRangeId": number}})
    for number, one in wanted.items():
        whole = one | {"protectedRangeId": number}
        if number not in there:
            mending.add("protection", {"addProtectedRange": {"protectedRange": whole}})
        elif _protects(there[number]) != _protects(one) and may_change(there[number]):
            change = {"protectedRange": whole, "fields": "range,warningOnly"}
            mending.add("protection", {"updateProtectedRange": change})


def _wanted_protections(sight: Sight, look: ReviewLook) -> Iterator[tuple[int, Json]]:
    for place, (start, end) in enumerate(look.runs(sight.places, "bridge")):
        span = {"sheetId": sight.sheet_id, "startColumnIndex": start, "endColumnIndex": end}
        warned = {"range": span, "description": FILLED_IN, "warningOnly": True}
        yield sight.number(f"columns {place}"), warned
    for place, (start, end) in enumerate(look.runs(sight.places, "bridge", "coach")):
        span = below_header(sight.sheet_id, start, end) | {"startRowIndex": 0, "endRowIndex": 1}
        yield sight.number(f"titles {place}"), {"range": span, "description": FOUND_BY, "warningOnly": False}


def _protects(one: Found) -> tuple[object, ...]:
    where = one.get("range", {})
    left, right = where.get("startColumnIndex", 0), where.get("endColumnIndex")
    return bool(one.get("warningOnly")), where.get("startRowIndex", 0), left, right


def may_change(one: Found) -> bool:
    return bool(one.get("warningOnly") or one.get("requestingUserCanEdit"))


# ── colours ──────────────────────────────────────────────────────────────────


def overdue(places: Places) -> str:
    """The formula for rows that nobody decided in time.

    It must work in a spreadsheet of any language: so without commas between arguments, and without words of formats.
    """
    return f"=ISNUMBER({_cell(places, WAITING)})*(DATEVALUE({_cell(places, DUE)})<TODAY())"


def closed(places: Places) -> str:
    """The formula for rows that wait for no coach, also while what was chosen can still be taken back."""
    return f'=({_cell(places, ID)}<>"")*ISBLANK({_cell(places, WAITING)})'


def _cell(places: Places, title: str) -> str:
    """The cell of the first row below the header, fixed to its column: $C2."""
    return f"${rowcol_to_a1(2, places[title] + 1)}"


def _colours(sight: Sight, mending: Mending) -> None:
    """Status cells by their words; below these rules, so that theirs win, those of whole rows."""
    there, status = sight.all("conditionalFormats"), sight.places[STATUS]
    ours: dict[Asked, int] = {}
    for place, rule in enumerate(there):
        by_formula = _condition(rule)[0] == "CUSTOM_FORMULA"
        if by_formula or any(reaches(where, status) for where in rule.get("ranges", ())):
            ours.setdefault(_asks(rule), place)
    above, below = list(_rules_of_status(sight)), list(_rules_of_rows(sight))
    for rule in (*above, *below):
        found = ours.get(_asks(rule))
        if found is not None and not _does(there[found], rule, sight.rows):
            mending.add("colours", {"updateConditionalFormatRule": {"index": found, "rule": rule}})
    top = ours[_asks(above[0])] + 1 if _asks(above[0]) in ours else 0  # NEEDS_FIX wins over all beginnings
    above = [rule for rule in above if _asks(rule) not in ours]
    below = [rule for rule in below if _asks(rule) not in ours]
    for place, rule in (*enumerate(above, top), *enumerate(below, len(there) + len(above))):
        mending.add("colours", {"addConditionalFormatRule": {"index": place, "rule": rule}})


def _rules_of_status(sight: Sight) -> Iterator[Json]:
    place = sight.places[STATUS]
    begins = ((_ask("TEXT_STARTS_WITH", words), colour) for words, colour in STATUS_COLOURS.items())
    for condition, colour in ((_ask("TEXT_CONTAINS", NEEDS_FIX), RED), *begins):
        looks = {"backgroundColorStyle": to_colour(colour)}
        yield _rule(below_header(sight.sheet_id, place, place + 1), condition, looks)


def _rules_of_rows(sight: Sight) -> Iterator[Json]:
    if WAITING in sight.places and DUE in sight.places:
        row = below_header(sight.sheet_id, 0, max(sight.places.values()) + 1)
        late, over = _ask("CUSTOM_FORMULA", overdue(sight.places)), _ask("CUSTOM_FORMULA", closed(sight.places))
        yield _rule(row, late, {"backgroundColorStyle": to_colour(LATE)})
        yield _rule(row, over, {"textFormat": {"foregroundColorStyle": to_colour(GREY)}})


def _rule(where: Json, condition: Json, looks: Json) -> Json:
    return {"ranges": [where], "booleanRule": {"condition": condition, "format": looks}}


def _ask(kind: str, *words: str) -> Json:
    return {"type": kind} | ({"values": [{"userEnteredValue": one} for one in words]} if words else {})


def _asked(condition: Found) -> Asked:
    words = (str(one.get("userEnteredValue", "")) for one in condition.get("values", ()))
    return str(condition.get("type", "")), tuple(words)


def _condition(rule: Found) -> Asked:
    return _asked(rule.get("booleanRule", {}).get("condition", {}))


def _asks(rule: Found) -> Asked:
    """What a rule asks, wherever the columns stand that its formula names."""
    kind, words = _condition(rule)
    return kind, tuple(re.sub(r"\$[A-Z]+2\b", "$?2", one) for one in words) if kind == "CUSTOM_FORMULA" else words


def _does(found: Found, rule: Found, rows: int) -> bool:
    """Say whether the rule that was found does what *rule* does, in whatever colour."""
    covered = any(_covers(where, rule["ranges"][0], rows) for where in found["ranges"])
    return covered and _condition(found) == _condition(rule)


def reaches(where: Found, column: int) -> bool:
    return bool(where.get("startColumnIndex", 0) <= column < where.get("endColumnIndex", column + 1))


def _covers(found: Found, wanted: Found, rows: int) -> bool:
    """Say whether a range has all *rows* of the columns that are wanted. Google may close what we left open."""
    top, bottom = found.get("startRowIndex", 0), found.get("endRowIndex", rows)
    tall = top <= wanted.get("startRowIndex", 0) and bottom >= rows
    return bool(
        tall and reaches(found, wanted.get("startColumnIndex", 0)) and reaches(found, wanted["endColumnIndex"] - 1)
    )


# ── filter views ─────────────────────────────────────────────────────────────


def _views(sight: Sight, look: ReviewLook, mending: Mending) -> None:
    """A filter view can't know who looks, so each coach has one. One of a coach who is no more goes."""
    area = {"sheetId": sight.sheet_id, "startRowIndex": 0, "startColumnIndex": 0}
    reached = area | {"endColumnIndex": max(sight.places.values()) + 1}
    wanted = dict(_wanted_views(sight.places, look))
    there = {int(one["filterViewId"]): one for one in sight.all("filterViews")}
    titles = {str(one.get("title", "")) for one in there.values()}
    for title in titles:
        number = sight.number(f"view {title}")
        if title.startswith(MINE) and title not in wanted and number in there:
            mending.add(f"the filter view “{title}”", {"deleteFilterView": {"filterId": number}})
    for title, asks in wanted.items():
        number = sight.number(f"view {title}")
        specs = [{"columnIndex": place, "filterCriteria": {"condition": ask}} for place, ask in sorted(asks.items())]
        view = {"filterViewId": number, "range": area, "filterSpecs": specs}
        if number not in there:
            named = view | {"title": free_title(title, titles)}
            mending.add(f"the filter view “{title}”", {"addFilterView": {"filter": named}})
        elif _shows(there[number]) != _shows(view) or not _covers(there[number]["range"], reached, sight.rows):
            change = {"updateFilterView": {"filter": view, "fields": "range,filterSpecs"}}
            mending.add(f"the filter view “{title}”", change)


def _wanted_views(places: Places, look: ReviewLook) -> Iterator[tuple[str, dict[int, Json]]]:
    """The title of each view, and what it asks of which column."""
    if WAITING in places and DUE in places:
        yield WAITS, {places[WAITING]: _ask("NOT_BLANK")}
        yield LATE_ONES, {places[DUE]: _ask("CUSTOM_FORMULA", overdue(places))}
        yield CLOSED, {places[ID]: _ask("NOT_BLANK"), places[WAITING]: _ask("BLANK")}
    if WITH in places:
        all_of_them = any(column.many for column in look.columns)  # who are asked, not one coach
        for title, coach in look.mine.items():
            ask = _ask("TEXT_CONTAINS", in_dots([coach])) if all_of_them else _ask("TEXT_EQ", coach)
            yield title, {places[WITH]: ask}


def _shows(view: Found) -> dict[int, tuple[object, ...]]:
    """What a view asks of each column."""
    specs = ((spec.get("columnIndex", 0), spec.get("filterCriteria", {})) for spec in view.get("filterSpecs", ()))
    shows = {
        place: (*_asked(criteria.get("condition", {})), tuple(criteria.get("hiddenValues", ())))
        for place, criteria in specs
    }
    return {place: asked for place, asked in shows.items() if any(asked)}


# ── parts ────────────────────────────────────────────────────────────────────


def spans(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring rows, as (start, end)."""
    groups = (list(group) for _, group in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]))
    return [(group[0][1], group[-1][1] + 1) for group in groups]


def below_header(sheet_id: int, start: int, end: int) -> Json:
    """The columns from *start* to before *end*, without their titles."""
    return {"sheetId": sheet_id, "startRowIndex": 1, "startColumnIndex": start, "endColumnIndex": end}


def note(key: str, value: str, location: Json) -> Request:
    """Write down developer metadata: for programs alone, no person sees it."""
    told = {"metadataKey": key, "metadataValue": value, "visibility": "DOCUMENT", "location": location}
    return {"createDeveloperMetadata": {"developerMetadata": told}}


def notes_of(sheet_id: int, key: str) -> Json:
    """What finds the developer metadata of that key on a tab, its rows and columns."""
    where = {"metadataLocation": {"sheetId": sheet_id}, "locationMatchingStrategy": "INTERSECTING_LOCATION"}
    return {"developerMetadataLookup": {"metadataKey": key} | where}
