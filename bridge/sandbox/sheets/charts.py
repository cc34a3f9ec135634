"""What a chart shows: its series, labels and titles, from the cells as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bridge.sandbox.sheets import a1, grid, shown
from bridge.sandbox.sheets.looks import colour
from bridge.sandbox.sheets_state import Cell, Json, Sheet, Spreadsheet

#: Google's colours for series and slices, in this order and over again.
COLOURS = (
    *("#4285f4", "#ea4335", "#fbbc04", "#34a853", "#ff6d01"),
    *("#46bdc6", "#7baaf7", "#f07b72", "#fcd04f", "#71c287"),
)

#: The rows of a tab that are not shown, by their index.
HiddenRows = Callable[[Sheet], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: list[float | None]  # None: a gap
    colour: str
    own_colours: dict[int, str] = field(default_factory=dict)  # of single points
    shows_values: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart, worked out and ready to be drawn."""

    kind: str  # Google's BasicChartType, or PIE
    title: str
    subtitle: str
    labels: list[str]
    series: list[Series]
    legend: str  # BOTTOM, LEFT, RIGHT, TOP, LABELED or NO
    stacked: str = "NOT_STACKED"
    label_title: str = ""
    value_title: str = ""
    hole: float = 0.0


def plot(book: Spreadsheet, spec: Json, hidden_rows: HiddenRows) -> Plot:
    """Work the chart out; cells that are no numbers are gaps, and rows or columns that are hidden are left out."""
    reader = _Reader(book, hidden_rows, spec.get("hiddenDimensionStrategy", "SKIP_HIDDEN_ROWS_AND_COLUMNS"))
    words = (spec.get("title", ""), spec.get("subtitle", ""))
    if "basicChart" not in spec:
        pie = spec["pieChart"]
        labels, series, _ = _table(reader, pie.get("domain"), [{"series": pie.get("series", {})}], None)
        return Plot("PIE", *words, labels, series, _legend(pie), hole=pie.get("pieHole", 0.0))
    basic = spec["basicChart"]
    domains = basic.get("domains") or [{}]
    labels, series, head = _table(reader, domains[0].get("domain"), basic["series"], basic.get("headerCount"))
    if domains[0].get("reversed"):
        labels, series = labels[::-1], [_turned(one) for one in series]
    titles = {axis.get("position", ""): axis.get("title", "") for axis in basic.get("axis", ())}
    bottom, left = titles.get("BOTTOM_AXIS", ""), titles.get("LEFT_AXIS", "")
    of_labels, of_values = (left, bottom) if basic["chartType"] == "BAR" else (bottom, left)
    return Plot(
        basic["chartType"],
        *words,
        labels,
        series,
        _legend(basic),
        basic.get("stackedType", "NOT_STACKED"),
        of_labels or head,
        of_values or (series[0].label if len(series) == 1 else ""),
    )


def _legend(spec: Json) -> str:
    position = str(spec.get("legendPosition", "")).removesuffix("_LEGEND")
    return position if position in ("BOTTOM", "LEFT", "TOP", "NO", "LABELED") else "RIGHT"


def _turned(series: Series) -> Series:
    last = len(series.values) - 1
    own = {last - index: one for index, one in series.own_colours.items()}
    return Series(series.label, series.values[::-1], series.colour, own, series.shows_values)


class _Reader:
    """Reads source ranges cell by cell."""

    def __init__(self, book: Spreadsheet, hidden_rows: HiddenRows, strategy: str) -> None:
        self._book, self._hidden_rows = book, hidden_rows
        self._skips_rows = strategy in ("SKIP_HIDDEN_ROWS_AND_COLUMNS", "SKIP_HIDDEN_ROWS")
        self._skips_columns = strategy in ("SKIP_HIDDEN_ROWS_AND_COLUMNS", "SKIP_HIDDEN_COLUMNS")

    def cells(self, data: Json | None) -> list[Cell | None]:
        """The cells of Google's ChartData, in the order of its ranges."""
        sources = (data or {}).get("sourceRange", {}).get("sources", ())
        return [cell for source in sources for cell in self._in(source)]

    def _in(self, source: Json) -> Iterator[Cell | None]:
        sheet, box = a1.numbered(self._book, source["sheetId"]), a1.box_of(source)
        hidden = self._hidden_rows(sheet) if self._skips_rows else frozenset()
        for row in range(box.top, min(box.bottom, sheet.row_count, max(len(sheet.rows), box.top + 1))):
            for column in range(box.left, min(box.right, sheet.column_count)):
                if row not in hidden and not (self._skips_columns and grid.is_hidden(sheet.column_properties, column)):
                    yield grid.cell_at(sheet, row, column)

    def text(self, cell: Cell | None) -> str:
        return shown.formatted(cell, self._book.locale)


def _number(cell: Cell | None) -> float | None:
    value = shown.unformatted(cell)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _table(
    reader: _Reader, domain: Json | None, specs: list[Json], heads: int | None
) -> tuple[list[str], list[Series], str]:
    """Labels, series, and what heads the labels."""
    columns = [reader.cells(spec.get("series")) for spec in specs]
    if heads is None:  # Google guesses: a first row of words is a header
        heads = int(all(column and _number(column[0]) is None and reader.text(column[0]) for column in columns))
    names = [reader.text(cell) for cell in reader.cells(domain)]
    size = max((len(column) for column in columns), default=0)
    labels = names[heads:] if domain else [str(number + 1) for number in range(size - heads)]
    series = [
        Series(
            label=reader.text(column[0]) if heads and column else "",
            values=[_number(cell) for cell in column[heads:]],
            colour=colour(spec, "color") or COLOURS[place % len(COLOURS)],
            own_colours={one.get("index", 0): colour(one, "color") for one in spec.get("styleOverrides", ())},
            shows_values=spec.get("dataLabel", {}).get("type") == "DATA",
        )
        for place, (spec, column) in enumerate(zip(specs, columns, strict=True))
    ]
    return *_cut(labels, series), names[0] if heads and names else ""


def _cut(labels: list[str], series: list[Series]) -> tuple[list[str], list[Series]]:
    """Without the empty end of ranges that reach further than the data."""
    size = max([len(labels), *(len(one.values) for one in series)])
    labels = labels + [""] * (size - len(labels))
    for one in series:
        one.values.extend([None] * (size - len(one.values)))
    while size and not labels[size - 1] and all(one.values[size - 1] is None for one in series):
        size -= 1
    for one in series:
        del one.values[size:]
    return labels[:size], series
