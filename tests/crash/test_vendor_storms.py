"""Two hundred random schedules for each place where badges are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.vendor_storms import Storm

pytestmark = pytest.mark.usefixtures("only_processes_die")

PLACES = ("local", "badgr", "fork", "credly")
SCHEDULES, CHUNK, QUICK = 200, 10, 5


def weather(place: str, seeds: range, folder: Path) -> None:
    for seed in seeds:
        try:
            Storm(place, seed, folder / str(seed)).run()
        except BaseException as error:
            error.add_note(f"Storm({place!r}, {seed})")
            raise


@pytest.mark.parametrize("place", PLACES)
def test_a_few_schedules(place: str, tmp_path: Path) -> None:
    weather(place, range(QUICK), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, SCHEDULES, CHUNK))
@pytest.mark.parametrize("place", PLACES)
def test_two_hundred_schedules(place: str, start: int, tmp_path: Path) -> None:
    weather(place, range(start, start + CHUNK), tmp_path)
