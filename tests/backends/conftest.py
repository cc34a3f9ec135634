"""A Badgr server for one test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.peers.badgr_server import BadgrServer


@pytest.fixture
def server() -> Iterator[BadgrServer]:
    with BadgrServer(FakeClock(story.NOON + timedelta(hours=1))) as server:
        yield server
