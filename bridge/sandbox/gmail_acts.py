"""What people do with mail: look into a mailbox, anyone's; throw a draft away."""

from __future__ import annotations

from bridge.sandbox.api import Act, ApiError, Json, Media, act
from bridge.sandbox.gmail import drop_draft
from bridge.sandbox.gmail_mail import attachments, parse, texts
from bridge.sandbox.gmail_state import Mailbox, Message


@act("GET", "mailboxes", "Every address that has mail, and how much.")
def list_mailboxes(act: Act) -> Json:
    rows = [
        {"email": email, "messages": len(box.messages) - len(box.drafts), "drafts": len(box.drafts)}
        for email, box in act.world.gmail.mailboxes.items()
    ]
    return {"mailboxes": rows}


@act("GET", "mailbox/{email}", "What lies in a mailbox, oldest first; `n` names a message.")
def read_mailbox(act: Act) -> Json:
    box = _mailbox(act)
    messages = [_told(n, message) for n, message in enumerate(box.messages.values(), 1)]
    return {"email": act.args["email"], "messages": messages, "drafts": list(box.drafts)}


@act("GET", "mailbox/{email}/{n}.eml", "One message as a file, as it was delivered.")
def read_message(act: Act) -> Media:
    return Media("message/rfc822", _nth(act).raw)


@act("GET", "mailbox/{email}/{n}", "One message as its reader sees it.")
def show_message(act: Act) -> Media:
    parsed = parse(_nth(act).raw)
    plain, page = texts(parsed)
    return (
        Media("text/html; charset=UTF-8", page.encode()) if page else Media("text/plain; charset=UTF-8", plain.encode())
    )


@act("DELETE", "mailbox/{email}/drafts/{draft_id}", "Throw a draft away, as a person would.")
def throw_away(act: Act) -> Json:
    drop_draft(_mailbox(act), act.args["draft_id"])
    return {}


def _mailbox(act: Act) -> Mailbox:
    return act.world.gmail.mailboxes.get(act.args["email"].lower(), Mailbox())


def _nth(act: Act) -> Message:
    messages = list(_mailbox(act).messages.values())
    n = act.args["n"]
    if not n.isdigit() or not 1 <= int(n) <= len(messages):
        raise ApiError(404, "NOT_FOUND", f"{act.args['email']} has {len(messages)} messages, no {n!r}.")
    return messages[int(n) - 1]


def _told(n: int, message: Message) -> Json:
    parsed = parse(message.raw)
    plain, page = texts(parsed)
    return {
        "n": n,
        "id": message.id,
        "labels": message.labels,
        "subject": str(parsed.get("subject", "")),
        "from": str(parsed.get("from", "")),
        "to": str(parsed.get("to", "")),
        "date": str(parsed.get("date", "")),
        "text": plain,
        "html": page,
        "attachments": attachments(parsed),
    }
