"""What is known, and what is learnt of it: the one value that grows. The ledger keeps it between cycles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bridge.model.badges import Achievement, Artwork, Criteria
from bridge.model.words import (
    Attempt,
    Credential,
    Decision,
    Effect,
    Event,
    FileFacts,
    Kind,
    Move,
    Order,
    Problem,
    Request,
    State,
    Uptake,
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one look taught, to be written in one transaction. Values with a known identity replace the older ones."""

    achievements: tuple[Achievement, ...] = ()  # becomes the current version of its key
    artworks: tuple[Artwork, ...] = ()  # by link
    criteria: tuple[Criteria, ...] = ()  # by link
    labels: Mapping[str, str] = field(default_factory=dict)  # label → key; a known label is never moved
    requests: tuple[Request, ...] = ()  # by number
    attempts: tuple[Attempt, ...] = ()  # by id
    files: tuple[FileFacts, ...] = ()  # by file id
    decisions: tuple[Decision, ...] = ()  # by (attempt id, n)
    orders: tuple[Order, ...] = ()  # by attempt id
    moves: tuple[Move, ...] = ()  # by (attempt id, n)
    accepted: Mapping[str, Uptake] = field(default_factory=dict)  # attempt id → what the earner did
    effects: tuple[Effect, ...] = ()  # new, or planned again after having been cancelled
    cancelled: tuple[str, ...] = ()  # keys of planned or stuck effects that never began
    forgotten: tuple[str, ...] = ()  # keys of digests that are long over
    facts: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()  # for the report; not kept

    def __bool__(self) -> bool:
        """True when there is anything to write."""
        return replace(self, problems=()) != Lesson()


@dataclass(slots=True)
class Known:
    """The bridge's memory of one programme, as loaded from the ledger; `learn` keeps it in step within a cycle."""

    achievements: dict[str, Achievement] = field(default_factory=dict)  # key → current version
    versions: dict[tuple[str, str], Achievement] = field(default_factory=dict)  # (key, version)
    artworks: dict[str, Artwork] = field(default_factory=dict)  # by link, without the bytes
    criteria: dict[str, Criteria] = field(default_factory=dict)  # by link
    labels: dict[str, str] = field(default_factory=dict)
    requests: dict[int, Request] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    files: dict[str, FileFacts] = field(default_factory=dict)
    decisions: dict[str, tuple[Decision, ...]] = field(default_factory=dict)  # by attempt id, in order of n
    orders: dict[str, Order] = field(default_factory=dict)  # by attempt id
    credentials: dict[str, Credential] = field(default_factory=dict)  # by attempt id: the one in force
    moves: dict[str, tuple[Move, ...]] = field(default_factory=dict)  # by attempt id, in order of n
    effects: dict[str, Effect] = field(default_factory=dict)  # by key
    shown: dict[str, int] = field(default_factory=dict)  # attempt id → version that Review showed last; 0: in Archive
    facts: dict[str, str] = field(default_factory=dict)
    allowance: int = 0  # `badge-bridge allow N`, not used yet

    def learn(self, lesson: Lesson) -> None:
        """Take *lesson* in; the ledger's `load` after its `learn` gives the same."""
        for achievement in lesson.achievements:
            self.achievements[achievement.key] = achievement
            self.versions.setdefault((achievement.key, achievement.version), achievement.words())
        for artwork in lesson.artworks:
            self.artworks[artwork.link] = replace(artwork, data=b"")
        self.criteria.update((criteria.link, criteria) for criteria in lesson.criteria)
        for label, key in lesson.labels.items():
            self.labels.setdefault(label, key)
        self.requests.update((request.number, request) for request in lesson.requests)
        self.attempts.update((attempt.id, attempt) for attempt in lesson.attempts)
        self.files.update((file.file_id, file) for file in lesson.files)
        for decision in lesson.decisions:
            older = (d for d in self.decisions.get(decision.attempt_id, ()) if d.n != decision.n)
            self.decisions[decision.attempt_id] = tuple(sorted((*older, decision), key=lambda d: d.n))
        self.orders.update((order.attempt_id, order) for order in lesson.orders)
        for move in lesson.moves:
            earlier = (m for m in self.moves.get(move.attempt_id, ()) if m.n != move.n)
            self.moves[move.attempt_id] = tuple(sorted((*earlier, move), key=lambda m: m.n))
        for attempt_id, uptake in lesson.accepted.items():
            credential = self.credentials[attempt_id]
            self.credentials[attempt_id] = replace(
                credential,
                acceptance=uptake.acceptance,
                vendor_url=uptake.vendor_url or credential.vendor_url,
            )
        for effect in lesson.effects:
            known = self.effects.get(effect.key)
            if known is None or known.state is State.CANCELLED:
                self.effects[effect.key] = effect
        for key in lesson.cancelled:
            known = self.effects.get(key)
            if known is not None and known.state in (State.PLANNED, State.STUCK) and not known.in_doubt:
                self.effects[key] = replace(known, state=State.CANCELLED)
        for key in lesson.forgotten:
            self.effects.pop(key, None)
        self.facts.update(lesson.facts)

    def move_of(self, effect: Effect) -> Move:
        """Return the move that an effect with the subject attempt id/n is about."""
        n = int(effect.subject.partition("/")[2])
        return next(move for move in self.moves[effect.attempt_id] if move.n == n)

    def order_of(self, effect: Effect) -> Order:
        """Return the order that an effect is about: of a move, the one that is made, or the one that is withdrawn."""
        match effect.kind:
            case Kind.REISSUE:
                return self.move_of(effect).new
            case Kind.WITHDRAW:
                return self.move_of(effect).old
        return self.orders[effect.attempt_id]

    def all_orders(self) -> Iterator[Order]:
        """Every order that a credential was, or may have been, made of: those in force, and those of moves."""
        yield from self.orders.values()
        now = {order.award for order in self.orders.values()} if self.moves else set()
        others = {order.award: order for moves in self.moves.values() for m in moves for order in (m.old, m.new)}
        yield from (order for award, order in others.items() if award not in now)

    def all_credentials(self) -> Iterator[tuple[Order, Credential]]:
        """Every credential that was made, with its order: those in force, and those that others took the place of."""
        for attempt_id, credential in self.credentials.items():
            yield self.orders[attempt_id], credential
            yield from self.replaced(attempt_id)

    def replaced(self, attempt_id: str) -> Iterator[tuple[Order, Credential]]:
        """The credentials that others took the place of, each with its order, the latest last; none in force again."""
        now = self.credentials.get(attempt_id)
        for award, move in {m.old.award: m for m in self.moves.get(attempt_id, ())}.items():
            if move.replaced is not None and (now is None or now.award != award):
                yield move.old, move.replaced

    def reissues(self, attempt_id: str) -> list[Effect]:
        """The effects that made, or will make, the award anew, in their order: one of each move."""
        return [self.effects[move.key(Kind.REISSUE)] for move in self.moves.get(attempt_id, ())]

    def decision(self, attempt_id: str) -> Decision | None:
        """The coach's word in force, or None: never decided, or taken back."""
        latest = self.decisions.get(attempt_id, ())
        return latest[-1] if latest and latest[-1].verdict is not None else None

    def achievement_of(self, attempt_id: str) -> Achievement | None:
        """The achievement as frozen in the order, else as the catalogue has it now, else None."""
        order = self.orders.get(attempt_id)
        if order is not None:
            return self.versions.get((order.achievement, order.version))
        attempt = self.attempts[attempt_id]
        return self.achievements.get(self.requests[attempt.request].achievement)
