"""As test_badgr_recordings.py: batches, withdrawing, what earners did, pictures, and what an account can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.backends.listed import Listed
from bridge.errors import BridgeError
from bridge.model import Acceptance, Credential, Order, Uptake
from tests.backends.replay import (
    BADGE,
    CUT,
    ISSUER,
    LOGGED_IN,
    changed,
    client,
    concludes,
    order_of,
    recording,
    replaying,
    row,
)
from tests.fakes import story

NUMBER = "12345678-8b86-5011-b42d-00cf4fc964f{}"


def ids(value: object) -> str:
    return value[1] if isinstance(value, tuple) else ""


def credential(ref: str, award: str = story.AWARD) -> Credential:
    return replace(story.credential(award), backend="badgr", backend_ref=ref, vendor_url=f"https://badgr.example/{ref}")


# ── batches ──────────────────────────────────────────────────────────────────


def orders(name: str) -> list[Order]:
    items = recording(name)["request"]["json"]["assertions"]
    return [replace(order_of(item), award=NUMBER.format(n), attempt_id=f"{n}-1") for n, item in enumerate(items)]


def said(outcome: Mapping[str, Credential | BridgeError]) -> list[str]:
    """What became of each order, in the order of the awards' numbers."""
    found = [outcome[award] for award in sorted(outcome)]
    return [
        one.backend_ref if isinstance(one, Credential) else f"{type(one).__name__} {getattr(one, 'most', '')}".strip()
        for one in found
    ]


#: What became of each, and words of the sentence of those that were not made.
BATCHES = [
    (row("114"), ["s6z_YEqWR1uxU1I0wIqhzA", "ymAHOt86SeyIi9WZu0Ba6Q"], ""),
    (row("115"), ["tjdwo2YLRPW1E4d4Kzr7Yw"], ""),
    (row("116"), ["n8kzjONpS66rGUYhzr2HJQ"], ""),
    (row("117"), ["TryLater", "Refused", "TryLater"], "the address (recipient): Enter a valid email address."),
    (row("118", "131"), ["TryLater", "Refused"], "already holds another award"),
    (row("228"), ["InDoubt 3"] * 4, "answered 500"),
    (row("fork 028"), ["InDoubt None"] * 2, "but not as what"),
    (row("fork 029"), ["InDoubt None"] * 2, "but not as what"),
]


@pytest.mark.parametrize(("answers", "expected", "words"), BATCHES, ids=ids)
def test_a_batch(answers: tuple[list[str], str], expected: list[str], words: str) -> None:
    script, name = answers
    recorded, batch = recording(name)["request"], orders(name)
    with replaying(*script) as server:
        badgr = client(server.url, batch=10, badges={"feedback-that-moves": recorded["path"].split("/")[3]})
        outcome = badgr.issue_all(batch, story.achievement())
        asked = server.asked[0]
        assert (asked.method, asked.target) == ("POST", recorded["path"])
        for sent, item, order in zip(asked.json["assertions"], recorded["json"]["assertions"], batch, strict=True):
            assert sent["recipient"]["identity"] == item["recipient"]["identity"] == order.recipient
            assert sent["allowDuplicateAwards"] is sent["notify"] is False
            assert sent.get("narrative") == item.get("narrative")
        assert len(server.asked) == len(script)
    assert said(outcome) == expected
    assert any(words in str(one) for one in outcome.values())
    for one in outcome.values():
        assert getattr(one, "wait", timedelta(0)) == timedelta(0)


OTHER_BATCHES = [
    ("122", "TryLater", "not issued together"),
    ("123", "InDoubt 3", "answered 500"),
    ("101", "BadgeClosed", "may not award it"),
    ("119", "InDoubt None", "but not as what"),  # two of one person: not the two that we asked for
    ("121", "InDoubt None", "but not as what"),
    ("202", "TryLater", "Correct [badgr] url"),
    (CUT, "InDoubt None", "no whole answer came"),
]


@pytest.mark.parametrize(("name", "expected", "words"), OTHER_BATCHES)
def test_a_batch_that_meets_an_answer_to_another(name: str, expected: str, words: str) -> None:
    with replaying(name) as server:
        outcome = client(server.url, batch=10).issue_all(orders("114"), story.achievement())
        looks = expected == "BadgeClosed"  # once into the list, whether it was archived
        assert len(server.asked) == 1 + looks
    assert said(outcome) == [expected] * 2
    assert all(words in str(one) for one in outcome.values())


def test_of_a_batch_that_a_fault_cut_short_what_was_made_is_found() -> None:
    bearer = "_YJKPTtiQdG1P4XE83B_xA"
    first, second, *_ = orders("228")
    with replaying("228", changed("229", mark=mark(first), bearer=bearer), "134") as server:
        badgr = client(server.url, batch=10)
        assert said(badgr.issue_all([first, second], story.achievement())) == ["InDoubt 3"] * 2
        found = badgr.find(first)
        assert badgr.find(second) is None
    assert found is not None
    assert found.backend_ref == bearer


def mark(order: Order) -> str:
    return f"{story.SITE}/awards/{order.award}.html"


# ── withdrawing ──────────────────────────────────────────────────────────────

WITHDRAWN = "he8tf0rNSrW_N3J54Ookyg"
WITHDRAWING = [
    ("166", "done"),
    ("167", "done"),
    ("fork 045", "done"),
    ("fork 046", "done"),
    ("193", "done"),  # 204, without a word
    ("160", "Refused the reason (revocation_reason): This field is required"),
    ("161", "Refused the reason (revocation_reason): This field is required"),
    ("162", "Refused the reason (revocation_reason): This field is required"),
    ("fork 044", "Refused the reason (revocation_reason): This field is required"),
    ("163", "Refused does not know the badge of 41-1"),
    ("140", "Refused does not know the badge of 41-1"),
    ("164", "InDoubt answered 500"),
    ("202", "TryLater Correct [badgr] url"),
    ("148", "InDoubt not in the words of a Badgr server"),
    (CUT, "InDoubt no whole answer came"),
]


@pytest.mark.parametrize(("name", "expected"), WITHDRAWING)
def test_withdrawing(name: str, expected: str) -> None:
    told = credential(WITHDRAWN)
    with replaying(name) as server:
        badgr = client(server.url)
        concludes(lambda: badgr.revoke(story.order(), told, "Issued by mistake", story.NOON), expected)
        (asked,) = server.asked
        recorded = recording("166")["request"]
        assert (asked.method, asked.target) == (recorded["method"], recorded["path"])
        assert asked.json == recorded["json"]
        assert asked.headers["content-type"] == recorded["headers"]["Content-Type"]


# ── what earners did ─────────────────────────────────────────────────────────


def listed_as(name: str, **members: Any) -> Any:
    """A list with the one assertion of the recording *name* in it, told as *members* say."""
    recorded = changed(name)
    recorded["response"]["json"]["result"][0] |= members
    return recorded


EARNERS = [
    ("194", {}, Acceptance.REJECTED),
    ("139", {}, Acceptance.WAITING),
    ("195", {}, Acceptance.ACCEPTED),
    ("fork 033", {}, Acceptance.WAITING),
    ("139", {"acceptance": "Pending review"}, None),
]


@pytest.mark.parametrize(("name", "members", "expected"), EARNERS)
def test_what_an_earner_did(name: str, members: dict[str, str], expected: Acceptance | None) -> None:
    ref = recording(name)["response"]["json"]["result"][0]["entityId"]
    with replaying(listed_as(name, **members)) as server:
        found = client(server.url).acceptance([credential(ref)])
        (asked,) = server.asked
        assert (asked.method, asked.path) == ("GET", f"/v2/issuers/{ISSUER}/assertions")
        assert asked.query == {"include_expired": "true", "num": "100"}
    assert found == ({} if expected is None else {story.AWARD: Uptake(expected)})


MANY = ["137", "177", "178", "216", "126", "fork 031", "fork 049"]


@pytest.mark.parametrize("name", MANY)
def test_many_are_asked_for_in_one_call(name: str) -> None:
    refs = [one["entityId"] for one in recording(name)["response"]["json"]["result"]]
    credentials = [credential(ref, NUMBER.format(n)) for n, ref in enumerate(refs)]
    with replaying(name) as server:
        told = client(server.url).acceptance(credentials)
        assert told == {one.award: Uptake(Acceptance.WAITING) for one in credentials}
        assert len(server.asked) == 1


def test_the_pages_of_the_list_are_turned_until_all_are_found() -> None:
    last = recording("127")["response"]["json"]["result"][-1]["entityId"]
    with replaying("126", "127") as server:
        assert client(server.url).acceptance([credential(last)]) == {story.AWARD: Uptake(Acceptance.WAITING)}
        link = recording("126")["response"]["headers"]["Link"]
        assert server.asked[1].target.partition("?")[2] in link
        assert server.asked[1].headers["host"] == server.url.removeprefix("http://")


def test_nobody_is_asked_about_nothing() -> None:
    with replaying() as server:
        withdrawn = replace(credential(WITHDRAWN), revoked_at=story.NOON)
        assert client(server.url).acceptance([withdrawn, credential("")]) == {}
        assert client(server.url).acceptance([]) == {}
        assert server.asked == []


NO_ISSUER = [
    ("049", "BackendClosed no such issuer"),
    ("048", "BackendClosed no such issuer"),
    ("050", "TryLater Correct [badgr] url"),
]


@pytest.mark.parametrize(("name", "expected"), NO_ISSUER)
def test_of_an_issuer_that_is_not_there_nobody_s_acceptance_is_known(name: str, expected: str) -> None:
    with replaying(name) as server:
        concludes(lambda: client(server.url).acceptance([credential(WITHDRAWN)]), expected)


# ── pictures ─────────────────────────────────────────────────────────────────

PICTURES = [
    (["153", "154"], "picture"),
    (["159", "154"], "picture"),
    (["154"], "picture"),
    (["fork 040", "fork 041"], "picture"),
    (["170"], "Refused no picture of the badge of 41-1"),
    (["150"], "Refused no picture of the badge of 41-1"),
    (["153", "209"], "Refused no picture of the badge of 41-1"),
    (["153", "165"], "Refused no picture of the badge of 41-1"),
    (["171"], "TryLater answered 500"),
    (["148"], "TryLater a web page answered"),
    (["141"], "Refused neither a PNG nor an SVG"),
]


@pytest.mark.parametrize(("script", "expected"), PICTURES)
def test_pictures(script: list[str], expected: str) -> None:
    with replaying(*script) as server:
        concludes(lambda: client(server.url).badge(credential("N24oKymyQA2rhdAIFpLPqw")), expected)
        assert server.asked[0].target == recording("153")["request"]["path"]
        for asked, before in zip(server.asked[1:], script, strict=False):
            assert asked.target == recording(before)["response"]["headers"]["Location"]
        assert all("authorization" not in asked.headers for asked in server.asked)


# ── what an account can see ──────────────────────────────────────────────────

CONF, ATTENDEE = Listed(ISSUER, "Conf 2026", archived=False), Listed(BADGE, "Attendee", archived=False)


def test_issuers_and_badges_by_name() -> None:
    with replaying("045", "064") as server:
        found = client(server.url).survey()
        first, second = server.asked
        assert (first.method, first.target) == ("GET", recording("045")["request"]["path"])
        assert (second.method, second.path) == ("GET", recording("064")["request"]["path"])
        assert {one.token for one in server.asked} == {LOGGED_IN.access}
    assert [one.name for one in found.issuers] == ["Conf 2026", "Minimal"]
    assert found.issuers[0] == CONF
    assert ATTENDEE in found.badges
    assert [one.name for one in found.badges].count("NoCriteria") == 2


SURVEYS = [
    (["046", "065", "066"], 2, 3),
    (["047", "066"], 1, 1),
    (["223", "064"], 2, None),
    (["fork 013", "fork 015"], None, 1),
    (["045", "049"], 2, 0),
    (["045", "048"], 2, 0),
    (["184", "183"], 1, 1),
]


@pytest.mark.parametrize(("script", "issuers", "badges"), SURVEYS)
def test_surveys(script: list[str], issuers: int | None, badges: int | None) -> None:
    with replaying(*script) as server:
        found = client(server.url).survey()
        assert len(server.asked) == len(script)
    assert issuers in (None, len(found.issuers))
    assert badges in (None, len(found.badges))
    assert all(one.id and one.name for one in (*found.issuers, *found.badges))


SURVEYS_THAT_FAIL = [
    ("031", "BackendClosed too small a scope"),
    ("211", "BackendClosed too small a scope"),
    ("050", "TryLater Correct [badgr] url"),
    ("201", "BackendClosed Method"),
    ("202", "TryLater Correct [badgr] url"),
    ("218", "TryLater a fault on its side"),
    (CUT, "TryLater no whole answer came"),
]


@pytest.mark.parametrize(("name", "expected"), SURVEYS_THAT_FAIL)
def test_surveys_that_fail(name: str, expected: str) -> None:
    with replaying(name) as server:
        concludes(lambda: client(server.url).survey(), expected)


@pytest.mark.parametrize(
    "members",
    [{"archived": True}, {"isArchived": True}, {"archivedAt": "2026-01-01T00:00:00Z"}, {"status": "ARCHIVED"}],
)
def test_a_badge_that_was_archived_at_the_vendor_s_is_told(members: dict[str, Any]) -> None:
    with replaying("045", listed_as("066", **members)) as server:
        assert client(server.url).survey().badges == (replace(ATTENDEE, archived=True),)


@pytest.mark.parametrize(
    "members", [{"archived": False}, {"archived": "false"}, {"archivedAt": None}, {"state": "active"}]
)
def test_a_badge_that_was_not_archived(members: dict[str, Any]) -> None:
    with replaying("045", listed_as("066", **members)) as server:
        assert client(server.url).survey().badges == (ATTENDEE,)
