"""Whose word counts where each coach has a tab: the holder's, and of those only what nobody else could have typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bridge.model import Identity
from bridge.plan import Learnt, leaving, notes_left, show, without
from bridge.plan.assignment import is_with
from bridge.plan.desks import STALE
from bridge.plan.pages import as_text
from bridge.plan.scrambles import SCRAMBLED
from bridge.plan.standing import Standing
from bridge.ports import Change, SheetReading, Tab
from bridge.review import COLUMNS_OF_COACHES
from tests.core.desk import POLICY, Desk, edited, marked, submission

ANA, BO = "ana@district.example", "bo@district.example"
TABS = replace(POLICY, coaches=frozenset({ANA, BO}), coordinator="kim@district.example", identity=Identity.TABS)
SETTLING = replace(TABS, settle=timedelta(minutes=10))
TITLES = [column.title for column in COLUMNS_OF_COACHES]


@dataclass
class Town(Desk):
    """A review tab, and tabs of coaches as lists of rows; `open`: whose tab others can write into."""

    policy: object = TABS  # type: ignore[assignment]
    tabs: dict[str, list[list[str]]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    title: str = "Review – somebody"  # of each

    def reading(self) -> SheetReading:
        theirs = {
            coach: SheetReading("", _tab(rows, self.title), None, open=coach in self.open)
            for coach, rows in self.tabs.items()
        }
        return replace(super().reading(), coaches=theirs)

    def show(self, reading: SheetReading) -> Change:
        showing = show(self.known, reading, self.learnt, self.policy, self.now)
        change = without(showing.change, leaving(self.known, self.learnt, self.policy, self.now))
        self.review = _changed(self.review, change, [column.title for column in self.columns])
        for coach, theirs in change.coaches.items():
            self.tabs[coach] = _changed(self.tabs.get(coach), theirs, TITLES) or []
        self.known.shown.update(showing.versions)
        self.known.facts.update(notes_left(self.known, self.learnt, change))
        return change

    def cell_of(self, coach: str, attempt_id: str, title: str) -> str:
        (row,) = [row for row in self.tabs[coach] if row[0] == attempt_id]
        place = self.tabs[coach][0].index(title)
        return row[place] if place < len(row) else ""

    def choose_in(self, coach: str, attempt_id: str, verdict: str, feedback: str = "") -> None:
        (row,) = [row for row in self.tabs[coach] if row[0] == attempt_id]
        for title, text in (("Decision", verdict), ("Feedback", feedback)):
            place = self.tabs[coach][0].index(title)
            row.extend([""] * (place + 1 - len(row)))
            row[place] = text

    def wish(self, attempt_id: str, coach: str) -> None:
        assert self.review is not None
        self.row(attempt_id)[self.review[0].index("Reviewer")] = coach

    def ids(self, coach: str) -> list[str]:
        return [row[0] for row in self.tabs[coach][1:]]

    def problems(self) -> str:
        return " ".join(problem.sentence for problem in self.learnt.lesson.problems)


def _tab(rows: Sequence[Sequence[str]], title: str) -> Tab:
    return Tab(7, title, tuple(map(tuple, rows)), marked=marked(rows, ()))


def _changed(rows: list[list[str]] | None, change: Change, titles: list[str]) -> list[list[str]] | None:
    if change.make_review:
        rows = [list(titles)]
    for patch in change.review:
        assert rows is not None
        row = rows[patch.row]
        row.extend([""] * (patch.column + 1 - len(row)))
        row[patch.column] = as_text(patch.text)
    for new in change.added:
        assert rows is not None
        rows.append([as_text(value) for value in new])
    return [row for place, row in enumerate(rows) if place not in change.removed] if rows is not None else None


def town(*people: str, policy: object = TABS) -> Town:
    """Requests 1, 2, … of these teachers, shown; the first is with Ana, the second with Bo, and so on."""
    made = Town(policy=policy)
    made.submit(*(submission(f"r{n}", who=who) for n, who in enumerate(people, 1)))
    made.look()
    made.look()
    return made


def test_the_word_of_the_tab_in_which_the_row_is_counts_and_is_proven() -> None:
    made = town("t1", "t2")
    made.choose_in(ANA, "1-1", "Decline", "No.")
    made.choose("2-1", "Approve", reviewer=BO)
    made.look()
    assert made.standing("1-1") is Standing.DECLINED
    decision = made.known.decision("1-1")
    assert decision is not None
    assert (decision.reviewer, decision.verified) == (ANA, True)
    assert made.standing("2-1") is Standing.WAITING


def test_an_emptied_cell_takes_back_what_has_not_acted() -> None:
    made = town("t1", policy=SETTLING)
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    assert made.standing("1-1") is Standing.DECIDED
    made.choose_in(ANA, "1-1", "")
    made.look()
    assert made.standing("1-1") is Standing.WAITING


def test_a_row_handed_on_takes_back_what_has_not_acted() -> None:
    made = town("t1", policy=SETTLING)
    made.choose_in(ANA, "1-1", "Approve", "Fine.")
    made.look()
    made.wish("1-1", BO)
    made.now += timedelta(minutes=20)
    made.look()
    assert (made.standing("1-1"), made.ids(ANA), made.ids(BO)) == (Standing.WAITING, [], ["1-1"])
    assert made.cell_of(BO, "1-1", "Decision") == ""
    made.look()
    assert made.standing("1-1") is Standing.WAITING


def test_a_deleted_row_takes_back_what_has_not_acted_and_comes_back() -> None:
    made = town("t1", policy=SETTLING)
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    made.tabs[ANA] = made.tabs[ANA][:1]
    made.look()
    assert (made.standing("1-1"), made.ids(ANA)) == (Standing.WAITING, ["1-1"])


@pytest.mark.parametrize("how", ["gone", "emptied", "its rows", "a title"])
def test_a_tab_that_can_t_be_heard_freezes_its_words(how: str) -> None:
    made = town("t1", "t2", "t3", "t4", "t5", policy=SETTLING)  # three of them with Ana
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    kept = [list(row) for row in made.tabs[ANA]]
    match how:
        case "gone":
            del made.tabs[ANA]
        case "emptied":
            made.tabs[ANA] = [[""]]
        case "its rows":
            del made.tabs[ANA][1:]
        case "a title":
            made.tabs[ANA][0][TITLES.index("Decision")] = "Choice"
    made.now += timedelta(minutes=20)
    made.look()
    assert made.standing("1-1") is Standing.DECIDED
    assert "is gone" in made.problems() or "is empty" in made.problems() or "is missing" in made.problems()
    if how == "a title":
        made.tabs[ANA] = kept
    assert (made.ids(ANA), made.cell_of(ANA, "1-1", "Decision")) == (["1-1", "3-1", "5-1"], "Approve")
    made.look()
    assert made.standing("1-1") is Standing.APPROVED


def test_what_others_could_type_is_not_taken_but_an_emptied_cell_is() -> None:
    made = town("t1", "t2", "t3", policy=SETTLING)  # the first and the third are Ana's
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    made.open = {ANA}
    made.choose_in(ANA, "1-1", "")
    made.choose_in(ANA, "3-1", "Approve")
    made.now += timedelta(minutes=20)
    made.look()
    assert [made.standing(one) for one in ("1-1", "3-1")] == [Standing.WAITING, Standing.WAITING]
    assert made.cell_of(ANA, "3-1", "Status").startswith("Others could write in this tab")
    made.open = set()
    made.look()
    decision = made.known.decision("3-1")
    assert decision is not None
    assert (decision.reviewer, decision.verified, made.standing("1-1")) == (ANA, False, Standing.WAITING)


def test_a_word_that_was_taken_before_goes_on_in_an_open_tab() -> None:
    made = town("t1", policy=SETTLING)
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    made.open = {ANA}
    made.now += timedelta(minutes=20)
    made.look()
    assert made.standing("1-1") is Standing.APPROVED
    decision = made.known.decision("1-1")
    assert decision is not None
    assert decision.verified


def test_words_from_before_the_tab_counted_are_not_taken() -> None:
    made = town("t1")
    made.policy = replace(TABS, identity=Identity.COLUMN)
    made.look()
    made.choose_in(ANA, "1-1", "Approve")
    made.policy = TABS
    made.look()
    made.look()
    assert (made.standing("1-1"), made.cell_of(ANA, "1-1", "Status")) == (Standing.WAITING, STALE)
    made.choose_in(ANA, "1-1", "Decline", "No.")
    made.look()
    assert made.standing("1-1") is Standing.DECLINED


def test_the_second_takes_back_their_own_yes_alone() -> None:
    made = town("t1", policy=SETTLING)
    badge = made.known.achievements["first-aid"]
    made.known.achievements["first-aid"] = replace(badge, second_look="coach")
    made.badges = None  # so it stays
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    made.now += timedelta(minutes=20)
    made.look()
    made.look()
    assert (made.standing("1-1"), is_with(made.known, "1-1")) == (Standing.HALF_APPROVED, BO)
    made.choose_in(BO, "1-1", "Approve")
    made.look()
    assert made.standing("1-1") is Standing.DECIDED
    made.choose_in(BO, "1-1", "")
    made.look()
    assert made.standing("1-1") is Standing.HALF_APPROVED
    made.choose_in(BO, "1-1", "Approve")
    made.look()
    made.now += timedelta(minutes=20)
    made.look()
    assert made.standing("1-1") is Standing.APPROVED


def test_a_choice_on_an_answer_that_changed_since_is_not_taken() -> None:
    made = town("t1")
    made.submit(edited(made.responses["r1"], reflection="Another one."))
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    assert made.standing("1-1") is Standing.SUPERSEDED
    assert is_with(made.known, "1-2") == ANA
    assert made.cell_of(ANA, "1-1", "Status").startswith("The answer changed after you looked")


def test_nobody_approves_a_request_of_their_own() -> None:
    made = town("ana")
    assert (made.ids(ANA), made.ids(BO)) == ([], ["1-1"])


def test_a_deleted_review_row_takes_nothing_back() -> None:
    made = town("t1", policy=SETTLING)
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    assert made.review is not None
    del made.review[1]
    made.look()
    assert (made.standing("1-1"), made.cell("1-1", "With")) == (Standing.DECIDED, ANA)


def test_nothing_is_written_when_all_is_said() -> None:
    made = town("t1", "t2")
    made.choose_in(ANA, "1-1", "Decline", "No.")
    for _ in range(3):
        made.look()
        made.finish("tell-declined:1-1/1")
    learnt: Learnt = made.look(show_it=False)
    assert not learnt.lesson
    assert not replace(made.show(made.reading()), catalogue=())


def test_a_doubled_row_of_an_open_tab_proves_nothing_once_one_of_the_two_is_gone() -> None:
    made = town("t1")
    made.tabs[ANA].append(list(made.tabs[ANA][1]))
    made.open = {ANA}
    place = TITLES.index("Decision")
    made.tabs[ANA][1][place : place + 2] = ["Decline", "Not by Ana."]
    made.look()
    made.open = set()
    del made.tabs[ANA][2]
    made.look()
    decision = made.known.decision("1-1")
    assert decision is not None
    assert (decision.reviewer, decision.verified) == (ANA, False)


def test_no_report_tells_an_address_that_stands_in_a_tabs_title() -> None:
    made = town("t1")
    made.tabs[ANA][0][0] = "Nr"
    made.title = f"Review – {ANA}"
    made.look()
    (problem,) = [one for one in made.learnt.lesson.problems if one.blocking]
    assert problem.where == "sheet, tab Review – (an address)"


def test_a_coordinator_with_whom_a_row_is_for_want_of_coaches_reads_what_helps() -> None:
    alone = replace(TABS, coaches=frozenset({ANA}))
    made = town("ana", policy=alone)
    made.choose_in("kim@district.example", "1-1", "Approve")
    made.look()
    status = made.cell_of("kim@district.example", "1-1", "Status")
    assert (made.standing("1-1"), "named in coaches" in status, "Reviewer" in status) == (Standing.WAITING, True, False)
    made.policy = replace(alone, coaches=frozenset({ANA, BO}))
    made.look()
    made.look()
    assert (made.ids("kim@district.example"), made.ids(BO)) == ([], ["1-1"])


def test_a_coachs_decisions_that_were_sorted_while_they_settle_don_t_act_and_others_do() -> None:
    made = town("t1", "t2", "t3", "t4", policy=SETTLING)
    for n in (1, 2, 3):
        made.wish(f"{n}-1", BO)
    made.wish("4-1", ANA)
    made.look()
    made.choose_in(BO, "3-1", "Approve")
    made.choose_in(ANA, "4-1", "Approve")
    made.look()
    made.now += SETTLING.settle
    made.choose_in(BO, "3-1", "")
    made.choose_in(BO, "1-1", "Approve")
    for _ in range(3):
        made.look()
        made.now += SETTLING.settle
    assert list(made.known.orders) == ["4-1"]
    assert SCRAMBLED in made.problems()
    assert SCRAMBLED in made.cell_of(BO, "1-1", "Status")
    made.choose_in(BO, "1-1", "")
    made.look()
    assert made.standing("3-1") is Standing.WAITING
    assert not made.problems()
