"""Before the first day: the bridge makes the tab Badges, and the coordinator writes a row for each badge."""

from __future__ import annotations

from bridge.cycle import run_sync
from bridge.demo.people import People
from bridge.plan import Policy
from bridge.ports import World
from bridge.sandbox.seed import BADGES_TAB

#: What the sandbox's own tab of badges is called while it is copied.
DRAFT = "Draft"


def write_catalogue(people: People, world: World, policy: Policy, at_once: str) -> None:
    """Copy the badges that the sandbox knows into a tab as the bridge makes it. Of the badge named *at_once* a decision
    is promised within a day."""
    book = f"sheets/{people.programme.spreadsheet_id}"
    people.ask("POST", f"{book}/rename-tab", tab=BADGES_TAB, title=DRAFT)
    run_sync(world, policy)
    titles = people.ask("GET", f"{book}/{BADGES_TAB}")["rows"][0]
    header, *rows = people.ask("GET", f"{book}/{DRAFT}")["rows"]
    rubrics = {badge.key: "\n".join(badge.rubric) for badge in people.programme.badges}
    values = []
    for row in rows:
        cells = dict(zip(header, row, strict=False)) | {"Active": "yes", "Rubric": rubrics.get(row[0], "")}
        if cells["Name"] == at_once:
            cells["Review days"] = "1"
        values.append([cells.get(title) or None for title in titles])
    people.ask("POST", f"{book}/type", tab=BADGES_TAB, cell="A2", values=values)
    people.ask("POST", f"{book}/delete-tab", tab=DRAFT)
