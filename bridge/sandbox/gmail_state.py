"""What Gmail keeps: a mailbox for every address that ever got a mail, in the domain or not."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Message:
    id: str
    thread_id: str
    raw: bytes  # RFC 5322, as Gmail keeps it
    when: int  # milliseconds since 1970
    labels: list[str] = field(default_factory=list)  # "SENT", "INBOX", "UNREAD", "DRAFT", "TRASH"


@dataclass(slots=True)
class Mailbox:
    messages: dict[str, Message] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)  # draft id → id of the message it holds


@dataclass(slots=True)
class Gmail:
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)  # by lower-case address

    def mailbox(self, email: str) -> Mailbox:
        """Return the mailbox of *email*, a new one if nobody wrote there yet."""
        return self.mailboxes.setdefault(email.lower(), Mailbox())
