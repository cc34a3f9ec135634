"""People do whatever comes to their minds, cycles run and die: what must never happen does not, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.people import People

BRIEF = settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(BRIEF, max_examples=300, stateful_step_count=40)

People.TestCase.settings = BRIEF
TestPeople = People.TestCase


@pytest.mark.slow
def test_people_for_many_days() -> None:
    run_state_machine_as_test(People, settings=LONG)
