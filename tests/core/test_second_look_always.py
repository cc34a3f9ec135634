"""Whatever two coaches, a teacher and a coordinator do, in whatever order: no badge without two who saw its answer."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.mail import Sender, Voice, compose
from bridge.model import Kind, Verdict
from bridge.plan.second_look import needs
from bridge.plan.standing import GRANTED, Standing
from tests.core.desk import Desk, edited
from tests.core.second import ANN, BEA, RUTH, SLOW, TEACHER, set_look, wanting

VOICE = Voice("Badges", Sender("b@x.example", "Badges"))
chosen = st.tuples(
    st.just("choose"),
    st.sampled_from(["Approve", "Approve", "Approve", "Return", "Hold", ""]),
    st.sampled_from([ANN, BEA, RUTH, TEACHER, ""]),
    st.sampled_from(["", "Add a photo.", "Well done."]),
)
acts = st.lists(
    chosen
    | chosen
    | st.tuples(st.sampled_from(["edit", "delete", "copy", "uncopy"]))
    | st.tuples(st.just("wait"), st.sampled_from([1, 11]))
    | st.tuples(st.just("look"), st.sampled_from(["coach", "coordinator", ""])),
    max_size=12,
)


class Table:
    """A desk and the people around it, who look at what stands there before they choose."""

    def __init__(self, look: str) -> None:
        self.desk = wanting(look, SLOW)
        self.looks = [look]  # which the catalogue has ever said
        self.saw: set[tuple[str, str, str]] = set()  # who, of which row, approved which words
        self.words = 0

    def do(self, act: tuple[str, ...]) -> None:
        getattr(self, act[0])(*act[1:])
        self.desk.look()

    def choose(self, verdict: str, who: str, words: str) -> None:
        attempt_id = list(self.desk.known.attempts)[-1]
        rows = [row for row in self.desk.review or () if row[0] == attempt_id]
        if len(rows) == 1:
            self.desk.choose(attempt_id, verdict, words, who)
            self.saw |= {(who, attempt_id, self.desk.cell(attempt_id, "Reflection"))} if verdict == "Approve" else set()

    def edit(self) -> None:
        self.words += 1
        (given,) = self.desk.responses.values()
        self.desk.submit(edited(given, reflection=f"Words {self.words}."))

    def delete(self) -> None:
        assert self.desk.review is not None
        del self.desk.review[-1]

    def copy(self) -> None:
        assert self.desk.review is not None
        self.desk.review.append(list(self.desk.review[-1]))

    def uncopy(self) -> None:
        assert self.desk.review is not None
        self.desk.review[1:] = {row[0]: row for row in self.desk.review[1:]}.values()

    def wait(self, minutes: int) -> None:
        self.desk.now += timedelta(minutes=minutes)

    def look(self, wanted: str) -> None:
        self.looks.append(wanted)
        set_look(self.desk, wanted)


def yeses(desk: Desk, attempt_id: str) -> list[str]:
    """Who approved an attempt, of the words that acted, since anything else was said."""
    found: list[str] = []
    for word in desk.known.decisions[attempt_id]:
        if word.verdict is not Verdict.APPROVE:
            found = []
        elif word.enacted:
            found.append(word.reviewer)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(look=st.sampled_from(["coach", "coordinator"]), acts=acts)
def test_no_badge_without_two_who_saw_its_answer(look: str, acts: list[tuple[str, ...]]) -> None:
    table = Table(look)
    desk = table.desk
    for act in acts:
        table.do(act)
        for attempt_id, order in desk.known.orders.items():
            approvers = yeses(desk, attempt_id)
            if desk.standing(attempt_id) not in GRANTED or "" in table.looks:
                continue
            words = desk.known.attempts[attempt_id].submission.reflection
            assert len(set(approvers)) == 2, approvers
            assert all((who, attempt_id, words) in table.saw for who in approvers)
            assert TEACHER not in approvers
            assert order.issued_on == desk.known.decisions[attempt_id][-1].seen_at


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(look=st.sampled_from(["coach", "coordinator"]), acts=acts)
def test_it_comes_to_rest_and_two_who_agree_get_the_badge(look: str, acts: list[tuple[str, ...]]) -> None:
    """Nothing is left hanging, nobody is told twice, and the sheet says what is missing."""
    table = Table(look)
    desk = table.desk
    for act in acts:
        table.do(act)
    table.uncopy()
    for _ in range(3):
        table.do(("wait", 11))  # type: ignore[arg-type]
    assert not desk.look().lesson
    last = list(desk.known.attempts)[-1]
    assert desk.standing(last) is not Standing.DECIDED
    if desk.standing(last) is Standing.HALF_APPROVED and needs(desk.known, last):
        assert "must approve, too" in desk.cell(last, "Status")
    elif desk.standing(last) is Standing.HALF_APPROVED:  # one is enough by now, and the name in Reviewer is no coach's
        assert desk.cell(last, "Reviewer") not in (ANN, BEA)
        assert desk.learnt.notices[last]
        assert "that is enough now." in desk.cell(last, "Status")
    for who in (ANN, RUTH if table.looks[-1] == "coordinator" else BEA, ANN):
        desk.choose(last, "Approve", "Well done.", who)
        for _ in range(2):
            table.do(("wait", 11))  # type: ignore[arg-type]
    assert desk.standing(last) in GRANTED
    told = [effect for effect in desk.known.effects.values() if effect.kind is Kind.TELL_ISSUED]
    assert len(told) == 1
    desk.finish(f"issue:{last}")
    assert compose(told[0], desk.known, VOICE).to == TEACHER
