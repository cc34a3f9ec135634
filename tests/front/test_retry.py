"""`badge-bridge retry`: what a person is told, and what the ledger knows afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bridge.cli import memory
from bridge.clock import RealClock
from bridge.config import load
from bridge.model import Effect, Kind, Lesson, Request, State
from bridge.wiring import ledger_of
from tests.fakes import story

from .settings_file import write

SUBJECTS = {Kind.REISSUE: "41-1/1", Kind.WITHDRAW: "41-1/1"}
ASKS = "the bridge asks before it repeats anything"
HARMLESS = "to withdraw it once more changes nothing"

Retry = Callable[..., str]


@pytest.fixture
def retry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Retry:
    """Return what is told about request 41 whose effects of these kinds are stuck, and look that they are due again."""
    config = write(tmp_path)

    def retried(*kinds: Kind, in_doubt: bool = True) -> str:
        stuck = tuple(Effect(kind, SUBJECTS.get(kind, "41-1")) for kind in kinds)
        with closing(ledger_of(load(config), RealClock())) as ledger:
            with ledger.lease():
                ledger.learn(Lesson(requests=(Request(41, story.TEACHER, "", "", story.NOON),), effects=stuck))
                for effect in stuck:
                    ledger.stick(ledger.begin(effect), "Badgr answered 500.", in_doubt=in_doubt)
            capsys.readouterr()
            assert memory.retry(config, 41, as_json=False) == 0
            known = ledger.load().effects
        for effect in stuck:
            again = known[effect.key]
            assert (again.state, again.attempts, again.in_doubt) == (State.PLANNED, 0, in_doubt)
        return capsys.readouterr().out

    return retried


@pytest.mark.parametrize("kind", [Kind.ISSUE, Kind.REISSUE])
def test_who_has_a_badge_made_again_is_told_that_the_bridge_asks_first(retry: Retry, kind: Kind) -> None:
    told = retry(kind)
    assert told.count(ASKS) == 1
    assert HARMLESS not in told


@pytest.mark.parametrize("kind", [Kind.REVOKE, Kind.WITHDRAW])
def test_who_has_a_badge_withdrawn_again_is_told_that_it_does_no_harm(retry: Retry, kind: Kind) -> None:
    told = retry(kind)
    assert told.count(HARMLESS) == 1
    assert ASKS not in told


def test_both_are_told_once_where_both_are_stuck(retry: Retry) -> None:
    told = retry(Kind.ISSUE, Kind.REISSUE, Kind.REVOKE, Kind.WITHDRAW)
    assert (told.count(ASKS), told.count(HARMLESS)) == (1, 1)


@pytest.mark.parametrize("kind", [Kind.ISSUE, Kind.REISSUE, Kind.REVOKE, Kind.WITHDRAW])
def test_where_nothing_is_in_doubt_nothing_is_told_of_doubt(retry: Retry, kind: Kind) -> None:
    assert len(retry(kind, in_doubt=False).splitlines()) == 1


def test_of_a_mail_or_a_page_that_is_in_doubt_nothing_is_promised(retry: Retry) -> None:
    assert len(retry(Kind.PUBLISH, Kind.TELL_ISSUED).splitlines()) == 1
