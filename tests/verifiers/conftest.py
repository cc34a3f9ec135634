"""One court for all tests of a process: the cases are issued once, and each program of judges is started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .court import Court


@pytest.fixture(scope="session")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    opened = Court(tmp_path_factory.mktemp("court"))
    yield opened
    opened.close()
