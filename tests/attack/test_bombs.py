"""Badges that are small until they are read, and mangled ones: each gets its verdict soon, within a bound of memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bridge.openbadges.findings import Verdict
from tests.attack.bending import CREDENTIAL, ask, text

ROOT = Path(__file__).parents[2]
MEGABYTES = 250  # none of the bombs would fit in when it has gone off


#: One of each sort, for the quick tests.
FEW = ("png: zTXt", "svg: namespaces", "json: names", "token: header", "mangled PNG, 7", "mangled SVG, 7")


@pytest.mark.parametrize("names", [FEW, pytest.param((), marks=pytest.mark.slow)], ids=["few", "all"])
@pytest.mark.skipif(sys.platform != "linux", reason="how much memory a program may take is told to Linux")
def test_no_badge_takes_much_memory_or_time(names: tuple[str, ...]) -> None:
    from tests.attack.bombs import BOMBS

    program = [sys.executable, "-m", "tests.attack.bombs", str(MEGABYTES), *names]
    found = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert found.returncode == 0, found.stderr[-2000:]
    told = {name: (verdict, float(took)) for verdict, took, name in (line.split(" | ") for line in lines(found.stdout))}
    assert told.keys() == (set(names) or BOMBS.keys())
    assert [name for name, (verdict, _) in told.items() if verdict == Verdict.VALID and "mangled" not in name] == []
    assert [name for name, (_, took) in told.items() if took > 20] == []


WORST = ((6, 6, 6), (3, 3, 3, 3, 3), (4, 4, 4, 4), (2, 2, 2, 2, 2, 2, 2, 2))


def twins(widths: tuple[int, ...]) -> dict[str, Any]:
    """A tree of organisations that are alike, so that nothing tells one from the other."""
    inside = {"parentOrg": [twins(widths[1:])] * widths[0]} if widths else {"name": "x"}
    return {"type": ["Profile"], **inside}


@pytest.mark.parametrize("widths", [(6, 6), (12, 12), *(pytest.param(one, marks=pytest.mark.slow) for one in WORST)])
def test_a_badge_made_of_twins_is_told_soon(widths: tuple[int, ...]) -> None:
    issuer = {**CREDENTIAL["issuer"], "parentOrg": twins(widths)}
    badge = {**CREDENTIAL, "issuer": issuer, "proof": [CREDENTIAL["proof"]] * 5}
    start = time.process_time()
    assert ask(text(badge).encode()).verdict is not Verdict.VALID
    assert time.process_time() - start < 15


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]
