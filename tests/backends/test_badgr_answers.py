"""Every refusal that was recorded becomes one sentence that names the field."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.backends.badgr import answers
from bridge.wording import discreet
from tests.backends.replay import names, recording

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NO_TOKEN = "no valid auth token found"
NOT_THERE = "entity not found or insufficient privileges"
REQUIRED = "name: This field is required; "
PREVIOUS = "A previous award of this badge already exists for this recipient"
DATES = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]"
REASON = "the reason (revocation_reason): This field is required"

#: Recording → what is said of it.
SAID = {
    "003": "Request is missing username parameter",
    "004": "Token grant parameters must be sent in post body, not query parameters",
    "005": "invalid client_id",
    "006": "invalid scope requested",
    "007": "Request is missing password parameter",
    "008": "Invalid credentials given",
    "009": "Too many login attempts. Please wait and try again",
    "013": "invalid_grant",
    "014": "Too many login attempts. Please wait and try again",
    "018": "invalid client_secret",
    "034": "Authentication credentials were not provided",
    "035": "Authentication credentials were not provided",
    "039": f"{REQUIRED}email: This field is required; url: This field is required",
    "040": "Issuer email must be one of your verified addresses. Add this email to your profile and try again",
    "041": "image: Invalid image",
    "042": "image: Invalid PNG",
    "043": "JSON parse error - Expecting value: line 1 column 10 (char 9)",
    "044": 'Unsupported media type "text/plain" in request',
    "052": 'Method "PATCH" not allowed',
    "055": f"{REQUIRED}description: This field is required",
    "056": "image: Valid image file or data URI required",
    "059": "image: Invalid PNG",
    "061": "the day of expiry (expires.amount): Must be a positive integer; the day of expiry (expires.duration): "
    '"centuries" is not a valid choice',
    "062": "criteriaNarrative: Images not supported in markdown",
    "071": PREVIOUS,
    "072": PREVIOUS,
    "078": "the evidence (evidence): Either url or narrative is required",
    "079": "the evidence (evidence.url): Enter a valid URL",
    "080": 'the evidence (evidence): Expected a list of items but got type "str"',
    "081": "the address (recipient): This field is required",
    "082": "the address (recipient): Enter a valid email address",
    "083": 'the address (recipient.type): "fax" is not a valid choice',
    "084": "the day of issue (issuedOn): Only issuedOn dates in the past are acceptable",
    "085": f"the day of issue (issuedOn): {DATES}; the day of expiry (expires): {DATES}",
    "086": f"the day of issue (issuedOn): {DATES}",
    "091": "the narrative (narrative): Images not supported in markdown",
    "094": "the address (recipient): Enter a valid email address",
    "105": "Could not award; 2 BadgeClasses with name NoCriteria",
    "112": PREVIOUS,
    "117": "the address (recipient): Enter a valid email address",
    "118": PREVIOUS,
    "122": "",
    "125": "Enter a valid email address",
    "130": "Invalid cursor",
    "158": "Invalid OpenBadges version",
    "160": REASON,
    "161": REASON,
    "162": REASON,
    "167": "Assertion is already revoked",
    "176": "BadgeClass may only be deleted if all BadgeInstances have been revoked",
    "180": "since: must be ISO-8601 format with time zone",
    "182": "since: must be ISO-8601 format with time zone",
    "187": "You already have this badge in your backpack",
    "191": "Must provide only one of 'url', 'image' or 'assertion'",
    "192": "url: Enter a valid URL",
    "201": 'Method "PUT" not allowed',
    "219": "Issuer can not be deleted because it has previously issued badges",
    "222": "the address (recipient): This field is required",
    **dict.fromkeys(("012", "024", "027", "028", "029", "030", "032", "033", "102", "224"), NO_TOKEN),
    **dict.fromkeys(("031", "048", "049", "063", "100", "101", "138", "140", "150", "163", "170", "211"), NOT_THERE),
    "fork 002": "Token refresh failed!",
    "fork 003": "Too many login attempts. Please wait and try again",
    "fork 004": "Invalid credentials given",
    "fork 005": "Too many login attempts. Please wait and try again",
    "fork 006": "Request is missing username parameter",
    "fork 009": NO_TOKEN,
    "fork 012": f"{REQUIRED}email: This field is required; url: This field is required",
    "fork 022": PREVIOUS,
    "fork 024": "the address (recipient): Enter a valid email address",
    "fork 025": "the day of issue (issuedOn): Only issuedOn dates in the past are acceptable",
    "fork 027": NOT_THERE,
    "fork 044": REASON,
    "fork 046": "Assertion is already revoked",
}
#: What is long and odd: how it begins, and that it ends.
LONG = {
    "098": "extensions: Extension extensions:ExampleExtension did not validate",
    "099": "extensions: <class 'pyld.jsonld.JsonLdError'>",
    "106": "Multiple badge class identifiers",
    "188": "VERIFY_RECIPIENT_IDENTIFIER; The recipient does not match any of your verified emails",
    "189": "VERIFY_RECIPIENT_IDENTIFIER; The recipient does not match any of your verified emails",
    "197": "VALIDATE_PROPERTY; False; Required property recipient",
    "fork 016": "name: This field is required",
    "fork 051": "DETECT_AND_VALIDATE_NODE_CLASS; False; <class 'NotImplementedError'>",
}
#: Web pages: nothing of them is told.
WEB_PAGES = ("050", "093", "123", "164", "165", "171", "190", "196", "202", "209", "210", "218", "221", "226", "228")
WEB_PAGES += ("230", "231", "fork 010", "fork 014", "fork 017", "fork 042")


def read(name: str) -> answers.Answer:
    response = recording(name)["response"]
    body = json.dumps(response["json"]) if "json" in response else response.get("text", "")
    return answers.read(response["status"], response["headers"], body.encode(), NOW)


def test_every_recorded_refusal_has_its_sentence() -> None:
    refused = {name for name in names() if recording(name)["response"].get("status", 0) >= 400}
    assert refused == {*SAID, *LONG, *WEB_PAGES}


@pytest.mark.parametrize("name", SAID)
def test_a_refusal_in_a_sentence(name: str) -> None:
    assert answers.say(answers.complaints(read(name).told)) == SAID[name]


@pytest.mark.parametrize("name", LONG)
def test_a_long_refusal_is_cut(name: str) -> None:
    found = answers.say(answers.complaints(read(name).told))
    assert found.startswith(LONG[name])
    assert len(found) <= 300
    assert "\n" not in found
    assert "@" not in found


@pytest.mark.parametrize("name", WEB_PAGES)
def test_of_a_web_page_nothing_is_told(name: str) -> None:
    answer = read(name)
    assert answer.is_page
    assert answer.told is None
    assert answers.complaints(answer.told) == ()


@pytest.mark.parametrize(("name", "found"), [("117", [0, 1, 0]), ("118", [0, 1]), ("125", [0, 1])])
def test_the_complaints_about_a_batch_by_item(name: str, found: list[int]) -> None:
    told = answers.per_item(read(name).told, len(found))
    assert told is not None
    assert [len(one) for one in told] == found
    assert answers.per_item(read(name).told, 5) is None


def test_the_same_words_are_told_once_and_nobody_s_address() -> None:
    told = {"fieldErrors": {"recipient": ["Maria@Lakeview.example is no address"] * 3}, "validationErrors": ["x\ny"]}
    assert answers.say(answers.complaints(told)) == "the address (recipient): (an address) is no address; x y"


def test_no_part_of_an_address_is_told_where_words_are_cut() -> None:
    for length in range(280, 300):
        told = {
            "fieldErrors": {
                "x" * (length - 250) + " ana.maria@lakeview.example": ["y" * length + " ana.maria@a.example"]
            }
        }
        said = answers.say(answers.complaints(told))
        assert len(said) <= 300
        assert "ana" not in said
    for length in range(2030, 2050):
        body = ("z" * length + " ana.maria@lakeview.example is no address").encode()
        assert "ana" not in discreet(answers.read(400, {}, body, datetime.now(UTC)).start, 2048)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Sun, 22 Nov 2026 04:01:00 GMT", 60),
        ("Sun, 22 Nov 2026 03:00:00 GMT", 0),
        ("99999999", 86400),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(header: str, seconds: int | None) -> None:
    found = answers.read(429, {"Retry-After": header}, b"", NOW).retry_after
    assert found == (None if seconds is None else timedelta(seconds=seconds))


def test_canvas_says_it_with_403() -> None:
    assert answers.read(403, {}, b"403 Forbidden (Rate Limit Exceeded)", NOW).is_throttled
    assert not answers.read(403, {}, b"{}", NOW).is_throttled


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('<https://x/a?cursor=1,2&num=3>; rel="next"', "https://x/a?cursor=1,2&num=3"),
        ('<https://x/a?p=1>; rel="prev", <https://x/a?p=3>; rel=next', "https://x/a?p=3"),
        ('<https://x/a?p=3>; title="next"; rel="prev"', ""),
        ("nonsense", ""),
    ],
)
def test_the_next_page(link: str, found: str) -> None:
    assert answers.read(200, {"Link": link}, b"{}", NOW).next == found


def test_hosted_servers_call_the_id_id() -> None:
    one: dict[str, Any] = {"id": "64b0c3", "evidence": [{"url": None}, "odd"], "extra": {}}
    (found,) = answers.assertions({"result": [one, {"id": "../x"}, {"id": ".."}, {}, "odd"]})
    assert (found.id, found.evidence, found.recipient) == ("64b0c3", (), "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("result", "fieldErrors", "validationErrors", "status", "recipient", "entityId", "evidence")
            )
            | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(("result", "fieldErrors", "status", "detail", "expires")), json_values))
def test_whatever_a_server_says_something_is_made_of_it(told: dict[str, object]) -> None:
    found = answers.read(400, {}, json.dumps(told).encode(), NOW)
    assert len(answers.say(answers.complaints(found.told))) <= 300
    assert all(one.id for one in answers.assertions(found.told))
    assert all(one.name for one in answers.listed(found.told))
    assert answers.pair(found.told) is None
    wait = answers.back_off(found.told)
    assert wait is None or wait > timedelta(0)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_no_answer(body: bytes) -> None:
    answer = answers.read(200, {}, body, NOW)
    assert answer.told is None or isinstance(answer.told, dict)


def test_json_without_an_end_of_brackets_is_no_answer() -> None:
    assert answers.read(200, {}, b"[" * 200_000, NOW).told is None
