"""The link that opens a form already filled in. Pure.

Google's pages make such a link by hand ("Get pre-filled link"): `entry.N=text`, N being a number of the question's.
That it is the questionId of the API, hexadecimal there and decimal here, is assumed: people have found it so, Google
does not say it. Were it wrong, the form would open empty, as it does without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from bridge.model import EvidenceKind, Submission

#: Mail programs and proxies cut longer addresses.
LONGEST = 1900

_HEXADECIMAL = re.compile(r"[0-9a-f]{1,8}")


@dataclass(frozen=True, slots=True)
class Prefilled:
    """`link` is "" where nothing can be filled in; `whole`: every answer that a link can hold is in it."""

    link: str = ""
    whole: bool = True


def prefilled(link: str, questions: Mapping[str, str], submission: Submission, option: str = "") -> Prefilled:
    """Return *link* (the form's responderUri) with the answers of *submission*; *questions*: role → question id.

    *option* is what the form calls the badge by now; "" where that is not known: then as the answer called it.

    A value is never cut: the longest goes first where all are too many. Consent is nobody's to tick but the teacher's;
    uploads and the address that Google collects can't be filled in.
    """
    if not link or urlsplit(link).query:
        return Prefilled()
    values = {
        str(int(question, 16)): text
        for role, text in _answers(submission, option).items()
        if text and _HEXADECIMAL.fullmatch(question := questions.get(role, ""))
    }
    count = len(values)
    while values and len(filled := _address(link, values)) > LONGEST:
        del values[max(values, key=lambda entry: len(quote(values[entry])))]
    return Prefilled(filled, len(values) == count) if values else Prefilled()


def _answers(submission: Submission, option: str) -> dict[str, str]:
    """By role, what the last answer gave; the roles of `forms.ROLES` that a link can hold."""
    links = (item.url or item.name for item in submission.evidence if item.kind is not EvidenceKind.UPLOAD)
    return {
        "badge": option or submission.label,
        "name": submission.name,
        "given_name": submission.given_name,
        "family_name": submission.family_name,
        "school": submission.school,
        "links": "\n".join(links),
        "reflection": submission.reflection,
    }


def _address(link: str, values: Mapping[str, str]) -> str:
    entries = [("usp", "pp_url"), *((f"entry.{entry}", text) for entry, text in values.items())]
    return f"{link}?{urlencode(entries, quote_via=quote)}"
