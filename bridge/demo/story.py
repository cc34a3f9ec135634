"""Four days in a district: people act by day, the bridge works by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge.cycle import run_cycle
from bridge.demo.people import People
from bridge.demo.plots import CAPITALS, EVERYDAY, PLOTS, RIGHT_TO_LEFT, UNKNOWN_BADGE, Part, Plot
from bridge.plan import Policy
from bridge.ports import World
from bridge.report import Report
from bridge.sandbox.state import Person

UNKNOWN = "Restorative Circles"
DAYS = 4
#: Enough cycles for any night; a night ends when a cycle finds nothing to do.
CYCLES = 6


@dataclass
class Story:
    people: People
    world: World
    policy: Policy
    requests: int
    say: Callable[[str], None]
    parts: list[tuple[Part, Plot]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def tell(self, morning: datetime) -> None:
        """Play all days; *morning* is 8 o'clock of the first."""
        self._clock(morning)
        self._submit_all()
        self._night("night 1")
        for day in range(2, DAYS + 1):
            self._clock(morning + timedelta(days=day - 1))
            self._day(day)
            self._night(f"night {day}")

    def _clock(self, to: datetime) -> None:
        self.people.ask("POST", "clock", set=to.isoformat())

    def _submit_all(self) -> None:
        programme = self.people.programme
        names = [badge.name for badge in programme.badges]
        self.people.offer([*names, UNKNOWN])
        teachers = self._cast()
        for number in range(self.requests):
            plot = PLOTS[number] if number < len(PLOTS) else EVERYDAY
            teacher = teachers[number]
            email = teacher.email.upper() if plot.title == CAPITALS else teacher.email
            badge = UNKNOWN if plot.title == UNKNOWN_BADGE else names[number % len(names)]
            part = Part(number, teacher, self.people, badge, email)
            part.response_id = self.people.submit(email, plot.answers(part))
            self.people.ask("POST", "clock", move=240)
            self.parts.append((part, plot))
        self.say(f"day 1: teachers sent {self.requests} requests")

    def _cast(self) -> list[Person]:
        """One teacher a request, those with a name from right to left where the plot needs one."""
        teachers = list(self.people.programme.teachers)
        plots = [plot.title for plot in PLOTS[: self.requests]]
        if RIGHT_TO_LEFT in plots:
            place = plots.index(RIGHT_TO_LEFT)
            hebrew = next(n for n, teacher in enumerate(teachers) if "\u0590" <= teacher.name[0] <= "\u06ff")
            teachers[place], teachers[hebrew] = teachers[hebrew], teachers[place]
        return [teachers[n % len(teachers)] for n in range(self.requests)]

    def _day(self, day: int) -> None:
        for part, plot in self.parts:
            if plot.before_coach:
                self._teacher_acts(part, plot, day)
        if day > 2:
            self._tidy_copied_row()
        self._coaches_decide(day)
        for part, plot in self.parts:
            if not plot.before_coach:
                self._teacher_acts(part, plot, day)
        coach = self.people.programme.coaches[day % 4].email
        self.people.in_sheet("sort", coach, by=("Name", "Badge", "Status")[day % 3], descending=day % 2 == 0)
        if day == 2 and self.requests > 1:
            self.people.in_sheet("copy-row", coach, **{"from": {"ID": "1-1"}})
        self.say(f"day {day}: coaches decided and sorted the sheet" + (", one copied a row" if day == 2 else ""))

    def _teacher_acts(self, part: Part, plot: Plot, day: int) -> None:
        act = plot.teacher[day - 2] if day - 2 < len(plot.teacher) else None
        if act is not None:
            act(part)

    def _tidy_copied_row(self) -> None:
        copies = [row for row in self.people.rows() if row["ID"] == "1-1"]
        if len(copies) > 1:
            coach = self.people.programme.coaches[0].email
            self.people.in_sheet("delete-rows", coach, row={"ID": "1-1"}, nth=2)

    def _coaches_decide(self, day: int) -> None:
        rows = self.people.rows()
        for part, plot in self.parts:
            word = plot.coach[day - 2] if day - 2 < len(plot.coach) else None
            mine = [row for row in rows if row["E-mail"] == part.email.lower() and row["Badge"] == part.badge]
            if word is None or not mine:
                continue
            latest = max(mine, key=lambda row: tuple(map(int, row["ID"].split("-"))))
            coach = self.people.programme.coaches[part.number % 4].email
            self.people.decide(latest["ID"], *word, coach=coach)

    def _night(self, name: str) -> None:
        for _ in range(CYCLES):
            report = run_cycle(self.world, self.policy)
            self.reports.append(report)
            if report.changed_nothing:
                return
            self.say(f"{name}: " + "; ".join(report.lines()))
