"""The question for the badge as Google Forms has it: its options, and the one call that changes them.

Source: developers.google.com/workspace/forms/api/reference/rest/v1/forms/batchUpdate
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from googleapiclient.errors import HttpError

from bridge.errors import Refused, TryLater
from bridge.google import Errand, Google
from bridge.model import BadgeQuestion, Choice, FormReading, Option

Json = Mapping[str, Any]

#: All that a write changes. A question that is written whole gets a new id where one is missing, and answers lose it.
MASK = "questionItem.question.choiceQuestion.options"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What Google wants back: the item as it was fetched, its place in the form, and the form's revision."""

    item: Json
    index: int
    revision: str


def badge_question(items: Sequence[Json], question_id: str, revision: str) -> BadgeQuestion | None:
    """Find the question in a form's *items*; None where none of them has it. A row of a grid has no own options."""
    for index, item in enumerate(items):
        title = str(item.get("title", ""))
        question = item.get("questionItem", {}).get("question", {})
        if question.get("questionId") == question_id:
            if "choiceQuestion" not in question:
                return BadgeQuestion(title, None)
            options = tuple(map(_option, question["choiceQuestion"].get("options", ())))
            return BadgeQuestion(title, options, Fetched(item, index, revision))
        if any(row.get("questionId") == question_id for row in item.get("questionGroupItem", {}).get("questions", ())):
            return BadgeQuestion(title, None)
    return None


def _option(option: Json) -> Option:
    return Option(str(option.get("value", "")), bool(option.get("isOther")))


def rewrite(editor: Google, errand: Errand, reading: FormReading, choices: Sequence[Choice]) -> None:
    """Give the question its options. The call may be repeated: once it happened, the form is another than it was.

    Raise TryLater if somebody changed the form since it was read.
    """
    if reading.badge is None or not isinstance(reading.badge.fetched, Fetched):
        raise Refused(f"The form “{reading.title}” has no list of badges that can be changed.")
    body = update(reading.badge.fetched, choices)
    request = editor.leaf("forms", "v1", "forms").batchUpdate(formId=reading.form_id, body=body)
    try:
        editor.call(errand, request.execute, idempotent=True, bucket="forms-write")
    except Refused as error:
        if _is_stale(error.__cause__):
            raise TryLater(
                f"The form “{reading.title}” changed while its list of badges was being brought in step. The next "
                "cycle looks at it anew."
            ) from error
        raise


def _is_stale(error: BaseException | None) -> bool:
    """True for Google's words about a form that is another than it was."""
    return isinstance(error, HttpError) and error.status_code == 400 and "revision" in str(error.reason).lower()


def update(fetched: Fetched, choices: Sequence[Choice]) -> dict[str, Any]:
    """Return the body of forms.batchUpdate that gives the question these options, if the form is as it was fetched.

    An option that stays is sent back as it came, with its picture and where it leads to; of one that is called
    otherwise now only the words change.
    """
    item = fetched.item
    question = item["questionItem"]["question"]
    choice = question["choiceQuestion"]
    options = [_sent(choice.get("options", ()), one) for one in choices]
    changed = {**question, "choiceQuestion": {**choice, "options": options}}
    sent = {**item, "questionItem": {**item["questionItem"], "question": changed}}
    request = {"updateItem": {"item": sent, "location": {"index": fetched.index}, "updateMask": MASK}}
    return {"requests": [request], "writeControl": {"requiredRevisionId": fetched.revision}}


def _sent(there: Sequence[Json], choice: Choice) -> Json:
    if choice.was is None:
        return {"value": choice.text}
    option = there[choice.was]
    return option if _option(option).text == choice.text else {**option, "value": choice.text}
