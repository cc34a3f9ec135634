"""The log: one line per effect, numbers and keys only; what slips in all the same is blacked out at the door."""

from __future__ import annotations

import logging
import re
import sys

LINE = "%(asctime)s %(levelname)s %(message)s"

#: The last line of defence: what must never stand in a log, and what stands there instead.
SECRETS = (
    (re.compile(r"-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL), "<key>"),
    (re.compile(r"\bya29\.[\w.-]+"), "<token>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 <token>"),
    (
        re.compile(r"(?i)((?:access|refresh)_token|assertion|password|passphrase)([\"']?\s?[:=]\s?[\"']?)[^\s&\"',}]+"),
        r"\1\2<token>",
    ),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), "<token>"),
    (re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"), "<password>"),
    (re.compile(r"[\w.!#$%&'*+=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "<address>"),
)


def redact(text: str) -> str:
    """Black out addresses, tokens, passwords and keys."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class Discreet(logging.Formatter):
    """Formats a record, its traceback included, and blacks out what no log may hold."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def start_log(level: int = logging.INFO) -> None:
    """Send the log to standard error; other people's libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet(LINE))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bridge").setLevel(level)
