"""Requests about protections, conditional formats, banding and developer metadata."""

from __future__ import annotations

from typing import Any

from bridge.sandbox.sheets import a1, grid, metadata, tables
from bridge.sandbox.sheets.access import Edit
from bridge.sandbox.sheets.batch import request
from bridge.sandbox.sheets.describing import protection
from bridge.sandbox.sheets.errors import Invalid, Protected
from bridge.sandbox.sheets.masks import merged, paths
from bridge.sandbox.sheets_state import Json, Metadata, Sheet


def on_its_tab(edit: Edit, thing: Json) -> tuple[Sheet, Json]:
    """The tab that the thing's range lies on, and the thing with its range checked."""
    if "tableId" in thing:  # a filter that a table backs
        if "range" in thing:
            raise Invalid("Only one of range and tableId may be set.")
        thing = thing | {"range": tables.named(edit.book, thing["tableId"])[1]["range"]}
    where = thing.get("range", {})
    sheet, _ = a1.resolve(edit.book, where)
    return sheet, thing | {"range": {"sheetId": sheet.id} | where}


def find(edit: Edit, lists: str, name: str, wanted: Any, words: str) -> tuple[list[Json], int]:
    """The list of the tab, and the place in it, where *name* is *wanted*; raises Invalid."""
    for sheet in edit.book.sheets:
        things: list[Json] = getattr(sheet, lists)
        for place, thing in enumerate(things):
            if thing[name] == wanted:
                return things, place
    raise Invalid(f"No {words} with id: {wanted}")


@request("addProtectedRange")
def add_protected_range(edit: Edit, content: Json) -> Json:
    """Protect a range; who asks for a hard protection may always pass, as may the owner."""
    sheet, thing = on_its_tab(edit, content.get("protectedRange", {}))
    _check_protection(edit, thing)
    if any(
        one["protectedRangeId"] == thing.get("protectedRangeId") for tab in edit.book.sheets for one in tab.protected
    ):
        raise Invalid(f"A protected range with the id {thing['protectedRangeId']} already exists.")
    edit.guard(sheet, a1.box_of(thing["range"]))
    thing = _with_owner(edit, thing)
    thing = {"protectedRangeId": thing.get("protectedRangeId", edit.book.new_number())} | thing
    sheet.protected.append(thing)
    return {"protectedRange": protection(edit.world, edit.editor, edit.book.id, thing)}


@request("updateProtectedRange")
def update_protected_range(edit: Edit, content: Json) -> None:
    new = content.get("protectedRange", {})
    paths(content.get("fields", ""))
    wanted = new.get("protectedRangeId", 0)
    things, place = find(edit, "protected", "protectedRangeId", wanted, "protected range")
    if not edit.may_edit(things[place]):
        raise Protected
    changed = merged(things[place], new, content["fields"])
    if changed.get("warningOnly") and "editors" not in new:  # what was hard and only warns now needs no editors
        changed = {name: part for name, part in changed.items() if name != "editors"}
    _check_protection(edit, changed)
    things[place] = _with_owner(edit, changed)


def _with_owner(edit: Edit, thing: Json) -> Json:
    """Whoever makes a hard protection and the file's owner stand among its editors, and can't be taken out."""
    if thing.get("warningOnly"):
        return thing
    users = thing.get("editors", {}).get("users", [])
    there = {one.lower() for one in users}
    stay = (edit.editor, edit.world.drive.files[edit.book.id].owner)
    more = [one for one in dict.fromkeys(stay) if one and one.lower() not in there]
    return thing | {"editors": thing.get("editors", {}) | {"users": [*users, *more]}}


def _check_protection(edit: Edit, thing: Json) -> None:
    """Raise Invalid for editors of a mere warning, and for holes in what is less than a tab."""
    if thing.get("warningOnly") and any(thing.get("editors", {}).values()):
        raise Invalid("ProtectedRange is warningOnly. Editors cannot be set on it.")
    if thing.get("unprotectedRanges") and set(thing.get("range", {})) - {"sheetId"}:
        raise Invalid("Unprotected ranges are only supported on protected sheets.")
    on_its_tab(edit, thing)


@request("deleteProtectedRange")
def delete_protected_range(edit: Edit, content: Json) -> None:
    wanted = content.get("protectedRangeId", 0)
    things, place = find(edit, "protected", "protectedRangeId", wanted, "protected range")
    if not edit.may_edit(things[place]):
        raise Protected
    del things[place]


@request("addConditionalFormatRule")
def add_conditional_format_rule(edit: Edit, content: Json) -> None:
    rule = content.get("rule", {})
    sheet = _tab_of_rule(edit, rule)
    sheet.conditional_formats.insert(content.get("index", 0), rule)


def _tab_of_rule(edit: Edit, rule: Json) -> Sheet:
    """The one tab of the rule's ranges; raises Invalid for none, for several, or for a rule without a condition."""
    sheets = [a1.resolve(edit.book, where)[0] for where in rule.get("ranges", ())]
    if not sheets or any(sheet is not sheets[0] for sheet in sheets):
        raise Invalid("A conditional format needs ranges that are all on one sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise Invalid("A conditional format needs either a booleanRule or a gradientRule.")
    return sheets[0]


def _rule_at(sheet: Sheet, index: int) -> Json:
    if not 0 <= index < len(sheet.conditional_formats):
        raise Invalid(f"No conditional format on sheet: {sheet.id} at index: {index}")
    return sheet.conditional_formats[index]


@request("updateConditionalFormatRule")
def update_conditional_format_rule(edit: Edit, content: Json) -> Json:
    """Replace a rule, or move it to newIndex."""
    index = content.get("index", 0)
    if "rule" in content:
        sheet = _tab_of_rule(edit, content["rule"])
        old = _rule_at(sheet, index)
        sheet.conditional_formats[index] = content["rule"]
        return {"newRule": content["rule"], "newIndex": index, "oldRule": old, "oldIndex": index}
    sheet = edit.sheet(content.get("sheetId", 0))
    rule = _rule_at(sheet, index)
    del sheet.conditional_formats[index]
    sheet.conditional_formats.insert(content.get("newIndex", 0), rule)
    return {"newRule": rule, "newIndex": content.get("newIndex", 0), "oldIndex": index}


@request("deleteConditionalFormatRule")
def delete_conditional_format_rule(edit: Edit, content: Json) -> Json:
    sheet = edit.sheet(content.get("sheetId", 0))
    rule = _rule_at(sheet, content.get("index", 0))
    del sheet.conditional_formats[content.get("index", 0)]
    return {"rule": rule}


@request("addBanding")
def add_banding(edit: Edit, content: Json) -> Json:
    sheet, thing = on_its_tab(edit, content.get("bandedRange", {}))
    if any(a1.box_of(thing["range"]).meets(a1.box_of(other["range"])) for other in sheet.banding):
        raise Invalid("You cannot add alternating background colors to a range that already has them.")
    thing = {"bandedRangeId": thing.get("bandedRangeId", edit.book.new_number())} | thing
    sheet.banding.append(thing)
    return {"bandedRange": thing}


@request("updateBanding")
def update_banding(edit: Edit, content: Json) -> None:
    new = content.get("bandedRange", {})
    paths(content.get("fields", ""))
    things, place = find(edit, "banding", "bandedRangeId", new.get("bandedRangeId", 0), "banding")
    things[place] = merged(things[place], new, content["fields"])


@request("deleteBanding")
def delete_banding(edit: Edit, content: Json) -> None:
    things, place = find(edit, "banding", "bandedRangeId", content.get("bandedRangeId", 0), "banding")
    del things[place]


@request("createDeveloperMetadata")
def create_developer_metadata(edit: Edit, content: Json) -> Json:
    new = content.get("developerMetadata", {})
    if not new.get("metadataKey"):
        raise Invalid("developerMetadata.metadataKey must be set.")
    if new.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise Invalid("developerMetadata.visibility must be set.")
    note = Metadata(
        new.get("metadataId", 0) or edit.book.new_number(), new["metadataKey"], new.get("metadataValue", "")
    )
    note.visibility = new["visibility"]
    if any(other.id == note.id for other in edit.book.metadata):
        raise Invalid(f"developerMetadata with id {note.id} already exists.")
    _tie(edit, note, new.get("location", {}))
    edit.book.metadata.append(note)
    return {"developerMetadata": metadata.as_json(note)}


def _tie(edit: Edit, note: Metadata, location: Json) -> None:
    metadata.place(note, location)
    if note.sheet_id >= 0:
        sheet = edit.sheet(note.sheet_id)
        if note.dimension and note.index >= grid.count(sheet, note.dimension):
            raise Invalid("developerMetadata.location lies outside the grid.")


@request("updateDeveloperMetadata")
def update_developer_metadata(edit: Edit, content: Json) -> Json | None:
    fields = {path[0] for path in paths(content.get("fields", ""))}
    new = content.get("developerMetadata", {})
    notes = [
        note for data_filter in content.get("dataFilters", ()) for note in metadata.found_by(edit.book, data_filter)
    ]
    for note in notes:
        if fields & {"metadataKey", "*"}:
            note.key = new.get("metadataKey", note.key)
        if fields & {"metadataValue", "*"}:
            note.value = new.get("metadataValue", "")
        if fields & {"visibility", "*"}:
            note.visibility = new.get("visibility", note.visibility)
        if "location" in fields or ("*" in fields and "location" in new):
            _tie(edit, note, new.get("location", {}))
    return {"developerMetadata": [metadata.as_json(note) for note in notes]} if notes else None


@request("deleteDeveloperMetadata")
def delete_developer_metadata(edit: Edit, content: Json) -> Json | None:
    gone = metadata.found_by(edit.book, content.get("dataFilter", {}))
    edit.book.metadata = [note for note in edit.book.metadata if note not in gone]
    return {"deletedDeveloperMetadata": [metadata.as_json(note) for note in gone]} if gone else None
