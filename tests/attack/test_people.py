"""Who is who: spellings of addresses that look alike, and whose words go where."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.forms import Form, FormSettings, UnreadableAnswer, to_submission
from bridge.plan.standing import Standing
from tests.core import desk

FORM = Form("f", "Requests", "RESPONDER_INPUT", {"q1": "Badge"})


@pytest.mark.parametrize(
    "reviewer",
    [
        "ana@district.example",
        "ANA@District.Example ",
        "Ana <ana@district.example>",
        "Ana (ana@district.example)",
        "ana+coach@district.example",
        "ana\u200b@district.example",
        "\u2066ana@district.example\u2069",
        "ana＠district.example",
        "coach@district.example, ana@district.example",
        "ana@district.example.",
    ],
)
def test_nobody_approves_a_request_of_their_own_however_the_address_is_spelt(reviewer: str) -> None:
    table = desk.asked()
    table.choose("1-1", "Approve", reviewer=reviewer)
    table.look()
    assert table.standing("1-1") is Standing.WAITING
    assert "of their own" in table.cell("1-1", "Status")


@pytest.mark.parametrize("asks", ["a.n.a@gmail.com", "ana@googlemail.com", "an.a+badges@googlemail.com"])
@pytest.mark.parametrize("decides", ["ana@gmail.com", "A.na@GoogleMail.com", "ana+coach@gmail.com"])
def test_nobody_approves_a_request_of_their_own_by_another_spelling_of_gmail(asks: str, decides: str) -> None:
    table = desk.Desk()
    table.submit(desk.submission(recipient=asks))
    table.look()
    table.choose("1-1", "Approve", reviewer=decides)
    table.look()
    assert table.standing("1-1") is Standing.WAITING
    assert table.cell("1-1", "Status").startswith("Nobody may approve a request of their own")


@pytest.mark.parametrize("reviewer", ["joana@district.example", "a.na@district.example", "Bo <bo@other.example>"])
def test_other_coaches_approve(reviewer: str) -> None:
    table = desk.asked()
    table.choose("1-1", "Approve", reviewer=reviewer)
    table.look()
    assert table.standing("1-1") is Standing.APPROVED


NAMELESS = ["", "Ana", "@", "my coach", "bo@district.example, cy@district.example"]


@pytest.mark.parametrize("reviewer", NAMELESS)
def test_who_does_not_say_who_they_are_approves_nothing(reviewer: str) -> None:
    table = desk.asked()
    table.choose("1-1", "Approve", reviewer=reviewer)
    table.look()
    assert table.standing("1-1") is Standing.WAITING
    assert table.cell("1-1", "Status") == (
        "Please write your own e-mail address, and no other, into Reviewer: nobody may approve, or revoke, a badge of "
        "their own."
    )
    table.choose("1-1", "Approve", reviewer=desk.COACH)
    table.look()
    assert table.standing("1-1") is Standing.APPROVED


@pytest.mark.parametrize("reviewer", NAMELESS)
def test_who_does_not_say_who_they_are_revokes_nothing(reviewer: str) -> None:
    table = desk.issued()
    table.choose("1-1", "Revoke", "It was a slip.", reviewer)
    table.look()
    assert table.standing("1-1") is Standing.ISSUED
    assert table.cell("1-1", "Status").startswith("Please write your own e-mail address")


@pytest.mark.parametrize("verdict", ["Return", "Decline", "Hold"])
def test_to_return_decline_or_hold_nobody_needs_an_address(verdict: str) -> None:
    table = desk.asked()
    table.choose("1-1", verdict, "Please add a photo.", "")
    table.look()
    assert table.standing("1-1").startswith({"Return": "returned", "Decline": "declined", "Hold": "held"}[verdict])


@pytest.mark.parametrize("reviewer", ["", "Ana"])
@pytest.mark.parametrize("at", [Standing.APPROVED, Standing.IN_DOUBT, Standing.ISSUED, Standing.REVOKED])
def test_what_acted_before_approve_needed_an_address_is_not_undone(at: Standing, reviewer: str) -> None:
    table = desk.approved() if at in (Standing.APPROVED, Standing.IN_DOUBT) else desk.issued()
    if at is Standing.IN_DOUBT:
        table.doubt("issue:1-1")
    if at is Standing.REVOKED:
        table.choose("1-1", "Revoke", "It was a slip.")
        table.look()
    word = table.known.decisions["1-1"][-1]
    table.known.decisions["1-1"] = (*table.known.decisions["1-1"][:-1], replace(word, reviewer=reviewer))
    table.row("1-1")[desk.PLACE["Reviewer"]] = reviewer
    assert not table.look().lesson
    assert table.standing("1-1") is at
    assert "Please" not in table.cell("1-1", "Status")


def test_what_has_not_acted_yet_asks_for_the_address() -> None:
    table = desk.asked(replace(desk.POLICY, settle=timedelta(minutes=10)))
    table.choose("1-1", "Approve")
    table.look()
    (word,) = table.known.decisions["1-1"]
    table.known.decisions["1-1"] = (replace(word, reviewer=""),)
    table.row("1-1")[desk.PLACE["Reviewer"]] = ""
    table.now += timedelta(minutes=10)
    table.look()
    assert table.standing("1-1") is Standing.WAITING
    assert table.cell("1-1", "Status").startswith("Please write your own e-mail address")


@pytest.mark.parametrize(
    "address",
    [
        "\u212aate@district.example",  # the Kelvin sign, whose small letter is k
        "İvan@district.example",
        "straße@district.example",
        "ana@dıstrict.example",
        "ana\u200b@district.example",
        "ana@district.example\r\nBcc: x@y.example",
        '"ana b"@district.example',
        ".ana@district.example",
        "ana.@district.example",
        "a..b@district.example",
        "a" * 65 + "@district.example",
        "a@" + "b" * 250 + ".example",
        "ana@district.example,bob@district.example",
        "<ana@district.example>",
    ],
)
def test_an_address_that_could_be_taken_for_another_is_told(address: str) -> None:
    response = {
        "responseId": "r1",
        "lastSubmittedTime": "2026-11-20T08:00:00Z",
        "respondentEmail": address,
        "answers": {"q1": {"textAnswers": {"answers": [{"value": "First Aid"}]}}},
    }
    with pytest.raises(UnreadableAnswer, match="no usable e-mail address"):
        to_submission(response, FORM, FormSettings("f"), {"badge": "q1"})


def test_what_was_not_ticked_is_in_no_order() -> None:
    table = desk.asked()
    table.responses["r1"] = replace(desk.submission(), reflection="For my coach alone", name="Ana Secret")
    table.known.attempts["1-1"] = replace(table.known.attempts["1-1"], submission=table.responses["r1"])
    table.look()
    table.choose("1-1", "Approve", "Words of the coach")
    table.look()
    order = table.known.orders["1-1"]
    told = json.dumps([order.name, order.narrative, [item.url for item in order.evidence]])
    assert told == '["", "", []]'
