"""What the Badgr client asks is what was recorded, and what it concludes from each recorded answer stands in a table.

The recordings are of two real servers; see tests/data/badgr. In a row: the answers that the server gives, one after the
other (the first is what the row is about), and what comes of it: the kind of ending, then words of its sentence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.errors import InDoubt, TryLater
from bridge.model import Acceptance, Credential, Token
from tests.backends.replay import (
    BADGE,
    CUT,
    ISSUER,
    LOGGED_IN,
    Tokens,
    changed,
    client,
    concludes,
    conclusion,
    moment,
    order_of,
    recording,
    replaying,
    row,
)
from tests.fakes import story
from tests.fakes.clock import FakeClock

DUPLICATE = "Refused already holds another award"
CLOSED = "BadgeClosed may not award it"
FAULT = "InDoubt answered 500"
UNTOLD = "InDoubt but not as what"
RACE = "wcsc8dbLR7ql7mag0bjv5A"


def ids(value: object) -> str:
    return value[1] if isinstance(value, tuple) else ""


# ── log-ins ──────────────────────────────────────────────────────────────────

PASSWORD: dict[str, Any] = {}
REFRESH: dict[str, Any] = {"username": "", "password": "", "refresh_token": "<REFRESH_TOKEN:issuer>"}
EITHER: dict[str, Any] = {"refresh_token": "<REFRESH_TOKEN:issuer>"}
NAMED: dict[str, Any] = {"client_id": "public"}

LOG_INS = [
    ("001", PASSWORD, [], "in"),
    ("002", NAMED, [], "BackendClosed may not issue badges"),  # it was asked for a smaller scope than ours
    ("003", PASSWORD, [], "BackendClosed missing username parameter"),
    ("004", PASSWORD, [], "BackendClosed not query parameters"),
    ("005", {"client_id": "nope"}, [], "BackendClosed invalid client_id"),
    ("006", NAMED, [], "BackendClosed invalid scope requested"),
    ("007", PASSWORD, [], "BackendClosed missing password"),
    ("008", {"password": "wrong"}, [], "BackendClosed Invalid credentials given"),
    ("009", PASSWORD, [], "TryLater Too many login attempts"),
    ("010", PASSWORD, [], "in"),
    ("011", REFRESH | NAMED, [], "in"),
    ("013", REFRESH | NAMED, [], "BackendClosed Have a new one made"),
    ("013", EITHER | NAMED, ["015"], "in"),
    ("014", REFRESH | NAMED, [], "TryLater Too many login attempts"),
    ("014", EITHER | NAMED, ["015"], "in"),
    ("015", PASSWORD, [], "in"),
    ("016", REFRESH, [], "in"),
    ("018", PASSWORD, [], "BackendClosed invalid client_secret"),
    ("020", {"client_id": "norefresh"}, [], "in"),
    ("021", PASSWORD, [], "BackendClosed may not issue badges"),
    ("023", PASSWORD, [], "BackendClosed sends us on"),
    ("123", PASSWORD, [], "TryLater a fault on its side"),
    ("202", PASSWORD, [], "TryLater Correct [badgr] url"),
    (CUT, PASSWORD, [], "TryLater no whole answer came"),
    ("fork 001", PASSWORD, [], "in"),
    ("fork 002", REFRESH | NAMED, [], "BackendClosed Token refresh failed!"),
    ("fork 002", EITHER | NAMED, ["fork 001"], "in"),
    ("fork 003", REFRESH | NAMED, [], "TryLater Too many login attempts"),
    ("fork 003", EITHER | NAMED, ["fork 001"], "in"),
    ("fork 004", {"password": "wrong"}, [], "BackendClosed Invalid credentials given"),
    ("fork 005", PASSWORD, [], "TryLater Too many login attempts"),
    ("fork 006", PASSWORD, [], "BackendClosed missing username parameter"),
]
#: We ask the same as was asked there.
SAME_LOG_IN = {"001", "008", "009", "010", "011", "013", "014", "015", "016", "fork 001", "fork 002", "fork 003"}
SAME_LOG_IN |= {"fork 004", "fork 005"}


@pytest.mark.parametrize(("name", "account", "more", "expected"), LOG_INS)
def test_log_ins(name: str, account: dict[str, Any], more: list[str], expected: str) -> None:
    tokens = Tokens()
    with replaying(name, *more, *(["120"] if expected == "in" else [])) as server:
        badgr = client(server.url, tokens, **account)
        concludes(lambda: badgr.find(story.order()), expected)
        first = server.asked[0]
        assert (first.method, first.target) == ("POST", "/o/token")
        assert first.headers["content-type"] == "application/x-www-form-urlencoded"
        assert "authorization" not in first.headers
        if name in SAME_LOG_IN:
            assert first.form == recording(name)["request"]["form"] | renamed(name)
        if expected == "in":
            told = recording(more[-1] if more else name)["response"]["json"]
            assert tokens.kept is not None
            assert server.asked[-1].token == tokens.kept.access == told["access_token"]
            assert tokens.kept.refresh == told.get("refresh_token", "")
            assert "cookie" not in server.asked[-1].headers
        else:
            assert len(server.asked) == 1 + len(more)


def renamed(name: str) -> dict[str, str]:
    """Placeholders that stand for other secrets than ours."""
    return {"refresh_token": "<REFRESH_TOKEN:issuer>"} if name == "014" else {}


def test_a_named_client_is_asked_for_the_scope_that_issuing_needs() -> None:
    with replaying("002") as server:
        assert conclusion(lambda: client(server.url, Tokens(), client_id="public").survey())[0] == "BackendClosed"
        recorded = recording("002")["request"]["form"]
        assert server.asked[0].form == recorded | {"scope": "rw:profile rw:issuer"}


@pytest.mark.parametrize(
    ("name", "failures", "seconds"), [("008", 1, 2), ("009", 0, 2), ("fork 004", 1, 2), ("fork 005", 0, 2)]
)
def test_after_a_failed_log_in_none_is_tried_for_a_while(name: str, failures: int, seconds: int) -> None:
    tokens, clock = Tokens(), FakeClock()
    with replaying(name, "010", "120") as server:
        badgr = client(server.url, tokens, clock=clock)
        kind = "BackendClosed" if failures else "TryLater"
        assert conclusion(lambda: badgr.find(story.order()))[0] == kind
        assert tokens.kept == Token(blocked_until=clock.now() + timedelta(seconds=seconds), failures=failures)
        clock.advance(timedelta(seconds=seconds - 1))
        with pytest.raises(TryLater) as error:
            badgr.find(story.order())
        assert error.value.wait == timedelta(seconds=1)
        assert len(server.asked) == 1
        clock.advance(timedelta(seconds=1))
        assert badgr.find(story.order()) is None
        assert tokens.kept.failures == 0
        assert tokens.kept.blocked_until is None


# ── a token that is taken no longer ──────────────────────────────────────────


DEAD_TOKENS = ["012", "024", "027", "028", "029", "030", "032", "033", "034", "035", "102", "224", "fork 009"]


@pytest.mark.parametrize("name", DEAD_TOKENS)
def test_a_401_is_a_matter_of_the_token_and_the_call_is_made_again(name: str) -> None:
    tokens = Tokens(Token("<ACCESS_TOKEN:old>", "<REFRESH_TOKEN:old>"))
    with replaying(name, "011", "067") as server:
        made = client(server.url, tokens).issue(story.order(), story.achievement())
        assert made.backend_ref == "N24oKymyQA2rhdAIFpLPqw"
        assert [one.token for one in server.asked] == ["<ACCESS_TOKEN:old>", "", "<ACCESS_TOKEN:issuer_refreshed>"]
        assert server.asked[1].form == {"grant_type": "refresh_token", "refresh_token": "<REFRESH_TOKEN:old>"}
        assert server.asked[0].body == server.asked[2].body


def test_a_server_that_takes_not_even_a_fresh_token_is_asked_no_third_time() -> None:
    with replaying("012", "011", "012") as server:
        concludes(lambda: client(server.url).find(story.order()), "TryLater the token that it has just given")
        assert len(server.asked) == 3


# ── issuing ──────────────────────────────────────────────────────────────────

MAKING = [
    *[(row(name), "made") for name in ("067", "068", "069", "070", "073", "074", "076", "077", "087", "088", "089")],
    *[(row(name), "made") for name in ("090", "092", "095", "096", "097", "107", "108", "175", "206", "212", "214")],
    *[(row(f"fork {name}"), "made") for name in ("019", "020", "021", "023", "026")],
    (row("071", "131"), DUPLICATE),
    (row("072", "132"), DUPLICATE),
    (row("112", "111"), DUPLICATE),
    (row("112", "134"), DUPLICATE),
    (row("fork 022", "fork 032"), DUPLICATE),
    (row("078"), "Refused the evidence (evidence): Either url or narrative is required"),
    (row("079"), "Refused the evidence (evidence.url): Enter a valid URL."),
    (row("080"), "Refused the evidence (evidence): Expected a list of items"),
    (row("081"), "Refused the address (recipient): This field is required"),
    (row("082"), "Refused the address (recipient): Enter a valid email address."),
    (row("083"), "Refused the address (recipient.type)"),
    (row("084", "084"), "TryLater its clock or this computer's is wrong"),
    (row("084", "067"), "made"),
    (row("085"), "Refused the day of issue (issuedOn): Datetime has wrong format"),
    (row("086"), "Refused the day of issue (issuedOn): Datetime has wrong format"),
    (row("091"), "Refused the narrative (narrative): Images not supported in markdown"),
    (row("093"), FAULT),
    (row("094"), "Refused the address (recipient): Enter a valid email address."),
    (row("098"), "Refused extensions: Extension extensions:ExampleExtension did not validate"),
    (row("105"), "Refused Could not award; 2 BadgeClasses with name NoCriteria"),
    (row("106"), "Refused Multiple badge class identifiers"),
    (row("100"), CLOSED),
    (row("101"), CLOSED),
    (row("110"), "InDoubt no whole answer came"),
    (row("122"), "Refused it does not say why"),
    (row("202"), "TryLater Correct [badgr] url"),
    (row("201"), "BackendClosed Method"),
    (row("044"), "BackendClosed Unsupported media type"),
    (row("210"), FAULT),
    (row("222"), "Refused the address (recipient): This field is required"),
    (row("226"), FAULT),
    (row("230"), FAULT),
    (row("fork 017"), FAULT),
    (row("fork 024"), "Refused the address (recipient): Enter a valid email address."),
    (row("fork 025", "fork 025"), "TryLater its clock or this computer's is wrong"),
    (row("fork 027"), CLOSED),
    (row("fork 028"), UNTOLD),
]
#: An order can't be what was asked there: only the answer counts.
NO_ORDER = {"044", "080", "081", "083", "085", "086", "096", "105", "106", "122", "201", "202", "222", "fork 028"}


@pytest.mark.parametrize(("answers", "expected"), MAKING, ids=ids)
def test_issuing(answers: tuple[list[Any], str], expected: str) -> None:
    script, name = answers
    recorded = recording(name)["request"]
    order = order_of({} if name in NO_ORDER else recorded.get("json", {}))
    with replaying(*script) as server:
        badge = recorded["path"].split("/")[3] if name not in NO_ORDER else BADGE
        badgr = client(server.url, badges={order.achievement: badge})
        found = concludes(lambda: badgr.issue(order, story.achievement()), expected)
        if name not in NO_ORDER:
            assert (server.asked[0].method, server.asked[0].target) == ("POST", recorded["path"])
            assert_same_meaning(server.asked[0].json, recorded["json"], order.recipient)
        looks = expected.startswith("BadgeClosed")  # into the list, whether it was archived
        assert len(server.asked) == len(script) + looks
    if expected == "made":
        told = recording(script[-1])["response"]["json"]["result"][0]
        assert isinstance(found, Credential)
        assert (found.backend_ref, found.vendor_url) == (told["entityId"], told["openBadgeId"])
        assert found.acceptance is Acceptance.WAITING
        assert found.url == story.PAGE
        assert found.image == f"{server.url}/public/assertions/{told['entityId']}/image"


def assert_same_meaning(sent: Any, recorded: Any, recipient: str) -> None:
    """*sent* says all that was said there, and what we always say."""
    assert sent["recipient"] == {"identity": recipient.lower(), "type": "email", "hashed": True}
    assert sent["allowDuplicateAwards"] is False
    assert sent["notify"] is False
    assert sent["evidence"][0]["url"] == story.PAGE
    for member in ("issuedOn", "expires"):
        if told := moment(recorded.get(member)):
            latest = datetime.fromisoformat("2026-11-22T03:59:58Z")
            assert moment(sent[member]) == (
                told.replace(microsecond=0) if member == "expires" else min(told, latest).replace(microsecond=0)
            )
    assert sent.get("narrative", "") == recorded.get("narrative", "").replace("![", "! [")
    for item in recorded.get("evidence", []):
        if item.get("url", "").startswith("https:") or "narrative" in item:
            assert item in sent["evidence"][1:]


def test_what_a_server_has_made_in_spite_of_its_500_is_found_and_not_made_again() -> None:
    mark, bearer = story.PAGE, "F9kZ-V_BTZCmlLp_xfycAg"
    with replaying("226", changed("227", mark=mark, bearer=bearer)) as server:
        badgr, order = client(server.url), order_of(recording("226")["request"]["json"])
        with pytest.raises(InDoubt) as error:
            badgr.issue(order, story.achievement())
        assert error.value.most == 3
        found = badgr.find(order)
    assert found is not None
    assert found.backend_ref == bearer


def test_a_refusal_as_a_duplicate_of_our_own_is_the_credential() -> None:
    bearer = "cibPJbmHRlqzZYWCMOJ9ew"
    with replaying("112", changed("111", mark=story.PAGE, bearer=bearer)) as server:
        order = order_of(recording("112")["request"]["json"])
        assert client(server.url).issue(order, story.achievement()).backend_ref == bearer


# ── looking for an award ─────────────────────────────────────────────────────

#: What may come for any list; whose awards it lists is all the same.
TROUBLES = [
    (row("231"), "TryLater with a web page (400)"),
    (row("123"), "TryLater a fault on its side"),
    (row("147"), "BackendClosed sends us on"),
    (row("148"), "TryLater with a web page (200)"),
    (row(CUT), "TryLater no whole answer came"),
]
LISTS = [
    *[(row(name), "none") for name in ("111", "113", "120", "129", "131", "132", "133", "134", "135", "136")],
    *[(row(name), "none") for name in ("172", "173", "213", "227", "229")],
    *[(row(f"fork {name}"), "none") for name in ("018", "032")],
    (row("138"), "BackendClosed no such issuer"),
    (row("031"), "BackendClosed no such issuer"),
    *TROUBLES,
]
ASKED = {"recipient": story.TEACHER, "include_revoked": "true", "include_expired": "true", "num": "100"}


@pytest.mark.parametrize(("answers", "expected"), LISTS, ids=ids)
def test_looking_for_an_award(answers: tuple[list[Any], str], expected: str) -> None:
    script, _ = answers
    with replaying(*script) as server:
        concludes(lambda: client(server.url).find(story.order()), expected)
        (asked,) = server.asked
        assert (asked.method, asked.path) == ("GET", f"/v2/issuers/{ISSUER}/assertions")
        assert asked.query == ASKED


def test_somebody_s_list_is_read_to_its_end() -> None:
    link = recording("137")["response"]["headers"]["Link"]
    order = order_of({"recipient": {"identity": "race0@example.org"}})
    with replaying(changed("113", headers={"Link": link}), changed("113", mark=story.PAGE, bearer=RACE)) as server:
        found = client(server.url).find(order)
        assert found is not None
        assert found.backend_ref == RACE
        first, second = server.asked
        assert first.path == recording("137")["request"]["path"].partition("?")[0]
        assert second.target.partition("?") == (first.path, "?", link.partition("?")[2].partition(">")[0])
        assert second.token == LOGGED_IN.access


def test_a_server_that_lists_everybody_s_awards_is_asked_badge_class_by_badge_class() -> None:
    classes = [one["entityId"] for one in recording("064")["response"]["json"]["result"]]
    others = len(classes) - 1
    order = order_of({"recipient": {"identity": "race0@example.org"}})
    with replaying("137", "064", changed("113", mark=story.PAGE, bearer=RACE), *["134"] * others) as server:
        found = client(server.url).find(order)
        assert found is not None
        assert found.backend_ref == RACE
        asked = [one.path.removeprefix("/v2/") for one in server.asked]
        assert asked[:2] == [f"issuers/{ISSUER}/assertions", f"issuers/{ISSUER}/badgeclasses"]
        assert asked[2] == f"badgeclasses/{BADGE}/assertions"  # that of the settings first
        assert sorted(asked[2:]) == sorted(f"badgeclasses/{one}/assertions" for one in classes)
        assert all(one.query == ASKED | {"recipient": order.recipient} for one in server.asked[2:])
    with replaying("137", "138") as server:
        concludes(lambda: client(server.url).find(order), "BackendClosed no such issuer")


#: What comes of the list that is asked for when the server says that there is an award already.
STANDING = [
    (row("126", "127", "134"), DUPLICATE),
    (row("128", "134"), DUPLICATE),
    (row("204", "134"), DUPLICATE),
    (row("205", "134"), DUPLICATE),
    (row("fork 031", "fork 032"), DUPLICATE),
    (row("126", "130"), "TryLater lost the thread"),
    (row("138"), CLOSED),
    (row("031"), CLOSED),
    *TROUBLES,
]


@pytest.mark.parametrize(("answers", "expected"), STANDING, ids=ids)
def test_looking_for_what_stands_in_the_way(answers: tuple[list[Any], str], expected: str) -> None:
    script, _ = answers
    with replaying("071", *script) as server:
        concludes(lambda: client(server.url).issue(story.order(), story.achievement()), expected)
        assert len(server.asked) == 1 + len(script)
        asked = server.asked[1]
        assert (asked.method, asked.path) == ("GET", f"/v2/badgeclasses/{BADGE}/assertions")
        assert asked.query == ASKED
        for before, after in zip(script, server.asked[2:], strict=False):
            link = recording(before)["response"]["headers"]["Link"].partition(">")[0]
            assert after.target.partition("?") == (asked.path, "?", link.partition("?")[2])
            assert after.token == LOGGED_IN.access


@pytest.mark.parametrize("name", ["111", "113", "131", "136", "173", "227", "fork 018", "fork 032"])
def test_a_list_is_asked_for_as_it_was_there(name: str) -> None:
    recorded = recording(name)["request"]
    with replaying("071", name) as server:
        order = order_of({"recipient": {"identity": recorded["params"]["recipient"]}})
        badgr = client(server.url, badges={order.achievement: recorded["path"].split("/")[3]})
        concludes(lambda: badgr.issue(order, story.achievement()), DUPLICATE)
        asked = server.asked[1]
        assert asked.path == recorded["path"].partition("?")[0]
        assert recorded["params"].items() <= asked.query.items()


@pytest.mark.parametrize(
    ("name", "recipient", "bearer"),
    [
        ("111", "timeout@example.org", "cibPJbmHRlqzZYWCMOJ9ew"),
        ("113", "race0@example.org", RACE),
        ("131", "a1@example.org", "tosRmt3eRmm8j2jgGx7dBw"),
        ("136", "old@example.org", "KzXzP_RGQayHCx7qh3I6UA"),  # it has expired
        ("173", "a1@example.org", "he8tf0rNSrW_N3J54Ookyg"),  # it was revoked
        ("fork 032", "a1@example.org", "4iXQQxTAT2iRaOFBsMAzxQ"),
    ],
)
def test_the_award_with_our_mark_is_ours_and_another_year_s_is_not(name: str, recipient: str, bearer: str) -> None:
    order = order_of({"recipient": {"identity": recipient}})
    with replaying(*[changed(name, mark=story.PAGE, bearer=bearer)] * 2) as server:
        badgr = client(server.url)
        found = badgr.find(order)
        assert found is not None
        assert found.backend_ref == bearer
        assert badgr.find(replace(order, award=story.OTHER_AWARD)) is None
