"""What can go wrong at the Badgr server, and what it then says."""

from __future__ import annotations

import json

from tests.peers.badgr.recordings import Answer, Recordings

OPERATIONS = {
    *("token", "token_revoke", "user", "issuer_list", "issuer_get", "issuer_create"),
    *("badge_list", "badge_get", "badge_create", "badge_delete"),
    *("assertion_create", "batch", "assertion_list", "assertion_get", "assertion_put", "revoke", "revoke_many"),
    *("changed", "backpack", "public", "image", "media", "health"),
}
#: Nothing happens, and the answer says so, or lies.
INSTEAD = ("500", "400_evidence", "401", "404", "429", "429_retry_after", "403_rate_limit", "502_html", "html_200")
#: `…_before`: it never happens. `…_after`: it happened. `timeout_late`: it happens when nobody listens any more.
#: `cut_answer`: it happened, and half of the answer arrives. `killed_batch:2`: a worker dies after two items.
WITHOUT_ANSWER = ("timeout_before", "timeout_after", "timeout_late", "cut_before", "cut_after", "cut_answer")
FAULTS = (*INSTEAD, *WITHOUT_ANSWER, "commit_then_500", "killed_batch")


def instead(fault: str, book: Recordings) -> Answer:
    """The answer that *fault* puts in the place of the right one.

    Recorded: 500, 401, 404. Not recorded, since no such thing stood before the recorded servers: 429 and its
    Retry-After (the hosted service documents the status and these words), Canvas' 403, a proxy's 502, a page.
    """
    kind, _, number = fault.partition(":")
    match kind:
        case "500":
            return book.broken()
        case "400_evidence":
            return book.answer("assertion_create_evidence_bad_url")
        case "401":
            return book.answer("users_self_bad_token")
        case "404":
            return book.answer("assertion_create_foreign")
        case "429":
            return Answer(429, JSON, json.dumps({"detail": "Too Many Requests"}).encode())
        case "429_retry_after":
            return Answer(429, JSON | {"Retry-After": number or "7"}, b'{"detail": "Too Many Requests"}')
        case "403_rate_limit":
            return Answer(403, HTML, b"403 Forbidden (Rate Limit Exceeded)")
        case "502_html":
            return Answer(502, HTML, b"<html><head><title>502 Bad Gateway</title></head></html>\n")
    return Answer(200, HTML, b"<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>\n")


JSON, HTML = {"Content-Type": "application/json"}, {"Content-Type": "text/html; charset=utf-8"}
