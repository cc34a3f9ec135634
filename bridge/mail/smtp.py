"""Mails through an SMTP server: one connection for many mails. It can't be asked afterwards what became of one."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address

from bridge.errors import BridgeError, InDoubt, Refused, TryLater
from bridge.mail.mime import message_id, to_mime, token
from bridge.mail.voice import Sender
from bridge.ports import Clock, Message, Outcome


class Security(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"  # port 587
    TLS = "tls"  # port 465
    NONE = "none"  # this machine only, or without a password


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed over. *timeout* in seconds; *password* never shows in a message or a log."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30


@dataclass(slots=True)
class SmtpMailer:
    """Hands each mail over with a Message-ID that is the same on each try."""

    server: SmtpServer
    sender: Sender
    secret: bytes
    clock: Clock
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    connection: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    def prepare(self, message: Message, *, again: bool) -> str:
        """Return the Message-ID; nothing is laid ready anywhere, so there is nothing to look for *again*."""
        del again
        return message_id(token(self.secret, message.key), self.sender)

    def send(self, ref: str, message: Message) -> None:
        del ref
        mail = to_mime(message, self.sender, token(self.secret, message.key), self.clock.now())
        sender, recipient = mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
        content = mail.as_bytes()
        connection = self.connected()
        try:
            self.envelope(connection, sender, recipient)
        except OSError as error:  # smtplib's own errors are OSErrors too
            self.close()
            raise TryLater(f"The mail server {self.place} ended the conversation: {said(error)}.") from error
        except BridgeError:
            self.reset()
            raise
        self.hand_over(connection, content)

    def outcome(self, ref: str, message: Message) -> Outcome:
        """A mail server can't be asked."""
        del ref, message
        return Outcome.UNKNOWN

    def discard(self, ref: str) -> None:
        """Nothing of it is anywhere but here."""
        del ref

    @property
    def place(self) -> str:
        return f"{self.server.host}:{self.server.port}"

    def envelope(self, connection: smtplib.SMTP, sender: str, recipient: str) -> None:
        """Say who writes to whom; raise TryLater or Refused when the server does not want it."""
        self.expect(connection.mail(sender), 2, f"the sender {sender}")
        self.expect(connection.rcpt(recipient), 2, "the recipient")
        self.expect(connection.docmd("DATA"), 3, "mail")

    def hand_over(self, connection: smtplib.SMTP, content: bytes) -> None:
        """Send the mail itself; from its first byte on, a cut line leaves open whether it arrived."""
        stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]  # RFC 5321, 4.5.2
        try:
            connection.send(stuffed.removesuffix(b"\r\n") + b"\r\n.\r\n")
            reply = connection.getreply()
        except OSError as error:
            self.close()
            raise InDoubt(f"The line to the mail server {self.place} was cut while a mail was on it.") from error
        self.expect(reply, 2, "this mail")

    def expect(self, reply: tuple[int, bytes], kind: int, what: str) -> None:
        """Check the first digit of a *reply* (RFC 5321, 4.2.1): 4 is not now, 5 is not at all."""
        code, words = reply
        if code // 100 == kind:
            return
        if code == 421 or code < 200:
            self.close()
        answer = f"{code} {words.decode(errors='replace')[:200]}".strip()
        if code // 100 == 5:
            raise Refused(
                f"The mail server {self.place} does not take {what}: {answer}. "
                f"Correct the address or ask the server's keeper."
            )
        raise TryLater(f"The mail server {self.place} does not take {what} now: {answer}.")

    def connected(self) -> smtplib.SMTP:
        """Return the open connection, or a new one where it was never opened or has died."""
        if self.connection is not None:
            with suppress(OSError):
                if self.connection.noop()[0] == 250:
                    return self.connection
            self.close()
        self.connection = self.connect()
        return self.connection

    def connect(self) -> smtplib.SMTP:
        """Open a connection and log in; raise TryLater or Refused with the cure."""
        server = self.server
        if server.password and server.security is Security.NONE and not is_here(server.host):
            raise Refused(
                f"The password for {self.place} would travel in the open. Set [mail.smtp] security to starttls or tls."
            )
        try:
            return self.opened()
        except smtplib.SMTPAuthenticationError as error:
            raise self.login_refused(error) from error
        except ssl.SSLCertVerificationError as error:
            raise Refused(
                f"The mail server {self.place} can't prove who it is: {error.verify_message}. "
                f"Use the name that is in its certificate."
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(
                f"The mail server {self.place} can't do what the settings ask: {said(error)}. "
                f"Change [mail.smtp] security or user."
            ) from error
        except OSError as error:
            raise TryLater(f"The mail server {self.place} can't be reached: {said(error)}.") from error

    def opened(self) -> smtplib.SMTP:
        """Connect, protect, greet and log in; close again if any of it fails."""
        server = self.server
        made: smtplib.SMTP
        if server.security is Security.TLS:
            made = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=self.trust())
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.security is Security.STARTTLS:
                made.starttls(context=self.trust())
            made.ehlo_or_helo_if_needed()
            if server.user:
                made.login(server.user, server.password)
        except BaseException:
            made.close()
            raise
        return made

    def login_refused(self, error: smtplib.SMTPAuthenticationError) -> BridgeError:
        """Say what a refused login means: 4xx is not now, 5xx is a wrong user or password."""
        if error.smtp_code // 100 == 4:
            return TryLater(f"The mail server {self.place} lets nobody in now: {said(error)}.")
        return Refused(
            f"The mail server {self.place} does not accept user and password of [mail.smtp]: {said(error)}. "
            f"Correct them (Gmail wants an app password)."
        )

    def reset(self) -> None:
        """Begin anew on the same connection after a mail that was not taken."""
        if self.connection is not None:
            try:
                self.connection.rset()
            except OSError:
                self.close()

    def close(self) -> None:
        """Hang up; the next mail opens a new connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def said(error: OSError) -> str:
    """Return what an error says, without our own words in it."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {words}"[:200]
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return str(error.strerror or error)[:200]


def is_here(host: str) -> bool:
    """Return whether *host* is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
