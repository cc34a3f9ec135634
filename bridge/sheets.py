"""Google Sheets: all tabs in two reads, all changes in one write.

Text is written as text: "=1+1" is no formula, "1-2" no date. Nothing is addressed by a row number that was kept from
an earlier pass, and new rows are appended by Google itself, so nobody who sorts or inserts meanwhile can be overwritten
by them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from gspread.exceptions import APIError

from bridge.errors import Refused, TryLater
from bridge.google import Errand, Google
from bridge.openbadges.text import clean
from bridge.plan.catalogue import TITLES
from bridge.ports import Change, Own, OwnChange, SheetReading, Tab
from bridge.review import TITLES_ROW, criteria_in, read_table, titles_on_top
from bridge.sheet_catalogue import mended as mended_catalogue
from bridge.sheet_catalogue import new_catalogue
from bridge.sheet_choices import OFFERED, Offers, below_titles, choices_anew, to_offers
from bridge.sheet_coaches import NO_TABS, UNLOCKED, CoachTabs, Lock, coach_sheet_id
from bridge.sheet_finding import BADGES, NOTED, REVIEW, find, noting, put_on_top, uses
from bridge.sheet_keeping import Mending, ReviewLook
from bridge.sheet_look import FIELDS, made, marks, mended, new_tab, views_in
from bridge.sheet_pages import PAGES, PageLook, append_rows, charts, closing, more_columns, new_page, unfinished
from bridge.sheet_ratings import noted, rating_columns
from bridge.sheet_requests import Request, append, free_title, notes, patch, remove_rows

Values: TypeAlias = tuple[tuple[str, ...], ...]

API = "https://sheets.googleapis.com/v4/spreadsheets"

_GRID = "gridProperties(columnCount,frozenRowCount)"
_TABS = f"properties(sheetId,title,{_GRID}),charts(chartId),{','.join(FIELDS)}"
_STRUCTURE = f"spreadsheetUrl,developerMetadata(metadataKey,metadataValue),sheets({_TABS})"


class GoogleSheet:
    """A `ReviewSheet` in one spreadsheet."""

    def __init__(
        self,
        google: Google,
        spreadsheet_id: str,
        review_title: str,
        catalogue_title: str,
        look: ReviewLook,
        pages: Mapping[Own, PageLook] = PAGES,
        coaches: CoachTabs = NO_TABS,
    ) -> None:
        self._google = google
        self._id = spreadsheet_id
        self._review_title = review_title
        self._catalogue_title = catalogue_title
        self._look = look
        self._pages = pages
        self._coaches = coaches
        self._owners: frozenset[str] = frozenset()  # of the file, once they were asked for
        self._url = f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"

    def read(self, *, choices: bool = False) -> SheetReading:
        """Two calls; one when no tab is there. With *choices* one more.

        The bridge's own tabs are found by its mark alone: another one of that title is somebody else's.
        """
        structure = self._structure()
        titles = {int(p["sheetId"]): str(p["title"]) for p in _properties(structure)}
        review, catalogue = self._find(titles, noted_as := uses(structure))
        sheets = {int(sheet.get("properties", {}).get("sheetId", 0)): sheet for sheet in structure.get("sheets", ())}
        own, theirs = {one: page_id(one) for one in self._pages if page_id(one) in titles}, self._coaches.find(sheets)
        pages = (sheet_id for page, sheet_id in own.items() if page is not Own.ARCHIVE)
        values = self._values([one for one in (review, catalogue, *pages, *theirs.values()) if one is not None])
        offers = self._offers((review, *theirs.values())) if choices else {}
        url, all_titles = str(structure.get("spreadsheetUrl") or self._url), frozenset(titles.values())
        drawn, locks = _drawn(sheets), self._locks(theirs, sheets)

        def tab(sheet_id: int, titles: Iterable[str] = ()) -> Tab:
            return _tab(sheet_id, sheets[sheet_id], values.get(sheet_id, ()), titles, offers.get(sheet_id))

        def decided(sheet_id: int | None, look: ReviewLook, lock: Lock = UNLOCKED, used: str = "-") -> SheetReading:
            found, seen = (None, {}) if sheet_id is None else (tab(sheet_id, look.required), sheets[sheet_id])
            looks = (*_mended(found, seen, look).said, *lock.mending.said)
            said = (*_turned(found), *looks, *_unnoted(found, look.required, used))
            return SheetReading(url, found, None, titles=all_titles, lacking=said, structure=seen, open=lock.open)

        listed, badges = (None, {}) if catalogue is None else (tab(catalogue, TITLES), sheets[catalogue])
        coaches = {coach: decided(number, self._coaches.look, locks[coach]) for coach, number in theirs.items()}
        return replace(
            decided(review, self._look, used=noted_as.get(REVIEW, "")),
            uses=noted_as,
            catalogue=listed,
            views=self._views(url, review, sheets),
            badges=badges,
            badges_lacking=_lacking(listed, badges, noted_as.get(BADGES, "")),
            own={page: tab(sheet_id) for page, sheet_id in own.items()},
            charts=drawn,
            undrawn=frozenset(unfinished(drawn, self._pages)) & own.keys(),
            unlocked={page: sheets[number] for page, number in own.items() if closing(number, sheets[number])},
            coaches=coaches,
        )

    def _views(
        self, url: str, review: int | None, sheets: Mapping[int, Mapping[str, Any]]
    ) -> tuple[tuple[str, str], ...]:
        number = review_sheet_id(self._id) if review is None else review
        return tuple(views_in(url, number, sheets.get(number, {}), self._look))

    def _find(self, titles: Mapping[int, str], noted: Mapping[str, str]) -> tuple[int | None, int | None]:
        """The numbers of the review tab and of the tab of badges."""
        review = find(titles, self._review_title, noted.get(REVIEW, ""), review_sheet_id(self._id))
        return review, find(titles, self._catalogue_title, noted.get(BADGES, ""), catalogue_sheet_id(self._id))

    def _locks(self, theirs: Mapping[str, int], sheets: Mapping[int, Mapping[str, Any]]) -> dict[str, Lock]:
        """Compare what protects each coach's tab.

        Google names the file's owner among the editors, so who that is is asked when somebody stands there who should
        not.
        """

        def compared() -> dict[str, Lock]:
            tabs = theirs.items()
            return {coach: self._coaches.lock(coach, number, sheets[number], self._owners) for coach, number in tabs}

        locks = compared()
        if any(lock.strangers for lock in locks.values()):
            self._owners = self._ask_owners()
            locks = compared()
        return locks

    def _ask_owners(self) -> frozenset[str]:
        answer = self._google.request(
            "GET",
            f"https://www.googleapis.com/drive/v3/files/{self._id}",
            what=Errand("see whose the review sheet is", self._url, "Editor"),
            idempotent=True,
            bucket="drive",
            units=5,
            params={"fields": "owners(emailAddress)", "supportsAllDrives": "true"},
        )
        return frozenset(str(one.get("emailAddress", "")).casefold() for one in answer.get("owners", ()))

    def write(self, reading: SheetReading, change: Change) -> None:
        """One call, all of it or nothing.

        Patches alone may be repeated. Where rows or a tab are added, a silence is InDoubt: the next cycle reads what
        became of it.
        """
        requests = self._requests(reading, change)
        if not requests:
            return
        errand = Errand("write to the review sheet", self._url, "Editor")
        try:
            self._google.call(
                errand,
                lambda: self._google.gspread.batch_update(self._id, {"requests": requests}),
                idempotent=_may_be_repeated(change) and not any("moveDimension" in one for one in requests),
                bucket="sheets-write",
            )
        except Refused as error:
            if _is_stale(error.__cause__):
                raise TryLater(
                    "Somebody changed the sheet while the bridge was about to write; nothing was written. "
                    f"The next cycle reads it anew. (Google: {_said(error.__cause__)})"
                ) from error
            raise

    def _structure(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._google.call(
            Errand("read the review sheet", self._url, "Editor"),
            lambda: self._google.gspread.fetch_sheet_metadata(self._id, {"fields": _STRUCTURE}),
            idempotent=True,
            bucket="sheets-read",
        )
        return found

    def _values(self, sheet_ids: Sequence[int]) -> dict[int, Values]:
        """All cells of the tabs, by sheet id, in one call: so they are of one moment."""
        if not sheet_ids:
            return {}
        body = {
            "dataFilters": [{"gridRange": {"sheetId": sheet_id}} for sheet_id in sheet_ids],
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "FORMATTED_STRING",
        }
        answer = self._google.call(
            Errand("read the review sheet", self._url, "Editor"),
            lambda: self._google.gspread.request(
                "post", f"{API}/{self._id}/values:batchGetByDataFilter", json=body
            ).json(),
            idempotent=True,
            bucket="sheets-read",
        )
        return to_values(answer)

    def _offers(self, sheet_ids: Iterable[int | None]) -> dict[int, Offers]:
        """What each row of these tabs offers."""
        rows = [below_titles(sheet_id) for sheet_id in sheet_ids if sheet_id is not None]
        if not rows:
            return {}
        answer = self._google.call(
            Errand("read the review sheet", self._url, "Editor"),
            lambda: self._google.gspread.request(
                "post", f"{API}/{self._id}:getByDataFilter", params={"fields": OFFERED}, json={"dataFilters": rows}
            ).json(),
            idempotent=True,
            bucket="sheets-read",
        )
        return to_offers(answer)

    def _requests(self, reading: SheetReading, change: Change) -> list[Request]:
        titles = set(reading.titles) | ({self._review_title} if change.make_review else set())
        titles |= {self._catalogue_title} if change.make_catalogue else set()
        review = reading.review.sheet_id if reading.review else review_sheet_id(self._id)
        requests = self._decided_requests(review, self._review_title, self._look, reading, change)
        if change.make_review or change.mend_review:
            requests += noting(reading.uses, REVIEW, review)
        if reading.catalogue is not None and change.is_in_catalogue:
            requests += put_on_top(reading.catalogue, reading.badges)
            requests += patch(reading.catalogue.sheet_id, change.catalogue)
            if change.mend_catalogue:
                requests += mended_catalogue(reading.catalogue, reading.badges).requests
                requests += noting(reading.uses, BADGES, reading.catalogue.sheet_id)
        if change.make_catalogue:
            requests += new_catalogue(catalogue_sheet_id(self._id), self._catalogue_title, change.badges)
            requests += noting(reading.uses, BADGES, catalogue_sheet_id(self._id))
        for coach, theirs in change.coaches.items():
            title = free_title(self._coaches.title(coach), titles)
            titles.add(title)
            seen, sheet_id = reading.coaches.get(coach, SheetReading(reading.url, None, None)), coach_sheet_id(coach)
            requests += self._decided_requests(sheet_id, title, self._coaches.look, seen, theirs)
            if theirs.make_review or theirs.mend_review:
                requests += self._coaches.lock(coach, sheet_id, seen.structure, self._owners).mending.requests
        for own in change.own:
            title = free_title(self._pages[own.own].title, titles)
            titles.add(title)
            requests += self._page_requests(own, reading, title)
        return requests

    def _decided_requests(
        self, sheet_id: int, title: str, look: ReviewLook, seen: SheetReading, change: Change
    ) -> list[Request]:
        """What *change* takes in a tab in which people decide."""
        requests: list[Request] = []
        header: Sequence[str] = ()
        if change.make_review:
            look = look.with_criteria(change.ratings.new if change.ratings else ())
            if seen.review is None:
                requests.append(new_tab(sheet_id, title, look))
            requests += made(sheet_id, seen.structure, look)
        elif seen.review is not None:
            header = next(iter(seen.review.values), ())
            requests += put_on_top(seen.review, seen.structure) if change.is_in_review else []
        elif change.added or change.review or change.mend_review or change.ratings:
            raise Refused(f"The tab “{title}” is gone, so nothing can be written there ({self._url}).")
        requests += [*patch(sheet_id, change.review), *notes(sheet_id, change.notes)]
        if seen.review is not None and change.choices is not None:
            requests += choices_anew(seen.review, seen.structure, look, change.choices)
        requests += append(sheet_id, change.added, header or [column.title for column in look.columns], look.columns)
        if change.mend_review:
            requests += _mended(seen.review, seen.structure, look).requests
        requests += remove_rows(sheet_id, change.removed)
        if change.ratings is not None:
            made_so = look.columns if change.make_review else None
            requests += rating_columns(sheet_id, seen.structure, header, change.ratings, made_so)
        return requests

    def _page_requests(self, change: OwnChange, reading: SheetReading, title: str) -> list[Request]:
        sheet_id, look = page_id(change.own), self._pages[change.own]
        drawn = charts(sheet_id, look, reading.charts) if change.make or change.draw else []
        if change.make:
            return [*new_page(sheet_id, title, look, change.added), *drawn]
        missing = len(look.widths) - reading.own[change.own].columns
        wider = [more_columns(sheet_id, missing)] if missing > 0 else []
        rows = append_rows(sheet_id, change.added)  # first: patches may empty what is the last row with data until then
        closed = closing(sheet_id, reading.unlocked[change.own]) if change.lock else []
        return [*wider, *rows, *patch(sheet_id, change.patches), *drawn, *closed]


def _tab(
    sheet_id: int, structure: Mapping[str, Any], values: Values, titles: Iterable[str], offers: Offers | None
) -> Tab:
    properties = structure.get("properties", {})
    columns = int(properties.get("gridProperties", {}).get("columnCount", 0))
    turned, at = titles_on_top(values, titles)
    marked = marks(structure, next(iter(turned), ()))
    title, offered = str(properties.get("title", "")), None if at else offers
    return Tab(sheet_id, title, turned, columns, marked, noted(structure), at, offered)


def _turned(tab: Tab | None) -> tuple[str, ...]:
    return (TITLES_ROW,) if tab is not None and tab.titles_at else ()


def _unnoted(tab: Tab | None, titles: Iterable[str], used: str) -> tuple[str, ...]:
    """*used*: the number that is noted; "-" for a tab that is found otherwise.

    A tab that lacks titles may be somebody else's: nothing is noted of it.
    """
    if tab is None or used in ("-", str(tab.sheet_id)) or read_table(tab.values, titles).problems:
        return ()
    return (NOTED,)


def _lacking(tab: Tab | None, structure: Mapping[str, Any], used: str) -> tuple[str, ...]:
    """What the tab of badges lacks."""
    return (*_turned(tab), *mended_catalogue(tab, structure).said, *_unnoted(tab, TITLES, used))


def _drawn(sheets: Mapping[int, Mapping[str, Any]]) -> frozenset[int]:
    """The ids of all charts."""
    return frozenset(int(one["chartId"]) for sheet in sheets.values() for one in sheet.get("charts", ()))


def _mended(tab: Tab | None, structure: Mapping[str, Any], look: ReviewLook) -> Mending:
    if tab is None or not tab.values:
        return Mending()
    with_those_there = look.with_criteria(criteria_in(marks(structure)))
    return mended(tab.sheet_id, structure, tab.values, tab.columns, with_those_there, tab.choices)


def _may_be_repeated(change: Change) -> bool:
    """True for mere patches: what adds or takes away lines would do so twice."""
    tabs = change.make_review or change.mend_review or change.make_catalogue or change.mend_catalogue
    grows = tabs or change.added or change.removed
    alone = all(map(_may_be_repeated, change.coaches.values()))
    return alone and not (grows or change.ratings or any(own.make or own.lock or own.added for own in change.own))


def review_sheet_id(spreadsheet_id: str) -> int:
    """The number that the bridge gives the tab it makes: its own mark, by which a renamed tab is found again."""
    return zlib.crc32(f"badge-bridge review {spreadsheet_id}".encode()) & 0x7FFFFFFF or 1


def catalogue_sheet_id(spreadsheet_id: str) -> int:
    """The same for the tab of badges."""
    return zlib.crc32(f"badge-bridge badges {spreadsheet_id}".encode()) & 0x7FFFFFFF or 1


def page_id(own: Own) -> int:
    """The number of a tab of the bridge's own: its mark, the same in every spreadsheet."""
    return zlib.crc32(f"badge-bridge page {own}".encode()) & 0x7FFFFFFF or 1


def to_values(answer: Mapping[str, Any]) -> dict[int, Values]:
    """Read values:batchGetByDataFilter: sheet id → rows of texts, ragged, as Google leaves out what is empty."""
    values = {}
    for found in answer.get("valueRanges", ()):
        rows = found.get("valueRange", {}).get("values", ())
        for asked in found.get("dataFilters", ()):
            sheet_id = int(asked.get("gridRange", {}).get("sheetId", 0))  # Google leaves out a 0
            values[sheet_id] = tuple(tuple(to_text(cell) for cell in row) for row in rows)
    return values


def to_text(cell: object) -> str:
    """What a person would read in the cell, whatever its format and the spreadsheet's language."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    return clean(str(cell))


def _properties(structure: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{"sheetId": 0, "title": "", **sheet.get("properties", {})} for sheet in structure.get("sheets", ())]


def _is_stale(error: BaseException | None) -> bool:
    """True for Google’s words about a row, column or tab that has gone since it was read, or a tab that has come."""
    if not isinstance(error, APIError) or error.code != 400:
        return False
    said = _said(error).lower()
    stale = ("grid limits", "no grid with id", "in grid[", "beyond the last", "already exists")
    return any(words in said for words in stale)


def _said(error: BaseException | None) -> str:
    """Google's own words."""
    return str(error.error.get("message", "")) if isinstance(error, APIError) else ""
