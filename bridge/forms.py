"""Google Forms: each response becomes a Submission; the only place that knows how Forms writes an answer.

A question is found by its id, or once by its title and from then on by the id that was remembered, so that renaming or
moving it changes nothing. An odd response is a sentence, and never stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bridge.badge_question import badge_question, rewrite
from bridge.errors import BridgeError, Refused
from bridge.form_answers import (
    LONGEST_NAME,
    Form,
    Json,
    edit_address,
    first_of,
    folded,
    parts_of,
    texts_of,
    to_address,
    to_form,
    to_line,
    to_text,
    to_time,
)
from bridge.google import Errand, Google
from bridge.links import find_evidence, is_file_id
from bridge.model import Choice, Evidence, EvidenceKind, FormReading, Problem, Submission

PAGE = 5000  # Google's maximum; fewer may come
LONGEST_LABEL, LONGEST_REFLECTION = 200, 10_000
MOST_EVIDENCE = 50
#: Of responses that can't be read: a question put in anew makes all older answers so.
MOST_TOLD = 5

#: What a form may ask, as config names it; only "badge" must be there.
ROLES = ("badge", "name", "given_name", "family_name", "school", "links", "files", "reflection", "consent", "show")

_FORM_FIELDS = "formId,revisionId,responderUri,info(title,documentTitle),settings(emailCollectionType),items"
_RESPONSE_FIELDS = "responses(responseId,createTime,lastSubmittedTime,respondentEmail,answers),nextPageToken"

#: "No", "No, one is to be seen" – but not "No student can be identified", which is a yes.
_NO = re.compile(r"(no|not yet|nein|non)(\s*[,.;:!–—-].*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What config says of one form. `questions`: role → title or question id; an empty one is not asked."""

    id: str
    questions: Mapping[str, str] = field(default_factory=dict)
    accept_typed_address: bool = False
    show_name: str = ""  # the option of "show" that allows the name; empty: any that speaks of a name
    show_evidence: str = ""  # likewise for evidence
    keep_list: bool = False  # the options of "badge" follow the catalogue


class UnreadableAnswer(ValueError):
    """One response that can't become a submission; the sentence says which and why."""


class GoogleForms:
    """A `FormSource` of all forms of a programme."""

    def __init__(self, google: Google, forms: Sequence[FormSettings], editor: Google | None = None) -> None:
        """*editor* is the way to Google with the right to change forms; None where no list is kept."""
        self._google = google
        self._forms = forms
        self._editor = editor

    def read(self, facts: Mapping[str, str]) -> Sequence[FormReading]:
        """One form that can't be read is a problem, and the others are read; raises only if none can be."""
        readings, failures = [], []
        for settings in self._forms:
            try:
                readings.append(self._read(settings, facts))
            except BridgeError as error:
                failures.append(error)
                problem = form_problem(str(error), blocking=True)
                readings.append(FormReading(settings.id, settings.id, verified=False, problems=(problem,)))
        if failures and len(failures) == len(readings):
            raise failures[0]
        return readings

    def offer(self, reading: FormReading, choices: Sequence[Choice]) -> None:
        if self._editor is None:
            raise Refused(f"The list of badges in the form “{reading.title}” is not the bridge's to change.")
        what = f"change the list of badges in the form “{reading.title}”"
        rewrite(self._editor, Errand(what, edit_address(reading.form_id), "Editor"), reading, choices)

    def _read(self, settings: FormSettings, facts: Mapping[str, str]) -> FormReading:
        form = get_form(self._google, settings.id)
        return to_reading(form, lambda: responses_of(self._google, form), settings, facts)


def get_form(google: Google, form_id: str) -> Form:
    """Read what a form asks: one call. Raises TryLater or Refused."""
    request = google.leaf("forms", "v1", "forms").get(formId=form_id, fields=_FORM_FIELDS)
    errand = Errand("read the form", edit_address(form_id), "Editor")
    found: Json = google.call(errand, request.execute, idempotent=True, bucket="forms-read")
    return to_form(form_id, found)


def responses_of(google: Google, form: Form) -> Iterator[Json]:
    """Read all that was answered: one call for each 5,000."""
    resource = google.leaf("forms", "v1", "forms", "responses")
    errand = Errand(f"read the answers to the form “{form.title}”", edit_address(form.id), "Editor")
    token = None
    while True:
        request = resource.list(formId=form.id, pageSize=PAGE, pageToken=token, fields=_RESPONSE_FIELDS)
        page = google.call(errand, request.execute, idempotent=True, bucket="forms-responses")
        yield from page.get("responses", ())
        token = page.get("nextPageToken")
        if not token:
            return


def to_reading(
    form: Form, responses: Callable[[], Iterable[Json]], settings: FormSettings, facts: Mapping[str, str]
) -> FormReading:
    """Read a form whole. *responses* are asked for only where somebody can be told from their address."""
    questions, problems = find_questions(form, settings.questions, facts)
    if not settings.questions.get("badge", "").strip():
        sentence = f"The settings of the form “{form.title}” name no question for the badge."
        problems.append(form_problem(sentence, blocking=True))
    asked = badge_question(form.items, questions["badge"], form.revision) if "badge" in questions else None
    told = (form.id, form.title, form.verified)
    reading = FormReading(*told, (), questions, tuple(problems), form.link, asked, settings.keep_list)
    if problem := _address_problem(form, settings):
        return replace(reading, problems=(*reading.problems, problem))
    if "badge" not in questions:
        return reading
    submissions, odd = to_submissions(responses(), form, settings, questions)
    return replace(reading, submissions=tuple(submissions), problems=(*reading.problems, *odd))


def find_questions(
    form: Form,
    asked: Mapping[str, str],
    facts: Mapping[str, str],
    roles: Iterable[str] = ROLES,
    needed: Collection[str] = ("badge",),
) -> tuple[dict[str, str], list[Problem]]:
    """Find each role's question: role → question id, and a problem for each that is not there.

    *asked*: role → title or id, as the settings have it; while one of those *needed* is lost, all answers wait.
    An id in the settings wins; then the question remembered in *facts* under "question:<form id>:<role>", if the form
    still has it; then the one question with that title (case and outer spaces don't count).
    """
    questions, problems = {}, []
    for role in roles:
        if not (wanted := asked.get(role, "").strip()):
            continue
        remembered = facts.get(f"question:{form.id}:{role}", "")
        same_title = [id_ for id_, title in form.titles.items() if folded(title) == folded(wanted)]
        if wanted in form.titles:
            questions[role] = wanted
        elif remembered in form.titles:
            questions[role] = remembered
            if same_title and remembered not in same_title:
                problems.append(_moved_title(form, role, wanted, remembered, same_title[0]))
        elif len(same_title) == 1:
            questions[role] = same_title[0]
        else:
            problems.append(_lost_question(form, role, wanted, same_title, blocking=role in needed))
    return questions, problems


def to_submissions(
    responses: Iterable[Json], form: Form, settings: FormSettings, questions: Mapping[str, str]
) -> tuple[list[Submission], list[Problem]]:
    """Read every response that can be read, each once, in order of submission, and tell of the others."""
    latest: dict[str, Submission] = {}
    problems = []
    for response in responses:
        try:
            submission = to_submission(response, form, settings, questions)
        except UnreadableAnswer as error:
            problems.append(form_problem(str(error)))
        else:
            known = latest.get(submission.response_id)
            if known is None or known.submitted_at < submission.submitted_at:
                latest[submission.response_id] = submission
    if len(problems) > MOST_TOLD:
        more = form_problem(f"Form “{form.title}”: {len(problems) - MOST_TOLD} more responses can't be read.")
        problems = [*problems[:MOST_TOLD], more]
    return sorted(latest.values(), key=lambda s: (s.submitted_at, s.response_id)), problems


def to_submission(response: Json, form: Form, settings: FormSettings, questions: Mapping[str, str]) -> Submission:
    """Turn one response into a Submission. Raises UnreadableAnswer, naming the response and the cure."""
    if not isinstance(response, Mapping):
        raise UnreadableAnswer(f"Form “{form.title}”: a response came in a shape that can't be read.")
    response_id, stamp = (to_line(response.get(name), LONGEST_NAME) for name in ("responseId", "lastSubmittedTime"))
    at = to_time(stamp)
    if not response_id or at is None:
        raise UnreadableAnswer(
            f"Form “{form.title}”: a response came without its id or time ({response_id or stamp!r})."
        )
    which = f"Form “{form.title}”: the response {response_id} of {at:%Y-%m-%d %H:%M} UTC"
    answers = {role: texts_of(response, question_id) for role, question_id in questions.items()}
    label = to_text(first_of(answers, "badge"), LONGEST_LABEL)
    if not label:
        asked = form.titles.get(questions.get("badge", ""), "")
        raise UnreadableAnswer(f"{which} has no answer to “{asked}”. Make that question required; ask the teacher.")
    recipient = to_address(response.get("respondentEmail"))
    if not recipient:
        raise UnreadableAnswer(
            f"{which} has no usable e-mail address. Perhaps it was sent before the form collected verified addresses: "
            "ask the teacher to send it again."
        )
    shown = answers.get("show", [])
    return Submission(
        form_id=form.id,
        response_id=response_id,
        stamp=stamp,
        submitted_at=at,
        recipient=recipient,
        verified=form.verified,
        **_names(answers),
        school=to_line(first_of(answers, "school"), LONGEST_NAME),
        label=to_line(label, LONGEST_LABEL),
        evidence=_evidence(_uploads(response, questions.get("files", "")), "\n".join(answers.get("links", ()))),
        reflection=to_text("\n".join(answers.get("reflection", ())), LONGEST_REFLECTION),
        consent=_consents(answers["consent"]) if "consent" in answers else None,
        show_name=_ticked(shown, settings.show_name, "name"),
        show_evidence=_ticked(shown, settings.show_evidence, "evidence"),
    )


def _names(answers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The name as one, and as two where the form asks for both; the one is made of the two where it is not asked."""
    given, family = (to_line(first_of(answers, role), LONGEST_NAME) for role in ("given_name", "family_name"))
    name = to_line(first_of(answers, "name"), LONGEST_NAME) or f"{given} {family}".strip()
    return {"name": name, "given_name": given, "family_name": family}


def _address_problem(form: Form, settings: FormSettings) -> Problem | None:
    if form.verified or (settings.accept_typed_address and form.collection == "RESPONDER_INPUT"):
        return None
    cure = f"Open {edit_address(form.id)}, Settings, Responses, Collect email addresses, and choose Verified."
    what = "lets people type any address" if form.collection == "RESPONDER_INPUT" else "collects no addresses"
    return form_problem(
        f"The form “{form.title}” {what}, so nobody knows who answered; its answers wait. {cure}", blocking=True
    )


def _lost_question(form: Form, role: str, wanted: str, same_title: Sequence[str], *, blocking: bool) -> Problem:
    wait = "; its answers wait" if blocking else ""
    if same_title:
        ids = ", ".join(same_title)
        return form_problem(
            f"The form “{form.title}” has {len(same_title)} questions “{wanted}”{wait}. Rename one, or write its id "
            f"into the settings ({role}): {ids}.",
            blocking=blocking,
        )
    return form_problem(
        f"The form “{form.title}” has no question “{wanted}” ({role}){wait}. Put it back, or write the new title into "
        "the settings.",
        blocking=blocking,
    )


def _moved_title(form: Form, role: str, wanted: str, remembered: str, other: str) -> Problem:
    return form_problem(
        f"In the form “{form.title}” another question is now called “{wanted}”; for {role} the bridge goes on reading "
        f"“{form.titles[remembered]}”. To change that, write the id {other} into the settings; to keep it, "
        f"{remembered}."
    )


def form_problem(sentence: str, *, blocking: bool = False) -> Problem:
    return Problem("form", sentence, blocking)


def _uploads(response: Json, question_id: str) -> list[Evidence]:
    uploads = []
    for value in parts_of(response, question_id, "fileUploadAnswers"):
        file_id = str(value.get("fileId", ""))
        if is_file_id(file_id):
            url = f"https://drive.google.com/file/d/{file_id}/view"
            name = to_line(value.get("fileName"), LONGEST_NAME)
            uploads.append(Evidence(0, EvidenceKind.UPLOAD, url, file_id=file_id, name=name))
    return uploads


def _evidence(uploads: Sequence[Evidence], links: str) -> tuple[Evidence, ...]:
    """Uploads first, then links; a link to a file that was uploaded too is the same item."""
    uploaded = {upload.file_id for upload in uploads}
    linked = [item for item in find_evidence(links) if not item.file_id or item.file_id not in uploaded]
    items = [*uploads, *linked][:MOST_EVIDENCE]
    return tuple(replace(item, item=number) for number, item in enumerate(items, 1))


def _consents(ticks: Sequence[str]) -> bool:
    """True when something was ticked or chosen that is no plain no."""
    return any(tick.strip() and not _NO.fullmatch(tick.strip()) for tick in ticks)


def _ticked(options: Sequence[str], wanted: str, word: str) -> bool:
    if wanted.strip():
        return any(folded(option) == folded(wanted) for option in options)
    return any(re.search(rf"\b{word}", option, re.IGNORECASE) for option in options)
