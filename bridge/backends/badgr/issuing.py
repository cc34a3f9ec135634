"""What comes of one order: the assertion that is its own, or why there is none. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from bridge import wording
from bridge.backends import NO_OTHER_ADDRESS, RETURN_IT, check_version, marks
from bridge.errors import BadgeClosed, BridgeError, InDoubt, Refused, TryLater
from bridge.model import Achievement, Credential, Order

from . import words
from .account import Account
from .answers import Answer, Assertion, Complaint, complaints, is_archived, is_future, say
from .explain import Errand

Complaints: TypeAlias = Sequence[Complaint]

#: Statuses by which the server says that there is no such BadgeClass, at least for this account.
NOT_THERE = (404, 410)
#: By the server's field: what to do about it. The same order says the same again: none of these is a matter of retry.
CURES = {
    "recipient": NO_OTHER_ADDRESS,
    "evidence": RETURN_IT,
    "narrative": RETURN_IT,
    "expires": (
        "The coordinator looks at Valid for in the badge's row of the tab Badges; then empty the Decision cell, and "
        "approve again a cycle later."
    ),
}


def check(order: Order, achievement: Achievement) -> None:
    """Raise Refused for what must not be sent."""
    check_version(order, achievement)
    if len(order.recipient) > words.LONGEST_RECIPIENT:
        raise Refused(
            f"The address in {order.attempt_id} has {len(order.recipient)} characters; a Badgr server keeps at most "
            f"{words.LONGEST_RECIPIENT}.",
            NO_OTHER_ADDRESS,
            for_coach=True,
            retry=False,
        )


def request(order: Order) -> str:
    """Return the number of the order's request: "41"."""
    return order.attempt_id.partition("-")[0]


def errand(order: Order, account: Account) -> Errand:
    """Return what issuing is called in sentences, with the advice for a server that can't store some characters."""
    advice = ""
    if not account.plain_text and (odd := [text for text in words.texts(order) if not words.is_plain(text)]):
        cleaned = wording.discreet(words.plain(odd[0]), 100)
        advice = (
            "Its text has characters, such as emoji, that some Badgr servers can't store. If this goes on, set "
            f"plain_text = true in [badgr]: it then reads “{cleaned}”."
        )
    return Errand(f"issue the badge of {order.attempt_id}", write=True, advice=advice)


def made(
    order: Order, found: Sequence[Assertion], credential: Callable[[Order, Assertion], Credential], account: Account
) -> Credential:
    """Return the credential of the one assertion that was made. Raise InDoubt if the answer does not tell it."""
    if len(found) == 1:
        return credential(order, found[0])
    raise untold(order, account)


def untold(order: Order, account: Account) -> InDoubt:
    return InDoubt(
        f"{account.server} says that it issued the badge of {order.attempt_id}, but not as what. The "
        "bridge looks for it before it tries again."
    )


def own(found: Sequence[Assertion], order: Order) -> Assertion | None:
    """Return the assertion that is *order*'s; of several, one that still counts, and of those the oldest."""
    ours = [one for one in found if is_of(one, order)]
    return min(ours, key=lambda one: (one.revoked, one.created_at, one.id), default=None)


def is_of(assertion: Assertion, order: Order) -> bool:
    """Return whether the mark of *order* is in the evidence; or in the narrative, where evidence has none at all."""
    evidence = assertion.evidence or ()
    told = evidence if any(map(marks.is_mark, evidence)) else re.findall(r"https?://[^\s<>()]+", assertion.narrative)
    return marks.bears(told, order)


def complaints_of(answer: Answer) -> Complaints:
    """Return what the server complains of; its silence is a complaint, too."""
    return complaints(answer.told) or (Complaint("", "it does not say why"),)


def refusal(
    order: Order, achievement: Achievement | None, status: int, found: Complaints, account: Account
) -> BridgeError:
    """Return what it means that the server refused an award of *order*, or to list them."""
    if status in NOT_THERE or is_archived(found):
        return closed(order, achievement, status, found, account)
    if is_future(found):
        return TryLater(
            f"{account.server} takes the day of issue of {order.attempt_id} for a day to come: its clock "
            "or this computer's is wrong."
        )
    fields = [one.field.partition(".")[0] for one in found]
    if status == 413:
        what, cure = "the award is too large", RETURN_IT
    else:
        what, cure = say(found), next((CURES[field] for field in fields if field in CURES), "")
    return Refused(
        f"{account.server} refused the badge of {order.attempt_id}: {what}.",
        cure or "Decline the request, or have the cause mended there.",
        for_coach=True,
        retry=not cure,
    )


_RESTORE = "Restore it there, or name another one in [badgr.badges]."


def archived(achievement: Achievement, account: Account) -> BadgeClosed:
    return BadgeClosed(
        f"{account.server} takes no awards of the badge “{wording.one_line(achievement.name)}”: its BadgeClass "
        f"{account.badges.get(achievement.key, '')} is archived. {_RESTORE}"
    )


def closed(
    order: Order, achievement: Achievement | None, status: int, found: Complaints, account: Account
) -> BadgeClosed:
    name = achievement.name if achievement else order.achievement
    badge = account.badges.get(order.achievement, "")
    if is_archived(found):
        return BadgeClosed(
            f"{account.server} takes no awards of the badge “{wording.one_line(name)}” (BadgeClass "
            f"{badge}): {say(found)}. {_RESTORE}"
        )
    return BadgeClosed(
        f"{account.server} has no BadgeClass {badge} for the badge “{wording.one_line(name)}”, or the "
        f"account may not award it, or both are in different regions; it does not say which ({status}: {say(found)}). "
        "Look at url and username of [badgr], and at [badgr.badges]; badge-bridge doctor lists what there is."
    )


def in_the_way(order: Order, achievement: Achievement, standing: Sequence[Assertion], account: Account) -> Refused:
    """Return the sentence about an award of the same badge to the same person that is not this order's."""
    counting = [one for one in standing if not one.revoked]
    known = max(counting, key=lambda one: (one.issued_on, one.id), default=None)
    what = ""
    if known is not None:
        what = f" of {wording.discreet(known.issued_on)[:10]} ({wording.web_link(known.url) or known.id})"
    return Refused(
        f"{account.server} already holds another award{what} of “{wording.one_line(achievement.name)}” to "
        f"the teacher of {order.attempt_id}, which this request did not make.",
        f"Revoke it there, and the coordinator runs badge-bridge retry {request(order)}; or decline the request.",
        for_coach=True,
        retry=False,
    )


def not_withdrawn(
    order: Order, credential: Credential, status: int, found: Complaints, account: Account
) -> BridgeError:
    """Return what it means that the server refused to withdraw a badge."""
    said = say(found) or "it does not say why"
    if status in NOT_THERE:
        return Refused(
            f"{account.server} does not know the badge of {order.attempt_id} ({credential.backend_ref}), "
            "or the account may not withdraw it. If it belongs to another account or region, set url and username of "
            "[badgr] to those, and run badge-bridge retry; or withdraw it there by hand: "
            f"{credential.vendor_url or 'look for it by that id'}"
        )
    return Refused(
        f"{account.server} did not withdraw the badge of {order.attempt_id}: {said}. Withdraw it there "
        f"by hand: {credential.vendor_url or credential.backend_ref}"
    )
