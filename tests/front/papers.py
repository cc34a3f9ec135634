"""The documents, as tests read them: their shell blocks, code spans and headings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAPERS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "config" / "mail" / "README.md")
#: Where `badge-bridge` is.
PROGRAMS = Path(sys.executable).parent

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def shell_blocks(text: str) -> list[str]:
    """What stands in ```sh blocks, one string a block."""
    return [body for language, body in _BLOCK.findall(text) if language == "sh"]


def commands(text: str) -> list[str]:
    """Every line of every shell block, without comments and blanks around."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for block in shell_blocks(text) for line in block.splitlines())
    return [line for line in lines if line]


def code_spans(text: str) -> list[str]:
    """What stands in `backticks`, outside of blocks."""
    return [span.replace("\n", " ") for span in re.findall(r"`([^`]+)`", _BLOCK.sub("", text))]


def anchors(text: str) -> set[str]:
    """The names under which GitHub lets a heading be linked to."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run *script* in *folder* as a person would type it: our program on the path, no settings in the environment."""
    kept = {name: value for name, value in os.environ.items() if name != "BADGE_BRIDGE_CONFIG"}
    return subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=folder,
        env=kept | {"PATH": f"{PROGRAMS}{os.pathsep}{kept['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
