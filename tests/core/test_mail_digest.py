"""What a digest says, in text and HTML: how many, which, how late; hostile badges; a district's own wording."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import Refused
from bridge.mail import compose_digest
from bridge.mail.digest import MOST
from bridge.model import Digest, Effect, Kind, Waiting
from bridge.ports import Message
from tests.core.test_mail_compose import VOICE, Page
from tests.fakes import story

ANN, CORA = "ann@lakeview.example", "tran@lakeview.example"
SHEET = "https://docs.google.com/spreadsheets/d/S/edit"
DESK = replace(VOICE, sheet_link=SHEET)
EFFECT = Effect(Kind.TELL_DIGEST, "digest/2026-11-22/3")


def waiting(n: int, **changes: object) -> Waiting:
    row = Waiting(f"{n}-1", n, "First Aid", 3, story.NOON + timedelta(days=7), 0, held=False, asked=(ANN,))
    return replace(row, **changes)  # type: ignore[arg-type]


def late(n: int, days: int) -> Waiting:
    return waiting(n, days=days + 10, due=story.NOON - timedelta(days=days), late=days)


def mail(digest: Digest) -> Message:
    return compose_digest(EFFECT, digest, DESK)


def texts(message: Message) -> tuple[str, str]:
    return message.text, Page(message.html).text


def test_it_says_what_waits_for_how_long_and_where_to_decide() -> None:
    message = mail(Digest(ANN, (late(41, 2), waiting(43, badge="Co-Teaching", held=True), waiting(44, days=1))))
    assert (message.key, message.to) == ("tell-digest:digest/2026-11-22/3", ANN)
    assert message.subject == "3 badge requests wait for you, 1 of them late"
    for text in texts(message):
        for words in ("41-1", "43-1", "Co-Teaching", "for 12 days", "2 days late", "due November 20, 2026", "on hold"):
            assert words in text, words
        assert "since yesterday" in text
        assert text.index("41-1") < text.index("43-1") < text.index("44-1")
        assert "tran@lakeview.example" in text
        assert "once a day at most" in text
    assert SHEET in Page(message.html).links
    assert SHEET in message.text
    assert "\n\n\n" not in message.text


@pytest.mark.parametrize(
    ("digest", "subject"),
    [
        (Digest(ANN, (waiting(41),)), "1 badge request waits for you"),
        (Digest(ANN, (late(41, 1),)), "1 badge request waits for you, late"),
        (Digest(ANN, (late(41, 1), late(42, 1))), "2 badge requests wait for you, 2 of them late"),
        (Digest(CORA, (), (late(41, 5),)), "1 badge request is late"),
        (Digest(CORA, (), (late(41, 5), late(42, 5))), "2 badge requests are late"),
        (Digest(CORA, (waiting(40),), (late(41, 5),)), "1 badge request waits for you"),
    ],
)
def test_the_subject_counts(digest: Digest, subject: str) -> None:
    assert mail(digest).subject == subject


@pytest.mark.parametrize("late_with_others", [False, True])
def test_of_many_the_first_are_listed_and_the_rest_counted(late_with_others: bool) -> None:
    rows = tuple(waiting(n) for n in range(1, MOST + 13))
    message = mail(Digest(ANN, (), rows) if late_with_others else Digest(ANN, rows))
    for text in texts(message):
        assert f"{MOST}-1" in text
        assert f"{MOST + 1}-1" not in text
        assert "and 12 more" in text
    assert len(message.html) < 60_000  # Gmail cuts a mail at 102 kB


def test_the_coordinator_reads_who_was_asked_and_is_not_told_to_ask_herself() -> None:
    message = mail(Digest(CORA, (), (replace(late(41, 5), asked=(ANN, "ben@lakeview.example")),)))
    for text in texts(message):
        assert f"asked: {ANN}, ben@lakeview.example" in text
        assert "told once" in text or "told of each once" in text
        assert CORA not in text


def test_what_is_hostile_stays_text_on_one_line() -> None:
    badge = "<img src=x onerror=alert(1)>\r\nBcc: all@lakeview.example \u202egnp"
    message = mail(Digest(ANN, (waiting(41, badge=badge * 9),)))
    page = Page(message.html)
    assert (page.active, page.pictures) == ([], [])
    assert all(link.startswith(("https://docs.google.com/", "mailto:tran@")) for link in page.links)
    assert "\r" not in message.text
    assert not any(line.startswith("Bcc") for line in message.text.splitlines())
    assert "\u202e" not in message.text + message.html


def test_a_district_may_word_it_anew(tmp_path: Path) -> None:
    (tmp_path / "digest.txt.j2").write_text(
        "Subject: {{ count }}\n{% for row in waiting %}{{ row.id }} {{ row.due }} {% endfor %}{{ sheet }}\n", "utf-8"
    )
    own = replace(DESK, wording=tmp_path, locale="de")
    message = compose_digest(EFFECT, Digest(ANN, (waiting(41), waiting(42))), own)
    assert (message.subject, message.text) == ("2", f"41-1 2026-11-29 42-1 2026-11-29 {SHEET}\n")
    (tmp_path / "digest.txt.j2").write_text("Subject: {{ teacher }}\n", "utf-8")
    with pytest.raises(Refused, match=r"digest\.txt\.j2, line 1"):
        compose_digest(EFFECT, Digest(ANN, (waiting(41),)), own)
