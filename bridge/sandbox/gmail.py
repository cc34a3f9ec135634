"""Gmail v1: drafts, sending, looking into one's own mailbox."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.sandbox.api import ApiError, Call, Json, on
from bridge.sandbox.gmail_mail import attachment, decode_raw, encode, message_json, outgoing, recipients, without_bcc
from bridge.sandbox.gmail_search import search
from bridge.sandbox.gmail_state import Mailbox, Message
from bridge.sandbox.state import World

MOST = 500  # messages or drafts a page
MOST_RECIPIENTS = 100  # of one message sent through the API

METADATA = "https://www.googleapis.com/auth/gmail.metadata"


@on("gmail.users.getProfile")
def get_profile(call: Call) -> Json:
    mailbox = _mailbox(call)
    threads = {message.thread_id for message in mailbox.messages.values()}
    return {
        "emailAddress": call.caller.email,
        "messagesTotal": len(mailbox.messages),
        "threadsTotal": len(threads),
        "historyId": str(call.world.next_id),
    }


@on("gmail.users.drafts.create")
def create_draft(call: Call) -> Json:
    mailbox = _mailbox(call)
    given = call.body.get("message", {})
    message = _keep(call.world, mailbox, _raw(call, given), ["DRAFT"], given.get("threadId", ""))
    draft_id = call.world.new_id("r", 20)
    mailbox.drafts[draft_id] = message.id
    return {"id": draft_id, "message": _brief(message)}


@on("gmail.users.drafts.update")
def update_draft(call: Call) -> Json:
    mailbox = _mailbox(call)
    draft_id = call.params["id"]
    old = _drafted(mailbox, draft_id)
    message = _keep(call.world, mailbox, _raw(call, call.body.get("message", {})), ["DRAFT"], old.thread_id)
    del mailbox.messages[old.id]
    mailbox.drafts[draft_id] = message.id
    return {"id": draft_id, "message": _brief(message)}


@on("gmail.users.drafts.get")
def get_draft(call: Call) -> Json:
    message = _drafted(_mailbox(call), call.params["id"])
    return {"id": call.params["id"], "message": message_json(message, call.params.get("format", "full"))}


@on("gmail.users.drafts.delete")
def delete_draft(call: Call) -> Json:
    drop_draft(_mailbox(call), call.params["id"])
    return {}


@on("gmail.users.drafts.list")
def list_drafts(call: Call) -> Json:
    mailbox = _mailbox(call)
    fits = search(call.params.get("q", ""))
    drafts = [(draft_id, mailbox.messages[message_id]) for draft_id, message_id in mailbox.drafts.items()]
    found = [(draft_id, message) for draft_id, message in reversed(drafts) if fits(message)]
    start, end = _page(call, len(found))
    listed = [
        {"id": draft_id, "message": {"id": message.id, "threadId": message.thread_id}}
        for draft_id, message in found[start:end]
    ]
    return _listing("drafts", listed, end, len(found))


@on("gmail.users.drafts.send")
def send_draft(call: Call) -> Json:
    """Send a draft: it is consumed, so that sending it again is a 404; the message sent has an id of its own."""
    mailbox = _mailbox(call)
    draft_id = call.body["id"]
    draft = _drafted(mailbox, draft_id)
    given = call.body.get("message", {})
    raw = _raw(call, given) if "raw" in given or call.media else draft.raw
    sent = _send(call.world, call.caller.email, raw, draft.thread_id)
    drop_draft(mailbox, draft_id)
    return _brief(sent)


@on("gmail.users.messages.send")
def send_message(call: Call) -> Json:
    _mailbox(call)
    sent = _send(call.world, call.caller.email, _raw(call, call.body), call.body.get("threadId", ""))
    return _brief(sent)


@on("gmail.users.messages.list")
def list_messages(call: Call) -> Json:
    mailbox = _mailbox(call)
    query = call.params.get("q", "")
    if query and _only_metadata(call):
        raise ApiError(403, "forbidden", "Metadata scope does not support 'q' parameter")
    fits, labels = search(query), set(call.params.get("labelIds", ()))
    # Without a word about it neither trash nor spam is searched.
    hidden = set() if call.params.get("includeSpamTrash") or "in:" in query else {"TRASH"}
    found = [
        message
        for message in reversed(mailbox.messages.values())
        if labels <= set(message.labels) and not hidden & set(message.labels) and fits(message)
    ]
    start, end = _page(call, len(found))
    listed = [{"id": message.id, "threadId": message.thread_id} for message in found[start:end]]
    return _listing("messages", listed, end, len(found))


@on("gmail.users.messages.get")
def get_message(call: Call) -> Json:
    shape = call.params.get("format", "full")
    if _only_metadata(call) and shape in ("full", "raw"):
        raise ApiError(403, "forbidden", f"Metadata scope doesn't allow format {shape.upper()}")
    return message_json(_message(call, call.params["id"]), shape, call.params.get("metadataHeaders", ()))


@on("gmail.users.messages.attachments.get")
def get_attachment(call: Call) -> Json:
    data = attachment(_message(call, call.params["messageId"]), call.params["id"])
    if data is None:
        raise ApiError(400, "invalidArgument", "Invalid attachment token")
    return {"size": len(data), "data": encode(data)}


def _mailbox(call: Call) -> Mailbox:
    """Return the caller's own mailbox; a service account that acts for nobody has none."""
    if not call.world.is_member(call.caller.email):
        raise ApiError(400, "failedPrecondition", "Precondition check failed.")
    user = call.params["userId"].lower()
    if user not in ("me", call.caller.email):
        raise ApiError(403, "forbidden", f"Delegation denied for {call.caller.email}")
    return call.world.gmail.mailbox(call.caller.email)


def _only_metadata(call: Call) -> bool:
    """Say whether gmail.metadata is all the caller has for reading: then the strict rules hold."""
    broader = {"https://mail.google.com/"} | {
        f"https://www.googleapis.com/auth/gmail.{name}" for name in ("readonly", "modify")
    }
    return METADATA in call.caller.scopes and not broader & call.caller.scopes


def _raw(call: Call, given: Json) -> bytes:
    return call.media.data if call.media else decode_raw(given.get("raw", ""))


def _drafted(mailbox: Mailbox, draft_id: str) -> Message:
    if draft_id not in mailbox.drafts:
        raise ApiError(404, "notFound", "Requested entity was not found.")
    return mailbox.messages[mailbox.drafts[draft_id]]


def drop_draft(mailbox: Mailbox, draft_id: str) -> None:
    """Remove a draft and the message it holds; raise ApiError when there is none."""
    _drafted(mailbox, draft_id)
    del mailbox.messages[mailbox.drafts.pop(draft_id)]


def _message(call: Call, message_id: str) -> Message:
    message = _mailbox(call).messages.get(message_id)
    if message is None:
        raise ApiError(404, "notFound", "Requested entity was not found.")
    return message


def _keep(world: World, mailbox: Mailbox, raw: bytes, labels: Iterable[str], thread_id: str = "") -> Message:
    number = f"{int(world.clock.now().timestamp()) & 0xFFFFFFFF:08x}{world.next_id & 0xFFFFFFFF:08x}"
    world.next_id += 1
    message = Message(number, thread_id or number, raw, int(world.clock.now().timestamp() * 1000), list(labels))
    mailbox.messages[message.id] = message
    return message


def _send(world: World, sender: str, raw: bytes, thread_id: str) -> Message:
    """Put the message into the sender's sent mail and everybody's inbox; a mail to oneself is one message."""
    to = recipients(raw)
    if len(to) > MOST_RECIPIENTS:
        raise ApiError(400, "invalidArgument", "Too many recipients")
    raw = outgoing(world, sender, raw)
    labels = ["SENT", "INBOX", "UNREAD"] if sender in to else ["SENT"]
    sent = _keep(world, world.gmail.mailbox(sender), raw, labels, thread_id)
    delivered = without_bcc(raw)
    for address in to:
        if address != sender:
            _keep(world, world.gmail.mailbox(address), delivered, ["INBOX", "UNREAD"])
    return sent


def _brief(message: Message) -> Json:
    return {"id": message.id, "threadId": message.thread_id, "labelIds": list(message.labels)}


def _page(call: Call, total: int) -> tuple[int, int]:
    token = call.params.get("pageToken", "0")
    if not token.isdigit():
        raise ApiError(400, "invalidArgument", "Invalid pageToken")
    size = min(call.params.get("maxResults") or 100, MOST)
    return int(token), min(int(token) + size, total)


def _listing(name: str, listed: list[Json], end: int, total: int) -> Json:
    answer: Json = {"resultSizeEstimate": total} | ({name: listed} if listed else {})
    return answer | ({"nextPageToken": str(end)} if end < total else {})
