"""What the contract tests of Google's adapters share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from bridge.google import Google
from bridge.sandbox.seed import Programme
from bridge.sandbox.server import Sandbox


@dataclass
class Workspace:
    sandbox: Sandbox
    programme: Programme
    reach: Callable[..., Google]  # act_as and more scopes → Google; "" is the plain service account
    clock: Any

    def counts(self) -> dict[str, int]:
        """Calls since the last time, by method id, tokens left out."""
        with self.sandbox.lock:
            calls = self.sandbox.workspace.calls
            counts = {method: n for method, n in calls.counts().items() if method != "oauth2.token"}
            calls.clear()
        return counts


Stage = TypeVar("Stage")


def staged(memory: Callable[[], Stage], sandbox: Callable[[Workspace], Stage]) -> Callable[..., Stage]:
    """A fixture: the port in memory, then the real adapter on the sandbox."""

    @pytest.fixture(params=["memory", "sandbox"])
    def stage(request: pytest.FixtureRequest) -> Stage:
        return memory() if request.param == "memory" else sandbox(request.getfixturevalue("workspace"))

    return stage
