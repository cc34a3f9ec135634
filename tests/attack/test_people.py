"""Who is who: spellings of addresses that look alike, and whose words go where."""

from __future__ import annotations

import json
from dataclasses import replace

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
    ],
)
def test_nobody_approves_a_request_of_their_own_however_the_address_is_spelt(reviewer: str) -> None:
    table = desk.asked()
    table.choose("1-1", "Approve", reviewer=reviewer)
    table.look()
    assert table.standing("1-1") is Standing.WAITING
    assert "of their own" in table.cell("1-1", "Status")


@pytest.mark.parametrize("reviewer", ["", "Ana", "joana@district.example", "ana@other.example", "@", "a@b@c"])
def test_other_coaches_approve(reviewer: str) -> None:
    table = desk.asked()
    table.choose("1-1", "Approve", reviewer=reviewer)
    table.look()
    assert table.standing("1-1") is Standing.APPROVED


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
