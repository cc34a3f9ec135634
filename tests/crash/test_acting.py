"""Backends with troubles of their own: whom they concern waits or is told, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

from bridge.acting.actor import PATIENCE
from bridge.errors import BackendClosed, BadgeClosed, InDoubt, Refused, TryLater
from bridge.model import Acceptance, Credential, Kind, Order, State
from tests.crash.troubled import Troubled, all_of, cycle, effect, once, town
from tests.crash.world import CO_TEACHING, FIRST_AID

NOTHING_FOR_YOU = "Nothing for you to do; the coordinator sees why."

# ── a badge that is closed ───────────────────────────────────────────────────────


def test_a_closed_badge_is_one_alert_and_nobody_is_stuck() -> None:
    closed = BadgeClosed("The badge “First Aid” is archived at Badgr. Bring it back there.")
    badgr = Troubled("badgr", trouble=lambda about: closed if order_of(about).achievement == "first-aid" else None)
    world = town(badgr, *[FIRST_AID] * 8, CO_TEACHING)
    for night in (1, 2):
        report = cycle(world)
        assert all_of(report, "badge first-aid") == [str(closed)]
        assert badgr.calls.count("1-1") + sum(f"{n}-1" in badgr.calls for n in range(2, 9)) == night
        assert report.stuck == []
        assert report.failed
    assert len(badgr.issued) == 1
    assert world.status("9-1") == "Issued 2026-11-22, and mailed."
    assert world.status("3-1") == f"Approved; it waits for Badgr. {NOTHING_FOR_YOU}"
    assert effect(world, "issue:3-1").note == str(closed)
    badgr.trouble = lambda about: None
    cycle(world)
    once(world, 9)


def order_of(about: Order | Credential) -> Order:
    assert isinstance(about, Order)
    return about


def test_a_badge_that_opens_again_goes_on_in_the_very_next_cycle() -> None:
    badgr = Troubled("badgr", trouble=lambda about: BadgeClosed("It is archived."))
    world = town(badgr, FIRST_AID, FIRST_AID)
    for _ in range(5):
        cycle(world)
    badgr.trouble = lambda about: None
    assert world.run_once().done[Kind.ISSUE] == 2, "no night has passed, nor an hour"
    once(world, 2)


def test_a_closed_badge_keeps_an_older_doubt() -> None:
    badgr = Troubled("badgr", trouble=lambda about: InDoubt("No answer."))
    world = town(badgr, FIRST_AID)
    cycle(world)
    badgr.trouble = lambda about: BadgeClosed("It is archived.")
    cycle(world)
    assert effect(world, "issue:1-1").in_doubt
    assert effect(world, "issue:1-1").state is State.PLANNED


# ── a backend that is closed ─────────────────────────────────────────────────────


def test_a_backend_that_lets_nobody_in_is_one_alert_and_one_call_in_each_cycle() -> None:
    closed = BackendClosed("Badgr does not let the bridge in. Correct the password.", wait=timedelta(hours=1))
    badgr = Troubled("badgr", trouble=lambda about: closed)
    world = town(badgr, *[FIRST_AID] * 8, CO_TEACHING, makes={"co-teaching": "local"})
    cycle(world)
    written = len(world.known().effects), [world.ledger().history(n) for n in range(1, 9)]
    for calls in (2, 3):
        report = world.run_once()
        assert all_of(report, "issuer badgr") == [str(closed)]
        assert report.failed
        assert (report.stuck, report.postponed) == ([], [])
        assert len(badgr.calls) == calls
    waited = [world.ledger().history(n) for n in range(1, 9)]
    assert sum(len(after) - len(before) for before, after in zip(written[1], waited, strict=True)) == 2 * 2
    assert world.status("9-1") == "Issued 2026-11-22, and mailed."
    assert {world.status(f"{n}-1") for n in range(1, 9)} == {f"Approved; it waits for Badgr. {NOTHING_FOR_YOU}"}
    badgr.trouble = lambda about: None
    assert world.run_once().done[Kind.ISSUE] == 8
    once(world, 9)


# ── five hundred times 500 ───────────────────────────────────────────────────────


def test_a_server_that_fails_for_ever_over_one_award_is_asked_three_times() -> None:
    badgr = Troubled("badgr", trouble=lambda about: InDoubt("Badgr answers 500.", most=3))
    world = town(badgr, FIRST_AID)
    for tries in (1, 2):
        cycle(world)
        assert (effect(world, "issue:1-1").state, effect(world, "issue:1-1").attempts) == (State.PLANNED, tries)
    report = cycle(world)
    assert effect(world, "issue:1-1").state is State.STUCK
    assert effect(world, "issue:1-1").in_doubt, "nobody knows whether it was made"
    assert [e.key for e in report.stuck] == ["issue:1-1"]
    assert effect(world, "issue:1-1").note == "Badgr answers 500. Then the coordinator runs: badge-bridge retry 1"
    assert world.status("1-1").endswith(f"asking whether the badge was issued. It waits for Badgr. {NOTHING_FOR_YOU}")
    cycle(world)
    assert badgr.calls == ["1-1"] * 3
    world.ledger().retry(1)
    badgr.trouble = lambda about: None
    cycle(world)
    once(world, 1)


def test_nights_without_the_server_do_not_count_among_its_failures() -> None:
    badgr = Troubled("badgr", trouble=lambda about: TryLater("Badgr is down."))
    world = town(badgr, FIRST_AID)
    for _ in range(5):
        cycle(world)
    badgr.trouble = lambda about: InDoubt("Badgr answers 500.", most=3)
    cycle(world)
    assert effect(world, "issue:1-1").state is State.PLANNED
    cycle(world)
    assert effect(world, "issue:1-1").state is State.STUCK


def test_doubt_without_a_limit_is_asked_about_for_ever() -> None:
    badgr = Troubled("badgr", trouble=lambda about: InDoubt("No answer."))
    world = town(badgr, FIRST_AID)
    for _ in range(8):
        cycle(world)
    assert effect(world, "issue:1-1").state is State.PLANNED
    assert len(badgr.calls) == 8


# ── one backend down ─────────────────────────────────────────────────────────────


def test_one_backend_down_stops_no_other_and_is_not_asked_for_everybody() -> None:
    badgr = Troubled("badgr", trouble=lambda about: TryLater("Badgr is down."))
    world = town(badgr, *[FIRST_AID] * 9, *[CO_TEACHING] * 6, makes={"co-teaching": "local"})
    report = cycle(world)
    assert len(badgr.calls) == PATIENCE
    assert all_of(report, "issuer badgr") == ["4 more wait: it failed too often."]
    assert len(world.backend.issued) == 6
    assert [world.status(f"{n}-1") for n in range(10, 16)] == ["Issued 2026-11-22, and mailed."] * 6
    assert report.stuck == []
    badgr.trouble = lambda about: None
    cycle(world)
    once(world, 15)


def test_a_refusal_concerns_one_row() -> None:
    wrong = Refused("Badgr does not take the name. Correct it, teacher2@Lakeview.example!", for_coach=True)
    badgr = Troubled("badgr", trouble=lambda about: wrong if about.attempt_id == "2-1" else None)
    world = town(badgr, *[FIRST_AID] * 3)
    report = cycle(world)
    assert [e.key for e in report.stuck] == ["issue:2-1"]
    note = (
        "Badgr does not take the name. Correct it, (the teacher’s address)! Then the coordinator runs: badge-bridge "
        "retry 2"
    )
    assert effect(world, "issue:2-1").note == note
    assert world.status("2-1") == f"Approved; the badge is being issued. Needs fix: {note}"
    assert "".join(report.lines()).count("badge-bridge retry 2") == 1
    assert len(badgr.issued) == 2


# ── pictures ─────────────────────────────────────────────────────────────────────


def test_a_picture_that_can_not_be_had_yet_keeps_page_and_mail_back() -> None:
    badgr = Troubled("badgr", at="badge", trouble=lambda about: TryLater("The picture is not there yet."))
    world = town(badgr, *[FIRST_AID] * 8, CO_TEACHING, makes={"co-teaching": "local"})
    cycle(world)
    assert len(badgr.issued) == 8
    assert len(badgr.calls) == PATIENCE, "it is not asked for eight"
    assert world.status("1-1") == "Issued 2026-11-22; its page is not public yet. It waits. " + NOTHING_FOR_YOU
    assert effect(world, "publish:1-1").note == "The picture is not there yet."
    assert "others could not be had either" in effect(world, "publish:8-1").note
    assert world.status("9-1") == "Issued 2026-11-22, and mailed."
    assert set(world.site.public) == set(world.backend.issued)
    badgr.trouble = lambda about: None
    cycle(world)
    once(world, 9)
    assert set(world.site.public) == {*badgr.issued, *world.backend.issued}


def test_a_picture_that_is_none_is_for_a_person() -> None:
    badgr = Troubled("badgr", at="badge", trouble=lambda about: Refused("The picture is no picture."))
    world = town(badgr, FIRST_AID)
    cycle(world)
    assert effect(world, "publish:1-1").state is State.STUCK
    note = "The picture is no picture. Then the coordinator runs: badge-bridge retry 1"
    assert effect(world, "publish:1-1").note == note
    assert "picture" not in world.status("1-1")
    badgr.trouble = lambda about: None
    assert cycle(world).done == {}
    world.ledger().retry(1)
    cycle(world)
    once(world, 1)


def test_a_badge_revoked_before_its_picture_came_needs_none() -> None:
    badgr = Troubled("badgr", at="badge", trouble=lambda about: TryLater("The picture is not there yet."))
    world = town(badgr, FIRST_AID)
    cycle(world)
    world.sheet.decide("1-1", "Revoke", "Not her work.")
    cycle(world)
    assert world.status("1-1") == "Revoked 2026-11-22; the teacher was told."
    assert world.mails == ["tell-received:1-1", "tell-revoked:1-1"]
    assert len(badgr.calls) == 1
    assert list(world.site.public.values()) == [True]


# ── what earners did ─────────────────────────────────────────────────────────────


def test_what_earners_did_comes_into_the_sheet_by_itself() -> None:
    badgr = Troubled("badgr", at="acceptance")
    world = town(badgr, FIRST_AID, FIRST_AID)
    cycle(world)
    awards = world.known().orders
    badgr.accepted = {awards["1-1"].award: Acceptance.ACCEPTED, awards["2-1"].award: Acceptance.WAITING}
    cycle(world)
    assert world.status("1-1") == "Issued 2026-11-22, and mailed. Accepted by the teacher."
    assert world.status("2-1") == "Issued 2026-11-22, and mailed. Not accepted by the teacher yet."
    assert len(badgr.calls) == 1
    assert cycle(world).changed_nothing


def test_a_page_leads_to_the_vendor_once_the_badge_was_accepted_and_nobody_is_told_again() -> None:
    badgr = Troubled("badgr", reserved=True)
    world = town(badgr, FIRST_AID, FIRST_AID)
    cycle(world)
    first, second = (world.known().orders[id_].award for id_ in ("1-1", "2-1"))
    assert world.site.links == {first: "", second: ""}
    badgr.accepted = {first: Acceptance.ACCEPTED, second: Acceptance.WAITING}
    mails, made = list(world.mails), list(badgr.issued)
    report = cycle(world)
    assert world.site.links == {first: f"https://badgr.example/{first}", second: ""}
    assert report.done == {Kind.PUBLISH_ACCEPTED: 1}
    assert world.status("1-1") == "Issued 2026-11-22, and mailed. Accepted by the teacher."
    assert (world.mails, badgr.issued) == (mails, made)
    assert cycle(world).changed_nothing


def test_a_page_that_could_not_be_renewed_is_renewed_later() -> None:
    badgr = Troubled("badgr", reserved=True)
    world = town(badgr, FIRST_AID)
    cycle(world)
    award = world.known().orders["1-1"].award
    badgr.accepted = {award: Acceptance.ACCEPTED}
    world.site.trouble = TryLater("The publish command failed.")
    cycle(world)
    assert effect(world, f"publish-accepted:1-1/{award}").state is State.PLANNED
    assert world.status("1-1") == "Issued 2026-11-22, and mailed. Accepted by the teacher."
    world.site.trouble = None
    cycle(world)
    assert effect(world, f"publish-accepted:1-1/{award}").state is State.DONE
    assert world.site.links == {award: f"https://badgr.example/{award}"}


def test_a_vendor_that_does_not_answer_is_told_and_holds_up_nobody() -> None:
    badgr = Troubled("badgr", at="acceptance", trouble=lambda about: TryLater("Badgr is down."))
    world = town(badgr, FIRST_AID, CO_TEACHING, makes={"co-teaching": "local"})
    cycle(world)
    world.forms.submit("late@lakeview.example", CO_TEACHING)
    report = cycle(world)
    assert all_of(report, "issuer badgr") == ["Badgr is down."]
    assert report.new_attempts == 1
    del world.backends["badgr"]
    assert all_of(cycle(world), "issuer badgr") == []
