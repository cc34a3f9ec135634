"""A message as it travels: RFC 5322 and MIME. Pure."""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Iterable
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bridge import wording
from bridge.errors import Refused
from bridge.mail.voice import Sender
from bridge.ports import Message

#: The header by which a mail of ours is known again. It holds a token, not the effect's key itself.
HEADER = "X-Badge-Bridge-Key"

#: Every server takes seven bits; eight would have to be asked for first.
SEVEN_BIT = SMTP.clone(cte_type="7bit")


def token(secret: bytes, key: str) -> str:
    """Return what marks the mail *key* of the programme whose secret this is: 26 characters, always the same."""
    return b32encode(hmac.digest(secret, f"mail {key}".encode(), "sha256"))[:26].decode().lower()


def message_id(mark: str, sender: Sender) -> str:
    """Return the Message-ID of the mail marked *mark*: the same on each try, so that a repeated mail can be known."""
    return f"<{mark}@{ascii_address(sender.address).domain}>"


def to_mime(message: Message, sender: Sender, mark: str, date: datetime) -> EmailMessage:
    """Return *message* ready to send: mixed(alternative(text, related(html, pictures)), attachments).

    *mark* is its `token`. The same input gives the same bytes. Raises Refused when an address can't be one.
    """
    mail = EmailMessage(policy=SEVEN_BIT)
    name = header_text(sender.name)
    mail["From"] = ascii_address(sender.address, name)
    mail["To"] = ascii_address(message.to)
    if sender.reply_to and sender.reply_to != sender.address:
        mail["Reply-To"] = ascii_address(sender.reply_to, name)
    mail["Subject"] = header_text(message.subject, 200)
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = message_id(mark, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from a holiday notice
    mail[HEADER] = mark
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for cid, kind, content in message.inline:
        add_picture(mail, cid, kind, content)
    for file, kind, content in message.attachments:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=file)
    fix_boundaries(mail.walk(), mark)
    return mail


def header_text(text: str, limit: int = 120) -> str:
    """Return *text* as one line that means in a header what it says.

    Python reads encoded words (RFC 2047) in what it is given: "=?utf-8?q?=0D=0ABcc:_x?=" would become a header.
    """
    return wording.one_line(text, limit).replace("=?", "= ?")


def add_picture(mail: EmailMessage, cid: str, kind: str, content: bytes) -> None:
    """Put a picture beside the HTML part of *mail*, where `cid:` finds it."""
    main, _, sub = kind.partition("/")
    html = mail.get_body(("html",))
    if html is None:
        raise ValueError("pictures come after the HTML")
    html.add_related(content, maintype=main, subtype=sub, cid=f"<{cid}>", disposition="inline")


def fix_boundaries(parts: Iterable[EmailMessage], mark: str) -> None:
    """Give each multipart a boundary that depends on nothing but *mark*, which no writer of a text can foresee."""
    for number, part in enumerate(part for part in parts if part.is_multipart()):
        part.set_boundary(f"=_{mark}_{number}")


def ascii_address(address: str, name: str = "") -> Address:
    """Return *address* for a header, an international domain in ASCII; raise Refused if it can't be an address."""
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
        return Address(display_name=name, addr_spec=f"{local.encode('ascii').decode()}@{ascii_domain}")
    except (MessageError, ValueError, IndexError) as error:
        raise Refused(
            f"No mail can be sent to or from {wording.one_line(address, 80)!r}: it is not an e-mail address. "
            f"Correct it where it was typed."
        ) from error
