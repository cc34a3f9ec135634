"""What people read when Credly refuses one award, or one badge. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.backends import MAKE_IT_HERE, NO_OTHER_ADDRESS, RETURN_IT
from bridge.errors import BadgeClosed, Refused
from bridge.model import Achievement, Credential, Order

from .answers import Badge, Complaint


def unmapped(achievement: Achievement) -> BadgeClosed:
    return BadgeClosed(
        f"The badge {achievement.name!r} has no badge template at Credly. Add a line to [credly.badges]: "
        f'{achievement.key} = "<id of the template>". badge-bridge doctor lists the templates.'
    )


def closed(achievement: Achievement, template: str, complaint: Complaint) -> BadgeClosed:
    return BadgeClosed(
        f"Credly issues no badges of {achievement.name!r} now: its template {template} is archived, a draft, or not "
        f"there (Credly said {complaint.quoted}). Publish it in Credly, or name another one under [credly.badges]; "
        "what waits is issued then."
    )


#: What is no answer of the teacher's that could be corrected: Google's own word who it is.
_ADDRESS = "e-mail address"


def needs_fix(order: Order, complaint: Complaint, status: int) -> Refused:
    what = " and the ".join(complaint.fields) or "award"
    cure = NO_OTHER_ADDRESS if _ADDRESS in complaint.fields else RETURN_IT
    return Refused(
        f"Needs fix: Credly does not take the {what} of {order.attempt_id} ({status}); it said {complaint.quoted}.",
        cure,
        for_coach=True,
        retry=False,
    )


def no_name(order: Order, missing: str) -> Refused:
    return Refused(
        f"Needs fix: Credly names the earner by first and last name, and the {missing} name of {order.attempt_id} is "
        "missing.",
        "Choose Return with a word to the teacher, who completes the answer, and approve what comes in. For somebody "
        f"who has one name only: {MAKE_IT_HERE}",
        for_coach=True,
        retry=False,
    )


def duplicate(order: Order, others: Sequence[Badge]) -> Refused:
    """*others* are the badges of the same template that the recipient holds by other awards."""
    retry = f"the coordinator runs badge-bridge retry {order.attempt_id.partition('-')[0]}"
    if not others:
        return Refused(
            f"Credly says that the person of {order.attempt_id} holds this badge already, but lists none for the "
            "address: it may be under another address of the same person. Look for it in Credly.",
            f"Revoke it there, and {retry}; or decline the request.",
            for_coach=True,
            retry=False,
        )
    other = others[0]
    where = f" ({other.link})" if other.link else f" ({other.id})"
    return Refused(
        f"Credly has this badge for the person of {order.attempt_id} already, issued on {other.issued_on}{where} and "
        "not by this award, and takes no second one.",
        f"If the earlier one shall stand, decline the request; if not, revoke it in Credly, and {retry}.",
        for_coach=True,
        retry=False,
    )


def unknown(order: Order, credential: Credential) -> Refused:
    return Refused(
        f"Credly has no badge {credential.backend_ref} for {order.attempt_id}, so it can't be withdrawn there. Look in "
        "Credly whether it was deleted; if it was, there is nothing left to do."
    )


def not_revoked(order: Order, badge: Badge, complaint: Complaint, status: int) -> Refused:
    if badge.replaced:
        return Refused(
            f"The badge of {order.attempt_id} was replaced by another one at Credly, and can't be revoked any more. "
            "Revoke the other one there."
        )
    return Refused(
        f"Credly would not withdraw the badge of {order.attempt_id} ({status}); it said {complaint.quoted}. Revoke "
        "it in Credly."
    )


def no_picture(credential: Credential) -> Refused:
    return Refused(
        f"Credly has no picture for the badge of {credential.attempt_id}. Look in Credly whether the badge "
        f"{credential.backend_ref} is still there, and whether its template has a picture."
    )


def no_evidence(badge: Badge) -> Refused:
    return Refused(
        f"Credly does not say what evidence its badge {badge.id} bears, so nobody can tell which award it is. Look at "
        "it in Credly, and please report this."
    )
