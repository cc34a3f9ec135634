"""Perform effects, each written down before it is tried: after a crash the ledger says what to do next."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.errors import LEDGER_TROUBLE, BridgeError, InDoubt, Refused, TryLater
from bridge.issuer import issue_once, revoke_once
from bridge.model import Credential, Effect, Kind, Known, Problem
from bridge.plan import Policy, due
from bridge.ports import Outcome, World
from bridge.report import Report

log = logging.getLogger(__name__)

#: After so many failures in a row of one sort, the rest of that sort waits for the next cycle.
PATIENCE = 5

_PUBLISHING = (Kind.PUBLISH, Kind.PUBLISH_REVOKED)


def later(effect: Effect, error: BridgeError, now: datetime) -> datetime:
    """When to try again: a minute, doubled with each try up to six hours, or as long as the other side asks for."""
    wait = timedelta(minutes=min(2 ** min(effect.attempts, 9), 360))
    if isinstance(error, TryLater) and error.wait is not None:
        wait = error.wait
    return now + wait


class Actor:
    """Runs what is due, and keeps *known* in step with the ledger."""

    def __init__(self, world: World, policy: Policy, known: Known, report: Report, withheld: Collection[str]) -> None:
        self.world = world
        self.policy = policy
        self.known = known
        self.report = report
        self.tried: set[str] = set(withheld)
        self.failures: Counter[bool] = Counter()  # in a row, by whether it is a mail

    def run(self) -> None:
        """Issue and revoke, publish once, then tell."""
        self._run_all([Kind.ISSUE, Kind.REVOKE])
        self._publish()
        self._run_all([kind for kind in Kind if kind.is_mail])

    def _run_all(self, kinds: Collection[Kind]) -> None:
        batch = [e for e in due(self.known, self.world.clock.now(), leave=self.tried) if e.kind in kinds]
        room = self._mails_left() if batch and batch[0].kind.is_mail else len(batch)
        if room < len(batch):
            self._problem("mail", f"{len(batch) - room} mails wait until tomorrow: the day's limit is reached.")
        for n, effect in enumerate(batch[:room], start=1):
            if self.failures[effect.kind.is_mail] >= PATIENCE:
                left = len(batch) - n + 1
                self._problem("mail" if effect.kind.is_mail else "issuer", f"{left} more wait: it failed too often.")
                return
            self._act(effect)
            self.world.progress("mails" if effect.kind.is_mail else "badges", n, len(batch))

    def _mails_left(self) -> int:
        since = self.world.clock.now() - timedelta(days=1)
        return max(0, self.policy.mails_per_day - self.world.ledger.mails_since(since))

    def _problem(self, where: str, sentence: str) -> None:
        self.report.problems.append(Problem(where, sentence, blocking=True))

    def _publish(self) -> None:
        """Bring the site in step, run the publish command once if anything is new, and look whether it is there."""
        waiting = [e for e in due(self.known, self.world.clock.now(), leave=self.tried) if e.kind in _PUBLISHING]
        try:
            changed = self.world.site.refresh(self.known)
            if changed or waiting:
                self.world.site.publish()
        except LEDGER_TROUBLE:
            raise
        except BridgeError as error:
            self._not_published(waiting, error)
            return
        except Exception:
            log.exception("the site could not be brought in step")
            self._not_published(waiting, TryLater("The site could not be written, in a way that nobody foresaw."))
            return
        self._run_all(_PUBLISHING)

    def _not_published(self, waiting: Collection[Effect], error: BridgeError) -> None:
        self._problem("site", str(error))
        for effect in waiting:
            self._postpone(self._begun(effect), error, in_doubt=False)

    def _begun(self, effect: Effect) -> Effect:
        self.tried.add(effect.key)
        return self._keep(self.world.ledger.begin(effect))

    def _keep(self, effect: Effect) -> Effect:
        self.known.effects[effect.key] = effect
        return effect

    def _act(self, effect: Effect) -> None:
        """Perform *effect*. Its older doubt stays until there is an answer."""
        begun = self._begun(effect)
        is_mail = effect.kind.is_mail
        try:
            credential = self._perform(effect)
        except LEDGER_TROUBLE:
            raise
        except TryLater as error:
            self.failures[is_mail] += effect.kind not in _PUBLISHING
            self._postpone(begun, error, in_doubt=effect.in_doubt)
        except InDoubt as error:
            self.failures[is_mail] += 1
            self._postpone(begun, error, in_doubt=True)
        except Refused as error:
            self._stick(begun, str(error), in_doubt=effect.in_doubt)
        except Exception:
            log.exception("%s failed in a way nobody foresaw", effect.key)
            self._stick(begun, "It failed in a way nobody foresaw; the log says more.", in_doubt=True)
        else:
            self.failures[is_mail] = 0
            self._keep(self.world.ledger.finish(self.known.effects[effect.key], credential=credential))
            if credential is not None:
                self.known.credentials[credential.attempt_id] = credential
            self.report.done[effect.kind] += 1
            log.info("%s done", effect.key)

    def _postpone(self, effect: Effect, error: BridgeError, *, in_doubt: bool) -> None:
        effect, note = self.known.effects[effect.key], self._discreet(effect, str(error))
        until = later(effect, error, self.world.clock.now())
        self.report.postponed.append(self._keep(self.world.ledger.postpone(effect, until, note, in_doubt=in_doubt)))
        log.warning("%s postponed: %s", effect.key, note)

    def _discreet(self, effect: Effect, note: str) -> str:
        """Leave the teacher's address out of *note*, which goes into logs and reports: mail servers like to tell it."""
        recipient = self.known.requests[effect.request].recipient
        return re.sub(re.escape(recipient), "(the teacher’s address)", note, flags=re.IGNORECASE)

    def _stick(self, effect: Effect, note: str, *, in_doubt: bool) -> None:
        note = self._discreet(effect, note)
        self._keep(self.world.ledger.stick(self.known.effects[effect.key], note, in_doubt=in_doubt))
        log.error("%s is stuck: %s", effect.key, note)

    def _perform(self, effect: Effect) -> Credential | None:
        if effect.kind.is_mail:
            self._tell(effect)
            return None
        order = self.known.orders[effect.attempt_id]
        backend = self.world.backends[order.backend]
        if effect.kind is Kind.ISSUE:
            achievement = self.known.versions[(order.achievement, order.version)]
            credential = issue_once(order, achievement, backend, in_doubt=effect.in_doubt)
            return replace(credential, issued_at=order.issued_on)
        credential = self.known.credentials[effect.attempt_id]
        if effect.kind is Kind.REVOKE:
            decision = self.known.decisions[effect.attempt_id][-1]
            return revoke_once(order, credential, decision.feedback, decision.seen_at, backend)
        if not self.world.site.is_public(credential):
            raise TryLater(f"Nobody can open {credential.url}")
        return None

    def _tell(self, effect: Effect) -> None:
        """Send one mail, unless an interrupted try has sent it already."""
        badge = None
        if effect.kind is Kind.TELL_ISSUED:
            credential = self.known.credentials[effect.attempt_id]
            badge = self.world.backends[credential.backend].badge(credential)
        message = self.world.compose(effect, self.known, badge)
        mailer, ref = self.world.mailer, effect.ref
        if effect.in_doubt and ref:
            match mailer.outcome(ref, message):
                case Outcome.SENT:
                    return
                case Outcome.UNKNOWN if not self._may_repeat(effect):
                    raise Refused("Nobody can say whether this mail was sent. Please ask the teacher.")
        if not ref:
            ref = mailer.prepare(message, again=effect.attempts > 0 or effect.in_doubt)
            self._keep(self.world.ledger.prepared(self.known.effects[effect.key], ref))
        mailer.send(ref, message)

    def _may_repeat(self, effect: Effect) -> bool:
        """A mail whose fate can't be known is repeated when a person says so (`retry` counts afresh), or by setting."""
        return effect.attempts == 0 or (self.policy.smtp_repeat and effect.attempts == 1)
