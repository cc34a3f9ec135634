"""People do whatever comes to their minds, cycles run and die: what must never happen does not, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bridge.model import Lesson, State, Verdict
from bridge.plan.catalogue import ACTIVE, ARTWORK, DESCRIPTION, HOURS, NAME
from bridge.plan.learning import REBUILD
from bridge.review import DECISION, EMAIL, FEEDBACK, ID, LINK, REVIEWER, STATUS
from tests.crash.clumsy import COACHES, IDENTITY, Clumsy, View, theirs
from tests.crash.mortal import Death
from tests.crash.world import CO_TEACHING, FIRST_AID, FakeWorld, need_two, with_policy
from tests.fakes.forms import SHOW_EVIDENCE, SHOW_NAME

BRIEF = settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(BRIEF, max_examples=300, stateful_step_count=40)

TEACHERS = ("ana@lakeview.example", "ben@lakeview.example")
COACHES_OF_TWO = ("coach@lakeview.example", "carla@lakeview.example")
SWIMMING = "Swimming"  # not in the catalogue at first

rows = st.integers(0, 11)
badges = st.sampled_from([FIRST_AID, FIRST_AID, CO_TEACHING, SWIMMING])
words = st.sampled_from(["Please add a photo.", "Not this time.", ""])

#: Some are chosen more often.
VERDICTS = (Verdict.APPROVE, *Verdict, Verdict.REVOKE, "")
SORTED = (DECISION, ID, EMAIL, STATUS, FEEDBACK, REVIEWER)

whose = st.sampled_from(COACHES_OF_TWO)
choices = st.lists(st.tuples(rows, st.sampled_from(VERDICTS), words, whose), min_size=1, max_size=4)
edits = st.tuples(
    st.integers(1, 2),
    st.sampled_from(
        [
            (HOURS, "many"),
            (HOURS, "3"),
            (NAME, FIRST_AID),
            (NAME, CO_TEACHING),
            (NAME, "First Aid for all"),
            (NAME, SWIMMING),
            (ACTIVE, "no"),
            (ACTIVE, "yes"),
            (DESCRIPTION, ""),
            (DESCRIPTION, "In other words"),
        ]
    ),
)


def act_in_sheet(act: Callable[..., None]) -> Callable[..., None]:
    """Remember what stood in each row that this act made say Approve."""

    @wraps(act)
    def remembered(self: People, **given: Any) -> None:
        before = self.clumsy.approvals()
        act(self, **given)
        self.approved |= self.clumsy.approvals() - before

    return remembered


class People(RuleBasedStateMachine):
    """One programme, its teachers, coaches and coordinator, and a bridge that starts, works and dies."""

    def __init__(self) -> None:
        super().__init__()
        self.world = FakeWorld()
        self.clumsy = Clumsy(self.world.sheet)
        self.approved: set[View] = set()
        self.ids_disturbed = False
        self.orderly = self.two = False
        self.texts = 0

    @initialize(
        orderly=st.booleans(),
        settle=st.sampled_from([0, 10]),
        new_awards=st.sampled_from([50, 50, 1]),
        asked=st.lists(st.tuples(st.sampled_from(TEACHERS), badges), min_size=2, max_size=5),
        two=st.booleans(),
    )
    def open(self, orderly: bool, settle: int, new_awards: int, asked: list[tuple[str, str]], two: bool) -> None:
        """*two*: Co-Teaching needs two who approve it."""
        self.orderly, self.two = orderly, two
        if two:
            need_two(self.world, "co-teaching")
        self.world.policy = with_policy(settle=timedelta(minutes=settle), new_awards=new_awards)
        for who, badge in asked:
            self.submit(who=who, badge=badge)
        self.cycle(steps=None)

    def text(self) -> str:
        self.texts += 1
        return f"Reflection {self.texts}"

    # ── teachers ─────────────────────────────────────────────────────────────────

    @rule(who=st.sampled_from(TEACHERS), badge=badges)
    def submit(self, who: str, badge: str) -> None:
        file = self.world.drive.add("photo.jpg")
        link = f"https://drive.google.com/file/d/{file}/view"
        self.world.forms.submit(who, badge, links=link, reflection=self.text(), show=(SHOW_NAME, SHOW_EVIDENCE))

    @precondition(lambda self: self.responses())
    @rule(n=st.integers(0, 9), badge=st.sampled_from(["", "", FIRST_AID, CO_TEACHING, SWIMMING]))
    def edit(self, n: int, badge: str) -> None:
        response = self.responses()[n % len(self.responses())]
        self.world.forms.edit(response, reflection=self.text(), **({"badge": badge} if badge else {}))

    def responses(self) -> list[str]:
        return [response for form in self.world.forms.forms.values() for response in form.responses]

    # ── coaches ──────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.clumsy.has(*COACHES))
    @rule(choices=choices)
    @act_in_sheet
    def decide(self, choices: list[tuple[int, str, str, str]]) -> None:
        for row, verdict, feedback, reviewer in choices:
            self.clumsy.decide(row, verdict, feedback, reviewer)

    @precondition(lambda self: self.clumsy.has(*COACHES))
    @rule(verdict=st.sampled_from(VERDICTS), feedback=words, reviewer=whose)
    @act_in_sheet
    def drag(self, verdict: str, feedback: str, reviewer: str) -> None:
        """Fill the column from top to bottom."""
        for row in range(len(self.clumsy.tab.cells) - 1):
            self.clumsy.decide(row, verdict, feedback, reviewer)

    @precondition(lambda self: self.clumsy.has(*COACHES))
    @rule(choices=choices)
    def decide_and_go_home(self, choices: list[tuple[int, str, str, str]]) -> None:
        """The ordinary day."""
        self.decide(choices=choices)
        self.rest(mended=False)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*COACHES))
    @rule(row=rows, column=st.sampled_from(COACHES), text=st.sampled_from(["", "approved!", "yes", "Sorry."]))
    @act_in_sheet
    def retype(self, row: int, column: str, text: str) -> None:
        self.clumsy.type(row, column, text)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*SORTED))
    @rule(column=st.sampled_from(SORTED), alone=st.booleans())
    @act_in_sheet
    def sort(self, column: str, alone: bool) -> None:
        self.ids_disturbed |= alone and column == ID
        (self.world.sheet.sort_alone if alone else self.world.sheet.sort)(column)

    @precondition(lambda self: not self.orderly and self.clumsy.there)
    @rule(row=rows, act=st.sampled_from(["copy", "delete", "insert_row"]))
    @act_in_sheet
    def handle_row(self, row: int, act: str) -> None:
        getattr(self.clumsy, act)(row)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*IDENTITY))
    @rule(row=rows, column=st.sampled_from(IDENTITY), text=st.sampled_from(["", "77-1", "oops"]))
    @act_in_sheet
    def damage(self, row: int, column: str, text: str) -> None:
        self.clumsy.type(row, column, text)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*SORTED))
    @rule(column=st.sampled_from(SORTED), act=st.sampled_from(["move", "insert", "mangle"]))
    @act_in_sheet
    def handle_column(self, column: str, act: str) -> None:
        self.clumsy.handle_column(column, act)

    @precondition(lambda self: not self.orderly and self.clumsy.there and self.world.known().shown)
    @rule(act=st.sampled_from(["clear", "delete_tab", "delete_rows"]))
    def lose(self, act: str) -> None:
        getattr(self.clumsy, act)()

    @precondition(lambda self: not self.orderly)
    @rule()
    @act_in_sheet
    def mend(self) -> None:
        """Somebody puts the titles right, or runs `badge-bridge sheet rebuild`."""
        if self.clumsy.there:
            self.clumsy.mend_titles()
        elif self.world.known().shown:
            ledger = self.world.ledger()
            with ledger.lease():
                ledger.learn(Lesson(facts={REBUILD: "yes"}))

    # ── the coordinator ──────────────────────────────────────────────────────────

    @rule(
        edit=st.none() | edits,
        file=st.none() | st.tuples(rows, st.sampled_from(["unshare", "share", "trash"])),
        awards=st.integers(0, 5),
    )
    def coordinate(self, edit: tuple[int, tuple[str, str]] | None, file: tuple[int, str] | None, awards: int) -> None:
        """Change a cell of the catalogue, or add the badge that is missing; handle a file; allow some badges."""
        catalogue = self.world.sheet.catalogue
        assert catalogue is not None
        if edit is not None:
            row, (column, text) = edit
            catalogue.cells[row][catalogue.column(column)] = text
        elif len(catalogue.cells) == 3:
            artwork = catalogue.cells[1][catalogue.column(ARTWORK)]
            self.world.sheet.add_to_catalogue("swimming", SWIMMING, "Swims", "Does it", artwork, "", "", "")
        if file is not None:
            files = list(self.world.drive.files)
            getattr(self.world.drive, file[1])(files[file[0] % len(files)])
        self.world.ledger().allow(awards)

    # ── the bridge ───────────────────────────────────────────────────────────────

    @rule(steps=st.none() | st.integers(1, 120))
    def cycle(self, steps: int | None) -> None:
        """One cycle by a new process, which may die."""
        self.world.doom.dies_at = -1 if steps is None else self.world.doom.steps + steps
        try:
            self._watched_cycle()
        except Death:
            self.world.doom.dead = False
        finally:
            self.world.doom.dies_at = -1
        self.world.clock.advance(timedelta(hours=1))

    def _watched_cycle(self) -> bool:
        """One cycle during which the bridge keeps its hands off people's cells; True if it changed nothing."""
        before, catalogue = theirs(self.world.sheet.review), self._catalogue()
        try:
            return self.world.run_once().changed_nothing
        finally:
            after = theirs(self.world.sheet.review)
            assert after[: len(before)] == before
            assert self._catalogue() == catalogue

    def _catalogue(self) -> list[list[str]]:
        """What the coordinator wrote."""
        catalogue = self.world.sheet.catalogue
        assert catalogue is not None
        status = catalogue.column(STATUS)
        return [[text for place, text in enumerate(row) if place != status] for row in catalogue.cells]

    @rule(mended=st.booleans())
    def rest(self, mended: bool) -> None:
        """Cycles until one changes nothing; then all must be well, and stay so."""
        if mended:
            self.mend()
        quiet = 0
        for _ in range(12):
            quiet = quiet + 1 if self._watched_cycle() else 0
            if quiet == 2:  # the first may still have made an empty tab
                break
            self.world.clock.advance(timedelta(hours=8))
        else:
            raise AssertionError("no rest")
        self._check_that_nothing_moves()
        self._check_that_nothing_is_lost()
        self._check_mails()
        self._check_sheet()

    def teardown(self) -> None:
        self.rest(mended=True)

    # ── what must always hold ────────────────────────────────────────────────────

    @invariant()
    def nobody_holds_a_badge_twice(self) -> None:
        backend, known = self.world.backend, self.world.known()
        assert len(backend.issued) == len(set(backend.issued))
        orders = {order.award: order for order in known.orders.values()}
        held = Counter(
            (orders[award].recipient, orders[award].achievement)
            for award in backend.credentials
            if award not in backend.revoked
        )
        assert all(times == 1 for times in held.values()), held

    @invariant()
    def every_badge_was_approved_by_somebody_who_saw_this_answer(self) -> None:
        known = self.world.known()
        orders = {order.award: order for order in known.orders.values()}
        for award in self.world.backend.issued:
            order = orders[award]
            approvers = self._approvers(order.attempt_id)
            assert len(approvers) == (2 if self.two and order.achievement == "co-teaching" else 1)
            if self.ids_disturbed:
                assert order.attempt_id in {attempt_id for attempt_id, _, _ in self.approved}
            else:
                assert {(order.attempt_id, order.narrative, who) for who in approvers} <= self.approved

    def _approvers(self, attempt_id: str) -> set[str]:
        """Who approved what became a badge: since anything else was said, but for what was said of the badge itself."""
        found: list[set[str]] = [set()]
        for word in self.world.known().decisions[attempt_id]:
            if word.verdict is not Verdict.APPROVE:
                found.append(set())
            elif word.enacted:
                found[-1].add(word.reviewer)
        return next(names for names in reversed(found) if names)

    def _check_that_nothing_moves(self) -> None:
        sheet, ledger = deepcopy(self.world.sheet.review), deepcopy(self.world.known())
        assert self._watched_cycle()
        assert self.world.sheet.review == sheet
        assert self.world.known() == ledger

    def _check_that_nothing_is_lost(self) -> None:
        known = self.world.known()
        assert not [effect for effect in known.effects.values() if effect.state is State.STUCK]
        assert {a.submission.response_id for a in known.attempts.values()} == set(self.responses())
        assert {known.orders[key].award for key in known.credentials} == set(self.world.backend.credentials)

    def _check_mails(self) -> None:
        known = self.world.known()
        assert not [key for key, times in Counter(self.world.mails).items() if times > 1]
        issued = {f"tell-issued:{key}" for key, credential in known.credentials.items() if not credential.revoked_at}
        revoked = {f"tell-revoked:{key}" for key, credential in known.credentials.items() if credential.revoked_at}
        received = {e.key for e in known.effects.values() if e.kind.is_mail and not e.after and e.state is State.DONE}
        assert issued | revoked | received <= set(self.world.mails)

    def _check_sheet(self) -> None:
        """Every attempt has a row as long as the tab is in order; a row with a link is one with a badge."""
        if not self.clumsy.has(*self.world.sheet.titles):
            return
        known = self.world.known()
        if not self.clumsy.tab.cells[1:] or self._emptied():
            return
        assert known.attempts.keys() <= {row[ID].strip() for row in self.world.sheet.rows}
        for row in self.world.sheet.rows:
            credential = known.credentials.get(row[ID])
            if row[ID] in known.attempts and row[STATUS].startswith(("Issued", "Revoked")):
                assert credential is not None
                assert row[LINK] == credential.url
                assert row[STATUS].startswith("Revoked") == bool(credential.revoked_at)

    def _emptied(self) -> bool:
        """All rows were deleted at once: they wait for `sheet rebuild`."""
        shown = self.world.known().shown
        return len(shown) >= 3 and not any(row[ID].strip() in shown for row in self.world.sheet.rows)


People.TestCase.settings = BRIEF
TestPeople = People.TestCase


@pytest.mark.slow
def test_people_for_many_days() -> None:
    run_state_machine_as_test(People, settings=LONG)
