"""A mail server that misbehaves in every way, and what the bridge makes of it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bridge.errors import InDoubt, Refused, TryLater
from bridge.mail import SmtpMailer, token
from bridge.mail.smtp import Security, SmtpServer
from bridge.ports import Message
from tests.contract.post_offices import SECRET, SENDER, smtp_mailer
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.smtp_server import CUT, HANG, SmtpDesk, running

MESSAGE = Message("tell-received:41-1", story.TEACHER, "Hello", ".\nHello\n..\n", "<p>Hello</p>")


@pytest.fixture
def desk() -> Iterator[SmtpDesk]:
    with running(SmtpDesk()) as open_desk:
        yield open_desk


@pytest.fixture
def mailer(desk: SmtpDesk) -> Iterator[SmtpMailer]:
    made = smtp_mailer(desk)
    yield made
    made.close()


def send(mailer: SmtpMailer, message: Message = MESSAGE) -> None:
    mailer.send(mailer.prepare(message, again=False), message)


def test_many_mails_take_one_connection(desk: SmtpDesk, mailer: SmtpMailer) -> None:
    for n in range(5):
        send(mailer, replace(MESSAGE, key=f"tell-received:{n}-1"))
    assert desk.connections == 1
    assert len(desk.mails) == 5
    assert desk.envelopes[0] == (SENDER.address, story.TEACHER)


def test_a_mail_arrives_letter_by_letter_dots_too(desk: SmtpDesk, mailer: SmtpMailer) -> None:
    send(mailer)
    assert b"\r\n.\r\nHello\r\n..\r\n" in desk.mails[0]
    assert desk.mails[0].endswith(b"--\r\n")


def test_a_repeated_mail_bears_the_same_message_id(desk: SmtpDesk, mailer: SmtpMailer) -> None:
    for _ in range(2):
        send(mailer)
    mark = f"<{token(SECRET, MESSAGE.key)}@lakeview.example>".encode()
    assert all(mail.count(b"Message-ID: " + mark) == 1 for mail in desk.mails)


def test_a_connection_that_died_between_two_mails_is_opened_again(desk: SmtpDesk, mailer: SmtpMailer) -> None:
    send(mailer)
    desk.moods["NOOP"] = CUT
    send(mailer)
    assert desk.connections == 2
    assert len(desk.mails) == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_not_now_is_later_and_not_at_all_is_refused(desk: SmtpDesk, mailer: SmtpMailer, step: str) -> None:
    desk.moods[step] = "451 busy"
    with pytest.raises(TryLater, match="451 busy"):
        send(mailer)
    desk.moods[step] = "550 no such user"
    with pytest.raises(Refused, match=r"550 no such user.*Correct the address"):
        send(mailer)
    desk.moods.clear()
    send(mailer)
    assert len(desk.mails) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", [CUT, "421 going down"])
def test_a_line_cut_before_the_mail_means_that_it_did_not_happen(
    desk: SmtpDesk, mailer: SmtpMailer, step: str, how: str
) -> None:
    desk.moods[step] = how
    with pytest.raises(TryLater):
        send(mailer)
    desk.moods.clear()
    send(mailer)
    assert len(desk.mails) == 1


def test_a_line_cut_after_the_mail_leaves_a_doubt(desk: SmtpDesk, mailer: SmtpMailer) -> None:
    desk.moods["."] = CUT
    with pytest.raises(InDoubt, match="was cut while a mail was on it"):
        send(mailer)
    assert len(desk.mails) == 1  # this time it had arrived


def test_silence_after_the_mail_leaves_a_doubt(desk: SmtpDesk) -> None:
    desk.moods["."] = HANG
    with pytest.raises(InDoubt):
        send(smtp_mailer(desk, timeout=0.3))


def test_silence_before_the_mail_is_later(desk: SmtpDesk) -> None:
    desk.moods["EHLO"] = HANG
    with pytest.raises(TryLater, match="can't be reached"):
        send(smtp_mailer(desk, timeout=0.3))


def test_a_server_that_is_not_there_or_wants_nobody_is_later(desk: SmtpDesk) -> None:
    desk.moods["GREETING"] = "554 go away"
    with pytest.raises(TryLater, match="554 go away"):
        send(smtp_mailer(desk))
    with pytest.raises(TryLater, match="can't be reached"):
        send(smtp_mailer(SmtpDesk(port=1)))


def test_a_wrong_password_is_refused_and_never_told(desk: SmtpDesk) -> None:
    desk.moods["AUTH"] = "535 bad credentials"
    mailer = smtp_mailer(desk, user="badges")
    with pytest.raises(Refused, match=r"does not accept user and password of \[mail.smtp\]") as caught:
        send(mailer)
    assert "pass" not in str(caught.value).replace("password", "")
    assert "pass'" not in repr(mailer)
    desk.moods["AUTH"] = "454 temporary failure"
    with pytest.raises(TryLater):
        send(mailer)


def test_a_password_never_travels_in_the_open() -> None:
    server = SmtpServer("mail.example", 25, Security.NONE, "badges", "secret")
    mailer = SmtpMailer(server, SENDER, SECRET, FakeClock())
    with pytest.raises(Refused, match="would travel in the open"):
        send(mailer)


# ── protected connections ────────────────────────────────────────────────────


def server_context(folder: Path) -> ssl.SSLContext:
    """A certificate for this machine's address, which nobody but the test trusts; it is left in *folder*."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "trusted").write_bytes(pem)
    (folder / "server").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server")
    return context


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_protected_connection_needs_a_certificate_that_is_trusted(tmp_path: Path, security: Security) -> None:
    desk = SmtpDesk(tls=server_context(tmp_path))
    with running(desk, tls_from_the_start=security is Security.TLS):
        with pytest.raises(Refused, match="can't prove who it is"):
            send(smtp_mailer(desk, security))
        trusting = smtp_mailer(
            desk, security, user="badges", trust=lambda: ssl.create_default_context(cafile=tmp_path / "trusted")
        )
        send(trusting)
        trusting.close()
    assert desk.encrypted == [True]
    assert len(desk.logins) == 1


def test_a_server_without_protection_is_refused(desk: SmtpDesk) -> None:
    desk.moods["EHLO"] = "250 here"
    with pytest.raises(Refused, match=r"Change \[mail.smtp\] security"):
        send(smtp_mailer(desk, Security.STARTTLS))
