"""docs/open-badges.md says of other people's verifiers what they really say."""

from __future__ import annotations

from .court import Court
from .page import PAPER, parts_of, section


def test_the_paper_says_what_the_table_says(court: Court) -> None:
    _, written, _ = parts_of(PAPER.read_text("utf-8"))
    assert written == section(court), "write it anew: .venv/bin/python -m tests.verifiers.page"
