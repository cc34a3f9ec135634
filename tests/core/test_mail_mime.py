"""Mails as they travel: what a strict reader makes of them."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy
from email.message import EmailMessage

import pytest

from bridge.errors import Refused
from bridge.mail import Sender, to_mime, token
from bridge.mail.mime import HEADER
from bridge.ports import Message
from tests.fakes import story

SENDER = Sender("badges@lakeview.example", "Lakeview Badges", "tran@lakeview.example")
MARK = token(b"secret", "tell-issued:41-1")
MESSAGE = Message(
    key="tell-issued:41-1",
    to=story.TEACHER,
    subject="Your badge is here: Für Ärzte 🏅",
    text=".\nHello José,\n.. two dots\n" + "long " * 300 + "\nFrom here\n",
    html="<p>Hello <bdi>محمد</bdi></p><img src='cid:badge@badge-bridge'>",
    attachments=(("first-aid-badge.png", "image/png", story.artwork()),),
    inline=(("badge@badge-bridge", "image/png", story.artwork()),),
)


def read(mail: EmailMessage) -> EmailMessage:
    """What a reader gets from the bytes on the wire."""
    return email.message_from_bytes(mail.as_bytes(), policy=policy.default)


def made(message: Message = MESSAGE, sender: Sender = SENDER, mark: str = MARK) -> EmailMessage:
    return read(to_mime(message, sender, mark, story.NOON))


def test_headers_say_who_when_and_what() -> None:
    mail = made()
    assert str(mail["From"]) == "Lakeview Badges <badges@lakeview.example>"
    assert str(mail["To"]) == story.TEACHER
    assert str(mail["Reply-To"]) == "Lakeview Badges <tran@lakeview.example>"
    assert str(mail["Subject"]) == MESSAGE.subject
    assert mail["Date"].datetime == story.NOON
    assert str(mail["Message-ID"]) == f"<{MARK}@lakeview.example>"
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail[HEADER]) == MARK
    assert "41-1" not in MARK


def test_parts_are_nested_so_that_every_reader_finds_text_picture_and_file() -> None:
    mail = made()
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
    ]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert html is not None
    assert html.get_content().strip() == MESSAGE.html
    [file] = mail.iter_attachments()
    assert file.get_filename() == "first-aid-badge.png"
    assert file.get_content() == story.artwork()
    [inline] = [part for part in mail.walk() if part["Content-ID"]]
    assert str(inline["Content-ID"]) == "<badge@badge-bridge>"
    assert inline.get_content_disposition() == "inline"
    assert inline.get_content() == story.artwork()


def test_the_wire_holds_seven_bits_in_short_lines() -> None:
    wire = to_mime(MESSAGE, SENDER, MARK, story.NOON).as_bytes()
    assert wire.isascii()
    assert wire.count(b"\n") == wire.count(b"\r\n")
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998


def test_a_mail_without_pictures_is_a_plain_alternative() -> None:
    mail = made(replace(MESSAGE, attachments=(), inline=()))
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_the_same_mail_is_the_same_bytes() -> None:
    first, second = (to_mime(MESSAGE, SENDER, MARK, story.NOON).as_bytes() for _ in range(2))
    assert first == second


def test_the_token_hides_the_key_and_differs_between_programmes_and_mails() -> None:
    marks = {token(secret, key) for secret in (b"one", b"two") for key in ("tell-issued:41-1", "tell-issued:41-2")}
    assert len(marks) == 4
    assert all(len(mark) == 26 and mark.isalnum() for mark in marks)


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: all@x.example", "Hi\nX: y", "a\u2028b\x00c\x85d"])
def test_no_line_break_gets_into_a_header(subject: str) -> None:
    mail = made(replace(MESSAGE, subject=subject), replace(SENDER, name=subject))
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert len(mail.get_all("Subject", [])) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c.example",
        "a b@c.example",
        "a@",
        "@c.example",
        "a\r\nBcc: x@y.z",
        "ä@c.example",
        "a@c.example,d@e.example",
    ],
)
def test_what_is_no_address_is_refused_with_the_cure(address: str) -> None:
    with pytest.raises(Refused, match=r"it is not an e-mail address.*Correct it where"):
        to_mime(replace(MESSAGE, to=address), SENDER, MARK, story.NOON)


def test_an_international_domain_travels_in_ascii() -> None:
    assert str(made(replace(MESSAGE, to="maria@schüle.example"))["To"]) == "maria@xn--schle-mva.example"


def test_a_name_with_quotes_and_commas_stays_one_sender() -> None:
    mail = made(sender=replace(SENDER, name='Tran, "Ms." <x@y.example>'))
    [sender] = mail["From"].addresses
    assert sender.addr_spec == "badges@lakeview.example"
