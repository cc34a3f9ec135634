"""A programme whose badges a vendor makes that has troubles of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bridge.cycle import run_cycle
from bridge.errors import BridgeError
from bridge.model import Achievement, Credential, Effect, Order, Uptake
from bridge.plan.catalogue import BACKEND
from bridge.report import Report
from tests.crash.world import POLICY, FakeWorld
from tests.fakes.backend import FakeBackend

AT_BADGR = replace(POLICY, backend="badgr")


@dataclass
class Troubled(FakeBackend):
    """Raises what *trouble* returns for an order, at the verb *at*; `calls` tells for whom it was asked."""

    trouble: Callable[[Order | Credential], BridgeError | None] = lambda about: None
    at: str = "issue"
    calls: list[str] = field(default_factory=list)

    def issue(self, order: Order, achievement: Achievement) -> Credential:
        self._meet("issue", order)
        return super().issue(order, achievement)

    def badge(self, credential: Credential) -> bytes:
        self._meet("badge", credential)
        return super().badge(credential)

    def acceptance(self, credentials: Sequence[Credential]) -> Mapping[str, Uptake]:
        self._meet("acceptance", credentials[0])
        return super().acceptance(credentials)

    def _meet(self, verb: str, about: Order | Credential) -> None:
        if verb == self.at:
            self.calls.append(about.attempt_id)
            if (error := self.trouble(about)) is not None:
                raise error


def town(backend: FakeBackend | None = None, *badges: str, makes: Mapping[str, str] | None = None) -> FakeWorld:
    """A world whose coaches approved a request for each of *badges*, one per teacher; *backend* is at Badgr's place.

    *makes*: who makes which badge; Badgr all of them unless it says otherwise.
    """
    world = FakeWorld(policy=AT_BADGR)
    assert world.sheet.catalogue is not None
    header, *rows = world.sheet.catalogue.cells
    header.append(BACKEND)
    for row in rows:
        row.append((makes or {}).get(row[0], ""))
    if backend is not None:
        world.backends["badgr"] = backend
    for number, badge in enumerate(badges, 1):
        world.forms.submit(f"teacher{number}@lakeview.example", badge)
    world.run_once()
    for row in world.sheet.rows:
        world.sheet.decide(row["ID"], "Approve")
    world.clock.advance(timedelta(hours=8))
    return world


def cycle(world: FakeWorld) -> Report:
    """One cycle; its backends are what they are, for some of their verbs are found by looking for them."""
    report = run_cycle(replace(world.process(), backends=world.backends), world.policy)
    world.clock.advance(timedelta(hours=8))
    return report


def all_of(report: Report, where: str) -> list[str]:
    return [problem.sentence for problem in report.problems if problem.where == where]


def effect(world: FakeWorld, key: str) -> Effect:
    return world.known().effects[key]


def once(world: FakeWorld, badges: int) -> None:
    """Each was made once, and told of once."""
    made = [award for backend in world.backends.values() for award in backend.issued]
    assert len(made) == len(set(made)) == badges
    told = [key for key in world.mails if key.startswith("tell-issued")]
    assert len(told) == len(set(told)) == badges
    assert cycle(world).changed_nothing
