"""Gmail's search: as much of its grammar as is used here; the rest is refused by name, never guessed.

Source: https://support.google.com/mail/answer/7190
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bridge.sandbox.api import ApiError
from bridge.sandbox.gmail_mail import parse, texts
from bridge.sandbox.gmail_state import Message

Test = Callable[[Message], bool]

_TERM = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"|(\S+))')

_PLACES = {"sent": "SENT", "inbox": "INBOX", "draft": "DRAFT", "drafts": "DRAFT", "trash": "TRASH"}


def search(query: str) -> Test:
    """Turn *query* into a test; all terms must hold. Raise ApiError (501) for what the sandbox can't search by."""
    tests = [_term(*found.groups(default="")) for found in _TERM.finditer(query)]
    return lambda message: all(test(message) for test in tests)


def _term(minus: str, operator: str, quoted: str, bare: str) -> Test:
    value = quoted or bare
    if value.startswith(("(", "{")) or (not operator and value in ("OR", "AND", "AROUND")):
        raise _unknown(value)
    test = _test(operator.lower(), value)
    return (lambda message: not test(message)) if minus else test


def _test(operator: str, value: str) -> Test:
    match operator:
        case "in" | "is" if value.lower() == "anywhere":
            return lambda message: True
        case "in" if value.lower() in _PLACES:
            label = _PLACES[value.lower()]
            return lambda message: label in message.labels
        case "is" if value.lower() == "unread":
            return lambda message: "UNREAD" in message.labels
        case "rfc822msgid":
            return lambda message: _header(message, "message-id").strip("<>") == value.strip("<>")
        case "subject" | "from" | "to":
            return lambda message: _holds(_header(message, operator), value)
        case "":
            return lambda message: _holds(_everything(message), value)
    raise _unknown(f"{operator}:{value}")


def _unknown(term: str) -> ApiError:
    return ApiError(501, "notImplemented", f"The sandbox can't search mail by {term!r}.")


def _header(message: Message, name: str) -> str:
    return str(parse(message.raw).get(name, ""))


def _everything(message: Message) -> str:
    parsed = parse(message.raw)
    shown = [str(parsed.get(name, "")) for name in ("subject", "from", "to", "cc")]
    return " ".join([*shown, *texts(parsed)])


def _holds(text: str, phrase: str) -> bool:
    """Look for whole words, capitals aside, punctuation being no more than space: as Gmail does."""
    words = re.findall(r"\w+", phrase.lower())
    found = re.findall(r"\w+", text.lower())
    return f" {' '.join(words)} " in f" {' '.join(found)} "
