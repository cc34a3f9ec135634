"""Digests over several days of the real bridge on a sandbox: one for each coach and day, none when nothing waits."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from bridge.cycle import run_cycle
from bridge.wiring import open_world
from tests.night.district import EVENING, District, told


@pytest.fixture
def coached(town: District) -> District:
    """Two coaches are named, and a coordinator is."""
    coaches = [coach.email for coach in town.programme.coaches[:2]]
    town.set("digest = false\n", f"coaches = {coaches!r}\n".replace("'", '"'))
    return town


def inbox(town: District, email: str) -> list[EmailMessage]:
    """What came, oldest first."""
    with town.sandbox.lock:
        box = town.sandbox.world.gmail.mailboxes.get(email)
        raws = [message.raw for message in box.messages.values() if "INBOX" in message.labels] if box else []
    return [message_from_bytes(raw, _class=EmailMessage, policy=policy.default) for raw in raws]  # type: ignore[arg-type]


def subjects(town: District, email: str) -> list[str]:
    return [str(mail["Subject"]) for mail in inbox(town, email)]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_each_coach_gets_one_a_day_until_nothing_waits(coached: District) -> None:
    ann, ben = (coach.email for coach in coached.programme.coaches[:2])
    coached.submit(2)
    assert "told of what waits" not in told(coached.night())  # they came in today
    coached.wait_a_day()
    assert "2 coaches told of what waits" in told(coached.night())
    coached.calls()
    for _ in range(3):  # cycles of the same day
        coached.wait(timedelta(minutes=1))
        assert coached.night().changed_nothing
    assert not [call for call in coached.calls() if call.startswith("gmail.")]
    assert subjects(coached, ann) == subjects(coached, ben) == ["2 badge requests wait for you"]
    (mail,) = inbox(coached, ann)
    assert f"/spreadsheets/d/{coached.programme.spreadsheet_id}/edit" in text(mail)
    assert not [teacher for teacher in coached.teachers if teacher in text(mail)]

    coached.people.decide("1-1", "Return", "A photo, please.", ann)
    coached.wait_a_day()
    coached.night()
    assert subjects(coached, ben)[1:] == ["1 badge request waits for you"]
    coached.people.decide("2-1", "Decline", "Not this time.", ben)
    for _ in range(3):
        coached.wait_a_day()
        assert "told of what waits" not in told(coached.night())
    assert len(inbox(coached, ann)) == len(inbox(coached, ben)) == 2
    assert coached.drafts() == 0


def test_the_coordinator_is_told_once_of_what_is_late(coached: District) -> None:
    ann, cora = coached.programme.coaches[0].email, coached.programme.coordinator.email
    coached.submit()
    coached.night()
    coached.wait(timedelta(days=14))
    coached.night()
    assert subjects(coached, cora) == []
    for _ in range(3):
        coached.wait_a_day()
        coached.night()
    assert subjects(coached, cora) == ["1 badge request is late"]
    asked = ", ".join(sorted(coach.email for coach in coached.programme.coaches[:2]))
    assert f"asked: {asked}" in text(inbox(coached, cora)[0]).replace("\r\n", "\n")
    assert subjects(coached, ann) == ["1 badge request waits for you, late"] * 4


def test_under_frequent_cycles_they_come_in_the_morning(coached: District) -> None:
    coached.submit()
    ann, came = coached.programme.coaches[0].email, []
    clock = coached.sandbox.world.clock
    with open_world(coached.settings, often=True) as (world, policy):
        for hour in (20, 23, 24, 30, 31, 32, 48, 54, 55, 56):  # of the day on which it was asked for
            coached.wait(EVENING + timedelta(hours=hour - 20) - clock.now())
            run_cycle(world, policy)
            came += [hour % 24] * (len(inbox(coached, ann)) - len(came))
    assert came == [7, 7]


def test_where_nobody_is_named_it_is_told_at_once(town: District) -> None:
    town.set("digest = false\n", "")
    town.set(f'coordinator = "{town.programme.coordinator.email}"', 'coordinator = ""')
    town.submit()
    assert "review: Nobody is asked to decide about 1-1." in told(town.night())
    assert not town.night().failed
