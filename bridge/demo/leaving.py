"""What the demo leaves behind: badges, mails, the sheet, and a line for each request."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from bridge.demo.people import REVIEW, People

#: The tabs that are left as pages.
TABS = (REVIEW, "Badges", "Progress", "Hours", "Log", "Catalogue", "Help")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one row of the sheet."""

    id: str
    name: str
    badge: str
    story: str
    status: str
    mails: int


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a teacher's mailbox, as a file."""

    name: str
    to: str
    message: EmailMessage
    data: bytes


def collect_mails(people: People) -> list[Found]:
    """Every mail in every teacher's mailbox, in the order of sending."""
    found = []
    for teacher in people.programme.teachers:
        box = quote(teacher.email)
        for mail in people.mails(teacher.email):
            data = people.bytes_at(f"mailbox/{box}/{mail['n']}.eml")
            message = message_from_bytes(data, policy=policy.default)
            assert isinstance(message, EmailMessage)  # noqa: S101 the default policy makes nothing else
            slug = re.sub(r"[^a-z0-9]+", "-", str(message["Subject"]).lower()).strip("-")[:60]
            account = teacher.email.partition("@")[0]
            found.append(Found(f"{account}-{mail['n']}-{slug}", teacher.email, message, data))
    return found


def leave_files(people: People, out: Path) -> tuple[list[Found], list[Path]]:
    """Write mail/*.eml, badges/* (as attached to the mails) and review.csv; return the mails and the badges."""
    mails = collect_mails(people)
    badges = []
    for folder in ("mail", "badges"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for mail in mails:
        (out / "mail" / f"{mail.name}.eml").write_bytes(mail.data)
        for attached in mail.message.iter_attachments():
            if attached.get_content_maintype() == "image":
                account = mail.to.partition("@")[0]
                path = out / "badges" / f"{account}-{attached.get_filename() or 'badge.png'}"
                path.write_bytes(attached.get_content())
                badges.append(path)
    book = f"sheets/{people.programme.spreadsheet_id}"
    (out / "review.csv").write_bytes(people.bytes_at(f"{book}/{REVIEW}.csv"))
    for tab in TABS:
        (out / f"{tab.lower()}.html").write_bytes(people.bytes_at(f"{book}/{tab}.html"))
    return mails, badges


def lines_of(people: People, stories: dict[tuple[str, str], str], mails: list[Found]) -> list[Line]:
    """One line for each row of the sheet, in the order of numbers."""
    rows = sorted(people.rows(), key=lambda row: tuple(map(int, row["ID"].split("-"))))
    return [
        Line(
            row["ID"],
            row["Name"],
            row["Badge"],
            stories.get((row["E-mail"], row["Badge"]), ""),
            row["Status"],
            sum(mail.to == row["E-mail"] for mail in mails),
        )
        for row in rows
    ]


def as_dicts(lines: list[Line]) -> list[dict[str, object]]:
    return [asdict(line) for line in lines]
