"""The ledger in memory, kept honest by tests/contract/test_ledger.py.

The laws of effects come from `bridge.ledger.steps`, what a lesson does from `Known.learn`; the rest is lists and dicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path

from bridge.errors import LeaseHeld, LeaseLost, Refused
from bridge.ledger import steps
from bridge.model import Credential, Effect, Event, Kind, Known, Lesson, Line, Move, State, Token
from bridge.plan import chain
from bridge.ports import Clock

LOG_KEY = b"of the pseudonyms"


@dataclass
class Memory:
    """What would be on the disk. Give the same to two ledgers to have two bridges on one programme."""

    known: Known = field(default_factory=Known)
    pictures: dict[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    learnt: set[Event] = field(default_factory=set)
    done_at: dict[str, datetime] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    log: list[Line] = field(default_factory=list)
    token: int = 0
    held: bool = False
    since: datetime | None = None
    until: datetime | None = None


class MemoryLedger:
    """`ports.Ledger`. What it returns is a copy: changing it does not change the memory."""

    def __init__(self, clock: Clock, memory: Memory | None = None, *, ttl: timedelta = timedelta(seconds=120)) -> None:
        self.clock = clock
        self.memory = memory or Memory()
        self.ttl = ttl
        self._token: int | None = None

    @contextmanager
    def lease(self) -> Iterator[None]:
        memory, now = self.memory, self.clock.now()
        if memory.held and memory.until is not None and memory.until > now:
            raise LeaseHeld(f"Another bridge is at work, since {memory.since:%Y-%m-%d %H:%M} UTC. This one goes home.")
        memory.token += 1
        memory.held, memory.since, memory.until = True, now, now + self.ttl
        self._token = token = memory.token
        try:
            yield
        finally:
            self._token = None
            if memory.token == token:
                memory.held = False

    def renew(self) -> None:
        if self._token is None:
            raise LeaseLost("The programme is not held: nothing may be written.")
        if self._token != self.memory.token:
            raise LeaseLost("Another bridge took over while this one slept; nothing was written.")
        self.memory.until = self.clock.now() + self.ttl

    def load(self) -> Known:
        known = self.memory.known  # a growing value of values that never change
        return Known(**{part.name: copy(getattr(known, part.name)) for part in fields(known)})

    def artwork(self, name: str) -> bytes:
        if name not in self.memory.pictures:
            raise Refused(f"The ledger has no picture {name[:12]}…")
        return self.memory.pictures[name]

    def learn(self, lesson: Lesson) -> None:
        if not lesson:
            return
        self.renew()
        fresh = chain.news(lesson.decisions, self._marks())
        self.memory.known.learn(lesson)
        self._tell(*(chain.of_decision(one, self.clock.now(), *self._whose(one.decision.attempt_id)) for one in fresh))
        for artwork in lesson.artworks:
            if artwork.sha256 and artwork.data:
                self.memory.pictures.setdefault(artwork.sha256, artwork.data)
        for event in lesson.history:
            if event not in self.memory.learnt:
                self.memory.learnt.add(event)
                self.memory.events.append(event)

    def begin(self, effect: Effect) -> Effect:
        return self._step(effect, "begun", steps.begun)

    def prepared(self, effect: Effect, ref: str) -> Effect:
        return self._step(effect, "laid ready", lambda known: steps.laid_ready(known, ref))

    def postpone(self, effect: Effect, until: datetime, note: str, *, in_doubt: bool) -> Effect:
        return self._step(effect, "postponed", lambda known: steps.postponed(known, until, note, in_doubt=in_doubt))

    def stick(self, effect: Effect, note: str, *, in_doubt: bool, for_coach: bool = False) -> Effect:
        return self._step(
            effect, "stuck", lambda known: steps.stuck(known, note, in_doubt=in_doubt, for_coach=for_coach)
        )

    def finish(
        self, effect: Effect, note: str = "", credential: Credential | None = None, move: Move | None = None
    ) -> Effect:
        finished = self._step(effect, "done", lambda known: steps.done(known, note))
        if credential is not None:
            self.memory.known.credentials[credential.attempt_id] = credential
        if move is not None:
            self.memory.known.learn(Lesson(moves=(move,), orders=(move.new,) if credential is not None else ()))
        return finished

    def shown(self, versions: Mapping[str, int]) -> None:
        if versions:
            self.renew()
            self.memory.known.shown.update(versions)

    def allow(self, awards: int) -> None:
        self._personal()
        self.memory.known.allowance = awards

    def retry(self, request: int) -> Sequence[Effect]:
        self._personal()
        waiting = [e for e in self.memory.known.effects.values() if e.request == request and steps.waits(e)]
        in_order = sorted(waiting, key=lambda effect: (effect.subject, effect.kind))  # as the tables have it
        return [self._write(steps.again(effect), "planned again") for effect in in_order]

    def history(self, request: int) -> Sequence[Event]:
        mine = (event for event in self.memory.events if steps.request_of(event.attempt_id) == request)
        return sorted(mine, key=lambda event: event.at)

    def log(self) -> Sequence[Line]:
        return tuple(self.memory.log)

    def mails_since(self, moment: datetime) -> int:
        effects = self.memory.known.effects
        done_at = self.memory.done_at
        return sum(done_at[key] >= moment and effects[key].kind.is_mail for key in done_at.keys() & effects.keys())

    def token(self, backend: str) -> Token | None:
        return self.memory.tokens.get(backend)

    def keep_token(self, backend: str, token: Token) -> None:
        self._personal()
        self.memory.tokens[backend] = token

    def backup(self, folder: Path, keep: int) -> Path | None:
        """None: memory is not kept."""
        return None

    def _personal(self) -> None:
        if self._token is not None:
            self.renew()

    def _step(self, effect: Effect, what: str, step: Callable[[Effect], Effect]) -> Effect:
        self.renew()
        known = self.memory.known.effects.get(effect.key)
        if known is None:
            raise Refused(f"The ledger knows no effect {effect.key}; it must be learnt before it is tried.")
        return self._write(step(known), what)

    def _write(self, effect: Effect, what: str) -> Effect:
        now = self.clock.now()
        self.memory.known.effects[effect.key] = effect
        if effect.state is State.DONE:
            self.memory.done_at[effect.key] = now
        if effect.state is State.DONE and effect.kind is not Kind.TELL_DIGEST:
            self._tell(chain.of_effect(effect, now, *self._whose(effect.attempt_id)))
        self.memory.events.append(steps.event(now, effect, what))
        return effect

    # ── the decision log ─────────────────────────────────────────────────────────

    def _tell(self, *entries: chain.Entry) -> None:
        log = self.memory.log
        log += chain.continued((log[-1].n, log[-1].hash) if log else None, entries, LOG_KEY)

    def _marks(self) -> list[chain.Mark]:
        known = self.memory.known.decisions.values()
        return [(d.attempt_id, d.n, d.verdict, d.reviewer, d.seen_at) for decisions in known for d in decisions]

    def _whose(self, attempt_id: str) -> tuple[str, str]:
        """The badge's key, and the teacher's address."""
        known = self.memory.known
        if attempt_id not in known.attempts:
            return "", ""
        request = known.requests[known.attempts[attempt_id].request]
        return request.achievement, request.recipient
