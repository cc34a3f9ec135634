"""What a log must never hold."""

from __future__ import annotations

import logging
import sys

import pytest

from bridge.logs import Discreet, redact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("tell-issued:41-1 done", "tell-issued:41-1 done"),
        ("share with Ana.Li+x@district.example.", "share with <address>."),
        ("mailbox/ana%40district.example/1", "mailbox/<address>/1"),
        ("Authorization: Bearer ya29.a0Af_x-y", "Authorization: Bearer <token>"),
        ("got ya29.a0Af_x-y back", "got <token> back"),
        ('{"access_token": "abc", "x": 1}', '{"access_token": "<token>", "x": 1}'),
        ("passphrase: hunter2, and", "passphrase: <token>, and"),
        ("the passphrase of issuer.key. Set the variable", "the passphrase of issuer.key. Set the variable"),
        ("assertion=eyJhbGciOi.eyJpc3Mi.c2ln&x=1", "assertion=<token>&x=1"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\nrest", "<key>\nrest"),
        ("postgresql+psycopg://bridge:secret@db/x", "postgresql+psycopg://<password>@db/x"),
    ],
)
def test_addresses_tokens_and_keys_are_blacked_out(text: str, left: str) -> None:
    assert redact(text) == left


def test_in_arguments_and_tracebacks_too() -> None:
    try:
        int("ana@district.example")
    except ValueError:
        record = logging.LogRecord(
            "bridge", logging.ERROR, "x.py", 1, "for %s", ("bo@district.example",), sys.exc_info()
        )
    line = Discreet("%(message)s").format(record)
    assert "district.example" not in line
    assert line.startswith("for <address>\nTraceback")
