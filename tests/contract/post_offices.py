"""The mailers, each with the place where its mails arrive."""

from __future__ import annotations

import email
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from pathlib import Path

from bridge.google import GMAIL, connect
from bridge.mail import FolderMailer, GmailMailer, Sender, SmtpMailer
from bridge.mail.smtp import Security, SmtpServer
from bridge.ports import Mailer, Outcome
from bridge.sandbox.oauth import new_service_account
from bridge.sandbox.server import Sandbox
from bridge.sandbox.state import Person, World
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import FakeMailer
from tests.fakes.smtp_server import SmtpDesk, running

SENDER = Sender("badges@lakeview.example", "Lakeview Badges")
SECRET = b"a secret of the programme"

Mail = tuple[str, str]  # to whom, subject


@dataclass(frozen=True, slots=True)
class Office:
    """A mailer, what has arrived through it so far, and whether it can be asked afterwards."""

    mailer: Mailer
    arrived: Callable[[], list[Mail]]
    not_sent: Outcome = Outcome.NOT_SENT
    sent: Outcome = Outcome.SENT


def told(raw: bytes) -> Mail:
    """Return to whom a mail went, and its subject."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    return str(mail["To"]), str(mail["Subject"])


@contextmanager
def memory(folder: Path) -> Iterator[Office]:
    del folder
    mailer = FakeMailer()
    yield Office(mailer, lambda: [(message.to, message.subject) for message in mailer.sent])


@contextmanager
def memory_without_answers(folder: Path) -> Iterator[Office]:
    del folder
    mailer = FakeMailer(askable=False)
    arrived = lambda: [(message.to, message.subject) for message in mailer.sent]  # noqa: E731
    yield Office(mailer, arrived, Outcome.UNKNOWN, Outcome.UNKNOWN)


@contextmanager
def in_folder(folder: Path) -> Iterator[Office]:
    mails = folder / "mail"
    mailer = FolderMailer(mails, SENDER, SECRET, FakeClock())
    yield Office(mailer, lambda: [told(file.read_bytes()) for file in sorted(mails.glob("*"))])


@contextmanager
def smtp(folder: Path) -> Iterator[Office]:
    del folder
    with running(SmtpDesk()) as desk:
        mailer = smtp_mailer(desk)
        yield Office(mailer, lambda: [told(mail) for mail in desk.mails], Outcome.UNKNOWN, Outcome.UNKNOWN)
        mailer.close()


def smtp_mailer(
    desk: SmtpDesk,
    security: Security = Security.NONE,
    *,
    user: str = "",
    timeout: float = 10,
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
) -> SmtpMailer:
    server = SmtpServer("127.0.0.1", desk.port, security, user, "pass" if user else "", timeout)
    return SmtpMailer(server, SENDER, SECRET, FakeClock(), trust)


@contextmanager
def gmail(folder: Path) -> Iterator[Office]:
    with gmail_sandbox(folder) as (sandbox, mailer):
        yield Office(mailer, lambda: gmail_arrived(sandbox))


def gmail_arrived(sandbox: Sandbox) -> list[Mail]:
    """What lies in all mailboxes but the sender's own."""
    with sandbox.lock:
        boxes = [box for address, box in sandbox.world.gmail.mailboxes.items() if address != SENDER.address]
        return [told(message.raw) for box in boxes for message in box.messages.values()]


@contextmanager
def gmail_sandbox(folder: Path) -> Iterator[tuple[Sandbox, GmailMailer]]:
    """A sandbox in which a robot may send for the badge desk, and nothing broke Google's contract."""
    world = World()
    world.people = {SENDER.address: Person(SENDER.address, "Badge Desk")}
    clock = FakeClock(datetime.now(UTC))
    with Sandbox(world) as sandbox:
        key = new_service_account(world, "robot@x.iam.gserviceaccount.com", sandbox.url, delegated_scopes=GMAIL)
        file = folder / "robot.json"
        file.write_text(json.dumps(key))
        file.chmod(0o600)
        google = connect(file, SENDER.address, sandbox.url, GMAIL, clock=clock, patience=5)
        yield sandbox, GmailMailer(google, SENDER, SECRET, clock)
        assert sandbox.broken == []


OFFICES = {
    "memory": memory,
    "memory that can't be asked": memory_without_answers,
    "folder": in_folder,
    "smtp": smtp,
    "gmail": gmail,
}
