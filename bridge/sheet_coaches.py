"""The tabs of single coaches: how they look, and the protection that lets nobody else write there. Pure.

Such a tab is found by its number, which is made of the coach's address. It bears the address for programs, too, so that
the tab of somebody who is no coach any more is still known. A copy of it has another number, and is nobody's.

Google lets the owner of the file write everywhere, and names them among the editors of each protection.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.review import COLUMNS_OF_COACHES
from bridge.sheet_keeping import Found, Mending, ReviewLook, note
from bridge.sheet_requests import Json

#: The key of the developer metadata that says whose tab it is.
COACH = "badge-bridge-coach"

#: What Google shows of the protection.
ALONE = "badge-bridge takes what is chosen here for the word of this coach"

#: In words, as `SheetReading.lacking` has it.
LOCK = "who may write there"


@dataclass(frozen=True, slots=True)
class Lock:
    """What the protection of a coach's tab lacks; *open*: others than the coach could write there."""

    open: bool = False
    strangers: frozenset[str] = frozenset()  # who could besides the coach, the bridge and the file's owner
    mending: Mending = field(default_factory=Mending)


UNLOCKED = Lock()


@dataclass(frozen=True, slots=True)
class CoachTabs:
    """Who may have a tab, and how it is made. *people* may write in theirs; a tab of anybody else is closed."""

    people: tuple[str, ...] = ()  # addresses, lower case; none: there are no such tabs
    look: ReviewLook = ReviewLook(COLUMNS_OF_COACHES)  # noqa: RUF009
    prefix: str = "Review"  # how titles begin
    bridge: str = ""  # the account with which the bridge writes

    def title(self, coach: str) -> str:
        """The title of a new tab; people may give it another."""
        name = coach.partition("@")[0]
        alone = sum(one.partition("@")[0] == name for one in {*self.people, coach}) == 1
        return f"{self.prefix} – {name if alone else coach}"

    def find(self, sheets: Mapping[int, Found]) -> dict[str, int]:
        """The tabs that are there: address → number."""
        if not self.people:
            return {}
        noted = {
            str(one.get("metadataValue", ""))
            for sheet in sheets.values()
            for one in sheet.get("developerMetadata", ())
            if one.get("metadataKey") == COACH
        }
        known = dict.fromkeys([*self.people, *sorted(noted)])
        return {coach: sheet_id for coach in known if (sheet_id := coach_sheet_id(coach)) in sheets}

    def lock(self, coach: str, sheet_id: int, structure: Mapping[str, Any], owners: Collection[str]) -> Lock:
        """Compare the protection with what it should be; *owners* of the file may always write."""
        mending = Mending()
        noted = {one.get("metadataKey") for one in structure.get("developerMetadata", ())}
        if COACH not in noted:
            mending.add(LOCK, note(COACH, coach, {"sheetId": sheet_id}))
        editors = {one.casefold() for one in (self.bridge, *([coach] if coach in self.people else [])) if one}
        whole = {
            "protectedRangeId": _number(sheet_id),
            "range": {"sheetId": sheet_id},
            "description": ALONE,
            "warningOnly": False,
            "editors": {"users": sorted(editors)},
        }
        found = next((one for one in _protections(structure) if one.get("protectedRangeId") == _number(sheet_id)), None)
        if found is None:
            mending.add(LOCK, {"addProtectedRange": {"protectedRange": whole}})
            return Lock(True, mending=mending)
        strangers, missing = _others(found, editors | set(owners))
        tells = bool(found.get("requestingUserCanEdit"))
        is_open = bool(strangers) or not (closes(found) and tells)
        if is_open or (missing & {coach}):
            fields = "range,warningOnly,editors,unprotectedRanges"
            mending.add(LOCK, {"updateProtectedRange": {"protectedRange": whole, "fields": fields}})
        return Lock(is_open, strangers, mending)


def coach_sheet_id(coach: str) -> int:
    """The number of a coach's tab: its mark, the same in every spreadsheet."""
    return zlib.crc32(f"badge-bridge coach {coach}".encode()) & 0x7FFFFFFF or 1


def _number(sheet_id: int) -> int:
    """The id that the bridge gives the protection."""
    return zlib.crc32(f"badge-bridge {sheet_id} coach".encode()) & 0x7FFFFFFF or 1


def _protections(structure: Found) -> Collection[Json]:
    found: Collection[Json] = structure.get("protectedRanges", ())
    return found


def _others(found: Found, expected: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Who may write that should not, and who may not that should."""
    editors = found.get("editors", {})
    users = {str(one).casefold() for one in (*editors.get("users", ()), *editors.get("groups", ()))}
    return frozenset(users - set(expected)), frozenset(set(expected) - users)


def closes(found: Found) -> bool:
    """True where a protection closes the tab as a whole to all but those whom it names."""
    part = {name for name, place in found.get("range", {}).items() if name != "sheetId" and not _is_start(name, place)}
    lets_in = found.get("warningOnly") or found.get("unprotectedRanges") or _lets_all_in(found)
    return not (part or lets_in)


def _is_start(name: str, place: object) -> bool:
    return name.startswith("start") and not place


def _lets_all_in(found: Found) -> bool:
    return bool(found.get("editors", {}).get("domainUsersCanEdit"))


NO_TABS = CoachTabs()
