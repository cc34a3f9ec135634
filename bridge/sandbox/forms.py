"""Forms v1: reading forms and responses, and changing a form."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from bridge.sandbox.api import ApiError, Call, Json, on
from bridge.sandbox.drive_state import FOLDER, FORM, ROLES, new_file, role_of
from bridge.sandbox.forms_state import Answer, Form, Response
from bridge.sandbox.state import World

PAGE = 5000

_FILTER = re.compile(r"timestamp (>=|>) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


@on("forms.forms.get")
def get_form(call: Call) -> Json:
    return form_json(editable(call))


@on("forms.forms.responses.get")
def get_response(call: Call) -> Json:
    form = editable(call)
    response = form.responses.get(call.params["responseId"])
    if response is None:
        raise _not_found()
    return {"formId": form.id, **response_json(response)}


@on("forms.forms.responses.list")
def list_responses(call: Call) -> Json:
    """List a page of responses, in an order that has nothing to do with time.

    A page begins after the last one seen, by a fixed key, so responses that come and go meanwhile shift nothing.
    """
    form = editable(call)
    wanted = call.params.get("filter", "")
    fits = _filter(wanted)
    after = _read_token(call.params.get("pageToken", ""), form.id, wanted)
    if call.params.get("pageSize", 0) < 0:
        raise ApiError(400, "INVALID_ARGUMENT", "Request contains an invalid argument: page_size.")
    size = min(call.params.get("pageSize") or PAGE, PAGE, call.world.forms.page_cap)
    keyed = sorted((_order(call.world, response), response) for response in form.responses.values() if fits(response))
    rest = [(key, response) for key, response in keyed if key > after]
    page = rest[:size]
    answer: Json = {"responses": [response_json(response) for _, response in page]} if page else {}
    if len(rest) > size:
        answer["nextPageToken"] = _write_token(page[-1][0], form.id, wanted)
    return answer


def editable(call: Call) -> Form:
    """Return the form that the caller may edit, or raise ApiError."""
    form = call.world.forms.forms.get(call.params["formId"])
    if form is None or form.id not in call.world.drive.files:
        raise _not_found()
    role = role_of(call.world, call.caller.email, form.id)
    if role is None or ROLES.index(role) < ROLES.index("writer"):
        raise ApiError(403, "PERMISSION_DENIED", "The caller does not have permission")
    return form


def _not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "Requested entity was not found.")


def _order(world: World, response: Response) -> tuple[int, str]:
    return zlib.crc32(f"{world.seed}/{response.id}".encode()), response.id


def _write_token(key: tuple[int, str], form_id: str, wanted: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([*key, form_id, wanted]).encode()).decode()


def _read_token(token: str, form_id: str, wanted: str) -> tuple[int, str]:
    """Return the key to go on after; raise ApiError unless the token was made for this form and filter."""
    if not token:
        return -1, ""
    try:
        number, response_id, *made_for = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error):
        made_for = []
    if made_for != [form_id, wanted]:
        raise ApiError(400, "INVALID_ARGUMENT", "Request contains an invalid argument: page_token.")
    return number, response_id


def _filter(text: str) -> Callable[[Response], bool]:
    """Turn ``timestamp > N`` or ``timestamp >= N`` into a test of when a response was last submitted."""
    if not text:
        return lambda response: True
    found = _FILTER.fullmatch(text)
    if found is None:
        raise ApiError(400, "INVALID_ARGUMENT", f"Request contains an invalid argument: filter {text!r}.")
    limit = nanoseconds(f"{found[2]}.{found[3] or '0'}Z")
    if found[1] == ">":
        return lambda response: nanoseconds(response.submitted) > limit
    return lambda response: nanoseconds(response.submitted) >= limit


def nanoseconds(stamp: str) -> int:
    """Turn an RFC 3339 Zulu time into nanoseconds since 1970, which datetime is too coarse for."""
    whole, _, fraction = stamp.removesuffix("Z").partition(".")
    try:
        seconds = int(datetime.fromisoformat(whole + "+00:00").timestamp())
    except ValueError as error:
        raise ApiError(400, "INVALID_ARGUMENT", f"Not a time: {stamp!r}") from error
    return seconds * 10**9 + int(fraction.ljust(9, "0") or 0)


def form_json(form: Form) -> Json:
    """Write a form as Google does."""
    info = {"title": form.title, "documentTitle": form.document_title or form.title}
    if form.description:
        info["description"] = form.description
    answer: Json = {
        "formId": form.id,
        "info": info,
        "settings": {"emailCollectionType": form.email_collection},
        "revisionId": revision_id(form),
        "responderUri": responder_uri(form),
        "items": form.items,
    }
    if form.accepting is not None:
        state = {"isPublished": True, "isAcceptingResponses": form.accepting}
        answer["publishSettings"] = {"publishState": state}
    if form.linked_sheet:
        answer["linkedSheetId"] = form.linked_sheet
    return answer


def revision_id(form: Form) -> str:
    return f"{form.revision:08x}"


def responder_uri(form: Form) -> str:
    """Return the address that people answer at; the id in it is not the form's id."""
    digest = base64.urlsafe_b64encode(form.id.encode()).decode().rstrip("=")
    return f"https://docs.google.com/forms/d/e/1FAIpQLS{digest[:48]}/viewform"


def response_json(response: Response) -> Json:
    """Write a response as Google does in a list, without the form's id."""
    answer: Json = {
        "responseId": response.id,
        "createTime": response.created,
        "lastSubmittedTime": response.submitted,
        "answers": {key: _answer_json(key, found) for key, found in response.answers.items()},
    }
    if response.email:
        answer["respondentEmail"] = response.email
    return answer


def _answer_json(question_id: str, answer: Answer) -> Json:
    if answer.uploads:
        files = [{"fileId": one.file_id, "fileName": one.name, "mimeType": one.mime_type} for one in answer.uploads]
        return {"questionId": question_id, "fileUploadAnswers": {"answers": files}}
    return {"questionId": question_id, "textAnswers": {"answers": [{"value": text} for text in answer.texts]}}


# ── making forms ──────────────────────────────────────────────────────────────


def new_form(
    world: World,
    *,
    owner: str,
    title: str,
    items: list[Json],
    description: str = "",
    email_collection: str = "VERIFIED",
    parent: str = "",
) -> str:
    """Make a form and its Drive file, owned by *owner*, and return its id.

    *items* are made by `text`, `choice`, `upload` …, or are Google's Item as JSON; missing ids are given. A folder for
    uploads is made beside the form for each question that takes files.
    """
    file = new_file(world, owner, title, FORM, parents=[parent] if parent else [])
    form = Form(file.id, title, description=description, email_collection=email_collection)
    world.forms.forms[form.id] = form
    for item in items:
        add_item(world, form, item)
    return form.id


def add_item(world: World, form: Form, item: Json, index: int | None = None) -> Json:
    """Put a copy of *item* into the form, with ids and an upload folder where they are missing; return it."""
    item = completed(world, form, item)
    form.items.insert(len(form.items) if index is None else index, item)
    return item


def completed(world: World, form: Form, item: Json) -> Json:
    """Return a copy of *item* with ids and an upload folder where they are missing."""
    item = json.loads(json.dumps(item))
    item.setdefault("itemId", hex_id(world))
    for question in questions_of(item):
        question.setdefault("questionId", hex_id(world))
        if "fileUploadQuestion" in question:
            folder = question["fileUploadQuestion"].setdefault("folderId", "")
            question["fileUploadQuestion"]["folderId"] = folder or _upload_folder(world, form, item)
    return item


def _upload_folder(world: World, form: Form, item: Json) -> str:
    """Find or make "<form> (File responses)/<question> (File responses)" beside the form."""
    file = world.drive.files[form.id]
    parents = list(file.parents)
    for name in (f"{form.title} (File responses)", f"{item.get('title', 'Untitled')} (File responses)"):
        folder = next((one for one in world.drive.files.values() if one.name == name and one.parents == parents), None)
        folder = folder or new_file(world, file.owner, name, FOLDER, parents=parents)
        parents = [folder.id]
    return parents[0]


def hex_id(world: World) -> str:
    """Return an id as questions and items have it: eight hexadecimal digits."""
    return f"{zlib.crc32(world.new_id('question').encode()):08x}"


def questions_of(item: Json) -> Iterator[Json]:
    """Yield the questions of an item: one, the rows of a grid, or none."""
    if "questionItem" in item:
        yield item["questionItem"]["question"]
    yield from item.get("questionGroupItem", {}).get("questions", ())


def _question(title: str, kind: str, what: Json, *, required: bool, description: str = "") -> Json:
    item: Json = {"title": title, "questionItem": {"question": {"required": required, kind: what}}}
    return item | ({"description": description} if description else {})


def text(title: str, *, paragraph: bool = False, required: bool = False, description: str = "") -> Json:
    """A question answered in words."""
    return _question(title, "textQuestion", {"paragraph": paragraph}, required=required, description=description)


def choice(title: str, options: list[str], *, kind: str = "RADIO", other: bool = False, required: bool = False) -> Json:
    """A question with options; *kind* is RADIO, CHECKBOX or DROP_DOWN, *other* lets people write their own."""
    listed: list[Json] = [{"value": value} for value in options] + ([{"isOther": True}] if other else [])
    return _question(title, "choiceQuestion", {"type": kind, "options": listed}, required=required)


def upload(title: str, *, max_files: int = 5, types: tuple[str, ...] = (), required: bool = False) -> Json:
    """A question answered with files; its folder is made with the form."""
    what: Json = {"maxFiles": max_files, "maxFileSize": str(100 * 2**20)} | ({"types": list(types)} if types else {})
    return _question(title, "fileUploadQuestion", what, required=required)


def heading(title: str, description: str = "") -> Json:
    """Words between the questions."""
    return {"title": title, "description": description, "textItem": {}}


def page_break(title: str) -> Json:
    return {"title": title, "pageBreakItem": {}}


def grid(title: str, rows: list[str], columns: list[str], *, kind: str = "RADIO") -> Json:
    """A table of questions: one question per row, all with the same options."""
    questions: list[Json] = [{"rowQuestion": {"title": row}} for row in rows]
    options: list[dict[str, Any]] = [{"value": column} for column in columns]
    return {
        "title": title,
        "questionGroupItem": {"questions": questions, "grid": {"columns": {"type": kind, "options": options}}},
    }
