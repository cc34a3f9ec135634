from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.night.district import District, district


@pytest.fixture
def town(tmp_path: Path) -> Iterator[District]:
    with district(tmp_path) as made:
        yield made
