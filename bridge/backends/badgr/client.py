"""The backend: one approval becomes one assertion on a Badgr server."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from bridge import wording
from bridge.backends import LARGEST_BATCH, marks
from bridge.backends.listed import Listed
from bridge.backends.pictures import NoPicture, fetch_picture
from bridge.errors import LEDGER_TROUBLE, BackendClosed, BadgeClosed, BridgeError, Refused, TryLater
from bridge.model import Achievement, Credential, Order, Uptake
from bridge.ports import Clock, Quota, TokenStore

from . import batch, issuing, words
from .account import Account, Survey
from .answers import (
    Answer,
    Assertion,
    assertions,
    complaints,
    is_duplicate,
    is_future,
    is_id,
    is_revoked_already,
    listed,
    say,
)
from .api import Api
from .explain import Errand
from .login import Login
from .wire import BUCKET, Wire

log = logging.getLogger(__name__)

PAGE = "100"  # awards or BadgeClasses of one answer


@dataclass
class Badgr:
    """`ports.Backend` and `ports.Batching`.

    Every assertion names the award's page on our site as evidence: by this mark an award is known as ours, and as this
    one. The server has no lock against awarding twice and answers 500 to what it has done, so whoever is in doubt asks
    `find` first. Why a badge was withdrawn becomes public on the server, so it is told only with *publish_reasons*.
    """

    account: Account
    site_url: str
    clock: Clock
    tokens: TokenStore
    quota: Quota
    name: str = "badgr"
    publish_reasons: bool = False
    _api: Api = field(init=False, repr=False)
    _wire: Wire = field(init=False, repr=False)
    _listed_at: datetime | None = field(default=None, init=False, repr=False)
    _archived: frozenset[str] = field(default=frozenset(), init=False, repr=False)

    def __post_init__(self) -> None:
        self._wire = Wire(self.account, self.clock, self.quota)
        login = Login(self.account, self._wire, self.tokens, self.clock, self.account.token_key(self.name))
        self._api = Api(self.account, self._wire, login)

    @property
    def batch(self) -> int:
        """How many awards one call may make; below 2: one by one."""
        return min(self.account.batch, LARGEST_BATCH)

    # ── making ───────────────────────────────────────────────────────────────

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        """Make the assertion; one that an earlier try has made after all is taken for this one.

        Raise Refused, BadgeClosed, TryLater, or InDoubt if it may have been made.
        """
        issuing.check(order, achievement)
        errand = issuing.errand(order, self.account)
        answer = self._post(order, errand)
        if is_future(complaints(answer.told)):  # refused, so nothing was made; and now the server's clock is known
            answer = self._post(order, errand)
        if answer.ok:
            return issuing.made(order, assertions(answer.told), self.credential, self.account)
        return self._settle(order, achievement, answer, issuing.complaints_of(answer))

    def _post(self, order: Order, errand: Errand) -> Answer:
        return self._api.call(
            errand, "POST", self._class_path(order.achievement, "assertions"), json=self._award(order)
        )

    def _award(self, order: Order) -> Mapping[str, object]:
        issued_on = min(order.issued_on, self._wire.now())
        return words.award(order, marks.mark(self.site_url, order), issued_on, plain_text=self.account.plain_text)

    def _settle(self, order: Order, achievement: Achievement, answer: Answer, found: issuing.Complaints) -> Credential:
        """Return the credential that stands in the way, if it is this order's; else raise what the refusal means."""
        if not is_duplicate(found):
            if answer.status in issuing.NOT_THERE and self._is_archived(order.achievement):
                raise issuing.archived(achievement, self.account)
            raise issuing.refusal(order, achievement, answer.status, found, self.account)
        standing = self._awards(order, self._class_of(order.achievement))
        if (own := issuing.own(standing, order)) is not None:
            return self.credential(order, own)
        raise issuing.in_the_way(order, achievement, standing, self.account)

    def _is_archived(self, achievement: str) -> bool:
        """Return whether the list has the badge's BadgeClass as archived: hosted servers answer then as if there were
        none. A list that can't be had tells nothing. It is asked for once a minute at the most."""
        now = self.clock.now()
        if self._listed_at is None or not self._listed_at <= now < self._listed_at + timedelta(minutes=1):
            try:
                self._archived = frozenset(one.id for one in self._classes() if one.archived)
            except LEDGER_TROUBLE:
                raise
            except TryLater as error:
                log.info("the BadgeClasses could not be listed: %s", error)
                self._archived = frozenset()
            self._listed_at = now
        return self.account.badges.get(achievement, "") in self._archived

    def issue_all(self, orders: Sequence[Order], achievement: Achievement) -> Mapping[str, Credential | BridgeError]:
        """Make the assertions of at most `batch` orders in one call; by award, what became of each.

        What can't go along, such as a second award to the same person, is TryLater: it goes next time, or alone.
        """
        outcome, going = batch.sort_out(orders, achievement, self.account)
        if not going:
            return outcome
        body = {"assertions": [self._award(order) for order in going]}
        try:
            path = self._class_path(achievement.key, "issue")
            answer = self._api.call(batch.errand(going), "POST", path, json=body)
        except LEDGER_TROUBLE:
            raise
        except batch.ENDINGS as error:
            return {**outcome, **dict.fromkeys((order.award for order in going), error)}
        if answer.ok:
            return {**outcome, **batch.made(going, answer, self.credential, self.account)}
        for order, found in batch.told_apart(going, answer):
            outcome[order.award] = self._settled(order, achievement, answer, found)
        return outcome

    def _settled(
        self, order: Order, achievement: Achievement, answer: Answer, found: issuing.Complaints | None
    ) -> Credential | BridgeError:
        """Return what a refused batch means for one of its orders, about which the server says *found*."""
        if found is None or is_future(found):
            return batch.alone(order)
        try:
            return self._settle(order, achievement, answer, found)
        except LEDGER_TROUBLE:
            raise
        except batch.ENDINGS as error:
            return error

    # ── looking ──────────────────────────────────────────────────────────────

    def find(self, order: Order) -> Credential | None:
        """Return the credential whose assertion bears this award's mark, withdrawn or not; None if there is none.

        It is looked for under all BadgeClasses of the issuer.

        Raise TryLater or Refused.
        """
        own = issuing.own(self._everywhere(order), order)
        if own is None:
            return None
        found = self.credential(order, own)
        return replace(found, revoked_at=self.clock.now()) if own.revoked else found

    def _everywhere(self, order: Order) -> Sequence[Assertion]:
        """Return all awards of the issuer to the order's recipient: the settings may name another BadgeClass by now.

        A server that does not heed `recipient` in this list is asked BadgeClass by BadgeClass.
        """
        errand = Errand(f"list the issuer's awards to the teacher of {order.attempt_id}")
        found: list[Assertion] = []
        for answer in self._listed(order, errand, self._issuer_path("assertions")):
            self._need(answer)
            found += assertions(answer.told)
            if answer.next and any(one.recipient != order.recipient.lower() for one in found):
                return [one for badge in self._badge_classes(order) for one in self._awards(order, badge)]
        return self._theirs(order, errand, found)

    def _awards(self, order: Order, badge_class: str) -> Sequence[Assertion]:
        """Return all awards of one BadgeClass to the order's recipient."""
        errand = Errand(f"list the awards of the badge of {order.attempt_id}")
        found: list[Assertion] = []
        for answer in self._listed(order, errand, f"/v2/badgeclasses/{badge_class}/assertions"):
            if not answer.ok:
                raise issuing.refusal(order, None, answer.status, issuing.complaints_of(answer), self.account)
            found += assertions(answer.told)
        return self._theirs(order, errand, found)

    def _listed(self, order: Order, errand: Errand, path: str) -> Iterator[Answer]:
        """Yield the pages of a list of awards to the order's recipient, withdrawn and expired ones as well."""
        asked = {
            "recipient": order.recipient.lower(),
            "include_revoked": "true",
            "include_expired": "true",
            "num": PAGE,
        }
        answer = Answer(0)
        for answer in self._api.pages(errand, path, asked):
            yield answer
        if answer.next:
            raise Refused(
                f"{self.account.server} lists more awards to one person than the bridge can look through, so it can't "
                f"say whether the badge of {order.attempt_id} was issued. Please report this."
            )

    def _theirs(self, order: Order, errand: Errand, found: Sequence[Assertion]) -> Sequence[Assertion]:
        """Return those of *found* that are, or may be, the recipient's, with their evidence."""
        theirs = [one for one in found if one.recipient in ("", order.recipient.lower())]
        return [one if one.evidence is not None else self._whole(one, errand) for one in theirs]

    def _badge_classes(self, order: Order) -> Sequence[str]:
        """Return the issuer's BadgeClasses, with that of the settings: a server may leave out what was archived."""
        found = [self.account.badges.get(order.achievement, "")]
        for answer in self._api.pages(
            Errand("list the BadgeClasses"), self._issuer_path("badgeclasses"), {"num": PAGE}
        ):
            self._need(answer)
            found += [one.id for one in listed(answer.told)]
        return [one for one in dict.fromkeys(found) if is_id(one)]

    def _whole(self, assertion: Assertion, errand: Errand) -> Assertion:
        """Return the assertion with its evidence, which some lists leave out."""
        answer = self._api.call(errand, "GET", f"/v2/assertions/{assertion.id}")
        return next(iter(assertions(answer.told)), assertion)

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        """By award, what the earners did, as far as the issuer's newest awards (some thousands) tell."""
        wanted = {one.backend_ref: one.award for one in credentials if one.backend_ref and one.revoked_at is None}
        found: dict[str, Uptake] = {}
        if not wanted:
            return found
        errand = Errand("list the issuer's awards")
        for answer in self._api.pages(
            errand, self._issuer_path("assertions"), {"include_expired": "true", "num": PAGE}
        ):
            self._need(answer)
            for one in assertions(answer.told):
                award = wanted.pop(one.id, None)
                if award is not None and one.acceptance is not None:
                    found[award] = Uptake(one.acceptance)
            if not wanted:
                break
        return found

    def survey(self) -> Survey:
        """Return issuers and BadgeClasses that the account can see. Raise TryLater with its cure."""
        issuers = self._api.call(Errand("list the issuers"), "GET", "/v2/issuers")
        self._need(issuers)
        return Survey(listed(issuers.told), tuple(self._classes()) if is_id(self.account.issuer) else ())

    def _classes(self) -> Iterator[Listed]:
        """Yield the issuer's BadgeClasses; an issuer that is not there has none."""
        errand, path = Errand("list the BadgeClasses"), self._issuer_path("badgeclasses")
        for answer in self._api.pages(errand, path, {"num": PAGE}):
            yield from listed(answer.told) if answer.ok else ()

    def _need(self, answer: Answer) -> None:
        """Raise TryLater unless the account may see the issuer's things."""
        if not answer.ok:
            said = say(complaints(answer.told)) or "it does not say why"
            raise BackendClosed(
                f"{self.account.server} shows the account no such issuer ({answer.status}: {said}). It is "
                "in another region, or the account is not on its staff, or its token has too small a scope. Look at "
                "url, issuer and client_id of [badgr]; then run badge-bridge doctor."
            )

    # ── afterwards ───────────────────────────────────────────────────────────

    def revoke(self, order: Order, credential: Credential, reason: str, at: datetime) -> None:
        """Withdraw the assertion, for good; once it is withdrawn, this changes nothing.

        Raise Refused, TryLater, or InDoubt.
        """
        del at  # the server has no such member
        if credential.award != order.award or not is_id(credential.backend_ref):
            raise self._no_assertion(credential)
        errand = Errand(f"withdraw the badge of {order.attempt_id}", write=True)
        told = {"revocation_reason": words.reason(marks.public_reason(reason, publish=self.publish_reasons))}
        answer = self._api.call(errand, "DELETE", f"/v2/assertions/{credential.backend_ref}", json=told)
        found = complaints(answer.told)
        if not answer.ok and not is_revoked_already(found):
            raise issuing.not_withdrawn(order, credential, answer.status, found, self.account)

    def badge(self, credential: Credential) -> bytes:
        """Return the picture that the server baked: it holds the narrative, but not the evidence.

        Raise TryLater, or Refused if there is none.
        """
        if not is_id(credential.backend_ref):
            raise self._no_assertion(credential)
        self.quota.wait(BUCKET)
        try:
            return fetch_picture(self._image(credential.backend_ref), self.account.base)
        except NoPicture as error:
            raise Refused(
                f"{self.account.server} has no picture of the badge of {credential.attempt_id}: the award "
                f"was withdrawn or deleted there, or is on another server. Look for it: {credential.vendor_url or '?'}"
            ) from error

    def _no_assertion(self, credential: Credential) -> Refused:
        return Refused(
            f"Nothing says which assertion on the Badgr server {self.account.host} the badge of "
            f"{credential.attempt_id} is. It was issued elsewhere, or the ledger is damaged: run badge-bridge doctor."
        )

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    # ── names ────────────────────────────────────────────────────────────────

    def credential(self, order: Order, assertion: Assertion) -> Credential:
        return Credential(
            award=order.award,
            attempt_id=order.attempt_id,
            url=marks.mark(self.site_url, order),
            image=self._image(assertion.id),
            backend=order.backend,
            backend_ref=assertion.id,
            vendor_url=wording.web_link(assertion.url) or self._public(assertion.id),
            issued_at=order.issued_on,
            acceptance=assertion.acceptance,
        )

    def _public(self, assertion: str) -> str:
        return f"{self.account.base}/public/assertions/{assertion}"

    def _image(self, assertion: str) -> str:
        """Return the picture's lasting address; the one that the server tells dies with the next change."""
        return f"{self._public(assertion)}/image"

    def _issuer_path(self, what: str) -> str:
        return f"/v2/issuers/{quote(self.account.issuer, safe='')}/{what}"

    def _class_path(self, achievement: str, what: str) -> str:
        return f"/v2/badgeclasses/{self._class_of(achievement)}/{what}"

    def _class_of(self, achievement: str) -> str:
        """Return the badge's BadgeClass. Raise BadgeClosed if none is named."""
        found = self.account.badges.get(achievement, "")
        if not is_id(found):
            raise BadgeClosed(
                f"[badgr.badges] does not say which BadgeClass of the Badgr server stands for the badge {achievement!r}"
                ", or not by its id. badge-bridge doctor lists those that there are."
            )
        return found
