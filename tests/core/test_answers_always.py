"""Whatever people answer, in whatever order, and whenever the bridge comes by."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Identity, Verdict
from bridge.plan.standing import Standing
from tests.core.answering import SLOW, FormDesk, form_desk
from tests.core.desk import edited
from tests.core.second import ANN, BEA, CORA, RUTH, TEACHER, said

COACHES = (ANN, BEA)
ALL = (*COACHES, CORA, RUTH, TEACHER)

people = st.sampled_from(ALL)
verdicts = st.sampled_from((*(verdict.value for verdict in Verdict), "Perhaps", ""))
answers = st.tuples(st.just("answer"), people, verdicts, st.sampled_from(("", "Some words.")))
later = st.tuples(st.just("later"), st.sampled_from((1, 5, 11)))
others = st.sampled_from((("delete",), ("edit",), ("change",), ("look",), ("lose",)))
steps = st.lists(st.one_of(answers, answers, later, others), max_size=14)


def act(desk: FormDesk, step: tuple[object, ...]) -> None:
    match step:
        case ("answer", str(by), str(verdict), str(words)):
            version = desk.known.attempts["1-1"].version
            desk.answer("1-1" if version == 1 else f"1-1.{version}", verdict, words, by=by)
        case ("later", int(minutes)):
            desk.later(minutes)
        case ("look",):
            desk.look()
        case ("delete",) if desk.answers:
            desk.delete(max(desk.answers))
        case ("change",) if desk.answers:
            desk.edit(max(desk.answers), verdict="Approve")
        case ("edit",):
            desk.submit(edited(desk.responses["r1"], reflection=f"{len(desk.answers)}"))
        case ("lose",):
            desk.reachable = not desk.reachable


def approved_by(desk: FormDesk) -> set[str]:
    """Who stands behind the badge that is to be made."""
    if "1-1" not in desk.known.orders or desk.standing("1-1") not in (Standing.APPROVED, Standing.ISSUED):
        return set()
    words = desk.known.decisions["1-1"]
    last_no = max((n for n, one in enumerate(words) if one.verdict is not Verdict.APPROVE), default=-1)
    return {one.reviewer for one in words[last_no + 1 :]}


@settings(max_examples=40)
@given(steps, st.sampled_from(("", "coach", "coordinator")))
def test_only_those_who_may_decide_did_and_whoever_waits_finds_rest(steps: list[tuple[object, ...]], look: str) -> None:
    desk = form_desk(SLOW, look)
    for step in steps:
        act(desk, step)
        able = {ANN, BEA, RUTH} if look == "coordinator" else {ANN, BEA}
        assert {one for one, verdict in said(desk) if verdict == "Approve"} <= able
        assert {one for one, _ in said(desk)} <= {ANN, BEA, RUTH}
        who = approved_by(desk)
        assert not who or not look or len(who) >= 2
        assert not who or look != "coordinator" or RUTH in who
    desk.reachable = True
    for _ in range(4):
        desk.later(11)
    before = desk.known.decisions.get("1-1", ())
    desk.later(11)
    desk.later(11)
    assert desk.known.decisions.get("1-1", ()) == before  # the same answers decide nothing again
    assert desk.standing("1-1") is not Standing.DECIDED  # whatever was decided has acted


@settings(max_examples=25)
@given(st.lists(answers, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_it_makes_no_difference_how_often_the_bridge_looked_before_anything_acted(
    said_so: list[tuple[object, ...]], looks: list[bool]
) -> None:
    often, once = form_desk(SLOW), form_desk(SLOW)
    for answer, look in zip(said_so, looks, strict=False):
        act(often, answer)
        act(once, answer)
        if look:
            often.look()
    for desk in (often, once):
        for _ in range(3):
            desk.later(11)
    assert often.standing("1-1") is once.standing("1-1")
    assert _in_force(often) == _in_force(once)


WAYS = {Identity.FORM: SLOW, Identity.COLUMN: replace(SLOW, identity=Identity.COLUMN, decision_form="")}

typed = st.tuples(st.just("type"), people, verdicts, st.sampled_from(("", "Some words.")))
moves = st.lists(st.one_of(answers, typed, typed, later, st.just(("switch",))), max_size=10)


@settings(max_examples=40)
@given(moves, st.sampled_from(("", "coach")))
def test_another_way_to_decide_decides_nothing_anew_and_takes_nothing_back(
    steps: list[tuple[object, ...]], look: str
) -> None:
    desk = form_desk(SLOW, look)
    for step in steps:
        match step:
            case ("switch",):
                _switch(desk)
            case ("type", str(by), str(verdict), str(words)):
                desk.choose("1-1", verdict, words, by)
            case _:
                act(desk, step)
    for _ in range(4):
        desk.later(11)
    before = desk.known.decisions.get("1-1", ()), desk.standing("1-1")
    for _ in range(3):
        _switch(desk)
        for _ in range(2):
            desk.later(11)
            assert (desk.known.decisions.get("1-1", ()), desk.standing("1-1")) == before


def _switch(desk: FormDesk) -> None:
    other = Identity.COLUMN if desk.policy.identity is Identity.FORM else Identity.FORM
    desk.policy = WAYS[other]


def _in_force(desk: FormDesk) -> tuple[object, ...] | None:
    decision = desk.known.decision("1-1")
    if decision is None or decision.verdict is Verdict.HOLD:  # what is on hold stays so, whoever says it again
        return None
    return decision.verdict, decision.reviewer, decision.feedback
