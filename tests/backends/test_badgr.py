"""Badgr: one award each, whatever the server does; and what teachers and vendors come up with."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.backends.badgr import client
from bridge.errors import InDoubt, Refused, TryLater
from bridge.issuer import issue_once
from bridge.model import Acceptance, Credential, Evidence, EvidenceKind
from tests.backends.badgr_town import backend, made, mark, order, patience
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.peers.badgr_server import BadgrServer

BADGR = story.achievement()
PARTY = "Well done 🎉 Maria"


# ── what is made ─────────────────────────────────────────────────────────────


def test_an_award_says_what_the_order_says(server: BadgrServer) -> None:
    first = order()
    found = made(server, backend(server), first)
    (award,) = server.assertions
    assert (award.recipient, award.hashed) == ("teacher1@lakeview.example", True)
    assert (award.issued_on, award.expires) == (first.issued_on, first.expires)
    assert award.narrative == first.narrative
    assert [one["url"] for one in award.evidence] == [mark(first), "https://class.example/blog"]
    assert found == Credential(
        award=first.award,
        attempt_id="1-1",
        url=mark(first),
        image=f"{server.url}/public/assertions/{award.id}/image",
        backend="badgr",
        backend_ref=award.id,
        vendor_url=f"{server.url}/public/assertions/{award.id}",
        issued_at=first.issued_on,
        acceptance=Acceptance.WAITING,
    )


def test_capitals_in_an_address_make_no_second_award(server: BadgrServer) -> None:
    server.case_sensitive = True
    badgr, first = backend(server), order()
    found = badgr.issue(replace(first, recipient="Teacher1@LAKEVIEW.example"), BADGR)
    assert badgr.issue(first, BADGR) == badgr.find(first) == found
    assert len(server.assertions) == 1


def test_the_bridge_sends_the_one_mail(server: BadgrServer) -> None:
    server.gdpr_first_mail = False
    made(server, backend(server), order())
    assert server.mails == []


def test_an_award_needs_no_name_no_words_no_evidence_and_no_end(server: BadgrServer) -> None:
    bare = order(name="", narrative="", evidence=(), expires=None)
    made(server, backend(server), bare)
    (award,) = server.assertions
    assert (award.narrative, award.expires, len(award.evidence)) == (None, None, 1)


def test_another_version_of_the_badge_is_refused_and_nothing_is_asked(server: BadgrServer) -> None:
    with pytest.raises(Refused, match="another version"):
        backend(server).issue(order(version="v0"), BADGR)
    assert server.requests == []


# ── dates ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("known", [False, True])
def test_a_clock_that_is_90_seconds_ahead_of_the_server_s(server: BadgrServer, known: bool) -> None:
    tokens = Tokens()
    if known:  # a token is kept, so the first call of this process is the one that issues
        backend(server, tokens).find(order())
    server.behind = timedelta(seconds=90)
    now = server.clock.now()
    badgr = backend(server, tokens)
    made(server, badgr, order(issued_on=now))
    made(server, badgr, order(2, issued_on=now))
    assert len(server.calls("assertion_create")) == 3  # the first of all learns the server's time
    for award in server.assertions:
        assert now - timedelta(seconds=95) < award.issued_on <= now - timedelta(seconds=90)


def test_an_award_of_last_week_keeps_its_day(server: BadgrServer) -> None:
    made(server, backend(server), order(issued_on=story.NOON - timedelta(days=7)))
    assert server.assertions[0].issued_on == story.NOON - timedelta(days=7)


# ── what may have happened ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "happened"),
    [
        *[(fault, False) for fault in ("timeout_before", "cut_before", "500", "502_html", "html_200")],
        *[(fault, True) for fault in ("timeout_after", "cut_after", "cut_answer", "commit_then_500")],
    ],
)
def test_whoever_is_in_doubt_looks_first(server: BadgrServer, fault: str, happened: bool) -> None:
    badgr, first = backend(server, timeout=patience(fault)), order()
    server.faults.next("assertion_create", fault)
    with pytest.raises(InDoubt) as error:
        badgr.issue(first, BADGR)
    assert error.value.most == (3 if "500" in fault else None)
    server.settle()
    found = badgr.find(first)
    assert (found is not None) is happened
    assert found == made(server, badgr, first) or not happened


#: What may befall a call that makes an award, and one that looks for it. (What takes time is tested elsewhere.)
MAKING = (
    "",
    "",
    "cut_before",
    "cut_after",
    "cut_answer",
    "commit_then_500",
    "500",
    "502_html",
    "html_200",
    "429",
    "401",
)
LOOKING = ("", "", "", "cut_before", "cut_answer", "500", "429", "401", "html_200")


@pytest.mark.parametrize("seed", range(40))
def test_one_award_each_whatever_befalls(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    tables = {"assertion_create": MAKING, "assertion_list": LOOKING, "token": ("", "", "500", "cut_after", "429")}
    with BadgrServer(FakeClock(story.NOON + timedelta(hours=1))) as server:
        tokens = Tokens()
        server.faults.mood = lambda operation: dice.choice(tables.get(operation, ("",)))
        for one in (order(1), order(2)):
            doubt, found = False, None
            while found is None:
                badgr = backend(server, tokens)  # each try is another process
                try:
                    found = issue_once(one, BADGR, badgr, in_doubt=doubt)
                except InDoubt:
                    doubt = True
                except TryLater as error:
                    server.clock.sleep((error.wait or timedelta(minutes=1)).total_seconds())
                    server.expire_tokens()
            assert [award.id for award in server.awards_of(one.recipient)] == [found.backend_ref]
        assert len(server.assertions) == 2


@pytest.mark.parametrize(
    ("fault", "wait"), [("429", None), ("429_retry_after:9", timedelta(seconds=9)), ("403_rate_limit", None)]
)
def test_a_server_that_asks_for_a_pause_has_done_nothing(server: BadgrServer, fault: str, wait: Any) -> None:
    badgr = backend(server)
    server.faults.next("assertion_create", fault)
    with pytest.raises(TryLater, match="asks for a pause") as error:
        badgr.issue(order(), BADGR)
    assert error.value.wait == wait
    made(server, badgr, order())


@pytest.mark.parametrize("fault", ["timeout_before", "cut_after", "cut_answer", "500", "502_html", "429", "html_200"])
@pytest.mark.parametrize("look", ["find", "badge", "acceptance", "survey"])
def test_a_look_is_never_in_doubt(server: BadgrServer, look: str, fault: str) -> None:
    badgr, first = backend(server, timeout=patience(fault)), order()
    found = made(server, badgr, first)
    operations = {"find": "assertion_list", "badge": "media", "acceptance": "assertion_list", "survey": "badge_list"}
    calls = {"find": [first], "badge": [found], "acceptance": [[found]], "survey": []}
    server.faults.next(operations[look], fault)
    with pytest.raises(TryLater):
        getattr(badgr, look)(*calls[look])


def test_nobody_listens_any_more() -> None:
    with BadgrServer(FakeClock()) as server:
        badgr = backend(server)
    with pytest.raises(TryLater, match="can't be reached"):
        badgr.issue(order(), BADGR)


# ── an award that stands in the way ──────────────────────────────────────────


def test_last_year_s_award_is_not_this_one(server: BadgrServer) -> None:
    badgr, last = backend(server), order(issued_on=story.NOON - timedelta(days=300))
    old = made(server, badgr, last)
    this = replace(last, award=order(2).award, attempt_id="2-1", issued_on=story.NOON)
    assert badgr.find(this) is None
    with pytest.raises(Refused, match="2026-01-26") as error:
        badgr.issue(this, BADGR)
    assert old.vendor_url in str(error.value)
    assert "badge-bridge retry 2" in str(error.value)
    badgr.revoke(last, old, "Renewed.", story.NOON)
    new = made(server, badgr, this)
    assert badgr.find(this) == new
    assert badgr.find(last) == replace(old, revoked_at=server.clock.now())


def test_an_award_that_has_expired_is_in_nobody_s_way(server: BadgrServer) -> None:
    badgr, last = backend(server), order(expires=story.NOON)
    made(server, badgr, last)
    badgr.issue(replace(last, award=order(2).award, expires=None), BADGR)
    assert len(server.assertions) == 2


def test_the_page_of_another_award_shown_as_evidence_is_no_mark(server: BadgrServer) -> None:
    badgr, other = backend(server), order(2)
    shown = Evidence(1, EvidenceKind.WEB, mark(other), name="My first badge")
    made(server, badgr, order(evidence=(shown,)))
    assert [one["url"] for one in server.assertions[0].evidence] == [mark(order()), f"{mark(other)}#evidence"]
    assert badgr.find(replace(other, recipient=order().recipient)) is None


def test_an_award_that_names_its_page_in_its_words_only_is_ours(server: BadgrServer) -> None:
    badgr, first = backend(server), order()
    found = made(server, badgr, first)
    server.assertions[0].evidence = []
    assert badgr.find(first) is None
    server.assertions[0].narrative = f"See {mark(first)}"
    assert badgr.find(first) == found


def test_of_two_awards_of_ours_the_one_that_counts_is_taken(server: BadgrServer) -> None:
    badgr, first = backend(server), order()
    old = made(server, badgr, first)
    badgr.revoke(first, old, "", story.NOON)
    new = made(server, badgr, first)
    assert badgr.find(first) == new


@pytest.mark.parametrize(
    ("members", "said", "cure", "retry"),
    [
        ({"recipient": "jörg@example.org"}, "Enter a valid email address", "nobody can correct it. Decline; or", False),
        ({"recipient": f"{'a' * 760}@example.org"}, "at most 768", "nobody can correct it. Decline; or", False),
        ({"award": story.OTHER_AWARD}, "which this request did not make", "Revoke it there", False),
    ],
)
def test_what_the_server_refused_is_told_apart_from_what_a_coach_can_do(
    server: BadgrServer, members: dict[str, str], said: str, cure: str, retry: bool
) -> None:
    badgr = backend(server)
    made(server, badgr, order())
    with pytest.raises(Refused) as error:
        badgr.issue(replace(order(), **members), BADGR)
    assert said in error.value.what
    assert cure in str(error.value)
    assert cure not in error.value.what
    assert error.value.retry is retry


# ── the settings name another BadgeClass meanwhile ───────────────────────────


@pytest.mark.parametrize("heeds_recipient", [True, False])
@pytest.mark.parametrize("named", ["another", "none"])
def test_an_award_is_found_under_the_badge_class_that_the_settings_named_then(
    server: BadgrServer, named: str, heeds_recipient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE", "2")
    server.heeds_recipient = heeds_recipient
    first = order()
    server.faults.next("assertion_create", "commit_then_500")
    with pytest.raises(InDoubt):
        backend(server).issue(first, BADGR)
    for n in range(2, 6):
        backend(server).issue(order(n), BADGR)
    changed = {"badges": {BADGR.key: server.badge_class("Its successor")} if named == "another" else {}}
    badgr, before = backend(server, **changed), len(server.calls("assertion_list"))
    found = issue_once(first, BADGR, badgr, in_doubt=True)
    (award,) = server.awards_of(first.recipient)
    assert found.backend_ref == award.id
    if heeds_recipient:
        assert len(server.calls("assertion_list")) == before + 1
    badgr.revoke(first, found, "A mix-up.", story.NOON)
    assert award.revoked


def test_under_another_badge_class_nobody_s_older_award_is_in_the_way(server: BadgrServer) -> None:
    old = made(server, backend(server), order())
    badgr = backend(server, badges={BADGR.key: server.badge_class("Its successor")})
    second = replace(order(), award=order(2).award, attempt_id="2-1")
    assert badgr.find(second) is None
    new = badgr.issue(second, BADGR)
    assert (badgr.find(order()), badgr.find(second)) == (old, new)


def test_an_issuer_that_the_account_may_not_see_is_told_and_nothing_is_made(server: BadgrServer) -> None:
    with pytest.raises(TryLater, match="no such issuer"):
        issue_once(order(), BADGR, backend(server, issuer="nothere"), in_doubt=True)
    assert server.assertions == []
