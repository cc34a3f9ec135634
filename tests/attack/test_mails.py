"""Words of people that try to become headers of a mail."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from bridge.mail import Sender, Voice, compose, to_mime
from bridge.model import Effect, Kind
from tests.fakes import story

VOICE = Voice(programme="Lakeview", sender=Sender("badges@lakeview.example", "Lakeview"))
HEADERS = {
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
    "X-Badge-Bridge-Key",
}

WORDS = [
    "=?utf-8?q?a=0D=0ABcc:_evil=40x.example?=",
    "=?utf-8?b?DQpCY2M6IHg=?=",
    "==??utf-8?q?=0D=0ABcc:_x?=",
    "=?utf-8?q?=00=1b[31m?=",
    "a\r\nBcc: x@y.example",
    "a\x85Bcc: x\u2028Cc: y",
    '"<b@c>", ; : x@y.example,',
    "\\" * 100,
    "é" * 10_000,
]


@pytest.mark.parametrize("words", WORDS)
def test_no_word_of_a_teacher_or_a_setting_becomes_a_header(words: str) -> None:
    known = story.known(name=words, issued=False)
    known.attempts["41-1"] = replace(known.attempts["41-1"], submission=replace(story.submission(words), label=words))
    known.requests[41] = replace(known.requests[41], label=words, achievement="")
    message = compose(Effect(Kind.TELL_RECEIVED, "41-1"), known, VOICE)
    mail = message_from_bytes(
        to_mime(message, replace(VOICE.sender, name=words), "token", story.NOON).as_bytes(), policy=policy.default
    )
    assert set(mail.keys()) == HEADERS
    assert len(mail.keys()) == len(HEADERS)
    assert str(mail["To"]) == story.TEACHER
    assert not any(ord(character) < 32 for character in str(mail["Subject"]) + str(mail["From"]))
