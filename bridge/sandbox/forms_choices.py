"""What Google takes as the options of a question, and what not. The rules and their grades are in assumptions.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.sandbox.api import Json
from bridge.sandbox.forms import questions_of

#: The choices that may have an option of people's own, and those that may lead to a section.
_OTHER, _LEADING = ("RADIO", "CHECKBOX"), ("RADIO", "DROP_DOWN")


def check_choices(items: Sequence[Json], item: Json) -> None:
    """Raise ValueError if *item*, one of the form's *items*, offers what a form can't."""
    sections = {one["itemId"] for one in items if "pageBreakItem" in one and "itemId" in one}
    for choice in _choices_of(item):
        kind, options = choice.get("type", ""), choice.get("options", [])
        if kind not in ("RADIO", "CHECKBOX", "DROP_DOWN"):
            raise ValueError("choiceQuestion.type is required")
        if not options:
            raise ValueError("choiceQuestion.options must not be empty")
        for option in options:
            _check_option(kind, option, sections)
        values = [option.get("value") for option in options if not option.get("isOther")]
        if len(set(values)) < len(values):
            raise ValueError("Duplicate option values are not allowed")
        if sum(bool(option.get("isOther")) for option in options) > 1:
            raise ValueError("only one option can be the other option")


def _choices_of(item: Json) -> Iterator[Json]:
    for question in questions_of(item):
        if "choiceQuestion" in question:
            yield question["choiceQuestion"]
    if "grid" in item.get("questionGroupItem", {}):
        yield item["questionGroupItem"]["grid"]["columns"]


def _check_option(kind: str, option: Json, sections: set[str]) -> None:
    value = option.get("value", "")
    if option.get("isOther"):
        if kind not in _OTHER:
            raise ValueError(f"option.isOther does not apply to {kind}")
    elif not value.strip() and "image" not in option:
        raise ValueError("option.value is required")
    if "\n" in value or "\r" in value:
        raise ValueError("Displayed text cannot contain newlines")
    leads = [name for name in ("goToAction", "goToSectionId") if name in option]
    if len(leads) > 1 or (leads and kind not in _LEADING):
        raise ValueError(f"option.{leads[-1]} can't be set here")
    if "goToSectionId" in option and option["goToSectionId"] not in sections:
        raise ValueError(f"option.goToSectionId: there is no section {option['goToSectionId']}")
