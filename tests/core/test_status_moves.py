"""The Status cell of an award that moves: true at every step, and with the cure where a person is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model import Acceptance, State
from tests.core.desk import Desk
from tests.core.moving import MANY, arrive, issued, move, moved, revoke, withdrawn

ISSUED = "Issued 2026-11-22, and mailed."
NOTHING = "Nothing for you to do; the coordinator sees why."


def trouble(desk: Desk, key: str, note: str, *, stuck: bool = False, in_doubt: bool = False) -> None:
    state = State.STUCK if stuck else State.PLANNED
    desk.known.effects[key] = replace(desk.effect(key), state=state, note=note, in_doubt=in_doubt, attempts=1)


def status(desk: Desk) -> str:
    desk.look()
    return desk.cell("1-1", "Status")


def test_a_move_is_told_from_the_wish_to_the_end() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    assert status(desk) == f"{ISSUED} To be issued anew at Badgr."
    trouble(desk, "reissue:1-1/1", "Badgr asks for a pause.")
    assert status(desk) == f"{ISSUED} To be issued anew at Badgr. It waits for Badgr. {NOTHING}"
    arrive(desk, 1)
    assert status(desk) == f"{ISSUED} Issued anew at Badgr."
    assert desk.cell("1-1", "Badge link") == desk.known.credentials["1-1"].url
    trouble(desk, "publish-reissued:1-1/1", "Nobody can open its page.")
    assert status(desk) == f"{ISSUED} Issued anew at Badgr. It waits. {NOTHING}"
    moved(desk, 1)
    assert status(desk) == f"{ISSUED} Issued anew at Badgr."
    assert desk.look().lesson.problems == ()


def test_a_move_that_waits_for_a_person_says_for_what() -> None:
    desk = issued()
    move(desk, "local", "credly")
    trouble(desk, "reissue:1-1/1", "Credly wants a family name.", stuck=True)
    assert status(desk) == f"{ISSUED} To be issued anew at Credly. It waits for Credly. {NOTHING}"


def test_a_move_in_doubt_is_told_as_doubt() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    trouble(desk, "reissue:1-1/1", "Badgr did not answer.", in_doubt=True)
    assert status(desk) == f"Issued; asking whether it was issued anew. It waits for Badgr. {NOTHING}"


def test_the_last_move_that_took_place_is_told() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    moved(desk, 1)
    move(desk, "badgr", "credly")
    move(desk, "credly", "badgr")
    assert desk.effect("reissue:1-1/2").state is State.CANCELLED
    assert status(desk) == f"{ISSUED} Issued anew at Badgr."


def test_an_old_badge_that_could_not_be_withdrawn_is_told() -> None:
    desk = issued()
    move(desk, "local", "badgr", revoke=True)
    moved(desk, 1)
    trouble(desk, "withdraw:1-1/1", "Its files are not in the site's folder.", stuck=True)
    assert status(desk) == f"{ISSUED} Issued anew at Badgr. It waits. {NOTHING}"


def test_what_the_earner_did_there_is_told_beside() -> None:
    desk = issued()
    move(desk, "local", "badgr")
    moved(desk, 1)
    desk.known.credentials["1-1"] = replace(desk.known.credentials["1-1"], acceptance=Acceptance.ACCEPTED)
    assert status(desk) == f"{ISSUED} Accepted by the teacher. Issued anew at Badgr."


def test_before_the_first_mail_the_move_is_told_too() -> None:
    desk = issued(told=False)
    move(desk, "local", "badgr")
    assert status(desk) == "Issued 2026-11-22; the mail is on its way. To be issued anew at Badgr."


@pytest.mark.parametrize("note", ["", "Badgr did not let us in."])
def test_a_revoked_award_says_where_it_still_stands(note: str) -> None:
    desk = issued(replace(MANY, backend="badgr"))
    move(desk, "badgr", "local")
    moved(desk, 1)
    revoke(desk)
    desk.known.credentials["1-1"] = replace(desk.known.credentials["1-1"], revoked_at=desk.now)
    for kind in ("revoke", "publish-revoked", "tell-revoked"):
        desk.finish(f"{kind}:1-1")
    trouble(desk, "withdraw:1-1/1", note)
    words = "Revoked 2026-11-22; the teacher was told."
    assert status(desk) == " ".join(
        filter(None, [words, "Not withdrawn yet at Badgr.", f"It waits for Badgr. {NOTHING}" if note else ""])
    )
    withdrawn(desk, 1)
    assert status(desk) == words
