"""Runs what is due: issue and revoke, publish once, then tell. One that fails stops nobody else."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby

from bridge.acting import performing, telling
from bridge.acting.performing import Done
from bridge.acting.unset import Unset
from bridge.errors import (
    LEDGER_TROUBLE,
    BackendClosed,
    BadgeClosed,
    BridgeError,
    Closed,
    InDoubt,
    NotMade,
    NotThere,
    Refused,
    TryLater,
)
from bridge.model import Credential, Effect, Kind, Known, Lesson, Order, Problem
from bridge.plan import Policy, doubt, due, may_go
from bridge.plan.deeds import AT_BACKEND
from bridge.plan.moves import is_taken_up
from bridge.ports import Batching, World
from bridge.report import Report
from bridge.wording import discreet

log = logging.getLogger(__name__)

#: After so many failures in a row of one sort, the rest of that sort waits for the next cycle.
PATIENCE = 5

NOT_SET_UP = "It is not in the settings any more, and badges wait for it: see badge-bridge status."

_ISSUING = (Kind.ISSUE, Kind.REISSUE)
_PUBLISHING = (Kind.PUBLISH, Kind.PUBLISH_ACCEPTED, Kind.PUBLISH_REVOKED, Kind.PUBLISH_REISSUED)
_PERFORM = {
    Kind.ISSUE: performing.issue,
    Kind.REVOKE: performing.revoke,
    Kind.WITHDRAW: performing.withdraw,
    **dict.fromkeys(_PUBLISHING, performing.publish),
}
_MAIL, _SITE = "mail", "site"


class Unforeseen(BridgeError):
    """A mistake of ours: this one effect waits for a person, in doubt."""

    def __init__(self) -> None:
        super().__init__("It failed in a way nobody foresaw; the log says more.")


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
        self.failures: Counter[str] = Counter()  # in a row, by lane
        self.closed: dict[tuple[str, str], Closed] = {}  # (backend, badge), or (backend, kind of effect)
        self.unlaid: dict[str, BridgeError] = {}  # effect key → why its pages could not be laid

    def run(self) -> None:
        """Issue and revoke, publish once, then tell."""
        for name, backend in self.world.backends.items():
            if isinstance(backend, Unset):
                self._problem(f"issuer {name}", backend.sentence)
        self._run_all(AT_BACKEND)
        self._run_all((Kind.WITHDRAW,))  # what those that were revoked just now had replaced
        self._publish()
        self._run_all([kind for kind in Kind if kind.is_mail])

    # ── one after the other ──────────────────────────────────────────────────────

    def _run_all(self, kinds: Collection[Kind]) -> None:
        self._run_batches(self._due(kinds))
        batch = self._due(kinds)
        room = self._mails_left() if batch and batch[0].kind.is_mail else len(batch)
        if room < len(batch):
            self._problem(_MAIL, f"{len(batch) - room} mails wait until tomorrow: the day's limit is reached.")
        left: Counter[str] = Counter()
        for n, effect in enumerate(batch[:room], start=1):
            lane = self._lane(effect)
            if self.failures[lane] >= PATIENCE:
                left[lane] += 1
                self.tried.add(effect.key)  # it is told once
                continue
            self._act(effect)
            self.world.progress("mails" if effect.kind.is_mail else "badges", n, len(batch))
        for lane, count in left.items():
            where = lane if lane in (_MAIL, _SITE) else f"issuer {lane}"
            self._problem(where, f"{count} more wait: it failed too often.")

    def _due(self, kinds: Collection[Kind]) -> list[Effect]:
        return [e for e in due(self.known, self.world.clock.now(), leave=self.tried) if e.kind in kinds]

    def _lane(self, effect: Effect) -> str:
        """What fails together: the mail, the site, or one backend."""
        if effect.kind.is_mail:
            return _MAIL
        return _SITE if effect.kind in _PUBLISHING else self.known.order_of(effect).backend

    def _mails_left(self) -> int:
        since = self.world.clock.now() - timedelta(days=1)
        return max(0, self.policy.mails_per_day - self.world.ledger.mails_since(since))

    def _problem(self, where: str, sentence: str) -> None:
        problem = Problem(where, sentence, blocking=True)
        if problem not in self.report.problems:
            self.report.problems.append(problem)

    # ── several in one call, where a backend was asked to ────────────────────────

    def _run_batches(self, batch: Collection[Effect]) -> None:
        fresh = [effect for effect in batch if effect.kind is Kind.ISSUE and not (effect.in_doubt or effect.attempts)]
        for backend, orders in batches(self.world, [(effect, self.known.order_of(effect)) for effect in fresh]):
            effect, first = orders[0]
            if self.failures[first.backend] >= PATIENCE or self._closed_to(effect) is not None:
                continue
            begun = {order.award: self._begun(effect) for effect, order in orders}
            achievement = performing.achievement_of(self.known, first)
            outcomes: Mapping[str, Credential | BridgeError]
            try:
                outcomes = backend.issue_all([order for _, order in orders], achievement)
            except LEDGER_TROUBLE:
                raise
            except Exception:
                log.exception("a batch failed in a way nobody foresaw")
                outcomes = {}
            for effect, order in orders:
                outcome = outcomes.get(order.award) or Unforeseen()
                if isinstance(outcome, TryLater) and outcome.wait == timedelta(0):
                    self._leave_alone(begun[order.award], outcome)
                    continue
                made = outcome if isinstance(outcome, BridgeError) else performing.made(outcome, order)
                self._settle(effect, begun[order.award], made)

    def _leave_alone(self, effect: Effect, error: TryLater) -> None:
        """It can't go with others: its turn comes at once, alone. So one odd award never holds up its whole batch."""
        now = self.world.clock.now()
        self._keep(self.world.ledger.postpone(effect, now, str(error), in_doubt=False))
        self.tried.discard(effect.key)

    # ── publishing ───────────────────────────────────────────────────────────────

    def _publish(self) -> None:
        """Bring the site in step, run the publish command once if anything is new, and look whether it is there."""
        waiting = self._due(_PUBLISHING)
        try:
            self.world.site.keep_badges(self.known)
            changed = self.world.site.refresh(self.known)
            for effect in waiting:
                self._lay(effect)
            if changed or waiting:
                self.world.site.publish()
            self.report.pages_changed |= changed
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

    def _lay(self, effect: Effect) -> None:
        """Lay the pages of one effect; what keeps it from being done is told when its turn comes."""
        lane = f"picture {self.known.order_of(effect).backend}"
        if self.failures[lane] >= PATIENCE:
            self.unlaid[effect.key] = TryLater("Its picture was not asked for: others could not be had either.")
            return
        try:
            performing.lay_page(self.world, self.known, effect)
        except LEDGER_TROUBLE:
            raise
        except BridgeError as error:
            self.unlaid[effect.key] = error
            self.failures[lane] += isinstance(error, TryLater)
        except Exception:
            log.exception("the page of %s could not be laid", effect.key)
            self.unlaid[effect.key] = Unforeseen()
        else:
            self.failures[lane] = 0

    def _not_published(self, waiting: Collection[Effect], error: BridgeError) -> None:
        self._problem(_SITE, str(error))
        for effect in waiting:
            self._postpone(self._begun(effect), error, in_doubt=False)

    # ── one effect ───────────────────────────────────────────────────────────────

    def _begun(self, effect: Effect) -> Effect:
        self.tried.add(effect.key)
        return self._keep(self.world.ledger.begin(effect))

    def _keep(self, effect: Effect) -> Effect:
        self.known.effects[effect.key] = effect
        return effect

    def _act(self, effect: Effect) -> None:
        """Perform *effect*. Its older doubt stays until there is an answer."""
        if (closed := self._closed_to(effect)) is not None:
            self._leave_closed(effect, closed, in_doubt=effect.in_doubt)
            return
        if effect.kind is Kind.TELL_DIGEST and not self._is_wanted(effect):
            return
        begun = self._begun(effect)
        outcome: Done | BridgeError
        try:
            outcome = self._perform(effect)
        except LEDGER_TROUBLE:
            raise
        except BridgeError as error:
            outcome = error
        except Exception:
            log.exception("%s failed in a way nobody foresaw", effect.key)
            outcome = Unforeseen()
        self._settle(effect, begun, outcome)

    def _perform(self, effect: Effect) -> Done:
        if effect.key in self.unlaid:
            raise self.unlaid.pop(effect.key)
        if effect.kind.is_mail:
            telling.tell(self.world, self.policy, self.known, effect)
            return Done()
        if effect.kind is Kind.REISSUE:
            return performing.reissue(self.world, self.policy, self.known, effect)
        return _PERFORM[effect.kind](self.world, self.known, effect)

    def _settle(self, effect: Effect, begun: Effect, outcome: Done | BridgeError) -> None:
        """Write down what came of *effect*, which is *begun*."""
        lane = self._lane(effect)
        match outcome:
            case Done():
                self.failures[lane] = 0
                self._finish(begun, outcome)
            case Closed():
                self._close(begun, outcome, in_doubt=effect.in_doubt)
            case TryLater():
                self.failures[lane] += effect.kind not in _PUBLISHING
                self._postpone(begun, outcome, in_doubt=effect.in_doubt)
            case InDoubt(most=most) if most is not None and begun.attempts >= most and (effect.in_doubt or most <= 1):
                self._stick(begun, outcome, in_doubt=True)
            case InDoubt():
                self.failures[lane] += 1
                self._postpone(begun, outcome, in_doubt=True)
            case NotThere() if effect.in_doubt and not doubt.is_over(begun, self.known.facts, self.world.clock.now()):
                self._look_once_more(begun, outcome)
            case NotMade() | NotThere():
                self._stick(begun, outcome, in_doubt=False)
            case Refused():
                self._stick(begun, outcome, in_doubt=effect.in_doubt)
            case _:
                self._stick(begun, outcome, in_doubt=True)

    def _finish(self, effect: Effect, done: Done) -> None:
        known, credential, move = self.known, done.credential, done.move
        self._keep(self.world.ledger.finish(known.effects[effect.key], credential=credential, move=move))
        if move is not None:
            known.learn(Lesson(moves=(move,), orders=(move.new,) if credential is not None else ()))
        if credential is not None:
            known.credentials[credential.attempt_id] = credential
        self.report.done[effect.kind] += 1
        self.report.taken_up += effect.kind is Kind.REISSUE and move is not None and is_taken_up(known, move)
        self.report.released += effect.kind is Kind.WITHDRAW and known.order_of(effect).backend in self.world.gone
        log.info("%s done", effect.key)

    def _closed_to(self, effect: Effect) -> Closed | None:
        """Return why nobody need be asked about *effect* in this cycle: another one met it, or there is nobody."""
        if effect.kind not in AT_BACKEND:
            return None  # what lies on the site already needs no backend
        order = self.known.order_of(effect)
        try:
            performing.backend_of(self.world, self.known, effect)
        except BackendClosed as error:
            self._problem(f"issuer {order.backend}", NOT_SET_UP)
            return error
        badge = self.closed.get((order.backend, order.achievement)) if effect.kind in _ISSUING else None
        return badge or self.closed.get((order.backend, effect.kind))

    def _close(self, effect: Effect, error: Closed, *, in_doubt: bool) -> None:
        """A backend, or one of its badges, can't be used until somebody mends it: one alert, and all others wait."""
        order = self.known.order_of(effect)
        is_badge = isinstance(error, BadgeClosed)
        self.closed[order.backend, order.achievement if is_badge else effect.kind] = error
        self._problem(f"badge {order.achievement}" if is_badge else f"issuer {order.backend}", str(error))
        self._leave_closed(effect, error, in_doubt=in_doubt)

    def _leave_closed(self, effect: Effect, error: Closed, *, in_doubt: bool) -> None:
        """Due again in the next cycle: one try for all is cheap, and goes on by itself once the cause is mended.

        What waits for the same cause already is not written again: a cycle may come every minute.
        """
        self.tried.add(effect.key)
        known, note = self.known.effects[effect.key], self._discreet(effect, str(error))
        if (known.note, known.in_doubt) == (note, in_doubt) and known.not_before is not None:
            return
        now = self.world.clock.now()
        until = now if effect.kind in AT_BACKEND else later(effect, error, now)
        self._keep(self.world.ledger.postpone(known, until, note, in_doubt=in_doubt))
        log.warning("%s waits: %s", effect.key, note)

    def _postpone(self, effect: Effect, error: BridgeError, *, in_doubt: bool) -> None:
        effect, note = self.known.effects[effect.key], self._discreet(effect, str(error))
        until = later(effect, error, self.world.clock.now())
        self.report.postponed.append(self._keep(self.world.ledger.postpone(effect, until, note, in_doubt=in_doubt)))
        log.warning("%s postponed: %s", effect.key, note)

    def _look_once_more(self, begun: Effect, error: BridgeError) -> None:
        """It may still be in the making: until that is sure nobody may say, or decide, that there is none."""
        lesson = Lesson(facts=doubt.not_there(begun, self.world.clock.now()))
        self.world.ledger.learn(lesson)
        self.known.learn(lesson)
        self._postpone(begun, TryLater(doubt.ONCE_MORE.format(error), wait=doubt.SURE_AFTER), in_doubt=True)

    def _discreet(self, effect: Effect, note: str) -> str:
        """Leave the teacher's address out of *note*, which goes into logs and reports: servers like to tell it."""
        if effect.kind is Kind.TELL_DIGEST:
            return discreet(note)
        recipient = self.known.requests[effect.request].recipient
        return re.sub(re.escape(recipient), "(the teacher’s address)", note, flags=re.IGNORECASE)

    def _stick(self, effect: Effect, error: BridgeError, *, in_doubt: bool) -> None:
        """It waits for a person. Its note tells all that is to be done; the sheet shows it if a coach can do it.

        A digest is tried again by itself: tomorrow's would come anyway.
        """
        if effect.kind is Kind.TELL_DIGEST:
            self._postpone(effect, error, in_doubt=in_doubt)
            return
        retry = not isinstance(error, Refused) or error.retry
        cure = f" Then the coordinator runs: badge-bridge retry {effect.request}" if retry else ""
        note = self._discreet(effect, f"{error}{cure}")
        for_coach = isinstance(error, Refused) and error.for_coach
        effect = self.known.effects[effect.key]
        self._keep(self.world.ledger.stick(effect, note, in_doubt=in_doubt, for_coach=for_coach))
        log.error("%s is stuck: %s", effect.key, note)

    # ── digests ──────────────────────────────────────────────────────────────────

    def _is_wanted(self, digest: Effect) -> bool:
        """True if a digest is to go out now; one that never began, and has nothing left to tell, is called off."""
        untouched = not (digest.in_doubt or digest.ref)
        if untouched and not telling.digest_now(self.world, self.policy, self.known, digest).is_worth_a_mail:
            lesson = Lesson(cancelled=(digest.key,))
            self.world.ledger.learn(lesson)
            self.known.learn(lesson)
            return False
        return may_go(self.known, digest, self.world.clock.now(), self.policy)


def batches(
    world: World, fresh: Collection[tuple[Effect, Order]]
) -> Iterator[tuple[Batching, list[tuple[Effect, Order]]]]:
    """Yield what may be made in one call: fresh orders of one badge, no two of one person, where a backend can."""

    def sort(pair: tuple[Effect, Order]) -> tuple[str, str, str]:
        return pair[1].backend, pair[1].achievement, pair[1].version

    for (name, *_), found in groupby(sorted(fresh, key=sort), key=sort):
        backend = world.backends.get(name)
        if not isinstance(backend, Batching) or backend.batch < 2:
            continue
        people = list({order.recipient: (effect, order) for effect, order in found}.values())
        for start in range(0, len(people), backend.batch):
            if len(chunk := people[start : start + backend.batch]) > 1:
                yield backend, chunk
