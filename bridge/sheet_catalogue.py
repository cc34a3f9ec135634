"""How the tab of badges is made; from then on it is the coordinator's, but for Status. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.plan import catalogue as titles
from bridge.ports import Tab
from bridge.review import fold
from bridge.sheet_keeping import Mending, below_header
from bridge.sheet_requests import BRIDGES, ROWS, Request, body, cell, drop_down, header_form, to_colour, width

#: What Google shows of the protection of Status; by it the bridge knows its own.
FILLED_IN = "badge-bridge fills this column in"

#: In words, as `SheetReading.badges_lacking` has it.
WARNING = "the warning for who types into Status"


@dataclass(frozen=True, slots=True)
class BadgeColumn:
    title: str
    width: int  # pixels
    help: str  # a note on the title
    choices: tuple[str, ...] = ()  # offered, not imposed: the row's own Status says what is wrong


COLUMNS = (
    BadgeColumn(titles.KEY, 150, "A short name that never changes: small letters, digits and hyphens, like first-aid."),
    BadgeColumn(titles.NAME, 190, "As teachers know it, and as the form offers it."),
    BadgeColumn(titles.DESCRIPTION, 300, "One or two sentences: what somebody with this badge can do."),
    BadgeColumn(titles.CRITERIA, 300, "What is to be done for it. Markdown, or the address of a Google Doc."),
    BadgeColumn(titles.ARTWORK, 220, "The link to a picture on Drive: PNG or SVG, best square, 400 pixels or more."),
    BadgeColumn(titles.HOURS, 60, "What it counts for the salary office. May be empty."),
    BadgeColumn(titles.ACTIVE, 65, "no switches it off; what was issued stays.", ("yes", "no")),
    BadgeColumn(titles.STATUS, 280, "The bridge says here whether it understands the row."),
    BadgeColumn(titles.TYPE, 130, "Of Open Badges, such as Micro-credential or Course. Empty: Badge."),
    BadgeColumn(titles.TAGS, 150, "Words by which it is found, with commas between."),
    BadgeColumn(titles.ALIGNMENT, 240, "A line for each standard: name | address | code | framework."),
    BadgeColumn(titles.VALID_FOR, 85, "How long it counts: 3 years, 18 months. Empty: for ever."),
    BadgeColumn(titles.BACKEND, 80, "Who makes it. Empty: as the settings say.", ("local", "badgr", "credly")),
    BadgeColumn(titles.REVIEWERS, 200, "Addresses of those who may decide about it. Empty: every coach."),
    BadgeColumn(titles.REVIEW_DAYS, 75, "Within how many days a decision is promised. Empty: as the settings say."),
    BadgeColumn(titles.MOST_ATTEMPTS, 85, "How often a teacher may try. Empty: as often as it takes."),
    BadgeColumn(titles.SECOND_LOOK, 110, "Who must approve it, too. Empty: one is enough.", ("coach", "coordinator")),
    BadgeColumn(titles.PREREQUISITES, 200, "Which badges come before it: any 3 of a, b, c, d. Empty: none."),
    BadgeColumn(titles.MILESTONE, 95, "by itself: nobody need ask for it once they are there.", ("asked", "by itself")),
    BadgeColumn(
        titles.RUBRIC,
        260,
        "A line for each criterion, its levels from the lowest to the highest: Planning: not yet | meets* | exceeds. "
        "The star marks the level that Approve needs; without one the criterion may be left open. Empty: no rubric.",
    ),
)


def new_catalogue(sheet_id: int, title: str, badges: Sequence[Mapping[str, str]] = ()) -> list[Request]:
    """Make the tab: titles that explain themselves, choices that are offered, and Status in the bridge's grey.

    *badges* are its rows, text by title.
    """
    rows = [{"values": [cell(badge.get(one.title, "")) for one in COLUMNS]} for badge in badges]
    grid = {"rowCount": len(rows) + ROWS, "columnCount": len(COLUMNS), "frozenRowCount": 1, "frozenColumnCount": 2}
    form = header_form()
    header = [cell(one.title) | {"userEnteredFormat": form, "note": one.help} for one in COLUMNS]
    status = next(place for place, one in enumerate(COLUMNS) if one.title == titles.STATUS)
    shade = {"userEnteredFormat": {"backgroundColorStyle": to_colour(BRIDGES)}}
    return [
        {"addSheet": {"properties": {"sheetId": sheet_id, "title": title, "gridProperties": grid}}},
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
                "rows": [{"values": header}, *rows],
                "fields": f"userEnteredValue,note,userEnteredFormat({','.join(form)})",
            }
        },
        body(sheet_id),
        *(width(sheet_id, place, one.width) for place, one in enumerate(COLUMNS)),
        *(
            {"setDataValidation": {"range": below_header(sheet_id, place, place + 1), "rule": _offered(one.choices)}}
            for place, one in enumerate(COLUMNS)
            if one.choices
        ),
        {
            "repeatCell": {
                "range": below_header(sheet_id, status, status + 1),
                "cell": shade,
                "fields": "userEnteredFormat.backgroundColorStyle",
            }
        },
        *kept(sheet_id, {}, status).requests,
    ]


def kept(sheet_id: int, structure: Mapping[str, Any], status: int) -> Mending:
    """What makes Google warn who types into Status, wherever that column stands; nothing where it does.

    All else of the tab is the coordinator's, who may have made it: its looks, notes and choices stay as they are.
    """
    mending, column = Mending(), below_header(sheet_id, status, status + 1)
    whole = {"range": column, "description": FILLED_IN, "warningOnly": True}
    ours = [one for one in structure.get("protectedRanges", ()) if one.get("description") == FILLED_IN]
    if not ours:
        mending.add(WARNING, {"addProtectedRange": {"protectedRange": whole}})
        return mending
    there = ours[0].get("range", {})
    if (there.get("startColumnIndex", 0), there.get("endColumnIndex")) != (status, status + 1):
        moved = whole | {"protectedRangeId": ours[0]["protectedRangeId"]}
        mending.add(WARNING, {"updateProtectedRange": {"protectedRange": moved, "fields": "range"}})
    return mending


def mended(tab: Tab | None, structure: Mapping[str, Any]) -> Mending:
    """The same for a tab that is there; nothing where its titles don't say which column Status is."""
    header = [fold(text) for text in next(iter(tab.values), ())] if tab is not None else []
    if tab is None or header.count(fold(titles.STATUS)) != 1:
        return Mending()
    return kept(tab.sheet_id, structure, header.index(fold(titles.STATUS)))


def _offered(choices: tuple[str, ...]) -> dict[str, Any]:
    return drop_down(choices) | {"strict": False}
