"""Google's refusals as sentences: what happened, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bridge.errors import BridgeError, InDoubt, Refused, TryLater
from bridge.google.answers import CUT, NO_TOKEN, UNREACHABLE, Answer


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom Google sees calling."""

    robot: str  # the service account's address
    act_as: str = ""  # the person or account that it acts for, by domain-wide delegation
    client_id: str = ""  # of the service account, as the admin enters it
    scopes: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """The address with which people must share."""
        return self.act_as or self.robot or "the bridge's account"

    @property
    def delegated(self) -> bool:
        return bool(self.act_as)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a call is for, so that its refusal can be told. `doing` completes "The bridge could not …"."""

    doing: str
    where: str = ""  # an address that people can open
    role: str = ""  # what `Identity.who` must be there: Viewer, Editor


def judge(answer: Answer, errand: Errand, identity: Identity, *, idempotent: bool) -> BridgeError:
    """Say what *answer* means for the caller: TryLater, InDoubt or Refused, each with its sentence."""
    start = f"The bridge could not {errand.doing}{f' ({errand.where})' if errand.where else ''}: "
    if answer.is_rate:
        wait = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
        return TryLater(f"{start}Google asks for a pause (quota). It will be tried again.", wait=wait)
    if answer.did_not_happen or (answer.may_have_happened and idempotent):
        return TryLater(start + _silence(answer) + " It will be tried again.")
    if answer.may_have_happened:
        return InDoubt(start + _silence(answer) + " It may have happened all the same; the bridge will look.")
    return Refused(start + _cure(answer, errand, identity))


def _silence(answer: Answer) -> str:
    match answer.reason:
        case _ if answer.status >= 400:
            return f"Google answered {answer.status}, a fault on Google's side."
        case "ABORTED":
            return "somebody else changed the same thing at the same moment."
        case x if x == UNREACHABLE:
            return f"Google can't be reached from here ({answer.message}). Look at the network, name service or proxy."
        case x if x == NO_TOKEN:
            return f"Google's sign-in did not answer ({answer.message})."
        case x if x == CUT:
            return "the connection broke, or no answer came in time."
    return "the answer was garbled; a proxy may stand in between."


def _cure(answer: Answer, errand: Errand, identity: Identity) -> str:
    if answer.reason in _TOKEN_REASONS:
        return _token_cure(answer, identity)
    if answer.reason in _BY_REASON:
        return _BY_REASON[answer.reason].format(who=identity.who, message=answer.message)
    role = f" as {errand.role}" if errand.role else ""
    share = f"Open it, choose Share, add {identity.who}{role}, then run: badge-bridge doctor"
    match answer.status:
        case 404:
            return f"it is not there, or not shared with {identity.who}; Google does not say which. {share}"
        case 403:
            return f"{identity.who} may not. {share} (Google says: {answer.message})"
        case 401:
            return (
                "Google no longer accepts the bridge's sign-in. Look whether the key was deleted: "
                f"console.cloud.google.com, IAM, Service accounts, Keys. (Google says: {answer.message})"
            )
    return f"Google refused it ({answer.status} {answer.reason}): {answer.message}"


_SWITCHED_OFF = (
    "an API that the bridge needs is not switched on in the key's Google Cloud project. Switch it on, wait five "
    "minutes, then run: badge-bridge doctor (Google says: {message})"
)
_SCOPES = (
    "the sign-in lacks a scope. If act_as is set, the Workspace admin must allow the service account all scopes that "
    "badge-bridge doctor lists: admin.google.com, Security, API controls, Domain-wide delegation."
)
_DOMAIN_RULE = (
    "a rule of the Workspace domain forbids it for {who}. Ask the domain's admin, or set act_as to an account of "
    "the domain. (Google says: {message})"
)
_USED_UP = "the day's quota is used up; Google counts anew at midnight, Pacific time. (Google says: {message})"

_BY_REASON = {
    "accessNotConfigured": _SWITCHED_OFF,
    "SERVICE_DISABLED": _SWITCHED_OFF,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _SCOPES,
    "insufficientPermissions": _SCOPES,
    "domainPolicy": _DOMAIN_RULE,
    "dailyLimitExceeded": _USED_UP,
    "quotaExceeded": _USED_UP,
    "storageQuotaExceeded": "the storage of {who} is full, or it has none (a service account never has).",
    "teamDriveFileLimitExceeded": "the shared drive is full.",
    "cannotDownloadFile": (
        "its owner lets nobody but editors download it. In Drive choose Share, Settings, and allow viewers to download."
    ),
    "failedPrecondition": (
        "Google says {message!r}. For mail this means that {who} has no mailbox: "
        "set act_as to an account of the domain."
    ),
}

_TOKEN_REASONS = frozenset(
    {"invalid_grant", "unauthorized_client", "access_denied", "invalid_scope", "invalid_client", "deleted_client"}
)


def _token_cure(answer: Answer, identity: Identity) -> str:
    """The token endpoint's refusals; its descriptions are the only way to tell them apart."""
    said = f" (Google says: {answer.reason}, {answer.message})"
    message = answer.message.lower()
    if answer.reason in ("unauthorized_client", "access_denied", "invalid_scope"):
        return _delegation(identity) + said
    if any(word in message for word in ("short-lived", "timeframe", "iat", "clock")):
        return "this computer's clock is wrong by more than five minutes. Set it by a time server." + said
    if identity.act_as and any(word in message for word in ("user id", "invalid email")):
        return f"there is no account {identity.act_as} in the domain. Correct [google] act_as." + said
    if "expired or revoked" in message:
        return (
            "the sign-in has expired. One made while the consent screen was in testing lasts seven days: make the app "
            "internal, or use a service account." + said
        )
    return (
        f"the key of {identity.robot or 'the account'} no longer counts: it was deleted, or the account was. Make a "
        "new key (console.cloud.google.com, IAM, Service accounts, Keys) and put it where [google] credentials says."
        + said
    )


def _delegation(identity: Identity) -> str:
    if not identity.act_as:
        return f"Google does not let {identity.robot or 'this account'} in with the scopes that the bridge asks for."
    return (
        f"the Workspace admin has not allowed the service account to act for {identity.act_as}, or not with all "
        "scopes. In admin.google.com, Security, Access and data control, API controls, Domain-wide delegation, "
        f"add client {identity.client_id or 'of the key'} with: {','.join(identity.scopes)}"
    )
