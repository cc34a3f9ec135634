"""Issues, finds and revokes at Credly."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from bridge.backends import check_version, marks
from bridge.backends.pictures import NoPicture, fetch_picture
from bridge.errors import TryLater
from bridge.model import Achievement, Credential, Order, Uptake
from bridge.ports import Clock, Quota

from . import answers, award, endings, refusals
from .answers import Badge
from .values import Account, Survey
from .wire import BUCKET, Answer, Wire

log = logging.getLogger(__name__)

#: Of a listing: 20,000 badges at 50 a page.
MOST_PAGES = 400
#: Signs with a meaning in Credly's filters.
_IN_FILTERS = frozenset("|,:")


@dataclass
class Credly:
    """`ports.Backend`. An award is known again by the address of its page, which its badge bears as evidence.

    Credly's pictures are those of the templates: nothing is baked into them. Whether it shows to others why a badge was
    revoked is not documented, so it is told the coach's words only with *publish_reasons*.
    """

    account: Account
    site_url: str
    clock: Clock
    quota: Quota
    name: str = "credly"
    publish_reasons: bool = False
    wire: Wire = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.wire = Wire(self.account, self.quota)

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        """Make the badge; one that bears this award's mark already is taken for it.

        Raise TryLater, InDoubt or Refused; BadgeClosed for a template that issues nothing now.
        """
        check_version(order, achievement)
        template = self.account.badges.get(achievement.key)
        if not template:
            raise refusals.unmapped(achievement)
        answer = self.wire.ask(
            "POST", self._place("badges"), body=award.body(order, self.account, template, self.site_url)
        )
        if answer.ok:
            badge = answers.issued(answer.body)
            if badge is None:
                raise endings.unreadable(answer, self.account.host)
            return self._credential(order, badge)
        return self._after_refusal(order, achievement, template, answer)

    def find(self, order: Order) -> Credential | None:
        """Return what bears the mark of *order*; rather one that counts than one that was revoked or replaced."""
        return self._ours(order, list(self._badges_of(order)))

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        """Withdraw the badge, without a mail of Credly's. Revoking again is no error.

        How Credly answers to that is not documented, so after any refusal its list is asked for the badge's state.
        """
        answer = self.wire.ask(
            "PUT",
            self._place("badges", credential.backend_ref, "revoke"),
            body={
                "reason": award.told_reason(marks.public_reason(reason, publish=self.publish_reasons)),
                "suppress_revoke_notification_email": True,
            },
        )
        if answer.ok:
            return
        self._raise_trouble(answer)
        badge = next((badge for badge in self._badges_of(order) if badge.id == credential.backend_ref), None)
        if badge is None:
            raise refusals.unknown(order, credential)
        if badge.state != answers.REVOKED:
            raise refusals.not_revoked(order, badge, answers.complaint(answer.body), answer.status)

    def badge(self, credential: Credential) -> bytes:
        """The picture of the template, PNG or SVG: from the address told at issuing, or else from the one told now.

        (Addresses of pictures may change, say Credly's conventions. A call for one badge by its id is recalled, not
        measured, so it comes second.)
        """
        if credential.image and not credential.image.startswith(self.site_url.rstrip("/") + "/"):
            try:
                return self._picture(credential.image)
            except NoPicture:
                log.info("the picture of %s is not where it was; asking for its new place", credential.attempt_id)
        badge = self._badge(credential.backend_ref)
        if badge is None or not badge.picture:
            raise refusals.no_picture(credential)
        return self._picture(badge.picture)

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        """By award, what the earners did: one listing for each template, ended once all are found."""
        wanted = {credential.backend_ref: credential.award for credential in credentials if credential.backend_ref}
        told: dict[str, Uptake] = {}
        for template in dict.fromkeys(self.account.badges.values()):
            if not wanted:
                break
            for badge in self._badges({"badge_template_id": template}):
                awarded = wanted.pop(badge.id, None)
                if awarded is not None and badge.acceptance is not None:
                    told[awarded] = Uptake(badge.acceptance, badge.link)
                if not wanted:
                    break
        return told

    def survey(self) -> Survey:
        """Return all badge templates of the organization, for `doctor`; raise TryLater with the cure."""
        found = (answers.template(record) for record in self._listed("badge_templates", {}))
        return Survey(tuple(template for template in found if template is not None))

    def close(self) -> None:
        """Hang up."""
        self.wire.close()

    def _after_refusal(self, order: Order, achievement: Achievement, template: str, answer: Answer) -> Credential:
        """Return the credential that stands already, or raise what the refusal of *order* means."""
        complaint = answers.complaint(answer.body)
        if complaint.closes and answer.status in (403, *endings.ABOUT_ONE):
            raise refusals.closed(achievement, template, complaint)
        self._raise_trouble(answer)
        badges = list(self._badges_of(order))
        ours = self._ours(order, badges)
        if ours:
            return ours
        others = [badge for badge in badges if badge.template == template and badge.state != answers.REVOKED]
        if complaint.duplicate or (others and not complaint.fields):
            raise refusals.duplicate(order, others)
        if answer.status in (404, 410) and not complaint.fields:
            raise refusals.closed(achievement, template, complaint)
        raise refusals.needs_fix(order, complaint, answer.status)

    def _raise_trouble(self, answer: Answer) -> None:
        found = endings.trouble(answer, self.account, self.clock.now())
        if found:
            raise found

    def _ours(self, order: Order, badges: Sequence[Badge]) -> Credential | None:
        """Return the badge among *badges* that is this award: the one that counts, where there are several."""
        bearing = [badge for badge in map(self._whole, badges) if marks.bears(badge.evidence or (), order)]
        bearing.sort(key=lambda badge: (badge.state == answers.REVOKED, badge.replaced))
        return self._credential(order, bearing[0]) if bearing else None

    def _whole(self, badge: Badge) -> Badge:
        """Return *badge* with its evidence, where the listing left it out (recalled, not measured)."""
        if badge.evidence is not None:
            return badge
        found = self._badge(badge.id)
        if found is None or found.evidence is None:
            raise refusals.no_evidence(badge)
        return found

    def _badge(self, ref: str) -> Badge | None:
        """Return the badge that Credly calls *ref*; None if there is none."""
        answer = self.wire.ask("GET", self._place("badges", ref))
        self._raise_trouble(answer)
        if not answer.ok:
            return None
        badge = answers.issued(answer.body)
        if badge is None:
            raise endings.unreadable(answer, self.account.host)
        return badge

    def _badges_of(self, order: Order) -> Iterator[Badge]:
        """Yield the badges of the order's recipient, of whichever template: the settings may have changed meanwhile."""
        recipient = order.recipient.lower()
        if _IN_FILTERS & set(recipient):  # an address that can't be said in a filter
            return self._badges({"issuer_earner_id": award.earner_id(self.account.organization, recipient)})
        return self._badges({"recipient_email": recipient})

    def _badges(self, filters: Mapping[str, str]) -> Iterator[Badge]:
        found = (answers.badge(record) for record in self._listed("badges", filters))
        return (badge for badge in found if badge is not None)

    def _listed(self, what: str, filters: Mapping[str, str]) -> Iterator[object]:
        """Yield all records of a listing, page by page. Raise TryLater where it can't be had whole."""
        query = {"filter": "|".join(f"{key}::{value}" for key, value in filters.items())} if filters else {}
        for number in range(1, MOST_PAGES + 1):
            answer = self.wire.ask("GET", self._place(what), query=query | {"page": str(number)})
            self._raise_trouble(answer)
            if not answer.ok:
                raise endings.look_refused(answer, self.account)
            page = answers.page(answer.body)
            if page is None:
                raise endings.unreadable(answer, self.account.host)
            yield from page.records
            if not page.more:
                return
        raise TryLater(
            f"Credly ({self.account.host}) lists more than {MOST_PAGES} pages of {what}. Please report this."
        )

    def _place(self, *parts: str) -> str:
        return "/".join(quote(part, safe="") for part in ("organizations", self.account.organization, *parts))

    def _picture(self, url: str) -> bytes:
        self.quota.wait(BUCKET)
        return fetch_picture(url, self.account.url)

    def _credential(self, order: Order, badge: Badge) -> Credential:
        return Credential(
            award=order.award,
            attempt_id=order.attempt_id,
            url=marks.mark(self.site_url, order),
            image=badge.picture,
            backend=order.backend,
            backend_ref=badge.id,
            vendor_url=badge.link,
            issued_at=order.issued_on,
            acceptance=badge.acceptance,
            accept_url=badge.accept,
            revoked_at=self.clock.now() if badge.state == answers.REVOKED else None,
        )
