"""forms.batchUpdate: change a form through the API, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from bridge.sandbox.api import ApiError, Call, Json, on
from bridge.sandbox.documents import load
from bridge.sandbox.drive_state import touch
from bridge.sandbox.forms import add_item, completed, editable, form_json, questions_of, revision_id
from bridge.sandbox.forms_choices import check_choices
from bridge.sandbox.forms_state import Form
from bridge.sandbox.masks import BadMask, Mask, check_mask, parse_mask
from bridge.sandbox.state import World


@on("forms.forms.batchUpdate")
def batch_update(call: Call) -> Json:
    """Apply all requests in their order, or none of them; the revision moves on by one."""
    form = editable(call)
    wanted = call.body.get("writeControl", {}).get("requiredRevisionId")
    if wanted and wanted != revision_id(form):
        raise ApiError(400, "FAILED_PRECONDITION", "The required revision ID does not match the latest revision.")
    draft = replace(form, items=deepcopy(form.items))
    replies = [_apply(call.world, draft, request, n) for n, request in enumerate(call.body["requests"])]
    draft.revision += 1
    call.world.forms.forms[form.id] = draft
    touch(call.world, call.world.drive.files[form.id], call.caller.email)
    answer: Json = {"replies": replies, "writeControl": {"requiredRevisionId": revision_id(draft)}}
    return answer | ({"form": form_json(draft)} if call.body.get("includeFormInResponse") else {})


def _apply(world: World, form: Form, request: Json, n: int) -> Json:
    if len(request) != 1:
        raise _invalid(n, "exactly one kind of request must be set")
    [(kind, what)] = request.items()
    try:
        return _KINDS[kind](world, form, what)
    except (ValueError, KeyError, BadMask) as error:
        raise _invalid(n, f"{kind}: {error}") from error


def _invalid(n: int, what: str) -> ApiError:
    return ApiError(400, "INVALID_ARGUMENT", f"Invalid requests[{n}]: {what}")


def _create(world: World, form: Form, what: Json) -> Json:
    if any("fileUploadQuestion" in question for question in questions_of(what["item"])):
        raise ValueError("a question for uploads can't be made through the API")
    check_choices(form.items, what["item"])
    item = add_item(world, form, what["item"], _index(form, what["location"], last=len(form.items)))
    return {"createItem": {"itemId": item["itemId"], "questionId": [one["questionId"] for one in questions_of(item)]}}


def _delete(world: World, form: Form, what: Json) -> Json:
    del form.items[_index(form, what["location"])]
    return {}


def _move(world: World, form: Form, what: Json) -> Json:
    item = form.items.pop(_index(form, what["originalLocation"]))
    form.items.insert(_index(form, what["newLocation"], last=len(form.items)), item)
    return {}


def _update(world: World, form: Form, what: Json) -> Json:
    index = _index(form, what["location"])
    mask = parse_mask(what["updateMask"])
    check_mask(mask, {"$ref": "Item"}, load().by_name["forms"].schemas)
    written = _masked(form.items[index], what["item"], mask)
    check_choices(form.items, written)
    form.items[index] = completed(world, form, written)
    return {}


def _update_info(world: World, form: Form, what: Json) -> Json:
    before = {"title": form.title, "description": form.description, "documentTitle": form.document_title}
    after = _masked(before, what["info"], parse_mask(what["updateMask"]))
    form.title, form.description = after.get("title", ""), after.get("description", "")
    return {}


def _update_settings(world: World, form: Form, what: Json) -> Json:
    before = {"emailCollectionType": form.email_collection}
    after = _masked(before, what["settings"], parse_mask(what["updateMask"]))
    form.email_collection = after.get("emailCollectionType", "DO_NOT_COLLECT")
    return {}


_KINDS: dict[str, Callable[[World, Form, Json], Json]] = {
    "createItem": _create,
    "deleteItem": _delete,
    "moveItem": _move,
    "updateItem": _update,
    "updateFormInfo": _update_info,
    "updateSettings": _update_settings,
}


def _index(form: Form, location: Json, *, last: int | None = None) -> int:
    index = int(location.get("index", 0))
    if not 0 <= index <= (len(form.items) - 1 if last is None else last):
        raise ValueError(f"there is no item {index}")
    return index


def _masked(before: Json, after: Json, mask: Mask) -> Json:
    """Return *before* with what *mask* names taken from *after*; what *after* lacks there goes."""
    if "*" in mask:
        return dict(after)
    result = dict(before)
    for name, below in mask.items():
        if below:
            result[name] = _masked(before.get(name, {}), after.get(name, {}), below)
        elif name in after:
            result[name] = after[name]
        else:
            result.pop(name, None)
    return result
