"""What every ledger keeps, whether in memory, in a SQLite file or on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import LeaseHeld, LeaseLost, Refused
from bridge.model import Achievement, Attempt, Effect, Event, Kind, Known, Lesson, Prerequisites, State
from tests.contract.ledger_lessons import lessons
from tests.contract.ledgers import (
    BASIS,
    FIRST_AID,
    FULL,
    ISSUE,
    NOON,
    TELL,
    MemoryPlace,
    credential,
    held,
    learnt,
    submission,
)

LATER = NOON + timedelta(hours=1)
PLANNED = Lesson(effects=(ISSUE, TELL))
PROGRAMMES = count()


# ── learning ─────────────────────────────────────────────────────────────────────


def test_a_new_ledger_knows_nothing(place: MemoryPlace) -> None:
    assert place.open().load() == Known()


def test_what_was_learnt_is_known_to_the_next_bridge(place: MemoryPlace) -> None:
    with held(place, FULL):
        pass
    assert place.open().load() == learnt(FULL)


def test_learning_again_changes_nothing(place: MemoryPlace) -> None:
    with held(place, FULL) as ledger:
        events = ledger.history(1)
        ledger.learn(FULL)
        assert ledger.load() == learnt(FULL)
        assert ledger.history(1) == events


def test_what_may_change_at_any_time_is_kept_beside_the_version(place: MemoryPlace) -> None:
    told = replace(FIRST_AID, reviewers=("cora@example.org", "ruth@example.org"), review_days=5, most_attempts=3)
    told = replace(told, prerequisites=Prerequisites(1, ("chess", "inquiry")), by_itself=True, second_look="coach")
    with held(place, FULL, Lesson(achievements=(told,))):
        pass
    known = place.open().load()
    assert known.achievements["first-aid"] == told
    assert known.versions["first-aid", told.version] == FIRST_AID
    with held(place, Lesson(achievements=(FIRST_AID,))):
        pass
    assert place.open().load() == learnt(FULL)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(taught=st.lists(lessons(), max_size=4))
def test_the_ledger_learns_as_known_does(place: MemoryPlace, taught: list[Lesson]) -> None:
    programme = f"programme {next(PROGRAMMES)}"
    ledger = place.open(programme)
    with ledger.lease():
        for lesson in (BASIS, *taught):
            ledger.learn(lesson)
    assert place.open(programme).load() == learnt(BASIS, *taught)


def test_the_words_of_a_version_stay_while_the_current_one_moves_on(place: MemoryPlace) -> None:
    newer = Achievement("first-aid", "v2", "First Aid II", "Can help more", "", "cd" * 32)
    with held(place, Lesson(achievements=(FIRST_AID,)), Lesson(achievements=(newer,))) as ledger:
        known = ledger.load()
    assert known.achievements == {"first-aid": newer}
    assert set(known.versions.values()) == {FIRST_AID, newer}


def test_a_label_once_known_never_moves(place: MemoryPlace) -> None:
    with held(place, Lesson(labels={"First Aid": "first-aid"}), Lesson(labels={"First Aid": "chess"})) as ledger:
        assert ledger.load().labels == {"First Aid": "first-aid"}


def test_times_come_back_in_utc(place: MemoryPlace) -> None:
    new_york = datetime(2026, 11, 22, 7, 0, 0, 5, tzinfo=timezone(timedelta(hours=-5)))
    with held(place, Lesson(requests=(replace(BASIS.requests[0], created_at=new_york),))) as ledger:
        created = ledger.load().requests[1].created_at
    assert created == new_york


def test_an_edited_answer_replaces_the_older_one(place: MemoryPlace) -> None:
    edited = Attempt(1, 1, submission(stamp="new", name="A. Lovelace"), version=2)
    with held(place, BASIS, Lesson(attempts=(edited,))) as ledger:
        known = ledger.load()
    assert known.attempts["1-1"] == edited
    assert known.attempts["1-2"] == BASIS.attempts[1]


def test_pictures_are_kept_under_their_hash(place: MemoryPlace) -> None:
    with held(place, FULL) as ledger:
        assert ledger.artwork("ab" * 32) == b"\x89PNG\0\xff"
        assert ledger.load().artworks["https://d/1"].data == b""
        with pytest.raises(Refused, match="no picture"):
            ledger.artwork("00" * 32)


def test_what_was_shown_is_remembered(place: MemoryPlace) -> None:
    with held(place, BASIS) as ledger:
        ledger.shown({"1-1": 1, "2-1": 1})
        ledger.shown({"1-1": 2})
        assert ledger.load().shown == {"1-1": 2, "2-1": 1}


# ── the lease ────────────────────────────────────────────────────────────────────


def test_only_one_bridge_is_at_work(place: MemoryPlace) -> None:
    with held(place), pytest.raises(LeaseHeld, match=r"Another bridge is at work.*since 20"), place.open().lease():
        pass


def test_the_lease_is_given_back_even_after_a_mistake(place: MemoryPlace) -> None:
    with pytest.raises(ZeroDivisionError), held(place):
        raise ZeroDivisionError
    with held(place, BASIS) as ledger:
        assert ledger.load() == learnt(BASIS)


def test_nothing_is_written_without_the_lease(place: MemoryPlace) -> None:
    ledger = place.open()
    for write in (
        lambda: ledger.learn(BASIS),
        lambda: ledger.begin(ISSUE),
        lambda: ledger.shown({"1-1": 1}),
        ledger.renew,
    ):
        with pytest.raises(LeaseLost):
            write()
    assert ledger.load() == Known()


def test_a_bridge_that_slept_too_long_writes_nothing(place: MemoryPlace) -> None:
    sleeper, other = place.open(), place.open()
    with sleeper.lease():
        sleeper.learn(BASIS)
        sleeper.learn(PLANNED)
        place.wait(1.1)
        with other.lease():
            for write in (
                lambda: sleeper.learn(FULL),
                lambda: sleeper.begin(ISSUE),
                lambda: sleeper.finish(ISSUE, credential=credential("1-1")),
                lambda: sleeper.shown({"1-1": 1}),
                lambda: sleeper.allow(9),
                lambda: sleeper.retry(1),
                sleeper.renew,
            ):
                with pytest.raises(LeaseLost, match="took over"):
                    write()
            assert other.load() == learnt(BASIS, PLANNED)


def test_the_sleepers_end_does_not_end_the_others_lease(place: MemoryPlace) -> None:
    sleeper, other = place.open(), place.open()
    with sleeper.lease():
        place.wait(1.1)
        taken = other.lease()
        taken.__enter__()
    with pytest.raises(LeaseHeld), place.open().lease():
        pass
    other.learn(BASIS)
    taken.__exit__(None, None, None)


def test_whatever_is_written_prolongs_the_lease(place: MemoryPlace) -> None:
    with held(place) as ledger:
        for write in (ledger.renew, lambda: ledger.learn(BASIS), lambda: ledger.shown({"1-1": 1})):
            place.wait(0.6)
            write()
        place.wait(0.6)
        with pytest.raises(LeaseHeld), place.open().lease():
            pass


def test_programmes_do_not_see_each_other(place: MemoryPlace) -> None:
    club, school = place.open("club"), place.open("school")
    with club.lease(), school.lease():
        club.learn(FULL)
        school.learn(BASIS)
        school.allow(7)
        assert club.load() == learnt(FULL)
        assert school.load() == replace(learnt(BASIS), allowance=7)
        assert school.history(1) == []


# ── effects ──────────────────────────────────────────────────────────────────────


def test_an_effect_is_in_doubt_from_before_it_is_tried(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        begun = ledger.begin(ISSUE)
        assert begun == replace(ISSUE, in_doubt=True, attempts=1)
        assert place.open().load().effects[ISSUE.key] == begun
        assert ledger.begin(begun).attempts == 2


def test_the_other_sides_name_for_it_is_remembered(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        ledger.prepared(ledger.begin(TELL), "draft 7")
        assert place.open().load().effects[TELL.key] == replace(TELL, in_doubt=True, attempts=1, ref="draft 7")


@pytest.mark.parametrize("in_doubt", [True, False])
def test_a_postponed_effect_waits(place: MemoryPlace, in_doubt: bool) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        postponed = ledger.postpone(ledger.begin(ISSUE), LATER, "Google asks for a pause.", in_doubt=in_doubt)
        assert postponed == replace(
            ISSUE, in_doubt=in_doubt, attempts=1, not_before=LATER, note="Google asks for a pause."
        )
        assert ledger.load().effects[ISSUE.key] == postponed


@pytest.mark.parametrize("in_doubt", [True, False])
def test_a_stuck_effect_waits_for_a_person(place: MemoryPlace, in_doubt: bool) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        stuck = ledger.stick(ledger.begin(ISSUE), "No such badge.", in_doubt=in_doubt)
        assert stuck == replace(ISSUE, in_doubt=in_doubt, attempts=1, state=State.STUCK, note="No such badge.")
        assert ledger.load().effects[ISSUE.key] == stuck


def test_a_finished_effect_is_beyond_doubt_and_left_its_credential(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        later = ledger.postpone(ledger.begin(ISSUE), LATER, "timed out", in_doubt=True)
        done = ledger.finish(later, "adopted", credential("1-1"))
        known = ledger.load()
    assert done == replace(ISSUE, state=State.DONE, attempts=1, note="adopted")
    assert known.effects[ISSUE.key] == done
    assert known.credentials == {"1-1": credential("1-1")}


def test_a_revoked_credential_replaces_the_older_one(place: MemoryPlace) -> None:
    revoke = Effect(Kind.REVOKE, "1-1/2")
    revoked = credential("1-1", revoked_at=LATER, revoked_why="Wrong person.")
    with held(place, BASIS, PLANNED, Lesson(effects=(revoke,))) as ledger:
        ledger.finish(ledger.begin(ISSUE), credential=credential("1-1"))
        ledger.finish(ledger.begin(revoke), credential=revoked)
        assert ledger.load().credentials == {"1-1": revoked}


def test_what_is_done_is_never_begun_again(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        done = ledger.finish(ledger.begin(ISSUE))
        verbs: tuple[Callable[[], Effect], ...] = (
            lambda: ledger.begin(ISSUE),
            lambda: ledger.postpone(ISSUE, LATER, "", in_doubt=True),
            lambda: ledger.stick(ISSUE, "", in_doubt=True),
            lambda: ledger.prepared(ISSUE, "ref"),
        )
        for again in verbs:
            with pytest.raises(Refused, match="is done in the ledger"):
                again()
        ledger.learn(PLANNED)
        assert ledger.load().effects[ISSUE.key] == done


def test_a_stuck_effect_is_not_begun_and_an_unknown_one_neither(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        stuck = ledger.stick(ISSUE, "no", in_doubt=False)
        with pytest.raises(Refused, match="is stuck"):
            ledger.begin(stuck)
        with pytest.raises(Refused, match="knows no effect"):
            ledger.begin(Effect(Kind.ISSUE, "2-1"))


@pytest.mark.parametrize(
    ("state", "in_doubt", "after"),
    [
        (State.PLANNED, False, State.CANCELLED),
        (State.PLANNED, True, State.PLANNED),
        (State.STUCK, False, State.CANCELLED),
        (State.STUCK, True, State.STUCK),
        (State.DONE, False, State.DONE),
    ],
)
def test_only_what_never_began_is_taken_back(place: MemoryPlace, state: State, in_doubt: bool, after: State) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        match state:
            case State.PLANNED:
                ledger.postpone(ISSUE, LATER, "", in_doubt=in_doubt)
            case State.STUCK:
                ledger.stick(ISSUE, "", in_doubt=in_doubt)
            case _:
                ledger.finish(ledger.begin(ISSUE))
        ledger.learn(Lesson(cancelled=(ISSUE.key, "issue:99-1")))
        assert ledger.load().effects[ISSUE.key].state is after


def test_what_was_taken_back_can_be_planned_anew(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        ledger.postpone(ISSUE, LATER, "not now", in_doubt=False)
        ledger.learn(Lesson(cancelled=(ISSUE.key,)))
        with pytest.raises(Refused, match="is cancelled"):
            ledger.begin(ISSUE)
        ledger.learn(PLANNED)
        assert ledger.load().effects[ISSUE.key] == ISSUE


# ── what people ask for ──────────────────────────────────────────────────────────


def test_a_person_allows_a_big_night_while_a_bridge_is_at_work(place: MemoryPlace) -> None:
    with held(place) as ledger:
        place.open().allow(120)
        assert ledger.load().allowance == 120
        ledger.allow(0)
        assert ledger.load().allowance == 0


def test_a_person_has_the_stuck_tried_again_while_a_bridge_is_at_work(place: MemoryPlace) -> None:
    other = Effect(Kind.ISSUE, "2-1")
    with held(place, BASIS, PLANNED, Lesson(effects=(other,))) as ledger:
        stuck = ledger.stick(ledger.begin(ISSUE), "refused", in_doubt=True)
        ledger.postpone(TELL, LATER, "pause", in_doubt=False)
        ledger.stick(other, "refused", in_doubt=False)
        again = place.open().retry(1)
        known = ledger.load()
        assert {effect.key: effect for effect in again} == {
            ISSUE.key: replace(stuck, state=State.PLANNED, attempts=0),
            TELL.key: replace(TELL, note="pause"),
        }
        assert known.effects[ISSUE.key] == replace(stuck, state=State.PLANNED, attempts=0)
        assert known.effects[other.key].state is State.STUCK
        assert ledger.begin(stuck).attempts == 1, "the ledger's word counts, not the copy that the bridge holds"
        assert place.open().retry(1) == []
        assert place.open().retry(99) == []


def test_what_is_postponed_in_doubt_keeps_its_count_when_a_person_retries_something_else(place: MemoryPlace) -> None:
    with held(place, BASIS, PLANNED) as ledger:
        ledger.stick(ledger.begin(ISSUE), "refused", in_doubt=False)
        in_doubt = ledger.postpone(ledger.begin(TELL), LATER, "the line was cut", in_doubt=True)
        place.open().retry(1)
        assert ledger.load().effects[TELL.key] == replace(in_doubt, not_before=None)


def test_the_history_of_a_request_can_be_told(place: MemoryPlace) -> None:
    with held(
        place, BASIS, PLANNED, Lesson(history=(Event(NOON, "1-1", "asked"), Event(NOON, "12-1", "asked")))
    ) as ledger:
        place.clock.advance(timedelta(minutes=1))
        ledger.postpone(ledger.begin(ISSUE), LATER, "timed out", in_doubt=True)
        place.clock.advance(timedelta(minutes=1))
        ledger.stick(ledger.prepared(ledger.begin(ISSUE), "ref"), "refused", in_doubt=True)
        ledger.retry(1)
        ledger.finish(ledger.begin(ISSUE), "found")
    events = place.open().history(1)
    assert [(event.what, event.note) for event in events] == [
        ("asked", ""),
        ("issue begun", ""),
        ("issue postponed", "timed out"),
        ("issue begun", ""),
        ("issue laid ready", ""),
        ("issue stuck", "refused"),
        ("issue planned again", ""),
        ("issue begun", ""),
        ("issue done", "found"),
    ]
    assert [event.at.minute for event in events] == [0, 1, 1, 2, 2, 2, 2, 2, 2]
    assert {event.attempt_id for event in events} == {"1-1"}


def test_mails_are_counted_from_a_moment_on(place: MemoryPlace) -> None:
    received = Effect(Kind.TELL_RECEIVED, "1-1")
    with held(place, BASIS, PLANNED, Lesson(effects=(received,))) as ledger:
        ledger.finish(ledger.begin(received))
        place.clock.advance(timedelta(hours=1))
        ledger.finish(ledger.begin(ISSUE))
        ledger.finish(ledger.begin(TELL))
    ledger = place.open()
    assert ledger.mails_since(NOON) == 2
    assert ledger.mails_since(LATER) == 1
    assert ledger.mails_since(LATER + timedelta(microseconds=1)) == 0
