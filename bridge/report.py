"""What a cycle did, in the plan's own words: for the log, the command line and the coordinator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridge.model import Effect, Kind, Known, Line, Problem, State, digest_coach
from bridge.plan.deeds import DOING, DONE
from bridge.plan.log_tab import SHOWN
from bridge.plan.standing import Standing, standing


def counted(n: int, one: str, many: str) -> str:
    """Return "1 badge" or "2 badges"."""
    return f"{n} {one if n == 1 else many}"


def in_words(effect: Effect) -> str:
    """Return what an effect is about: "41-2, issuing the badge"."""
    about = f"coach {digest_coach(effect)}" if effect.kind is Kind.TELL_DIGEST else effect.attempt_id
    return f"{about}, {DOING[effect.kind]}"


#: What was postponed so often needs a person, even if it may still come right by itself.
IN_VAIN = 3


@dataclass(slots=True)
class Report:
    started: datetime
    finished: datetime | None = None
    new_attempts: int = 0
    new_decisions: int = 0
    cells_written: int = 0
    rows_added: int = 0
    rows_moved: int = 0  # to the Archive
    log_lines: int = 0  # of the decision log, all of them
    log_head: str = ""  # the hash of the newest: kept elsewhere, it witnesses all that came before
    log_grew: bool = False
    tabs_written: int = 0  # of the bridge's own
    desks_written: int = 0  # coaches' own tabs
    mended: tuple[str, ...] = ()  # what of the review tab's looks was put in order
    locked: tuple[str, ...] = ()  # the bridge's own tabs into which others could write until now
    badges_mended: tuple[str, ...] = ()  # what of the tab of badges was put in order
    lists_written: int = 0  # of badges, in forms
    pages_changed: bool = False  # what is common to all badges: issuer, keys, catalogue, status lists
    done: Counter[Kind] = field(default_factory=Counter)
    taken_up: int = 0  # of those issued anew: what had been there once before
    released: int = 0  # of those withdrawn: what was at a vendor that is gone for good
    postponed: list[Effect] = field(default_factory=list)
    stuck: list[Effect] = field(default_factory=list)  # all that wait for a person, of earlier cycles too
    problems: list[Problem] = field(default_factory=list)
    waiting: Counter[Standing] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)  # what else the coordinator should know; nothing failed

    @property
    def failed(self) -> bool:
        """True when something is stuck, was left undone, or was tried again and again in vain: exit code 1."""
        in_vain = any(effect.attempts >= IN_VAIN for effect in self.postponed)
        return bool(self.stuck) or in_vain or any(problem.blocking for problem in self.problems)

    @property
    def changed_nothing(self) -> bool:
        return not (
            self.new_attempts
            or self.new_decisions
            or self.cells_written
            or self.rows_added
            or self.rows_moved
            or self.desks_written
            or self.done
            or self.postponed
        )

    def take_stock(self, known: Known) -> None:
        """Count what waits for whom at the end of the cycle."""
        self.stuck = [effect for effect in known.effects.values() if effect.state is State.STUCK]
        self.waiting = Counter(standing(known, attempt_id) for attempt_id in known.attempts)

    def take_log(self, known: Known, log: Sequence[Line]) -> None:
        """Remember the head of the decision log; it is told with every cycle since whose start lines were added."""
        self.log_lines, self.log_head = len(log), log[-1].hash if log else ""
        self.log_grew = bool(log) and str(len(log)) != known.facts.get(SHOWN)

    def lines(self) -> Iterator[str]:
        """Sentences without names or addresses."""
        if self.new_attempts:
            yield counted(self.new_attempts, "request came in", "requests came in")
        if self.new_decisions:
            yield counted(self.new_decisions, "decision taken", "decisions taken")
        yield from self._deeds()
        if self.pages_changed and not (self.done[Kind.PUBLISH] or self.done[Kind.PUBLISH_REVOKED]):
            yield "site: brought up to date"
        if self.rows_added or self.rows_moved or self.cells_written:
            yield "sheet: " + ", ".join(self._written())
        elif self.tabs_written:
            yield f"sheet: {counted(self.tabs_written, 'tab', 'tabs')} brought up to date"
        if self.desks_written:
            yield f"sheet: {counted(self.desks_written, 'tab', 'tabs')} of coaches brought up to date"
        if self.mended:
            yield f"sheet: put in order in Review: {', '.join(self.mended)}"
        if self.badges_mended:
            yield f"sheet: put in order in Badges: {', '.join(self.badges_mended)}"
        for title in self.locked:
            yield f"sheet: put in order in {title}: who may write there"
        if self.lists_written:
            yield f"form: {counted(self.lists_written, 'list', 'lists')} of badges brought up to date"
        if self.log_grew:
            yield f"decision log: {counted(self.log_lines, 'line', 'lines')}, head {self.log_head}"
        for effect in self.postponed:
            tries = f" (tried {effect.attempts} times)" if effect.attempts >= IN_VAIN else ""
            yield f"later: {in_words(effect)}: {effect.note}{tries}"
        for effect in self.stuck:
            yield f"stuck: {in_words(effect)}: {effect.note}"
        for problem in self.problems:
            yield f"{problem.where}: {problem.sentence}"
        yield from self.remarks
        waiting = sum(self.waiting[at] for at in (Standing.WAITING, Standing.HELD, Standing.HALF_APPROVED))
        if waiting:
            yield counted(waiting, "request waits for a coach", "requests wait for a coach")
        else:
            yield "nothing waits for a coach"
        if self.changed_nothing and not (self._besides() or self.problems or self.stuck):
            yield "nothing to do"

    def _besides(self) -> bool:
        looks = self.mended or self.badges_mended or self.locked
        return bool(self.tabs_written or looks or self.pages_changed or self.lists_written)

    def _deeds(self) -> Iterator[str]:
        other = Counter({Kind.REISSUE: self.taken_up, Kind.WITHDRAW: self.released})
        for kind in Kind:
            if n := self.done[kind] - other[kind]:
                yield counted(n, *DONE[kind])
            if kind is Kind.REISSUE and self.taken_up:
                yield counted(self.taken_up, "badge taken up again", "badges taken up again")
        if self.released:
            badges = counted(self.released, "replaced badge needs", "replaced badges need")
            yield f"{badges} no withdrawal: its vendor is gone for good"

    def _written(self) -> Iterator[str]:
        if self.rows_added:
            yield counted(self.rows_added, "row added", "rows added")
        if self.rows_moved:
            yield counted(self.rows_moved, "row moved", "rows moved") + " to the Archive"
        if self.cells_written:
            yield counted(self.cells_written, "cell set", "cells set")

    def as_json(self) -> dict[str, object]:
        return {
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat() if self.finished else None,
            "new_attempts": self.new_attempts,
            "new_decisions": self.new_decisions,
            "rows_added": self.rows_added,
            "rows_moved": self.rows_moved,
            "cells_written": self.cells_written,
            "coaches_tabs": self.desks_written,
            "mended": list(self.mended),
            "badges_mended": list(self.badges_mended),
            "locked": list(self.locked),
            "lists_written": self.lists_written,
            "log": {"lines": self.log_lines, "head": self.log_head},
            "pages_changed": self.pages_changed,
            "done": {kind.value: n for kind, n in sorted(self.done.items())},
            "postponed": [{"effect": e.key, "note": e.note, "attempts": e.attempts} for e in self.postponed],
            "stuck": [{"effect": e.key, "note": e.note, "in_doubt": e.in_doubt} for e in self.stuck],
            "problems": [{"where": p.where, "sentence": p.sentence, "blocking": p.blocking} for p in self.problems],
            "remarks": self.remarks,
            "waiting": {standing.value: n for standing, n in sorted(self.waiting.items())},
        }
