"""With which coach an attempt is: by badge, school and load; it stays, unless somebody wishes otherwise or must."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bridge.model import Decision, Known, Verdict
from bridge.plan.assignment import KEPT, assign, is_with, rows_of
from bridge.plan.draft import Draft
from tests.core.desk import NOON, POLICY, Desk, submission

ANA, BO, CARLA = "ana@district.example", "bo@district.example", "carla@district.example"
THREE = replace(POLICY, coaches=frozenset({ANA, BO, CARLA}), coordinator="kim@district.example")


def programme(*asked: tuple[str, str]) -> Desk:
    """Requests 1, 2, …, each of a teacher at a school."""
    desk = Desk(THREE)
    desk.submit(*(submission(f"r{n}", who=who, school=school) for n, (who, school) in enumerate(asked)))
    desk.look()
    return desk


def assigned(desk: Desk, **wishes: str) -> dict[str, str]:
    """Assign, and return the sentences; *wishes* by the request's number: w1="bo@district.example"."""
    draft = Draft(desk.known, desk.now)
    said = assign(draft, {f"{name[1:]}-1": text for name, text in wishes.items()}, desk.policy)
    desk.known.learn(draft.lesson())
    return said


def with_whom(known: Known) -> list[str]:
    return [is_with(known, attempt_id).partition("@")[0] for attempt_id in sorted(known.attempts)]


def reviewers(desk: Desk, *people: str, **more: object) -> None:
    badge = desk.known.achievements["first-aid"]
    desk.known.achievements["first-aid"] = replace(badge, reviewers=people, **more)  # type: ignore[arg-type]


def decide(desk: Desk, attempt_id: str, verdict: Verdict, by: str) -> None:
    history = desk.known.decisions.get(attempt_id, ())
    word = Decision(attempt_id, len(history) + 1, 1, verdict, by, "Words.", desk.now, enacted=True)
    desk.known.decisions[attempt_id] = (*history, word)


def test_rows_are_shared_out_evenly_and_nobody_gets_their_own() -> None:
    desk = programme(*(("ana" if n == 0 else f"t{n}", "") for n in range(6)))
    assert assigned(desk) == {}
    assert with_whom(desk.known) == ["bo", "ana", "carla", "ana", "bo", "carla"]


def test_those_who_look_after_the_school_come_first() -> None:
    desk = programme(("t1", "Lakeview  elementary"), ("t2", "Lakeview Elementary"), ("t3", "Hill"))
    desk.policy = replace(THREE, schools={"lakeview elementary": (CARLA,)})
    assigned(desk)
    assert with_whom(desk.known) == ["carla", "carla", "ana"]


def test_where_a_school_s_coach_asks_others_decide() -> None:
    desk = programme(("carla", "Lakeview"))
    desk.policy = replace(THREE, schools={"lakeview": (CARLA,)})
    assigned(desk)
    assert with_whom(desk.known) == ["ana"]


def test_only_a_badge_s_own_reviewers_get_its_rows() -> None:
    desk = programme(("t1", "Lakeview"), ("t2", ""))
    desk.policy = replace(THREE, schools={"lakeview": (CARLA,)})
    reviewers(desk, BO)
    assigned(desk)
    assert with_whom(desk.known) == ["bo", "bo"]


def test_who_has_a_row_keeps_it_until_they_may_not_decide_it() -> None:
    desk = programme(("t1", ""), ("t2", ""))
    assigned(desk)
    desk.submit(submission("more", who="t3"))
    desk.look()
    assigned(desk)
    assert with_whom(desk.known) == ["ana", "bo", "carla"]
    desk.policy = replace(THREE, coaches=frozenset({BO, CARLA}))
    assigned(desk)
    assert with_whom(desk.known) == ["bo", "bo", "carla"]
    reviewers(desk, CARLA)
    assigned(desk)
    assert with_whom(desk.known) == ["carla", "carla", "carla"]


def test_the_next_attempt_goes_to_whoever_had_the_earlier_one() -> None:
    desk = programme(("t1", ""), ("t2", ""))
    assigned(desk, w1=CARLA)
    decide(desk, "1-1", Verdict.RETURN, CARLA)
    first = desk.known.attempts["1-1"]
    desk.known.attempts["1-2"] = replace(first, n=2)
    desk.known.attempts["1-1"] = replace(first, superseded_by="1-2")
    assigned(desk)
    assert is_with(desk.known, "1-2") == CARLA


def test_where_no_coach_may_it_is_the_coordinator_s_and_where_she_asks_nobody_s() -> None:
    desk = programme(("bo", ""), ("kim", ""))
    desk.policy = replace(THREE, coaches=frozenset({BO}))
    reviewers(desk, BO)
    assigned(desk)
    assert with_whom(desk.known) == ["kim", "bo"]
    desk.policy = replace(THREE, coaches=frozenset())
    reviewers(desk)
    assigned(desk)
    assert with_whom(desk.known) == ["kim", ""]


# ── wishes ───────────────────────────────────────────────────────────────────


def test_a_wish_is_followed_at_once_and_holds() -> None:
    desk = programme(("t1", ""))
    assert assigned(desk, w1="CARLA@district.example ") == {}
    assert with_whom(desk.known) == ["carla"]
    assert assigned(desk, w1="") == {}
    assert with_whom(desk.known) == ["carla"]


def test_a_wish_for_somebody_who_may_not_is_a_sentence() -> None:
    desk = programme(("bo", ""))
    for wish in (BO, "nobody@elsewhere.example", "Carla"):
        said = assigned(desk, w1=wish)
        assert said == {"1-1": f"Please choose another address in Reviewer: {wish} can't decide this request."}
        assert with_whom(desk.known) == ["ana"]


def test_a_closed_row_goes_back_to_whom_it_is_wished_for_once() -> None:
    desk = programme(("t1", ""))
    assigned(desk)
    decide(desk, "1-1", Verdict.DECLINE, ANA)
    desk.now += KEPT + timedelta(days=1)
    assert rows_of(desk.known, desk.now, desk.policy)[ANA] == frozenset()
    assigned(desk, w1=ANA)
    assert rows_of(desk.known, desk.now, desk.policy)[ANA] == {"1-1"}
    desk.now += KEPT + timedelta(days=1)
    assigned(desk, w1=ANA)
    assert rows_of(desk.known, desk.now, desk.policy)[ANA] == frozenset()


def test_who_decided_before_there_were_tabs_is_no_wish() -> None:
    desk = programme(("t1", ""))
    decide(desk, "1-1", Verdict.DECLINE, BO)
    assigned(desk, w1=BO)
    assert is_with(desk.known, "1-1") == ""
    assigned(desk, w1=CARLA)
    assert is_with(desk.known, "1-1") == CARLA


# ── two who approve, and which rows stand where ──────────────────────────────


def test_the_second_one_is_another_and_the_first_one_s_row_stays_for_a_while() -> None:
    desk = programme(("t1", ""))
    reviewers(desk, second_look="coach")
    assigned(desk)
    decide(desk, "1-1", Verdict.APPROVE, ANA)
    assert assigned(desk, w1=ANA) == {}  # the wish of the first round is fulfilled
    assert with_whom(desk.known) == ["bo"]
    there = rows_of(desk.known, desk.now, desk.policy)
    assert (there[ANA], there[BO], there[CARLA]) == ({"1-1"}, {"1-1"}, frozenset())
    there = rows_of(desk.known, NOON + KEPT, desk.policy)
    assert (there[ANA], there[BO]) == (frozenset(), {"1-1"})


def test_the_coordinator_has_a_tab_where_her_word_is_needed() -> None:
    desk = programme(("t1", ""))
    desk.policy = replace(THREE, coaches=frozenset({ANA}))
    reviewers(desk, second_look="coordinator")
    assigned(desk)
    assert set(rows_of(desk.known, desk.now, desk.policy)) == {ANA}
    decide(desk, "1-1", Verdict.APPROVE, ANA)
    assigned(desk)
    assert rows_of(desk.known, desk.now, desk.policy)["kim@district.example"] == {"1-1"}
