"""Badgr: texts that the server can't keep, withdrawing, pictures, lists and connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bridge.backends.badgr import Badgr, client, plain, words
from bridge.errors import BadgeClosed, InDoubt, Refused
from bridge.model import Evidence, EvidenceKind
from tests.backends.badgr_town import BADGE, account, backend, made, order, patience
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.quota import FakeQuota
from tests.peers.badgr_server import BadgrServer

BADGR = story.achievement()
PARTY = "Well done 🎉 Maria"


# ── texts ────────────────────────────────────────────────────────────────────


def test_an_emoji_that_the_server_can_t_store_is_told_with_the_cleaned_text(server: BadgrServer) -> None:
    first = order(narrative=PARTY)
    with pytest.raises(InDoubt, match="“Well done Maria”") as error:
        backend(server).issue(first, BADGR)
    assert "plain_text = true" in str(error.value)
    assert error.value.most == 3
    assert server.assertions == []
    made(server, backend(server, plain_text=True), first)
    assert server.assertions[0].narrative == "Well done Maria"


def test_an_emoji_in_evidence(server: BadgrServer) -> None:
    item = Evidence(1, EvidenceKind.WEB, "https://class.example/🎉?q=é", name=PARTY)
    made(server, backend(server, plain_text=True), order(evidence=(item,)))
    told = {"url": "https://class.example/%F0%9F%8E%89?q=é", "narrative": "Well done Maria"}
    assert server.assertions[0].evidence[1] == told


def test_a_server_that_can_store_an_emoji_gets_it(server: BadgrServer) -> None:
    server.utf8mb3 = False
    made(server, backend(server), order(narrative=PARTY))
    assert server.assertions[0].narrative == PARTY


def test_a_picture_in_the_words_becomes_a_link(server: BadgrServer) -> None:
    item = Evidence(1, EvidenceKind.WEB, "https://class.example", name="![x](y)")
    made(server, backend(server), order(narrative="Look: ![my class](https://x.example/a.png)!", evidence=(item,)))
    assert server.assertions[0].narrative == "Look: ! [my class](https://x.example/a.png)!"


def test_evidence_that_is_no_address_is_told_in_words(server: BadgrServer) -> None:
    items = (Evidence(1, EvidenceKind.ODD, "my shelf", name="My shelf"), Evidence(2, EvidenceKind.ODD, "javascript:1"))
    made(server, backend(server), order(evidence=items))
    assert server.assertions[0].evidence[1:] == [{"url": None, "narrative": "My shelf"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(PARTY, "Well done Maria"), ("a  b", "a  b"), ("🎉", ""), ("é–学", "é–学"), ("Line 🎉\n🎉 two", "Line \n two")],
)
def test_plain_text(text: str, expected: str) -> None:
    assert plain(text) == expected
    assert plain(expected) == expected


def test_an_address_that_no_such_server_can_keep_is_not_sent(server: BadgrServer) -> None:
    with pytest.raises(Refused, match="at most 768"):
        backend(server).issue(order(recipient=f"{'a' * 760}@example.org"), BADGR)
    assert server.calls("assertion_create") == []


def test_an_address_that_the_server_refuses(server: BadgrServer) -> None:
    with pytest.raises(Refused, match="Enter a valid email address") as error:
        backend(server).issue(order(recipient="jörg@example.org"), BADGR)
    assert "jörg" not in str(error.value)
    assert server.assertions == []


# ── withdrawing ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("A mix-up.", "A mix-up."),
        ("x" * 300, "x" * 254 + "…"),
        ("🎉" * 300, words.NO_REASON),
        ("Two\nlines", "Two lines"),
        (" ", words.NO_REASON),
    ],
)
def test_the_reason_is_told_as_the_server_can_keep_it(server: BadgrServer, reason: str, told: str) -> None:
    badgr, first = backend(server), order()
    found = made(server, badgr, first)
    for _ in range(2):
        badgr.revoke(first, found, reason, story.NOON)
    assert [(one.revoked, one.reason) for one in server.assertions] == [(True, told)]
    assert badgr.find(first) == replace(found, revoked_at=server.clock.now())


def test_a_coach_s_words_become_public_only_if_a_coordinator_chose_so(server: BadgrServer) -> None:
    badgr, first = backend(server, publish_reasons=False), order()
    badgr.revoke(first, made(server, badgr, first), "He copied it from Mary.", story.NOON)
    assert server.assertions[0].reason == words.NO_REASON


def test_what_took_its_place_is_told_in_any_case(server: BadgrServer) -> None:
    badgr, first = backend(server, publish_reasons=False), order()
    badgr.revoke(first, made(server, badgr, first), f"Replaced by {story.PAGE}", story.NOON)
    assert server.assertions[0].reason == f"Replaced by {story.PAGE}"


@pytest.mark.parametrize(
    "fault", ["timeout_before", "timeout_after", "cut_after", "500", "commit_then_500", "502_html"]
)
def test_withdrawing_is_done_again_until_it_is_done(server: BadgrServer, fault: str) -> None:
    badgr, first = backend(server, timeout=patience(fault)), order()
    found = made(server, badgr, first)
    server.faults.next("revoke", fault)
    with pytest.raises(InDoubt):
        badgr.revoke(first, found, "A mix-up.", story.NOON)
    server.settle()
    badgr.revoke(first, found, "A mix-up.", story.NOON)
    assert [one.revoked for one in server.assertions] == [True]


def test_what_was_never_made_can_t_be_withdrawn(server: BadgrServer) -> None:
    badgr = backend(server)
    told = replace(story.credential(order().award), attempt_id="1-1", backend_ref="nothere")
    with pytest.raises(Refused, match="does not know the badge of 1-1"):
        badgr.revoke(order(), told, "", story.NOON)
    with pytest.raises(Refused, match="no picture of the badge of 1-1"):
        badgr.badge(told)
    for ref in (f"urn:uuid:{story.AWARD}", "../../o/token", ""):
        before = len(server.requests)
        with pytest.raises(Refused, match="Nothing says which assertion"):
            badgr.revoke(order(), replace(told, backend_ref=ref), "", story.NOON)
        with pytest.raises(Refused, match="Nothing says which assertion"):
            badgr.badge(replace(told, backend_ref=ref))
        assert len(server.requests) == before


# ── pictures, lists, connections ─────────────────────────────────────────────


def test_the_picture_is_the_one_that_the_server_baked(server: BadgrServer) -> None:
    badgr, first = backend(server), order()
    found = made(server, badgr, first)
    assert badgr.badge(found).startswith(b"\x89PNG")
    badgr.revoke(first, found, "", story.NOON)
    with pytest.raises(Refused, match="no picture"):
        badgr.badge(found)


def test_no_token_goes_where_the_pictures_lie(server: BadgrServer) -> None:
    badgr = backend(server)
    found = made(server, badgr, order())
    with BadgrServer(server.clock) as elsewhere:
        server.storage = elsewhere.url
        with pytest.raises(Refused, match="no picture"):  # that server has none; what counts is what it was told
            badgr.badge(found)
        (asked,) = elsewhere.requests
    assert {"Authorization", "Cookie"}.isdisjoint(asked.headers)
    assert "Authorization" not in server.calls("image")[-1].headers


def test_lists_are_read_to_their_end_whatever_host_they_name(
    server: BadgrServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    badgr = backend(server)
    found = [made(server, badgr, order(n)) for n in range(1, 6)]
    server.accept(found[0].backend_ref)
    server.accept(found[3].backend_ref, "Rejected")
    server.link_host = "internal.invalid"
    monkeypatch.setattr(client, "PAGE", "2")
    before = len(server.requests)
    told = badgr.acceptance(found)
    assert len(server.requests) - before == 3
    assert [told[one.award].acceptance.value for one in found] == [
        "accepted",
        "waiting",
        "waiting",
        "rejected",
        "waiting",
    ]


def test_two_connections_are_the_most(server: BadgrServer) -> None:
    badgr, most, lock = backend(server), [0], threading.Lock()
    badgr.find(order())

    def watch() -> None:
        with lock:
            most[0] = max(most[0], server.working)

    server.between_check_and_insert = watch
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: badgr.issue(order(n), BADGR), range(1, 13)))
    assert len(server.assertions) == 12
    assert 1 <= most[0] <= 2


def test_every_call_is_counted(server: BadgrServer) -> None:
    quota = FakeQuota()
    badgr = Badgr(account(server), story.SITE, server.clock, Tokens(), quota)
    found = badgr.issue(order(), BADGR)
    assert quota.taken == [("badgr", 1)] * 2  # a log-in, and the award
    badgr.badge(found)
    badgr.survey()
    assert quota.taken == [("badgr", 1)] * 5


def test_a_survey_names_what_there_is(server: BadgrServer) -> None:
    server.badge_class("Old one", archived=True)
    found = backend(server).survey()
    assert [one.name for one in found.issuers] == ["Conf 2026"]
    assert {one.name for one in found.badges} >= {BADGE}


@pytest.mark.parametrize("gone", ["dropped", "archived", "not named"])
def test_a_badge_that_is_closed_is_closed_for_all(server: BadgrServer, gone: str) -> None:
    badgr = backend(server, **({"badges": {}} if gone == "not named" else {}))
    if gone == "dropped":
        server.drop_badge_class(server.badge_class(BADGE))
    if gone == "archived":
        server.badge_class(BADGE, archived=True)
    with pytest.raises(BadgeClosed, match=r"\[badgr.badges\]") as told:
        badgr.issue(order(), BADGR)
    assert ("is archived. Restore it there" in str(told.value)) is (gone == "archived")
    calls = len(server.requests)
    with pytest.raises(BadgeClosed):
        badgr.issue(order(2), BADGR)
    assert len(server.requests) - calls == (gone != "not named"), "the list is not asked for again at once"
