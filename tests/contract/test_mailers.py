"""What every mailer keeps: in memory, in a folder, through an SMTP server, through Gmail's drafts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import InDoubt, Refused, TryLater
from bridge.mail import FolderMailer
from bridge.ports import Message, Outcome
from tests.contract.post_offices import OFFICES, SECRET, SENDER, Office, gmail_arrived, gmail_sandbox, told
from tests.fakes import story
from tests.fakes.clock import FakeClock

MESSAGE = Message(
    key="tell-issued:41-1",
    to=story.TEACHER,
    subject="Your badge is here",
    text="Hello\n",
    html="<p>Hello</p>",
    attachments=(("badge.png", "image/png", story.artwork()),),
)
OTHER = replace(MESSAGE, key="tell-received:42-1", subject="We have your request")


@pytest.fixture(params=OFFICES)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with OFFICES[request.param](tmp_path) as open_office:
        yield open_office


# ── what all keep ────────────────────────────────────────────────────────────


def test_what_is_sent_arrives_once(office: Office) -> None:
    for message in (MESSAGE, OTHER):
        office.mailer.send(office.mailer.prepare(message, again=False), message)
    assert sorted(office.arrived()) == sorted((message.to, message.subject) for message in (MESSAGE, OTHER))


def test_what_is_only_laid_ready_does_not_arrive(office: Office) -> None:
    ref = office.mailer.prepare(MESSAGE, again=False)
    assert ref
    assert office.arrived() == []
    assert office.mailer.outcome(ref, MESSAGE) is office.not_sent


def test_after_sending_it_says_so_or_says_that_it_can_not_know(office: Office) -> None:
    ref = office.mailer.prepare(MESSAGE, again=False)
    office.mailer.send(ref, MESSAGE)
    assert office.mailer.outcome(ref, MESSAGE) is office.sent


def test_a_preparation_whose_answer_was_lost_is_found_again(office: Office) -> None:
    office.mailer.prepare(OTHER, again=False)
    lost = office.mailer.prepare(MESSAGE, again=False)
    assert office.mailer.prepare(MESSAGE, again=True) == lost


def test_looking_again_where_nothing_was_lost_lays_it_ready(office: Office) -> None:
    office.mailer.prepare(OTHER, again=False)
    ref = office.mailer.prepare(MESSAGE, again=True)
    office.mailer.send(ref, MESSAGE)
    assert office.arrived() == [(MESSAGE.to, MESSAGE.subject)]


def test_no_two_mails_come_of_a_process_that_died_while_sending(office: Office) -> None:
    ref = office.mailer.prepare(MESSAGE, again=False)
    office.mailer.send(ref, MESSAGE)  # and died before it was written down
    if office.mailer.outcome(ref, MESSAGE) is Outcome.NOT_SENT:
        office.mailer.send(ref, MESSAGE)
    assert office.arrived() == [(MESSAGE.to, MESSAGE.subject)]


def test_what_is_thrown_away_does_not_arrive_and_the_next_does(office: Office) -> None:
    ref = office.mailer.prepare(MESSAGE, again=False)
    for _ in range(2):
        office.mailer.discard(ref)
    later = replace(MESSAGE, subject="Your badge is here, at last")
    office.mailer.send(office.mailer.prepare(later, again=True), later)
    assert office.arrived() == [(later.to, later.subject)]


# ── the folder ───────────────────────────────────────────────────────────────


def test_a_folder_gets_one_whole_file_named_by_key_and_token(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "mail", SENDER, SECRET, FakeClock())
    ref = mailer.prepare(MESSAGE, again=False)
    for _ in range(2):
        mailer.send(ref, MESSAGE)
    [file] = (tmp_path / "mail").iterdir()
    assert file.name.startswith("tell-issued_41-1.")
    assert file.suffix == ".eml"
    assert told(file.read_bytes()) == (MESSAGE.to, MESSAGE.subject)


def test_a_folder_that_can_not_be_written_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, no folder")
    mailer = FolderMailer(tmp_path / "mail", SENDER, SECRET, FakeClock())
    with pytest.raises(Refused, match=r"can be written to the folder.*\[mail\]"):
        mailer.send(mailer.prepare(MESSAGE, again=False), MESSAGE)


def test_a_reference_can_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "mail", SENDER, SECRET, FakeClock())
    mailer.send("../../escaped.eml", MESSAGE)
    assert [file.name for file in tmp_path.rglob("*.eml")] == ["escaped.eml"]
    assert (tmp_path / "mail" / "escaped.eml").is_file()


# ── Gmail ────────────────────────────────────────────────────────────────────


def test_gmail_is_called_twice_for_a_mail(tmp_path: Path) -> None:
    with gmail_sandbox(tmp_path) as (sandbox, mailer):
        mailer.send(mailer.prepare(MESSAGE, again=False), MESSAGE)
        counts = {name: n for name, n in sandbox.counts().items() if name.startswith("gmail.")}
    assert counts == {"gmail.users.drafts.create": 1, "gmail.users.drafts.send": 1}


def test_a_draft_that_gmail_made_without_answering_is_adopted(tmp_path: Path) -> None:
    with gmail_sandbox(tmp_path) as (sandbox, mailer):
        mailer.prepare(replace(OTHER, to=MESSAGE.to), again=False)
        sandbox.fault("gmail.users.drafts.create", "close-after", nth=1)
        with pytest.raises(InDoubt):
            mailer.prepare(MESSAGE, again=False)
        mailer.send(mailer.prepare(MESSAGE, again=True), MESSAGE)
        assert gmail_arrived(sandbox) == [(MESSAGE.to, MESSAGE.subject)]
        assert len(sandbox.world.gmail.mailbox(SENDER.address).drafts) == 1  # the other one


@pytest.mark.parametrize(("fault", "outcome"), [("close-after", Outcome.SENT), ("close-before", Outcome.NOT_SENT)])
def test_gmail_can_be_asked_what_became_of_a_cut_line(tmp_path: Path, fault: str, outcome: Outcome) -> None:
    with gmail_sandbox(tmp_path) as (sandbox, mailer):
        ref = mailer.prepare(MESSAGE, again=False)
        sandbox.fault("gmail.users.drafts.send", fault, nth=1)
        with pytest.raises(InDoubt):
            mailer.send(ref, MESSAGE)
        assert mailer.outcome(ref, MESSAGE) is outcome


def test_sending_a_draft_that_is_gone_is_a_doubt_and_no_second_mail(tmp_path: Path) -> None:
    with gmail_sandbox(tmp_path) as (sandbox, mailer):
        ref = mailer.prepare(MESSAGE, again=False)
        mailer.send(ref, MESSAGE)
        with pytest.raises(InDoubt, match="probably sent"):
            mailer.send(ref, MESSAGE)
        assert mailer.outcome(ref, MESSAGE) is Outcome.SENT
        assert len(gmail_arrived(sandbox)) == 1


def test_gmail_in_a_hurry_is_waited_for_and_a_full_mailbox_is_refused(tmp_path: Path) -> None:
    with gmail_sandbox(tmp_path) as (sandbox, mailer):
        sandbox.fault("gmail.users.drafts.create", "429", nth=1)
        ref = mailer.prepare(MESSAGE, again=False)
        sandbox.fault("gmail.users.drafts.send", "403-storage", nth=1)
        with pytest.raises(Refused, match="send a mail through Gmail"):
            mailer.send(ref, MESSAGE)
        sandbox.fault("gmail.users.drafts.get", "503")
        with pytest.raises(TryLater):
            mailer.outcome(ref, MESSAGE)


@pytest.mark.slow
def test_orphans_are_found_beyond_the_first_page(tmp_path: Path) -> None:
    with gmail_sandbox(tmp_path) as (sandbox, mailer):
        ref = mailer.prepare(MESSAGE, again=False)
        for n in range(101):
            mailer.prepare(replace(OTHER, key=f"tell-received:{n}-1"), again=False)
        assert mailer.prepare(MESSAGE, again=True) == ref
        assert sandbox.counts()["gmail.users.drafts.list"] == 2
