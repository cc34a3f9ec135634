"""The link that opens a form already filled in with the last answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bridge.links import entry_of, filled_in
from bridge.model import EvidenceKind, Submission

#: Mail programs and proxies cut longer addresses.
LONGEST = 1900


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
        entry: text
        for role, text in _answers(submission, option).items()
        if text and (entry := entry_of(questions.get(role, "")))
    }
    count = len(values)
    while values and len(filled := filled_in(link, values)) > LONGEST:
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
