"""A post office in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.errors import InDoubt
from bridge.ports import Message, Outcome


@dataclass(slots=True)
class FakeMailer:
    """`ports.Mailer`: keeps what was laid ready and what was sent, as Gmail does with drafts.

    With *askable* False it is like a mail server: it can't say what became of a mail.
    """

    askable: bool = True
    drafts: dict[str, Message] = field(default_factory=dict)  # by reference
    sent: list[Message] = field(default_factory=list)
    made: int = 0  # references handed out so far

    def prepare(self, message: Message, *, again: bool) -> str:
        if again:
            for ref, draft in self.drafts.items():
                if draft.key == message.key:
                    return ref
        self.made += 1
        ref = f"draft-{self.made}"
        self.drafts[ref] = message
        return ref

    def send(self, ref: str, message: Message) -> None:
        if self.askable and ref not in self.drafts:
            raise InDoubt("The draft is gone; it was probably sent by an earlier try.")
        self.sent.append(self.drafts.pop(ref, message))

    def outcome(self, ref: str, message: Message) -> Outcome:
        if not self.askable:
            return Outcome.UNKNOWN
        return Outcome.NOT_SENT if ref in self.drafts else Outcome.SENT

    def discard(self, ref: str) -> None:
        self.drafts.pop(ref, None)

    def sent_to(self, address: str) -> list[str]:
        """The keys of the mails that went to *address*, in order."""
        return [message.key for message in self.sent if message.to == address]
