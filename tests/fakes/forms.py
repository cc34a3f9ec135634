"""Forms in memory: what Google would answer, and the people who fill them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from bridge.badge_question import Fetched, update
from bridge.errors import Refused, TryLater
from bridge.forms import FormSettings, to_form, to_reading
from bridge.model import Choice, FormReading
from bridge.ports import Clock
from tests.fakes.clock import FakeClock

Json = dict[str, Any]

TITLES: Mapping[str, str] = {
    "name": "Your name",
    "school": "Your school",
    "badge": "Which badge?",
    "links": "Links to your evidence",
    "files": "Upload evidence",
    "reflection": "What changed in your class?",
    "consent": "No student can be identified in my evidence",
    "show": "On the public page, show",
}
SHOW_NAME, SHOW_EVIDENCE = "My name", "My evidence"
CONSENT = "I have checked: nobody can be recognised"


def id_of(role: str) -> str:
    """The id of the question that was made for *role*."""
    return f"q{list(TITLES).index(role) + 1:07x}"


@dataclass
class FakeForm:
    """One form; `questions` are (id, title) in their order, `responses` Google's JSON by id."""

    id: str = "form-1"
    title: str = "Request a micro-credential"
    collection: str = "VERIFIED"
    accept_typed_address: bool = False
    questions: list[tuple[str, str]] = field(
        default_factory=lambda: [(f"q{number:07x}", title) for number, title in enumerate(TITLES.values(), 1)]
    )
    responses: dict[str, Json] = field(default_factory=dict)
    keep_list: bool = False
    #: Of the question for the badge, as Google tells them; None: it is answered in words.
    options: list[Json] | None = None
    revision: int = 1

    @property
    def settings(self) -> FormSettings:
        return FormSettings(self.id, TITLES, self.accept_typed_address, keep_list=self.keep_list)

    def to_json(self) -> Json:
        questions: list[Json] = [{"questionId": id_} for id_, _ in self.questions]
        for question in questions:
            if question["questionId"] == id_of("badge") and self.options is not None:
                question["choiceQuestion"] = {"type": "RADIO", "options": deepcopy(self.options)}
        items = [
            {"title": title, "questionItem": {"question": question}}
            for (_, title), question in zip(self.questions, questions, strict=True)
        ]
        told = {"formId": self.id, "revisionId": f"r{self.revision}", "info": {"title": self.title}}
        return {**told, "settings": {"emailCollectionType": self.collection}, "items": items}


class FakeForms:
    """`ports.FormSource`. Each act is a microsecond later than the one before, on a clock that stands still."""

    def __init__(self, clock: Clock | None = None, forms: Sequence[FakeForm] = ()) -> None:
        self.clock = clock or FakeClock()
        self.forms = {form.id: form for form in forms or [FakeForm()]}
        self.reads = 0
        self.offers = 0
        self._acts = 0

    def read(self, facts: Mapping[str, str]) -> Sequence[FormReading]:
        self.reads += 1
        return [
            to_reading(to_form(form.id, form.to_json()), lambda form=form: _shuffled(form), form.settings, facts)  # type: ignore[misc]
            for form in self.forms.values()
        ]

    def offer(self, reading: FormReading, choices: Sequence[Choice]) -> None:
        self.offers += 1
        form = self.forms[reading.form_id]
        if not form.keep_list or reading.badge is None or not isinstance(reading.badge.fetched, Fetched):
            raise Refused(f"The list of badges in the form “{form.title}” is not to be changed.")
        body = update(reading.badge.fetched, choices)
        if body["writeControl"]["requiredRevisionId"] != f"r{form.revision}":
            raise TryLater(f"The form “{form.title}” changed while its list of badges was being brought in step.")
        item = body["requests"][0]["updateItem"]["item"]
        form.options = deepcopy(item["questionItem"]["question"]["choiceQuestion"]["options"])
        form.revision += 1

    def submit(
        self,
        email: str,
        badge: str,
        *,
        name: str = "",
        school: str = "",
        links: str = "",
        files: Sequence[tuple[str, str]] = (),
        reflection: str = "It changed everything.",
        consent: bool = True,
        show: Sequence[str] = (SHOW_NAME,),
        form_id: str = "",
    ) -> str:
        """Fill in a form as *email*; *files* are (file id, name) of uploads. Return the response's id."""
        form = self._form(form_id)
        response_id = f"ACYDBN-{sum(len(one.responses) for one in self.forms.values()) + 1:05}"
        stamp = self._stamp()
        response: Json = {"responseId": response_id, "createTime": stamp, "lastSubmittedTime": stamp, "answers": {}}
        if form.collection != "DO_NOT_COLLECT":
            response["respondentEmail"] = email
        form.responses[response_id] = response
        ticks = [CONSENT] if consent else []
        given = {"name": name or email.partition("@")[0].title(), "badge": badge, "links": links, "files": files}
        asked = {"school": school} if school else {}
        self._fill(form, response, {**given, **asked, "reflection": reflection, "consent": ticks, "show": show})
        return response_id

    def edit(self, response_id: str, *, form_id: str = "", **answers: Any) -> None:
        """Change some answers by role: the id stays, the time moves."""
        form = self._form(form_id)
        response = form.responses[response_id]
        response["lastSubmittedTime"] = self._stamp()
        self._fill(form, response, answers)

    def delete(self, response_id: str, *, form_id: str = "") -> None:
        del self._form(form_id).responses[response_id]

    def rename_question(self, role: str, title: str, *, form_id: str = "") -> None:
        """Give the question that was made for *role* another title."""
        form = self._form(form_id)
        form.questions = [(id_, title if id_ == id_of(role) else old) for id_, old in form.questions]

    def set_options(self, options: Sequence[Json] | None, *, form_id: str = "") -> None:
        """Somebody edits the options of the question for the badge; None makes it a question answered in words."""
        form = self._form(form_id)
        form.options = None if options is None else list(options)
        form.revision += 1

    def remove_question(self, role: str, *, form_id: str = "") -> None:
        form = self._form(form_id)
        form.questions = [(id_, title) for id_, title in form.questions if id_ != id_of(role)]

    def collect(self, kind: str, *, form_id: str = "") -> None:
        """VERIFIED, RESPONDER_INPUT or DO_NOT_COLLECT."""
        self._form(form_id).collection = kind

    def _form(self, form_id: str) -> FakeForm:
        return self.forms[form_id] if form_id else next(iter(self.forms.values()))

    def _stamp(self) -> str:
        self._acts += 1
        return f"{self.clock.now():%Y-%m-%dT%H:%M:%S}.{self._acts:06}Z"

    def _fill(self, form: FakeForm, response: Json, answers: Mapping[str, Any]) -> None:
        for role, given in answers.items():
            question_id = id_of(role)
            if not given:
                response["answers"].pop(question_id, None)
            elif role == "files":
                uploads = [{"fileId": id_, "fileName": name, "mimeType": "image/jpeg"} for id_, name in given]
                answer = {"questionId": question_id, "fileUploadAnswers": {"answers": uploads}}
                response["answers"][question_id] = answer
            else:
                texts = [given] if isinstance(given, str) else given
                values = [{"value": text} for text in texts]
                response["answers"][question_id] = {"questionId": question_id, "textAnswers": {"answers": values}}


def _shuffled(form: FakeForm) -> Iterator[Json]:
    """Google promises no order."""
    yield from list(form.responses.values())[::-1]
