"""Mails as files: for trying out, and for a district whose own program picks them up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import Refused
from bridge.files import write_whole
from bridge.mail.mime import to_mime, token
from bridge.mail.voice import Sender
from bridge.ports import Clock, Message, Outcome


@dataclass(frozen=True, slots=True)
class FolderMailer:
    """Writes each mail as one .eml file, whole or not at all, under a name made of its key and its token.

    A mail is sent when its file is there; the same mail sent twice is still one file.
    """

    folder: Path
    sender: Sender
    secret: bytes
    clock: Clock

    def prepare(self, message: Message, *, again: bool) -> str:
        """Return the file's name; nothing is written yet, so there is nothing to look for *again*."""
        del again
        return f"{re.sub('[^a-z0-9-]+', '_', message.key.lower())}.{token(self.secret, message.key)}.eml"

    def send(self, ref: str, message: Message) -> None:
        mail = to_mime(message, self.sender, token(self.secret, message.key), self.clock.now())
        target = self.folder / Path(ref).name
        try:
            write_whole(target, mail.as_bytes())
        except OSError as error:
            raise Refused(
                f"No mail can be written to the folder {self.folder}: {error.strerror}. "
                f"Let the bridge write there, or choose another folder in [mail]."
            ) from error

    def outcome(self, ref: str, message: Message) -> Outcome:
        del message
        return Outcome.SENT if (self.folder / Path(ref).name).is_file() else Outcome.NOT_SENT

    def discard(self, ref: str) -> None:
        """Nothing was written yet."""
        del ref
