"""A backend that the settings know no more: what is still to be done there waits for a cure that works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.acting.actor import NOT_SET_UP
from bridge.errors import InDoubt, TryLater
from bridge.model import LOCAL, State
from bridge.plan import Wish
from tests.crash.troubled import AT_BADGR, Troubled, all_of, cycle, effect, once, town
from tests.crash.world import CO_TEACHING, FIRST_AID, POLICY, FakeWorld

NOT_IN_THE_SETTINGS = "The badge of 1-1 belongs to 'badgr', which is not in the settings any more. "
SAY_SO = 'If it is gone for good, say so in the settings: [issuer] gone = ["badgr"]'
#: The settings know no vendor any more.
ALONE = replace(POLICY, backends={LOCAL: None})


# ── its section is put back ──────────────────────────────────────────────────────


def test_awards_of_a_backend_that_is_gone_wait_until_it_is_back() -> None:
    world = town(None, FIRST_AID, FIRST_AID, CO_TEACHING, makes={"co-teaching": "local"})
    cycle(world)
    world.forms.submit("late@lakeview.example", FIRST_AID)
    cycle(world)
    world.sheet.decide("4-1", "Approve")
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    badgr = world.backends.pop("badgr")
    report = cycle(world)
    assert report.stuck == []
    assert all_of(report, "issuer badgr") == [NOT_SET_UP]
    assert report.failed
    told = "belongs to 'badgr', which is not in the settings any more. Put its section back"
    assert all("which is not in the settings any more" in effect(world, k).note for k in ("issue:4-1", "revoke:1-1"))
    assert told in effect(world, "issue:4-1").note
    assert world.status("4-1").startswith("Approved; it waits for")
    assert world.status("2-1") == "Issued 2026-11-22, and mailed."
    world.backends["badgr"] = badgr
    cycle(world)
    assert world.status("1-1") == "Revoked 2026-11-23; the teacher was told."
    assert world.status("4-1").endswith(", and mailed.")
    assert len(badgr.issued) == 3


def test_a_mail_needs_no_backend_once_the_picture_lies_on_the_site() -> None:
    world = town(None, FIRST_AID)
    world.policy = replace(world.policy, mails_per_day=1)  # today's was the one about the request
    cycle(world)
    assert world.mails == ["tell-received:1-1"]
    del world.backends["badgr"]
    world.policy = AT_BADGR
    cycle(world)
    assert world.mails == ["tell-received:1-1", "tell-issued:1-1"]
    ((_, media_type, data),) = world.mailer.sent[-1].attachments
    assert media_type == "image/png"
    assert data == next(iter(world.site.pictures.values()))


def test_an_award_of_a_backend_that_is_gone_can_be_approved_for_another() -> None:
    world = town(None, FIRST_AID)
    del world.backends["badgr"]
    cycle(world)
    world.sheet.decide("1-1", "")
    world.policy = POLICY
    cycle(world)
    world.sheet.decide("1-1", "Approve")
    cycle(world)
    once(world, 1)
    assert len(world.backend.issued) == 1


# ── each thing that is left to do there, and its cure ────────────────────────────


def take_out(world: FakeWorld) -> None:
    """The section of Badgr is taken out of the settings."""
    del world.backends["badgr"]
    world.policy = ALONE


def unanswered(world: FakeWorld) -> Troubled:
    """Badgr makes what it is asked for, and its answer is lost; so a world was found in doubt."""
    badgr = world.backends["badgr"]
    assert isinstance(badgr, Troubled)
    badgr.trouble = lambda about: InDoubt("No answer.")
    cycle(world)
    badgr.trouble = lambda about: None
    return badgr


def note(world: FakeWorld, key: str) -> str:
    return effect(world, key).note.removeprefix(NOT_IN_THE_SETTINGS)


def test_a_badge_in_doubt_waits_for_its_section() -> None:
    world = town(Troubled("badgr"), FIRST_AID)
    badgr = unanswered(world)
    take_out(world)
    assert cycle(world).stuck == []
    assert note(world, "issue:1-1") == (
        f"It may have been made there: put its section back, and the bridge asks. {SAY_SO}"
    )
    world.backends["badgr"], world.policy = badgr, AT_BADGR
    cycle(world)
    once(world, 1)


def test_a_badge_in_doubt_at_a_server_that_is_gone_for_good_is_approved_anew_elsewhere() -> None:
    world = town(Troubled("badgr"), FIRST_AID)
    unanswered(world)
    take_out(world)
    cycle(world)
    world.gone = ("badgr",)
    report = cycle(world)
    assert [e.key for e in report.stuck] == ["issue:1-1"]
    assert world.status("1-1") == (
        "Approved; the badge is being issued. Needs fix: The badge of 1-1 can't be made at 'badgr', which is gone for "
        "good. To have it made elsewhere, choose another Backend for it in the tab Badges, empty the Decision cell, "
        "and approve again a cycle later."
    )
    assert not effect(world, "issue:1-1").in_doubt
    world.sheet.decide("1-1", "")
    cycle(world)
    world.sheet.decide("1-1", "Approve")
    cycle(world)
    once(world, 1)
    assert len(world.backend.issued) == 1
    assert world.status("1-1").endswith(", and mailed.")


def revoking(world: FakeWorld) -> str:
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    return "revoke:1-1"


def withdrawing(world: FakeWorld) -> str:
    """It was made anew here; the old badge is withdrawn in the run after."""
    world.reissue(Wish("badgr", "local", revoke=True))
    return "withdraw:1-1/1"


@pytest.mark.parametrize("begins", [revoking, withdrawing])
@pytest.mark.parametrize("for_good", [False, True])
def test_what_is_to_be_withdrawn_there(begins: Callable[[FakeWorld], str], for_good: bool) -> None:
    world = town(Troubled("badgr"), FIRST_AID)
    cycle(world)
    key = begins(world)
    badgr = world.backends["badgr"]
    take_out(world)
    assert cycle(world).stuck == []
    assert note(world, key) == (f"It can be withdrawn only there: put its section back until that is done. {SAY_SO}")
    if for_good:
        world.gone = ("badgr",)
    else:
        world.backends["badgr"] = badgr
    report = cycle(world)
    assert (report.stuck, report.postponed) == ([], [])
    assert effect(world, key).state is State.DONE
    assert len(badgr.revoked) == (0 if for_good else 1)
    told = [line for line in report.lines() if "replaced badge" in line]
    released = "1 replaced badge needs no withdrawal: its vendor is gone for good"
    assert told == ([] if begins is revoking else [released if for_good else "1 replaced badge withdrawn"])
    (there,) = [credential for order, credential in world.known().all_credentials() if order.backend == "badgr"]
    assert there.revoked_at is not None
    assert world.site.is_public(there)  # as one that was revoked
    assert cycle(world).changed_nothing


@pytest.mark.parametrize("in_doubt", [False, True])
def test_a_move_to_a_backend_that_is_gone_is_called_off(in_doubt: bool) -> None:
    world = town(Troubled("badgr"), FIRST_AID, makes={"first-aid": "local"})
    cycle(world)
    badgr = world.backends["badgr"]
    assert isinstance(badgr, Troubled)
    badgr.trouble = lambda about: InDoubt("No answer.") if in_doubt else TryLater("Badgr is down.")
    world.reissue(Wish("local", "badgr"))
    world.clock.advance(timedelta(hours=8))
    take_out(world)
    cycle(world)
    call_off = "To have it made elsewhere, run badge-bridge reissue --from badgr --to local --badge first-aid"
    if in_doubt:
        assert note(world, "reissue:1-1/1") == (
            f"It may have been made there: put its section back, and the bridge asks. {SAY_SO}"
        )
        world.gone = ("badgr",)
        assert [e.key for e in cycle(world).stuck] == ["reissue:1-1/1"]
    else:
        assert note(world, "reissue:1-1/1") == f"Put its section back. {call_off.replace(HAVE, LEAVE)}"
    world.reissue(Wish("badgr", "local", badge="first-aid"))
    assert cycle(world).stuck == []
    assert effect(world, "reissue:1-1/1").state is State.CANCELLED
    assert world.status("1-1") == "Issued 2026-11-22, and mailed."
    once(world, 1)


HAVE = "To have it made elsewhere"
LEAVE = "To leave it where it is, with this badge of all who hold it"


def test_a_picture_that_was_there_is_made_elsewhere() -> None:
    world = town(Troubled("badgr", at="badge", trouble=lambda about: TryLater("Not yet.")), FIRST_AID, CO_TEACHING)
    cycle(world)
    take_out(world)
    cycle(world)
    cure = "To have it made elsewhere, run badge-bridge reissue --from badgr --to …"
    assert note(world, "publish:1-1") == f"Put its section back. {cure}"
    world.gone = ("badgr",)
    cycle(world)
    assert note(world, "publish:1-1") == (
        f"The picture of the badge of 1-1 was at 'badgr', which is gone for good. {cure}"
    )
    world.reissue(Wish("badgr", "local"))
    world.run_to_rest()
    assert world.status("1-1").startswith("Issued 2026-11-22, and mailed.")
    assert sorted(key for key in world.mails if key.startswith("tell-issued")) == ["tell-issued:1-1", "tell-issued:2-1"]
