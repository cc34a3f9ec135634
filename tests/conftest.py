"""For all tests: no network but loopback, and no settings of the person who runs them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

OFFLINE = Path(__file__).parent / "offline"

# Programs that tests start are kept on loopback too: they find the same sitecustomize first on their path.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(OFFLINE), os.environ.get("PYTHONPATH"))))
for _name in [name for name in os.environ if name.startswith("BADGE_BRIDGE_") or name.lower().endswith("_proxy")]:
    del os.environ[_name]

# A rare find is for those who look for it, not for whoever lands a change: in CI the same examples each time.
# And no example fails for the time that a busy machine takes.
settings.register_profile("patient", deadline=None)
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady" if os.environ.get("CI") else "patient")

# Ours, even where Python has loaded another one at its start.
sys.modules.pop("sitecustomize", None)
sys.path.insert(0, str(OFFLINE))
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402 - it can only be found from here on

sys.path.remove(str(OFFLINE))


def pytest_collection_finish() -> None:
    """Thousands of tests stand ready from here on to the end: to look through them for garbage again and again takes
    an eighth of the time of all."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def stays_on_loopback() -> Iterator[None]:
    """Fail a test during which any name but this machine's was looked up, or anything but loopback called."""
    before = len(sitecustomize.ATTEMPTS)
    yield
    assert sitecustomize.ATTEMPTS[before:] == []
