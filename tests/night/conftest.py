from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.planted import Kept
from tests.night.district import District, district


@pytest.fixture
def town(tmp_path: Path) -> Iterator[District]:
    with district(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("evening")
    with district(folder / "town") as town:
        town.submit(3)
        town.night()
        return town.keep(folder / "kept")


@pytest.fixture
def received(evening: Kept, tmp_path: Path) -> Iterator[District]:
    """Three teachers asked; a coach looks at their rows."""
    with district(tmp_path, evening) as town:
        yield town


@pytest.fixture
def decided(received: District) -> District:
    """The three were approved; their badges are due tonight."""
    received.approve_all()
    return received
