"""A world whose process can die at any port call, before it or after it, or be let down by any service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bridge.ports import World


class Death(BaseException):
    """The process is gone: nothing after this line runs, not even clean-up."""


@dataclass
class Doom:
    """Counts steps; at step *dies_at* the process dies. One step before each call and one after it."""

    dies_at: int = -1
    steps: int = 0
    dead: bool = False
    log: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        self.steps += 1
        self.log.append(name)
        if self.steps == self.dies_at:
            self.dead = True
            raise Death(f"at step {self.steps}: {name}")


#: Told the name of a call and when ("before", "after"); may raise what a service raises.
Moody = Callable[[str, str], None]


def calm(name: str, when: str) -> None:
    """Nothing goes wrong."""


class Mortal:
    """A port behind which the process may die, and which may have moods."""

    def __init__(self, port: Any, name: str, doom: Doom, moody: Moody = calm) -> None:
        self._port = port
        self._name = name
        self._doom = doom
        self._moody = moody

    def __getattr__(self, verb: str) -> Any:
        attribute = getattr(self._port, verb)
        if not callable(attribute):
            return attribute
        if verb == "lease":
            return self._lease
        name = f"{self._name}.{verb}"

        def call(*args: Any, **kwargs: Any) -> Any:
            self._doom.step(f"before {name}")
            self._moody(name, "before")
            result = attribute(*args, **kwargs)
            self._moody(name, "after")
            self._doom.step(f"after {name}")
            return result

        return call

    @contextmanager
    def _lease(self) -> Iterator[None]:
        """A dead process does not give its lease back."""
        lease = self._port.lease()
        self._doom.step("before lease")
        lease.__enter__()
        try:
            self._doom.step("after lease")
            yield
        finally:
            if not self._doom.dead:
                lease.__exit__(None, None, None)


def mortal(world: World, doom: Doom, moody: Moody = calm) -> World:
    """The same world, but its process can die. The clock and the dice are no services and never fail."""

    def wrap(name: str, port: Any, mood: Moody = moody) -> Any:
        return Mortal(port, name, doom, mood)

    return World(
        clock=world.clock,
        forms=wrap("forms", world.forms),
        drive=wrap("drive", world.drive),
        sheet=wrap("sheet", world.sheet),
        backends={key: wrap(f"backend {key}", backend) for key, backend in world.backends.items()},
        site=wrap("site", world.site),
        mailer=wrap("mailer", world.mailer),
        ledger=wrap("ledger", world.ledger, calm),
        compose=world.compose,
        remind=world.remind,
        dice=world.dice,
        gone=world.gone,
    )
