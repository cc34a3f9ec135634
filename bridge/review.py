"""The review tab: which columns there are, who owns each, how a request becomes cells and cells a row.

Pure. Columns are found by the text of their header, never by position; those that came later, by a mark that the bridge
gave them. People may move them, add their own, sort, filter and mistype. The bridge writes its own columns only, and
those that say whose row it is only once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from bridge.model import Identity, Verdict
from bridge.wording import visible

#: Google's limit is 50,000 characters a cell; nobody reads more than this in one.
LONGEST_CELL = 20_000

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    owner: str  # "bridge" or "coach": nobody writes another's cells
    width: int  # pixels
    identity: bool = False  # says whose row it is: written once, never patched
    choices: tuple[str, ...] = ()  # of the drop-down
    later: bool = False  # came with a later version: a tab may lack it, and one of that title may be somebody else's
    rates: str = ""  # the criterion of rubrics that coaches rate in it, by its folded title
    many: bool = False  # holds addresses as `in_dots` writes them

    @property
    def mark(self) -> str:
        """By what its place is kept: apart from the bridge's own titles, whatever a criterion is called."""
        return f"{CRITERION}{self.rates}" if self.rates else self.title


#: How Status goes on where a coach, or the teacher, must mend something before what was decided can be done.
NEEDS_FIX = "Needs fix:"

#: How the mark of a column begins in which coaches rate a criterion.
CRITERION = "criterion:"

ID, SUBMITTED, WAITING, DUE, NAME, EMAIL, BADGE = "ID", "Submitted", "Waiting", "Due", "Name", "E-mail", "Badge"
EVIDENCE, REFLECTION, EARLIER = "Evidence", "Reflection", "Earlier feedback"
WITH, DECIDE = "With", "Decide"
DECISION, FEEDBACK, REVIEWER, STATUS, LINK = "Decision", "Feedback", "Reviewer", "Status", "Badge link"

COLUMNS = (  # left to right; a new column is one line here and one in `plan.cells.CELLS`
    Column(ID, "bridge", 55, identity=True),
    Column(SUBMITTED, "bridge", 90),
    Column(WAITING, "bridge", 75, later=True),
    Column(DUE, "bridge", 90, later=True),
    Column(NAME, "bridge", 130),
    Column(EMAIL, "bridge", 165, identity=True),
    Column(BADGE, "bridge", 150, identity=True),
    Column(EVIDENCE, "bridge", 480),  # an address of Drive fits one line
    Column(REFLECTION, "bridge", 260),
    Column(EARLIER, "bridge", 220, later=True),
    Column(DECISION, "coach", 110, choices=tuple(Verdict)),
    Column(FEEDBACK, "coach", 260),
    Column(REVIEWER, "coach", 210),
    Column(STATUS, "bridge", 280),
    Column(LINK, "bridge", 220),
)

#: Columns that are there only where it is so known who decides; they stand to the left of Decision.
ONLY: Mapping[Identity, tuple[Column, ...]] = MappingProxyType(
    {
        Identity.COLUMN: (Column(WITH, "bridge", 250, later=True, many=True),),
        Identity.TABS: (Column(WITH, "bridge", 170, later=True),),
        Identity.FORM: (Column(WITH, "bridge", 250, later=True, many=True), Column(DECIDE, "bridge", 110, later=True)),
    }
)


def columns_of(identity: Identity, *, named: bool) -> tuple[Column, ...]:
    """The columns of the review tab, left to right; *named*: the settings name coaches."""
    more = [column for column in ONLY[identity] if named or column.title != WITH]
    return tuple(one for column in COLUMNS for one in ((*more, column) if column.title == DECISION else (column,)))


def in_dots(people: Collection[str]) -> str:
    """Addresses in one cell, so that whoever looks for · ana@x · does not find diana@x."""
    return "".join(f"· {one} " for one in people) + "·" if people else ""


_MORE = tuple(column.title for columns in ONLY.values() for column in columns)

#: Those of a tab whose every word is one coach's.
COLUMNS_OF_COACHES = tuple(column for column in COLUMNS if column.title != REVIEWER)

#: What a review tab must have, and what it may lack.
REQUIRED = tuple(column.title for column in COLUMNS if not column.later)
LATER = tuple(column.title for column in COLUMNS if column.later)


def criterion_column(title: str) -> Column:
    return Column(title, "coach", 110, later=True, rates=fold(title))


def with_criteria(columns: Iterable[Column], titles: Iterable[str]) -> tuple[Column, ...]:
    """*columns*, and to the left of Decision one for each of these criteria."""
    rated = [criterion_column(title) for title in titles]
    return tuple(one for column in columns for one in ((*rated, column) if column.title == DECISION else (column,)))


def criteria_in(marked: Mapping[str, int]) -> dict[str, int]:
    """Where the columns of criteria stand among those that bear the bridge's mark, by the criterion's folded title."""
    return {mark.removeprefix(CRITERION): place for mark, place in marked.items() if mark.startswith(CRITERION)}


@dataclass(frozen=True, slots=True)
class Scales:
    """The columns of criteria that the review tab needs, and which drop-down each row is to have there."""

    new: tuple[str, ...]  # titles of criteria that have no column yet
    rows: tuple[Mapping[str, tuple[str, ...]], ...]  # of rows below the titles: their choices, by folded title
    since: int  # the rows before that one have theirs already; they count from 0, the titles included
    mark: str  # to be written down, so that the next look knows what is there


class Linked(str):
    """A text, parts of which lead somewhere: (start, end, address), in order and apart.

    What a sheet tells of its cells is the text alone, so it equals the same text without links.
    """

    __slots__ = ("links",)
    links: tuple[tuple[int, int, str], ...]

    def __new__(cls, text: str, *links: tuple[int, int, str]) -> Linked:
        self = super().__new__(cls, text)
        self.links = links
        return self


class Noted(str):
    """A text that bears a note. What a sheet tells of its cells is the text alone, so it equals the same without it."""

    __slots__ = ("note",)
    note: str

    def __new__(cls, text: str, note: str = "") -> Noted:
        self = super().__new__(cls, text)
        self.note = note
        return self


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the review tab, as it is. `position` counts from 0, header included."""

    position: int  # NOWHERE: there is no such row, only words
    attempt_id: str
    verdict: str  # the coach's text, trimmed
    feedback: str
    reviewer: str
    cells: Mapping[str, str] = field(default_factory=dict)  # by column title
    ratings: Mapping[str, str] = field(default_factory=dict)  # what stands in the columns of criteria, by folded title
    identity: Identity | None = None  # how it is known whose words these are; None: as the programme has it
    said_at: datetime | None = None  # when they were said, where that is known


@dataclass(frozen=True, slots=True)
class Table:
    """A tab, read by its header. `places` maps each title that the bridge looks for to its column, from 0."""

    places: Mapping[str, int]
    problems: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]  # (position, cells by title)


def fold(text: str) -> str:
    """Make two spellings of one title or badge name alike.

    Case, white space, what is invisible, and whether an é is one character or two don't count.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFC", visible(text))
    return " ".join(plain.split()).casefold()


#: In words, as `SheetReading.lacking` has it: the titles stand below other rows.
TITLES_ROW = "the row of titles"

#: Where people insert rows above the titles, these are looked for so far down.
_FIRST_ROWS = 20


def titles_on_top(
    values: tuple[tuple[str, ...], ...], titles: Iterable[str]
) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return *values* with the row of titles first, the others in their order, and where that row stands.

    It is the one row that holds most of *titles*. Where that is the first one, none or several, all stays as it is: 0.
    """
    wanted = set(map(fold, titles))
    found = [
        place for place, row in enumerate(values[:_FIRST_ROWS]) if 2 * len(wanted & set(map(fold, row))) > len(wanted)
    ]
    if len(found) != 1 or found == [0]:
        return values, 0
    (place,) = found
    return (values[place], *values[:place], *values[place + 1 :]), place


def places_of(header: Sequence[str], titles: Iterable[str]) -> frozenset[int]:
    """The places in *header* at which any of *titles* stands."""
    wanted = set(map(fold, titles))
    return frozenset(place for place, text in enumerate(header) if fold(text) in wanted)


def read_table(values: Sequence[Sequence[str]], titles: Iterable[str], optional: Iterable[str] = ()) -> Table:
    """Find *titles* in the first row and read the rows below; a title that is missing or there twice is a problem.

    Those that are *optional* may be missing: then all their cells are empty.
    """
    header = [fold(cell) for cell in values[0]] if values else []
    may_miss = dict.fromkeys(optional, "")
    places: dict[str, int] = {}
    problems = []
    for title in (*titles, *may_miss):
        wanted = fold(title)
        found = [index for index, cell in enumerate(header) if cell == wanted]
        if len(found) == 1:
            places[title] = found[0]
        elif found:
            problems.append(f"The column “{title}” is there {len(found)} times; keep one.")
        elif title not in may_miss:
            problems.append(f"The column “{title}” is missing from the first row; write that word above its column.")
    rows = tuple(
        (position, may_miss | {title: _at(cells, place) for title, place in places.items()})
        for position, cells in enumerate(values)
        if position > 0
    )
    return Table(places, tuple(problems), rows)


def read_review(values: Sequence[Sequence[str]], marked: Mapping[str, int], lacks: Collection[str] = ()) -> Table:
    """Read the review tab, or a coach's own, which *lacks* some columns.

    *marked*: where the columns stand that the bridge knows by its mark, by its own title.
    """
    table = read_table(values, [title for title in REQUIRED if title not in lacks])
    ours = {*LATER, *_MORE}
    there = {mark: place for mark, place in marked.items() if mark in ours or mark.startswith(CRITERION)}
    rows = (
        (position, {**cells, **{title: _at(values[position], place) for title, place in there.items()}})
        for position, cells in table.rows
    )
    return replace(table, places={**table.places, **there}, rows=tuple(rows) if there else table.rows)


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


_ID = re.compile(r"[1-9]\d{0,8}-[1-9]\d{0,3}")


def is_id(text: str) -> bool:
    """True for what can be the ID of an attempt: 41-2."""
    return _ID.fullmatch(text) is not None


def to_rows(table: Table) -> tuple[Row, ...]:
    """The rows that bear an ID, or an e-mail and a badge. Others are people's own notes, and none of our business."""
    rated = [mark for mark in table.places if mark.startswith(CRITERION)]
    return tuple(
        Row(
            position=position,
            attempt_id=cells[ID].strip(),
            verdict=cells[DECISION].strip(),
            feedback=cells[FEEDBACK].strip()[:LONGEST_CELL],
            reviewer=cells.get(REVIEWER, "").strip()[:320],
            cells=cells,
            ratings={mark.removeprefix(CRITERION): said for mark in rated if (said := cells[mark].strip())},
        )
        for position, cells in table.rows
        if is_id(cells[ID].strip()) or (cells[EMAIL].strip() and cells[BADGE].strip())
    )


#: What people write for each verdict when they type instead of choosing.
_SPELLINGS = {
    spelling: verdict
    for verdict, spellings in {
        Verdict.APPROVE: ("approve", "approved"),
        Verdict.RETURN: ("return", "returned"),
        Verdict.DECLINE: ("decline", "declined"),
        Verdict.HOLD: ("hold", "on hold"),
        Verdict.REVOKE: ("revoke", "revoked"),
    }.items()
    for spelling in spellings
}


def to_verdict(text: str) -> Verdict | None:
    """Read a Decision cell; None for a text that is no verdict (an empty one included)."""
    return _SPELLINGS.get(fold(text).rstrip(".! "))


def cell(text: str) -> str:
    """Bound a text to what a cell should hold."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
