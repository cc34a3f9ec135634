"""A district whose first two coaches decide in tabs of their own, and what they and others do there."""

from __future__ import annotations

from typing import Any

import requests

from bridge.plan.catalogue import SECOND_LOOK
from bridge.review import REVIEWER
from bridge.sandbox.seed import BADGES_TAB, CATALOGUE_TITLES
from bridge.sheet_coaches import coach_sheet_id
from bridge.wiring import google_of, open_world
from tests.night.district import District

TABS = '[review]\nidentity = "tabs"\n'


class Tabs:
    """A district whose first two coaches have tabs of their own."""

    def __init__(self, town: District) -> None:
        self.town = town
        self.priya, self.daniel = (coach.email for coach in town.programme.coaches[:2])
        self.town.set("[review]\n", f'{TABS}coaches = ["{self.priya}", "{self.daniel}"]\n')

    def url_of(self, coach: str) -> str:
        return f"{self.town.sandbox.url}/_sandbox/sheets/{self.file_of(coach)}"

    def file_of(self, coach: str) -> str:
        """The spreadsheet in which the coach's tab lies."""
        return self.town.programme.spreadsheet_id

    def title(self, coach: str) -> str:
        return f"Review – {coach.partition('@')[0]}"

    def rows(self, coach: str) -> dict[str, dict[str, str]]:
        """The rows of a coach's tab, by ID."""
        header, *rows = requests.get(f"{self.url_of(coach)}/{self.title(coach)}", timeout=10).json()["rows"]
        filled = ([*row, *[""] * (len(header) - len(row))] for row in rows)
        return {row[0]: dict(zip(header, row, strict=True)) for row in filled if row[0]}

    def ids(self, coach: str) -> list[str]:
        return list(self.rows(coach))

    def review(self, attempt_id: str) -> dict[str, str]:
        (row,) = [row for row in self.town.rows() if row["ID"] == attempt_id]
        return row

    def choose(self, coach: str, attempt_id: str, verdict: str, feedback: str = "", *, by: str = "") -> str:
        """What Google says to it; "" if nothing. *by*: somebody else than the coach types it."""
        cells = {"Decision": verdict, "Feedback": feedback}
        return self.act(coach, "type-in-row", by=by, where={"ID": attempt_id}, set=cells)

    def act(self, coach: str, what: str, *, by: str = "", **args: Any) -> str:
        told = {"tab": self.title(coach), "as": by or coach, **args}
        answer = requests.post(f"{self.url_of(coach)}/{what}", json=told, timeout=10)
        return "" if answer.ok else answer.text

    def wish(self, attempt_id: str, coach: str) -> None:
        self.town.act("sheet/type-in-row", tab="Review", where={"ID": attempt_id}, set={REVIEWER: coach})

    def loosen(self, coach: str) -> None:
        """The coach lets everybody in."""
        tab = next(one for one in self.structure()["sheets"] if one["properties"]["sheetId"] == coach_sheet_id(coach))
        (number,) = [one["protectedRangeId"] for one in tab["protectedRanges"] if set(one["range"]) == {"sheetId"}]
        self.batch({"deleteProtectedRange": {"protectedRangeId": number}})

    def structure(self) -> dict[str, Any]:
        google = google_of(self.town.settings, self.clock())
        found = google.gspread.fetch_sheet_metadata(self.town.programme.spreadsheet_id)
        return dict(found)

    def batch(self, *wanted: dict[str, Any], by: str = "") -> None:
        """A program acts, as the bridge's account or as somebody else."""
        settings = self.town.settings
        if by:
            settings = settings.model_copy(update={"google": settings.google.model_copy(update={"act_as": by})})
        google = google_of(settings, self.clock())
        google.gspread.batch_update(self.town.programme.spreadsheet_id, {"requests": list(wanted)})

    def clock(self) -> Any:
        with open_world(self.town.settings) as (world, _):
            return world.clock

    def decided(self, request: int) -> list[tuple[str, bool]]:
        with open_world(self.town.settings) as (world, _):
            known = world.ledger.load()
        return [(one.reviewer, one.verified) for one in known.decisions.get(f"{request}-1", ())]

    def second_look(self, key: str = "coach") -> None:
        column = chr(ord("A") + len(CATALOGUE_TITLES))
        self.town.act("sheet/type", tab=BADGES_TAB, range=f"{column}1:{column}1", value=SECOND_LOOK)
        badge = self.town.programme.badges[0].key
        self.town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": badge}, set={SECOND_LOOK: key})
