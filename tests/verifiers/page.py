"""The section “Who has read our badges” of docs/open-badges.md, out of the table in court.py.

`.venv/bin/python -m tests.verifiers.page` writes it; a test compares it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from .cases import Case
from .court import JUDGES, TRIED, Court, Judge
from .panel import ROOT
from .texts import TEXTS

PAPER = ROOT / "docs" / "open-badges.md"
BEGIN = "<!-- From here on written by: .venv/bin/python -m tests.verifiers.page -->\n"
END = "<!-- Up to here. -->\n"

KINDS = {
    "credential": "Open Badges 3.0, embedded proof (eddsa-rdfc-2022)",
    "token": "Open Badges 3.0, VC-JWT (ES256 and RS256)",
    "assertion": "Open Badges 2.0, hosted",
}

INTRODUCTION = """\
`make test` issues badges with the code that runs in production, alters and forges some, and hands all of them to
other people's verifiers, as JSON, PNG and SVG; what those want to fetch comes from the site that was made. The tables
say what they answered. A verdict that changes, and a verifier of another version, make a test fail, so this can't grow
old unseen.

A good badge ought to be taken, a bad one refused. Where a verifier does otherwise, the last column says why: either it
can't read what we publish, or there is something it does not look at.

All who take good badges also took {texts} in which everything that people can write is one hostile text: markup,
quotes, control characters, emoji, right-to-left marks, 10,000 characters, words of JSON-LD and N-Quads, equal tags,
two alignments that are one.
"""


def section(court: Court) -> str:
    """Return the section in Markdown, from its heading on."""
    parts = [INTRODUCTION.format(texts=len(TEXTS))]
    for kind, title in KINDS.items():
        given = court.cases[kind]
        judges = [judge for judge in JUDGES if judge.kind == kind]
        parts += [f"### {title}\n", table(judges, given), tried(given)]
    return "\n".join(parts)


def table(judges: Sequence[Judge], given: Sequence[Case]) -> str:
    good = sum(case.good for case in given)
    lines = [f"| verifier | version | tried | takes, of {good} good | refuses, of {len(given) - good} bad | remarks |"]
    lines += ["|---|---|---|---|---|---|"]
    for judge in judges:
        taken = sum(case.good and judge.expected(case) for case in given)
        refused = sum(not case.good and not judge.expected(case) for case in given)
        lines += [f"| {judge.name} | {judge.tried} | {TRIED} | {taken} | {refused} | {remarks(judge, given)} |"]
    return "\n".join(lines) + "\n"


def remarks(judge: Judge, given: Sequence[Case]) -> str:
    """Return how the judge was asked, and of what it says the opposite of what is right, and why."""
    reasons: dict[str, list[str]] = {}
    for case in given:
        if why := judge.why_blind(case):
            reasons.setdefault(why, []).append(case.name)
    told = [f"{why} ({shortened(names)})" for why, names in reasons.items()]
    return "; ".join(filter(None, (judge.how, *told))) or " "


def shortened(names: Sequence[str]) -> str:
    return "; ".join(f"“{name}”" for name in names) if len(names) < 5 else f"{len(names)} cases"


def tried(given: Sequence[Case]) -> str:
    good = "; ".join(case.name for case in given if case.good)
    bad = "; ".join(case.name for case in given if not case.good)
    return f"Good: {good}.\n\nBad: {bad}.\n"


def parts_of(text: str) -> tuple[str, str, str]:
    """Return what stands before the section, the section, and what follows it."""
    before, begin, rest = text.partition(BEGIN)
    inside, end, after = rest.partition(END)
    assert begin, f"{PAPER} lacks the line {BEGIN!r}"
    assert end, f"{PAPER} lacks the line {END!r}"
    return before, inside, after


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = section(Court(Path(folder)))
    before, _, after = parts_of(PAPER.read_text("utf-8"))
    PAPER.write_text(f"{before}{BEGIN}{written}{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
