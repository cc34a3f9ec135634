"""How a programme speaks in its mails: who it is, and with which words."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bridge import wording
from bridge.errors import Refused


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mails come from: a plain address, the name before it, and where answers go ("" : to the address)."""

    address: str
    name: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """All that a mail says about the programme itself.

    *contact* is who answers questions: a name, an address or both. *form_links* maps form ids to the address where
    people fill the form in. *share_with* is the address with which evidence must be shared. *wording* is a district's
    folder with templates of its own, which win over ours name by name.
    """

    programme: str
    sender: Sender
    contact: str = ""
    locale: str = "en-US"
    tz: str = "UTC"
    due_days: int = 10
    form_links: Mapping[str, str] = field(default_factory=dict)
    share_with: str = ""
    site_url: str = ""
    sheet_link: str = ""  # where coaches decide
    tab_links: Mapping[str, str] = field(default_factory=dict)  # of those who have a tab of their own there, by address
    linkedin_id: str = ""
    linkedin_name: str = ""
    vendors: Mapping[str, str] = field(default_factory=dict)  # backend → how people know it
    wording: Path | None = None


def render(name: str, facts: Mapping[str, Any], folder: Path | None) -> str:
    """Return the template *name* filled with *facts*; the one in *folder* wins over ours.

    Raises Refused, naming file and line, when the template can't be read or used.
    """
    try:
        return environment(folder).get_template(name).render(facts)
    except TemplateSyntaxError as error:
        raise broken(error.filename or error.name or name, error.lineno, error) from error
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError, OSError) as error:
        file, line = place(error, name)
        raise broken(file, line, error) from error


def broken(file: str, line: int, error: Exception) -> Refused:
    """Say what is wrong with a template, and where."""
    what = str(getattr(error, "message", None) or error).rstrip(".")
    return Refused(
        f"The wording of a mail can't be used: {file}, line {line}: {what}. "
        f"Correct that line, or remove the file to get the standard wording back."
    )


def place(error: Exception, name: str) -> tuple[str, int]:
    """Return the file and the line of the template where *error* arose."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.endswith(".j2")]
    return (inside[-1].filename, inside[-1].lineno or 1) if inside else (name, 1)


@lru_cache(maxsize=8)
def environment(folder: Path | None) -> Environment:
    """Return the place where templates are filled: people's text is escaped in HTML, and no template can do harm."""
    loaders: list[BaseLoader] = [PackageLoader("bridge", "templates/mail")]
    if folder is not None:
        loaders.insert(0, FileSystemLoader(folder))
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(prose=prose, quoted=quoted, isolate=wording.isolate)
    return made


def prose(text: str) -> Markup:
    """Return what a person wrote as HTML paragraphs, each in its own direction; nothing in it becomes a link."""
    parts = (Markup("<br>").join(lines) for lines in wording.paragraphs(text))
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(part) for part in parts)


def quoted(text: str) -> str:
    """Return what a person wrote as a quotation in plain text."""
    parts = ("\n".join(f"> {wording.isolate(line)}" for line in lines) for lines in wording.paragraphs(text))
    return "\n>\n".join(parts)


def subject_and_text(rendered: str, name: str) -> tuple[str, str]:
    """Split a text template into its first line, "Subject: …", and the rest; raise Refused if there is no such line."""
    first, _, rest = rendered.lstrip().partition("\n")
    found = re.fullmatch(r"Subject:\s*(.*\S)\s*", first)
    if not found:
        raise Refused(f"The wording {name} must begin with a line “Subject: …”. Add it.")
    return wording.one_line(found[1], 200), re.sub(r"\n{3,}", "\n\n", rest.strip()) + "\n"
