"""Google Sheets: the v4 API and what people do in a spreadsheet. Importing this registers all of it.

`a1` and `grid` know ranges and cells; `typed` and `shown` what people type and see; `reading`, `writing`, `describing`,
`metadata`, `batch` and its kinds of request answer Google's methods; `acts` and `view` are for people.
"""

from bridge.sandbox.sheets import (
    acts,
    acts_lines,
    batch,
    batch_cells,
    batch_charts,
    batch_filters,
    batch_rules,
    batch_tables,
    batch_tabs,
    describing,
    making,
    metadata,
    reading,
    writing,
)
from bridge.sandbox.sheets.acts import as_csv
from bridge.sandbox.sheets.making import new_spreadsheet

__all__ = [
    "acts",
    "acts_lines",
    "as_csv",
    "batch",
    "batch_cells",
    "batch_charts",
    "batch_filters",
    "batch_rules",
    "batch_tables",
    "batch_tabs",
    "describing",
    "making",
    "metadata",
    "new_spreadsheet",
    "reading",
    "writing",
]
