"""Who is asked and reminded, of what, and on which day: no edge, a clock that is set by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.model import Achievement, Digest, Effect, Kind, Lesson, State, digest_subject
from bridge.plan import Policy
from bridge.plan.asked import who_is_asked
from bridge.plan.digests import KEPT, address_of, digest_of, may_go, waiting
from tests.core.desk import NOON, POLICY, Desk, submission

ANN, BEN, CORA = "ann@district.example", "ben@district.example", "cora@district.example"
COACHED = replace(POLICY, coaches=frozenset({ANN, BEN}), coordinator=CORA, digests=True, escalate_days=5)
FIRST_AID = Achievement("first-aid", "v1", "First Aid", "", "", "")


def desk_of(policy: Policy = COACHED, **changes: object) -> Desk:
    """One request, 1-1, by Ana, two days old, shown to the coaches."""
    desk = Desk(policy)
    desk.submit(submission(**changes))
    desk.look()
    return desk


def digests(desk: Desk) -> dict[str, State]:
    """Subject → state, of all that the ledger knows."""
    return {e.subject: e.state for e in desk.known.effects.values() if e.kind is Kind.TELL_DIGEST}


def planned(desk: Desk) -> dict[str, Digest]:
    """What each person is told, of the digests that are to go out."""
    found = [e for e in desk.known.effects.values() if e.kind is Kind.TELL_DIGEST and e.state is State.PLANNED]
    return {address_of(desk.known, e): digest_of(desk.known, e, desk.now, desk.policy) for e in found}


def send_all(desk: Desk) -> None:
    for effect in list(desk.known.effects.values()):
        if effect.kind is Kind.TELL_DIGEST and effect.state is State.PLANNED:
            desk.finish(effect.key)


def ids(rows: object) -> list[str]:
    return [row.attempt_id for row in rows]  # type: ignore[attr-defined]


def problems(desk: Desk) -> list[str]:
    return [problem.sentence for problem in desk.learnt.lesson.problems]


# ── who is asked ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reviewers", "recipient", "policy", "asked"),
    [
        ((), "ana@district.example", COACHED, (ANN, BEN)),
        ((BEN,), "ana@district.example", COACHED, (BEN,)),
        ((BEN, ANN), BEN, COACHED, (ANN,)),
        (("old@district.example",), "ana@district.example", COACHED, (CORA,)),
        ((), "ana@district.example", replace(COACHED, coaches=frozenset()), (CORA,)),
        ((BEN,), "ana@district.example", replace(COACHED, coaches=frozenset()), (BEN,)),
        ((), "ann+badges@district.example", replace(COACHED, coaches=frozenset({ANN})), (CORA,)),
        ((), "ana@district.example", replace(COACHED, coaches=frozenset(), coordinator=""), ()),
        ((), CORA, replace(COACHED, coaches=frozenset()), ()),
    ],
)
def test_who_is_asked(reviewers: tuple[str, ...], recipient: str, policy: Policy, asked: tuple[str, ...]) -> None:
    assert who_is_asked(replace(FIRST_AID, reviewers=reviewers), recipient, policy) == asked


def test_about_a_badge_that_nobody_knows_every_coach_is_asked() -> None:
    assert who_is_asked(None, "ana@district.example", COACHED) == (ANN, BEN)


# ── when, and how often ──────────────────────────────────────────────────────


def test_each_coach_gets_one_digest_a_day_while_something_waits() -> None:
    desk = desk_of()
    assert digests(desk) == {"digest/2026-11-22/1": State.PLANNED, "digest/2026-11-22/2": State.PLANNED}
    assert {to: ids(told.waiting) for to, told in planned(desk).items()} == {ANN: ["1-1"], BEN: ["1-1"]}
    send_all(desk)
    for minutes in (1, 2, 600):
        desk.now = NOON + timedelta(minutes=minutes)
        assert not desk.look().lesson
    desk.now = NOON + timedelta(days=1)
    desk.look()
    assert planned(desk).keys() == {ANN, BEN}
    assert len(digests(desk)) == 4


def test_nobody_is_told_where_nothing_waits() -> None:
    desk = desk_of()
    send_all(desk)
    desk.choose("1-1", "Return", "A photo, please.", ANN)
    for day in range(1, 4):
        desk.now = NOON + timedelta(days=day)
        desk.look()
        assert planned(desk) == {}


def test_what_came_in_today_can_wait_until_tomorrow() -> None:
    desk = desk_of(submitted_at=NOON - timedelta(hours=11))
    assert digests(desk) == {}
    desk.now = NOON + timedelta(hours=13)
    desk.look()
    assert {to: ids(told.waiting) for to, told in planned(desk).items()} == {ANN: ["1-1"], BEN: ["1-1"]}
    assert planned(desk)[ANN].waiting[0].days == 1


def test_what_is_held_is_told_with_other_things_and_by_itself_only_once_it_is_late() -> None:
    desk = desk_of()
    send_all(desk)
    desk.choose("1-1", "Hold", reviewer=ANN)
    desk.now = NOON + timedelta(days=1)
    desk.look()
    assert planned(desk) == {}
    desk.submit(submission("r2", who="bo", submitted_at=desk.now - timedelta(days=1)))
    desk.look()
    assert [(row.attempt_id, row.held) for row in planned(desk)[ANN].waiting] == [("1-1", True), ("2-1", False)]
    send_all(desk)
    desk.choose("2-1", "Return", "A photo, please.", ANN)
    desk.now = NOON + timedelta(days=9)  # 1-1 was due the day before
    desk.look()
    assert [(row.attempt_id, row.late) for row in planned(desk)[ANN].waiting] == [("1-1", 1)]


def test_without_digests_nobody_gets_one_and_the_report_tells_of_what_nobody_is_asked_about() -> None:
    desk = desk_of(replace(COACHED, digests=False))
    assert (digests(desk), problems(desk)) == ({}, [])
    desk = desk_of(replace(POLICY, digests=False, coordinator=""))
    (sentence,) = problems(desk)
    assert sentence.startswith("Nobody is asked to decide about 1-1.")


def test_reviewers_of_a_badge_are_told_of_that_badge_alone() -> None:
    desk = Desk(COACHED)
    desk.badges = [[*row, BEN if n == 1 else ""] for n, row in enumerate(desk.badges or [])]
    desk.badges[0][-1] = "Reviewers"
    desk.submit(submission(), submission("r2", badge="Co-Teaching", who="bo"))
    desk.look()
    assert {to: ids(told.waiting) for to, told in planned(desk).items()} == {ANN: ["2-1"], BEN: ["1-1", "2-1"]}


def test_while_the_sheet_cannot_be_read_nobody_is_reminded_of_what_may_be_decided() -> None:
    desk = desk_of()
    send_all(desk)
    desk.now = NOON + timedelta(days=1)
    assert desk.review is not None
    desk.review[0][desk.review[0].index("Decision")] = "Verdict"
    desk.look()
    assert planned(desk) == {}


@pytest.mark.parametrize(
    ("utc", "told"),
    [
        (datetime(2026, 11, 1, 13, 59, tzinfo=UTC), False),  # 5:59, after the clock was set back at 2 that night
        (datetime(2026, 11, 1, 14, 59, tzinfo=UTC), False),  # 6:59
        (datetime(2026, 11, 1, 15, 0, tzinfo=UTC), True),  # 7:00
        (datetime(2027, 3, 14, 13, 59, tzinfo=UTC), False),  # 6:59, after it was set forward
        (datetime(2027, 3, 14, 14, 0, tzinfo=UTC), True),  # 7:00
        (datetime(2026, 11, 2, 7, 59, tzinfo=UTC), True),  # still the evening of the first: 23:59
        (datetime(2026, 11, 2, 8, 0, tzinfo=UTC), False),  # midnight
    ],
)
def test_the_hour_is_that_of_the_programme(utc: datetime, told: bool) -> None:
    policy = replace(COACHED, tz=ZoneInfo("America/Los_Angeles"), digest_hour=7)
    desk = Desk(policy, now=utc)
    desk.submit(submission(submitted_at=utc - timedelta(days=2)))
    desk.look()
    day = date(2027, 3, 14) if utc.year == 2027 else date(2026, 11, 1)
    assert list(digests(desk)) == ([digest_subject(day, 1), digest_subject(day, 2)] if told else [])


def test_an_approval_that_was_taken_back_leaves_the_badges_own_days_in_force() -> None:
    desk = Desk(COACHED)
    desk.badges = [[*row, "3" if n else "Review days"] for n, row in enumerate(desk.badges or [])]
    desk.submit(submission())
    desk.look()
    desk.choose("1-1", "Approve", reviewer=ANN)
    desk.look()
    desk.choose("1-1", "")
    desk.look()
    (row,) = waiting(desk.known, desk.now, COACHED)
    assert row.due == NOON + timedelta(days=1)
    assert desk.cell("1-1", "Due") == "2026-11-23"


# ── what did not get out ─────────────────────────────────────────────────────


def test_one_that_did_not_get_out_takes_the_place_of_the_next_days() -> None:
    desk = desk_of()
    send_all(desk)
    desk.now = NOON + timedelta(days=1)
    desk.look()
    desk.doubt("tell-digest:digest/2026-11-23/1")
    desk.now = NOON + timedelta(hours=36, minutes=1)  # one minute past midnight
    desk.look()
    assert digests(desk)["digest/2026-11-24/1"] is State.CANCELLED
    assert may_go(desk.known, desk.effect("tell-digest:digest/2026-11-23/1"), desk.now, COACHED)
    send_all(desk)
    desk.now = NOON + timedelta(days=2)
    desk.look()
    assert planned(desk) == {}
    desk.now = NOON + timedelta(days=3)
    desk.look()
    assert planned(desk).keys() == {ANN, BEN}


def test_one_that_was_planned_before_midnight_does_not_go_out_after_it_beside_the_next() -> None:
    desk = desk_of()
    effect = desk.effect("tell-digest:digest/2026-11-22/1")
    assert may_go(desk.known, effect, NOON + timedelta(hours=11), COACHED)
    assert not may_go(desk.known, effect, NOON + timedelta(hours=13), COACHED)


def test_what_was_decided_meanwhile_is_not_told() -> None:
    desk = desk_of()
    desk.choose("1-1", "Return", "A photo, please.", ANN)
    desk.now += timedelta(hours=1)
    desk.look()
    assert [told.is_worth_a_mail for told in planned(desk).values()] == [False, False]


def test_a_clock_that_was_wrong_for_a_while_costs_nobody_a_digest_and_brings_nobody_two() -> None:
    desk = desk_of()
    send_all(desk)
    desk.now = NOON + timedelta(days=365)
    desk.look()
    send_all(desk)
    desk.now = NOON + timedelta(hours=2)
    desk.look()
    assert planned(desk) == {}
    desk.now = NOON + timedelta(days=1)
    desk.look()
    assert planned(desk).keys() == {ANN, BEN}


def test_old_digests_do_not_pile_up() -> None:
    desk = desk_of()
    for day in range(KEPT + 9):
        desk.now = NOON + timedelta(days=day)
        desk.look()
        send_all(desk)
        assert f"digest/{desk.now:%Y-%m-%d}/1" in digests(desk)
    desk.look()
    assert len(digests(desk)) <= 3 * (KEPT + 1)
    assert "digest/2026-11-22/1" not in digests(desk)


# ── what is late ─────────────────────────────────────────────────────────────


def test_what_is_late_first_then_by_due_date() -> None:
    desk = Desk(COACHED)
    ages = {"r1": 3, "r2": 12, "r3": 8, "r4": 20}
    desk.submit(*(submission(r, who=r, submitted_at=NOON - timedelta(days=d)) for r, d in ages.items()))
    desk.look()
    rows = waiting(desk.known, desk.now, COACHED)
    assert [(row.days, row.late) for row in rows] == [(20, 10), (12, 2), (8, 0), (3, 0)]


def test_the_coordinator_is_told_once_of_what_is_late_and_who_was_asked() -> None:
    desk = desk_of(submitted_at=NOON - timedelta(days=14))
    assert planned(desk).keys() == {ANN, BEN}
    send_all(desk)
    desk.now = NOON + timedelta(days=1)
    desk.look()
    told = planned(desk)[CORA]
    assert told.waiting == ()
    assert [(row.attempt_id, row.late, row.asked) for row in told.late] == [("1-1", 5, (ANN, BEN))]
    send_all(desk)
    for day in range(2, 9):
        desk.now = NOON + timedelta(days=day)
        desk.look()
        assert planned(desk).keys() == {ANN, BEN}
        send_all(desk)
    assert problems(desk) == []


def test_what_comes_anew_and_is_late_again_is_told_again() -> None:
    desk = desk_of(submitted_at=NOON - timedelta(days=20))
    assert ids(planned(desk)[CORA].late) == ["1-1"]
    send_all(desk)
    desk.choose("1-1", "Return", "A photo, please.", ANN)
    desk.look()
    desk.now = NOON + timedelta(days=30)
    desk.submit(submission("r2", submitted_at=desk.now - timedelta(days=16), stamp="2026-12-06T12:00:00Z"))
    desk.look()
    assert ids(planned(desk)[CORA].late) == ["1-2"]


def test_who_is_asked_and_coordinates_too_is_told_of_each_request_once() -> None:
    desk = desk_of(replace(COACHED, coaches=frozenset({ANN, CORA})), submitted_at=NOON - timedelta(days=20))
    told = planned(desk)[CORA]
    assert (ids(told.waiting), told.late) == (["1-1"], ())


@pytest.mark.parametrize(("days", "told"), [(0, False), (9, True), (10, True), (11, False)])
def test_when_the_coordinator_is_told_is_a_setting(days: int, told: bool) -> None:
    desk = desk_of(replace(COACHED, escalate_days=days), submitted_at=NOON - timedelta(days=20))  # 10 days late
    assert (CORA in planned(desk)) is told


def test_without_a_coordinator_the_report_tells_what_is_late() -> None:
    desk = desk_of(replace(COACHED, coordinator=""), submitted_at=NOON - timedelta(days=20))
    (sentence,) = problems(desk)
    assert sentence.startswith("Nobody has decided about 1-1, 5 days after the promised day or more.")


# ── nobody ───────────────────────────────────────────────────────────────────


def test_where_nobody_is_asked_it_is_told_at_once() -> None:
    desk = desk_of(replace(POLICY, digests=True, coordinator=""), submitted_at=NOON)
    (sentence,) = problems(desk)
    assert sentence.startswith("Nobody is asked to decide about 1-1.")
    assert digests(desk) == {}


def test_without_coaches_the_coordinator_is_reminded() -> None:
    desk = desk_of(replace(POLICY, digests=True, coordinator=CORA))
    assert ids(planned(desk)[CORA].waiting) == ["1-1"]
    assert problems(desk) == []


def test_no_effect_of_a_digest_tells_an_address() -> None:
    desk = desk_of()
    effects = [e for e in desk.known.effects.values() if e.kind is Kind.TELL_DIGEST]
    assert effects
    assert all("@" not in e.key and e.request == 0 and e.attempt_id == "digest" for e in effects)


def test_a_coach_who_left_is_told_nothing_more() -> None:
    desk = desk_of()
    left = replace(COACHED, coaches=frozenset({BEN}))
    effect = Effect(Kind.TELL_DIGEST, "digest/2026-11-22/1")
    assert not digest_of(desk.known, effect, NOON, left).is_worth_a_mail
    desk.known.learn(Lesson(facts={"coach:1": ""}))
    assert not digest_of(desk.known, effect, NOON, COACHED).is_worth_a_mail
