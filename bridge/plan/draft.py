"""A lesson in the making: what is known, plus what this look has taught so far."""

from __future__ import annotations

from copy import copy
from dataclasses import fields, replace
from datetime import datetime

from bridge.model import (
    Achievement,
    Artwork,
    Attempt,
    Criteria,
    Decision,
    Effect,
    Event,
    FileFacts,
    Kind,
    Known,
    Lesson,
    Move,
    Order,
    Problem,
    Request,
    State,
    Uptake,
)


def copy_of(known: Known) -> Known:
    """A Known of its own, whose values (all frozen) are shared."""
    copied = copy(known)
    for field in fields(Known):
        if isinstance(value := getattr(known, field.name), dict):
            setattr(copied, field.name, dict(value))
    return copied


class Draft:
    """Collects facts and applies each at once, so that the next decision sees it. Leaves the caller's Known alone."""

    def __init__(self, known: Known, now: datetime) -> None:
        self.known = copy_of(known)
        self.now = now
        self.problems: list[Problem] = []
        self._lessons: list[Lesson] = []

    def _add(self, lesson: Lesson) -> None:
        self.known.learn(lesson)
        self._lessons.append(lesson)

    def achievement(self, achievement: Achievement) -> None:
        if self.known.achievements.get(achievement.key) != achievement:
            self._add(Lesson(achievements=(achievement,)))

    def artwork(self, artwork: Artwork) -> None:
        if self.known.artworks.get(artwork.link) != replace(artwork, data=b""):
            self._add(Lesson(artworks=(artwork,)))

    def criteria(self, criteria: Criteria) -> None:
        if self.known.criteria.get(criteria.link) != criteria:
            self._add(Lesson(criteria=(criteria,)))

    def label(self, label: str, key: str) -> None:
        if label not in self.known.labels:
            self._add(Lesson(labels={label: key}))

    def request(self, request: Request) -> None:
        self._add(Lesson(requests=(request,)))

    def attempt(self, attempt: Attempt) -> None:
        self._add(Lesson(attempts=(attempt,)))

    def file(self, file: FileFacts) -> None:
        if self.known.files.get(file.file_id) != file:
            self._add(Lesson(files=(file,)))

    def decide(self, decision: Decision) -> None:
        self._add(Lesson(decisions=(decision,)))

    def order(self, order: Order) -> None:
        self._add(Lesson(orders=(order,)))

    def move(self, move: Move) -> None:
        self._add(Lesson(moves=(move,)))

    def accept(self, attempt_id: str, uptake: Uptake) -> None:
        before = self.known.credentials[attempt_id]
        lesson = Lesson(accepted={attempt_id: uptake})
        self.known.learn(lesson)
        if self.known.credentials[attempt_id] != before:
            self._lessons.append(lesson)

    def plan(self, *kinds: Kind, subject: str) -> None:
        """Plan a chain of effects on one subject, each after the one before."""
        before = ""
        for kind in kinds:
            effect = Effect(kind, subject, after=before)
            self._add(Lesson(effects=(effect,)))
            before = effect.key

    def follow(self, effect: Effect) -> None:
        """Plan one effect more."""
        self._add(Lesson(effects=(effect,)))

    def cancel(self, *keys: str) -> None:
        for key in keys:
            effect = self.known.effects.get(key)
            if effect is not None and effect.state in (State.PLANNED, State.STUCK) and not effect.in_doubt:
                self._add(Lesson(cancelled=(key,)))

    def forget(self, *keys: str) -> None:
        """Drop effects that are long over, and that nobody will ask for any more."""
        if keys:
            self._add(Lesson(forgotten=keys))

    def fact(self, name: str, value: str) -> None:
        if self.known.facts.get(name) != value:
            self._add(Lesson(facts={name: value}))

    def event(self, attempt_id: str, what: str, note: str = "") -> None:
        self._lessons.append(Lesson(history=(Event(self.now, attempt_id, what, note),)))

    def problem(self, where: str, sentence: str, *, blocking: bool = False) -> None:
        self.problems.append(Problem(where, sentence, blocking))

    def lesson(self) -> Lesson:
        """All of it as one Lesson; of a value set several times only the last is kept."""
        parts = self._lessons
        final = self.known
        return Lesson(
            achievements=tuple({a.key: a for p in parts for a in p.achievements}.values()),
            artworks=tuple({a.link: a for p in parts for a in p.artworks}.values()),
            criteria=tuple({c.link: c for p in parts for c in p.criteria}.values()),
            labels={label: key for p in parts for label, key in p.labels.items()},
            requests=tuple({r.number: r for p in parts for r in p.requests}.values()),
            attempts=tuple({a.id: a for p in parts for a in p.attempts}.values()),
            files=tuple({f.file_id: f for p in parts for f in p.files}.values()),
            decisions=tuple({(d.attempt_id, d.n): d for p in parts for d in p.decisions}.values()),
            orders=tuple({o.attempt_id: o for p in parts for o in p.orders}.values()),
            moves=tuple({(m.attempt_id, m.n): m for p in parts for m in p.moves}.values()),
            accepted={attempt_id: a for p in parts for attempt_id, a in p.accepted.items()},
            effects=tuple({e.key: e for p in parts for e in p.effects}.values()),
            cancelled=tuple(
                key
                for key in dict.fromkeys(key for p in parts for key in p.cancelled)
                if final.effects[key].state is State.CANCELLED
            ),
            forgotten=tuple(key for p in parts for key in p.forgotten),
            facts={name: value for p in parts for name, value in p.facts.items()},
            history=tuple(e for p in parts for e in p.history),
            problems=tuple(self.problems),
        )
