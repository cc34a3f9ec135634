"""The house: who may import whom, how long things may be, and that the documents tell the truth."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).parents[1]
CODE = ROOT / "bridge"

WORDS = ("errors", "model", "wording", "links", "review", "plan", "openbadges", "ports")
LOOKS = (
    "sheet_coaches",
    "sheet_finding",
    "sheet_look",
    "sheet_keeping",
    "sheet_pages",
    "sheet_several",
    "sheet_ratings",
    "sheet_choices",
)
SHEETS = ("sheets", "sheet_requests", "sheet_catalogue", *LOOKS)
FORMS = ("forms", "form_answers", "badge_question", "decision_form")
EDGES = (*SHEETS, *FORMS, "files", "google", "drive", "ledger", "mail", "site", "backends", "clock")
ACTING = ("report", "acting", "issuer", "writing", "cycle")
FRONT = ("logs", "config", "wiring", "wiring_vendors", "service", "doctor", "trial", "demo", "cli")
APART = ("sandbox",)

#: Group → the groups that it may import from.
MAY_IMPORT = {
    WORDS: (WORDS,),
    EDGES: (WORDS, EDGES),
    ACTING: (WORDS, ACTING),
    FRONT: (WORDS, EDGES, ACTING, FRONT),
    APART: (APART,),
}
#: Play with the sandbox; nobody else knows of it.
KNOW_THE_SANDBOX = ("demo", "trial", "cli")
#: Have no clock, network, file or chance. (Keys and published sites are files: openbadges says where.)
IMPURE = {"time", "socket", "os", "pathlib", "subprocess", "secrets", "requests", "urllib.request", "threading"}

LONGEST_FILE, LONGEST_FUNCTION = 400, 40


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(CODE.rglob("*.py")))


def room(path: Path) -> str:
    """The file or folder of the house that *path* belongs to: "plan", "cycle"."""
    return path.relative_to(CODE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """The absolute names of all modules that *path* imports, wherever in the file."""
    package = [ROOT.name, *path.relative_to(ROOT).parent.parts][1:]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield from ([f"{name}.{alias.name}" for alias in node.names] if name == "bridge" else [name])


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("bridge.")}


def group(name: str) -> tuple[str, ...]:
    return next(found for found in MAY_IMPORT if name in found)


def test_every_room_has_its_place() -> None:
    known = {name for found in MAY_IMPORT for name in found}
    assert {room(path) for path in modules()} - {"__init__"} <= known


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(CODE)))
def test_imports_point_upwards(path: Path) -> None:
    if room(path) == "__init__":
        assert rooms_imported(path) == set()
        return
    allowed = {name for found in MAY_IMPORT[group(room(path))] for name in found}
    if room(path) in KNOW_THE_SANDBOX:
        allowed |= set(APART)
    assert rooms_imported(path) <= allowed


@pytest.mark.parametrize("name", ["openbadges", "sandbox"])
def test_libraries_of_their_own_know_nothing_of_the_bridge(name: str) -> None:
    for path in (CODE / name).rglob("*.py"):
        assert rooms_imported(path) <= {name}, path


def test_only_the_wiring_knows_edges_and_those_who_act() -> None:
    both = {
        room(path)
        for path in modules()
        if rooms_imported(path) & set(EDGES) - {"clock", "files"}
        and rooms_imported(path) & {"issuer", "cycle", "acting"}
    }
    assert both <= {"wiring", "wiring_vendors"}


def test_decisions_are_pure() -> None:
    for path in modules():
        if room(path) in set(WORDS) - {"openbadges", "ports"}:
            assert not set(imports(path)) & IMPURE, path


@pytest.mark.parametrize("folder", ["bridge", "tests"])
def test_files_stay_short(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*.py")
        if (lines := path.read_text("utf-8").count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_functions_stay_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {node.name}": lines
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


# ── what is committed ────────────────────────────────────────────────────────


@cache
def committed() -> tuple[Path, ...]:
    """All files under version control, or all that a packed copy holds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return tuple(
            path for folder in ("bridge", "tests", "config", "docs", "locks") for path in (ROOT / folder).rglob("*")
        )
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


#: Put together here, so that this file does not name what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        (
            "files\\.python" + "hosted",
            "pypi\\.org/" + "simple",
            "^--(extra-)?index" + "-url",
            "^--find" + "-links",
            r"(?<![\w.~/])/(?:root|work)/" + r"\w",
            r"(?<![\w.~/])/home/" + r"\w",
            "/opt/" + "(?:pypi|wheels)",
        )
    ),
    re.MULTILINE,
)


def test_nothing_committed_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    found = {}
    for path in committed():
        if path.suffix not in (".png", ".ttf", ".db", ".jpg"):
            text = path.read_bytes().decode("utf-8", errors="replace")
            if match := FORBIDDEN.search(text):
                found[str(path.relative_to(ROOT))] = match[0]
    assert found == {}


def test_locks_hold_a_hash_for_every_package() -> None:
    for lock in (ROOT / "locks").glob("*.txt"):
        for package in re.findall(r"^\S+==.*?(?=^\S|\Z)", lock.read_text(), re.MULTILINE | re.DOTALL):
            assert "--hash=sha256:" in package, f"{lock.name}: {package.split()[0]}"


# ── what the documents promise ───────────────────────────────────────────────


def markdown() -> list[Path]:
    return [path for path in committed() if path.suffix == ".md"]


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in markdown()
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert dead == []


def command_lines() -> list[tuple[str, str]]:
    """Every command of ours in a shell block of a document: (file, line)."""
    return [
        (str(path.relative_to(ROOT)), re.sub(r"\s+#.*", "", line).strip())
        for path in markdown()
        for block in re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
        for line in block.splitlines()
        if re.match(r"\s*(\.venv/bin/)?badge-bridge |\s*make ", line)
    ]


def test_the_readme_begins_with_demo_and_test() -> None:
    assert [line for file, line in command_lines() if file == "README.md"][:2] == ["make demo", "make test"]


@pytest.mark.parametrize(("file", "line"), command_lines())
def test_every_command_in_the_documents_exists(file: str, line: str) -> None:
    program, *words = line.split()
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert [word for word in words if "=" not in word and word not in targets] == []
        return
    command = the_program()
    while commands := getattr(command, "commands", None):
        assert words, f"{file}: {line} lacks a command"
        if words[0].startswith("--"):
            break
        assert words[0] in commands, f"{file}: there is no command {words[0]}"
        command, words = commands[words[0]], words[1:]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options | {"--help"}


def the_program() -> Any:
    """The commands as a tree; Typer brings its own classes for them."""
    from bridge.cli.app import app

    return typer.main.get_command(app)
