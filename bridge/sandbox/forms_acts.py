"""What people do with forms, which Google's API can't: answer, answer again, take an answer back, change the form."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bridge.sandbox.api import Act, ApiError, Json, act
from bridge.sandbox.drive_state import new_file
from bridge.sandbox.forms import add_item, form_json, questions_of, responder_uri, response_json
from bridge.sandbox.forms_state import COLLECTION_TYPES, Answer, Form, Response, Upload
from bridge.sandbox.state import World


@act("GET", "forms", "All forms, with their questions and how many answered.")
def list_forms(act: Act) -> Json:
    forms = [
        {
            "formId": form.id,
            "title": form.title,
            "responses": len(form.responses),
            "questions": [{"id": question["questionId"], "title": title} for title, question in titled(form)],
        }
        for form in act.world.forms.forms.values()
    ]
    return {"forms": forms}


@act("GET", "forms/{form_id}/responses", "What people answered.")
def list_answers(act: Act) -> Json:
    return {"responses": [response_json(response) for response in _form(act).responses.values()]}


@act(
    "POST",
    "forms/{form_id}/responses",
    "{email, answers: {question: text | [texts] | {files: [{name, text | base64, mime}]}}}: answer a form.",
)
def submit(act: Act) -> Json:
    response = answer_form(act.world, act.args["form_id"], act.args["email"], act.args["answers"])
    return {"responseId": response.id}


@act("POST", "forms/{form_id}/responses/{response_id}", "{answers}: change some answers; null takes one back.")
def edit(act: Act) -> Json:
    edit_response(act.world, act.args["form_id"], act.args["response_id"], act.args["answers"])
    return {"responseId": act.args["response_id"]}


@act("DELETE", "forms/{form_id}/responses/{response_id}", "Delete a response, as the form's owner can.")
def delete(act: Act) -> Json:
    form = _form(act)
    _response(form, act.args["response_id"])
    del form.responses[act.args["response_id"]]
    return {}


@act(
    "POST",
    "forms/{form_id}/change",
    "{title, collect, accepting, question + (rename | options | required | move | remove: true), add: item}: edit it.",
)
def change(act: Act) -> Json:
    form = _form(act)
    args = act.args
    if "title" in args:
        form.title = str(args["title"])
    if "collect" in args:
        form.email_collection = _collection(args["collect"])
    if "accepting" in args:
        form.accepting = None if args["accepting"] is None else bool(args["accepting"])
    if "add" in args:
        add_item(act.world, form, args["add"])
    if "question" in args:
        _change_question(form, args["question"], args)
    form.revision += 1
    _touch(act.world, form)
    return form_json(form)


def _collection(kind: str) -> str:
    if kind not in COLLECTION_TYPES:
        raise ApiError(400, "INVALID_ARGUMENT", f"collect is one of {', '.join(COLLECTION_TYPES)}.")
    return kind


def _change_question(form: Form, name: str, args: Json) -> None:
    item, question = _find(form, name)
    if "rename" in args:
        item["title"] = str(args["rename"])
    if "required" in args:
        question["required"] = bool(args["required"])
    if "options" in args:
        question["choiceQuestion"]["options"] = [{"value": str(value)} for value in args["options"]]
    if "move" in args:
        form.items.remove(item)
        form.items.insert(int(args["move"]), item)
    if args.get("remove"):
        form.items.remove(item)


def _touch(world: World, form: Form) -> None:
    file = world.drive.files[form.id]
    file.modified = world.clock.stamp()
    file.version += 1


def answer_form(world: World, form_id: str, email: str, answers: Json) -> Response:
    """Submit a response in *email*'s name and return it.

    *answers* go by question id or title; see the act for their shape. Raise ApiError where Google's form would not let
    a person press "Submit": a required question left open, an option that is not offered, a closed form.
    """
    form = _known(world, form_id)
    if form.accepting is False:
        raise ApiError(400, "FAILED_PRECONDITION", f"{form.title} is no longer accepting responses.")
    now = world.clock.stamp()
    collected = "" if form.email_collection == "DO_NOT_COLLECT" else email
    response = Response(world.new_id("ACYDBN", 40), collected, now, now)
    _fill(world, form, response, answers, email)
    form.responses[response.id] = response
    return response


def edit_response(world: World, form_id: str, response_id: str, answers: Json) -> Response:
    """Change some answers of a response: it keeps its id and createTime; lastSubmittedTime moves."""
    form = _known(world, form_id)
    response = _response(form, response_id)
    _fill(world, form, response, answers, response.email)
    response.submitted = world.clock.stamp()
    return response


def _fill(world: World, form: Form, response: Response, answers: Json, email: str) -> None:
    read = {}
    for name, given in answers.items():
        item, question = _find(form, name)
        read[question["questionId"]] = None if given in (None, "", []) else _read(item, question, given)
    kept = {key: found for key, found in response.answers.items() if key not in read}
    filled = kept | {key: found for key, found in read.items() if found is not None}
    for title, question in titled(form):
        if question.get("required") and question["questionId"] not in filled:
            raise ApiError(400, "INVALID_ARGUMENT", f"{title!r} is a required question.")
    response.answers = {
        key: found if isinstance(found, Answer) else Answer(uploads=_store(world, form, key, found, email))
        for key, found in filled.items()
    }


def _read(item: Json, question: Json, given: Any) -> Answer | list[Json]:
    """Return the texts given, or the files still to be stored; raise ApiError for what the form would not take."""
    if "fileUploadQuestion" in question:
        files = given.get("files", []) if isinstance(given, dict) else []
        if not files or len(files) > question["fileUploadQuestion"].get("maxFiles", 1):
            raise ApiError(400, "INVALID_ARGUMENT", f"{item['title']!r} takes 1 to {_most(question)} files.")
        return list(files)
    texts = [str(text) for text in given] if isinstance(given, list) else [str(given)]
    _check_options(item, question, texts)
    return Answer(texts)


def _most(question: Json) -> int:
    return int(question["fileUploadQuestion"].get("maxFiles", 1))


def _check_options(item: Json, question: Json, texts: list[str]) -> None:
    kind = question.get("choiceQuestion") or item.get("questionGroupItem", {}).get("grid", {}).get("columns")
    if not kind:
        return
    offered = {option.get("value") for option in kind["options"]}
    free = any(option.get("isOther") for option in kind["options"])
    if len(texts) > 1 and kind["type"] != "CHECKBOX":
        raise ApiError(400, "INVALID_ARGUMENT", f"{item['title']!r} takes one option.")
    if not free and not set(texts) <= offered:
        raise ApiError(400, "INVALID_ARGUMENT", f"{item['title']!r} does not offer {', '.join(set(texts) - offered)}.")


def _store(world: World, form: Form, question_id: str, files: list[Json], email: str) -> list[Upload]:
    """Put uploads into the question's folder, in the form owner's Drive, the uploader's name in theirs."""
    question = next(question for _, question in titled(form) if question["questionId"] == question_id)
    folder, owner = question["fileUploadQuestion"]["folderId"], world.drive.files[form.id].owner
    uploads = []
    for one in files:
        name = _signed(one["name"], _name_of(world, email))
        kind = one.get("mime") or mimetypes.guess_type(one["name"])[0] or "application/octet-stream"
        stored = new_file(world, owner, name, kind, _content(one), [folder], made_by=email)
        uploads.append(Upload(stored.id, stored.name, kind))
    return uploads


def _content(file: Json) -> bytes:
    if "text" in file:
        return str(file["text"]).encode()
    try:
        return base64.b64decode(file["base64"], validate=True)
    except (binascii.Error, TypeError) as error:
        raise ApiError(400, "INVALID_ARGUMENT", f"{file['name']} is not base64.") from error


def _signed(file_name: str, person: str) -> str:
    stem, dot, ending = file_name.rpartition(".")
    return f"{stem} - {person}.{ending}" if dot and stem else f"{file_name} - {person}"


def _name_of(world: World, email: str) -> str:
    person = world.people.get(email.lower())
    return person.name if person else email.partition("@")[0]


def titled(form: Form) -> Iterator[tuple[str, Json]]:
    """Yield each question with the title that people see; a grid's rows are "title: row"."""
    for item in form.items:
        for question in questions_of(item):
            row = question.get("rowQuestion", {}).get("title")
            yield (f"{item.get('title', '')}: {row}" if row else item.get("title", "")), question


def _find(form: Form, name: str) -> tuple[Json, Json]:
    """Return item and question by question id or title; raise ApiError when there is none."""
    for item in form.items:
        for question in questions_of(item):
            row = question.get("rowQuestion", {}).get("title")
            title = f"{item.get('title', '')}: {row}" if row else item.get("title", "")
            if name in (question["questionId"], title):
                return item, question
    raise ApiError(404, "NOT_FOUND", f"{form.title} has no question {name!r}.")


def _form(act: Act) -> Form:
    return _known(act.world, act.args["form_id"])


def _known(world: World, form_id: str) -> Form:
    form = world.forms.forms.get(form_id)
    if form is None:
        raise ApiError(404, "NOT_FOUND", f"No form {form_id}.")
    return form


def _response(form: Form, response_id: str) -> Response:
    response = form.responses.get(response_id)
    if response is None:
        raise ApiError(404, "NOT_FOUND", f"{form.title} has no response {response_id}.")
    return response


@act(
    "GET", "filled-form", "?link=: what is filled in already where somebody opens that link of a form, by question id."
)
def filled_form(act: Act) -> Json:
    form, answers = open_link(act.world, act.args["link"])
    return {"formId": form.id, "title": form.title, "answers": answers}


def open_link(world: World, link: str) -> tuple[Form, dict[str, Any]]:
    """Return the form that a link leads to, and what the link fills in: `entry.N` goes to the question whose id is N.

    What fits no question, no option or no line is left out, as is what can't be filled in: uploads.
    """
    parts = urlsplit(link)
    form = next((form for form in world.forms.forms.values() if urlsplit(responder_uri(form)).path == parts.path), None)
    if form is None:
        raise ApiError(404, "NOT_FOUND", f"No form is filled in at {link[:80]}.")
    given: dict[str, list[str]] = {}
    for name, text in parse_qsl(parts.query):
        if name.startswith("entry.") and name[6:].isdecimal():
            given.setdefault(f"{int(name[6:]):08x}", []).append(text)
    answers: dict[str, Any] = {}
    for item in form.items:
        for question in questions_of(item):
            texts = given.get(question["questionId"], [])
            if texts and "fileUploadQuestion" not in question and _takes(item, question, texts):
                answers[question["questionId"]] = texts if len(texts) > 1 else texts[0]
    return form, answers


def _takes(item: Json, question: Json, texts: list[str]) -> bool:
    try:
        _check_options(item, question, texts)
    except ApiError:
        return False
    return True
