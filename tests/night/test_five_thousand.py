"""Five thousand rows in Review, and a long log: two reads and at most one write a cycle, none of them too large."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.demo.people import REVIEW
from bridge.review import DECISION, FEEDBACK, REVIEWER, STATUS
from bridge.sandbox.forms_acts import answer_form
from bridge.sandbox.seed import CONSENT
from tests.night.district import District, district
from tests.night.test_calls import READS, WRITE

ROWS = 5_000
READS_AND_WRITE = Counter(READS) + Counter(WRITE)


@pytest.fixture
def large(tmp_path: Path) -> Iterator[District]:
    """A programme to which 5,000 teachers send links at once; mails go into a folder, and a hundred a day."""
    memory = Path("/dev/shm")  # noqa: S108 a folder is made in it, and removed; thousands of mails take no time there
    place = memory if memory.is_dir() else tmp_path
    with tempfile.TemporaryDirectory(dir=place) as folder, district(Path(folder)) as town:
        town.set('via = "gmail"', 'via = "folder"\nfolder = "mails"\nper_day = 100')
        with town.sandbox.lock:
            for n in range(ROWS):
                ask(town, n)
        yield town


def ask(town: District, n: int) -> None:
    programme = town.programme
    email = f"teacher{n:05}@{programme.domain}"
    answers = {
        "name": f"Teacher No. {n}",
        "badge": programme.badges[n % len(programme.badges)].name,
        "links": f"https://example.org/lessons/{n}/plan\nhttps://example.org/lessons/{n}/what-came-of-it",
        "reflection": "My class asks its own questions now, and writes them down. " * 5,
        "consent": [CONSENT],
    }
    named = {programme.questions[role]: given for role, given in answers.items()}
    town.teachers.append(email)
    answer_form(town.sandbox.world, programme.form_id, email, named)


def sheets(town: District) -> Counter[str]:
    """The calls to Sheets since the last time."""
    return Counter({method: count for method, count in town.calls().items() if method.startswith("sheets.")})


def drag(town: District, title: str, word: str, rows: int = ROWS) -> None:
    """A coach fills the column with a word, from the first row on."""
    header = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{REVIEW}")["rows"][0]
    column = chr(ord("A") + header.index(title))
    town.people.in_sheet("type", town.programme.coaches[0].email, range=f"{column}2:{column}{rows + 1}", value=word)


def cycle(town: District) -> Counter[str]:
    """The calls to Sheets of one night, in which all goes well but that mails wait for the next."""
    town.calls()
    report = town.night()
    assert {problem.where for problem in report.problems} <= {"mail"}, "the rest waits until tomorrow"
    return sheets(town)


def nights(town: District, most: int) -> int:
    """Nights until one writes nothing to the spreadsheet; each reads twice and writes once. How many wrote."""
    for count in range(most + 1):
        found = cycle(town)
        if found == Counter(READS):
            return count
        assert found == READS_AND_WRITE
    raise AssertionError(f"the spreadsheet is not at rest after {most} nights")


@pytest.mark.slow
def test_two_reads_and_at_most_one_write_for_5000_rows(large: District) -> None:
    town = large
    assert nights(town, 4) > 1, "so many new rows are too much for one write"
    assert len(town.rows()) == ROWS

    drag(town, DECISION, "Hold")
    for _ in range(2):  # and all of them change
        assert cycle(town) == READS_AND_WRITE
    assert all(row[STATUS].startswith("On hold") for row in town.rows())

    town.wait_a_day()  # everybody has waited a day longer
    drag(town, REVIEWER, town.programme.coaches[0].email, 50)
    drag(town, FEEDBACK, "Not this time.", 50)
    drag(town, DECISION, "Decline", 50)
    assert nights(town, 2) == 1
    assert Counter(row[STATUS].partition(";")[0] for row in town.rows())["Declined"] == 50
    log = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Log")["rows"]
    assert len(log) > ROWS, "each Hold has its line"
