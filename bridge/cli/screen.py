"""What people and programs see: tables and sentences, or one JSON document."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Cells = Sequence[str]


#: What a terminal takes for a command to itself, or what can't be written at all; line breaks and tabs may pass.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


#: What stands in the place of our own signs where a screen or a file has no room for them; "?" for all others.
_POORER = {"✓": "+", "✗": "x", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "…": "..."}


def write_anything() -> None:
    """Let no character make writing fail, whatever the encoding of standard output and error is (cp1252, ASCII)."""
    codecs.register_error("poorer", poorer)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="poorer")


def poorer(error: UnicodeError) -> tuple[str, int]:
    """Return what is written instead of characters that can't be encoded, and where to go on; codecs ask for it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_POORER.get(character, "?") for character in lost), error.end


def plain(text: str) -> str:
    """Return *text* so that no word of other people commands the terminal."""
    return _COMMANDS.sub("\ufffd", text)


def say(text: str = "") -> None:
    sys.stdout.write(plain(text) + "\n")


def say_stopped(sentence: str, *, as_json: bool) -> None:
    """Say that the command was asked to stop, and did."""
    if as_json:
        say_json({"stopped": sentence})
    else:
        say(sentence)


def say_json(document: Mapping[str, Any]) -> None:
    """One document on standard output; nothing else may be written there.

    What can't be written there as it is stands there in JSON's own way, so programs read what was meant.
    """
    told = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    if not writable(told):
        told = json.dumps(document, indent=2, default=str)
    say(_COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", told))


def writable(text: str) -> bool:
    """Return whether standard output can hold *text* as it is."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8", "surrogatepass")
    except (UnicodeError, LookupError):
        return False
    return True


def table(titles: Cells, rows: Iterable[Cells]) -> None:
    """Print a table that fits the terminal; into a pipe, tab-separated lines that never wrap."""
    if not sys.stdout.isatty():
        for row in (titles, *rows):
            say("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        made.add_column(title, overflow="fold")  # an id or a command must never be cut short
    for row in rows:
        made.add_row(*(Text(plain(cell)) for cell in row))
    Console().print(made)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Yield what is told about every step of a long run: bars on a terminal, a line per tenth otherwise.

    With *quiet* nothing is shown. All of it goes to standard error: standard output is for results.
    """
    if quiet:
        yield lambda what, done, total: None
    elif sys.stderr.isatty():
        with _bars() as told:
            yield told
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield told


def _lines() -> Callable[[str, int, int], None]:
    tenths: dict[str, int] = {}

    def told(what: str, done: int, total: int) -> None:
        tenth = done * 10 // total if total else 10
        if tenths.get(what) != tenth:
            tenths[what] = tenth
            sys.stderr.write(f"{what}: {done} of {total}\n")

    return told
