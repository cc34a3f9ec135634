"""For tests of death by the thousand."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest


@pytest.fixture
def only_processes_die(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine goes on, so nothing need be forced onto its disk; and nobody reads what thousands of deaths log."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
