"""What a cycle did, in the plan's own words: for the log, the command line and the coordinator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bridge.model import Effect, Kind, Known, Problem, State
from bridge.plan.standing import Standing, standing

_DONE = {
    Kind.TELL_RECEIVED: "told: received",
    Kind.TELL_DUPLICATE: "told: already has this badge",
    Kind.TELL_LATE_EDIT: "told: edited too late",
    Kind.ISSUE: "badges issued",
    Kind.PUBLISH: "badges published",
    Kind.TELL_ISSUED: "told: your badge",
    Kind.TELL_RETURNED: "told: not yet",
    Kind.TELL_DECLINED: "told: declined",
    Kind.REVOKE: "badges revoked",
    Kind.PUBLISH_REVOKED: "revocations published",
    Kind.TELL_REVOKED: "told: revoked",
}


@dataclass(slots=True)
class Report:
    started: datetime
    finished: datetime | None = None
    new_attempts: int = 0
    new_decisions: int = 0
    cells_written: int = 0
    rows_added: int = 0
    done: Counter[Kind] = field(default_factory=Counter)
    postponed: list[Effect] = field(default_factory=list)
    stuck: list[Effect] = field(default_factory=list)  # all that wait for a person, of earlier cycles too
    problems: list[Problem] = field(default_factory=list)
    waiting: Counter[Standing] = field(default_factory=Counter)

    @property
    def failed(self) -> bool:
        """True when something is stuck or was left undone: exit code 1."""
        return bool(self.stuck) or any(problem.blocking for problem in self.problems)

    @property
    def changed_nothing(self) -> bool:
        return not (
            self.new_attempts
            or self.new_decisions
            or self.cells_written
            or self.rows_added
            or self.done
            or self.postponed
        )

    def take_stock(self, known: Known) -> None:
        """Count what waits for whom at the end of the cycle."""
        self.stuck = [effect for effect in known.effects.values() if effect.state is State.STUCK]
        self.waiting = Counter(standing(known, attempt_id) for attempt_id in known.attempts)

    def lines(self) -> Iterator[str]:
        """Sentences without names or addresses."""
        if self.new_attempts:
            yield f"{self.new_attempts} new requests or attempts"
        if self.new_decisions:
            yield f"{self.new_decisions} decisions taken from the sheet"
        for kind, n in sorted(self.done.items()):
            yield f"{n} {_DONE[kind]}"
        if self.rows_added or self.cells_written:
            yield f"sheet: {self.rows_added} rows added, {self.cells_written} cells set"
        for effect in self.postponed:
            yield f"later: {effect.key}: {effect.note}"
        for effect in self.stuck:
            yield f"stuck: {effect.key}: {effect.note} Then run: badge-bridge retry {effect.request}"
        for problem in self.problems:
            yield f"{problem.where}: {problem.sentence}"
        waiting = self.waiting[Standing.WAITING] + self.waiting[Standing.HELD]
        yield f"{waiting} waiting for a coach" if waiting else "nothing waits for a coach"
        if self.changed_nothing and not self.problems and not self.stuck:
            yield "nothing to do"

    def as_json(self) -> dict[str, object]:
        return {
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat() if self.finished else None,
            "new_attempts": self.new_attempts,
            "new_decisions": self.new_decisions,
            "rows_added": self.rows_added,
            "cells_written": self.cells_written,
            "done": {kind.value: n for kind, n in sorted(self.done.items())},
            "postponed": [{"effect": e.key, "note": e.note} for e in self.postponed],
            "stuck": [{"effect": e.key, "note": e.note, "in_doubt": e.in_doubt} for e in self.stuck],
            "problems": [{"where": p.where, "sentence": p.sentence, "blocking": p.blocking} for p in self.problems],
            "waiting": {standing.value: n for standing, n in sorted(self.waiting.items())},
        }
