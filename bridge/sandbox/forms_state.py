"""What Forms keeps: forms in Google's own item shape, and what people answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

COLLECTION_TYPES = ("DO_NOT_COLLECT", "VERIFIED", "RESPONDER_INPUT")


@dataclass(slots=True)
class Upload:
    """One uploaded file as a response names it; its content is the Drive file of that id."""

    file_id: str
    name: str
    mime_type: str


@dataclass(slots=True)
class Answer:
    texts: list[str] = field(default_factory=list)  # several for checkboxes
    uploads: list[Upload] = field(default_factory=list)


@dataclass(slots=True)
class Response:
    id: str
    email: str  # "" when the form did not collect it
    created: str  # RFC 3339
    submitted: str  # of the latest edit
    answers: dict[str, Answer] = field(default_factory=dict)  # by question id; unanswered ones are absent


@dataclass(slots=True)
class Form:
    """A form; its id is its Drive file's, and who may open it is decided there."""

    id: str
    title: str
    items: list[Json] = field(default_factory=list)  # Google's Item, ids included
    description: str = ""
    document_title: str = ""
    revision: int = 1
    email_collection: str = "VERIFIED"
    accepting: bool | None = True  # None: a legacy form, which has no publish settings
    responses: dict[str, Response] = field(default_factory=dict)
    linked_sheet: str = ""


@dataclass(slots=True)
class Forms:
    forms: dict[str, Form] = field(default_factory=dict)
    page_cap: int = 5000  # Google "may return fewer than this value"
