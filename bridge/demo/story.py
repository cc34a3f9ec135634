"""Four days in a district: people act by day, the bridge works by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridge.cycle import run_cycle
from bridge.demo.opening import write_catalogue
from bridge.demo.people import People
from bridge.demo.plots import CAPITALS, EVERYDAY, LATE, PLOTS, RIGHT_TO_LEFT, UNKNOWN_BADGE, Part, Plot
from bridge.plan import Policy
from bridge.plan.rubric import to_rubric
from bridge.ports import World
from bridge.report import Report, counted
from bridge.sandbox.state import Person

UNKNOWN = "Restorative Circles"
DAYS = 4
#: Where the words of a day or night begin.
MARGIN = 9
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
        """Play all days; *morning* is 8 o'clock of the first. The bridge works at 2 in the morning."""
        for day in range(1, DAYS + 1):
            self._clock(morning + timedelta(days=day - 1))
            if day == 1:
                self._open()
                self._submit_all()
            else:
                self._day(day)
            self._clock(morning + timedelta(days=day - 1, hours=18))
            self._night(day)

    def _clock(self, to: datetime) -> None:
        self.people.ask("POST", "clock", set=to.isoformat())

    def _open(self) -> None:
        names = [badge.name for badge in self.people.programme.badges]
        late = next(number for number, plot in enumerate(PLOTS) if plot.title == LATE)
        write_catalogue(self.people, self.world, self.policy, names[late % len(names)])
        self._told("Day 1", f"The bridge makes its tabs; the coordinator describes {len(names)} badges in one of them.")

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
        self._told("Day 1", f"{counted(self.requests, 'teacher fills', 'teachers fill')} in the form.")

    def _cast(self) -> list[Person]:
        """One teacher a request, those with a name from right to left where the plot needs one."""
        teachers = list(self.people.programme.teachers)
        plots = [plot.title for plot in PLOTS[: self.requests]]
        if RIGHT_TO_LEFT in plots:
            place = plots.index(RIGHT_TO_LEFT)
            hebrew = next(n for n, teacher in enumerate(teachers) if "\u0590" <= teacher.name[0] <= "\u06ff")
            teachers[place], teachers[hebrew] = teachers[hebrew], teachers[place]
        return [teachers[n % len(teachers)] for n in range(self.requests)]

    def _told(self, when: str, what: str) -> None:
        self.say(f"{when:<{MARGIN}}{what}")

    def _day(self, day: int) -> None:
        told = []
        moved = self._teachers_act(day, before_coach=True)
        if day > 2 and self._tidy_copied_row():
            told.append("The copied row is deleted again.")
        decided = self._coaches_decide(day)
        moved += self._teachers_act(day, before_coach=False)
        column = ("Name", "Status", "Badge")[day % 3]
        coach = self.people.programme.coaches[day % 4].email
        self.people.in_sheet("sort", coach, by=column, descending=day % 2 == 0)
        told.append(f"Coaches decide about {counted(decided, 'request', 'requests')}; one sorts the sheet by {column}.")
        if day == 2 and self.requests > 1:
            self._copy_row(coach)
            told.append("One copies a row by mistake.")
        if moved:
            told.append(f"{counted(moved, 'teacher mends or edits', 'teachers mend or edit')} what was sent.")
        self._told(f"Day {day}", " ".join(told))

    def _teachers_act(self, day: int, *, before_coach: bool) -> int:
        """Let the teachers whose plots say so do something today; return how many did."""
        acting = 0
        for part, plot in self.parts:
            act = plot.teacher[day - 2] if day - 2 < len(plot.teacher) else None
            if act is not None and plot.before_coach is before_coach:
                act(part)
                acting += 1
        return acting

    def _copy_row(self, coach: str) -> None:
        """A row that is there twice counts for nothing until one of them is deleted."""
        self.people.in_sheet("copy-row", coach, **{"from": {"ID": "1-1"}})
        part, plot = self.parts[0]
        self.parts[0] = (part, replace(plot, title=f"{plot.title}; a coach copied the row"))

    def _tidy_copied_row(self) -> bool:
        copies = [row for row in self.people.rows() if row["ID"] == "1-1"]
        if len(copies) > 1:
            coach = self.people.programme.coaches[0].email
            self.people.in_sheet("delete-rows", coach, row={"ID": "1-1"}, nth=2)
        return len(copies) > 1

    def _coaches_decide(self, day: int) -> int:
        """Return how many rows were decided."""
        rows, decided = self.people.rows(), 0
        for part, plot in self.parts:
            word = plot.coach[day - 2] if day - 2 < len(plot.coach) else None
            mine = [row for row in rows if row["E-mail"] == part.email.lower() and row["Badge"] == part.badge]
            if word is None or not mine:
                continue
            latest = max(mine, key=lambda row: tuple(map(int, row["ID"].split("-"))))
            coach = self.people.programme.coaches[part.number % 4].email
            self.people.decide(latest["ID"], *word, coach=coach, ratings=self._ratings(part, word[0]))
            decided += 1
        return decided

    def _ratings(self, part: Part, verdict: str) -> dict[str, str]:
        """How a coach rates by the rubric of the badge, if it has one: who returns has found something too low."""
        badges = {badge.name: badge for badge in self.people.programme.badges}
        rubric = to_rubric("\n".join(badges[part.badge].rubric)) if part.badge in badges else ()
        if verdict == "Return":
            return {one.title: one.levels[0] for one in rubric[:2]}
        return {one.title: one.levels[-1] if part.number % 4 else one.needed or one.levels[0] for one in rubric}

    def _night(self, night: int) -> None:
        for _ in range(CYCLES):
            report = run_cycle(self.world, self.policy)
            self.reports.append(report)
            if report.changed_nothing:
                return
            self._told(f"Night {night}", "; ".join(report.lines()) + ".")
