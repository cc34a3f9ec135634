"""The peer's honesty: to the recorded requests it says what the recorded servers said."""

from __future__ import annotations

from functools import cache

import pytest

from tests.peers.badgr.recordings import load
from tests.peers.badgr.replay import Replay, SetClock, Told
from tests.peers.badgr.story import FOLDERS
from tests.peers.badgr_server import BadgrServer


@cache
def replayed(server: str) -> dict[str, tuple[Told, Told]]:
    """Every recorded request of *server*, sent in order to one peer."""
    folder, prepare, skip, first_only = FOLDERS[server]
    clock = SetClock()
    with BadgrServer(clock, fork=server == "fork") as peer:
        return Replay(peer, clock, folder, prepare, skip, first_only).run()


COVERED = [
    (server, name) for server, (folder, _, skip, _) in FOLDERS.items() for name in load(folder) if name not in skip
]


@pytest.mark.parametrize(("server", "name"), COVERED)
def test_the_peer_says_what_was_recorded(server: str, name: str) -> None:
    recorded, here = replayed(server)[name]
    assert here == recorded


def test_nearly_all_recordings_are_covered() -> None:
    for folder, _, skip, first_only in FOLDERS.values():
        assert {*skip, *first_only} <= load(folder).keys()
    assert len(COVERED) == 262


def test_the_comparison_notices_a_peer_of_another_kind() -> None:
    """A server that takes emoji differs where they were sent, and in nothing that does not follow from it."""
    folder, prepare, skip, first_only = FOLDERS["stock"]
    clock = SetClock()
    with BadgrServer(clock, utf8mb3=False) as peer:
        told = Replay(peer, clock, folder, prepare, skip, first_only).run()
    assert [name for name, (recorded, here) in told.items() if here != recorded] == ["093_assertion_create_emoji"]
