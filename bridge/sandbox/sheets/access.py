"""Who may open a spreadsheet and who may change it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bridge.sandbox.api import Call
from bridge.sandbox.drive_state import ROLES, role_of, touch
from bridge.sandbox.sheets.a1 import OPEN, Box, box_of, numbered, whole
from bridge.sandbox.sheets.blank import known
from bridge.sandbox.sheets.errors import NotAllowed, NotFound, Protected
from bridge.sandbox.sheets.following import ROWS
from bridge.sandbox.sheets.typed import Setting
from bridge.sandbox.sheets_state import Json, Sheet, Spreadsheet
from bridge.sandbox.state import World


@dataclass(slots=True)
class Edit:
    """One change under way: *book* is a copy that takes the original's place if all goes well."""

    world: World
    book: Spreadsheet
    editor: str
    new_name: str = ""  # of the Drive file, if it changes

    def sheet(self, sheet_id: int) -> Sheet:
        return numbered(self.book, sheet_id)

    def guard(self, sheet: Sheet, box: Box | None = None) -> None:
        """Raise Protected if the editor may not change these cells; without a box, anything about the tab."""
        for protection in sheet.protected:
            if self.may_edit(protection):
                continue
            area = box_of(protection.get("range", {}))
            if box is None or (box.meets(area) and not _exempt(protection, box)):
                raise Protected

    def guard_tab(self, sheet: Sheet) -> None:
        """Raise Protected if the tab as a whole is protected from the editor."""
        for protection in sheet.protected:
            area = box_of(protection.get("range", {}))
            if not self.may_edit(protection) and whole(sheet).lies_in(area):
                raise Protected

    def guard_insertion(self, sheet: Sheet, dimension: str, at: int) -> None:
        """Raise Protected if new rows or columns would come between protected ones."""
        for protection in sheet.protected:
            area = box_of(protection.get("range", {}))
            start, end = (area.top, area.bottom) if dimension == ROWS else (area.left, area.right)
            if not self.may_edit(protection) and start < at < end and end != OPEN:
                raise Protected

    def may_edit(self, protection: Json) -> bool:
        """Say whether the protection lets the editor through: a mere warning, the owner, or a named editor."""
        return may_edit(self.world, self.editor, self.book.id, protection)


def may_edit(world: World, email: str, file_id: str, protection: Json) -> bool:
    """Say whether *email* may change what is protected so."""
    editors = protection.get("editors", {})
    return (
        protection.get("warningOnly", False)
        or email.lower() in (editor.lower() for editor in [*editors.get("users", ()), *editors.get("groups", ())])
        or (editors.get("domainUsersCanEdit", False) and world.is_member(email))
        or is_owner(world, email, file_id)
    )


def _exempt(protection: Json, box: Box) -> bool:
    return any(box.lies_in(box_of(free)) for free in protection.get("unprotectedRanges", ()))


def is_owner(world: World, email: str, file_id: str) -> bool:
    return world.drive.files[file_id].owner.lower() == email.lower()


def opened(call: Call) -> Spreadsheet:
    """The spreadsheet that the call names, for reading; raises NotFound or NotAllowed."""
    return find(call.world, call.caller.email, call.params["spreadsheetId"], "reader")


def find(world: World, email: str, spreadsheet_id: str, role: str) -> Spreadsheet:
    """The spreadsheet, if *email* has *role* or more on its file; raises NotFound or NotAllowed."""
    book = known(world, spreadsheet_id)
    if book is None:
        raise NotFound
    has = role_of(world, email, spreadsheet_id)
    if has is None or ROLES.index(has) < ROLES.index(role):
        raise NotAllowed
    return book


def setting_of(world: World, book: Spreadsheet) -> Setting:
    """The file's locale, and the day it is in its time zone."""
    zone = book.properties.get("timeZone") or "Etc/GMT"
    return Setting(book.locale, world.clock.now().astimezone(ZoneInfo(zone)).date())


@contextmanager
def changing(world: World, email: str, spreadsheet_id: str) -> Iterator[Edit]:
    """Change a copy of the spreadsheet; it counts, all of it, only if the block ends without an exception.

    Afterwards the Drive file has a higher version. Raises NotFound, or NotAllowed for who may only read.
    """
    edit = Edit(world, find(world, email, spreadsheet_id, "writer").copy(), email)
    yield edit
    world.sheets.spreadsheets[spreadsheet_id] = edit.book
    file = world.drive.files[spreadsheet_id]
    file.name = edit.new_name or file.name
    touch(world, file, email)
