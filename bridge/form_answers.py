"""How Google Forms tells of a form and of what was answered: for whoever reads a form. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.openbadges.text import clean
from bridge.wording import visible

Json = Mapping[str, Any]

LONGEST_NAME, LONGEST_ANSWER = 200, 50_000

#: RFC 5322's plain form, as Google collects it; no quotes, brackets or line breaks that could reach a mail's header.
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.[a-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is now."""

    id: str
    title: str
    collection: str  # emailCollectionType
    titles: Mapping[str, str]  # question id → title, in the form's order
    link: str = ""  # responderUri
    items: Sequence[Json] = ()  # as Google tells them
    revision: str = ""

    @property
    def verified(self) -> bool:
        return self.collection == "VERIFIED"


def edit_address(form_id: str) -> str:
    return f"https://docs.google.com/forms/d/{form_id}/edit"


def to_form(form_id: str, answer: Json) -> Form:
    """Read forms.get. Rows of a grid are questions too: their title is "Grid [Row]"."""
    info = answer.get("info", {})
    titles: dict[str, str] = {}
    for item in answer.get("items", ()):
        title = to_text(item.get("title"), 1000)
        if question_id := item.get("questionItem", {}).get("question", {}).get("questionId"):
            titles[question_id] = title
        for row in item.get("questionGroupItem", {}).get("questions", ()):
            if question_id := row.get("questionId"):
                titles[question_id] = f"{title} [{to_text(row.get('rowQuestion', {}).get('title'), 1000)}]"
    title = to_text(info.get("title") or info.get("documentTitle"), LONGEST_NAME) or form_id
    settings, items = answer.get("settings", {}), answer.get("items", ())
    link, revision = (str(answer.get(name, "")) for name in ("responderUri", "revisionId"))
    return Form(form_id, title, str(settings.get("emailCollectionType", "")), titles, link, items, revision)


def texts_of(response: Json, question_id: str) -> list[str]:
    """The texts answered to a question; a CHECKBOX has several, an unanswered question none."""
    values = parts_of(response, question_id, "textAnswers")
    return [
        clean(text)[:LONGEST_ANSWER].replace("\r\n", "\n")
        for value in values
        if isinstance(text := value.get("value"), str)
    ]


def parts_of(response: Json, question_id: str, kind: str) -> list[Json]:
    answers = response.get("answers")
    answer = answers.get(question_id) if isinstance(answers, Mapping) else None
    group = answer.get(kind) if isinstance(answer, Mapping) else None
    values = group.get("answers") if isinstance(group, Mapping) else None
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def to_address(value: object) -> str:
    """An address in small letters; "" for what is none. A letter that only becomes ASCII by that (K) is another's."""
    text = value.strip() if isinstance(value, str) else ""
    plain = text.isascii() and len(text) <= 254 and ".." not in text and ".@" not in text and not text.startswith(".")
    return text.lower() if plain and _ADDRESS.fullmatch(text.lower()) else ""


def first_of(answers: Mapping[str, Sequence[str]], role: str) -> str:
    return next(iter(answers.get(role, ())), "")


def to_text(value: object, longest: int) -> str:
    text = clean(value).strip() if isinstance(value, str) else ""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def to_line(value: object, longest: int) -> str:
    return to_text(" ".join(visible(value).split()) if isinstance(value, str) else "", longest)


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def to_time(stamp: str) -> datetime | None:
    """RFC 3339 as Google writes it, up to nanoseconds; None for anything else, and for times before Google Forms."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    if not 2000 <= at.year < 9000:  # at the ends of the calendar no time zone can be told
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
