"""The documents tell the truth: what they name exists, what they tell to type works."""

from __future__ import annotations

import ast
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from bridge.cli.app import app
from bridge.config import Settings
from bridge.config.settings import Questions
from bridge.demo.leaving import TABS
from bridge.google import GMAIL, READ_SCOPES
from bridge.model import Verdict
from bridge.openbadges.vocabulary import ACHIEVEMENT_TYPES
from bridge.plan.catalogue import OPTIONAL, TITLES
from bridge.plan.standing import ANSWERS
from bridge.review import COLUMNS
from bridge.sandbox.faults import KINDS

from .papers import PAPERS, PROGRAMS, ROOT, anchors, code_spans, shell, shell_blocks, text_of

names = [str(paper.relative_to(ROOT)) for paper in PAPERS]


# ── links ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", names)
def test_links_lead_to_a_file_and_a_heading_in_it(name: str) -> None:
    here = ROOT / name
    for target in re.findall(r"\]\(([^)\s]+)\)", here.read_text("utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        place, _, heading = target.partition("#")
        there = here.parent / place if place else here
        assert there.exists(), f"{name}: {target}"
        assert there.resolve().is_relative_to(ROOT), f"{name}: {target}"
        assert not heading or heading in anchors(there.read_text("utf-8")), f"{name}: {target}"


@pytest.mark.parametrize("name", names)
def test_files_that_are_named_exist(name: str) -> None:
    found = re.findall(r"(?<![\w/.-])((?:bridge|tests|config|docs)/[\w./*-]+\w)", text_of(name))
    made_up = ("bridge/backends/NAME.py",)
    for place in found:
        assert place in made_up or list(ROOT.glob(place)), f"{name}: {place}"


# ── commands and settings ────────────────────────────────────────────────────


@cache
def every_command() -> dict[str, Any]:
    """Name ("keys new") → command."""

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        below = getattr(command, "commands", None)
        if below is None:
            yield name, command
            return
        for word, child in below.items():
            yield from walk(child, f"{name} {word}".strip())

    return dict(walk(typer.main.get_command(app), ""))


def test_every_command_is_documented_for_those_who_operate() -> None:
    table = set(re.findall(r"^\| `badge-bridge ([a-z ]+[a-z])", text_of("docs/operating.md"), re.MULTILINE))
    assert table == set(every_command())


@pytest.mark.parametrize("name", names)
def test_commands_in_the_text_exist(name: str) -> None:
    for span in code_spans(text_of(name)):
        if not (said := re.match(r"(?:.*; )?badge-bridge ([a-z].*)", span)):
            continue
        words = said[1].split()
        known = [command for command in every_command() if command.split() == words[: len(command.split())]]
        assert known, f"{name}: {span}"
        options = {option for parameter in every_command()[known[0]].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, f"{name}: {span}"


def section(path: str) -> type[BaseModel] | None:
    """The model of "mail.smtp"; a list of tables by its one name."""
    model: type[BaseModel] = Settings
    for part in path.split("."):
        if part not in model.model_fields:
            return None
        kind: Any = model.model_fields[part].annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else kind.__args__[0]
    return model


@pytest.mark.parametrize("name", names)
def test_settings_in_the_text_exist(name: str) -> None:
    for span in code_spans(text_of(name)):
        if not (said := re.match(r"\[{1,2}([a-z_.]+)\]{1,2}(?: ([a-z_]+))?", span)):
            continue
        model = section(said[1])
        assert model is not None, f"{name}: {span}"
        assert said[2] is None or said[2] in model.model_fields, f"{name}: {span}"


# ── names and sentences ──────────────────────────────────────────────────────


def look_up(dotted: str) -> bool:
    """Is there such a thing below `bridge`?"""
    thing: Any = import_module("bridge")
    for part in dotted.split("."):
        try:
            thing = getattr(thing, part)
        except AttributeError:
            if part in getattr(thing, "model_fields", {}) or part in getattr(thing, "__dataclass_fields__", {}):
                return True
            try:
                thing = import_module(f"{thing.__name__}.{part}")
            except (ModuleNotFoundError, AttributeError):
                return False
    return True


@pytest.mark.parametrize("name", ["docs/life-of-a-request.md"])
def test_names_of_the_code_can_be_looked_up(name: str) -> None:
    dotted = {span for span in code_spans(text_of(name)) if re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", span)}
    dotted -= {"did.json"}
    assert len(dotted) > 30
    assert [span for span in sorted(dotted) if not look_up(span)] == []


@cache
def sentences() -> str:
    """All texts in the code; what is filled in is "…"."""
    found = []
    for path in (ROOT / "bridge").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def entries() -> list[str]:
    return [
        span
        for bold in re.findall(r"\*\*(`[^*]+`)\*\*", text_of("docs/errors.md"))
        for span in re.findall("`(.+?)`", bold)
    ]


def test_there_is_an_entry_for_what_people_meet() -> None:
    assert len(entries()) > 70


@pytest.mark.parametrize("entry", entries())
def test_explained_errors_are_those_that_the_bridge_tells(entry: str) -> None:
    for part in (part.strip() for part in entry.split("…")):
        assert part in sentences(), entry


# ── tables ───────────────────────────────────────────────────────────────────


def test_coaches_are_told_what_may_be_chosen_when() -> None:
    sheet = text_of("docs/sheet.md")
    choices = (*Verdict, None)
    for standing, answers in ANSWERS.items():
        cells = " | ".join(answers[choice].value for choice in choices)
        assert f"| {standing.value} | {cells} |" in sheet


def test_coaches_are_told_of_every_column() -> None:
    sheet = text_of("docs/sheet.md")
    for column in COLUMNS:
        name = f"**{column.title}**" if column.owner == "coach" else column.title
        assert re.search(rf"^\|[^|]*{re.escape(name)}[^|]*\| (\*\*you\*\*|bridge) \|", sheet, re.MULTILINE), name


def test_the_scopes_to_be_allowed_are_those_that_are_asked_for() -> None:
    scopes = (*READ_SCOPES, *GMAIL)
    assert f"\n{','.join(scopes)}\n" in text_of("docs/set-up.md")
    named = re.search(r"with the scopes\n(.*?)\.\n", text_of("README.md"), re.DOTALL)
    assert named
    assert [scope.rpartition("/")[2] for scope in scopes] == re.findall("`(.*?)`", named[1])


def test_the_tabs_and_questions_to_be_made_are_those_that_are_read() -> None:
    set_up = " ".join(text_of("docs/set-up.md").split())
    questions = Questions.model_validate({}).model_dump()
    for title in (*TITLES, *OPTIONAL, *filter(None, questions.values())):
        assert f"| {title} | " in set_up
    assert f"Open Badges 3.0: {', '.join(ACHIEVEMENT_TYPES)}." in set_up


def test_each_tab_that_the_demo_leaves_has_its_picture() -> None:
    shown = re.findall(r"!\[The tab (\w+)\]\((pictures/\w+\.png)\)", text_of("docs/sheet.md"))
    assert dict(shown) == {tab: f"pictures/{tab.lower()}.png" for tab in TABS}
    for _, place in shown:
        picture = ROOT / "docs" / place
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 400_000


def test_every_kind_of_misfortune_is_told() -> None:
    assert set(KINDS) <= set(code_spans(text_of("docs/sandbox.md")))


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem[:4])
def test_decisions_say_why_what_and_what_it_cost(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.match(rf"# {int(path.stem[:4])}\. ", text)
    places = [text.find(f"**{part}**") for part in ("Context.", "Decision.", "What we gave up.")]
    assert -1 < places[0] < places[1] < places[2]
    assert len(text.split()) < 300


# ── what is to be typed ──────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_sandbox_by_hand(tmp_path: Path) -> None:
    """The page on the sandbox, typed from top to bottom; only the port is a free one."""
    start, serve, *blocks = shell_blocks(text_of("docs/sandbox.md"))
    assert serve.startswith("badge-bridge serve")
    words = start.split()
    with subprocess.Popen(
        [PROGRAMS / words[0], *words[1:], "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as sandbox:
        assert sandbox.stdout is not None
        url = next(found[1] for line in sandbox.stdout if (found := re.search(r"answers at (\S+);", line)))
        typed = shell("\n".join(blocks).replace("http://127.0.0.1:8700", url), tmp_path)
        sandbox.send_signal(signal.SIGINT)
        sandbox.wait(30)
    assert typed.returncode == 0, typed.stdout + typed.stderr
    assert len(list((tmp_path / "trial" / "site" / "badges").glob("*.png"))) == 1
    assert "It was issued to aaliyah.brooks@district.example." in typed.stdout
    assert "error" not in typed.stdout
    assert b"badge.png" in (tmp_path / "trial" / "badge.eml").read_bytes()
