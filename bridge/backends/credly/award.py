"""What Credly is told about an award. Pure.

Source: https://www.credly.com/docs/issued_badges (fields, format of dates, evidence with its address in `value`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from bridge.backends.marks import as_evidence, mark
from bridge.model import Evidence, Order
from bridge.wording import one_line, web_link

from . import refusals
from .values import Account

LONGEST_REASON = 255
LONGEST_NAME = 100


def body(order: Order, account: Account, template: str, site_url: str) -> Mapping[str, object]:
    """Return the body of the call that issues; raise Refused for an award that Credly could not take."""
    missing = [what for what, name in (("first", order.given_name), ("last", order.family_name)) if not name.strip()]
    if missing:
        raise refusals.no_name(order, " and the ".join(missing))
    recipient = order.recipient.lower()
    told: dict[str, object] = {
        "recipient_email": recipient,
        "issued_to_first_name": order.given_name,
        "issued_to_last_name": order.family_name,
        "badge_template_id": template,
        "issued_at": written(order.issued_on),
        # False says that it never expires; left out, the template's own term would count.
        "expires_at": written(order.expires) if order.expires else False,
        "issuer_earner_id": earner_id(account.organization, recipient),
        "suppress_badge_notification_email": True,
        "duplicate_behavior": "deny",
        "evidence": list(evidence(order, site_url)),
    }
    if account.locale:
        told["locale"] = account.locale
    return told


def evidence(order: Order, site_url: str) -> Iterator[Mapping[str, str]]:
    """Yield what the earner made public, and the award's own page, by which the badge is found again."""
    for item in order.evidence:
        if address := as_evidence(web_link(item.url)):
            yield url_evidence(item, address)
    yield {
        "type": "UrlEvidence",
        "name": "The award’s page",
        "value": mark(site_url, order),
        "description": "The page of this award at the organization that issued it.",
    }


def url_evidence(item: Evidence, address: str) -> Mapping[str, str]:
    name = one_line(item.name, LONGEST_NAME) or f"Evidence {item.item}"
    return {"type": "UrlEvidence", "name": name, "value": address, "description": one_line(item.note, 300)}


def earner_id(organization: str, recipient: str) -> str:
    """Return a key of the person, the same for all awards to an address, which does not tell the address."""
    return sha256(f"{organization}\n{recipient.lower()}".encode()).hexdigest()[:24]


def written(moment: datetime) -> str:
    """Return *moment* as Credly reads it: 2014-04-01 09:41:00 -0500."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} +0000"


def told_reason(reason: str) -> str:
    """Return why a badge is withdrawn as one line that is never empty. How much Credly takes is not documented."""
    return one_line(reason, LONGEST_REASON) or "Withdrawn by the issuer."
