"""People do anything in coaches' own tabs, and words become decisions only of whoever wrote them in their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.model import Identity, Verdict
from bridge.review import WITH
from tests.core.desk import edited, submission
from tests.core.test_desks import ANA, BO, SETTLING, TITLES, Town

CARLA = "carla@district.example"
COACHES = (ANA, BO, CARLA)
WORDS = (*Verdict, "", "Perhaps")

DEEDS = """choose choose choose choose choose wish delete-row double copy sort sort-alone clear delete-tab days minutes
minutes submit edit leave open open switch header"""

ACTS = st.tuples(
    st.sampled_from(DEEDS.split()),
    st.integers(0, 5),
    st.sampled_from(COACHES),
    st.sampled_from(COACHES),
    st.sampled_from(WORDS),
)
Act = tuple[str, int, str, str, str]


class Clumsy:
    def __init__(self) -> None:
        self.town = Town(policy=replace(SETTLING, coaches=frozenset(COACHES)))
        self.meant: set[tuple[str, str, str]] = set()  # coach, attempt, word: what they put into their own tab
        self.sorted_alone = False  # then words stand in other rows, and of few rows nobody can tell
        self.n = 0
        for _ in range(3):
            self.submit()
        self.look()

    def submit(self) -> None:
        self.n += 1
        who = ("ana", "t1", "t2", "bo")[self.n % 4]
        badge = ("First Aid", "Co-Teaching")[self.n % 2]
        self.town.submit(submission(f"r{self.n}", who=f"{who}" if self.n < 5 else f"{who}{self.n}", badge=badge))

    def look(self) -> None:
        self.town.look()
        second = self.town.known.achievements.get("co-teaching")
        if second is not None and not second.second_look:
            self.town.known.achievements["co-teaching"] = replace(second, second_look="coach")
        for key, effect in list(self.town.known.effects.items()):
            if effect.kind.is_mail and effect.state == "planned":
                self.town.finish(key)

    def do(self, act: Act) -> None:
        _, n, coach, _, _ = act
        rows = self.town.tabs.get(coach, [])
        place = 1 + n % max(1, len(rows) - 1)
        row = rows[place] if len(rows) > 1 and place < len(rows) else None
        self.in_a_row(act, rows, row)
        self.in_the_tab(act, rows, row)
        self.around(act, rows, row)

    def in_a_row(self, act: Act, rows: list[list[str]], row: list[str] | None) -> None:
        what, n, coach, other, word = act
        match what:
            case "choose" if row is not None and "Decision" in rows[0]:
                self.type(coach, row, word)
            case "wish" if self.town.review is not None and len(self.town.review) > 1:
                one = self.town.review[1 + n % (len(self.town.review) - 1)]
                _set(self.town.review[0], one, "Reviewer", other)
            case "delete-row" if row is not None:
                del rows[1 + n % max(1, len(rows) - 1)]
            case "double" if row is not None:
                rows.append(list(row))
            case "copy" if row is not None and other in self.town.tabs:
                self.town.tabs[other].append(list(row))
                if "Decision" in rows[0] and len(row) > (column := rows[0].index("Decision")):
                    self.meant.add((other, row[0], row[column]))  # only they can put it there

    def in_the_tab(self, act: Act, rows: list[list[str]], row: list[str] | None) -> None:
        what, n, coach, _, word = act
        match what:
            case "sort" if rows:
                rows[1:] = sorted(rows[1:], key=lambda cells: (cells or [""])[0], reverse=bool(n % 2))
            case "sort-alone" if rows and "Decision" in rows[0]:
                self.sorted_alone, column = True, rows[0].index("Decision")
                words = sorted((cells[column] if column < len(cells) else "" for cells in rows[1:]), reverse=True)
                for cells, text in zip(rows[1:], words, strict=True):
                    _set(rows[0], cells, "Decision", text)
            case "clear" if rows:
                self.town.tabs[coach] = []
            case "delete-tab":
                self.town.tabs.pop(coach, None)
            case "header" if rows:
                rows[0][TITLES.index("Decision")] = "Choice"
                self.look()
                rows[0][TITLES.index("Decision")] = "Decision"
            case "open" if row is not None and "Decision" in rows[0]:
                self.town.open = {coach}
                _set(rows[0], row, "Decision", word)  # somebody else
                _set(rows[0], row, "Feedback", f"Not by {coach[:2]}.")
                self.look()
                self.town.open = set()

    def around(self, act: Act, rows: list[list[str]], row: list[str] | None) -> None:
        what, n, coach, _, word = act
        match what:
            case "days":
                self.town.now += timedelta(days=n * 4)
            case "minutes":
                self.town.now += timedelta(minutes=11)
            case "submit" if self.n < 9:
                self.submit()
            case "edit" if self.town.responses:
                key = sorted(self.town.responses)[n % len(self.town.responses)]
                given = self.town.responses[key]
                self.town.responses[key] = edited(given, reflection=f"{given.reflection} And more.")
            case "leave":
                self.town.policy = replace(self.town.policy, coaches=frozenset(COACHES) - {coach})
                self.look()
                self.town.policy = replace(self.town.policy, coaches=frozenset(COACHES))
            case "switch":
                self.town.policy = replace(self.town.policy, identity=Identity.COLUMN)
                self.look()
                if row is not None and "Decision" in rows[0]:
                    _set(rows[0], row, "Decision", word)  # while it does not count
                self.town.policy = replace(self.town.policy, identity=Identity.TABS)
                self.look()

    def type(self, coach: str, row: list[str], word: str) -> None:
        header, feedback = self.town.tabs[coach][0], f"By {coach[:2]}."
        _set(header, row, "Decision", word)
        _set(header, row, "Feedback", feedback)
        self.meant.add((coach, row[0], word))

    def check(self) -> None:
        known = self.town.known
        for attempt_id, decisions in known.decisions.items():
            for one in decisions:
                if one.identity is Identity.TABS and one.verdict is not None:
                    assert one.reviewer in COACHES
                    assert self.sorted_alone or (one.reviewer, attempt_id, one.verdict.value) in self.meant
                    assert one.reviewer != known.requests[known.attempts[attempt_id].request].recipient

    def rest(self) -> None:
        """Once people have put everything right nothing is left to write, and With names a coach or nobody."""
        for _ in range(4):
            self.look()
        assert not replace(self.town.show(self.town.reading()), catalogue=())
        for attempt_id in self.town.known.attempts:
            coach = self.town.cell(attempt_id, WITH)
            assert coach in ("", *COACHES, "kim@district.example")


def _set(header: list[str], row: list[str], title: str, text: str) -> None:
    place = header.index(title)
    row.extend([""] * (place + 1 - len(row)))
    row[place] = text


def tried(acts: list[Act]) -> None:
    clumsy = Clumsy()
    for act in acts:
        clumsy.do(act)
        if act[1] % 2:
            clumsy.look()
            clumsy.check()
    clumsy.rest()
    clumsy.check()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, max_size=25))
def test_no_word_counts_but_from_whose_tab_it_is(acts: list[Act]) -> None:
    tried(acts)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, min_size=10, max_size=60))
def test_no_word_counts_but_from_whose_tab_it_is_however_long(acts: list[Act]) -> None:
    tried(acts)
