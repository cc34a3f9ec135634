"""What went wrong with a call to a Badgr server: typed, and as a sentence. Pure.

What concerns the account, the address or the network is `TryLater`: it comes right for every award at once, as soon as
somebody mends it. What concerns one award is left to whoever called.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from bridge.backends import calls
from bridge.errors import BackendClosed, BridgeError, InDoubt, TryLater
from bridge.site.foreign import why
from bridge.wording import discreet

from .account import Account
from .answers import Answer, complaints, say

#: Tries after which a plain 500 is a person's matter: this server answers some words with it for ever.
MOST_TRIES = 3
HOSTS = "https://api.badges.parchment.com, or the same with .eu, .au, .ca or .sg"

#: Statuses by which the server says something about this one award.
ABOUT_THE_AWARD = frozenset({400, 404, 409, 410, 413, 414, 422})


@dataclass(frozen=True, slots=True)
class Errand:
    """What a call is for. `doing` completes "The Badgr server was asked to …"; a *write* may have happened unheard."""

    doing: str
    write: bool = False
    advice: str = ""  # what more there is to say when the server answers 500


def judge(answer: Answer, errand: Errand, account: Account) -> BridgeError | None:
    """Return what *answer* means for the caller, or None for a success and for what concerns one award only."""
    if answer.is_throttled:
        return TryLater(f"{account.server} asks for a pause.", wait=answer.retry_after)
    if answer.status >= 500 or answer.status == 408:
        return _fault(answer, errand, account)
    if 300 <= answer.status < 400:
        there = urlsplit(answer.location).netloc or "another address"
        return BackendClosed(
            f"{account.server} sends us on to {discreet(there)}, where the bridge does not follow: the account's "
            "token would go along. If the server has moved, correct [badgr] url."
        )
    if answer.ok:
        return _unreadable(answer, errand, account)
    if answer.is_page:
        return _no_api(answer, account)
    if answer.status not in ABOUT_THE_AWARD and answer.status != 401:
        return BackendClosed(
            f"{account.server} does not let the account {errand.doing} ({answer.status}{_words(answer)}). "
            "Look at the account's rights there, and at [badgr] url; then run badge-bridge doctor."
        )
    return None


def _fault(answer: Answer, errand: Errand, account: Account) -> BridgeError:
    if not errand.write:
        return TryLater(
            f"{account.server} answered {answer.status}, a fault on its side, when it was asked to {errand.doing}."
        )
    advice = f" {errand.advice}" if errand.advice and answer.status == 500 else ""
    return InDoubt(
        f"{account.server} answered {answer.status} when it was asked to {errand.doing}. It may have happened "
        f"all the same; the bridge looks before it tries again.{advice}",
        most=MOST_TRIES if answer.status == 500 else None,
    )


def _unreadable(answer: Answer, errand: Errand, account: Account) -> BridgeError | None:
    """Return what a success means that holds no JSON object; nothing at all is well enough for a write."""
    if answer.told is not None or (errand.write and answer.is_empty):
        return None
    if errand.write:
        return InDoubt(
            f"{account.host} answered {answer.status} when it was asked to {errand.doing}, but not in the words of a "
            "Badgr server; the bridge looks whether it happened. If this goes on, look at [badgr] url."
        )
    return _no_api(answer, account)


def _no_api(answer: Answer, account: Account) -> TryLater:
    what = "with a web page" if answer.is_page else "not in JSON"
    return TryLater(
        f"{account.host} answered {what} ({answer.status}) where a Badgr server's API should be. Correct [badgr] url: "
        f"it is the API's address, such as {HOSTS}, and not the one that people open. Or a proxy stands in between."
    )


def _words(answer: Answer) -> str:
    words = say(complaints(answer.told))
    return f": {words}" if words else ""


def silence(error: Exception, errand: Errand, account: Account) -> BridgeError:
    """Return what it means that no whole answer came, but *error*."""
    if (trouble := _tls(error)) is not None:
        sentence = (
            f"The connection to the Badgr server {account.host} can't be trusted ({trouble}). Look at [badgr] url, at "
            "this computer's clock, and whether a proxy or filter reads along: then its certificate must be installed."
        )
        return TryLater(sentence) if calls.never_sent(error) or not errand.write else InDoubt(sentence)
    if calls.never_sent(error):
        return TryLater(
            f"{account.server} can't be reached ({why(error)}). If this goes on, look at "
            "the network, the proxy, and [badgr] url."
        )
    reason = str(error) if isinstance(error, calls.TooMuch) else why(error)  # or we hung up ourselves
    if errand.write:
        return InDoubt(
            f"{account.server} was asked to {errand.doing}, but no whole answer came ({reason}). It may have happened "
            "all the same; the bridge looks before it tries again."
        )
    return TryLater(f"{account.server} was asked to {errand.doing}, but no whole answer came ({reason}).")


def _tls(error: Exception) -> str | None:
    """Return in a few words what was wrong with the certificate or the encryption, None if neither was."""
    cause = calls.tls_error(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate does not count: {discreet(cause.verify_message)}"
    return None if cause is None else f"no encryption could be agreed on: {discreet(cause.reason or 'no reason given')}"
