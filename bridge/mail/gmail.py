"""Mails through Gmail's drafts: the one way of sending that can be asked afterwards.

A draft is consumed by sending it, so a draft that is still there was not sent, and one that is gone was (or a person
threw it away, which Gmail does not tell apart). Gmail API v1: users.drafts.create, list, get, send, delete.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.errors import InDoubt, Refused
from bridge.google import Errand, Google
from bridge.google.answers import HttpFailure
from bridge.mail.mime import HEADER, to_mime, token
from bridge.mail.voice import Sender
from bridge.ports import Clock, Message, Outcome

DRAFTS = "https://gmail.googleapis.com/gmail/v1/users/me/drafts"

#: Gmail's price of each call, in quota units.
UNITS = {"create": 10, "list": 5, "get": 5, "send": 100, "delete": 10}
DOING = {
    "create": "lay a mail ready in Gmail",
    "list": "look through the drafts in Gmail",
    "get": "look at a draft in Gmail",
    "send": "send a mail through Gmail",
    "delete": "throw a draft away in Gmail",
}


@dataclass(frozen=True, slots=True)
class GmailMailer:
    """Sends from the mailbox of the account that *google* acts as, which must be that of *sender* or its alias."""

    google: Google
    sender: Sender
    secret: bytes
    clock: Clock

    def prepare(self, message: Message, *, again: bool) -> str:
        """Lay *message* ready as a draft and return the draft's id; *again*: adopt one that an earlier call left."""
        mark = token(self.secret, message.key)
        if again and (draft := self.orphan(message, mark)):
            return draft
        mail = to_mime(message, self.sender, mark, self.clock.now())
        raw = urlsafe_b64encode(mail.as_bytes()).decode()
        answer = self.call("create", "POST", DRAFTS, json={"message": {"raw": raw}})
        return text(answer, "id", "create")

    def send(self, ref: str, message: Message) -> None:
        """Send the draft *ref*.

        Raises InDoubt when the draft is gone: then an earlier call has sent it, and `outcome` will say so.
        """
        del message
        try:
            self.call("send", "POST", f"{DRAFTS}/send", json={"id": ref})
        except Refused as error:
            if is_gone(error):
                raise InDoubt("The draft in Gmail is gone; it was probably sent by an earlier try.") from error
            raise

    def outcome(self, ref: str, message: Message) -> Outcome:
        """Say SENT when the draft is gone (or a person threw it away), NOT_SENT while it is there."""
        del message
        try:
            self.call("get", "GET", f"{DRAFTS}/{ref}", params={"format": "minimal"})
        except Refused as error:
            if is_gone(error):
                return Outcome.SENT
            raise
        return Outcome.NOT_SENT

    def discard(self, ref: str) -> None:
        """Delete the draft *ref*; to delete it again changes nothing."""
        try:
            self.call("delete", "DELETE", f"{DRAFTS}/{ref}")
        except Refused as error:
            if not is_gone(error):
                raise

    def orphan(self, message: Message, mark: str) -> str:
        """Return the id of the draft that bears our *mark*, or "": Gmail can't search by header, so we look."""
        for draft in self.drafts(message):
            answer = self.call("get", "GET", f"{DRAFTS}/{draft}", params={"format": "metadata"})
            headers = answer.get("message", {}).get("payload", {}).get("headers", [])
            if any(h.get("name", "").lower() == HEADER.lower() and h.get("value") == mark for h in headers):
                return draft
        return ""

    def drafts(self, message: Message) -> Iterator[str]:
        """Yield the ids of the drafts to the same person, page by page."""
        query: dict[str, str | int] = {"maxResults": 100, "q": f"to:{message.to}"}
        while True:
            answer = self.call("list", "GET", DRAFTS, params=query)
            yield from (text(draft, "id", "list") for draft in answer.get("drafts", []))
            if not answer.get("nextPageToken"):
                return
            query["pageToken"] = answer["nextPageToken"]

    def call(
        self,
        verb: str,
        method: str,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Make one call; the retry layer may repeat only what does no harm twice without asking."""
        errand, units, harmless = Errand(DOING[verb]), UNITS[verb], method in ("GET", "DELETE")
        return self.google.request(
            method, url, json=json, params=params, what=errand, idempotent=harmless, bucket="gmail", units=units
        )


def is_gone(error: Refused) -> bool:
    """Return whether Gmail refused because there is no such draft."""
    return isinstance(error.__cause__, HttpFailure) and error.__cause__.response.status_code == 404


def text(answer: Mapping[str, Any], name: str, verb: str) -> str:
    """Return the member *name* of an answer; an answer without it leaves open what happened."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise InDoubt(f"The bridge tried to {DOING[verb]}, and the answer does not say which draft it is about.")
    return value
