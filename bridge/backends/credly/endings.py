"""What an answer of Credly's means for whoever asked, as one of the bad endings. Pure but for the time it is told."""

from __future__ import annotations

from datetime import datetime

from bridge.backends.calls import pause
from bridge.errors import BackendClosed, BridgeError, InDoubt, TryLater

from . import answers
from .tokens import renewal
from .values import Account
from .wire import Answer

#: These may be about the one award or badge that was asked for. All others are about the account or the server.
ABOUT_ONE = (400, 404, 409, 410, 413, 422)
#: A server that answers the same words with 500 for ever is given up after so many tries.
MOST_500 = 3


def trouble(answer: Answer, account: Account, now: datetime) -> BridgeError | None:
    """Return what *answer* says about the account or the server; None where it is good, or about one award.

    TryLater for what a coordinator can mend for all awards at once; InDoubt for a failure of the server, in which a
    write may have been carried out. Statuses other than 401, 422 and 2xx are recalled, not measured.
    """
    if answer.ok:
        return None
    status, host = answer.status, account.host
    if status >= 500:
        return server_trouble(answer, host)
    if status == 429:
        return TryLater(
            f"Credly ({host}) asks for a pause (429).", wait=pause(answer.headers.get("Retry-After", ""), now)
        )
    if status == 401:
        return BackendClosed(
            f"Credly ({host}) does not accept the token (401): it may have ended. {renewal(account.token_env)}"
        )
    if status == 403:
        return BackendClosed(
            f"Credly ({host}) says that the token may not do this (403) for the organization {account.organization}. "
            f"Check [credly] organization, and what the token may do. {renewal(account.token_env)}"
        )
    if answer.is_web_page or status < 400:
        return not_an_api(host, f"answered {status}")
    if status in ABOUT_ONE:
        return None
    return TryLater(
        f"Credly ({host}) answered {status} and {answers.complaint(answer.body).quoted}. Please report this."
    )


def server_trouble(answer: Answer, host: str) -> BridgeError:
    status = answer.status
    if not answer.write:
        return TryLater(f"Credly ({host}) has trouble of its own ({status}).")
    return InDoubt(
        f"Credly ({host}) answered {status}, and may have done it all the same.",
        most=MOST_500 if status == 500 else None,
    )


def not_an_api(host: str, what: str) -> TryLater:
    return TryLater(
        f"{host} {what}, as Credly's API never does. Check [credly] url: https://api.credly.com, or "
        "https://sandbox-api.credly.com; or something between here and Credly asks for a log-in."
    )


def unreadable(answer: Answer, host: str) -> BridgeError:
    """Return what a good status with an answer that makes no sense means."""
    if answer.write:
        return InDoubt(f"Credly ({host}) answered {answer.status} and nothing that makes sense, so it may be done.")
    return not_an_api(host, "sent something else than was asked for")


def look_refused(answer: Answer, account: Account) -> TryLater:
    """Return what it means that a listing was refused: nothing is known, and it is not about one award."""
    if answer.status == 404:
        return BackendClosed(
            f"Credly ({account.host}) knows no organization {account.organization} (404). Its id stands in Credly's "
            "address bar, under Organization Details; set it as [credly] organization."
        )
    said = answers.complaint(answer.body).quoted
    return TryLater(
        f"Credly ({account.host}) would not list what it has ({answer.status}): {said}. Please report this."
    )
